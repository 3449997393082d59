import type { Fault } from '../aws/faults.ts';
import { errorName } from './errorName.ts';
import type { Flights } from './flights.ts';
import type { Peers } from './types.ts';

/** Work that gets a token, for whoever asks for it meanwhile. */
export interface SharedWork<Token> {
  readonly flights: Flights<Token | Fault>;
  readonly key: string;
  readonly signal: AbortSignal;
  /** May reject; that becomes a fault. */
  work(this: void, signal: AbortSignal): Promise<Token | Fault>;
}

/**
 * Shares the work under way under a key. Who joined work of somebody else's that gave nothing for them (`suits` is false:
 * nobody was to be asked for it, and here is somebody) does it again. Never rejects.
 */
export function shareSignIn<Token extends object>(
  { flights, key, signal, work }: SharedWork<Token>,
  suits: (result: Token | Fault) => boolean,
): Promise<Token | Fault> {
  const safely = async (aborted: AbortSignal): Promise<Token | Fault> => {
    try {
      return await work(aborted);
    } catch (error) {
      return aborted.aborted
        ? { kind: 'cancelled' }
        : { kind: 'internal', message: `sign-in ${errorName(error)}` };
    }
  };
  return flights.share(key, signal, safely, suits);
}

/** Signing out waits this long for what other windows do with the sign-in; one that has a person in a browser takes minutes. */
const patienceMs = 3000;

/**
 * Ends a sign-in when no other window does anything with it, for a refresh under way there would bring back what is removed
 * here; also when that takes too long. `key` is what windows take turns by.
 */
export async function afterOthers<T>(
  peers: Pick<Peers, 'exclusive'>,
  key: string,
  work: () => Promise<T>,
): Promise<T> {
  let begun: Promise<T> | undefined;
  return peers
    .exclusive(key, AbortSignal.timeout(patienceMs), () => (begun = work()))
    .catch(() => begun ?? work());
}
