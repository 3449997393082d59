import { createHash, timingSafeEqual } from 'node:crypto';
import { errorReply } from './reply.ts';
import type { Reply, Schema } from './reply.ts';

/** The parts of a request that decide what it may have. */
export interface RequestHead {
  readonly method: string | undefined;
  readonly url: string | undefined;
  /** Names and values in turn, as they came: a header that is there twice must be seen twice. */
  readonly rawHeaders: readonly string[];
}

/** What a server lets in. */
export interface Door {
  /** Every value of `Host` that is ours, exactly. */
  readonly hosts: readonly string[];
  /** Undefined on a socket, which its folder guards. */
  readonly tokens: { readonly token: string; readonly peerToken: string } | undefined;
}

/** What a request may have, or the refusal. */
export type Verdict =
  | {
      readonly kind: 'supply';
      readonly schema: Schema;
      readonly id: string;
      /** The fetch comes from an agent's terminal. */
      readonly agent: boolean;
      /** The asker cannot parse JSON: errors as plain text. */
      readonly plain: boolean;
    }
  | { readonly kind: 'sessions' }
  | { readonly kind: 'refused'; readonly reply: Reply };

/**
 * The id of a session; for the helper also a name that a person wrote into STS_SESSIONS_ID, in the letters that IAM allows
 * in names. None of them means anything in a path.
 */
const PATH = /^\/(process|container)\/([a-zA-Z0-9_][\w+=,.@-]{0,127})$/;

/** Tools from before November 2023 ask the endpoint without the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE. */
const NO_TOKEN =
  'This tool sent no authorization token: it needs a version that reads it from a file (AWS CLI 2.15 or 1.31, boto3 1.34).';

/**
 * Judges a request by its head alone. A web page is kept out four times over: by Host (DNS rebinding), Origin,
 * Sec-Fetch-Site, and on TCP by a token that it cannot know.
 */
export function judgeRequest({ method, url, rawHeaders }: RequestHead, door: Door): Verdict {
  const header = (name: string): readonly string[] => valuesOf(rawHeaders, name);
  const [host, ...moreHosts] = header('host');
  if (host === undefined || moreHosts.length > 0 || !door.hosts.includes(host)) {
    return refuse(403, 'WrongHost', 'This address answers only under its own name.');
  }
  if (header('origin').length > 0 || header('sec-fetch-site').length > 0) {
    return refuse(403, 'NotForBrowsers', 'Web pages get no credentials.');
  }
  let allowed: 'supply' | 'sessions' | 'all' = 'all';
  if (door.tokens) {
    const given = header('authorization');
    const [authorization] = given;
    // Both comparisons always run, so that the time taken says nothing.
    const isToken = sameText(authorization ?? '', door.tokens.token);
    const isPeerToken = sameText(authorization ?? '', door.tokens.peerToken);
    if (given.length === 0) {
      return refuse(403, 'NoToken', NO_TOKEN);
    }
    if (given.length !== 1 || (!isToken && !isPeerToken)) {
      return refuse(403, 'WrongToken', 'The authorization token is not that of this window.');
    }
    allowed = isToken ? 'supply' : 'sessions';
  }
  if (method !== 'GET') {
    return refuse(405, 'MethodNotAllowed', 'Only GET is answered here.');
  }
  if (header('transfer-encoding').length > 0 || header('content-length').some((length) => length !== '0')) {
    return refuse(413, 'BodyNotAllowed', 'A request has no body here.');
  }
  if (url === '/sessions' && allowed !== 'supply') {
    return { kind: 'sessions' };
  }
  const [, schema, id] = PATH.exec(url ?? '') ?? [];
  if (id === undefined || allowed === 'sessions') {
    return refuse(404, 'NotFound', 'There is nothing at this path.');
  }
  return {
    kind: 'supply',
    schema: schema === 'container' ? 'container' : 'process',
    id,
    agent: header('x-sts-sessions-agent')[0] === '1',
    plain: header('accept')[0] === 'text/plain',
  };
}

function refuse(status: number, code: string, message: string): Verdict {
  return { kind: 'refused', reply: errorReply(status, code, message) };
}

function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

/** In constant time, whatever the lengths: the digests are equally long. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
