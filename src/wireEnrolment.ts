import type { Keys } from './aws/credentials.ts';
import type { Effects } from './aws/effects.ts';
import type { Fault } from './aws/faults.ts';
import type { PlanEnvironment, PlanResult, SessionRequest } from './aws/planModel.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { setTimer } from './machine/timer.ts';
import { noteFile } from './outlets/noteFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { Codes } from './session/codes.ts';
import type { EnrolCaller, EnrolPorts } from './session/enrolPorts.ts';
import { PendingDevices } from './session/pendingDevices.ts';
import type { Peers } from './session/types.ts';
import type { AuthenticatorVault } from './ui/authenticators.ts';
import type { Log } from './ui/log.ts';
import type { EnrolmentPort } from './ui/parts.ts';
import { codeOf } from './wireCodes.ts';
import { identityWith, type LoadIam } from './wireIam.ts';
import { iamCallerOf } from './wireIamCaller.ts';

/** What it is made from. */
export interface EnrolmentParts {
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  readonly vault: AuthenticatorVault;
  readonly codes: Codes;
  readonly iam: LoadIam;
  readonly log: Log;
  readonly send: Effects['send'];
  environment(): PlanEnvironment;
  plan(request: SessionRequest): Promise<PlanResult>;
  files(): Promise<ProfileSet>;
  /** ms UTC by AWS's clock. */
  now(): number;
}

/** Builds the enrolment of MFA devices. Nothing is loaded before somebody enrols one. */
export function wireEnrolment(parts: EnrolmentParts): EnrolmentPort {
  const file = parts.host.then(({ folder }) => noteFile(folder, 'enrolments'));
  const pending = new PendingDevices({
    exclusive: (key, signal, work) => parts.peers.exclusive(key, signal, work),
    file: { read: async () => (await file).read(), write: async (value) => (await file).write(value) },
    log: (line) => parts.log.info(line),
  });
  const identity = identityWith(parts.send);
  const ports = async (): Promise<EnrolPorts> => ({
    devices: (await parts.iam()).mfaDevices,
    identity: async ({ sts }, signal) => identity(sts, signal),
    pending,
    seeds: {
      add: ({ serial, seed }, owner) =>
        parts.vault.add(serial, { seed, issuer: undefined, account: owner }, parts.now()),
      remove: (serial) => parts.vault.remove(serial),
    },
    spend: (serial, codes) => parts.codes.spend(serial, codes),
    codeOf,
    now: () => parts.now(),
    setTimer,
  });
  return {
    async enrol(profile, credentials, person) {
      const caller = await callerOf(parts, profile, credentials);
      if ('kind' in caller) {
        return { kind: 'failed', fault: caller, devices: undefined };
      }
      const { enrol } = await import('./session/enrolment.ts');
      return enrol(await ports(), caller, person);
    },
    async cleanUp(profile, credentials, serial, signal) {
      const caller = await callerOf(parts, profile, credentials);
      if ('kind' in caller) {
        return caller;
      }
      const { cleanUp } = await import('./session/enrolment.ts');
      return cleanUp(await ports(), caller.iam, serial, signal);
    },
    forget: (serial) => pending.remove(serial),
    abandoned: (ask) => pending.forAbandoned(({ profile, serial }) => ask(profile, serial)),
  };
}

async function callerOf(
  parts: EnrolmentParts,
  profile: string,
  given: Keys | undefined,
): Promise<EnrolCaller | Fault> {
  const caller = await iamCallerOf(parts, profile, given);
  if ('kind' in caller) {
    return caller;
  }
  const { keys, sts, iam } = caller;
  return { profile, sts: { keys, target: sts }, iam: { keys, target: iam } };
}
