import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What an attacked host says when it listens. */
export interface HostStarted {
  readonly tcp: { readonly port: number; readonly token: string; readonly tokenFile: string };
  /** The path of its Unix socket. */
  readonly socket: string;
}

/** What it may be asked. */
export type HostQuestion = 'measure';

/** How an attacked host is. */
export interface HostState {
  /** After a collection. */
  readonly heapBytes: number;
  /** The longest time for which its event loop stood still since it was last asked. */
  readonly longestPauseMs: number;
  /** Of its processor time since its start. */
  readonly cpuMs: number;
  /** How many requests reached the sessions since its start. */
  readonly supplied: number;
}

/** What to do to a port. `ms`: for how long. */
export type Attack = { readonly port: number; readonly ms: number } & (
  | {
      readonly kind: 'requests';
      /** Sent in turn, each over a connection of its own. */
      readonly texts: readonly string[];
      readonly perSecond: number;
    }
  | {
      readonly kind: 'silence';
      readonly count: number;
      /** A head that goes on a byte at a time. */
      readonly drip: boolean;
    }
  | { readonly kind: 'bodies'; readonly head: string; readonly chunked: boolean; readonly bytes: number }
);

/** What came of an attack. */
export interface AttackResult {
  readonly connections: number;
  /** Connections that were answered with anything. */
  readonly answers: number;
  /** Answers that say yes, or hold a secret. */
  readonly granted: number;
  /** The longest body that anybody took, with its head. */
  readonly bytes: number;
  readonly seconds: number;
}

/** A process that stands for an extension host. */
export interface AttackedHost extends HostStarted {
  measure(): Promise<HostState>;
  /** Ends it without a word, as a crash does. */
  kill(): Promise<void>;
}

/** Starts the credential server in a process of its own, or Node's bare server to compare it with. */
export async function startAttackedHost(
  folder: string,
  { port = 0, bare = false } = {},
): Promise<AttackedHost> {
  const child = fork(
    join(import.meta.dirname, 'attackedHost.ts'),
    [folder, String(port), bare ? 'bare' : 'ours'],
    {
      execArgv: ['--expose-gc'],
    },
  );
  const started = await answerOf<HostStarted>(child);
  return {
    ...started,
    measure() {
      const answer = answerOf<HostState>(child);
      child.send('measure' satisfies HostQuestion);
      return answer;
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}

/** Runs one attack from a process of its own, to its end. */
export async function attack(what: Attack): Promise<AttackResult> {
  const child = fork(join(import.meta.dirname, 'attacker.ts'));
  const answer = answerOf<AttackResult>(child);
  child.send(what);
  return answer;
}

/** How long each fetch of a right client took, ms. Rejects when one was not served. */
export async function rightClient(
  host: HostStarted,
  { everyMs, until }: { everyMs: number; until: Promise<unknown> },
): Promise<readonly number[]> {
  const over = new AbortController();
  const end = (): void => over.abort();
  until.then(end, end);
  const took: number[] = [];
  while (!over.signal.aborted) {
    const begun = performance.now();
    const { status, text } = await fetchCredentials(host);
    if (status !== 200 || !text.includes('ASIAEXAMPLELIVEA')) {
      throw new Error(`a right request got ${status}: ${text}`);
    }
    took.push(performance.now() - begun);
    await sleep(everyMs);
  }
  return took;
}

/** What an SDK does at the endpoint, with whatever token. Gives up after ten seconds. */
export function fetchCredentials(
  { tcp }: HostStarted,
  headers: Readonly<Record<string, string>> = { Authorization: tcp.token },
): Promise<{ status: number; text: string }> {
  const signal = AbortSignal.timeout(10_000);
  const where = {
    host: '127.0.0.1',
    port: tcp.port,
    path: '/container/live-a',
    agent: false,
    signal,
  } as const;
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Requests that must get nothing, as bytes: everything about each is right but for one thing. */
export function wrongRequests({ tcp: { port, token } }: HostStarted): readonly string[] {
  const good = { host: `127.0.0.1:${port}`, token, path: '/container/live-a', method: 'GET', more: '' };
  return [
    { host: `rebind.example:${port}` },
    { host: `127.0.0.1.rebind.example:${port}` },
    { host: `127.0.0.1:${port}\r\nHost: rebind.example` },
    { more: 'Origin: https://evil.example\r\n' },
    { more: 'Origin: null\r\n' },
    { more: 'Sec-Fetch-Site: cross-site\r\n' },
    { method: 'OPTIONS', more: 'Access-Control-Request-Method: GET\r\n' },
    { token: '0'.repeat(64) },
    { token: token.slice(0, -1) },
    { token: `${token}0` },
    { token: '' },
    { token: `${token}\r\nAuthorization: ${token}` },
    { path: '//container/live-a' },
    { path: '/container/../container/live-a' },
    { path: '/container/%6cive-a' },
    { path: `http://127.0.0.1:${port}/container/live-a` },
    { method: 'POST', more: 'Content-Length: 4\r\n' },
    { more: 'Transfer-Encoding: chunked\r\n' },
  ].map((change) => head({ ...good, ...change }));
}

/** The head of a request as bytes. */
export function head(of: {
  readonly host: string;
  readonly token: string;
  readonly path: string;
  readonly method: string;
  readonly more: string;
}): string {
  return `${of.method} ${of.path} HTTP/1.1\r\nHost: ${of.host}\r\nAuthorization: ${of.token}\r\n${of.more}\r\n`;
}

/** The next message of a child; rejects at once when it ends before. */
function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the process ended with ${String(code)}`));
    child.once('exit', ended);
    child.once('error', reject);
    child.once('message', (message) => {
      child.off('exit', ended);
      child.off('error', reject);
      resolve(message as T);
    });
  });
}
