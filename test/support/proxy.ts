import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { KeyPair } from './selfSigned.ts';

/** A request that came to the proxy. */
export interface ProxyRequest {
  /** `CONNECT host:port`, or `POST http://host/path`. */
  readonly line: string;
  readonly authorization: string | undefined;
}

/** A running proxy. */
export interface TestProxy {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  readonly requests: readonly ProxyRequest[];
  close(): Promise<void>;
}

/** How it behaves. */
export interface ProxyOptions {
  /** `name:password`; without it, 407. */
  readonly login?: string;
  /** Answers every CONNECT with this status. */
  readonly refuse?: number;
  /** Accepts connections and says nothing. */
  readonly silent?: boolean;
  /** Makes it an https:// proxy. */
  readonly tls?: KeyPair;
  /** What the proxy alone can resolve: a host's name to the `host:port` that stands for it. */
  readonly names?: Readonly<Record<string, string>>;
}

/** An HTTP proxy on 127.0.0.1 (RFC 9110, 9.3.6 and RFC 9112, 3.2.2). It never goes past the loopback interface. */
export async function startProxy(options: ProxyOptions = {}): Promise<TestProxy> {
  const requests: ProxyRequest[] = [];
  const sockets = new Set<Duplex>();
  const wanted = options.login && `Basic ${Buffer.from(options.login).toString('base64')}`;
  const hears = (request: http.IncomingMessage): boolean => {
    const authorization = request.headers['proxy-authorization'];
    requests.push({ line: `${request.method} ${request.url}`, authorization });
    return wanted === undefined || authorization === wanted;
  };
  /** Undefined for what is not on this machine: the editor that is tested asks for its marketplace, too. */
  const placeOf = (name: string): readonly [string, number] | undefined => {
    const place = new URL(`http://${options.names?.[name.replace(/:(443|80)$/, '')] ?? name}`);
    return /^127\.|^\[::1\]|^localhost$/.test(place.hostname)
      ? [place.hostname, Number(place.port)]
      : undefined;
  };
  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    if (options.silent) {
      return;
    }
    const url = new URL(request.url ?? '');
    const place = placeOf(url.host);
    if (place === undefined) {
      response.writeHead(403).end();
      return;
    }
    if (!hears(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="corp"' }).end('<html>Login</html>');
      return;
    }
    const [hostname, port] = place;
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const path = `${url.pathname}${url.search}`;
    const onward = http.request({ hostname, port, path, method: request.method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  };
  const server =
    options.tls === undefined ? http.createServer(answer) : https.createServer(options.tls, answer);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    if (options.silent) {
      return;
    }
    const place = placeOf(request.url ?? '');
    if (place === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    if (!hears(request)) {
      const why = 'Proxy-Authenticate: Basic realm="corp"\r\nContent-Length: 0\r\nConnection: close';
      socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${why}\r\n\r\n`);
      return;
    }
    if (options.refuse !== undefined) {
      socket.end(`HTTP/1.1 ${options.refuse} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const [hostname, port] = place;
    const onward = net.connect(port, hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}`,
    requests,
    close: async () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await once(server, 'close').catch(() => undefined);
    },
  };
}
