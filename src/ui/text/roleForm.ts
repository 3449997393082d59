import { durations } from '../../aws/limits.ts';
import type { SessionPolicies, SessionRequest } from '../../aws/planModel.ts';
import { statementCount } from '../../aws/policies.ts';
import type { ProfileKind } from '../../aws/profiles.ts';
import { durationWords } from './input.ts';
import { kindLook } from './kinds.ts';
import { t } from './l10n.ts';
import { deviceName } from './prompts.ts';

/** What was answered so far to “Assume Role…”. */
export type RoleForm = {
  readonly [Key in Exclude<keyof RoleRequest, 'kind'>]?: RoleRequest[Key] | undefined;
};

type RoleRequest = Extract<SessionRequest, { kind: 'role' }>;

/** What can be set beside the role and its source. */
export type RoleOption =
  | 'externalId'
  | 'mfaSerial'
  | 'durationSeconds'
  | 'sessionName'
  | 'sourceIdentity'
  | 'tags'
  | 'transitiveTagKeys'
  | 'readOnly'
  | 'inline'
  | 'arns';

/** The words of “Assume Role…”. */
export const roleFormText = {
  title: () => t('Assume Role'),
  titleOf: (role: string) => t('Assume Role: {0}', role),
  more: () => t('More Options…'),
  moreDetail: () => t('External ID, MFA, duration, names, tags, session policies, read-only'),
  optionsPlaceholder: () => t('Enter on a row changes it, Enter on the first row starts the session'),
  start: () => t('Start'),
  startDescription: (role: string, source: string | undefined) =>
    source === undefined ? t('choose a source profile first') : t('{0} through {1}', role, source),
  role: () => t('Role'),
  sourceProfile: () => t('Source profile'),
  askedByRole: () => t('What the role may ask for'),
  ofSession: () => t('The session'),
  lessThanRole: () => t('Less than the role may do'),
  notSet: () => t('not set'),
  /** A source in the list: what kind it is, and its account where it is a role. */
  source: (kind: ProfileKind, account: string | undefined) =>
    account === undefined || account === '' ? kindLook(kind).word : `${kindLook(kind).word} · ${account}`,
  /** Everything that is set, in a word each. */
  summary: (form: RoleForm): readonly string[] => [
    ...(form.externalId === undefined ? [] : [t('external ID')]),
    ...(form.mfaSerial === undefined ? [] : [t('MFA')]),
    ...(form.durationSeconds === undefined ? [] : [durationWords(form.durationSeconds)]),
    ...(form.sessionName === undefined ? [] : [form.sessionName]),
    ...(form.sourceIdentity === undefined ? [] : [t('source identity')]),
    ...(form.tags === undefined ? [] : [t('tags')]),
    ...(form.policies === undefined ? [] : [t('session policies')]),
    ...(form.readOnly ? [t('read-only')] : []),
  ],
};

/** The name of an option in the list. */
export function roleOptionLabel(option: RoleOption): string {
  switch (option) {
    case 'externalId':
      return t('External ID');
    case 'mfaSerial':
      return t('MFA device');
    case 'durationSeconds':
      return t('Duration');
    case 'sessionName':
      return t('Session name');
    case 'sourceIdentity':
      return t('Source identity');
    case 'tags':
      return t('Session tags');
    case 'transitiveTagKeys':
      return t('Tags passed on');
    case 'readOnly':
      return t('Read-only');
    case 'inline':
      return t('Session policy');
    case 'arns':
      return t('Managed session policies');
  }
}

/** What an option is set to, or what holds without it. */
export function roleOptionValue(
  option: RoleOption,
  form: RoleForm,
  known: { readonly defaultSessionName: string },
): string {
  const { policies } = form;
  switch (option) {
    case 'externalId':
      return form.externalId ?? roleFormText.notSet();
    case 'mfaSerial':
      return form.mfaSerial === undefined ? t('none, no code is asked for') : deviceName(form.mfaSerial);
    case 'durationSeconds':
      return durationWords(form.durationSeconds ?? durations.maxChained);
    case 'sessionName':
      return form.sessionName ?? known.defaultSessionName;
    case 'sourceIdentity':
      return form.sourceIdentity ?? roleFormText.notSet();
    case 'tags':
      return form.tags?.map(({ key, value }) => `${key}=${value}`).join(', ') ?? roleFormText.notSet();
    case 'transitiveTagKeys':
      return form.transitiveTagKeys?.join(', ') ?? t('none');
    case 'readOnly':
      return form.readOnly ? t('on: it changes nothing, but it still reads data') : t('off');
    case 'inline':
      return policies?.inline === undefined ? roleFormText.notSet() : inlineWords(policies.inline);
    case 'arns':
      return policies?.arns === undefined ? roleFormText.notSet() : arnWords(policies.arns);
  }
}

/** `2 statements, 214 characters`. */
export function inlineWords(policy: string): string {
  const statements = statementCount(policy);
  return statements === 1
    ? t('1 statement, {0} characters', policy.length)
    : t('{0} statements, {1} characters', statements, policy.length);
}

/** The names at the ends of policy ARNs. */
export function arnWords(arns: readonly string[]): string {
  return arns.map((arn) => arn.replace(/^.*:policy\//, '')).join(', ');
}

/** What policies are in a word or two; nothing for none. */
export function policiesWords({ inline, arns }: SessionPolicies): string {
  return [
    ...(inline === undefined ? [] : [inlineWords(inline)]),
    ...(arns === undefined ? [] : [arnWords(arns)]),
  ].join(' · ');
}
