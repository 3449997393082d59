import type { Guarded } from '../aws/guards.ts';
import type { Plan, SessionRequest } from '../aws/planModel.ts';
import type { Session } from './types.ts';
import { describePlan, nameOfRequest, profileOf } from './view.ts';

/** What of a session guards look at. The read-only one is called like the other: a guard of a name means both. */
export function guardedSession(
  session: Pick<Session, 'request' | 'accountId' | 'roleArn' | 'permissionSet'>,
): Guarded {
  const { request, accountId, roleArn, permissionSet } = session;
  return { name: plainName(request), profile: profileOf(request), accountId, roleArn, permissionSet };
}

/** The same of a session that has not been started. */
export function guardedPlan(request: SessionRequest, plan: Plan): Guarded {
  return guardedSession(describePlan('', request, plan));
}

function plainName(request: SessionRequest): string {
  if (!('readOnly' in request)) {
    return nameOfRequest(request);
  }
  const { readOnly: _readOnly, forAgents: _forAgents, ...plain } = request;
  return nameOfRequest(plain);
}
