import type { CallerIdentity, Effects } from './aws/effects.ts';
import { isFault, type Fault } from './aws/faults.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { IamCaller } from './aws/roles/iamApi.ts';
import type { createIam } from './clients/iam.ts';
import type { Log } from './ui/log.ts';

/** The client of IAM; its bundle is loaded by the first who asks. Rejects when that cannot be read, and tries again then. */
export type LoadIam = () => Promise<ReturnType<typeof createIam>>;

/** What it takes. */
export interface IamParts {
  readonly userAgent: string;
  readonly network: NetworkSettings;
  readonly log: Log;
  /** AWS's time, ms UTC. */
  now(this: void): number;
}

/** One client for all who call IAM. */
export function lazyIam({ userAgent, network, log, now }: IamParts): LoadIam {
  let loading: ReturnType<LoadIam> | undefined;
  const load = async (): ReturnType<LoadIam> => {
    const { createIam: create } = await import('./clients/iam.ts');
    return create({ userAgent, network, now, log: (line) => log.info(line) });
  };
  return async () => {
    try {
      return await (loading ??= load());
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
}

/** Who keys are, by GetCallerIdentity. Never rejects. */
export function identityWith(
  send: Effects['send'],
): (caller: IamCaller, signal: AbortSignal) => Promise<CallerIdentity | Fault> {
  return async ({ keys, target }, signal) => {
    const reply = await send({ kind: 'callerIdentity' }, keys, target, signal);
    if (isFault(reply)) {
      return reply;
    }
    return reply.kind === 'identity' ? reply.identity : { kind: 'internal', message: 'no identity' };
  };
}
