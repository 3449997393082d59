import type { Effects } from '../effects.ts';
import type { Fault } from '../faults.ts';
import type { Findings } from '../findings.ts';
import { read } from '../findings.ts';
import { claimsOf, textClaim } from '../jwt.ts';
import { sessionNameProblem, toSessionName } from '../limits.ts';
import type { Base, Issuer, PlanEnvironment, SessionRequest, WebIdentityToken } from '../planModel.ts';
import { sessionPoliciesOf } from '../planPolicies.ts';
import { checkedDuration, checkedRoleArn, checkedSessionName, wholeSeconds } from '../planRole.ts';
import { caBundleOf } from '../planTarget.ts';
import type { Place } from '../problems.ts';
import type { Property, Section } from '../profiles.ts';
import { Secret } from '../secret.ts';
import { processToken } from './tokenProcess.ts';

type WebIdentityBase = Extract<Base, { kind: 'webIdentity' }>;

/** STS takes tokens of at most 20,000 characters (WebIdentityToken in its model); this is what is read of a file, bytes. */
const maxTokenBytes = 20_000;

/**
 * Where the token may come from. The AWS CLI knows the file alone; the process is aws-vault's, the issuer is ours. When
 * there are several, the first of them counts.
 */
export const tokenKeys = [
  'web_identity_token_file',
  'web_identity_token_process',
  'web_identity_issuer',
] as const;

/** `role_arn` with one of `tokenKeys`: a token of an identity provider, exchanged for a role. */
export function webIdentityBase(
  section: Section,
  env: PlanEnvironment,
  findings: Findings,
): Base | undefined {
  const { name } = section;
  const [used, ...others] = tokenKeys.flatMap((key) => {
    const property = read(section, key);
    return property === undefined ? [] : [{ key, property }];
  });
  if (used === undefined) {
    return undefined;
  }
  const { place } = used.property;
  for (const { key, property } of others) {
    findings.warning(name, property.place, { kind: 'severalTokens', name, property: key, used: used.key });
  }
  const roleArn = read(section, 'role_arn');
  if (roleArn === undefined) {
    findings.error(name, place, { kind: 'tokenWithoutRole', name, property: used.key });
    return undefined;
  }
  const token = tokenIn(section, used.key, used.property, env, findings);
  const arn = checkedRoleArn(name, roleArn.value, roleArn.place, findings);
  const sessionName = checkedSessionName(section, findings);
  const duration = read(section, 'duration_seconds');
  const durationSeconds =
    duration &&
    checkedDuration(
      name,
      wholeSeconds(name, duration.value, duration.place, findings),
      duration.place,
      { chained: false },
      findings,
    );
  return arn === undefined || token === undefined
    ? undefined
    : {
        kind: 'webIdentity',
        profile: name,
        roleArn: roleArn.value,
        accountId: arn.accountId,
        token,
        sessionName,
        durationSeconds,
        ...sessionPoliciesOf(section, roleArn.value, findings),
        place,
      };
}

/** The base of a role that an issuer of the settings opens. The prompts checked it; a stored request may be older than they. */
export function webIdentityRoleBase(
  request: Extract<SessionRequest, { kind: 'webIdentityRole' }>,
  env: PlanEnvironment,
  findings: Findings,
): Base | undefined {
  const { name, roleArn, sessionName } = request;
  const issuer = issuerNamed(name, request.issuer, undefined, env, findings);
  const arn = checkedRoleArn(name, roleArn, undefined, findings);
  if (sessionName !== undefined && sessionNameProblem(sessionName) !== undefined) {
    findings.error(name, undefined, { kind: 'invalidSessionName', name, value: sessionName });
  }
  const durationSeconds = checkedDuration(
    name,
    request.durationSeconds,
    undefined,
    { chained: false },
    findings,
  );
  return arn === undefined || issuer === undefined
    ? undefined
    : {
        kind: 'webIdentity',
        profile: name,
        roleArn,
        accountId: arn.accountId,
        token: { from: 'issuer', issuer },
        sessionName,
        durationSeconds,
        place: undefined,
      };
}

