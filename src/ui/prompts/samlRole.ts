import * as vscode from 'vscode';
import { roleArnProblem } from '../../aws/limits.ts';
import type { SamlRole } from '../../aws/planModel.ts';
import { parseProviderArn, sameRole } from '../../aws/saml/assertion.ts';
import type { HeldAssertion } from '../../session/assertions.ts';
import { DisposableStore } from '../../session/emitter.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { accountLabel, rolesByAccount, samlText, signedInAs } from '../text/saml.ts';
import type { NameOf } from '../text/saml.ts';
import { roleNameOf } from '../text/tree.ts';
import { askText } from './input.ts';
import { askSteps } from './steps.ts';

/** What the picker shows. */
export interface RoleQuestion {
  readonly profile: string;
  readonly held: HeldAssertion;
  /** The role that was chosen last. */
  readonly last: SamlRole | undefined;
  readonly nameOf: NameOf;
  /** Milliseconds UTC. */
  now(): number;
}

/** What the person wants: a role, or another sign-in. */
export type RoleAnswer = { readonly kind: 'role'; readonly role: SamlRole } | { readonly kind: 'again' };

interface RoleItem extends vscode.QuickPickItem {
  readonly answer?: RoleAnswer;
}

/**
 * Has the person pick one of an assertion's roles while it lasts, and says how long that is; afterwards all that is left
 * is to sign in again. Undefined when they leave.
 */
export function pickSamlRole(question: RoleQuestion): Promise<RoleAnswer | undefined> {
  const { profile, held } = question;
  const store = new DisposableStore();
  const pick = store.add(vscode.window.createQuickPick<RoleItem>());
  const again: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('sign-in'),
    tooltip: samlText.signInAgain(),
  };
  pick.items = itemsOf(question);
  pick.placeholder = signedInAs(held.assertion);
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.buttons = [again];
  const first = pick.items.find(({ answer }) => answer !== undefined);
  pick.activeItems = first ? [first] : [];
  let over = false;
  const tick = (): void => {
    const left = held.until - question.now();
    const title = left > 0 ? samlText.pick(profile, left) : samlText.pickOver(profile);
    if (pick.title !== title) {
      pick.title = title;
    }
    if (left <= 0 && !over) {
      over = true;
      pick.value = '';
      pick.items = [
        {
          label: `$(sign-in) ${samlText.signInAgain()}`,
          detail: samlText.signInAgainDetail(),
          answer: { kind: 'again' },
        },
      ];
    }
  };
  return new Promise((resolve) => {
    const close = (answer: RoleAnswer | undefined): void => {
      resolve(answer);
      store.dispose();
    };
    const timer = setInterval(tick, 1000);
    store.add({ dispose: () => clearInterval(timer) });
    store.add(
      pick.onDidAccept(() => {
        // A key between the end and the tick that shows it.
        tick();
        const answer = pick.selectedItems[0]?.answer;
        if (answer !== undefined && (!over || answer.kind === 'again')) {
          close(answer);
        }
      }),
    );
    store.add(pick.onDidTriggerButton(() => close({ kind: 'again' })));
    store.add(pick.onDidHide(() => close(undefined)));
    tick();
    pick.show();
  });
}

function itemsOf({ held, last, nameOf }: RoleQuestion): readonly RoleItem[] {
  const { roles } = held.assertion;
  const separator = (label: string): RoleItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const item = (role: SamlRole, accountId: string): RoleItem => ({
    label: `$(shield) ${roleNameOf(role.roleArn) ?? role.roleArn}`,
    description: accountLabel(accountId, nameOf),
    answer: { kind: 'role', role },
  });
  const groups = rolesByAccount(roles, nameOf);
  const before = groups.flatMap(({ accountId, roles: ofAccount }) =>
    ofAccount
      .filter((role) => last !== undefined && sameRole(role, last))
      .map((role) => item(role, accountId)),
  );
  return [
    ...(before.length > 0 ? [separator(samlText.lastTime()), ...before] : []),
    ...groups.flatMap(({ accountId, roles: ofAccount }) => [
      separator(accountLabel(accountId, nameOf)),
      ...ofAccount.map((role) => item(role, accountId)),
    ]),
  ];
}

/** Asks for the role and the provider of an assertion that only AWS can read; undefined when the person leaves. */
export async function askSealedRole(
  profile: string,
  last: SamlRole | undefined,
): Promise<SamlRole | undefined> {
  const title = samlText.sealedTitle(profile);
  const form = await askSteps<SamlRole>(last ?? {}, [
    async (known, position) => {
      const answer = await askText({
        ...position,
        title,
        prompt: samlText.sealedRole(),
        placeholder: 'arn:aws:iam::111122223333:role/name',
        value: known.roleArn ?? '',
        validate: (text) => {
          const problem = roleArnProblem(text.trim());
          return problem && inputSentence(problem);
        },
      });
      return answer.kind === 'value' ? { kind: 'value', value: { roleArn: answer.value } } : answer;
    },
    async (known, position) => {
      const account = /^(arn:[^:]+:iam::\d+:)role\//.exec(known.roleArn ?? '')?.[1];
      const providerName = known.providerArn?.split(':saml-provider/')[1] ?? '';
      const answer = await askText({
        ...position,
        title,
        prompt: samlText.sealedProvider(),
        placeholder: 'arn:aws:iam::111122223333:saml-provider/name',
        // Provider and role lie in one account, and most providers have one name in all of them.
        value: account === undefined ? (known.providerArn ?? '') : `${account}saml-provider/${providerName}`,
        goesOn: providerName === '',
        validate: (text) => providerProblem(text.trim()),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { providerArn: answer.value } } : answer;
    },
  ]);
  const { roleArn, providerArn } = form ?? {};
  return roleArn === undefined || providerArn === undefined ? undefined : { roleArn, providerArn };
}

function providerProblem(text: string): string | undefined {
  if (text === '') {
    return inputSentence({ kind: 'empty' });
  }
  return parseProviderArn(text) === undefined
    ? t('This is not the ARN of a SAML provider: arn:aws:iam::111122223333:saml-provider/name')
    : undefined;
}
