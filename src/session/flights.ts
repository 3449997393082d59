interface Flight<T> {
  readonly controller: AbortController;
  /** Settles when the work has ended, however long after an abort. */
  readonly landed: Promise<T>;
  riders: number;
}

/**
 * One piece of work at a time under a key, shared by everybody who asks for it meanwhile. Whoever stops waiting leaves
 * alone; when the last one leaves, the work is aborted. Work that was aborted but has not ended yet is not joined: the
 * next begins after it.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();
  readonly #cancelled: T;

  /** `cancelled` is what those get who leave, or whose work is aborted. */
  constructor(cancelled: T) {
    this.#cancelled = cancelled;
  }

  /** Joins the work under `key`, or begins `work`, which must not reject. Never rejects itself. */
  async join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) {
      return this.#cancelled;
    }
    const under = this.#flights.get(key);
    const flight =
      under === undefined || under.controller.signal.aborted ? this.#begin(key, under, work) : under;
    return this.#ride(key, flight, signal);
  }

  /** Joins like `join`; who rode on somebody else's work and cannot use what it gave (`suits`), does it again. */
  async share(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    suits: (result: T) => boolean,
  ): Promise<T> {
    for (;;) {
      let joined = true;
      const result = await this.join(key, signal, (aborted) => {
        joined = false;
        return work(aborted);
      });
      if (!joined || suits(result)) {
        return result;
      }
    }
  }

  /** Aborts the work under `key`; its riders get `cancelled` at once. */
  abort(key: string): void {
    this.#flights.get(key)?.controller.abort();
  }

  /** Aborts everything. */
  abortAll(): void {
    for (const flight of this.#flights.values()) {
      flight.controller.abort();
    }
  }

  #begin(key: string, before: Flight<T> | undefined, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const fly = async (): Promise<T> => {
      await before?.landed;
      return controller.signal.aborted ? this.#cancelled : work(controller.signal);
    };
    const flight: Flight<T> = {
      controller,
      landed: fly().finally(() => {
        if (this.#flights.get(key) === flight) {
          this.#flights.delete(key);
        }
      }),
      riders: 0,
    };
    this.#flights.set(key, flight);
    return flight;
  }

  #ride(key: string, flight: Flight<T>, signal: AbortSignal): Promise<T> {
    flight.riders += 1;
    return new Promise((resolve, reject) => {
      let riding = true;
      const leave = (): void => {
        if (riding) {
          riding = false;
          flight.riders -= 1;
          signal.removeEventListener('abort', cancel);
          flight.controller.signal.removeEventListener('abort', cancel);
        }
      };
      const cancel = (): void => {
        leave();
        if (flight.riders === 0 && this.#flights.get(key) === flight) {
          flight.controller.abort();
        }
        resolve(this.#cancelled);
      };
      signal.addEventListener('abort', cancel);
      flight.controller.signal.addEventListener('abort', cancel);
      flight.landed.finally(leave).then(resolve, reject);
    });
  }
}
