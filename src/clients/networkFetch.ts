import type { CaBundle } from '../aws/faults.ts';
import type { Network, NetworkRequest } from './network.ts';
import { WireFault } from './wireFault.ts';

/** What of `fetch` libraries use that take one of their caller's (`openid-client`: `customFetch`). */
export type Fetch = (
  url: string | URL,
  init?: {
    readonly method?: string;
    readonly headers?: Headers | Record<string, string> | [string, string][];
    readonly body?: string | URLSearchParams | Uint8Array | ArrayBuffer | null | undefined;
    readonly signal?: AbortSignal | null | undefined;
  },
) => Promise<Response>;

/** How it is limited. */
export interface FetchOptions {
  readonly caBundle?: CaBundle | undefined;
  /** Aborts every call, beside the call's own signal. */
  readonly signal?: AbortSignal;
  /** Of one call, ms. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/** Answers without a body, whatever they bring (Fetch standard, “null body status”). */
const withoutBody: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * A `fetch` that goes the way of all our calls: proxies, NO_PROXY and certificates as in `Network`. It follows no redirect
 * (what it gets it returns, as with `redirect: 'manual'`), and rejects with a WireFault, whose `fault` is the caller's to show.
 */
export function networkFetch(network: Network, options: FetchOptions = {}): Fetch {
  const { timeoutMs = 30_000, maxBytes } = options;
  return async (address, init = {}) => {
    const url = new URL(address);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new WireFault(
        { kind: 'network', host: url.host, reason: 'other', code: 'ERR_INVALID_URL' },
        true,
      );
    }
    const limit = AbortSignal.timeout(timeoutMs);
    const signals = [options.signal, init.signal, limit].filter((each) => each instanceof AbortSignal);
    const request: NetworkRequest = {
      protocol: url.protocol,
      hostname: url.hostname,
      port: url.port === '' ? undefined : Number(url.port),
      method: init.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      ...sendable(init),
      caBundle: options.caBundle,
    };
    try {
      const { status, headers, body } = await network.send(request, AbortSignal.any(signals), maxBytes);
      const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        [value ?? []].flat().map((each) => [name, each]),
      );
      return new Response(withoutBody.has(status) ? null : Buffer.from(body), { status, headers: pairs });
    } catch (error) {
      const isLimit = error instanceof WireFault && error.fault.kind === 'cancelled' && limit.aborted;
      throw isLimit
        ? new WireFault({ kind: 'timedOut', host: url.host, seconds: timeoutMs / 1000 }, false)
        : error;
    }
  };
}

function sendable(init: NonNullable<Parameters<Fetch>[1]>): Pick<NetworkRequest, 'headers' | 'body'> {
  const headers: Record<string, string> = {};
  new Headers(init.headers).forEach((value, name) => {
    headers[name] = value;
  });
  const { body } = init;
  if (body === null || body === undefined) {
    return { headers };
  }
  if (body instanceof URLSearchParams) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8';
  }
  const bytes =
    body instanceof ArrayBuffer ? new Uint8Array(body) : body instanceof Uint8Array ? body : String(body);
  headers['content-length'] = String(Buffer.byteLength(bytes));
  return { headers, body: bytes };
}
