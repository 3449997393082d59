import * as vscode from 'vscode';
import { guardMinutes } from '../../aws/guardEntries.ts';
import type { Guarded, GuardMatch } from '../../aws/guards.ts';
import { roleColors } from '../../aws/roles/savedRole.ts';
import type { RoleColor } from '../../aws/roles/savedRole.ts';
import { chartColors } from '../chartColors.ts';
import { addGuard } from '../guardSettings.ts';
import { settings, settingsSection } from '../ids.ts';
import { guardFormText, guardText } from '../text/guards.ts';
import { colorWord } from '../text/roleLists.ts';
import { askPick, askText } from './input.ts';
import type { PickItem } from './input.ts';
import { askSteps } from './steps.ts';

/** What a person answers about a guard. */
interface GuardForm {
  readonly match: GuardMatch;
  readonly name: string;
  readonly color: RoleColor;
  readonly effects: readonly Effect[];
  readonly maxMinutes: number;
  readonly endWhenIdleMinutes: number;
}

const effects = ['askBeforeStart', 'readOnlyByDefault', 'maxMinutes', 'endWhenIdleMinutes'] as const;

type Effect = (typeof effects)[number];

/** Minutes that stand in the box at first. */
const usualMinutes = { maxMinutes: 60, endWhenIdleMinutes: 30 } as const;

/** Asks what a guard is for and what it does, and writes it into the user's settings. */
export async function guardProfile(
  target: Guarded,
  aliasOf: (accountId: string) => string | undefined,
): Promise<void> {
  const title = guardText.title();
  const first = await askSteps<GuardForm>({}, [
    async (_known, position) => {
      const answer = await askPick<GuardMatch>({
        ...position,
        title,
        placeholder: guardFormText.whatFor(),
        items: subjectsOf(target, aliasOf),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { match: answer.value } } : answer;
    },
    async (known, position) => {
      const answer = await askText({
        ...position,
        title,
        prompt: guardFormText.word(),
        value: known.name ?? 'PROD',
        validate: (text) => guardFormText.wordProblem(text.trim()),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { name: answer.value } } : answer;
    },
    async (known, position) => {
      const answer = await askPick<RoleColor>({
        ...position,
        title,
        placeholder: guardFormText.color(),
        items: roleColors.map((color) => ({
          label: colorWord(color) ?? color,
          iconPath: new vscode.ThemeIcon('shield', new vscode.ThemeColor(chartColors[color])),
          value: color,
        })),
        active: (item) => item.value === (known.color ?? 'red'),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { color: answer.value } } : answer;
    },
  ]);
  const chosen = first && (await askEffects(title));
  if (!first || !chosen || first.match === undefined) {
    return;
  }
  const minutes = await askMinutes(title, chosen);
  if (!minutes) {
    return;
  }
  const { match, name, color } = first;
  const flags = { askBeforeStart: true, readOnlyByDefault: true } as const;
  const entry = {
    match,
    name,
    color,
    ...Object.fromEntries(
      effects.filter((each) => chosen.includes(each)).map((each) => [each, { ...flags, ...minutes }[each]]),
    ),
  };
  await addGuard(entry);
  const open = guardText.openSettings();
  const choice = await vscode.window.showInformationMessage(guardFormText.written(name ?? ''), open);
  if (choice === open) {
    await vscode.commands.executeCommand(
      'workbench.action.openSettings',
      `${settingsSection}.${settings.guards}`,
    );
  }
}

function subjectsOf(
  target: Guarded,
  aliasOf: (accountId: string) => string | undefined,
): readonly PickItem<GuardMatch>[] {
  const { profile, accountId, roleArn, permissionSet } = target;
  const role = roleArn ?? permissionSet;
  return [
    ...(profile === '' ? [] : [{ ...guardFormText.ofProfile(profile), value: { profile } }]),
    ...(accountId === undefined
      ? []
      : [{ ...guardFormText.ofAccount(accountId, aliasOf(accountId)), value: { account: accountId } }]),
    ...(role === undefined
      ? []
      : [
          {
            ...guardFormText.ofRole(role),
            value: {
              role,
              // A permission set has one name in every account.
              ...(roleArn === undefined && accountId !== undefined && { account: accountId }),
            },
          },
        ]),
  ];
}

/** Which effects; undefined when the person left. At least one: a guard that does nothing is only a word. */
function askEffects(title: string): Promise<readonly Effect[] | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly value: Effect }>();
  pick.title = title;
  pick.placeholder = guardFormText.effects();
  pick.canSelectMany = true;
  pick.items = effects.map((value) => ({ ...guardFormText.effect(value), value }));
  pick.selectedItems = pick.items.slice(0, 1);
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems.map(({ value }) => value));
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

type Minutes = Partial<Pick<GuardForm, 'maxMinutes' | 'endWhenIdleMinutes'>>;

function askMinutes(title: string, chosen: readonly Effect[]): Promise<Minutes | undefined> {
  const wanted = (['maxMinutes', 'endWhenIdleMinutes'] as const).filter((each) => chosen.includes(each));
  return askSteps<Minutes>(
    {},
    wanted.map((field) => async (known, position) => {
      const answer = await askText({
        ...position,
        title,
        prompt: guardFormText.minutes(field),
        value: String(known[field] ?? usualMinutes[field]),
        validate: (text) =>
          /^\d{1,4}$/.test(text.trim()) &&
          Number(text) >= guardMinutes.min &&
          Number(text) <= guardMinutes.max
            ? undefined
            : guardFormText.minutesProblem(),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { [field]: Number(answer.value) } } : answer;
    }),
  );
}
