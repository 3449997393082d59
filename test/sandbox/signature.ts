import { createHash, createHmac } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** A request as it came over the wire, as far as a signature covers it. */
export interface WireRequest {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** Lower-case names; every value of a repeated header. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
}

/** What a request says about its own signature. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  /** `date/region/service/terminator` of the credential scope. */
  readonly scope: {
    readonly date: string;
    readonly region: string;
    readonly service: string;
    readonly end: string;
  };
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20260102T030405Z` */
  readonly timestamp: string;
  readonly sessionToken: string | undefined;
  /** Seconds that a presigned URL asks for; undefined when the signature is in the Authorization header. */
  readonly expiresIn: number | undefined;
}

/** The sandbox, like STS, takes signatures made 15 minutes before or after its own time. */
const toleranceMilliseconds = 15 * 60_000;
const algorithm = 'AWS4-HMAC-SHA256';

/** Reads the claim from the Authorization header or from a presigned query. Throws a Refusal. */
export function readClaim(request: WireRequest): SignatureClaim {
  const header = request.headers.get('authorization')?.[0];
  const query = new URLSearchParams(request.query);
  if (header === undefined && query.has('X-Amz-Signature')) {
    return claimFrom(
      new Map([
        ['Credential', query.get('X-Amz-Credential') ?? ''],
        ['SignedHeaders', query.get('X-Amz-SignedHeaders') ?? ''],
        ['Signature', query.get('X-Amz-Signature') ?? ''],
      ]),
      query.get('X-Amz-Date') ?? undefined,
      query.get('X-Amz-Security-Token') ?? undefined,
      Number(query.get('X-Amz-Expires') ?? 'NaN'),
      query.get('X-Amz-Algorithm') ?? '',
    );
  }
  if (header === undefined) {
    throw new Refusal(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const [scheme, rest = ''] = split(header.trim(), ' ');
  const parts = new Map<string, string>();
  for (const part of scheme === algorithm ? rest.split(/[\s,]+/).filter(Boolean) : []) {
    const [name, value] = split(part, '=');
    if (value === undefined) {
      throw incomplete(
        `'${part}' not a valid key=value pair (missing equal-sign) in Authorization header: '${header}'.`,
      );
    }
    parts.set(name, value);
  }
  const timestamp = request.headers.get('x-amz-date')?.[0] ?? request.headers.get('date')?.[0];
  return claimFrom(parts, timestamp, request.headers.get('x-amz-security-token')?.[0], undefined, scheme);
}

function claimFrom(
  parts: ReadonlyMap<string, string>,
  timestamp: string | undefined,
  sessionToken: string | undefined,
  expiresIn: number | undefined,
  scheme: string,
): SignatureClaim {
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter(
    (name) => (parts.get(name) ?? '') === '',
  );
  const complaints = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (timestamp === undefined) {
    complaints.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (scheme !== algorithm || complaints.length > 0 || timestamp === undefined) {
    throw incomplete(`${complaints.join(' ')} Authorization=${scheme}`.trim());
  }
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) {
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  if (expiresIn !== undefined && !(expiresIn >= 1 && expiresIn <= 604_800)) {
    throw incomplete('X-Amz-Expires must be between 1 and 604800 seconds');
  }
  const credential = (parts.get('Credential') ?? '').split('/');
  const [accessKeyId, date, region, service, end] = credential;
  if (credential.length !== 5 || !accessKeyId || !date || !region || !service || !end) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential.join('/')}'`,
    );
  }
  return {
    accessKeyId,
    scope: { date, region, service, end },
    signedHeaders: (parts.get('SignedHeaders') ?? '').split(';'),
    signature: parts.get('Signature') ?? '',
    timestamp,
    sessionToken,
    expiresIn,
  };
}

/**
 * Checks scope, clock and signature at `now` (milliseconds). Throws a Refusal in AWS's words.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function checkSignature(
  claim: SignatureClaim,
  request: WireRequest,
  secret: string,
  service: string,
  now: number,
): void {
  const { scope, timestamp } = claim;
  if (scope.end !== 'aws4_request') {
    throw mismatch(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.end}'.`,
    );
  }
  if (scope.service !== service) {
    throw mismatch(`Credential should be scoped to correct service: '${service}'. `);
  }
  if (scope.date !== timestamp.slice(0, 8)) {
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
    );
  }
  for (const name of mustBeSigned(claim, request)) {
    if (!claim.signedHeaders.includes(name)) {
      throw mismatch(
        `'${name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase())}' must be a 'SignedHeader' in the AWS Authorization.`,
      );
    }
  }
  checkClock(claim, now);
  if (sign(claim, request, secret) !== claim.signature) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
}

function mustBeSigned(claim: SignatureClaim, request: WireRequest): readonly string[] {
  const present = ['x-amz-date', 'x-amz-security-token'].filter((name) => request.headers.has(name));
  return claim.expiresIn === undefined ? ['host', ...present] : ['host'];
}

function checkClock(claim: SignatureClaim, now: number): void {
  const signedAt = parseBasic(claim.timestamp);
  const tolerance = claim.expiresIn === undefined ? toleranceMilliseconds : claim.expiresIn * 1000;
  if (signedAt < now - tolerance) {
    throw mismatch(
      `Signature expired: ${claim.timestamp} is now earlier than ${basic(now - tolerance)} (${basic(now)} - ${tolerance / 60_000} min.)`,
    );
  }
  if (signedAt > now + toleranceMilliseconds) {
    throw mismatch(
      `Signature not yet current: ${claim.timestamp} is still later than ${basic(now + toleranceMilliseconds)} (${basic(now)} + 15 min.)`,
    );
  }
}

function sign(claim: SignatureClaim, request: WireRequest, secret: string): string {
  const { date, region, service, end } = claim.scope;
  const canonical = [
    request.method,
    request.path.split('/').map(encode).join('/') || '/',
    canonicalQuery(request.query),
    ...claim.signedHeaders.map(
      (name) => `${name}:${(request.headers.get(name) ?? []).map(squeeze).join(',')}`,
    ),
    '',
    claim.signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
  const stringToSign = [
    algorithm,
    claim.timestamp,
    `${date}/${region}/${service}/${end}`,
    sha256(canonical),
  ].join('\n');
  const key = [date, region, service, end].reduce<string | Buffer>(
    (key, part) => hmac(key, part),
    `AWS4${secret}`,
  );
  return hmac(key, stringToSign).toString('hex');
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 3986: everything but unreserved characters is percent-encoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function squeeze(value: string): string {
  return value.trim().replaceAll(/ +/g, ' ');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** `20260102T030405Z` */
function basic(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function parseBasic(timestamp: string): number {
  return Date.parse(timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function split(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + at.length)];
}

function incomplete(message: string): Refusal {
  return new Refusal(400, 'IncompleteSignature', message);
}

function mismatch(message: string): Refusal {
  return new Refusal(403, 'SignatureDoesNotMatch', message);
}
