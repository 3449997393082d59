import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { sendPage } from './lastPage.ts';
import type { PageTexts } from './lastPage.ts';
import { listenAsLocalhost } from './localServer.ts';
import { endOfPatience } from './patience.ts';
import { isForm, maxFormBytes, readSamlForm } from './samlPost.ts';
import type { PostedForm } from './samlPost.ts';
import type { SamlWay, WayResult } from './samlWays.ts';

/** What this way needs. */
export interface ListenerWayParts {
  /** The port that the identity provider knows. */
  port(): number;
  /** False where the person's browser runs on another machine and does not get to our page at this address. */
  isReachable(address: string): Promise<boolean>;
  /** Opens a page in the person's own browser; false when that was not possible. */
  openBrowser(url: string): Promise<boolean>;
  pageTexts(): PageTexts;
  /** Runs work while no other window does the same: a port belongs to one sign-in at a time. */
  exclusive<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** How long the sign-in before may hold the port, ms. */
  readonly turnMs?: number;
  /** How long a person may take, ms. */
  readonly patienceMs?: number;
  /** How long a request may take to come in whole, ms. */
  readonly requestMs?: number;
}

const second = 1000;

/** A megabyte on this machine takes milliseconds. */
const requestMs = 10 * second;

/** Whoever is in the middle of a sign-in may finish it; whoever has left it in a window waits for ten minutes. */
const turnMs = 30 * second;

/** Where the identity provider posts to; its administrator enters the whole address. */
export const listenerPath = '/saml';

/** The address for the identity provider's administrator: its assertion consumer service. */
export function listenerAddress(port: number): string {
  return `http://127.0.0.1:${String(port)}${listenerPath}`;
}

/**
 * Signs in with the person's own browser, for an identity provider that posts to a page of this machine while what it signs
 * is meant for AWS. The page is there for one sign-in, for this machine alone, and for one SAML response.
 *
 * Whoever has a SAML response of their own could post it here and have the person work in their account unawares. A page
 * that loads ours within itself, or asks in the background, is sent away; what is left shows itself to the person, who is
 * told whose assertion it is before it is used.
 */
export function createListenerWay(parts: ListenerWayParts): SamlWay {
  return async ({ loginUrl }, signal) => {
    const port = parts.port();
    const limit = AbortSignal.timeout(parts.turnMs ?? turnMs);
    let begun: Promise<WayResult> | undefined;
    const begin = (): Promise<WayResult> => (begun ??= signInAt(parts, port, loginUrl, signal));
    try {
      return await parts.exclusive(`saml port ${String(port)}`, AbortSignal.any([signal, limit]), begin);
    } catch {
      const waited = begun === undefined && !signal.aborted && limit.aborted;
      return waited ? { kind: 'unavailable', why: 'portBusy' } : begin();
    }
  };
}

async function signInAt(
  parts: ListenerWayParts,
  port: number,
  loginUrl: string,
  signal: AbortSignal,
): Promise<WayResult> {
  if (signal.aborted) {
    return { kind: 'cancelled' };
  }
  const listener = await listen(parts, port).catch(() => undefined);
  if (listener === undefined) {
    return { kind: 'unavailable', why: 'portTaken' };
  }
  const over = new AbortController();
  const end = endOfPatience(AbortSignal.any([signal, over.signal]), parts.patienceMs);
  const result = Promise.race([listener.result, end.then((kind) => ({ kind }))]);
  try {
    const reachable = await Promise.race([
      parts.isReachable(listenerAddress(port)).catch(() => false),
      result,
    ]);
    if (reachable === false) {
      return { kind: 'unavailable', why: 'notReachable' };
    }
    const opened = await Promise.race([parts.openBrowser(loginUrl).catch(() => false), result]);
    return opened === false ? { kind: 'unavailable', why: 'notOpened' } : await result;
  } finally {
    over.abort();
    await listener.close();
  }
}

interface Listener {
  readonly result: Promise<WayResult>;
  close(): Promise<void>;
}

/** Rejects with Node's error where the port cannot be had. */
async function listen(parts: ListenerWayParts, port: number): Promise<Listener> {
  let resolve = (_result: WayResult): void => undefined;
  const result = new Promise<WayResult>((done) => (resolve = done));
  let answered = false;
  const limitMs = parts.requestMs ?? requestMs;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { title, done, failed } = parts.pageTexts();
    const refused = answered ? 410 : refusal(request, port);
    // Also what is refused is read to its end: a connection that closes before that takes the answer with it.
    const posted = await read(request);
    const form = refused ?? posted;
    if (typeof form === 'number') {
      sendPage(response, form, title, failed);
    } else if (answered) {
      sendPage(response, 410, title, failed);
    } else if (form.kind === 'none') {
      sendPage(response, 400, title, failed);
    } else {
      answered = true;
      const taken = form.kind === 'response';
      // Once the page has been read: the listener is closed then.
      response.once('close', () => resolve(form));
      sendPage(response, taken ? 200 : 413, title, taken ? done : failed);
    }
  };
  const make = (): Server =>
    createServer(
      {
        requestTimeout: limitMs,
        headersTimeout: limitMs,
        connectionsCheckingInterval: Math.min(second, limitMs),
      },
      (request, response) => {
        // Whoever goes away while they are sending is no answer.
        answer(request, response).catch(() => response.destroy());
      },
    );
  // An administrator may have entered `localhost`.
  const listening = await listenAsLocalhost(make, port);
  return { result, close: () => listening.close() };
}

/** The HTTP status for a request that is no sign-in's; undefined for one that may be. */
function refusal({ headers, method, url }: IncomingMessage, port: number): number | undefined {
  // A page elsewhere whose name was made to point here (DNS rebinding) asks under its own name.
  if (headers.host !== `127.0.0.1:${String(port)}` && headers.host !== `localhost:${String(port)}`) {
    return 421;
  }
  if (new URL(url ?? '/', 'http://127.0.0.1').pathname !== listenerPath) {
    return 404;
  }
  if (method !== 'POST') {
    return 405;
  }
  // https://www.w3.org/TR/fetch-metadata/: what every browser says of itself and no page can change.
  const mode = headers['sec-fetch-mode'] ?? 'navigate';
  const destination = headers['sec-fetch-dest'] ?? 'document';
  if (mode !== 'navigate' || destination !== 'document') {
    return 403;
  }
  return isForm(headers['content-type'] ?? '') ? undefined : 415;
}

/**
 * What is too large is read to its end and not kept: a browser whose form is not taken shows no answer. Rejects when the
 * connection breaks.
 */
async function read(request: IncomingMessage): Promise<PostedForm> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxFormBytes) {
      chunks.push(chunk);
    }
  }
  return size > maxFormBytes
    ? { kind: 'tooLarge' }
    : readSamlForm(request.headers['content-type'] ?? '', Buffer.concat(chunks));
}
