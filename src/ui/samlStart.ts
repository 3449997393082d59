import type { Fault } from '../aws/faults.ts';
import type { PlanResult, SamlRole, SessionRequest } from '../aws/planModel.ts';
import { roleWithoutAsking } from '../aws/saml/assertion.ts';
import type { Assertions, AssertionOrigin } from '../session/assertions.ts';
import type { StartChoice } from './parts.ts';
import { withCancel } from './progress.ts';
import { askSealedRole, pickSamlRole } from './prompts/samlRole.ts';
import type { SamlMemory } from './samlMemory.ts';
import { samlSessionName, samlText } from './text/saml.ts';
import type { NameOf } from './text/saml.ts';

/** What choosing a role works with. */
export interface SamlStartParts {
  readonly assertions: Assertions;
  readonly memory: SamlMemory;
  readonly nameOf: NameOf;
  plan(request: SessionRequest): Promise<PlanResult>;
  /** True while one of our own boxes waits for the person. */
  isAsking(): boolean;
  /** Counts a box of ours in. */
  counted<T>(work: () => Promise<T>): Promise<T>;
  /** Milliseconds UTC. */
  now(): number;
}

/**
 * What is to be started for a request: itself, or, for a SAML profile that leaves its role to the person, the role that
 * they pick after they have signed in. A fault when there is none to pick; undefined when they left.
 */
export async function requestToStart(
  parts: SamlStartParts,
  request: SessionRequest,
): Promise<StartChoice | undefined> {
  if (request.kind !== 'profile') {
    return { request };
  }
  const planned = await parts.plan(request);
  const base = planned.ok ? planned.plan.base : undefined;
  if (base?.kind !== 'saml' || base.role !== undefined) {
    return { request };
  }
  const { profile } = base;
  const origin: AssertionOrigin = { profile, source: base.assertion };
  const role = await chooseRole(parts, origin);
  if (role === undefined || 'kind' in role) {
    return role && { fault: role };
  }
  await parts.memory.chosen(origin, role);
  const name = samlSessionName(role, parts.nameOf);
  const readOnly = request.readOnly === true ? { readOnly: true as const } : {};
  return { request: { kind: 'samlRole', name, profile, ...role, ...readOnly } };
}

async function chooseRole(
  parts: SamlStartParts,
  origin: AssertionOrigin,
): Promise<SamlRole | Fault | undefined> {
  const { assertions, memory, nameOf } = parts;
  const { profile } = origin;
  for (;;) {
    const held = await withCancel(
      samlText.signingIn(profile),
      () => parts.isAsking(),
      (signal) => assertions.get(origin, { interactive: true }, signal),
    );
    if ('kind' in held) {
      return held.kind === 'cancelled' ? undefined : held;
    }
    const { encrypted, roles } = held.assertion;
    const last = memory.lastOf(origin);
    if (encrypted) {
      return parts.counted(() => askSealedRole(profile, last));
    }
    if (roles.length === 0) {
      // Whoever tries again is to sign in again: another person may have other roles.
      assertions.forget(origin);
      return { kind: 'samlNoRoles', profile };
    }
    const known = roleWithoutAsking(roles, last);
    if (known !== undefined) {
      return known;
    }
    const question = { profile, held, last, nameOf, now: () => parts.now() };
    const answer = await parts.counted(() => pickSamlRole(question));
    if (answer?.kind !== 'again') {
      return answer?.role;
    }
    assertions.forget(origin);
  }
}
