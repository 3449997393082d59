import type { SignInFailure, Fault } from '../aws/faults.ts';
import type { DeviceCode } from '../aws/sources/identityCenterApi.ts';
import type { SignInTexts } from './lastPage.ts';

/** What a person sees of a sign-in. `name` is what they call it. */
export interface SignInScreen {
  /** Opens a page in the person's browser; false when that was not possible. */
  openBrowser(url: string): Promise<boolean>;
  /**
   * Shows the code and, when the person says so, copies it and opens the page. False when they do not want to.
   */
  confirmCode(name: string, code: DeviceCode, signal: AbortSignal): Promise<boolean>;
  /** Shows that something is waited for, with a way to give up; the signal it gives aborts then. */
  waiting<T>(
    name: string,
    code: DeviceCode | undefined,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** What the browser's last page says. */
  pageTexts(): SignInTexts;
}

/** A sign-in that was begun and gave nothing. */
export function signInFailed(name: string, why: SignInFailure): Fault {
  return { kind: 'signInFailed', signIn: name, why };
}
