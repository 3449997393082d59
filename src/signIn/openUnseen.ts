import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { sendPage } from './lastPage.ts';
import { listenHere, portOf } from './localServer.ts';

/** What `openUnseen` needs. */
export interface UnseenParts {
  /** Opens a page in the person's browser; false when that was not possible. */
  open(this: void, url: string): Promise<boolean>;
  /** True when what has connected from `peerPort` to `ownPort` on 127.0.0.1 runs as this user, or as root. */
  isOwnPeer(this: void, peerPort: number, ownPort: number): Promise<boolean>;
  /** What somebody reads who is not sent on. */
  readonly texts: { readonly title: string; readonly failed: string };
  /** How long the browser may take, which may have to be started and ask for a profile first, ms. */
  readonly limitMs: number;
}

/**
 * Opens an address that signs in whoever has it, where the page to open becomes an argument of a program and can be read
 * by every user of the machine: opened is a page here that sends this user's browser there, once. False when it was not
 * opened; the address itself is never in what is opened.
 */
export async function openUnseen(address: string, parts: UnseenParts): Promise<boolean> {
  const path = `/${randomBytes(32).toString('hex')}`;
  let isUsed = false;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const status = refusal(request, server, path);
    const isOurs =
      status === undefined && (await parts.isOwnPeer(request.socket.remotePort ?? 0, portOf(server)));
    if (!isOurs || isUsed) {
      sendPage(response, status ?? (isUsed ? 410 : 403), parts.texts.title, parts.texts.failed);
      return;
    }
    isUsed = true;
    response.once('close', end);
    const headers = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', Connection: 'close' };
    response.writeHead(302, { ...headers, Location: address }).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const listening = await listenHere(server, 0).catch(() => undefined);
  if (listening === undefined) {
    return false;
  }
  let isOver = false;
  const end = (): void => {
    if (!isOver) {
      isOver = true;
      clearTimeout(timer);
      void listening.close();
    }
  };
  const timer = setTimeout(end, parts.limitMs).unref();
  const isOpen = await parts.open(`http://127.0.0.1:${String(listening.port)}${path}`).catch(() => false);
  if (!isOpen) {
    end();
  }
  return isOpen;
}

/** The HTTP status for a request that is not the browser's; undefined for one that may be. */
function refusal(
  { headers, method, url }: IncomingMessage,
  server: Server,
  path: string,
): number | undefined {
  // A page elsewhere whose name was made to point here (DNS rebinding) asks under its own name.
  if (headers.host !== `127.0.0.1:${String(portOf(server))}`) {
    return 421;
  }
  if (url !== path) {
    return 404;
  }
  return method === 'GET' ? undefined : 405;
}
