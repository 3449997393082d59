import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalAnswer, LocalRequest } from '../aws/effects.ts';
import { Secret } from '../aws/secret.ts';

/** Answers of these services are below 5 kB, bytes. */
const maxBytes = 100_000;

/** Between two attempts, ms: as in the AWS CLI's ContainerMetadataFetcher. */
const pauseMs = 1000;

/** `Effects.fetchLocal`. Never rejects. */
export async function askLocal(request: LocalRequest, signal: AbortSignal): Promise<LocalAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce(request, signal);
    const good = answer.kind === 'answer' && answer.status === 200;
    if (good || answer.kind === 'cancelled' || attempt >= request.attempts) {
      return answer;
    }
    try {
      await sleep(pauseMs, undefined, { signal });
    } catch {
      return { kind: 'cancelled' };
    }
  }
}

function askOnce(
  { method, url, headers, timeoutMs }: LocalRequest,
  signal: AbortSignal,
): Promise<LocalAnswer> {
  return new Promise((resolve) => {
    const options = { method, agent: false, headers: revealed(headers) } as const;
    // VS Code puts its proxy under http.request, and a proxy neither reaches this machine's own addresses nor should see
    // what they say; the class itself it leaves alone. TLS may go to any host, which the proxy may be needed for.
    const sent = url.startsWith('https:')
      ? https.request(url, options)
      : new http.ClientRequest(urlOptions(url, options));
    const finish = (answer: LocalAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
      sent.destroy();
    };
    const onAbort = (): void => finish({ kind: 'cancelled' });
    const timer = setTimeout(() => finish({ kind: 'timedOut' }), timeoutMs);
    const fail = (error: unknown): void => finish({ kind: 'failed', code: codeOf(error) });
    sent.on('error', fail);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) {
          finish({ kind: 'tooLarge' });
        } else {
          chunks.push(chunk);
        }
      });
      response.on('end', () => {
        const body = new Secret(Buffer.concat(chunks).toString('utf8'));
        finish({ kind: 'answer', status: response.statusCode ?? 0, body });
      });
    });
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    sent.end();
  });
}

function urlOptions(url: string, options: http.RequestOptions): http.ClientRequestArgs {
  const { hostname, port, pathname, search } = new URL(url);
  return {
    ...options,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 80 : Number(port),
    path: pathname + search,
  };
}

function revealed(headers: LocalRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.reveal(),
    ]),
  );
}

function codeOf(error: unknown): string {
  // With several addresses for one name Node wraps one error per address.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : 'UNKNOWN';
}
