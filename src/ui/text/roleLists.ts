import { parseRoleArn } from '../../aws/arn.ts';
import type { FoundRole } from '../../aws/roles/assumable.ts';
import { isNarrowed } from '../../aws/roles/roleExtras.ts';
import type { ExtraKey } from '../../aws/roles/roleExtras.ts';
import type { RoleColor, RoleEntry, RoleField, RoleProblem, SavedRole } from '../../aws/roles/savedRole.ts';
import type { Search, SearchProgress } from '../../session/roleFinder.ts';
import { inputSentence } from './input.ts';
import { t } from './l10n.ts';
import { accountForReading, clockTime } from './time.ts';
import { joinFacts } from './tree.ts';

/** What the row of a saved role says beside its name. */
export function savedFacts(role: SavedRole, sourceGone: boolean): string {
  return sourceGone
    ? t('its source profile is not there: {0}', role.sourceProfile ?? '')
    : joinFacts([t('saved'), lessThanRole(role), accountOf(role.roleArn), nameUnless(role)]);
}

/** What the row of a suggested role says beside its name. */
export function suggestedFacts(role: SavedRole, folderName: string, ignored: readonly string[]): string {
  return joinFacts([
    accountOf(role.roleArn),
    nameUnless(role),
    // Whose word it is must never make room for anything.
    joinWords([t('from {0}', folderName), lessThanRole(role), ignored.length > 0 ? t('in part') : undefined]),
  ]);
}

/** What the row of a found role says beside its name; `profile` is one that starts the same role. */
export function foundFacts({ arn, verdict, needs, unknown }: FoundRole, profile: string | undefined): string {
  const asks = joinFacts([
    needs.mfa ? t('MFA') : undefined,
    needs.externalId === undefined ? undefined : t('external ID'),
    needs.sourceIdentity === undefined ? undefined : t('source identity'),
  ]);
  const [first] = unknown;
  const sure =
    verdict === 'named'
      ? t('your policies name it')
      : verdict === 'perhaps' && first !== undefined
        ? t('perhaps, depends on {0}', first)
        : undefined;
  const known = profile === undefined ? undefined : t('in profile {0}', profile);
  return joinFacts([joinWords([accountOf(arn), known]), asks, sure]);
}

/** What a found role takes, a line each. */
export function foundTooltipLines({ verdict, needs, unknown }: FoundRole): readonly string[] {
  const { externalId, sourceIdentity, sessionName } = needs;
  return [
    verdict === 'yes'
      ? t('You can assume this role, as far as IAM can tell')
      : verdict === 'named'
        ? t('Your own policies let you assume this role, its trust policy cannot be read from here')
        : t('You can assume this role if AWS finds this in order: {0}', unknown.join(', ')),
    ...(needs.mfa ? [t('It asks for an MFA code')] : []),
    ...(externalId === undefined ? [] : [t('It asks for the external ID: {0}', externalId)]),
    ...(sourceIdentity === undefined ? [] : [t('It asks for the source identity: {0}', sourceIdentity)]),
    ...(sessionName === undefined ? [] : [t('It asks for the session name: {0}', sessionName)]),
  ];
}

/** The row above what a search found. */
export function foundGroupText(
  { roles, at, missing }: Search,
  now: number,
): { readonly label: string; readonly description: string } {
  return {
    label: t('Roles found'),
    description: joinFacts([
      String(roles.length),
      clockTime(at, now),
      missing.length > 0 ? t('permissions missing') : undefined,
    ]),
  };
}

/** Which permissions a search lacked, and which patterns of names the caller's policies hold. */
export function missingSentence({ missing, patterns }: Search): readonly string[] {
  return [
    ...(missing.length === 0
      ? []
      : [t('You lack these permissions, so there may be more: {0}', missing.join(', '))]),
    ...(patterns.length === 0
      ? []
      : [t('Your policies allow all roles of these names: {0}', patterns.join(', '))]),
  ];
}

/** What is said while roles are looked for, and after it. */
export const findText = {
  title: (profile: string) => t('Looking for roles that {0} can assume', profile),
  progress: ({ stage, count }: SearchProgress) =>
    stage === 'listing' ? t('{0} roles listed', count) : t('{0} roles checked', count),
  found: (profile: string, search: Search) => {
    const count = search.roles.length;
    if (search.missing.length > 0) {
      return count === 0
        ? t(
            'No role could be found for {0}, these permissions are missing: {1}',
            profile,
            few(search.missing),
          )
        : t(
            '{0} roles that {1} can assume, there may be more, as these permissions are missing: {2}',
            count,
            profile,
            few(search.missing),
          );
    }
    const sure = search.roles.filter(({ verdict }) => verdict === 'yes').length;
    if (count === 0) {
      return t('IAM lists no role that this profile can assume: {0}', profile);
    }
    if (sure === 1 && count === 1) {
      return t('1 role can be assumed from {0}', profile);
    }
    return sure === count
      ? t('{0} roles can be assumed from {1}', count, profile)
      : t('{0} roles can be assumed from {1}, and {2} more perhaps', sure, profile, count - sure);
  },
  roleOpen: (profile: string) =>
    t('This sign-in has many roles, save the one that is to look as a profile first: {0}', profile),
  withCode: () => t('Try with MFA Code'),
};

