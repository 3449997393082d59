/** One exchange with AWS, all in ms UTC. */
export interface Exchange {
  /** By our clock, right before the request went out. */
  readonly sentAt: number;
  /** By our clock, right after the answer came in; less than `sentAt` when the clock was set back meanwhile. */
  readonly receivedAt: number;
  /** The answer's `Date`, which has whole seconds: AWS's clock showed that, or up to 999 ms more. */
  readonly serverTime: number;
}

/** The last millisecond of the second that a `Date` names. */
const restOfSecondMs = 999;

/**
 * How far our clock is ahead of AWS's, ms, as far as one exchange proves it. AWS looked at its clock at some moment of
 * the exchange, so the skew lies in an interval; of that, the value nearest to zero. A machine that slept during the call,
 * a slow network and the cut-off milliseconds therefore never look like a clock that is wrong.
 */
export function skewOf({ sentAt, receivedAt, serverTime }: Exchange): number {
  // A clock that was set back during the call tells by what it shows now; when it was sent by the old one says nothing.
  const least = Math.min(sentAt, receivedAt) - serverTime - restOfSecondMs;
  const most = receivedAt - serverTime;
  return least > 0 ? least : most < 0 ? most : 0;
}
