import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { KeyPair } from './selfSigned.ts';

/** TLS in front of a plain server on this machine, as a private endpoint of AWS's has it. */
export interface TlsFront {
  /** `127.0.0.1:port`. */
  readonly host: string;
  close(): Promise<void>;
}

/** Opens it; `url` is the plain server's. Nothing of what passes is touched. */
export async function startTlsFront(url: string, certificate: KeyPair): Promise<TlsFront> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<net.Socket>();
  const server = tls.createServer(certificate, (socket) => {
    const onward = net.connect(Number(port), hostname);
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => undefined);
      each.once('close', () => {
        sockets.delete(each);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
}
