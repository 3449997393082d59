import type { Fault } from '../aws/faults.ts';
import type { Session } from './types.ts';

/** What a person says to the question whether a session is to go on. */
export type Answer = 'renew' | 'later' | 'letEnd';

/** The person in front of the window, as far as renewals by the clock concern them. */
export interface Attendance {
  /** True when the person is in this window now. */
  isFocused(): boolean;
  /**
   * Asks whether a session that needs a person is to go on, without taking the focus; `renew` has been done when it
   * resolves. Undefined when the question was put away. Asked again about the same credentials, it takes the place of
   * the question before. Never rejects.
   */
  ask(session: Session): Promise<Answer | undefined>;
  /** A renewal by the clock has failed. `step`: of the plan, -1 for its base; undefined when it cannot be told. */
  tellTrouble(session: Session, fault: Fault, step: number | undefined): void;
  /** The clock of this computer is off by so much, ms; above 0: ahead of AWS's. */
  tellSkew(skewMs: number): void;
}