/** Enough to ask an administrator for; the tooltip has all of them. */
function few(permissions: readonly string[]): string {
  const shown = permissions.slice(0, 2).join(', ');
  return permissions.length > 2 ? t('{0} and {1} more', shown, permissions.length - 2) : shown;
}

/** What is wrong with an entry of the settings: the field, and what it should be. */
export function entryProblemSentence({ problems: [problem] }: RoleEntry): string {
  return problem === undefined ? '' : problemOfField(problem);
}

function problemOfField(problem: RoleProblem): string {
  if (problem.field === undefined) {
    if (problem.what.kind === 'tooMany') {
      return t('Only so many suggestions of a folder are shown: {0}', problem.what.max);
    }
    return t('This entry is no role, it needs a name, roleArn and sourceProfile');
  }
  const { field, what } = problem;
  switch (what.kind) {
    case 'missing':
      return t('This is missing: {0}', field);
    case 'notText':
      return t('{0} must be text', field);
    case 'notTexts':
      return t('{0} must be a list of texts', field);
    case 'notTags':
      return t('{0} must name each tag with its value, both as text', field);
    case 'notSwitch':
      return t('{0} must be true or false', field);
    case 'notColor':
      return t('{0} must be red, orange, yellow, green, blue or purple', field);
    case 'taken':
      return t('There is a role of this name already: {0}', field);
    default:
      return t('{0}: {1}', field, inputSentence(what));
  }
}

/** That a folder says things of a role that count for nothing. */
export function ignoredSentence(ignored: readonly string[]): string {
  return t('This is not taken from the settings: {0}', ignored.join(', '));
}

/** A field of a saved role as people read it. */
export function fieldWord(field: Exclude<RoleField, ExtraKey>): string {
  switch (field) {
    case 'name':
      return t('Name');
    case 'roleArn':
      return t('Role');
    case 'sourceProfile':
      return t('Source profile');
    case 'externalId':
      return t('External ID');
    case 'mfaSerial':
      return t('MFA device');
    case 'durationSeconds':
      return t('Duration');
    case 'region':
      return t('Region');
    case 'color':
      return t('Color');
  }
}

/** A colour in words; undefined for none. */
export function colorWord(color: RoleColor | undefined): string | undefined {
  switch (color) {
    case undefined:
      return undefined;
    case 'red':
      return t('red');
    case 'orange':
      return t('orange');
    case 'yellow':
      return t('yellow');
    case 'green':
      return t('green');
    case 'blue':
      return t('blue');
    case 'purple':
      return t('purple');
  }
}

/** The question before the first start of a role that a folder suggests. */
export const suggestedText = {
  question: (role: SavedRole, folderName: string) =>
    t(
      'The folder {0} suggests the role {1} in account {2}',
      folderName,
      parseRoleArn(role.roleArn)?.name ?? role.roleArn,
      accountOf(role.roleArn),
    ),
  /** Text, a line each: nothing of the folder's own stands at the beginning of one. */
  detail: (role: SavedRole, source: string) =>
    [
      role.externalId === undefined
        ? t('It will be assumed with your credentials of {0}: {1}', source, role.roleArn)
        : t(
            'It will be assumed with your credentials of {0} and the external ID {1}: {2}',
            source,
            role.externalId,
            role.roleArn,
          ),
      ...(nameUnless(role) === undefined ? [] : [t('The folder calls it: {0}', role.name)]),
      ...(role.readOnly ? [t('It will be read-only')] : []),
    ].join('\n'),
  button: () => t('Use This Role'),
};

function accountOf(roleArn: string): string {
  return accountForReading(parseRoleArn(roleArn)?.accountId ?? '');
}

/** What counts as one fact: a row shows three. */
function joinWords(words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(', ');
}

function lessThanRole(role: SavedRole): string | undefined {
  return role.readOnly ? t('read-only') : isNarrowed(role) ? t('session policies') : undefined;
}

function nameUnless({ name, roleArn }: SavedRole): string | undefined {
  const role = parseRoleArn(roleArn)?.name;
  return role === name ? undefined : role;
}
