import type { ItemRow, SwitcherRow } from './switcherModel.ts';

/**
 * The rows of a list that is open, renewed: each stays at the place where it was shown first. VS Code says by its number
 * which row was chosen, and which of its buttons was pressed, and looks the number up in whatever list is there by then: a
 * choice that is under way must not become another one. What is gone stays and does nothing; what is new comes last. Gives
 * `shown` itself when only texts that count down have changed: a renewed list has its mark where this side last knew it.
 */
export function keepPlaces(
  shown: readonly SwitcherRow[],
  now: readonly SwitcherRow[],
): readonly SwitcherRow[] {
  const keys = keysOf(shown);
  const nowKeys = keysOf(now);
  const found = new Map(now.filter(isItem).map((row) => [nowKeys.get(row), row]));
  const kept = shown.map((row) => (isItem(row) ? renewed(row, found.get(keys.get(row))) : row));
  const added = newRows(new Set(keys.values()), nowKeys, shown, now);
  const isSame = added.length === 0 && kept.every((row, place) => meaningOf(row) === meaningOf(shown[place]));
  return isSame ? shown : [...kept, ...added];
}

/** Two saved roles may start the same session and differ in name only: the second of a key is one by itself. */
function keysOf(rows: readonly SwitcherRow[]): ReadonlyMap<SwitcherRow, string> {
  const counts = new Map<string, number>();
  return new Map(
    rows.filter(isItem).map((row) => {
      const count = (counts.get(row.key) ?? 0) + 1;
      counts.set(row.key, count);
      return [row, `${String(count)} ${row.key}`];
    }),
  );
}

/** The rows that are not shown yet, each under its heading. */
function newRows(
  keys: ReadonlySet<string>,
  nowKeys: ReadonlyMap<SwitcherRow, string>,
  shown: readonly SwitcherRow[],
  now: readonly SwitcherRow[],
): readonly SwitcherRow[] {
  const added: SwitcherRow[] = [];
  let under = shown.findLast((row) => row.kind === 'separator')?.label;
  let heading: SwitcherRow | undefined;
  for (const row of now) {
    if (row.kind === 'separator') {
      heading = row;
    } else if (!keys.has(nowKeys.get(row) ?? '')) {
      if (heading !== undefined && heading.label !== under) {
        under = heading.label;
        added.push(heading);
      }
      added.push(row);
    }
  }
  return added;
}

function renewed(was: ItemRow, now: ItemRow | undefined): ItemRow {
  // The buttons keep their places too: one that is not offered any more still does what it says, or nothing.
  return now === undefined ? withoutUse(was) : { ...now, buttons: { ...was.buttons, ...now.buttons } };
}

function withoutUse(row: ItemRow): ItemRow {
  return row.gone === undefined
    ? row
    : {
        ...row,
        label: row.label.replace(/^\$\([^)]*\)/, '$(circle-slash)'),
        description: row.gone,
        choice: undefined,
        buttons: {},
      };
}

/** All of a row but its description, which counts down. */
function meaningOf(row: SwitcherRow | undefined): string {
  return row?.kind === 'item'
    ? JSON.stringify([row.label, row.detail, row.choice, row.buttons])
    : JSON.stringify(row);
}

function isItem(row: SwitcherRow): row is ItemRow {
  return row.kind === 'item';
}
