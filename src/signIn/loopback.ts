import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { sendPage } from './lastPage.ts';
import type { SignInTexts } from './lastPage.ts';
import { listenHere, portOf } from './localServer.ts';

/** What the browser brought back. */
export type Callback =
  /** `query` is all that came, `?code=…&state=…`. */
  | { readonly kind: 'code'; readonly code: string; readonly query: string }
  | { readonly kind: 'error'; readonly error: string };

/** A page on this machine that waits for one answer. */
export interface Loopback {
  /** `http://127.0.0.1:PORT/oauth/callback`. */
  readonly redirectUri: string;
  /** Resolves with the first answer to our question. */
  readonly answer: Promise<Callback>;
  /** Ends the listener and every connection; the port is free afterwards. */
  close(): Promise<void>;
}

/** Where Identity Center sends the browser; its registration names it without a port (RFC 8252, 7.3). */
export const callbackPath = '/oauth/callback';

/**
 * Listens on a port of 127.0.0.1 (any free one when it is 0), and on nothing else, for the one answer that belongs to
 * `state`. What belongs to another one is told so and ends nothing: any page, any user of this machine and an old tab can
 * send it. Rejects with Node's error when there is no port to be had.
 */
export async function openLoopback(state: string, texts: SignInTexts, port = 0): Promise<Loopback> {
  let resolve = (_found: Callback): void => undefined;
  const answer = new Promise<Callback>((done) => (resolve = done));
  let answered = false;
  const server: Server = createServer((request, response) => {
    const found = answered ? undefined : read(request, server, state);
    if (typeof found === 'object') {
      answered = true;
      response.once('close', () => resolve(found));
    }
    respond(response, texts, found ?? 410);
  });
  const listening = await listenHere(server, port);
  return {
    redirectUri: `http://127.0.0.1:${listening.port}${callbackPath}`,
    answer,
    close: () => listening.close(),
  };
}

/** The callback in a request, `other` for that of another sign-in, or the HTTP status for what is none. */
function read(request: IncomingMessage, server: Server, state: string): Callback | 'other' | number {
  // A page elsewhere whose name was made to point here (DNS rebinding) asks under its own name.
  if (request.headers.host !== `127.0.0.1:${portOf(server)}`) {
    return 421;
  }
  // Any page can send its browser here with what is no address, as `//`.
  const target = request.url ?? '';
  if (!URL.canParse(target, 'http://127.0.0.1')) {
    return 400;
  }
  const url = new URL(target, 'http://127.0.0.1');
  if (url.pathname !== callbackPath) {
    return 404;
  }
  if (request.method !== 'GET') {
    return 405;
  }
  const given = url.searchParams.get('state');
  if (given === null) {
    return 400;
  }
  if (!sameText(given, state)) {
    return 'other';
  }
  const code = url.searchParams.get('code');
  return code === null || code === ''
    ? { kind: 'error', error: url.searchParams.get('error') ?? '' }
    : { kind: 'code', code, query: url.search };
}

function respond(response: ServerResponse, texts: SignInTexts, found: Callback | 'other' | number): void {
  const taken = typeof found === 'object' && found.kind === 'code';
  const status = typeof found === 'number' ? found : taken ? 200 : 400;
  const text = taken ? texts.done : found === 'other' ? texts.other : texts.failed;
  sendPage(response, status, texts.title, text);
}

function sameText(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}
