import type { Credentials } from './aws/credentials.ts';
import type { Effects, StsCall, StsReply } from './aws/effects.ts';
import type { Fault } from './aws/faults.ts';
import { isFault } from './aws/faults.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { PlanResult, SessionRequest } from './aws/planModel.ts';
import type { Session } from './session/types.ts';
import type { CommandParts } from './ui/parts.ts';
import type { Log } from './ui/log.ts';

/** What it is made from. */
export interface StsParts {
  plan(this: void, request: SessionRequest): Promise<PlanResult>;
  readonly userAgent: string;
  readonly network: NetworkSettings;
  readonly log: Log;
  /** Milliseconds UTC. */
  now(): number;
  /** How far our clock is ahead of AWS's, ms; undefined while AWS has not been asked. */
  skewMs(): number | undefined;
  /** AWS has said its time: the clock was `skewMs` ahead of it a moment ago. */
  measured(skewMs: number): void;
}

/** STS for the runs of plans, and as a session's credentials ask it. */
export interface WiredSts extends Pick<CommandParts, 'identity' | 'decode'> {
  readonly send: Effects['send'];
}

/** Builds it. Nothing is loaded before the first call. */
export function wireSts(parts: StsParts): WiredSts {
  const send = lazySender(parts);
  /** Sends a call with the credentials of a session to where its plan sends. */
  const askAs = async (
    session: Session,
    credentials: Credentials,
    call: StsCall,
    signal: AbortSignal,
  ): Promise<StsReply | Fault> => {
    const planned = await parts.plan(session.request);
    if (!planned.ok) {
      // Without a plan nobody knows where to ask.
      return { kind: 'planChanged', profile: session.name };
    }
    const reply = await send(call, credentials, planned.plan.target, signal);
    // Only a plan knows whose keys they are; a fault from outside of one leaves it open.
    return isFault(reply) && 'profile' in reply ? { ...reply, profile: session.name } : reply;
  };
  return {
    send,
    async identity(session, credentials, signal) {
      const reply = await askAs(session, credentials, { kind: 'callerIdentity' }, signal);
      return reply.kind === 'identity' ? reply.identity : faultOf(reply);
    },
    async decode(session, credentials, encoded, signal) {
      const reply = await askAs(session, credentials, { kind: 'decodeMessage', encoded }, signal);
      return reply.kind === 'decoded' ? reply.message : faultOf(reply);
    },
  };
}

/** The client's bundle is loaded with the first call: the AWS SDK costs more than all the rest. */
function lazySender(parts: StsParts): Effects['send'] {
  const { userAgent, network, log } = parts;
  let sender: Promise<Effects['send']> | undefined;
  const load = async (): Promise<Effects['send']> => {
    const { createStsSender } = await import('./clients/sts.ts');
    return createStsSender({
      userAgent,
      network,
      now: () => parts.now(),
      skewMs: () => parts.skewMs(),
      measured: (skewMs) => parts.measured(skewMs),
      log: (line) => log.info(line),
    });
  };
  return async (...call) => (await (sender ??= load()))(...call);
}

function faultOf(reply: StsReply | Fault): Fault {
  return isFault(reply) ? reply : { kind: 'internal', message: `an answer of kind ${reply.kind}` };
}
