import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSamlIssuer, type SamlIssuer } from './samlIssuer.ts';
import { codePage, passwordPage, postPage } from './samlPages.ts';
import type { SamlOrder } from './samlWorker.ts';

/** Who can sign in. */
export interface SamlPerson {
  readonly user: string;
  readonly password: string;
  /** True for a code that their authenticator shows now. */
  isCode(code: string): boolean;
}

/** A running identity provider. */
export interface SamlIdp extends Pick<SamlIssuer, 'entityId' | 'certificate'> {
  /** The page that signs a person in and then posts to AWS. */
  readonly loginUrl: string;
  /** What its responses say; a test may change it while it runs. */
  readonly order: Partial<SamlOrder>;
  change(order: Partial<SamlOrder>): void;
  /** Where its pages post to: AWS's sign-in page, or somebody who listens here. The Recipient stays as it is. */
  postTo(url: string): void;
  /** A response without anybody who signs in, as `saml_process` of an administrator would print it. */
  response(order?: Partial<SamlOrder>): Promise<string>;
  /** How many times a person has signed in; going on within a session does not count. */
  readonly signIns: number;
  /** Every response that it has made: what nobody may find anywhere. */
  readonly responses: readonly string[];
  /** Its cookies mean nothing from now on. */
  endSessions(): void;
  close(): Promise<void>;
}

/** How it is started. */
export interface SamlIdpOptions {
  readonly person: SamlPerson;
  readonly order: Partial<SamlOrder>;
  /** Any free port when absent. */
  readonly port?: number;
  /** `127.0.0.1` when absent. A workbench in the browser opens that one through itself, and changes the address. */
  readonly host?: string;
}

const awsSignIn = 'https://signin.aws.amazon.com/saml';

/**
 * Starts an identity provider on this machine: samlp makes its responses; the pages are a user name with a password, and a code of
 * six digits. Who has signed in is known by a cookie.
 */
export async function startSamlIdp(options: SamlIdpOptions): Promise<SamlIdp> {
  const issuer = startSamlIssuer();
  let order = options.order;
  let action = awsSignIn;
  let signIns = 0;
  const responses: string[] = [];
  const sessions = new Set<string>();
  const tickets = new Set<string>();

  const response = async (more: Partial<SamlOrder> = {}): Promise<string> => {
    const made = await issuer.response({ ...order, ...more });
    responses.push(made);
    return made;
  };

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const form = await readForm(request);
    const path = (request.url ?? '').split('?')[0];
    switch (`${request.method} ${path}`) {
      case 'GET /sso':
        if (sessions.has(cookieOf(request))) {
          return show(reply, postPage(action, await response()));
        }
        return show(reply, passwordPage(false));
      case 'POST /sso': {
        const { user, password } = options.person;
        if (form.get('user') !== user || form.get('password') !== password) {
          return show(reply, passwordPage(true));
        }
        const ticket = randomUUID();
        tickets.add(ticket);
        return show(reply, codePage(ticket, false));
      }
      case 'POST /code': {
        const ticket = form.get('ticket') ?? '';
        if (!tickets.has(ticket)) {
          return show(reply, passwordPage(true));
        }
        if (!options.person.isCode(form.get('code') ?? '')) {
          return show(reply, codePage(ticket, true));
        }
        tickets.delete(ticket);
        signIns += 1;
        const session = randomUUID();
        sessions.add(session);
        reply.setHeader('Set-Cookie', `idp=${session}; Path=/; Max-Age=36000; HttpOnly; SameSite=Lax`);
        return show(reply, postPage(action, await response()));
      }
      default:
        reply.writeHead(404).end();
    }
  }

  const server = createServer((request, reply) => {
    answer(request, reply).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error));
      reply.destroy();
    });
  });
  const host = options.host ?? '127.0.0.1';
  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await issuer.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return {
    entityId: issuer.entityId,
    certificate: issuer.certificate,
    loginUrl: `http://${host}:${port}/sso`,
    get order() {
      return order;
    },
    change: (more) => void (order = { ...order, ...more }),
    postTo: (url) => void (action = url),
    response,
    get signIns() {
      return signIns;
    },
    responses,
    endSessions: () => sessions.clear(),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, issuer.close()]);
    },
  };
}

function show(reply: ServerResponse, html: string): void {
  reply.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(html);
}

function cookieOf(request: IncomingMessage): string {
  return /(?:^|; )idp=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
