import { randomBytes } from 'node:crypto';
import { escape, page } from '../identityCenter/pages.ts';
import type { Refusal } from '../refusal.ts';
import type { Answer, Received } from '../service.ts';
import type { WireRequest } from '../signature.ts';
import type { Caller, World } from '../world.ts';

/** How long a sign-in token is taken, ms. */
const tokenMs = 15 * 60_000;

/** The federation endpoint of the console: temporary keys become a token, the token a page that says who one is. */
export class ConsoleFederation {
  readonly #world: World;
  readonly #tokens = new Map<string, { readonly caller: Caller; readonly expiresAt: number }>();
  readonly #signedIn = new Map<string, Caller>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A token for a session as the form has it; undefined for everything that AWS refuses, which is all it says. */
  issue(
    session: string,
    duration: string | undefined,
  ): { readonly token: string; readonly caller: Caller } | undefined {
    const { sessionId, sessionKey, sessionToken } = readSession(session);
    const key = this.#world.key(sessionId);
    const caller = key?.caller;
    const isSession =
      key !== undefined &&
      key.secretAccessKey === sessionKey &&
      caller?.session !== undefined &&
      caller.session.sessionToken === sessionToken &&
      caller.session.expiresAt > this.#world.now();
    // A session of a user is GetSessionToken's.
    if (!isSession || (caller.kind !== 'role' && caller.kind !== 'federated')) {
      return undefined;
    }
    if (duration !== undefined && !mayLast(Number(duration), caller)) {
      return undefined;
    }
    const token = `EXAMPLESIGNIN-${randomBytes(60).toString('base64url')}`;
    this.#world.noteSecret(token);
    this.#tokens.set(token, { caller, expiresAt: this.#world.now() + tokenMs });
    return { token, caller };
  }

  /** Uses a token up; the name of the visit, undefined when it is not taken. */
  signIn(token: string): string | undefined {
    const known = this.#tokens.get(token);
    this.#tokens.delete(token);
    if (known === undefined || known.expiresAt <= this.#world.now()) {
      return undefined;
    }
    const visit = randomBytes(12).toString('hex');
    this.#signedIn.set(visit, known.caller);
    return visit;
  }

  visitor(visit: string): Caller | undefined {
    return this.#signedIn.get(visit);
  }
}

/** The call in a request to the federation endpoint; undefined for a request to another service. */
export function receiveFederation(
  request: WireRequest,
  service: ConsoleFederation,
  requestId: string,
): Received | undefined {
  const query = new URLSearchParams(request.query);
  const isPage = request.path === '/federation/console';
  if (request.path !== '/federation' && !isPage) {
    return undefined;
  }
  const form =
    request.method === 'POST' ? new URLSearchParams(Buffer.from(request.body).toString('utf8')) : query;
  const action = form.get('Action');
  const operation = isPage
    ? 'ConsolePage'
    : action === 'login'
      ? 'ConsoleLogin'
      : action === 'getSigninToken'
        ? 'GetSigninToken'
        : 'ConsoleFederation';
  const answer = (part: Partial<Answer>): Answer => ({
    status: 200,
    body: '',
    caller: undefined,
    errorCode: undefined,
    ...part,
    headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'text/html; charset=utf-8', ...part.headers },
  });
  const refused = (): Answer =>
    answer({
      status: 400,
      body: page('Bad Request', '<p>Amazon Web Services Sign-In'),
      errorCode: 'BadRequest',
    });
  return {
    operation,
    // Whether the keys came in the address, where they must never be, and nothing that is secret.
    params: {
      method: request.method,
      ...named(form, 'Issuer', 'Destination', 'SessionDuration'),
      ...(query.has('Session') && { sessionInAddress: 'true' }),
    },
    accessKeyId:
      operation === 'GetSigninToken' ? readSession(form.get('Session') ?? '').sessionId : undefined,
    region: undefined,
    refuse: ({ status, code }: Refusal) => answer({ status, errorCode: code }),
    answer() {
      switch (operation) {
        case 'GetSigninToken': {
          const issued = service.issue(form.get('Session') ?? '', form.get('SessionDuration') ?? undefined);
          return issued === undefined
            ? refused()
            : answer({
                headers: { 'Content-Type': 'application/json' },
                body: JSON.stringify({ SigninToken: issued.token }),
                caller: issued.caller.arn,
              });
        }
        case 'ConsoleLogin': {
          const destination = form.get('Destination') ?? '';
          const visit = isConsole(destination) ? service.signIn(form.get('SigninToken') ?? '') : undefined;
          // Relative: a workbench in a browser puts a proxy before this machine.
          const to = new URLSearchParams({ visit: visit ?? '', destination }).toString();
          return visit === undefined
            ? refused()
            : answer({ status: 302, headers: { Location: `federation/console?${to}` } });
        }
        case 'ConsolePage': {
          const visitor = service.visitor(query.get('visit') ?? '');
          const where = escape(query.get('destination') ?? '');
          return visitor === undefined
            ? refused()
            : answer({
                body: page('AWS Console Home', `<p>${escape(visitor.arn)}<p>${where}`),
                caller: visitor.arn,
              });
        }
        default:
          return refused();
      }
    },
  };
}

/** A chained role's console lasts as long as its keys; naming a time is refused. */
function mayLast(seconds: number, caller: Caller): boolean {
  const inRange = Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200;
  return inRange && caller.session?.chained !== true;
}

function isConsole(destination: string): boolean {
  return (
    URL.canParse(destination) &&
    /^https:\/\/([\w-]+\.)?console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com|amazonaws-eusc\.eu)\//.test(
      destination,
    )
  );
}

function readSession(text: string): {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly sessionToken: string;
} {
  let fields = new Map<string, unknown>();
  try {
    const json: unknown = JSON.parse(text);
    fields = typeof json === 'object' && json !== null ? new Map(Object.entries(json)) : fields;
  } catch {
    // What is no JSON names nobody.
  }
  const get = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  return { sessionId: get('sessionId'), sessionKey: get('sessionKey'), sessionToken: get('sessionToken') };
}

function named(form: URLSearchParams, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = form.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
