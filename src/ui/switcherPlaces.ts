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
  const found = new Map(now.filter(isItem).map((row) => [row.key, row]));
  const kept = shown.map((row) => (isItem(row) ? renewed(row, found.get(row.key)) : row));
  const added = newRows(shown, now);
  return added.length === 0 && kept.every((row, place) => row === shown[place]) ? shown : [...kept, ...added];
}

/** The rows that are not shown yet, each under its heading. */
function newRows(shown: readonly SwitcherRow[], now: readonly SwitcherRow[]): readonly SwitcherRow[] {
  const keys = new Set(shown.filter(isItem).map((row) => row.key));
  const added: SwitcherRow[] = [];
  let under = shown.findLast((row) => row.kind === 'separator')?.label;
  let heading: SwitcherRow | undefined;
  for (const row of now) {
    if (row.kind === 'separator') {
      heading = row;
    } else if (!keys.has(row.key)) {
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
  const next = now === undefined ? withoutUse(was) : { ...now, buttons: { ...was.buttons, ...now.buttons } };
  return meaningOf(next) === meaningOf(was) ? was : next;
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

function meaningOf({ label, detail, choice, buttons }: ItemRow): string {
  return JSON.stringify([label, detail, choice, buttons]);
}

function isItem(row: SwitcherRow): row is ItemRow {
  return row.kind === 'item';
}
