// A worker of its own, because the library takes its time from the global clock, which a test moves.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** How the provider is started. */
export interface OidcWorkerData {
  /** An address of this machine. */
  readonly host: string;
  /** Any free one when 0. */
  readonly port: number;
  readonly clientId: string;
  /** How long an ID token lasts, seconds. */
  readonly idTokenSeconds: number;
}

/** What the worker says. */
export type OidcNews =
  | { readonly kind: 'listening'; readonly port: number }
  /** Tokens that were handed out: nobody may find them anywhere. */
  | { readonly kind: 'tokens'; readonly tokens: readonly string[] }
  | { readonly kind: 'moved' };

const data = workerData as OidcWorkerData;
let offset = 0;
const RealDate = Date;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offset] : args, newTarget) as object,
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + offset : (Reflect.get(target, name, receiver) as unknown),
});
// The library talks about what a production set-up would need.
console.warn = console.info = () => undefined;
const { Provider } = await import('oidc-provider');

const server = createServer();
server.listen(data.port, data.host, () => {
  const { port } = server.address() as AddressInfo;
  server.on('request', (request, response) => void provider(port).callback()(request, response));
  tell({ kind: 'listening', port });
});
server.on('error', (error) => {
  throw error;
});
parentPort?.on('message', ({ moveMs }: { readonly moveMs: number }) => {
  offset += moveMs;
  tell({ kind: 'moved' });
});

let made: InstanceType<typeof Provider> | undefined;

function provider(port: number): InstanceType<typeof Provider> {
  if (made !== undefined) {
    return made;
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'test-1', alg: 'RS256', use: 'sig' };
  made = new Provider(`http://${data.host}:${port}`, {
    clients: [
      {
        client_id: data.clientId,
        client_name: 'STS Sessions',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/oauth/callback'],
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
    claims: { openid: ['sub'], email: ['email'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: data.idTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 14 * 24 * 3600,
      IdToken: data.idTokenSeconds,
      Interaction: 600,
      RefreshToken: 14 * 24 * 3600,
      Session: 14 * 24 * 3600,
    },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => Promise.resolve({ sub: id, email: `${id}@acme.example` }),
    }),
  });
  made.use(async (context, next) => {
    await next();
    // Its pages ask for a font of another host; nothing here goes past this machine.
    if (typeof context.body === 'string') {
      context.body = context.body.replaceAll(/@import url\([^)]*\);?/g, '');
    }
  });
  made.on('grant.success', ({ body }) => {
    const fields = body as Readonly<Record<string, unknown>>;
    const tokens = ['access_token', 'id_token', 'refresh_token']
      .map((name) => fields[name])
      .filter((token) => typeof token === 'string');
    tell({ kind: 'tokens', tokens });
  });
  return made;
}

function tell(news: OidcNews): void {
  parentPort?.postMessage(news);
}
