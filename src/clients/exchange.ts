// The modules themselves, not their functions: VS Code replaces `request` on them to add proxies and the system's
// certificates, and a copy taken at load time would miss that.
import http from 'node:http';
import https from 'node:https';
import type { HttpHandler, HttpRequest } from '@smithy/core/protocols';
import { buildQueryString, HttpResponse } from '@smithy/core/protocols';
import type { Fault } from '../aws/faults.ts';
import type { Answer } from './answer.ts';
import { maxAnswerBytes, serverTimeOf } from './answer.ts';
import { networkFault, WireFault } from './wireFault.ts';

/** How long an unused connection is kept, ms: shorter than AWS keeps its end, so that ours is not the one surprised. */
const idleMs = 10_000;

/** The connections that calls share, one pool a protocol. */
export interface Pools {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** Makes the pools. Idle connections keep no process alive. */
export function createPools(): Pools {
  const options = { keepAlive: true, timeout: idleMs };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

/**
 * The SDK's request handler for one call: sends, reads a bounded answer, and looks whether it is the service's before the SDK
 * parses it. Fails only with WireFault.
 */
export class Exchange implements HttpHandler<object> {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #pools: Pools | undefined;
  readonly #judge: (answer: Answer, host: string) => Fault | undefined;
  #last: Answer | undefined;

  /**
   * `pools` undefined: a connection of its own. `judge` tells what an answer is that cannot be the service's; undefined
   * when it can.
   */
  constructor(pools: Pools | undefined, judge: (answer: Answer, host: string) => Fault | undefined) {
    this.#pools = pools;
    this.#judge = judge;
  }

  /** The last whole answer, its body aside. */
  get status(): number {
    return this.#last?.status ?? 0;
  }

  /** AWS's clock in the last answer, ms UTC. */
  get serverTime(): number | undefined {
    return this.#last === undefined ? undefined : serverTimeOf(this.#last.headers);
  }

  /** The id under which AWS finds the call, for the log. */
  get requestId(): string | undefined {
    const id = this.#last?.headers['x-amzn-requestid'];
    return Array.isArray(id) ? id[0] : id;
  }

  async handle(
    request: HttpRequest,
    options?: { abortSignal?: AbortSignal | { aborted: boolean } },
  ): Promise<{ response: HttpResponse }> {
    const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
    const host = hostOf(request);
    const answer = await this.#exchange(request, host, signal);
    this.#last = answer;
    const foreign = this.#judge(answer, host);
    if (foreign !== undefined) {
      throw new WireFault(foreign, false);
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
    }
    return { response: new HttpResponse({ statusCode: answer.status, headers, body: answer.body }) };
  }

  updateHttpClientConfig(): void {
    // Nothing to configure: whoever makes the client takes every option.
  }

  httpHandlerConfigs(): object {
    return {};
  }

  #exchange(request: HttpRequest, host: string, signal: AbortSignal | undefined): Promise<Answer> {
    const secure = request.protocol === 'https:';
    const port = request.port ?? (secure ? 443 : 80);
    return new Promise((resolve, reject) => {
      // The caller knows whether it was the person or the limit that aborted; see sts.ts.
      const fail = (fault: Fault | WireFault): void => {
        signal?.removeEventListener('abort', onAbort);
        sent.destroy();
        reject(fault instanceof WireFault ? fault : new WireFault(fault, false));
      };
      const onAbort = (): void => fail({ kind: 'cancelled' });
      const sent = (secure ? https : http).request({
        agent: (secure ? this.#pools?.https : this.#pools?.http) ?? false,
        method: request.method,
        hostname: request.hostname.replace(/^\[(.*)\]$/, '$1'),
        port,
        path: pathOf(request),
        headers: request.headers,
      });
      sent.on('error', (error) => fail(networkFault(error, host, port)));
      sent.on('response', (response) => {
        const status = response.statusCode ?? 0;
        const chunks: Buffer[] = [];
        let size = 0;
        const tooLarge = (): void => fail({ kind: 'notAws', host, status, what: 'tooLarge' });
        response.on('error', (error) => fail(networkFault(error, host, port)));
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswerBytes) {
            tooLarge();
          } else {
            chunks.push(chunk);
          }
        });
        response.on('end', () => {
          signal?.removeEventListener('abort', onAbort);
          resolve({ status, headers: response.headers, body: Buffer.concat(chunks) });
        });
        if (Number(response.headers['content-length'] ?? 0) > maxAnswerBytes) {
          tooLarge();
        }
      });
      if (signal?.aborted === true) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      sent.end(request.body);
    });
  }
}

/** The host as people read it, with the port where it is not the usual one. Never the user part of a URL. */
function hostOf(request: HttpRequest): string {
  return request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
}

function pathOf(request: HttpRequest): string {
  // Encoded as the signature has it.
  const query = buildQueryString(request.query);
  return query === '' ? request.path : `${request.path}?${query}`;
}
