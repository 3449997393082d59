import { parseArnOwner, parseRoleArn } from './arn.ts';
import type { StsCall } from './effects.ts';
import type { AccessDeniedHint, Fault, WebIdentityTrouble } from './faults.ts';
import { partitionOfRegion } from './partitions.ts';
import type { StsTarget } from './planModel.ts';
import { redact } from './redact.ts';
import { samlRefusal } from './saml/samlRefusal.ts';

/** An error as STS sent it, with what was known when it came. */
export interface AwsError {
  /** `<Code>` of the answer. */
  readonly code: string;
  /** `<Message>` of the answer; empty when there was none. */
  readonly message: string;
  /** HTTP status. */
  readonly status: number;
  /** The Date header, milliseconds UTC. */
  readonly serverTime: number | undefined;
  /** Our clock when the answer came, milliseconds UTC. */
  readonly now: number;
  readonly call: StsCall;
  readonly target: StsTarget;
  /** Undefined for a call that was not signed. */
  readonly keys: { readonly accessKeyId: string } | undefined;
}

/** STS refuses signatures further than this from its own clock. */
const clockToleranceMs = 15 * 60_000;

/**
 * What an error of AWS's means. Here, and nowhere else, are AWS's sentences read, and only where its code alone does
 * not tell (MFA, root, chaining, maximum): https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and the
 * issues named beside each. `profile` is empty in the result: only `run` knows whose keys they were, and fills it in.
 */
export function faultFromAws(error: AwsError): Fault {
  const host = hostOf(error.target.endpoint);
  if (error.call.kind === 'webIdentity') {
    const trouble = webIdentityTrouble(error);
    if (trouble !== undefined) {
      return { kind: 'webIdentity', roleArn: error.call.roleArn, ...trouble };
    }
  }
  if (error.call.kind === 'saml') {
    const fault = samlRefusal({ ...error, call: error.call });
    if (fault !== undefined) {
      return fault;
    }
  }
  switch (error.code) {
    case 'Throttling':
    case 'ThrottlingException':
    case 'RequestLimitExceeded':
    case 'TooManyRequestsException':
    case 'SlowDown':
      return { kind: 'throttled', host };
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return { kind: 'sourceExpired', profile: '' };
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return (
        wrongPartition(error) ?? {
          kind: 'unknownKey',
          profile: '',
          accessKeyId: error.keys?.accessKeyId ?? '',
        }
      );
    case 'SignatureDoesNotMatch':
    case 'InvalidSignatureException':
    case 'RequestExpired':
    case 'RequestTimeTooSkewed':
      return badSignature(error);
    case 'RegionDisabledException':
    case 'RegionDisabled':
      return { kind: 'regionDisabled', region: error.target.region };
    case 'AccessDenied':
    case 'AccessDeniedException':
      return accessDenied(error);
    case 'PackedPolicyTooLarge':
    case 'PackedPolicyTooLargeException':
      return { kind: 'policyTooLarge', percent: percentIn(error.message) };
    case 'MalformedPolicyDocument':
    case 'MalformedPolicyDocumentException':
      return { kind: 'policyMalformed', detail: redact(error.message) };
    case 'InvalidAuthorizationMessage':
    case 'InvalidAuthorizationMessageException':
      return { kind: 'messageUnreadable' };
    case 'ValidationError':
    case 'ValidationException':
      return badDuration(error) ?? wrongPartition(error) ?? refused(error);
    default:
      return error.status >= 500 ? { kind: 'unavailable', host, status: error.status } : refused(error);
  }
}

function refused(error: AwsError): Fault {
  return { kind: 'refused', code: error.code, status: error.status, message: redact(error.message) };
}

