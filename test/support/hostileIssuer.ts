import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** An issuer that does as it is told: each answer may be replaced, and what it signs may say anything. */
export interface HostileIssuer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Paths that were asked for, in their order. */
  readonly asked: readonly string[];
  /** Answers by path; what has none answers as a good issuer would. */
  readonly answers: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  /** What its token endpoint puts into the ID token, over what a good one says. */
  claims: Readonly<Record<string, unknown>>;
  /** What stands in the header of its ID token, over `alg` RS256. */
  header: Readonly<Record<string, unknown>>;
  /** `none` leaves the signature out, `other` signs with a key that nobody has published. */
  signs: 'right' | 'none' | 'other';
  /** The nonce of the page that was opened last: what a good issuer puts into the token. */
  nonce: string | undefined;
  close(): Promise<void>;
}

/** Starts one on 127.0.0.1; its client is `sts`, its subject `alice`. */
export async function startHostileIssuer(): Promise<HostileIssuer> {
  const right = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const asked: string[] = [];
  const answers: HostileIssuer['answers'] = new Map();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    asked.push(path);
    const answer = answers.get(path);
    if (answer !== undefined) {
      answer(request, response);
      return;
    }
    request.resume();
    json(response, good(path));
  });
  const good = (path: string): object => {
    switch (path) {
      case '/.well-known/openid-configuration':
        return discovery();
      case '/jwks':
        return {
          keys: [{ ...right.publicKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256', use: 'sig' }],
        };
      default:
        return {
          access_token: 'EXAMPLEACCESS',
          token_type: 'Bearer',
          refresh_token: 'EXAMPLEREFRESH',
          id_token: token(),
        };
    }
  };
  const discovery = (): object => ({
    issuer: issuer.url,
    authorization_endpoint: `${issuer.url}/auth`,
    token_endpoint: `${issuer.url}/token`,
    jwks_uri: `${issuer.url}/jwks`,
    device_authorization_endpoint: `${issuer.url}/device`,
    id_token_signing_alg_values_supported: ['RS256', 'PS256', 'none'],
    authorization_response_iss_parameter_supported: true,
  });
  const token = (): string => {
    const now = Math.floor(Date.now() / 1000);
    const { nonce } = issuer;
    const ordinary = { iss: issuer.url, sub: 'alice', aud: 'sts', iat: now, exp: now + 3600, nonce };
    const text = [
      { alg: 'RS256', kid: '1', ...issuer.header },
      { ...ordinary, ...issuer.claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${signature(text)}`;
  };
  const signature = (text: string): string => {
    if (issuer.signs === 'none') {
      return '';
    }
    const key: KeyObject = issuer.signs === 'right' ? right.privateKey : other.privateKey;
    return sign('sha256', Buffer.from(text), key).toString('base64url');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer: HostileIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    claims: {},
    header: {},
    signs: 'right',
    nonce: undefined,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return issuer;
}

/** Answers with JSON. */
export function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
