// The modules themselves, not their functions: VS Code replaces `request` on them to add proxies and the system's
// certificates, and a copy taken at load time would miss that.
import http from 'node:http';
import https from 'node:https';
import { randomUUID } from 'node:crypto';
import type { CaBundle, Fault } from '../aws/faults.ts';
import type { NetworkSettings } from '../aws/network.ts';
import type { Answer } from './answer.ts';
import { maxAnswerBytes } from './answer.ts';
import { proxyName, routeOf } from './route.ts';
import type { Destination, Route } from './route.ts';
import { contextOf, trustOf, usualTrust } from './trust.ts';
import type { Trust } from './trust.ts';
import { agentFor, proxyAddress, ProxyError, proxyHeaders, TunnelAgent } from './tunnel.ts';
import { networkFault, WireFault } from './wireFault.ts';

/** How long an unused connection is kept, ms: shorter than AWS keeps its end, so that ours is not the one surprised. */
const idleMs = 10_000;

/** More than this many ways at once come only from settings that change; the oldest is then forgotten. */
const maxAgents = 16;

/** A call over HTTP. */
export interface NetworkRequest {
  readonly protocol: 'http:' | 'https:';
  /** An IPv6 address with or without its brackets. */
  readonly hostname: string;
  /** Undefined: the usual one of the protocol. */
  readonly port: number | undefined;
  readonly method: string;
  /** With its query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** `ca_bundle` or AWS_CA_BUNDLE, where one is set. */
  readonly caBundle?: CaBundle | undefined;
  /**
   * True for what AWS takes once (an MFA code, a refresh token): it goes over a connection of its own, because one that
   * AWS has just closed looks like a reset call, which could not be repeated.
   */
  readonly fresh?: boolean;
}

/**
 * Where every call of this extension leaves the machine: proxies of the editor and of the environment, exceptions from
 * them, and CA bundles are decided here and nowhere else. A client makes one and keeps it; connections are shared in it.
 *
 * How a client uses it: `core.ts` has the one `NetworkSettings` and gives it to whatever it wires (`network`); the client's
 * bundle makes `new Network(settings)` once. Clients of the AWS SDK then take `requestHandler: new Exchange({ network, … })`
 * for each call, libraries with a `fetch` of their caller's take `networkFetch(network, …)`, and everything else `send`.
 */
export class Network {
  readonly #settings: NetworkSettings;
  readonly #agents = new Map<string, http.Agent>();

  constructor(settings: NetworkSettings) {
    this.#settings = settings;
  }

