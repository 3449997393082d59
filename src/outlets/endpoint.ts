import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer } from './server.ts';
import type { CredentialServer, ServerOptions } from './server.ts';
import { removeDeadToken } from './tokenFile.ts';

/** What the endpoint needs. */
export interface EndpointOptions {
  readonly server: Omit<ServerOptions, 'transport'>;
  /** Where token files lie (made 0700 when it is not there), and how ours are called. */
  place(): Promise<TokenPlace>;
  /** The port of before a reload; undefined when there was none. */
  rememberedPort(): number | undefined;
  rememberPort(port: number): Promise<void>;
}

/** A folder of token files. */
export interface TokenPlace {
  readonly folder: string;
  /** Sets ours apart from those of other hosts. */
  readonly prefix: string;
  /** False where files of other process spaces may be called so too: nobody can tell whether their windows are over. */
  readonly ownSpace: boolean;
}

/** Where AWS_CONTAINER_CREDENTIALS_FULL_URI and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE lead. */
export interface EndpointAddress {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly tokenFile: string;
}

/**
 * The loopback endpoint of a window, started when it is first wanted. Port and token file stay over a reload, so that
 * open terminals keep their endpoint; the token in the file does not.
 */
export class Endpoint {
  readonly #options: EndpointOptions;
  #running: Promise<{ readonly server: CredentialServer; readonly address: EndpointAddress }> | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** Starts it, unless it runs. Rejects with Node's error when it cannot be had, and tries again at the next call. */
  async open(): Promise<EndpointAddress> {
    const starting = (this.#running ??= this.#start());
    try {
      return (await starting).address;
    } catch (error) {
      if (this.#running === starting) {
        this.#running = undefined;
      }
      throw error;
    }
  }

  /** Nothing listens and the token file is gone when it resolves. Never rejects. */
  async dispose(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    await running?.server.dispose();
  }

  async #start(): Promise<{ server: CredentialServer; address: EndpointAddress }> {
    const { folder, prefix, ownSpace } = await this.#options.place();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Named after the port: two windows of one folder (browser tabs) remember the same one, only one of them gets it,
    // and the other must not write its token over that one's.
    const tokenFile = (port: number): string => join(folder, `${prefix}${String(port)}`);
    const known = this.#options.rememberedPort();
    const transport = { kind: 'tcp', tokenFile, ...(known !== undefined && { port: known }) } as const;
    const server = await startServer({ ...this.#options.server, transport });
    const { address } = server;
    const port = address.kind === 'tcp' ? address.port : 0;
    if (known !== undefined && port !== known && ownSpace) {
      // Open terminals still ask at the port of before. Unless another window of ours has it, that is a stranger's now, who
      // could answer with credentials of their own: without the file no tool asks.
      await removeDeadToken(tokenFile(known));
    }
    if (port !== known) {
      await this.#options.rememberPort(port);
    }
    return { server, address: { port, tokenFile: tokenFile(port) } };
  }
}
