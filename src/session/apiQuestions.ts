import type { CallOptions } from '../api.ts';
import { unlessAborted } from './unlessAborted.ts';

/** What a person answered. */
export type Consent = 'once' | 'always' | 'no';

/** An answer, or why there is none. */
export type Asked = Consent | 'saidNoBefore' | 'nobody' | 'cancelled';

/** Who has just said no is not asked the same again for so long, ms: an extension that tries again is no storm. */
const quietMs = 60_000;

/** How long a call waits for an answer, ms. The question stays; a later call joins it. */
export const longestQuestionMs = 5 * 60_000;

interface QuestionPorts {
  /** ms UTC. */
  now(): number;
  /** Aborts after so many ms of real time. */
  limit(ms: number): AbortSignal;
}

/** Questions that other extensions cause: each stands once, however many wait for its answer. */
export class ApiQuestions {
  readonly #ports: QuestionPorts;
  readonly #open = new Map<string, Promise<Consent>>();
  readonly #refused = new Map<string, number>();

  constructor(ports: QuestionPorts) {
    this.#ports = ports;
  }

  /** Asks, or joins the same question. Never rejects but when `put` does. */
  async ask(key: string, signal: AbortSignal, put: () => Promise<Consent>): Promise<Asked> {
    const refusedAt = this.#refused.get(key);
    const now = this.#ports.now();
    if (refusedAt !== undefined && now >= refusedAt && now - refusedAt < quietMs) {
      return 'saidNoBefore';
    }
    const asked = this.#open.get(key) ?? this.#put(key, put);
    const over = this.#ports.limit(longestQuestionMs);
    const given = await unlessAborted(asked, AbortSignal.any([signal, over]));
    return given ?? (signal.aborted ? 'cancelled' : 'nobody');
  }

  #put(key: string, put: () => Promise<Consent>): Promise<Consent> {
    const asked = put()
      .then((consent) => {
        if (consent === 'no') {
          this.#refused.set(key, this.#ports.now());
        } else {
          this.#refused.delete(key);
        }
        return consent;
      })
      .finally(() => this.#open.delete(key));
    this.#open.set(key, asked);
    // Whoever asked may be gone when it fails.
    asked.catch(() => undefined);
    return asked;
  }
}

/** One signal out of what a call was given; `dispose` lets go of it. */
export function signalOf({ signal, token }: CallOptions): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const listening = token?.onCancellationRequested(() => controller.abort());
  if (token?.isCancellationRequested === true) {
    controller.abort();
  }
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
    dispose: () => listening?.dispose(),
  };
}
