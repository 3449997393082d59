import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import { WireFault } from './wireFault.ts';

/** Least waits before the second attempt, ms; the same again is added at random, so that many windows do not march in step. */
const quickMs = 75;
const throttledMs = 400;

/** AWS found the signature wrong or its time too far off, before it looked at what was asked. */
const signatureCodes: ReadonlySet<string> = new Set([
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
]);

/** Decides after a failed attempt; the loop, its cancelling and the clock correction between attempts are the SDK's. */
export class QuickRetry implements RetryStrategyV2 {
  readonly #maxAttempts: number;
  readonly #singleUse: boolean;
  readonly #shifted: boolean;

  /**
   * `singleUse`: the call carries an MFA code, which AWS takes once. It is sent again only when the first copy surely had
   * no effect: it never left, or AWS refused its signature before it looked at the code. `shifted`: it is signed with a
   * clock skew remembered from an earlier call, which may have been set right since.
   */
  constructor(maxAttempts: number, singleUse: boolean, shifted: boolean) {
    this.#maxAttempts = maxAttempts;
    this.#singleUse = singleUse;
    this.#shifted = shifted;
  }

  acquireInitialRetryToken(): Promise<RetryToken> {
    return Promise.resolve(token(0, 0));
  }

  /** Rejects, in any words, when there is to be no other attempt: the SDK then reports the attempt's own error. */
  refreshRetryTokenForRetry(last: RetryToken, info: RetryErrorInfo): Promise<RetryToken> {
    const count = last.getRetryCount() + 1;
    const delay = count < this.#maxAttempts ? this.#delay(info) : undefined;
    return delay === undefined ? Promise.reject(new Error('no retry')) : Promise.resolve(token(count, delay));
  }

  recordSuccess(): void {
    // No budget is kept: one call, one retry.
  }

  #delay({ error, errorType }: RetryErrorInfo): number | undefined {
    const least = error instanceof WireFault ? this.#wireDelay(error) : this.#answerDelay(error, errorType);
    return least === undefined ? undefined : least + Math.random() * least;
  }

  #wireDelay({ fault, unsent }: WireFault): number | undefined {
    if (unsent) {
      return quickMs;
    }
    const passing =
      (fault.kind === 'network' && fault.reason === 'reset') ||
      (fault.kind === 'notAws' && fault.status >= 500);
    return passing && !this.#singleUse ? quickMs : undefined;
  }

  #answerDelay(error: RetryErrorInfo['error'], type: RetryErrorInfo['errorType']): number | undefined {
    // The SDK marks any error that came from a far-off clock as corrected, but only a refused signature is worth another
    // go; and it does not mark the one that a clock set right again causes, though it signs anew with no skew.
    const corrected = error?.$metadata?.clockSkewCorrected === true || this.#shifted;
    if (corrected && error !== undefined && signatureCodes.has(error.name)) {
      return 0;
    }
    if (this.#singleUse) {
      return undefined;
    }
    if (type === 'THROTTLING' || error?.name.startsWith('IDPCommunicationError') === true) {
      return throttledMs;
    }
    return (error?.$metadata?.httpStatusCode ?? 0) >= 500 ? quickMs : undefined;
  }
}

function token(count: number, delay: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => delay };
}