/**
 * What AWS has against the token itself. Codes:
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
function webIdentityTrouble({
  code,
  message,
}: AwsError): { readonly what: WebIdentityTrouble; readonly detail: string } | undefined {
  const detail = redact(message);
  switch (code) {
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return { what: 'expired', detail };
    case 'IDPRejectedClaim':
    case 'IDPRejectedClaimException':
      return { what: 'rejected', detail };
    case 'IDPCommunicationError':
    case 'IDPCommunicationErrorException':
      return { what: 'providerUnreachable', detail };
    case 'InvalidIdentityToken':
    case 'InvalidIdentityTokenException': {
      const [, issuer] = /^No OpenIDConnect provider found in your account for (\S+)/i.exec(message) ?? [];
      if (issuer !== undefined) {
        return { what: 'noProvider', detail: redact(issuer) };
      }
      return { what: /^Incorrect token audience/i.test(message) ? 'audience' : 'invalid', detail };
    }
    default:
      return undefined;
  }
}

/** “Packed policy consumes 112% of allotted space, please use smaller policy.” */
function percentIn(message: string): number | undefined {
  const [, percent] = /(\d{1,6})\s?%/.exec(message) ?? [];
  return percent === undefined ? undefined : Number(percent);
}

/** The role that a call wants; undefined for a call that wants none. */
function roleArnOf(call: StsCall): string | undefined {
  return 'roleArn' in call ? call.roleArn : undefined;
}

/** Keys and roles of another partition are simply unknown to the one that was asked. */
function wrongPartition(error: AwsError): Fault | undefined {
  const roleArn = roleArnOf(error.call);
  if (roleArn === undefined) {
    return undefined;
  }
  const role = parseRoleArn(roleArn);
  const called = partitionOfRegion(error.target.region);
  return role === undefined || called === undefined || role.partition === called.id
    ? undefined
    : { kind: 'wrongPartition', roleArn, region: error.target.region };
}

function badSignature(error: AwsError): Fault {
  const skewMs = skewFromMessage(error.message) ?? skewFromHeader(error);
  if (skewMs === undefined) {
    return { kind: 'wrongSecret', profile: '' };
  }
  // Never 0: a sentence about “0 minutes” would be no help.
  return {
    kind: 'clockSkew',
    minutes: Math.sign(skewMs) * Math.max(1, Math.round(Math.abs(skewMs) / 60_000)),
  };
}

/**
 * “Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)” and “Signature
 * not yet current: … is still later than … (… + 15 min.)”: ours first, AWS's in the parentheses.
 * https://github.com/aws/aws-cli/issues/6676
 */
