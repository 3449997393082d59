import { setTimeout as delay } from 'node:timers/promises';
import { parseArnOwner } from '../aws/arn.ts';
import type { CaBundle, Fault } from '../aws/faults.ts';
import type { NetworkSettings } from '../aws/network.ts';
import { Secret } from '../aws/secret.ts';
import type { LoginApi, LoginToken } from '../aws/sources/loginApi.ts';
import { faultFromLogin } from '../aws/sources/loginFaults.ts';
import type { LoginError } from '../aws/sources/loginFaults.ts';
import { refreshEndpoint, subjectOf } from '../aws/sources/loginToken.ts';
import { fieldsOf, readFields, readLine } from '../aws/sources/tokenFile.ts';
import type { Answer } from './answer.ts';
import { foreignJson, serverTimeOf } from './answer.ts';
import { makeProof, makeProofKey } from './dpop.ts';
import { Network } from './network.ts';
import { directly } from './route.ts';
import { WireFault } from './wireFault.ts';

/** What `createLogin` can be told. */
export interface LoginOptions {
  /** `name/version`. */
  readonly userAgent?: string;
  /** Limit of a whole call, its retries included, ms. */
  readonly timeoutMs?: number;
  /** Proxies and certificates; undefined knows none. */
  readonly network?: NetworkSettings;
  /** Milliseconds UTC. */
  now(): number;
  /** Hears one line a call. Never a secret. */
  log?(line: string): void;
}

/** One call with what it needs. */
interface Call {
  readonly endpoint: string;
  readonly caBundle: CaBundle | undefined;
  readonly given: LoginError['given'];
  readonly body: Readonly<Record<string, string>>;
  readonly key: Secret;
}

/** How a call is made again after a refusal that says how. */
interface Correction {
  readonly nonce?: string;
  /** How far our clock is ahead, ms. */
  readonly skewMs?: number;
}

/** What came back. */
type Attempt =
  | { readonly kind: 'answer'; readonly fields: ReadonlyMap<string, unknown> }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly again: Correction | 'later' | undefined };

/** Waits before a second attempt, ms: as for STS (retry.ts). */
const laterMs = 200;

/** One for the nonce, one for the clock, one for a moment's failure. */
const maxAttempts = 4;

/** A proof that is older than this by AWS's clock is worth another with the right time, ms. */
const tolerableSkewMs = 30_000;

/**
 * The console's sign-in service. Its one call has no signature but a proof of a key (DPoP), which no client of the SDK
 * makes, so it is made here over the same connections as every other call: proxies and certificates are VS Code's.
 */
export function createLogin(options: LoginOptions): LoginApi {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const network = new Network(options.network ?? directly);

  async function call(call: Call, signal: AbortSignal): Promise<ReadonlyMap<string, unknown> | Fault> {
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    if (!URL.canParse(call.endpoint)) {
      // The text itself stays out: what is not a URL may still hold a password.
      return { kind: 'network', host: 'endpoint_url', reason: 'other', code: 'ERR_INVALID_URL' };
    }
    const { host } = new URL(call.endpoint);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      const result = await attempts(call, host, AbortSignal.any([signal, limit.signal]));
      if (!isFault(result)) {
        return result;
      }
      const fault: Fault = signal.aborted
        ? { kind: 'cancelled' }
        : limit.signal.aborted
          ? { kind: 'timedOut', host, seconds: timeoutMs / 1000 }
          : result;
      outcome = fault.kind;
      return fault;
    } finally {
      clearTimeout(timer);
      const took = Math.round(performance.now() - startedAt);
      options.log?.(`CreateOAuth2Token at ${host}: ${outcome} in ${took} ms`);
    }
  }

  async function attempts(
    call: Call,
    host: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, unknown> | Fault> {
    let correction: Correction = {};
    const tried = new Set<string>();
    for (let number = 1; ; number++) {
      const result = await attempt(call, host, correction, signal);
      if (result.kind === 'answer') {
        return result.fields;
      }
      const { fault, again } = result;
      const reason = again === 'later' ? again : Object.keys(again ?? {}).join();
      if (again === undefined || tried.has(reason) || number === maxAttempts || signal.aborted) {
        return fault;
      }
      tried.add(reason);
      if (again === 'later') {
        await delay(laterMs + Math.random() * laterMs, undefined, { signal }).catch(() => undefined);
      } else {
        correction = { ...correction, ...again };
      }
    }
  }

  async function attempt(
    { endpoint, caBundle, given, body, key }: Call,
    host: string,
    { nonce, skewMs = 0 }: Correction,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const url = new URL(`${endpoint}/v1/token`);
    const now = options.now();
    let answer: Answer;
    try {
      const proof = makeProof(key, { method: 'POST', url: url.href, now: now - skewMs, nonce });
      const text = JSON.stringify(body);
      answer = await network.send(
        {
          protocol: url.protocol === 'http:' ? 'http:' : 'https:',
          hostname: url.hostname,
          port: url.port === '' ? undefined : Number(url.port),
          method: 'POST',
          path: url.pathname,
          headers: {
            host,
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(text)),
            accept: 'application/json',
            'user-agent': options.userAgent ?? 'sts-sessions',
            dpop: proof,
          },
          body: text,
          caBundle,
          fresh: given === 'code',
        },
        signal,
      );
    } catch (error) {
      return failed(error, given);
    }
    const foreign = foreignJson(answer, host, false);
    if (foreign !== undefined) {
      return failed(new WireFault(foreign, false), given);
    }
    const fields = readFields(Buffer.from(answer.body).toString('utf8'));
    if (answer.status === 200 && fields !== undefined) {
      return { kind: 'answer', fields };
    }
    const serverTime = serverTimeOf(answer.headers);
    const ahead = serverTime === undefined ? undefined : now - serverTime;
    const fault = faultFromLogin({
      code: textOf(fields, 'error') || textOf(new Map(Object.entries(answer.headers)), 'x-amzn-errortype'),
      message: textOf(fields, 'message'),
      status: answer.status,
      host,
      given,
      skewMs: ahead,
    });
    const asked = answer.headers['dpop-nonce'];
    return {
      kind: 'fault',
      fault,
      again: againAfter({ fault, given }, typeof asked === 'string' ? asked : undefined, ahead),
    };
  }

  return {
    async redeem({ endpoint, caBundle }, code, signal) {
      const key = makeProofKey();
      const body = {
        clientId: code.clientId,
        grantType: 'authorization_code',
        code: code.code.reveal(),
        codeVerifier: code.verifier.reveal(),
        redirectUri: code.redirectUri,
      };
      const fields = await call({ endpoint, caBundle, given: 'code', body, key }, signal);
      if (isFault(fields)) {
        return fields;
      }
      const idToken = readLine(fields.get('idToken'));
      return (
        tokenFrom(fields, options.now(), {
          clientId: code.clientId,
          idToken: idToken === undefined ? undefined : new Secret(idToken),
          dpopKey: key,
          signInRegion: undefined,
          file: undefined,
        }) ?? incomplete(endpoint)
      );
    },
    async refresh(login, token, signal) {
      const endpoint = refreshEndpoint(login, token);
      const body = {
        clientId: token.clientId,
        grantType: 'refresh_token',
        refreshToken: token.refreshToken.reveal(),
      };
      const fields = await call(
        { endpoint, caBundle: login.caBundle, given: 'refreshToken', body, key: token.dpopKey },
        signal,
      );
      if (isFault(fields)) {
        return fields;
      }
      const next = tokenFrom(fields, options.now(), token);
      // The account is AWS's word from the first sign-in; a refresh does not repeat it.
      const { accountId } = token.credentials;
      return next === undefined
        ? incomplete(endpoint)
        : accountId === undefined
          ? next
          : { ...next, credentials: { ...next.credentials, accountId } };
    },
  };
}

