import * as oidc from 'openid-client';
import type { Fault, IssuerAnswerTrouble, IssuerTokenTrouble } from '../aws/faults.ts';
import { faultFromIssuerError, isEndpointWord } from '../aws/sources/issuerFaults.ts';
import { IssuerWireFault } from './issuerFetch.ts';

/**
 * OAuth's word (RFC 6749, 5.2) in an issuer's refusal. Behind a challenge openid-client does not look for it, although a
 * client that is not known may be answered with both. Empty: it has none.
 */
export async function refusalIn(error: unknown): Promise<string> {
  if (error instanceof oidc.ResponseBodyError) {
    return error.error;
  }
  if (!(error instanceof oidc.WWWAuthenticateChallengeError)) {
    return '';
  }
  try {
    // A body can be read once, and this may be asked again.
    const body: unknown = await error.response.clone().json();
    const word = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
    return typeof word === 'string' && isEndpointWord(word) ? word : '';
  } catch {
    return '';
  }
}

/** The issuer that an exception is about. */
interface Asked {
  readonly issuer: string;
  readonly host: string;
  /** False while nobody knows whether there is an issuer at this address at all. */
  readonly isDiscovered: boolean;
}

/** What an exception of openid-client means. Its messages stay out: they may quote what came. */
export async function faultFromOidc(error: unknown, { issuer, host, isDiscovered }: Asked): Promise<Fault> {
  const answer = (what: IssuerAnswerTrouble, detail = ''): Fault => ({
    kind: 'issuerAnswer',
    issuer,
    host,
    what,
    detail,
  });
  const token = (what: IssuerTokenTrouble): Fault => ({ kind: 'issuerToken', issuer, what });
  const wire = wireFaultIn(error);
  if (wire !== undefined) {
    return wire;
  }
  const status = statusIn(error);
  if (isDiscovered && status !== undefined && (status === 429 || status >= 500)) {
    // Busy or broken just now, whatever the body says: RFC 6749, 4.1.2.1 has this word for a 503.
    return faultFromIssuerError(issuer, 'temporarily_unavailable');
  }
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
    return faultFromIssuerError(issuer, error.error);
  }
  if (error instanceof oidc.WWWAuthenticateChallengeError) {
    const word = await refusalIn(error);
    // Without OAuth's word nobody knows who wants it: a gateway in between, or the issuer.
    return word === '' ? answer('challenge', `HTTP ${error.status}`) : faultFromIssuerError(issuer, word);
  }
  const code = codeOf(error);
  switch (code) {
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return token(claimTrouble(error));
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return token('time');
    case 'OAUTH_KEY_SELECTION_FAILED':
      return token('signature');
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return answer('otherIssuer', otherIssuer(error));
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return answer('status', status === undefined ? '' : `HTTP ${status}`);
    case 'OAUTH_RESPONSE_IS_NOT_JSON':
      return answer('notJson');
    case 'OAUTH_PARSE_ERROR':
      return isAboutJwt(error) ? token('malformed') : answer('notJson');
    case 'OAUTH_HTTP_REQUEST_FORBIDDEN':
    case 'OAUTH_REQUEST_PROTOCOL_FORBIDDEN':
      return answer('insecure');
    case 'OAUTH_MISSING_SERVER_METADATA':
    case 'OAUTH_INVALID_SERVER_METADATA':
      return attributeIn(error) === 'jwks_uri' ? answer('noKeys') : answer('incomplete', attributeIn(error));
    case 'OAUTH_UNSUPPORTED_OPERATION':
      return token('algorithm');
    case 'OAUTH_INVALID_RESPONSE':
      return invalidResponse(error, issuer, answer);
    default:
      // Its text could quote an answer, so only its name and code are kept.
      return {
        kind: 'internal',
        message: `issuer: ${error instanceof Error ? error.name : typeof error} ${code}`,
      };
  }
}

/**
 * An answer that is JSON and still not what the specification says. openid-client tells these apart by words alone, so
 * what can be told is told by what the error carries.
 */
function invalidResponse(
  error: unknown,
  issuer: string,
  answer: (what: IssuerAnswerTrouble, detail?: string) => Fault,
): Fault {
  const causes = causesOf(error);
  const message = causes.map((cause) => (cause instanceof Error ? cause.message : '')).join(' ');
  if (/"alg" header/.test(message)) {
    return { kind: 'issuerToken', issuer, what: 'algorithm' };
  }
  if (/signature verification/.test(message)) {
    return { kind: 'issuerToken', issuer, what: 'signature' };
  }
  if (/"id_token" property/.test(message)) {
    return { kind: 'issuerToken', issuer, what: 'missing' };
  }
  if (/JWT|ID Token/.test(message)) {
    return { kind: 'issuerToken', issuer, what: 'malformed' };
  }
  if (/"iss" \(issuer\)/.test(message)) {
    return { kind: 'issuerToken', issuer, what: 'issuer' };
  }
  if (/"state"/.test(message)) {
    return { kind: 'signInFailed', signIn: issuer, why: 'wrongState' };
  }
  return answer('incomplete', /"(\w+)" property/.exec(message)?.[1] ?? '');
}

function claimTrouble(error: unknown): IssuerTokenTrouble {
  const claims = causesOf(error).map((cause) =>
    typeof cause === 'object' && cause !== null && 'claim' in cause ? cause.claim : undefined,
  );
  for (const claim of claims) {
    switch (claim) {
      case 'aud':
      case 'azp':
        return 'audience';
      case 'iss':
        return 'issuer';
      case 'nonce':
        return 'nonce';
      case 'sub':
        return 'subject';
    }
  }
  return 'malformed';
}

function wireFaultIn(error: unknown): Fault | undefined {
  const found = causesOf(error).find((cause) => cause instanceof IssuerWireFault);
  return found instanceof IssuerWireFault ? found.fault : undefined;
}

/** An error and what caused it, outermost first. Bounded: a cause may be its own. */
function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && causes.length < 8;) {
    causes.push(at);
    at = typeof at === 'object' && 'cause' in at ? at.cause : undefined;
  }
  return causes;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The HTTP status of the answer that an error is about. */
function statusIn(error: unknown): number | undefined {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError) {
    return error.status;
  }
  const response = causesOf(error).find((cause) => cause instanceof Response);
  return response instanceof Response ? response.status : undefined;
}

function attributeIn(error: unknown): string {
  const named = causesOf(error).find(
    (cause) => typeof cause === 'object' && cause !== null && 'attribute' in cause,
  );
  const attribute =
    typeof named === 'object' && named !== null && 'attribute' in named ? named.attribute : '';
  return typeof attribute === 'string' && /^\w{1,60}$/.test(attribute) ? attribute : '';
}

/** The issuer that a discovery document names instead of the one that was asked for, when it is an address at all. */
function otherIssuer(error: unknown): string {
  for (const cause of causesOf(error)) {
    if (typeof cause === 'object' && cause !== null && 'body' in cause) {
      const { body } = cause;
      const named = typeof body === 'object' && body !== null && 'issuer' in body ? body.issuer : undefined;
      return typeof named === 'string' && named.length < 300 && URL.canParse(named)
        ? new URL(named).href
        : '';
    }
  }
  return '';
}

function isAboutJwt(error: unknown): boolean {
  return causesOf(error).some((cause) => cause instanceof Error && cause.message.includes('JWT'));
}
