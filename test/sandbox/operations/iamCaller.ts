import { notAuthorized, Refusal } from '../refusal.ts';
import { askCaller } from '../sessionPolicies.ts';
import type { Caller, World } from '../world.ts';

/** Refuses a call to IAM that the caller may not make, in IAM's words. */
export function authoriseIam(caller: Caller, action: string, world: World, resource = '*'): void {
  // GetSessionToken credentials reach IAM only when they were got with MFA (https://github.com/aws/aws-sdk-js/issues/460),
  // those of GetFederationToken never (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html).
  const isUserSession = caller.kind !== 'role' && caller.session !== undefined;
  if (caller.kind === 'federated' || (isUserSession && caller.session?.mfaAt === undefined)) {
    throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid');
  }
  const verdict = askCaller(caller, { action, resource, context: mfaContext(caller) });
  if (caller.kind !== 'root' && (verdict !== 'allow' || world.isRevoked(caller))) {
    throw notAuthorized(caller.arn, action, resource, verdict === 'deny' || world.isRevoked(caller));
  }
}

/** Policies that want a code for everything are common. */
function mfaContext({ session }: Caller): ReadonlyMap<string, string> {
  return session === undefined
    ? new Map()
    : new Map([['aws:multifactorauthpresent', String(session.mfaAt !== undefined)]]);
}
