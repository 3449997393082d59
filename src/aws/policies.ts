import type { SessionPolicies } from './planModel.ts';

/** What keeps session policies from being taken by AWS, found before the call. */
export type PolicyProblem =
  | { readonly kind: 'policyNotJson' }
  /** JSON, but no policy that an identity may have; `what` is the member that is missing, wrong or too much. */
  | {
      readonly kind: 'policyShape';
      readonly what: 'Statement' | 'Effect' | 'Action' | 'Resource' | 'Principal';
    }
  /** The first character that may not stand in a policy. */
  | { readonly kind: 'policyCharacter'; readonly character: string }
  /** Policy and ARNs together. */
  | { readonly kind: 'policiesTooLong'; readonly characters: number; readonly max: number }
  | { readonly kind: 'policyArnsTooMany'; readonly count: number; readonly max: number }
  | { readonly kind: 'policyArnTwice'; readonly arn: string }
  | { readonly kind: 'notPolicyArn'; readonly arn: string }
  /** `partition` is the role's. */
  | { readonly kind: 'policyOfOtherPartition'; readonly arn: string; readonly partition: string }
  /** A policy of a customer's own, in another account than the role. */
  | { readonly kind: 'policyOfOtherAccount'; readonly arn: string; readonly accountId: string };

/** Of STS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_RequestParameters */
export const policyLimits = {
  /** Of the plain text of all session policies, ARNs included. */
  characters: 2048,
  arns: 10,
  /** Percent of the packed size above which a little more of anything would be refused. */
  worryingPercent: 80,
} as const;

/** The policy that AWS keeps up to date with every reading action: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ReadOnlyAccess.html */
const readOnlyAccess = 'ReadOnlyAccess';

/** Where the policies are used, as far as that is known. */
export interface PolicyOwner {
  readonly partition: string;
  readonly accountId: string | undefined;
}

/** The ARN of a policy of AWS's own by its name, with its path where it has one (`job-function/ViewOnlyAccess`). */
export function awsPolicyArn(partition: string, name: string): string {
  return `arn:${partition}:iam::aws:policy/${name}`;
}

/** The ARN of ReadOnlyAccess in a partition. */
export function readOnlyPolicyArn(partition: string): string {
  return awsPolicyArn(partition, readOnlyAccess);
}

/** True for the ARN of ReadOnlyAccess, in any partition. */
export function isReadOnlyPolicy(arn: string): boolean {
  return /^arn:aws[a-z-]*:iam::aws:policy\/ReadOnlyAccess$/.test(arn);
}

/** ARNs with blanks, commas or line breaks between them; a bare name means one of AWS's own policies. */
export function parsePolicyArns(text: string, partition: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => (/^[\w+=.@/-]+$/.test(word) ? awsPolicyArn(partition, word) : word));
}

/** The first thing for which AWS would refuse these policies; undefined when there is none that can be seen from here. */
export function policiesProblem(
  { inline, arns = [] }: SessionPolicies,
  owner: PolicyOwner | undefined,
): PolicyProblem | undefined {
  const problem = (inline === undefined ? undefined : inlineProblem(inline)) ?? arnsProblem(arns, owner);
  if (problem !== undefined) {
    return problem;
  }
  const characters = [inline ?? '', ...arns].join('').length;
  const max = policyLimits.characters;
  return characters > max ? { kind: 'policiesTooLong', characters, max } : undefined;
}

/** The policy without the white space between its parts, all of which AWS would count. What is no JSON stays as it is. */
export function compactPolicy(text: string): string {
  return isJson(text)
    ? text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, (_space, quoted?: string) => quoted ?? '')
    : text.trim();
}

/** How many statements a policy has, for people to recognise it by; 0 for what is no policy. */
export function statementCount(policy: string): number {
  const statements = isJson(policy) ? statementsOf(JSON.parse(policy)) : undefined;
  return statements?.length ?? 0;
}

/** The policies, or undefined where there are none at all: an empty list would make AWS deny everything or refuse. */
export function orNoPolicies(policies: SessionPolicies): SessionPolicies | undefined {
  const { inline, arns = [] } = policies;
  return inline === undefined && arns.length === 0
    ? undefined
    : { ...(inline !== undefined && { inline }), ...(arns.length > 0 && { arns }) };
}

function inlineProblem(inline: string): PolicyProblem | undefined {
  // The pattern of Policy in the API model of STS; `u`, so that a whole character is found.
  const character = /[^\t\n\r\u0020-\u00FF]/u.exec(inline)?.[0];
  if (character !== undefined) {
    return { kind: 'policyCharacter', character };
  }
  return isJson(inline) ? shapeProblem(JSON.parse(inline)) : { kind: 'policyNotJson' };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html, as far as an identity's policy goes. */
function shapeProblem(policy: unknown): PolicyProblem | undefined {
  const statements = statementsOf(policy);
  if (statements === undefined || statements.length === 0) {
    return { kind: 'policyShape', what: 'Statement' };
  }
  for (const statement of statements) {
    const what = wrongPartOf(statement);
    if (what !== undefined) {
      return { kind: 'policyShape', what };
    }
  }
  return undefined;
}

function wrongPartOf(
  statement: unknown,
): 'Statement' | 'Effect' | 'Action' | 'Resource' | 'Principal' | undefined {
  const parts = members(statement);
  if (parts === undefined) {
    return 'Statement';
  }
  if (parts.get('Effect') !== 'Allow' && parts.get('Effect') !== 'Deny') {
    return 'Effect';
  }
  if (!parts.has('Action') && !parts.has('NotAction')) {
    return 'Action';
  }
  if (!parts.has('Resource') && !parts.has('NotResource')) {
    return 'Resource';
  }
  return parts.has('Principal') || parts.has('NotPrincipal') ? 'Principal' : undefined;
}

function statementsOf(policy: unknown): readonly unknown[] | undefined {
  const statement = members(policy)?.get('Statement');
  return statement === undefined ? undefined : Array.isArray(statement) ? statement : [statement];
}

function members(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map<string, unknown>(Object.entries(value))
    : undefined;
}

function arnsProblem(arns: readonly string[], owner: PolicyOwner | undefined): PolicyProblem | undefined {
  if (arns.length > policyLimits.arns) {
    return { kind: 'policyArnsTooMany', count: arns.length, max: policyLimits.arns };
  }
  for (const [index, arn] of arns.entries()) {
    const problem = arnProblem(arn, owner);
    if (problem !== undefined) {
      return problem;
    }
    if (arns.indexOf(arn) !== index) {
      return { kind: 'policyArnTwice', arn };
    }
  }
  return undefined;
}

/** “The policies must exist in the same account as the role”: the API reference. AWS's own exist in every account. */
function arnProblem(arn: string, owner: PolicyOwner | undefined): PolicyProblem | undefined {
  const fits = arn.length >= 20 && arn.length <= 2048;
  const match = fits
    ? /^arn:(aws[a-z-]*):iam::(aws|\d{12}):policy\/(?:[!-~]+\/)?[\w+=,.@-]{1,128}$/.exec(arn)
    : null;
  const [, partition, account] = match ?? [];
  if (partition === undefined || account === undefined) {
    return { kind: 'notPolicyArn', arn };
  }
  if (owner !== undefined && partition !== owner.partition) {
    return { kind: 'policyOfOtherPartition', arn, partition: owner.partition };
  }
  return account === 'aws' || owner?.accountId === undefined || account === owner.accountId
    ? undefined
    : { kind: 'policyOfOtherAccount', arn, accountId: owner.accountId };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
