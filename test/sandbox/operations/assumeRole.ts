import { integer, listOf, type Constraint, type Parameters } from '../parameters.ts';
import { askTrust, type PolicyContext } from '../policy.ts';
import { accessDenied, notAuthorized, Refusal, validationError } from '../refusal.ts';
import { askCaller, packedXml, policyParameters, sessionPolicies } from '../sessionPolicies.ts';
import { isPartition } from '../regions.ts';
import type { Caller, Role, World } from '../world.ts';
import { checkMfa, credentialsXml, mfaParameters, tagParameters } from './common.ts';
import { sts, type Operation } from './operation.ts';

const hour = 3600;
export const arnText = String.raw`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+`;

/** Limits of the STS model. */
const parameters: readonly Constraint[] = [
  { kind: 'text', name: 'RoleArn', required: true, min: 20, max: 2048, pattern: arnText },
  {
    kind: 'text',
    name: 'RoleSessionName',
    required: true,
    min: 2,
    max: 64,
    pattern: String.raw`[\w+=,.@-]*`,
  },
  { kind: 'integer', name: 'DurationSeconds', min: 900, max: 43_200 },
  { kind: 'text', name: 'ExternalId', min: 2, max: 1224, pattern: String.raw`[\w+=,.@:\/-]*` },
  { kind: 'text', name: 'SourceIdentity', min: 2, max: 64, pattern: String.raw`[\w+=,.@-]*` },
  ...mfaParameters,
  ...policyParameters,
  ...tagParameters,
  { kind: 'list', name: 'ProvidedContexts', max: 5 },
];

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const assumeRole: Operation = {
  name: 'AssumeRole',
  service: sts,
  parameters,
  run({ caller, parameters }, world) {
    const roleArn = parameters.get('RoleArn') ?? '';
    const sessionName = parameters.get('RoleSessionName') ?? '';
    if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn)) {
      throw validationError('Request ARN is invalid');
    }
    if (caller.kind === 'root') {
      throw accessDenied('Roles may not be assumed by root accounts.');
    }
    const policies = sessionPolicies(parameters, accountIn(roleArn));
    const tags = checkTags(parameters, caller);
    const sourceIdentity = checkSourceIdentity(parameters, caller);
    // The code is used up here, before permissions are looked at: a refused call costs a code.
    const mfaAt = checkMfa(parameters, caller, world) ? world.now() : caller.session?.mfaAt;

    const role = world.role(roleArn);
    const actions = ['sts:AssumeRole'];
    if (listOf(parameters, 'Tags').length > 0) {
      actions.push('sts:TagSession');
    }
    if (parameters.has('SourceIdentity')) {
      actions.push('sts:SetSourceIdentity');
    }
    const context = contextOf(parameters, caller, mfaAt, world.now());
    for (const action of actions) {
      authorise(action, roleArn, role, caller, context, world);
    }
    if (role === undefined) {
      throw notAuthorized(caller.arn, 'sts:AssumeRole', roleArn, false);
    }
    const keys = world.issueRole(role, sessionName, checkDuration(parameters, caller.session, role), {
      mfaAt,
      sourceIdentity,
      transitiveTags: tags,
      policies: policies.statements,
      chained: caller.session !== undefined,
    });
    return {
      AssumedRoleUser: { AssumedRoleId: keys.userId, Arn: keys.arn },
      Credentials: credentialsXml(keys),
      PackedPolicySize: packedXml(policies),
      SourceIdentity: sourceIdentity,
    };
  },
};

