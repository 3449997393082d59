import type { SessionPolicies, SessionTag } from '../planModel.ts';
import { compactPolicy, orNoPolicies, readOnlyPolicyArn } from '../policies.ts';
import { parseRoleArn } from '../arn.ts';
import type { Tagging } from '../tags.ts';
import { writeTags } from '../tags.ts';

/** What a role's session can have beside what each has: who stands behind it, and what it may do less than the role. */
export interface RoleExtras extends Tagging {
  readonly sessionName?: string | undefined;
  readonly policies?: SessionPolicies;
  readonly readOnly?: true;
}

/** The same in the settings, where a person writes it: a member each, tags by their keys. */
export const extraKeys = [
  'sessionName',
  'sourceIdentity',
  'tags',
  'transitiveTagKeys',
  'sessionPolicy',
  'sessionPolicyArns',
  'readOnly',
] as const;

/** One of them. */
export type ExtraKey = (typeof extraKeys)[number];

/** Of what form a member must be. What AWS would refuse in it is found by the plan, as for every role. */
export type ExtraProblem = 'notText' | 'notTexts' | 'notTags' | 'notSwitch';

/**
 * Reads them from an entry of the settings. Whatever is wrong is told to `wrong`, and the entry must then not be used:
 * without one of these the session would be allowed more than was saved.
 */
export function readExtras(
  entry: ReadonlyMap<string, unknown>,
  wrong: (field: ExtraKey, what: ExtraProblem) => void,
): RoleExtras {
  const read = <T>(
    field: ExtraKey,
    what: ExtraProblem,
    is: (value: unknown) => value is T,
  ): T | undefined => {
    const value = entry.get(field);
    if (value === undefined || value === '') {
      return undefined;
    }
    if (is(value)) {
      return value;
    }
    wrong(field, what);
    return undefined;
  };
  const tags = read('tags', 'notTags', isTexts);
  const inline = read('sessionPolicy', 'notText', isText);
  const arns = read('sessionPolicyArns', 'notTexts', isTextList);
  return extrasOf({
    sessionName: read('sessionName', 'notText', isText),
    sourceIdentity: read('sourceIdentity', 'notText', isText),
    tags: tags && Object.entries(tags).map(([key, value]) => ({ key, value })),
    transitiveTagKeys: read('transitiveTagKeys', 'notTexts', isTextList),
    policies: {
      ...(inline !== undefined && { inline: compactPolicy(inline) }),
      ...(arns !== undefined && { arns }),
    },
    readOnly: read('readOnly', 'notSwitch', isSwitch) === true ? true : undefined,
  });
}

/** Of a role, only these, and only those that are set. */
export function extrasOf(role: {
  readonly [Key in keyof RoleExtras]: RoleExtras[Key] | undefined;
}): RoleExtras {
  const { sessionName, sourceIdentity, tags = [], transitiveTagKeys = [], readOnly } = role;
  const policies = role.policies && orNoPolicies(role.policies);
  return {
    ...(sessionName !== undefined && { sessionName }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(tags.length > 0 && { tags }),
    ...(transitiveTagKeys.length > 0 && { transitiveTagKeys }),
    ...(policies && { policies }),
    ...(readOnly && { readOnly }),
  };
}

/** As `readExtras` reads them; what is not set is not there. */
export function writeExtras(role: RoleExtras): Readonly<Partial<Record<ExtraKey, unknown>>> {
  const { sessionName, sourceIdentity, tags, transitiveTagKeys, policies, readOnly } = extrasOf(role);
  return {
    ...(sessionName !== undefined && { sessionName }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(tags && { tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }),
    ...(transitiveTagKeys && { transitiveTagKeys }),
    ...(policies?.inline !== undefined && { sessionPolicy: policies.inline }),
    ...(policies?.arns && { sessionPolicyArns: policies.arns }),
    ...(readOnly && { readOnly }),
  };
}

/** True for a session that may do less than its role. */
export function isNarrowed({ policies, readOnly }: RoleExtras): boolean {
  return readOnly === true || (policies !== undefined && orNoPolicies(policies) !== undefined);
}

/** True when both start the same session of one role. */
export function sameExtras(one: RoleExtras, other: RoleExtras): boolean {
  return JSON.stringify(writeExtras(one)) === JSON.stringify(writeExtras(other));
}

/** As keys of a profile: aws-vault's and, for the policies, ours. */
export function extraProperties(
  role: RoleExtras & { readonly roleArn: string },
): readonly (readonly [key: string, value: string])[] {
  const { sessionName, sourceIdentity, tags = [], transitiveTagKeys = [], policies, readOnly } = role;
  const partition = parseRoleArn(role.roleArn)?.partition ?? 'aws';
  const arns = readOnly ? [readOnlyPolicyArn(partition)] : (policies?.arns ?? []);
  return [
    ['role_session_name', sessionName ?? ''],
    ['source_identity', sourceIdentity ?? ''],
    ['session_tags', writeTags(tags)],
    ['transitive_session_tags', transitiveTagKeys.join(', ')],
    ['session_policy', compactPolicy(policies?.inline ?? '')],
    ['session_policy_arns', arns.join(', ')],
  ].flatMap(([key = '', value = '']) => (value === '' ? [] : [[key, value] as const]));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isSwitch(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isTexts(value: unknown): value is Readonly<Record<SessionTag['key'], string>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText)
  );
}
