import { request } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRegistration } from '../../src/outlets/registration.ts';
import { run } from '../support/processes.ts';

/** What a fetch came to. */
export type Fetched =
  | { readonly ok: true; readonly accessKeyId: string; /** ms UTC. */ readonly expiresAt: number }
  /** A word: the fault's kind, or why nobody answered. */
  | { readonly ok: false; readonly why: string };

/** Fetches as the helper does, without a process of its own each time: asks one living window after the other. */
export async function fetchOverSocket(helperFolder: string, id: string): Promise<Fetched> {
  let unknown: Fetched = { ok: false, why: 'no window' };
  const windows = join(helperFolder, 'w');
  for (const name of (await readdir(windows)).toSorted()) {
    const text = name.startsWith('.') ? '' : await readFile(join(windows, name), 'utf8').catch(() => '');
    const address = parseRegistration(text)?.address;
    if (address?.kind !== 'socket') {
      continue;
    }
    const answer = await ask(address.path, id);
    if (answer === undefined) {
      continue;
    }
    const fetched = readAnswer(answer.status === 200, answer.body);
    if (answer.status !== 404) {
      return fetched;
    }
    unknown = fetched;
  }
  return unknown;
}

/** Fetches with the helper itself, as a managed profile does. */
export async function fetchWithHelper(helperFolder: string, home: string, id: string): Promise<Fetched> {
  const env = { PATH: process.env['PATH'], HOME: home, STS_SESSIONS_ID: id };
  const { code, stdout, stderr } = await run('/bin/sh', [join(helperFolder, 'fetch')], {
    env,
    timeoutMs: 60_000,
  });
  return readAnswer(code === 0, code === 0 ? stdout : stderr);
}

/** Undefined when nobody listens, or went while answering. */
function ask(socketPath: string, id: string): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const headers = { Accept: 'text/plain' };
    const sent = request({ socketPath, host: 'localhost', path: `/process/${id}`, headers, agent: false });
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', () => resolve(undefined));
      response.on('aborted', () => resolve(undefined));
    });
    sent.on('error', () => resolve(undefined));
    sent.end();
  });
}

/** Refusals are sentences that begin with the kind of the fault. */
function readAnswer(ok: boolean, text: string): Fetched {
  if (!ok) {
    return { ok: false, why: text.split(':')[0]?.trim() ?? '' };
  }
  const { AccessKeyId, Expiration } = JSON.parse(text) as { AccessKeyId: string; Expiration: string };
  return { ok: true, accessKeyId: AccessKeyId, expiresAt: Date.parse(Expiration) };
}
