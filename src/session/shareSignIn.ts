import type { Fault } from '../aws/faults.ts';
import { errorName } from './errorName.ts';
import type { Flights } from './flights.ts';

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
