import http from 'node:http';
import https from 'node:https';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { proxyName } from './route.ts';

/** A proxy that has let nothing through in this time is down, ms; the limit of a whole call is 30 s. */
const connectMs = 15_000;

/** What a tunnel is made from. */
export interface TunnelOptions {
  readonly proxy: URL;
  /** The whole value of Proxy-Authorization; undefined: what the proxy's address says. */
  readonly authorization: string | undefined;
  /** False: the proxy's own certificate is not checked. That of AWS behind it always is. */
  readonly strict: boolean;
  /** For the proxy's certificate and for AWS's. */
  readonly secureContext: tls.SecureContext | undefined;
  /** How long an unused connection is kept, ms. */
  readonly idleMs: number;
}

/** The proxy was reached, or not, and let nothing through. `code` is HTTP_<status> or Node's. */
export class ProxyError extends Error {
  readonly code: string;
  readonly proxy: string;
  constructor(proxy: URL, code: string) {
    super('proxy');
    this.name = 'ProxyError';
    this.proxy = proxyName(proxy);
    this.code = code;
  }
}

type Connected = (
  ...outcome: [error: ProxyError, socket: undefined] | [error: undefined, socket: Duplex]
) => void;

/**
 * HTTPS through a proxy: CONNECT, then TLS with AWS itself inside (RFC 9110, 9.3.6). The proxy sees host and port, nothing
 * else. Connections are kept and shared like those of any agent of Node's.
 */
export class TunnelAgent extends https.Agent {
  readonly #tunnel: TunnelOptions;

  constructor(tunnel: TunnelOptions) {
    super({ keepAlive: true, timeout: tunnel.idleMs });
    this.#tunnel = tunnel;
  }

  override createConnection(
    options: http.ClientRequestArgs & tls.ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const { secureContext } = this.#tunnel;
    this.#connect(options.host ?? '', Number(options.port) || 443, (error, socket) => {
      if (error !== undefined) {
        // Where there is an error Node looks at nothing else.
        callback?.(error, new Duplex());
        return;
      }
      const inside = tls.connect({
        ...options,
        // The agent's `path` is a request's, tls.connect would take it for a pipe's.
        path: undefined,
        socket,
        ...(secureContext !== undefined && { secureContext }),
      });
      callback?.(null, inside);
    });
    return undefined;
  }

  #connect(host: string, port: number, done: Connected): void {
    const { proxy, strict, secureContext } = this.#tunnel;
    const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const headers = { host: target, ...proxyHeaders(this.#tunnel) };
    // The class, not http.request: VS Code would look for a proxy on the way to the proxy.
    const sent = new http.ClientRequest({
      ...proxyAddress(proxy),
      agent: agentFor(proxy, { strict, secureContext }),
      method: 'CONNECT',
      path: target,
      headers,
      timeout: connectMs,
    });
    let isOver = false;
    const finish: Connected = (...outcome) => {
      if (!isOver) {
        isOver = true;
        done(...outcome);
      }
    };
    const fail = (code: string): void => {
      finish(new ProxyError(proxy, code), undefined);
      sent.destroy();
    };
    sent.once('connect', ({ statusCode = 0 }, socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        fail(`HTTP_${statusCode}`);
        return;
      }
      socket.setTimeout(0);
      if (head.length > 0) {
        socket.unshift(head);
      }
      finish(undefined, socket);
    });
    sent.once('timeout', () => fail('ETIMEDOUT'));
    sent.on('error', (error) => fail('code' in error ? String(error.code) : 'UNKNOWN'));
    sent.end();
  }
}

/** Host and port of a proxy, for a request to it. */
export function proxyAddress(proxy: URL): { protocol: string; hostname: string; port: number } {
  return {
    protocol: proxy.protocol,
    hostname: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(proxy.port) || (proxy.protocol === 'https:' ? 443 : 80),
  };
}

/** The header with which the proxy is told who asks; none where nothing is known. */
export function proxyHeaders({
  proxy,
  authorization,
}: Pick<TunnelOptions, 'proxy' | 'authorization'>): Record<string, string> {
  if (authorization !== undefined) {
    return { 'proxy-authorization': authorization };
  }
  if (proxy.username === '' && proxy.password === '') {
    return {};
  }
  const words = `${plain(proxy.username)}:${plain(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(words).toString('base64')}` };
}

/** A connection to the proxy for one request: what is kept is the tunnel inside it. */
export function agentFor(
  proxy: URL,
  { strict, secureContext }: Pick<TunnelOptions, 'strict' | 'secureContext'>,
): http.Agent {
  return proxy.protocol === 'https:'
    ? new https.Agent({
        rejectUnauthorized: strict,
        ...(secureContext !== undefined && { secureContext }),
      })
    : new http.Agent();
}

/** What stood in a URL, without its encoding; as it is where it has none (a password with a bare `%`). */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
