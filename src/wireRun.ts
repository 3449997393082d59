import type { Effects } from './aws/effects.ts';
import { run } from './aws/run.ts';
import type { Codes } from './session/codes.ts';
import type { SessionPorts } from './session/ports.ts';
import { defaultRoleSessionName } from './ui/roleSessionName.ts';
import type { RoleMaxima } from './ui/roleMaxima.ts';
import type { SessionFlow } from './ui/sessionFlow.ts';
import type { machineEffects } from './machine/machine.ts';
import type { WiredIdentityCenter } from './wireIdentityCenter.ts';
import type { WiredIssuers } from './wireIssuers.ts';
import type { WiredLogin } from './wireLogin.ts';
import type { WiredMfa } from './wireMfa.ts';
import type { WiredSaml } from './wireSaml.ts';

/** What running a plan takes. */
export interface RunParts {
  readonly send: Effects['send'];
  readonly machine: ReturnType<typeof machineEffects>;
  readonly codes: Codes;
  readonly mfaSession: WiredMfa['session'];
  readonly identityCenter: Pick<WiredIdentityCenter, 'effects'>;
  readonly saml: Pick<WiredSaml, 'effects' | 'failed'>;
  readonly issuers: Pick<WiredIssuers, 'effects'>;
  readonly login: Pick<WiredLogin, 'effects'>;
  readonly maxima: RoleMaxima;
  flow(): Pick<SessionFlow, 'sayShortened' | 'sayPacked'>;
  /** Milliseconds since 1970 UTC. */
  now(this: void): number;
}

/** What runs a session's plan: asks AWS, the sources of credentials, and the person unless nobody is there. */
export function wireRun(parts: RunParts): SessionPorts['run'] {
  const { codes, identityCenter, saml, issuers, login, maxima, now } = parts;
  return async (plan, signal, choices) => {
    const unattended = choices?.unattended === true;
    const effects: Effects = {
      now,
      send: parts.send,
      askMfa: (question, stop) => codes.ask(question, stop, unattended),
      ...parts.machine,
      ...identityCenter.effects(unattended),
      ...saml.effects(unattended),
      ...issuers.effects(unattended),
      ...login.effects(unattended),
      mfaSession: parts.mfaSession(unattended),
    };
    const result = await run(plan, effects, signal, {
      ...choices,
      defaultSessionName: defaultRoleSessionName(plan.name, now()),
      refusedBy: (roleArn) => maxima.refusedBy(roleArn, now()),
    });
    if (!result.ok) {
      saml.failed(plan, result.fault);
      return result;
    }
    if (result.shortened !== undefined) {
      parts.flow().sayShortened(result.shortened);
      await maxima.learn(result.shortened, now());
    }
    if (!unattended) {
      parts.flow().sayPacked(plan.name, result.packedPolicyPercent);
    }
    return result;
  };
}
