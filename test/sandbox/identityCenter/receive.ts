import { isLoopback } from '../../../src/aws/loopback.ts';
import { Refusal } from '../refusal.ts';
import type { Answer, Received } from '../service.ts';
import type { WireRequest } from '../signature.ts';
import type { World } from '../world.ts';
import type { IdentityCenter } from './identityCenter.ts';
import { createToken, readAuthorize, registerClient, startDeviceAuthorization } from './oidc.ts';
import type { Fields } from './oidc.ts';
import { authorizePage, devicePage, page } from './pages.ts';
import { admit, getRoleCredentials, listAccountRoles, listAccounts } from './portal.ts';

/** A call as the routes below see it. */
interface Asked {
  readonly center: IdentityCenter;
  readonly world: World;
  readonly request: WireRequest;
  readonly query: URLSearchParams;
  readonly fields: Fields;
  readonly form: URLSearchParams;
  readonly token: string;
  readonly url: string;
}

interface Route {
  readonly operation: string;
  answer(asked: Asked): Pick<Answer, 'status' | 'headers' | 'body'>;
}

const routes: Readonly<Record<string, Route>> = {
  'POST /client/register': api('RegisterClient', ({ center, fields, url }) =>
    registerClient(center, fields, url),
  ),
  'POST /device_authorization': api('StartDeviceAuthorization', ({ center, fields, url }) =>
    startDeviceAuthorization(center, fields, url),
  ),
  'POST /token': api('CreateToken', ({ center, fields }) => createToken(center, fields)),
  'GET /assignment/accounts': api('ListAccounts', ({ center, query, token }) => {
    admit(center, token, true);
    return listAccounts(center, query);
  }),
  'GET /assignment/roles': api('ListAccountRoles', ({ center, query, token }) => {
    admit(center, token, true);
    return listAccountRoles(center, query);
  }),
  'GET /federation/credentials': api('GetRoleCredentials', ({ center, world, query, token }) => {
    admit(center, token, false);
    return getRoleCredentials(center, world, query);
  }),
  'POST /logout': api('Logout', ({ center, token }) => {
    admit(center, token, false);
    center.signOut(token);
    return undefined;
  }),
  'GET /authorize': {
    operation: 'AuthorizePage',
    answer: ({ center, query, request }) =>
      html(200, authorizePage(center.data.user, readAuthorize(center, query).client, request.query)),
  },
  'POST /authorize': {
    operation: 'AuthorizePage',
    answer({ center, query, form }) {
      const { client, redirectUri, challenge, state } = readAuthorize(center, query);
      const back = new URL(redirectUri);
      back.searchParams.set('state', state);
      if (form.get('verdict') === 'allowed') {
        back.searchParams.set('code', center.issueCode(client, redirectUri, challenge).code);
      } else {
        back.searchParams.set('error', 'access_denied');
      }
      return { status: 302, headers: { Location: back.href }, body: '' };
    },
  },
  'GET /device': {
    operation: 'DevicePage',
    answer: ({ center, query }) => html(200, devicePage(center.data.user, query.get('user_code') ?? '')),
  },
  'POST /device': {
    operation: 'DevicePage',
    answer({ center, form }) {
      const userCode = form.get('user_code') ?? '';
      if (center.deviceOf(userCode)?.verdict !== 'waiting') {
        return html(400, page('Unknown code', `<p>No device waits under this code.</p>`));
      }
      const verdict = form.get('verdict') === 'allowed' ? 'allowed' : 'denied';
      center.decide(userCode, verdict);
      return html(
        200,
        page(verdict === 'allowed' ? 'Request approved' : 'Request denied', '<p>Close this page.</p>'),
      );
    },
  },
};

/** The call in a request to Identity Center; undefined for a request to another service. */
export function receiveIdentityCenter(
  request: WireRequest,
  center: IdentityCenter,
  world: World,
  requestId: string,
): Received | undefined {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined) {
    return undefined;
  }
  const body = Buffer.from(request.body).toString('utf8');
  const host = request.headers.get('host')?.[0] ?? '';
  const asked: Asked = {
    center,
    world,
    request,
    query: new URLSearchParams(request.query),
    fields: readJson(body),
    form: new URLSearchParams(body),
    token: request.headers.get('x-amz-sso_bearer_token')?.[0] ?? '',
    url: urlOf(host),
  };
  const whole = (answer: Pick<Answer, 'status' | 'headers' | 'body'>, errorCode?: string): Answer => ({
    ...answer,
    headers: { 'x-amzn-RequestId': requestId, ...answer.headers },
    caller: undefined,
    errorCode,
  });
  const refuse = (refusal: Refusal): Answer => {
    // “Throttling” is the query protocol's word for it.
    const [status, code] =
      refusal.code === 'Throttling' ? [429, 'TooManyRequestsException'] : [refusal.status, refusal.code];
    return whole(json(status, errorBody(code, refusal.message), { 'x-amzn-ErrorType': code }), code);
  };
  return {
    operation: route.operation,
    params: visible(asked),
    accessKeyId: undefined,
    region: center.data.region,
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

function api(operation: string, run: (asked: Asked) => object | undefined): Route {
  return {
    operation,
    answer(asked) {
      const result = run(asked);
      return result === undefined ? { status: 200, headers: {}, body: '' } : json(200, result);
    },
  };
}

function json(
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): Pick<Answer, 'status' | 'headers' | 'body'> {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

function html(status: number, body: string): Pick<Answer, 'status' | 'headers' | 'body'> {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}

/** `AuthorizationPendingException` is `authorization_pending` in the body, as OAuth wants it; the SDKs read both. */
function errorBody(code: string, message: string): object {
  const error = code
    .replace(/Exception$/, '')
    .replaceAll(/(?<!^)([A-Z])/g, '_$1')
    .toLowerCase();
  return { message, error, error_description: message };
}

/** What may be in the journal: nothing that gives access. */
function visible({ query, fields }: Asked): Readonly<Record<string, string>> {
  const shown = ['account_id', 'role_name', 'max_result', 'grantType', 'startUrl', 'clientName', 'scopes'];
  const all = new Map<string, unknown>([...query, ...fields]);
  return Object.fromEntries(shown.flatMap((name) => (all.has(name) ? [[name, String(all.get(name))]] : [])));
}

function readJson(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
  } catch {
    return new Map();
  }
}

/** Under a name of AWS's it is reached by TLS only. */
function urlOf(host: string): string {
  const url = `http://${host}`;
  return URL.canParse(url) && !isLoopback(new URL(url)) ? `https://${host}` : url;
}
