import { once } from 'node:events';
import type { Server } from 'node:http';

/** A server that listens. */
export interface LocalServer {
  readonly port: number;
  /** Ends it and every connection; the port is free afterwards. */
  close(): Promise<void>;
}

/**
 * Has a server listen on a port of 127.0.0.1 (any free one when it is 0), and on nothing else. Rejects with Node's error
 * when the port cannot be had.
 */
export async function listenHere(server: Server, port: number): Promise<LocalServer> {
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  await once(server, 'listening');
  return {
    port: portOf(server),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
