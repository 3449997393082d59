import type { Credentials } from '../credentials.ts';
import type { Effects } from '../effects.ts';
import type { Fault } from '../faults.ts';
import type { Base } from '../planModel.ts';

/**
 * The credentials of an Identity Center role. A token that AWS does not take any more, though its file says that it
 * lasts (somebody signed out elsewhere), is given back once: then it takes another one, or a person.
 */
export async function identityCenterCredentials(
  base: Extract<Base, { kind: 'identityCenter' }>,
  effects: Pick<Effects, 'signInToken' | 'roleCredentials'>,
  signal: AbortSignal,
): Promise<Credentials | Fault> {
  const { signIn, accountId, roleName } = base;
  if (accountId === undefined || roleName === undefined) {
    return { kind: 'noRoleChosen', profile: base.profile };
  }
  const first = await effects.signInToken(signIn, undefined, signal);
  if ('kind' in first) {
    return first;
  }
  const role = { accountId, roleName };
  const answer = await effects.roleCredentials(signIn, first.accessToken, role, signal);
  if (!('kind' in answer) || answer.kind !== 'signInNeeded') {
    return answer;
  }
  const second = await effects.signInToken(signIn, first.accessToken, signal);
  return 'kind' in second ? second : effects.roleCredentials(signIn, second.accessToken, role, signal);
}
