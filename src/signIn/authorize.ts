import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, SignInFailure } from '../aws/faults.ts';
import { Secret } from '../aws/secret.ts';
import type {
  DeviceCode,
  IdentityCenterApi,
  SignIn,
  SignInToken,
  SignInWay,
} from '../aws/sources/identityCenterApi.ts';
import { signInName } from '../aws/sources/identityCenterApi.ts';
import { callbackPath, openLoopback } from './loopback.ts';
import type { Callback, PageTexts } from './loopback.ts';
import { challengeOf, makeVerifier } from './pkce.ts';

/** What a person sees of a sign-in. */
export interface SignInScreen {
  /** Opens a page in the person's browser; false when that was not possible. */
  openBrowser(url: string): Promise<boolean>;
  /**
   * Shows the code and, when the person says so, copies it and opens the page. False when they do not want to.
   */
  confirmCode(signIn: SignIn, code: DeviceCode, signal: AbortSignal): Promise<boolean>;
  /** Shows that something is waited for, with a way to give up; the signal it gives aborts then. */
  waiting<T>(
    signIn: SignIn,
    code: DeviceCode | undefined,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** What the browser's last page says. */
  pageTexts(): PageTexts;
}

/** What a sign-in needs. */
export interface AuthorizeParts {
  readonly api: Pick<IdentityCenterApi, 'register' | 'startDevice' | 'redeem'>;
  readonly screen: SignInScreen;
  /** Which way to go, asked for each sign-in. */
  way(signIn: SignIn): SignInWay;
  /** Milliseconds UTC. */
  readonly now: () => number;
  /** Resolves after `ms`, or rejects when the signal aborts. */
  readonly wait?: (this: void, ms: number, signal: AbortSignal) => Promise<void>;
}

const second = 1000;

/** How long a browser may take to come back: the AWS CLI waits as long, and device codes live as long. */
const patienceMs = 10 * 60 * second;

/** RFC 8628, 3.5: this much more between two questions each time AWS says `slow_down`. */
const slowDownMs = 5 * second;

/** Has a person sign in. Never rejects; nothing listens and nothing is asked any more when it is over. */
export async function authorize(
  parts: AuthorizeParts,
  signIn: SignIn,
  signal: AbortSignal,
): Promise<SignInToken | Fault> {
  try {
    return await (parts.way(signIn) === 'browser'
      ? byBrowser(parts, signIn, signal)
      : byDeviceCode(parts, signIn, signal));
  } catch (error) {
    return signal.aborted
      ? { kind: 'cancelled' }
      : { kind: 'internal', message: `sign-in ${error instanceof Error ? error.name : 'failed'}` };
  }
}

/** The authorization code flow with PKCE (RFC 8252): the browser comes back to a page on this machine. */
async function byBrowser(
  { api, screen }: AuthorizeParts,
  signIn: SignIn,
  signal: AbortSignal,
): Promise<SignInToken | Fault> {
  const registration = await api.register(signIn, `http://127.0.0.1${callbackPath}`, signal);
  if ('kind' in registration) {
    return registration;
  }
  const state = randomUUID();
  const verifier = makeVerifier();
  const listener = await openLoopback(state, screen.pageTexts()).catch(() => undefined);
  if (listener === undefined) {
    return failed(signIn, 'noListener');
  }
  let callback: Callback | 'tooLate' | 'cancelled';
  const over = new AbortController();
  try {
    const url = authorizeUrl(signIn, {
      response_type: 'code',
      client_id: registration.clientId,
      redirect_uri: listener.redirectUri,
      state,
      code_challenge_method: 'S256',
      scopes: signIn.scopes.join(' '),
      code_challenge: challengeOf(verifier),
    });
    if (!(await screen.openBrowser(url))) {
      return failed(signIn, 'noBrowser');
    }
    callback = await screen.waiting(signIn, undefined, signal, (given) =>
      Promise.race([listener.answer, endOf(AbortSignal.any([signal, given, over.signal]))]),
    );
  } finally {
    over.abort();
    await listener.close();
  }
  if (callback === 'cancelled') {
    return { kind: 'cancelled' };
  }
  if (callback === 'tooLate') {
    return failed(signIn, 'tooLate');
  }
  switch (callback.kind) {
    case 'wrongState':
      return failed(signIn, 'wrongState');
    case 'error':
      return failed(signIn, 'denied');
    case 'code': {
      const grant = {
        kind: 'code',
        code: new Secret(callback.code),
        verifier: new Secret(verifier),
        redirectUri: listener.redirectUri,
      } as const;
      return tokenOf(await api.redeem(signIn, registration, grant, signal));
    }
  }
}

/** The device flow (RFC 8628): the person confirms a code in any browser, and AWS is asked until they have. */
async function byDeviceCode(
  { api, screen, now, wait = pause }: AuthorizeParts,
  signIn: SignIn,
  signal: AbortSignal,
): Promise<SignInToken | Fault> {
  const registration = await api.register(signIn, undefined, signal);
  if ('kind' in registration) {
    return registration;
  }
  const code = await api.startDevice(signIn, registration, signal);
  if ('kind' in code) {
    return code;
  }
  if (!(await screen.confirmCode(signIn, code, signal))) {
    return { kind: 'cancelled' };
  }
  return screen.waiting(signIn, code, signal, async (given) => {
    const either = AbortSignal.any([signal, given]);
    for (let intervalMs = code.intervalMs; now() < code.expiresAt;) {
      await wait(intervalMs, either).catch(() => undefined);
      if (either.aborted) {
        return { kind: 'cancelled' };
      }
      const grant = { kind: 'device', deviceCode: code.deviceCode } as const;
      const answer = await api.redeem(signIn, registration, grant, either);
      if ('pending' in answer) {
        intervalMs += answer.pending === 'slowDown' ? slowDownMs : 0;
      } else if ('kind' in answer && answer.kind === 'throttled') {
        intervalMs += slowDownMs;
      } else {
        return answer;
      }
    }
    return failed(signIn, 'tooLate');
  });
}

/**
 * Where the browser goes. Blanks as `%20`: VS Code encodes what it opens once more, and would make a `+` of a blank a
 * plus.
 */
function authorizeUrl(signIn: SignIn, parameters: Readonly<Record<string, string>>): string {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${signIn.oidc}/authorize?${query.join('&')}`;
}

/** Resolves when the person gives up, or after ten minutes. */
async function endOf(signal: AbortSignal): Promise<'tooLate' | 'cancelled'> {
  await pause(patienceMs, signal).catch(() => undefined);
  return signal.aborted ? 'cancelled' : 'tooLate';
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal });
}

function tokenOf(answer: Awaited<ReturnType<IdentityCenterApi['redeem']>>): SignInToken | Fault {
  return 'pending' in answer ? { kind: 'internal', message: 'a code cannot be pending' } : answer;
}

function failed(signIn: SignIn, why: SignInFailure): Fault {
  return { kind: 'signInFailed', signIn: signInName(signIn), why };
}
