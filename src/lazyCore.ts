import type { Core } from './core.ts';
import type { Debug } from './wireDebug.ts';

/** The parts, loaded for whoever needs them first. */
export interface LazyCore {
  /** Rejects with what `failed` makes of the reason; a file that could not be read is tried again by whoever asks next. */
  load(this: void): Promise<Core>;
  /** The configuration as it is to be debugged: as it was when the parts cannot be loaded. Never rejects. */
  readonly debug: Debug;
  /** Waits until this window has left its traces. Never rejects. */
  end(): Promise<void>;
}

/**
 * Reads the parts and begins them, once. A file that cannot be read now may be there in a moment, so that failure is not
 * kept; what begins and fails has registered half of itself, and is not begun again. Either is ours alone: VS Code starts no
 * program at all, of whatever kind, when somebody who is asked about it rejects.
 */
export function lazyCore<Module>(
  read: () => Promise<Module>,
  begin: (module: Module) => Core,
  failed: (error: unknown) => Error,
): LazyCore {
  let core: Promise<Core> | undefined;
  const load = (): Promise<Core> =>
    (core ??= read().then(
      (module) => {
        try {
          return begin(module);
        } catch (error) {
          throw failed(error);
        }
      },
      (error: unknown) => {
        core = undefined;
        throw failed(error);
      },
    ));
  return {
    load,
    debug: (...launch) =>
      load().then(
        ({ debug }) => debug(...launch),
        () => launch[1],
      ),
    end: async () => (await core?.catch(() => undefined))?.end(),
  };
}
