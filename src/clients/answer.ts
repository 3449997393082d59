import type { IncomingHttpHeaders } from 'node:http';
import type { Fault } from '../aws/faults.ts';

/** An STS answer is below 10 kB; more than this (bytes) is somebody else's. */
export const maxAnswerBytes = 1_000_000;

/** How much of an answer is looked at to see what it is, bytes. */
const headBytes = 4096;

/** A whole answer, before anybody parses it. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/**
 * Looks whether an answer can be STS's at all (Query protocol: `<AssumeRoleResponse>` or `<ErrorResponse>`, see
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html) and says what it is instead; undefined when it
 * can. A proxy's page must be named as such, not end as a parser's error.
 */
export function foreignAnswer(answer: Answer, operation: string, host: string): Fault | undefined {
  const { status, headers, body } = answer;
  if (status === 407) {
    return { kind: 'network', host, reason: 'proxy', code: 'HTTP_407' };
  }
  const foreign = (what: Extract<Fault, { kind: 'notAws' }>['what']): Fault => ({
    kind: 'notAws',
    host,
    status,
    what,
  });
  const head = withoutProlog(Buffer.from(body.subarray(0, headBytes)).toString('utf8'));
  if (head === '') {
    return foreign('empty');
  }
  if (/^<(!doctype\s+)?html\b/i.test(head) || /^text\/html\b/i.test(headers['content-type'] ?? '')) {
    return foreign('html');
  }
  const root = /^<([A-Za-z_][\w.-]*)/.exec(head)?.[1];
  if (root === undefined) {
    return foreign('other');
  }
  const expected = status >= 200 && status < 300 ? `${operation}Response` : 'ErrorResponse';
  return root === expected ? undefined : foreign('otherXml');
}

/**
 * The same for services that speak JSON (Identity Center): an object, or nothing after a call that answers nothing.
 */
export function foreignJson(answer: Answer, host: string, mayBeEmpty: boolean): Fault | undefined {
  const { status, headers, body } = answer;
  if (status === 407) {
    return { kind: 'network', host, reason: 'proxy', code: 'HTTP_407' };
  }
  const head = Buffer.from(body.subarray(0, headBytes)).toString('utf8').trimStart();
  if (head.startsWith('{') || (head === '' && mayBeEmpty && status < 300)) {
    return undefined;
  }
  const html = /^<(!doctype\s+)?html\b/i.test(head) || /^text\/html\b/i.test(headers['content-type'] ?? '');
  const what = head === '' ? 'empty' : html ? 'html' : head.startsWith('<') ? 'otherXml' : 'other';
  return { kind: 'notAws', host, status, what };
}

/** The Date header in milliseconds UTC, to the second; undefined when absent or not a date. */
export function serverTimeOf(headers: IncomingHttpHeaders): number | undefined {
  const time = headers.date === undefined ? Number.NaN : Date.parse(headers.date);
  return Number.isNaN(time) ? undefined : time;
}

/** Drops BOM, white space, `<?xml …?>` and comments from the front. */
function withoutProlog(text: string): string {
  let rest = text.replace(/^\uFEFF/, '').trimStart();
  for (;;) {
    const end = rest.startsWith('<?') ? '?>' : rest.startsWith('<!--') ? '-->' : undefined;
    const at = end === undefined ? -1 : rest.indexOf(end);
    if (end === undefined || at === -1) {
      return rest;
    }
    rest = rest.slice(at + end.length).trimStart();
  }
}
