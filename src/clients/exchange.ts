import type { HttpHandler, HttpRequest } from '@smithy/core/protocols';
import { buildQueryString, HttpResponse } from '@smithy/core/protocols';
import type { CaBundle, Fault } from '../aws/faults.ts';
import type { Answer } from './answer.ts';
import { serverTimeOf } from './answer.ts';
import type { Network } from './network.ts';
import { WireFault } from './wireFault.ts';

/** What one exchange needs. */
export interface ExchangeOptions {
  /** The client's one Network: `new Network(settings)`, made once, with the settings that core.ts gives. */
  readonly network: Network;
  readonly caBundle: CaBundle | undefined;
  /** True for what AWS takes once: a connection of its own. */
  readonly fresh: boolean;
  /** Tells what an answer is that cannot be the service's; undefined when it can. */
  judge(answer: Answer, host: string): Fault | undefined;
}

/**
 * The SDK's request handler for one call: sends, reads a bounded answer, and looks whether it is the service's before the SDK
 * parses it. Fails only with WireFault.
 */
export class Exchange implements HttpHandler<object> {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: ExchangeOptions;
  #last: Answer | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
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
    const { network, caBundle, fresh } = this.#options;
    const answer = await network.send(
      {
        protocol: request.protocol === 'http:' ? 'http:' : 'https:',
        hostname: request.hostname,
        port: request.port,
        method: request.method,
        path: pathOf(request),
        headers: request.headers,
        body: bodyOf(request),
        caBundle,
        fresh,
      },
      signal,
    );
    this.#last = answer;
    const foreign = this.#options.judge(answer, host);
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

function bodyOf({ body }: HttpRequest): string | Uint8Array | undefined {
  // The SDK makes streams only of what is given to it as a stream.
  return typeof body === 'string' || body instanceof Uint8Array ? body : undefined;
}