/** The token in an answer; undefined when a part is missing. https://docs.aws.amazon.com/signin/latest/APIReference/ */
function tokenFrom(
  fields: ReadonlyMap<string, unknown>,
  now: number,
  rest: Pick<LoginToken, 'clientId' | 'idToken' | 'dpopKey' | 'signInRegion' | 'file'>,
): LoginToken | undefined {
  const keys = fieldsOf(fields.get('accessToken'));
  const accessKeyId = readLine(keys?.get('accessKeyId'));
  const secretAccessKey = readLine(keys?.get('secretAccessKey'));
  const sessionToken = readLine(keys?.get('sessionToken'));
  const refreshToken = readLine(fields.get('refreshToken'));
  const seconds = fields.get('expiresIn');
  if (
    accessKeyId === undefined ||
    secretAccessKey === undefined ||
    sessionToken === undefined ||
    refreshToken === undefined ||
    typeof seconds !== 'number' ||
    !(seconds > 0)
  ) {
    return undefined;
  }
  return {
    ...rest,
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: new Secret(sessionToken),
      // A whole second, as the file will have it.
      expiresAt: Math.floor(now / 1000 + seconds) * 1000,
      accountId: parseArnOwner(subjectOf(rest.idToken) ?? '')?.accountId || undefined,
      arn: undefined,
    },
    refreshToken: new Secret(refreshToken),
  };
}

/** A failed exchange. What worked once (a code) is not sent again when the first copy may have arrived. */
function failed(error: unknown, given: LoginError['given']): Attempt {
  if (!(error instanceof WireFault)) {
    // Nothing was sent: the key in the file makes no proof.
    return {
      kind: 'fault',
      fault: { kind: 'loginNeeded', profile: '', why: 'over' },
      again: undefined,
    };
  }
  const { fault, unsent } = error;
  const passing =
    (fault.kind === 'network' && fault.reason === 'reset') ||
    (fault.kind === 'notAws' && fault.status >= 500);
  return { kind: 'fault', fault, again: unsent || (passing && given !== 'code') ? 'later' : undefined };
}

/** How a refused call may be made again; undefined when it would only be refused again. */
function againAfter(
  { fault, given }: { readonly fault: Fault; readonly given: LoginError['given'] },
  nonce: string | undefined,
  skewMs: number | undefined,
): Correction | 'later' | undefined {
  switch (fault.kind) {
    case 'throttled':
      return 'later';
    case 'unavailable':
      return given === 'code' ? undefined : 'later';
    case 'refused':
    case 'clockSkew':
      return nonce !== undefined
        ? { nonce }
        : skewMs !== undefined && Math.abs(skewMs) > tolerableSkewMs
          ? { skewMs }
          : undefined;
    default:
      return undefined;
  }
}

/** It began like the service's answer and went on without what it always says. */
function incomplete(endpoint: string): Fault {
  return { kind: 'notAws', host: new URL(endpoint).host, status: 200, what: 'other' };
}

function textOf(fields: ReadonlyMap<string, unknown> | undefined, name: string): string {
  const value = fields?.get(name);
  return typeof value === 'string' ? value : '';
}

function isFault(result: ReadonlyMap<string, unknown> | Fault): result is Fault {
  return 'kind' in result;
}
