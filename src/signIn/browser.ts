import type { Fault } from '../aws/faults.ts';
import { openLoopback } from './loopback.ts';
import type { Callback } from './loopback.ts';
import { endOfPatience } from './patience.ts';
import { signInFailed } from './screen.ts';
import type { SignInScreen } from './screen.ts';

/** What is to be shown, and where the browser comes back to. */
export interface BrowserVisit {
  readonly screen: SignInScreen;
  /** What people call the sign-in. */
  readonly name: string;
  /** Sent along and expected back, so that nobody else's answer is taken. */
  readonly state: string;
  /** The port of 127.0.0.1 to come back to; any free one when undefined. */
  readonly port?: number | undefined;
  /** The page to open, for this address to come back to. */
  page(this: void, redirectUri: string): Promise<string | Fault>;
  /** What the word means with which the browser came back instead of a code; the person's no where this is absent. */
  refused?(this: void, error: string): Fault;
}

/** What the browser brought back: a code, and the address that it came to. */
export interface BrowserCode {
  readonly kind: 'code';
  readonly code: string;
  /** The query of the address, `?code=…&state=…`. */
  readonly query: string;
  readonly redirectUri: string;
}

/**
 * Sends the person's browser to a page and waits on 127.0.0.1 for it to come back with a code (RFC 8252). Nothing listens
 * any more when it is over, however that was.
 */
export async function visit(
  { screen, name, state, port, page, refused }: BrowserVisit,
  signal: AbortSignal,
): Promise<BrowserCode | Fault> {
  const listener = await openLoopback(state, screen.pageTexts(), port).catch(() => undefined);
  if (listener === undefined) {
    return signInFailed(name, port === undefined ? 'noListener' : 'portTaken');
  }
  const over = new AbortController();
  let callback: Callback | 'tooLate' | 'cancelled';
  try {
    const url = await page(listener.redirectUri);
    if (typeof url !== 'string') {
      return url;
    }
    if (!(await screen.openBrowser(url))) {
      return signInFailed(name, 'noBrowser');
    }
    callback = await screen.waiting(name, undefined, signal, (given) =>
      Promise.race([listener.answer, endOfPatience(AbortSignal.any([signal, given, over.signal]))]),
    );
  } finally {
    over.abort();
    await listener.close();
  }
  if (callback === 'cancelled') {
    return { kind: 'cancelled' };
  }
  if (callback === 'tooLate') {
    return signInFailed(name, 'tooLate');
  }
  switch (callback.kind) {
    case 'error':
      return refused?.(callback.error) ?? signInFailed(name, 'denied');
    case 'code':
      return { ...callback, redirectUri: listener.redirectUri };
  }
}

/**
 * An address with a query. Blanks as `%20`: VS Code encodes what it opens once more, and would make a `+` of a blank a
 * plus.
 */
export function addressWith(address: string, parameters: Readonly<Record<string, string>>): string {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${address}${address.includes('?') ? '&' : '?'}${query.join('&')}`;
}

/** True for a fault, false for a code. */
export function gaveNothing(result: BrowserCode | Fault): result is Fault {
  return result.kind !== 'code';
}
