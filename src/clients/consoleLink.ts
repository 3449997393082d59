import { consoleLink, readSigninToken, signinTokenForm } from '../aws/console.ts';
import type { ConsoleTarget } from '../aws/console.ts';
import type { Credentials } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import type { NetworkSettings } from '../aws/network.ts';
import { Secret } from '../aws/secret.ts';
import { Network } from './network.ts';
import { networkFetch } from './networkFetch.ts';
import { directly } from './route.ts';
import { WireFault } from './wireFault.ts';

/** What `createConsoleLinks` can be told. */
export interface ConsoleLinkOptions {
  /** `name/version`. */
  readonly userAgent?: string;
  /** Limit of the call, ms. */
  readonly timeoutMs?: number;
  /** Proxies and certificates; undefined knows none. */
  readonly network?: NetworkSettings;
  /** Hears one line a call. Never a secret. */
  log?(line: string): void;
}

/** Asks for a link to the console. Never throws: what went wrong is a Fault, cancelling included. */
export type MakeConsoleLink = (
  target: ConsoleTarget,
  credentials: Credentials,
  signal: AbortSignal,
) => Promise<Secret | Fault>;

/** A sign-in token is below 2 kB; more than this (bytes) is not an answer of AWS's. */
const maxBytes = 64_000;

/**
 * The federation endpoint of the console's sign-in. No client of the SDK knows it. The keys go in the body of a POST: an
 * address is written down by every proxy on its way.
 */
export function createConsoleLinks(options: ConsoleLinkOptions): MakeConsoleLink {
  const { timeoutMs = 30_000, userAgent = 'sts-sessions' } = options;
  const network = new Network(options.network ?? directly);
  return async (target, credentials, signal) => {
    const startedAt = performance.now();
    const result = await ask(target, credentials, signal);
    const took = Math.round(performance.now() - startedAt);
    const outcome = result instanceof Secret ? 'ok' : result.kind;
    options.log?.(`getSigninToken at ${new URL(target.federation).host}: ${outcome} in ${took} ms`);
    return result;
  };

  async function ask(
    target: ConsoleTarget,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<Secret | Fault> {
    const { host } = new URL(target.federation);
    const fetch = networkFetch(network, { caBundle: target.caBundle, signal, timeoutMs, maxBytes });
    try {
      const response = await fetch(target.federation, {
        method: 'POST',
        headers: { accept: 'application/json', 'user-agent': userAgent },
        body: signinTokenForm(credentials),
      });
      if (response.status !== 200) {
        return faultOf(response.status, host);
      }
      const text = await response.text();
      const token = readSigninToken(text);
      return token === undefined
        ? { kind: 'notAws', host, status: response.status, what: whatIs(text) }
        : new Secret(consoleLink(target, token));
    } catch (error) {
      if (error instanceof WireFault) {
        return error.fault;
      }
      throw error;
    }
  }
}

/** AWS refuses with a page that says nothing but 400: the status is all there is to go by. */
function faultOf(status: number, host: string): Fault {
  switch (status) {
    case 400:
    case 401:
    case 403:
      return { kind: 'refused', code: 'getSigninToken', status, message: '' };
    case 407:
      return { kind: 'network', host, reason: 'proxy', code: 'HTTP_407' };
    case 429:
      return { kind: 'throttled', host };
    default:
      return status >= 500
        ? { kind: 'unavailable', host, status }
        : { kind: 'notAws', host, status, what: 'other' };
  }
}

function whatIs(text: string): 'html' | 'empty' | 'other' {
  const head = text.trimStart();
  return head === '' ? 'empty' : head.startsWith('<') ? 'html' : 'other';
}
