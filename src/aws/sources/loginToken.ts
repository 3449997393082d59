import { parseArnOwner } from '../arn.ts';
import { isRegion, signInEndpoint } from '../endpoints.ts';
import { claimsOf } from '../jwt.ts';
import type { LoginSession } from '../planModel.ts';
import { Secret } from '../secret.ts';
import type { LoginToken } from './loginApi.ts';
import { fieldsOf, readFields, readLine, readTime, writeTime } from './tokenFile.ts';

// The token files under ~/.aws/login/cache, shared with the AWS CLI and the SDKs in both directions: botocore's
// LoginCredentialFetcher and the SDKs' login providers read and write the same members.

/** The AWS CLI and the SDKs refresh what lasts no longer than this, milliseconds. */
const refreshBeforeMs = 5 * 60_000;

/**
 * So long after a sign-in its keys are refreshed at most, milliseconds; it may be less, which nobody is told.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html
 */
const refreshedForMs = 12 * 3_600_000;

/** Characters; a P-256 key in PEM has about 230. */
const maxKeyLength = 4096;

/** What a token is good for at `now` (ms UTC). `refreshable`: for nothing by itself, but it may get new keys. */
export function loginPhase(
  token: LoginToken | undefined,
  now: number,
): 'good' | 'ending' | 'refreshable' | 'over' {
  if (token === undefined) {
    return 'over';
  }
  const left = token.credentials.expiresAt - now;
  return left > refreshBeforeMs ? 'good' : left > 0 ? 'ending' : 'refreshable';
}

/**
 * From when on a token gets no new keys, ms UTC, by the time at which its ID token says it was made: that comes with the
 * sign-in and stays over refreshes. Undefined where it says nothing.
 */
export function lastRefresh({ idToken }: Pick<LoginToken, 'idToken'>): number | undefined {
  const issued = claimsOf(idToken?.reveal() ?? '')?.all['iat'];
  return typeof issued === 'number' && Number.isFinite(issued) ? issued * 1000 + refreshedForMs : undefined;
}

/** The token in a file's text; undefined when a member that the AWS CLI asks for is missing or is not what it must be. */
export function readLoginToken(text: string): LoginToken | undefined {
  const fields = readFields(text);
  const keys = fieldsOf(fields?.get('accessToken'));
  if (fields === undefined || keys === undefined) {
    return undefined;
  }
  const accessKeyId = readLine(keys.get('accessKeyId'));
  const secretAccessKey = readLine(keys.get('secretAccessKey'));
  const sessionToken = readLine(keys.get('sessionToken'));
  const expiresAt = readTime(keys.get('expiresAt'));
  const accountId = readLine(keys.get('accountId'));
  const clientId = readLine(fields.get('clientId'));
  const refreshToken = readLine(fields.get('refreshToken'));
  const idToken = readLine(fields.get('idToken'));
  const dpopKey = fields.get('dpopKey');
  const signInRegion = readLine(fields.get('signInRegion'));
  if (
    accessKeyId === undefined ||
    secretAccessKey === undefined ||
    sessionToken === undefined ||
    expiresAt === undefined ||
    clientId === undefined ||
    refreshToken === undefined ||
    typeof dpopKey !== 'string' ||
    dpopKey.trim() === '' ||
    dpopKey.length > maxKeyLength
  ) {
    return undefined;
  }
  return {
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: new Secret(sessionToken),
      expiresAt,
      accountId,
      arn: undefined,
    },
    clientId,
    refreshToken: new Secret(refreshToken),
    idToken: idToken === undefined ? undefined : new Secret(idToken),
    dpopKey: new Secret(dpopKey),
    // It becomes part of the host that is asked.
    signInRegion: signInRegion !== undefined && isRegion(signInRegion) ? signInRegion : undefined,
    file: new Secret(text),
  };
}

/** The file's text for a token, with the members and the time format of the AWS CLI; others that it had are kept. */
export function writeLoginToken(token: LoginToken): string {
  const { credentials } = token;
  const others = readFields(token.file?.reveal() ?? '') ?? new Map<string, unknown>();
  const otherKeys = fieldsOf(others.get('accessToken')) ?? new Map<string, unknown>();
  return JSON.stringify({
    ...Object.fromEntries(others),
    accessToken: {
      ...Object.fromEntries(otherKeys),
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey.reveal(),
      sessionToken: credentials.sessionToken.reveal(),
      ...(credentials.accountId !== undefined && { accountId: credentials.accountId }),
      expiresAt: writeTime(credentials.expiresAt),
    },
    ...(token.file === undefined && { tokenType: 'aws_sigv4' }),
    clientId: token.clientId,
    refreshToken: token.refreshToken.reveal(),
    ...(token.idToken && { idToken: token.idToken.reveal() }),
    dpopKey: token.dpopKey.reveal(),
  });
}

/**
 * Who has signed in: the `sub` of the ID token, an ARN. Undefined for what is no such token. Its signature is not
 * checked, as nowhere in AWS's own tools: it came over TLS from the service that was asked.
 */
export function subjectOf(idToken: Secret | undefined): string | undefined {
  const [, claims = '', ...rest] = idToken?.reveal().split('.') ?? [];
  const subject = rest.length === 1 ? readLine(readFields(fromBase64Url(claims))?.get('sub')) : undefined;
  return subject !== undefined && parseArnOwner(subject) !== undefined ? subject : undefined;
}

/**
 * Where the next keys of a token are asked: the region that signed in, when a tool has noted it, else the profile's. An
 * `endpoint_url` beats both.
 */
export function refreshEndpoint(
  login: Pick<LoginSession, 'region' | 'endpoint'>,
  { signInRegion }: Pick<LoginToken, 'signInRegion'>,
): string {
  return signInRegion !== undefined && login.endpoint === signInEndpoint(login.region)
    ? signInEndpoint(signInRegion)
    : login.endpoint;
}

/** `state` and `code` of the text that the page of the other device shows; undefined for any other text. */
export function readPastedCode(text: string): { readonly state: string; readonly code: string } | undefined {
  const query = new URLSearchParams(fromBase64Url(text.replaceAll(/\s/g, '')));
  const [state, code] = [query.get('state'), query.get('code')];
  return state && code ? { state, code } : undefined;
}

/** Text in either alphabet of base64; '' for what is in none. `atob` is in every JavaScript, Buffer only in Node. */
function fromBase64Url(text: string): string {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}