/** Both sides have to agree, unless they are one account and the role's trust names the caller itself. */
function authorise(
  action: string,
  roleArn: string,
  role: Role | undefined,
  caller: Caller,
  context: PolicyContext,
  world: World,
): void {
  const question = { action, resource: roleArn, context };
  const identity = world.isRevoked(caller) ? 'deny' : askCaller(caller, question);
  const trust = role === undefined ? 'none' : askTrust(role.trust, caller, question);
  const enough =
    trust === 'names-caller' &&
    role?.account.id === caller.accountId &&
    caller.session?.policies === undefined
      ? true
      : identity === 'allow';
  if (identity === 'deny' || trust === 'deny') {
    const where = identity === 'deny' ? 'an identity-based policy' : 'a resource-based policy';
    throw accessDenied(
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn} with an explicit deny in ${where}`,
    );
  }
  if (trust === 'none' || !enough) {
    throw notAuthorized(caller.arn, action, roleArn, false);
  }
}

/** What conditions can ask. Long-term keys without a code have no MFA keys at all: only `…IfExists` holds for them. */
function contextOf(
  parameters: Parameters,
  caller: Caller,
  mfaAt: number | undefined,
  now: number,
): PolicyContext {
  const context = new Map([
    ['aws:principalarn', caller.roleArn ?? caller.arn],
    ['aws:principalaccount', caller.accountId],
    ['sts:rolesessionname', parameters.get('RoleSessionName') ?? ''],
  ]);
  for (const tag of listOf(parameters, 'Tags')) {
    context.set(`aws:requesttag/${tag.get('Key')?.toLowerCase()}`, tag.get('Value') ?? '');
  }
  const sourceIdentity = parameters.get('SourceIdentity') ?? caller.session?.sourceIdentity;
  if (sourceIdentity !== undefined) {
    context.set('sts:sourceidentity', sourceIdentity);
  }
  const externalId = parameters.get('ExternalId');
  if (externalId !== undefined) {
    context.set('sts:externalid', externalId);
  }
  if (mfaAt !== undefined) {
    context.set('aws:multifactorauthage', String(Math.floor((now - mfaAt) / 1000)));
  }
  if (mfaAt !== undefined || caller.session !== undefined) {
    context.set('aws:multifactorauthpresent', String(mfaAt !== undefined));
  }
  return context;
}

/** Temporary callers, GetSessionToken's among them, are chaining (https://github.com/coinbase/assume-role/issues/24). */
export function checkDuration(parameters: Parameters, session: Caller['session'], role: Role): number {
  const asked = integer(parameters, 'DurationSeconds');
  if (asked !== undefined && session !== undefined && asked > hour) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (asked !== undefined && asked > (role.maxSessionDuration ?? hour)) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return asked ?? hour;
}

/** The account and the partition of a role's ARN. */
export function accountIn(roleArn: string): Pick<Role['account'], 'id' | 'partition'> {
  const [, partition = '', , , id = ''] = roleArn.split(':');
  return { id, ...(isPartition(partition) && { partition }) };
}

/** The tags that the new session passes on: those it inherits, and its own that are named as transitive. */
function checkTags(parameters: Parameters, caller: Caller): ReadonlyMap<string, string> {
  const inherited = caller.session?.transitiveTags ?? new Map<string, string>();
  const inheritedKeys = new Set([...inherited.keys()].map((key) => key.toLowerCase()));
  const own = new Map<string, string>();
  const seen = new Set<string>();
  for (const tag of listOf(parameters, 'Tags')) {
    const key = tag.get('Key') ?? '';
    if (seen.has(key.toLowerCase())) {
      throw new Refusal(
        400,
        'InvalidParameterValue',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      );
    }
    if (inheritedKeys.has(key.toLowerCase())) {
      throw new Refusal(
        400,
        'InvalidParameterValue',
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      );
    }
    seen.add(key.toLowerCase());
    own.set(key, tag.get('Value') ?? '');
  }
  const passedOn = new Map(inherited);
  for (const item of listOf(parameters, 'TransitiveTagKeys')) {
    const key = item.get('') ?? '';
    const value = own.get(key);
    if (value === undefined) {
      throw new Refusal(
        400,
        'InvalidParameterValue',
        'The specified transitive tag key must be included in the requested tags.',
      );
    }
    passedOn.set(key, value);
  }
  return passedOn;
}

/** A source identity stays for the whole chain. */
function checkSourceIdentity(parameters: Parameters, caller: Caller): string | undefined {
  const inherited = caller.session?.sourceIdentity;
  const asked = parameters.get('SourceIdentity');
  if (asked?.toLowerCase().startsWith('aws:')) {
    throw validationError('SourceIdentity must not begin with aws:');
  }
  if (inherited !== undefined && asked !== undefined && asked !== inherited) {
    throw accessDenied(`User: ${caller.arn} is not authorized to change the source identity of its session`);
  }
  return inherited ?? asked;
}