function tokenIn(
  section: Section,
  key: (typeof tokenKeys)[number],
  { value, place }: Property,
  env: PlanEnvironment,
  findings: Findings,
): WebIdentityToken | undefined {
  switch (key) {
    case 'web_identity_token_file':
      return { from: 'file', path: value };
    case 'web_identity_token_process':
      return { from: 'process', command: new Secret(value) };
    case 'web_identity_issuer': {
      const issuer = issuerNamed(section.name, value, place, env, findings);
      // One proxy that looks inside stands before both: what AWS needs to be trusted, its issuer needs too.
      const caBundle = caBundleOf(section, env);
      return issuer && { from: 'issuer', issuer: caBundle === undefined ? issuer : { ...issuer, caBundle } };
    }
  }
}

function issuerNamed(
  profile: string,
  name: string,
  place: Place | undefined,
  env: PlanEnvironment,
  findings: Findings,
): Issuer | undefined {
  const issuer = env.issuers?.get(name);
  if (issuer === undefined) {
    const field = env.brokenIssuers?.get(name);
    findings.error(
      profile,
      place,
      field === undefined
        ? { kind: 'unknownIssuer', name: profile, issuer: name }
        : { kind: 'brokenIssuer', name: profile, issuer: name, field },
    );
  }
  return issuer;
}

/** The token of a web identity, from wherever the plan says. `refused` is one that AWS has just turned down. */
export async function tokenOf(
  { token, profile, roleArn }: WebIdentityBase,
  refused: Secret | undefined,
  effects: Pick<Effects, 'readFile' | 'idToken' | 'platform' | 'runProcess'>,
  signal: AbortSignal,
): Promise<Secret | Fault> {
  switch (token.from) {
    case 'file':
      return readToken(token.path, effects);
    case 'process':
      return processToken(profile, token.command, effects, signal);
    case 'issuer':
      return effects.idToken({ issuer: token.issuer, roleArn, refused }, signal);
  }
}

/**
 * The token, read at the time of use: whoever puts it there (Kubernetes, a CI job) replaces it while we run. White space
 * around it is dropped, because an editor or `echo` leaves a line break that STS would refuse. Anything else than visible
 * ASCII within it is no token, whoever issued it, and is not sent.
 */
export async function readToken(
  tokenFile: string,
  effects: Pick<Effects, 'readFile'>,
): Promise<Secret | Fault> {
  const found = await effects.readFile(tokenFile, maxTokenBytes);
  if (found.kind !== 'text') {
    const code = found.kind === 'unreadable' ? found.code : '';
    return { kind: 'tokenFile', path: tokenFile, what: found.kind, code };
  }
  const token = found.text.reveal().trim();
  const what = token === '' ? 'empty' : /^[\x21-\x7e]+$/.test(token) ? undefined : 'notToken';
  return what === undefined ? new Secret(token) : { kind: 'tokenFile', path: tokenFile, what, code: '' };
}

/** RoleSessionName from the claim that the issuer's settings name; undefined where the plan has one, or no claim gives any. */
export function sessionNameFrom(
  { token, sessionName }: Pick<WebIdentityBase, 'token' | 'sessionName'>,
  jwt: Secret,
): string | undefined {
  const claim = token.from === 'issuer' ? token.issuer.sessionNameClaim : undefined;
  if (sessionName !== undefined || claim === undefined) {
    return sessionName;
  }
  const claims = claimsOf(jwt.reveal());
  const text = claims && textClaim(claims, claim)?.trim();
  return text === undefined || text === '' ? undefined : toSessionName(text);
}

/** Adds to a refusal of AWS's what only the plan knows: where the token came from, so that a person knows where to look. */
export function inWebIdentity(fault: Fault, { token, profile }: WebIdentityBase): Fault {
  if (fault.kind !== 'webIdentity') {
    return fault;
  }
  return { ...fault, from: token.from, source: token.from === 'issuer' ? token.issuer.name : profile };
}
