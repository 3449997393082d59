import { page } from '../identityCenter/pages.ts';
import { Refusal } from '../refusal.ts';
import type { Answer, Received } from '../service.ts';
import type { WireRequest } from '../signature.ts';
import { checkProof } from './proof.ts';
import type { ConsoleSignIn, LoginRefusal } from './signin.ts';
import { keySeconds } from './signin.ts';

/** The call in a request to the sign-in service; undefined for a request to another one. */
export function receiveSignIn(
  request: WireRequest,
  service: ConsoleSignIn,
  requestId: string,
): Received | undefined {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined) {
    return undefined;
  }
  const body = Buffer.from(request.body).toString('utf8');
  const asked: Asked = {
    service,
    request,
    query: new URLSearchParams(request.query),
    fields: readJson(body),
    form: new URLSearchParams(body),
    url: `http://${request.headers.get('host')?.[0] ?? ''}`,
  };
  const whole = (answer: Pick<Answer, 'status' | 'headers' | 'body'>, errorCode?: string): Answer => ({
    ...answer,
    headers: { 'x-amzn-RequestId': requestId, ...answer.headers },
    caller: undefined,
    errorCode,
  });
  const refuse = (refusal: Refusal): Answer => whole(refusalOf(refusal, service), refusal.code);
  return {
    operation: route.operation,
    // Which grant, and for which client: nothing else here is for others to see.
    params: Object.fromEntries(
      ['grantType', 'clientId'].flatMap((name) => {
        const value = asked.fields.get(name);
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    ),
    accessKeyId: undefined,
    region: undefined,
    refuse,
    answer() {
      try {
        return whole(route.answer(asked));
      } catch (error) {
        if (error instanceof Refusal) {
          return refuse(error);
        }
        throw error;
      }
    },
  };
}

interface Asked {
  readonly service: ConsoleSignIn;
  readonly request: WireRequest;
  readonly query: URLSearchParams;
  readonly fields: ReadonlyMap<string, unknown>;
  readonly form: URLSearchParams;
  readonly url: string;
}

interface Route {
  readonly operation: string;
  answer(asked: Asked): Pick<Answer, 'status' | 'headers' | 'body'>;
}

const sameDevice = 'arn:aws:signin:::devtools/same-device';
const crossDevice = 'arn:aws:signin:::devtools/cross-device';

const routes: Readonly<Record<string, Route>> = {
  'GET /v1/authorize': {
    operation: 'LoginPage',
    answer(asked) {
      readAuthorize(asked);
      const buttons = asked.service.data.people.map(
        (arn) =>
          `<p><button name="person" value="${escape(arn)}">Continue as ${escape(nameOf(arn))}</button>`,
      );
      const form = `<form method="post" action="authorize?${escape(asked.request.query)}">${buttons.join('')}
<p><button name="person" value="">Cancel</button></form>`;
      return html(200, page('Continue with an active session', form));
    },
  },
  'POST /v1/authorize': {
    operation: 'LoginPage',
    answer(asked) {
      const { clientId, redirectUri, challenge, state } = readAuthorize(asked);
      const person = asked.form.get('person') ?? '';
      const back = new URL(redirectUri);
      if (asked.service.data.people.includes(person)) {
        back.searchParams.set('code', asked.service.issueCode({ clientId, redirectUri, challenge, person }));
      } else {
        back.searchParams.set('error', 'access_denied');
      }
      back.searchParams.set('state', state);
      return { status: 302, headers: { Location: back.href }, body: '' };
    },
  },
  'GET /v1/sessions/confirmation': {
    operation: 'LoginConfirmation',
    answer({ query }) {
      const text = Buffer.from(`state=${query.get('state') ?? ''}&code=${query.get('code') ?? ''}`);
      const field = `<input readonly size="60" value="${text.toString('base64')}" aria-label="Authorization code">`;
      return html(200, page('Your authorization code', `<p>Paste it where you began.<p>${field}`));
    },
  },
  'POST /v1/token': {
    operation: 'CreateOAuth2Token',
    answer(asked) {
      const { service, request, fields } = asked;
      const proof = checkProof(service, request.headers.get('dpop'), {
        method: request.method,
        url: `${asked.url}${request.path}`,
      });
      if ('wrong' in proof) {
        throw invalid(`DPoP: ${proof.wrong}`);
      }
      const clientId = text(fields, 'clientId');
      if (clientId !== sameDevice && clientId !== crossDevice) {
        throw invalid('clientId');
      }
      switch (text(fields, 'grantType')) {
        case 'authorization_code': {
          const verifier = text(fields, 'codeVerifier');
          if (!/^[\w.~-]{43,128}$/.test(verifier)) {
            throw invalid('codeVerifier');
          }
          const given = { code: text(fields, 'code'), redirectUri: text(fields, 'redirectUri') };
          const issued = service.redeem({ ...given, clientId, verifier }, proof.thumbprint);
          if (issued === undefined) {
            throw invalid('code');
          }
          return json(typeof issued === 'string' ? denied(issued) : issued);
        }
        case 'refresh_token': {
          const issued = service.renew(text(fields, 'refreshToken'), clientId, proof.thumbprint);
          return json(typeof issued === 'string' ? denied(issued) : issued);
        }
        default:
          throw invalid('grantType');
      }
    },
  },
};

/** A browser's request for a code; throws a Refusal for what AWS would not show a page for. */
function readAuthorize({ query }: Asked): {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly state: string;
} {
  const get = (name: string): string => query.get(name) ?? '';
  const clientId = get('client_id');
  const redirectUri = get('redirect_uri');
  const challenge = get('code_challenge');
  const state = get('state');
  const fits =
    clientId === sameDevice
      ? /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/.test(redirectUri)
      : // Of this service, by whatever name: a workbench in a browser puts a proxy before this machine.
        clientId === crossDevice &&
        /^http:\/\/127\.0\.0\.1:\d+\/v1\/sessions\/confirmation$/.test(redirectUri);
  const checks: readonly (readonly [string, boolean])[] = [
    ['redirect_uri', fits],
    ['response_type', get('response_type') === 'code'],
    ['scope', get('scope') === 'openid'],
    ['code_challenge_method', get('code_challenge_method') === 'SHA-256'],
    ['code_challenge', /^[\w-]{43}$/.test(challenge)],
    ['state', state !== ''],
  ];
  const wrong = checks.find(([, ok]) => !ok)?.[0];
  if (wrong !== undefined) {
    throw invalid(wrong);
  }
  return { clientId, redirectUri, challenge, state };
}

function invalid(what: string): Refusal {
  return new Refusal(400, 'INVALID_REQUEST', `invalid ${what}`);
}

function denied(code: LoginRefusal): never {
  const status = code === 'TOKEN_EXPIRED' || code === 'AUTHCODE_EXPIRED' ? 401 : 403;
  throw new Refusal(status, code, 'Access denied');
}

/** Errors are exceptions by name in a header and OAuth's in the body. */
function refusalOf(
  { status, code, message }: Refusal,
  { nonce }: ConsoleSignIn,
): Pick<Answer, 'status' | 'headers' | 'body'> {
  const [name, error, answered] =
    code === 'Throttling'
      ? ['TooManyRequestsError', 'INVALID_REQUEST', 429]
      : status >= 500
        ? ['InternalServerException', 'server_error', status]
        : [status === 400 ? 'ValidationException' : 'AccessDeniedException', code, status];
  return {
    status: answered,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-ErrorType': name,
      ...(nonce !== undefined && message.endsWith('nonce') && { 'DPoP-Nonce': nonce }),
    },
    body: JSON.stringify({ error, message }),
  };
}

function json(issued: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly refreshToken: string;
  readonly idToken?: string;
}): Pick<Answer, 'status' | 'headers' | 'body'> {
  const { accessKeyId, secretAccessKey, sessionToken, ...rest } = issued;
  const accessToken = { accessKeyId, secretAccessKey, sessionToken };
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: JSON.stringify({ accessToken, tokenType: 'aws_sigv4', expiresIn: keySeconds, ...rest }),
  };
}

function html(status: number, body: string): Pick<Answer, 'status' | 'headers' | 'body'> {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}

/** `user/alice`, `assumed-role/Admin/alice`: what follows the account. */
function nameOf(arn: string): string {
  return arn.split(':').slice(5).join(':');
}

function text(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}

function readJson(body: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
  } catch {
    return new Map();
  }
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
