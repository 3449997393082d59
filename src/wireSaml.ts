import type { Effects } from './aws/effects.ts';
import type { Fault } from './aws/faults.ts';
import type { Plan, PlanResult, SamlRole, SessionRequest } from './aws/planModel.ts';
import type { ReadResult } from './aws/saml/assertion.ts';
import { sameRole } from './aws/saml/assertion.ts';
import { samlProcessOutput } from './aws/saml/samlProcess.ts';
import { setTimer } from './machine/timer.ts';
import { Assertions } from './session/assertions.ts';
import type { AssertionOrigin, HeldAssertion } from './session/assertions.ts';
import type { Disposable } from './session/emitter.ts';
import { errorName } from './session/errorName.ts';
import type { Peers } from './session/types.ts';
import { samlSignIn } from './signIn/samlSignIn.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import type { SamlPort } from './ui/parts.ts';
import { createSamlScreen } from './ui/prompts/samlScreen.ts';
import { SamlMemory } from './ui/samlMemory.ts';
import { requestToStart } from './ui/samlStart.ts';
import { wireSamlWays } from './wireSamlWays.ts';

/** What it is made from. */
export interface SamlParts {
  readonly context: Context;
  readonly machine: Pick<Effects, 'platform' | 'runProcess'>;
  readonly peers: Pick<Peers, 'exclusive'>;
  plan(request: SessionRequest): Promise<PlanResult>;
  /** The name of an account, where it is known. */
  nameOf(accountId: string): string | undefined;
  /** How far our clock is ahead of AWS's, ms; undefined while AWS has not been asked. */
  skewMs(): number | undefined;
  readonly log: Log;
  /** Milliseconds UTC. */
  now(): number;
}

/** SAML for the interface and for the runs of plans. */
export interface WiredSaml extends SamlPort, Disposable {
  /** What a run asks of it; an unattended one never opens anything. */
  effects(unattended: boolean): Pick<Effects, 'samlAssertion'>;
  /** Takes notice of how a run failed: an assertion that AWS does not take is not used for another. */
  failed(plan: Plan, fault: Fault): void;
  /** True while a person is being asked. */
  isAsking(): boolean;
}

/** Builds assertions, their screen and what is remembered of them. Nothing is read or loaded before somebody needs it. */
export function wireSaml(parts: SamlParts): WiredSaml {
  const { context, machine, peers, log } = parts;
  const now = (): number => parts.now();
  const screen = createSamlScreen();
  const memory = new SamlMemory(context.globalState, (error) => log.error('saml', error));
  const { known, forget, ...ways } = wireSamlWays({ context, peers });
  const signInParts = {
    ...ways,
    process: (
      wanted: Parameters<typeof samlProcessOutput>[0],
      signal: AbortSignal,
    ): ReturnType<typeof samlProcessOutput> => samlProcessOutput(wanted, machine, signal),
    screen,
    read,
  };
  const assertions = new Assertions({
    signIn: (origin, interactive, signal) => samlSignIn(signInParts, origin, interactive, signal),
    peers,
    now,
    skewMs: () => parts.skewMs(),
    setTimer,
    log: (line) => log.info(line),
  });
  const remembering = assertions.onDidSignIn(({ origin, assertion: { assertion } }) => {
    if (!assertion.encrypted) {
      void memory
        .offered(origin, assertion.roles)
        .catch((error: unknown) => log.warn(`saml roles: ${String(error)}`));
    }
  });
  return {
    rolesOf: (origin) => memory.rolesOf(origin),
    onDidChange: memory.onDidChange,
    requestToStart: (request) =>
      requestToStart(
        {
          assertions,
          memory,
          nameOf: (accountId) => parts.nameOf(accountId),
          plan: (wanted) => parts.plan(wanted),
          isAsking: () => screen.isAsking(),
          counted: (work) => screen.counted(work),
          now,
        },
        request,
      ),
    knownProviders: known,
    async signOut(provider, signal) {
      assertions.forgetAll();
      try {
        await forget(provider, signal);
        return true;
      } catch (error) {
        log.warn(`saml sign-out: ${errorName(error)}`);
        return false;
      }
    },
    effects: (unattended) => ({
      samlAssertion: async ({ profile, source, role, refused }, signal) => {
        const origin = { profile, source };
        const held = await assertions.get(origin, { refused, interactive: !unattended }, signal);
        if ('kind' in held) {
          return held;
        }
        const fault = notOffered(origin, held, role);
        if (fault !== undefined) {
          // Whoever tries again is to sign in again, perhaps as somebody else.
          assertions.forget(origin);
        }
        return fault ?? held.response;
      },
    }),
    failed: ({ base }, fault) => {
      if (base.kind === 'saml' && isAboutAssertion(fault)) {
        assertions.forget({ profile: base.profile, source: base.assertion });
      }
    },
    isAsking: () => screen.isAsking(),
    dispose: () => {
      remembering.dispose();
      assertions.dispose();
    },
  };
}

/** The XML parser's bundle is loaded with the first response. */
async function read(text: string): Promise<ReadResult> {
  const { readAssertion } = await import('./aws/saml/readAssertion.ts');
  return readAssertion(text);
}

/** True where the fault lies in the assertion and not in the role that was asked for. */
function isAboutAssertion(fault: Fault): boolean {
  if (fault.kind !== 'samlRefused') {
    return fault.kind === 'samlExpired';
  }
  return !['noProvider', 'notAuthorized', 'reservedRole'].includes(fault.what);
}

/** Why the assertion is not for this role; undefined when it is, or when only AWS can tell. */
function notOffered(
  { profile }: AssertionOrigin,
  { assertion: { encrypted, roles } }: HeldAssertion,
  role: SamlRole,
): Fault | undefined {
  if (encrypted || roles.some((offered) => sameRole(offered, role))) {
    return undefined;
  }
  if (roles.length === 0) {
    return { kind: 'samlNoRoles', profile };
  }
  const { roleArn } = role;
  const alike = roles.find((offered) => offered.roleArn.toLowerCase() === roleArn.toLowerCase());
  return { kind: 'samlRoleNotOffered', profile, roleArn, instead: alike?.roleArn };
}
