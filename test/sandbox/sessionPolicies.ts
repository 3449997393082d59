import { readPolicy } from './data.ts';
import { listOf, type Constraint, type Parameters } from './parameters.ts';
import { askIdentity, type IdentityVerdict, type PolicyQuestion, type Statement } from './policy.ts';
import { Refusal, validationError } from './refusal.ts';
import type { AccountData } from './data.ts';
import type { Caller } from './world.ts';

const arnText = String.raw`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+`;

/** Policy and PolicyArns of the operations that take session policies, limits from the STS model and its guide. */
export const policyParameters: readonly Constraint[] = [
  {
    kind: 'text',
    name: 'Policy',
    min: 1,
    max: 2048,
    pattern: String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+`,
  },
  { kind: 'list', name: 'PolicyArns', max: 10 },
  { kind: 'text', name: 'PolicyArns.member.*.arn', min: 20, max: 2048, pattern: arnText },
];

/** What a call says about session policies. */
export interface SessionPolicies {
  /** What the session may do at most; undefined when the call named no policy, an empty list never. */
  readonly statements: readonly Statement[] | undefined;
  /** Percent of the packed limit that policies and tags take; undefined when there is nothing to pack. */
  readonly packed: number | undefined;
}

/** AWS's own policies that the sandbox has: the actions that each allows. */
const awsPolicies: ReadonlyMap<string, readonly string[]> = new Map([
  ['AdministratorAccess', ['*']],
  [
    'ReadOnlyAccess',
    ['ec2:Describe*', 'iam:Get*', 'iam:List*', 'sts:GetAccessKeyInfo', 's3:Get*', 's3:List*'],
  ],
  ['job-function/ViewOnlyAccess', ['ec2:Describe*', 'iam:List*', 's3:ListAllMyBuckets']],
]);

/**
 * Reads and checks the session policies of a call. `account` is the one that the session will be in. The packing is
 * believable, not AWS's own, which nobody knows: 2048 characters count as 100 %. Throws a Refusal in AWS's words.
 */
export function sessionPolicies(
  parameters: Parameters,
  account: Pick<AccountData, 'id' | 'partition'>,
): SessionPolicies {
  const inline = parameters.get('Policy');
  const arns = listOf(parameters, 'PolicyArns').map((item) => item.get('arn') ?? '');
  const tags = listOf(parameters, 'Tags').map((tag) => `${tag.get('Key')}${tag.get('Value')}`);
  const statements = [
    ...(inline === undefined ? [] : statementsIn(inline)),
    ...arns.flatMap((arn) => statementsOf(arn, account)),
  ];
  const text = [inline ?? '', ...arns, ...tags].join('');
  const packed = Math.ceil((text.length / 2048) * 100);
  if (packed > 100) {
    throw new Refusal(
      400,
      'PackedPolicyTooLarge',
      `Packed policy consumes ${packed}% of allotted space, please use smaller policy.`,
    );
  }
  const narrowed = inline !== undefined || arns.length > 0;
  return { statements: narrowed ? statements : undefined, packed: text === '' ? undefined : packed };
}

/** PackedPolicySize of an answer. */
export function packedXml({ packed }: SessionPolicies): string | undefined {
  return packed === undefined ? undefined : String(packed);
}

/** What a caller's own policies and those of its session say together: a session has only what both allow. */
export function askCaller(caller: Caller, question: PolicyQuestion): IdentityVerdict {
  const own = askIdentity(caller.policies, question);
  const session = caller.session?.policies;
  if (session === undefined) {
    return own;
  }
  const narrowed = askIdentity(session, question);
  return own === 'deny' || narrowed === 'deny'
    ? 'deny'
    : own === 'allow' && narrowed === 'allow'
      ? 'allow'
      : 'none';
}

function statementsIn(inline: string): readonly Statement[] {
  try {
    JSON.parse(inline);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  try {
    const statements = readPolicy(inline);
    if (statements.some((statement) => statement.Principal !== undefined)) {
      throw malformed('Policy document should not specify a principal.');
    }
    if (statements.some((statement) => statement.Resource === undefined)) {
      throw malformed('Policy statement must contain resources.');
    }
    return statements;
  } catch (error) {
    throw error instanceof Refusal ? error : malformed('Syntax errors in policy.');
  }
}

function statementsOf(
  arn: string,
  { id, partition = 'aws' }: Pick<AccountData, 'id' | 'partition'>,
): Statement[] {
  const [, ofPartition, owner, name] = /^arn:(aws[a-z-]*):iam::(aws|\d{12}):policy\/(.+)$/.exec(arn) ?? [];
  if (ofPartition !== partition || (owner !== 'aws' && owner !== id) || name === undefined) {
    throw validationError('Request ARN is invalid');
  }
  // The accounts have no policies of their own: what is not AWS's own is not there.
  const actions = owner === 'aws' ? awsPolicies.get(name) : undefined;
  if (actions === undefined) {
    throw new Refusal(404, 'NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`);
  }
  return [{ Effect: 'Allow', Action: actions, Resource: '*' }];
}

function malformed(message: string): Refusal {
  return new Refusal(400, 'MalformedPolicyDocument', message);
}
