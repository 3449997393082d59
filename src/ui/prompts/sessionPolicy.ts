import * as vscode from 'vscode';
import type { SessionPolicies } from '../../aws/planModel.ts';
import { compactPolicy, parsePolicyArns, policiesProblem, policyLimits } from '../../aws/policies.ts';
import type { PolicyOwner, PolicyProblem } from '../../aws/policies.ts';
import { t } from '../text/l10n.ts';
import { policySentence } from '../text/policies.ts';
import { inlineWords } from '../text/roleForm.ts';
import { askPick, askText } from './input.ts';
import type { Answer, PickItem, StepOptions } from './input.ts';

/** A policy's file is never larger by much than the 2,048 characters that AWS takes, white space left out. */
const largestFile = 64 * 1024;

/** Where the text of a policy can come from, or that there is to be none. */
type Origin = 'clipboard' | 'editor' | 'file' | 'none';

/**
 * Asks where the text of a session policy is, and reads it. The value is the policy without needless white space, or
 * undefined for none. What AWS would refuse is said in the list, which is then asked again.
 */
export async function askInlinePolicy(
  at: StepOptions,
  known: SessionPolicies,
  owner: PolicyOwner | undefined,
): Promise<Answer<string | undefined>> {
  let chosen: Origin = 'clipboard';
  let complaint: string | undefined;
  for (;;) {
    const answer = await askPick<Origin>({
      ...at,
      placeholder: t('Where is the policy? JSON that says what the session may do at most'),
      items: [
        ...(complaint === undefined ? [] : [{ label: `$(warning) ${complaint}`, alwaysShow: true } as const]),
        ...originItems(known.inline),
      ],
      active: (item) => item.value === chosen,
    });
    if (answer.kind !== 'value') {
      return answer;
    }
    chosen = answer.value;
    if (answer.value === 'none') {
      return { kind: 'value', value: undefined };
    }
    const text = await textFrom(answer.value);
    if (text === undefined) {
      continue;
    }
    if (typeof text !== 'string') {
      complaint = text.complaint;
      continue;
    }
    const inline = compactPolicy(text);
    const problem = policiesProblem({ ...known, inline }, owner);
    if (problem === undefined) {
      return { kind: 'value', value: inline };
    }
    complaint = policySentence(problem);
  }
}

/** Asks for managed policies by ARN or by AWS's name; undefined for none. */
export async function askPolicyArns(
  at: StepOptions,
  known: SessionPolicies,
  owner: PolicyOwner | undefined,
): Promise<Answer<readonly string[] | undefined>> {
  const read = (text: string): readonly string[] => parsePolicyArns(text, owner?.partition ?? 'aws');
  const problemOf = (text: string): PolicyProblem | undefined =>
    policiesProblem({ ...known, arns: read(text) }, owner);
  const answer = await askText({
    ...at,
    prompt: t(
      'Up to {0} managed policies, blanks between them: ARNs, or names of AWS’s own such as ReadOnlyAccess',
      policyLimits.arns,
    ),
    placeholder: 'arn:aws:iam::111122223333:policy/name',
    value: known.arns?.join(' ') ?? '',
    validate: (text) => {
      const problem = problemOf(text);
      return problem === undefined ? undefined : policySentence(problem);
    },
  });
  if (answer.kind !== 'value') {
    return answer;
  }
  const arns = read(answer.value);
  return { kind: 'value', value: arns.length === 0 ? undefined : arns };
}

function originItems(current: string | undefined): PickItem<Origin>[] {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.selection.isEmpty === false;
  return [
    { label: `$(clippy) ${t('Clipboard')}`, description: t('a policy that you copied'), value: 'clipboard' },
    ...(editor === undefined
      ? []
      : [
          {
            label: `$(edit) ${selected ? t('Selection in the editor') : t('Open editor')}`,
            description: vscode.workspace.asRelativePath(editor.document.uri),
            value: 'editor' as const,
          },
        ]),
    { label: `$(go-to-file) ${t('File…')}`, value: 'file' },
    ...(current === undefined
      ? []
      : [{ label: `$(trash) ${t('None')}`, description: inlineWords(current), value: 'none' as const }]),
  ];
}

async function textFrom(
  origin: Exclude<Origin, 'none'>,
): Promise<string | { complaint: string } | undefined> {
  switch (origin) {
    case 'clipboard':
      return vscode.env.clipboard.readText();
    case 'editor': {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.getText(editor.selection.isEmpty ? undefined : editor.selection);
    }
    case 'file':
      return textOfFile();
  }
}

async function textOfFile(): Promise<string | { complaint: string } | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('Session Policy'),
      openLabel: t('Use Policy'),
      filters: { JSON: ['json'], [t('All Files')]: ['*'] },
    })) ?? [];
  if (file === undefined) {
    return undefined;
  }
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > largestFile) {
      return { complaint: t('This file is far too large for a session policy: {0}', file.path) };
    }
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return { complaint: t('This file could not be read: {0}', file.path) };
  }
}