function skewFromMessage(message: string): number | undefined {
  const match = /^Signature (?:expired|not yet current): (\d{8}T\d{6}Z).*\((\d{8}T\d{6}Z) [-+]/.exec(message);
  const ours = compactTime(match?.[1]);
  const theirs = compactTime(match?.[2]);
  return ours === undefined || theirs === undefined ? undefined : ours - theirs;
}

function skewFromHeader(error: AwsError): number | undefined {
  if (error.serverTime === undefined) {
    return undefined;
  }
  const skewMs = error.now - error.serverTime;
  return Math.abs(skewMs) >= clockToleranceMs ? skewMs : undefined;
}

/** `20220127T001427Z` in milliseconds UTC. */
function compactTime(text: string | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '') ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function accessDenied(error: AwsError): Fault {
  const { call, message } = error;
  if ('mfa' in call && call.mfa !== undefined) {
    // https://github.com/aws/aws-cli/issues/2279: wrong, late, or used once already.
    if (/invalid MFA one time pass code/i.test(message)) {
      return { kind: 'mfaWrongCode', serial: call.mfa.serial };
    }
    // https://github.com/aws/aws-cli/issues/6325: not this user's device, or no device at all.
    if (/unable to validate MFA code/i.test(message)) {
      return { kind: 'mfaUnknownDevice', serial: call.mfa.serial };
    }
  }
  // https://github.com/kubeflow/testing/issues/961
  if (/may not be assumed by root/i.test(message)) {
    return { kind: 'rootCannotAssume' };
  }
  // https://github.com/aws/aws-sdk-js/issues/3670
  if (/^Cannot call \w+ with session credentials/i.test(message)) {
    return { kind: 'needsLongTermKeys', profile: '' };
  }
  const [, caller, action] = /^User: (arn:\S+) is not authorized to perform: (\w+:\w+)/.exec(message) ?? [];
  return {
    kind: 'accessDenied',
    action: action ?? actionOf(call),
    hints: hintsFor(error, caller, action),
    roleArn: roleArnOf(call),
    caller,
  };
}

/**
 * AWS says the same for a role that does not exist, a trust policy that leaves the caller out, a missing external ID
 * and a missing MFA code; what was not sent comes first.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html
 */
function hintsFor(
  error: AwsError,
  caller: string | undefined,
  action: string | undefined,
): readonly AccessDeniedHint[] {
  const { call, message } = error;
  // The role itself would have been given: what was sent along was not allowed.
  if (action === 'sts:TagSession') {
    return ['tagSession'];
  }
  if (action === 'sts:SetSourceIdentity') {
    return ['setSourceIdentity'];
  }
  if (call.kind === 'webIdentity') {
    // Nobody's policy but the role's own has a say.
    return ['trustPolicy', 'roleName'];
  }
  if (call.kind !== 'assumeRole') {
    return ['identityPolicy'];
  }
  const code: readonly AccessDeniedHint[] = call.mfa === undefined ? ['mfaRequired'] : [];
  const callerAccount = caller === undefined ? undefined : parseArnOwner(caller)?.accountId;
  // External IDs are for strangers; inside one account they are rare.
  const asStranger: readonly AccessDeniedHint[] =
    call.externalId === undefined && callerAccount !== parseRoleArn(call.roleArn)?.accountId
      ? ['externalId']
      : [];
  const named = namedPolicy(message);
  if (named === 'identityPolicy') {
    // AWS's own example of a policy that forces MFA denies everything else without a code:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
    return /explicit deny/i.test(message) ? [...code, named] : [named, ...code];
  }
  if (named === 'trustPolicy') {
    // It does not allow this call: with what it asks for it may.
    return [...code, ...asStranger, named];
  }
  if (named !== undefined) {
    return [named];
  }
  const hints: AccessDeniedHint[] = [...code, ...asStranger, 'trustPolicy', 'identityPolicy', 'roleName'];
  if (call.tags !== undefined && call.tags.length > 0) {
    hints.push('tagSession');
  }
  if (call.sourceIdentity !== undefined) {
    hints.push('setSourceIdentity');
  }
  return hints;
}

const policyWords: readonly (readonly [word: string, hint: AccessDeniedHint])[] = [
  ['identity-based', 'identityPolicy'],
  ['resource-based', 'trustPolicy'],
  ['role trust', 'trustPolicy'],
  ['service control', 'organization'],
  ['resource control', 'organization'],
  ['permissions boundary', 'boundary'],
  ['session', 'sessionPolicy'],
  ['VPC endpoint', 'endpointPolicy'],
];

/**
 * The sort of policy that AWS names, where it does so: “because no identity-based policy allows …”, “with an explicit deny
 * in a service control policy”. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
function namedPolicy(message: string): AccessDeniedHint | undefined {
  const [, words = ''] =
    /(?:because no|explicit deny in an?) ([a-z -]+?)(?: policy)?(?: allows|\b[:.,]|$)/i.exec(message) ?? [];
  return policyWords.find(([word]) => words.toLowerCase().startsWith(word.toLowerCase()))?.[1];
}

function actionOf(call: StsCall): string {
  switch (call.kind) {
    case 'assumeRole':
      return 'sts:AssumeRole';
    case 'webIdentity':
      return 'sts:AssumeRoleWithWebIdentity';
    case 'saml':
      return 'sts:AssumeRoleWithSAML';
    case 'sessionToken':
      return 'sts:GetSessionToken';
    case 'federationToken':
      return 'sts:GetFederationToken';
    case 'decodeMessage':
      return 'sts:DecodeAuthorizationMessage';
    case 'callerIdentity':
      return 'sts:GetCallerIdentity';
  }
}

function badDuration({ call, message }: AwsError): Fault | undefined {
  if (!('roleArn' in call)) {
    return undefined;
  }
  const seconds = call.durationSeconds ?? 3600;
  // https://github.com/prowler-cloud/prowler/issues/7721
  if (/session limit for roles assumed by role chaining/i.test(message)) {
    return { kind: 'durationOverChaining', seconds, roleArn: call.roleArn };
  }
  if (/exceeds the MaxSessionDuration/i.test(message)) {
    return { kind: 'durationOverMaximum', seconds, roleArn: call.roleArn };
  }
  return undefined;
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
}
