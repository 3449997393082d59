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
export function listenHere(server: Server, port: number): Promise<LocalServer> {
  return listenOn(server, port, '127.0.0.1');
}

/**
 * The same with a second server on `[::1]`, for a page that is reached as `localhost`: browsers ask there first, and whoever
 * had the port there would get what is meant for us. A machine without IPv6 goes on with 127.0.0.1 alone.
 */
export async function listenAsLocalhost(make: () => Server, port: number): Promise<LocalServer> {
  const first = await listenHere(make(), port);
  try {
    const second = await listenOn(make(), first.port, '::1');
    return {
      port: first.port,
      close: async () => void (await Promise.all([first.close(), second.close()])),
    };
  } catch (error) {
    if (isWithoutIpv6(error)) {
      return first;
    }
    await first.close();
    throw error;
  }
}

async function listenOn(server: Server, port: number, host: string): Promise<LocalServer> {
  server.listen({ port, host, exclusive: true });
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

function isWithoutIpv6(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && /^(EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(String(error.code))
  );
}