  /**
   * Sends one request and reads the whole answer, at most `maxBytes`. Follows no redirect, repeats nothing. Rejects only
   * with WireFault; `cancelled` when the signal aborts, whoever aborted it.
   */
  async send(
    request: NetworkRequest,
    signal: AbortSignal | undefined,
    maxBytes = maxAnswerBytes,
  ): Promise<Answer> {
    const secure = request.protocol === 'https:';
    const to: Destination = {
      secure,
      hostname: request.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: request.port ?? (secure ? 443 : 80),
    };
    const trust = request.caBundle === undefined || !secure ? usualTrust : await trustOf(request.caBundle);
    if ('kind' in trust) {
      throw new WireFault(trust, true);
    }
    const route = routeOf(to, this.#settings);
    if (route.by === 'nothing') {
      const code = `SCHEME_${route.what}`;
      throw new WireFault({ kind: 'network', host: hostOf(request), reason: 'proxy', code }, true);
    }
    return exchange({ request, to, signal, maxBytes, route }, () => this.#open(request, to, route, trust));
  }

  #open(request: NetworkRequest, to: Destination, route: UsableRoute, trust: Trust): http.ClientRequest {
    const { method, path, headers } = request;
    const options = { method, hostname: to.hostname, port: to.port, path, headers };
    switch (route.by) {
      case 'direct':
        return new http.ClientRequest({
          ...options,
          protocol: request.protocol,
          agent: this.#agent(`direct ${request.protocol}`, request, trust, () => this.#direct(to, trust)),
        });
      case 'proxy': {
        if (to.secure) {
          const key = `proxy ${String(route.strict)} ${route.authorization ?? ''} ${route.proxy.href}`;
          const agent = this.#agent(key, request, trust, () => this.#tunnel(route, trust));
          return new http.ClientRequest({ ...options, protocol: 'https:', agent });
        }
        // Without TLS inside there is no tunnel: the proxy is asked for the whole URL (RFC 9112, 3.2.2).
        const { proxy, strict } = route;
        return new http.ClientRequest({
          ...options,
          ...proxyAddress(proxy),
          agent: agentFor(proxy, { strict, secureContext: contextOf(usualTrust, this.#systemCertificates) }),
          path: `http://${hostOf(request)}${path}`,
          headers: { ...headers, host: headers['host'] ?? hostOf(request), ...proxyHeaders(route) },
        });
      }
      case 'editor': {
        const agent = (): http.Agent =>
          this.#agent(`editor ${request.protocol}`, request, usualTrust, () =>
            to.secure ? new https.Agent(kept) : new http.Agent(kept),
          );
        return (to.secure ? https : http).request({
          ...options,
          ...(!route.dropAgent && { agent: agent() }),
          ...(trust.certificates !== undefined && { ca: [...trust.certificates] }),
          // With its proxy in between, VS Code puts Node's shared agent in the place of ours: another name for the
          // connection, which is all that this option is to a client, keeps it from being an old one.
          ...(request.fresh === true && to.secure && { sessionIdContext: randomUUID() }),
        });
      }
    }
  }

  get #systemCertificates(): boolean {
    return this.#settings.editor()?.systemCertificates ?? false;
  }

  #direct(to: Destination, trust: Trust): http.Agent {
    if (!to.secure) {
      return new http.Agent(kept);
    }
    const secureContext = contextOf(trust, this.#systemCertificates);
    return new https.Agent({ ...kept, ...(secureContext !== undefined && { secureContext }) });
  }

  #tunnel(route: Extract<Route, { by: 'proxy' }>, trust: Trust): http.Agent {
    const secureContext = contextOf(trust, this.#systemCertificates);
    return new TunnelAgent({ ...route, secureContext, idleMs });
  }

  #agent(name: string, request: NetworkRequest, trust: Trust, make: () => http.Agent): http.Agent {
    if (request.fresh === true) {
      const agent = make();
      // What is not kept is closed after its answer.
      agent.maxFreeSockets = 0;
      return agent;
    }
    const key = `${name} ${String(this.#systemCertificates)} ${trust.key}`;
    const known = this.#agents.get(key);
    if (known !== undefined) {
      return known;
    }
    const [oldest] = this.#agents.keys();
    if (oldest !== undefined && this.#agents.size >= maxAgents) {
      this.#agents.delete(oldest);
    }
    const agent = make();
    this.#agents.set(key, agent);
    return agent;
  }
}

const kept = { keepAlive: true, timeout: idleMs };

type UsableRoute = Exclude<Route, { by: 'nothing' }>;

interface Exchanged {
  readonly request: NetworkRequest;
  readonly to: Destination;
  readonly route: UsableRoute;
  readonly signal: AbortSignal | undefined;
  readonly maxBytes: number;
}

function exchange(
  { request, to, route, signal, maxBytes }: Exchanged,
  open: () => http.ClientRequest,
): Promise<Answer> {
  const host = hostOf(request);
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new WireFault({ kind: 'cancelled' }, true));
      return;
    }
    const sent = open();
    const fail = (fault: Fault | WireFault): void => {
      signal?.removeEventListener('abort', onAbort);
      sent.destroy();
      reject(fault instanceof WireFault ? fault : new WireFault(fault, false));
    };
    // The caller knows whether it was the person or a limit that aborted.
    const onAbort = (): void => fail({ kind: 'cancelled' });
    const broken = (error: unknown): void => fail(faultOf(error, { host, port: to.port, route }));
    sent.on('error', broken);
    sent.on('response', (response) => {
      const status = response.statusCode ?? 0;
      if (status === 407) {
        fail(proxyFault(host, 'HTTP_407', proxyOf(route)));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      const tooLarge = (): void => fail({ kind: 'notAws', host, status, what: 'tooLarge' });
      response.on('error', broken);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) {
          tooLarge();
        } else {
          chunks.push(chunk);
        }
      });
      response.on('end', () => {
        signal?.removeEventListener('abort', onAbort);
        resolve({ status, headers: response.headers, body: Buffer.concat(chunks) });
      });
      if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
        tooLarge();
      }
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    sent.end(request.body);
  });
}

interface ErrorContext {
  readonly host: string;
  readonly port: number;
  readonly route: UsableRoute;
}

function faultOf(error: unknown, { host, port, route }: ErrorContext): WireFault {
  if (error instanceof ProxyError) {
    // Nothing has passed it; asking the same again helps unless it was only busy or away.
    return new WireFault(proxyFault(host, error.code, error.proxy), !error.code.startsWith('HTTP_4'));
  }
  const wire = networkFault(error, host, port);
  const { fault } = wire;
  const proxy = proxyOf(route);
  if (fault.kind !== 'network' || proxy === undefined) {
    return wire;
  }
  // Asked for a whole URL, the proxy is the only one that was connected to.
  const isProxys =
    fault.reason === 'proxy' || (route.by === 'proxy' && fault.reason !== 'reset' && fault.reason !== 'tls');
  return isProxys ? new WireFault(proxyFault(host, fault.code, proxy), wire.unsent) : wire;
}

function proxyFault(host: string, code: string, proxy: string | undefined): Fault {
  return { kind: 'network', host, reason: 'proxy', code, ...(proxy !== undefined && { proxy }) };
}

function proxyOf(route: UsableRoute): string | undefined {
  return route.by === 'direct' || route.proxy === undefined ? undefined : proxyName(route.proxy);
}

/** The host as people read it, with the port where it is not the usual one. Never the user part of a URL. */
function hostOf({ hostname, port }: Pick<NetworkRequest, 'hostname' | 'port'>): string {
  const name = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  return port === undefined ? name : `${name}:${port}`;
}
