import type { Effects, MfaQuestion } from './aws/effects.ts';
import type { PlanEnvironment, PlanResult, SessionRequest } from './aws/planModel.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { iamTargetOf } from './aws/roles/iamTarget.ts';
import { deviceOfKeys } from './aws/sources/staticKeys.ts';
import type { Codes } from './session/codes.ts';
import { guardedPlan } from './session/guardTarget.ts';
import { MfaSessions } from './session/mfaSessions.ts';
import type { AllowedMfaSession, AllowMfaSession } from './session/mfaSessions.ts';
import type { Sessions } from './session/sessions.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import { MfaAdvice } from './ui/mfaAdvice.ts';
import { mfaDevices, mfaUse, saveMfaDevice, saveMfaUse } from './ui/mfaSettings.ts';
import type { MfaPort } from './ui/parts.ts';
import type { SessionFlow } from './ui/sessionFlow.ts';
import type { WiredGuards } from './wireGuards.ts';
import type { LoadIam } from './wireIam.ts';

/** What it is made from; what is made later comes as a function. */
export interface MfaParts {
  readonly context: Context;
  readonly iam: LoadIam;
  readonly log: Log;
  readonly codes: Codes;
  sessions(): Sessions;
  flow(): SessionFlow;
  guards(): Pick<WiredGuards, 'allow' | 'of'>;
  plan(request: SessionRequest): Promise<PlanResult>;
  files(): Promise<ProfileSet>;
  readonly environment: { readonly now: PlanEnvironment; changed(): void };
  /** Milliseconds UTC, by AWS's clock. */
  now(): number;
}

/** MFA sessions that roles share, and what the person chose about them. */
export interface WiredMfa {
  readonly port: MfaPort;
  readonly advice: MfaAdvice;
  /** The effect that a run gets. */
  session(unattended: boolean): Effects['mfaSession'];
  /** The question with what is known of it here: whether its code is for many roles. */
  told(question: MfaQuestion): MfaQuestion;
  /** ms UTC until which a session, or the MFA session that it is started from, waits for the next code. */
  waitsUntil(session: string): number | undefined;
}

/** Builds it. Nothing is loaded before somebody looks for devices. */
export function wireMfa(parts: MfaParts): WiredMfa {
  const { codes, environment } = parts;
  const shared = new MfaSessions(
    () => parts.sessions(),
    (serial) => codes.answers(serial),
    guardedStart(parts),
  );
  const port: MfaPort = {
    use: (profile) => mfaUse().get(profile),
    async chooseUse(profile, use) {
      await saveMfaUse(profile, use);
      environment.changed();
    },
    device: (profile) => mfaDevices().get(profile),
    async chooseDevice(profile, serial) {
      await saveMfaDevice(profile, serial);
      environment.changed();
    },
    async devices(profile, signal) {
      const [set, planned] = await Promise.all([parts.files(), parts.plan({ kind: 'profile', profile })]);
      const section = set.profiles.get(profile);
      if (!planned.ok || planned.plan.base.kind !== 'staticKeys' || section === undefined) {
        return { kind: 'planChanged', profile };
      }
      const { base, target } = planned.plan;
      const region = target.region;
      const serial = mfaDevices().get(profile) ?? deviceOfKeys(section);
      // What a code was given for may ask IAM where policies want one.
      const session = serial === undefined ? undefined : parts.sessions().mfaSession(profile, serial);
      const caller = {
        keys: session ?? base,
        target: iamTargetOf(section, { set, env: environment.now, region }),
      };
      return (await parts.iam()).listMfaDevices(caller, signal);
    },
  };
  const advice = new MfaAdvice({
    globalState: parts.context.globalState,
    plan: (request) => parts.plan(request),
    list: () => parts.sessions().list(),
    chosen: port.use,
    choose: port.chooseUse,
    startAgain: (request) => parts.flow().start(request, { force: true }),
  });
  return {
    port,
    advice,
    session: (unattended) => (wanted, signal) => shared.get(wanted, signal, unattended),
    told: (question) => ({ ...question, shared: shared.isWaitedFor(question.session) }),
    waitsUntil: (session) => codes.waitsUntil(shared.waitedForBy(session) ?? session),
  };
}

/** The MFA session is one of its own, with all that its user may do: its guard asks about it, whatever it is got for. */
function guardedStart({ plan, guards }: Pick<MfaParts, 'plan' | 'guards'>): AllowMfaSession {
  const asking = new Map<string, Promise<AllowedMfaSession | undefined>>();
  return async (request, unattended) => {
    if (unattended) {
      const planned = await plan(request);
      const guard = planned.ok ? guards().of(guardedPlan(request, planned.plan)) : undefined;
      return guard?.asksFirst === true || guard?.readOnly === true
        ? { kind: 'mfaNeedsPerson', serial: request.mfaSerial ?? '' }
        : { started: async () => true };
    }
    // Two roles that want it at the same time wait for one question.
    const key = JSON.stringify(request);
    const asked =
      asking.get(key) ??
      guards()
        .allow(request, undefined, false)
        .finally(() => asking.delete(key));
    asking.set(key, asked);
    return (await asked) ?? { kind: 'cancelled' };
  };
}
