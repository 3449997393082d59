import type { Effects } from '../effects.ts';
import type { Fault } from '../faults.ts';
import type { Findings } from '../findings.ts';
import { read } from '../findings.ts';
import type { Base } from '../planModel.ts';
import { sessionPoliciesOf } from '../planPolicies.ts';
import { checkedDuration, checkedRoleArn, checkedSessionName, wholeSeconds } from '../planRole.ts';
import type { Property, Section } from '../profiles.ts';
import { Secret } from '../secret.ts';

/** STS takes tokens of at most 20,000 characters (WebIdentityToken in its model); this is what is read of a file, bytes. */
const maxTokenBytes = 20_000;

/** `web_identity_token_file` with `role_arn`: a token of an identity provider, exchanged for a role. */
export function webIdentityBase(section: Section, tokenFile: Property, findings: Findings): Base | undefined {
  const { name } = section;
  const roleArn = read(section, 'role_arn');
  if (roleArn === undefined) {
    findings.error(name, tokenFile.place, { kind: 'tokenFileWithoutRole', name });
    return undefined;
  }
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
  return arn === undefined
    ? undefined
    : {
        kind: 'webIdentity',
        profile: name,
        roleArn: roleArn.value,
        accountId: arn.accountId,
        token: { from: 'file', path: tokenFile.value },
        sessionName,
        durationSeconds,
        ...sessionPoliciesOf(section, roleArn.value, findings),
        place: tokenFile.place,
      };
}

/** The token of a web identity, from wherever the plan says. */
export async function tokenOf(
  { token }: Extract<Base, { kind: 'webIdentity' }>,
  effects: Pick<Effects, 'readFile' | 'idToken'>,
  signal: AbortSignal,
): Promise<Secret | Fault> {
  switch (token.from) {
    case 'file':
      return readToken(token.path, effects);
    case 'process':
      return { kind: 'notYet', baseKind: 'webIdentity' };
    case 'issuer':
      return effects.idToken(token.issuer, undefined, signal);
  }
}

/**
 * The token, read at the time of use: whoever puts it there (Kubernetes, a CI job) replaces it while we run. White space
 * around it is dropped, because an editor or `echo` leaves a line break that STS would refuse.
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
  return token === '' ? { kind: 'tokenFile', path: tokenFile, what: 'empty', code: '' } : new Secret(token);
}
