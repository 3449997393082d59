import { build } from 'esbuild';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../../src/aws/credentials.ts';
import { Secret } from '../../src/aws/secret.ts';
import { openFolder, socketPath } from '../../src/outlets/folder.ts';
import type { HelperFolder } from '../../src/outlets/folder.ts';
import { installHelper } from '../../src/outlets/install.ts';
import { openPeers } from '../../src/outlets/peers.ts';
import type { WindowPeers } from '../../src/outlets/peers.ts';
import type { SupplySentences } from '../../src/outlets/reply.ts';
import { startServer } from '../../src/outlets/server.ts';
import type { CredentialServer, ServerOptions, Transport } from '../../src/outlets/server.ts';
import type { Session, StoredSession, Supply } from '../../src/session/types.ts';

/** 2026-11-23T12:00:00Z. */
export const NOW = Date.UTC(2026, 10, 23, 12);
export const HELPER_SOURCES = join(import.meta.dirname, '../../src/outlets/helper');

/** Sentences that tests recognise. */
export const sentences: SupplySentences = {
  ended: (name, validUntil) => `The session ${name} was ended; “keys” work until ${validUntil}.`,
  unknown: () => 'No window knows this session.',
  several: (name) => `Several sessions are called ${name}.`,
  needsPerson: (name) => `The session ${name} needs an MFA code.`,
  failed: (name, fault) => `The session ${name} failed: ${fault.kind}.`,
  refused: (name, why) => `Agents get nothing of ${name}: ${why.kind}.`,
  busy: () => 'Still working on it.',
  noKeys: () => 'No such keys.',
};

/** A folder of the test's own, removed by the returned function. Short, because sockets lie in it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sts-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Live credentials whose end is an hour after `now`. */
export function credentialsFor(name: string, now = NOW): Credentials {
  return {
    accessKeyId: `ASIAEXAMPLE${name.toUpperCase().replaceAll('-', '')}`,
    secretAccessKey: new Secret(`EXAMPLEKEY/secret+${name}`),
    sessionToken: new Secret(`EXAMPLETOKEN/${name}==`),
    expiresAt: now + 3_600_000,
    accountId: '111122223333',
    arn: undefined,
  };
}

/** A live session. */
export function sessionFor(id: string, region?: string, now = NOW): Session {
  const credentials = credentialsFor(id, now);
  return {
    id,
    name: id,
    request: { kind: 'profile', profile: id },
    region,
    accountId: '111122223333',
    roleArn: undefined,
    needsPerson: false,
    state: { kind: 'live', credentials, startedAt: now, renewing: false },
  };
}

/** Credentials for an id that begins with `live`, otherwise unknown. */
export function supplyLive(id: string, now = NOW): Promise<Supply> {
  return Promise.resolve(
    id.startsWith('live')
      ? { kind: 'credentials', session: sessionFor(id, undefined, now), credentials: credentialsFor(id, now) }
      : { kind: 'unknown' },
  );
}

/** A server with the parts that a test does not care about filled in. A log line fails the test. */
export function serve(transport: Transport, options: Partial<ServerOptions> = {}): Promise<CredentialServer> {
  return startServer({
    transport,
    supply: (id) => supplyLive(id),
    sentences,
    records: () => [],
    now: () => NOW,
    log: (line) => {
      throw new Error(line);
    },
    ...options,
  });
}

/** The helper's folder below `home`, with the helper in it as the extension would install it. */
export async function installedFolder(home: string): Promise<HelperFolder> {
  const opened = await openFolder(join(home, '.sts-sessions'));
  if (!opened.ok) {
    throw new Error(JSON.stringify(opened.problem));
  }
  const built = join(home, 'built');
  await build({
    entryPoints: [join(HELPER_SOURCES, 'fetch.ts')],
    outfile: join(built, 'fetch.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  for (const name of ['fetch.sh', 'fetch.cmd']) {
    copyFileSync(join(HELPER_SOURCES, name), join(built, name));
  }
  await installHelper(opened.folder, {
    from: built,
    executable: process.execPath,
    platform: process.platform,
    localAppData: undefined,
  });
  return opened.folder;
}

/** A window as the helper sees it: a server, and a registration. */
export interface FakeWindow {
  readonly server: CredentialServer;
  readonly peers: WindowPeers;
  dispose(): Promise<void>;
}

/** Opens a window in the folder. `name` tells it from the others of the test. */
export async function openWindow(
  folder: HelperFolder,
  name: string,
  options: Partial<ServerOptions> & {
    readonly tcp?: boolean;
    readonly records?: () => readonly StoredSession[];
  } = {},
): Promise<FakeWindow> {
  const transport: Transport = options.tcp
    ? { kind: 'tcp' }
    : { kind: 'socket', path: await socketPath(folder, name) };
  const server = await serve(transport, options);
  const peers = await openPeers({ folder, address: server.address, now: NOW, log: () => undefined });
  return {
    server,
    peers,
    async dispose() {
      await peers.dispose();
      await server.dispose();
    },
  };
}

/** What a program printed and how it ended. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with exactly this environment, to its end. */
export function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** True when the program starts and answers `--version`. */
export function isInstalled(command: string, args: readonly string[] = ['--version']): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
