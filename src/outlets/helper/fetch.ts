// The helper where there is no curl, and on Windows: bundled to dist/helper/fetch.cjs, run by the editor's own Node.
// It does what fetch.sh does, and needs nothing but Node.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { parseRegistration } from '../registration.ts';
import type { Address } from '../registration.ts';

/** Seconds; the window holds a fetch that waits for a person for 50, and Go's SDK gives up after 60. */
const LIMIT_SECONDS = 55;
/** Far above any credentials. */
const MAX_ANSWER_BYTES = 65_536;

/** Other ways to the session, which some tools would complain about beside keys; the last is for this process only. */
const POINTERS = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SECURITY_TOKEN',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'ELECTRON_RUN_AS_NODE',
];

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What one window said; 'gone' when nobody listens there any more. */
function ask(address: Address, id: string, agent: boolean): Promise<Answer | 'gone' | 'late'> {
  return new Promise((resolve) => {
    const headers: Record<string, string> = {
      Accept: 'text/plain',
      'X-STS-Sessions-Agent': agent ? '1' : '0',
    };
    if (address.kind === 'tcp') {
      headers['Authorization'] = address.token;
    }
    const where =
      address.kind === 'socket'
        ? { socketPath: address.path, host: 'localhost' }
        : { host: '127.0.0.1', port: address.port };
    // `agent: false` is a connection of its own: no proxy from the environment (Node 24's NODE_USE_ENV_PROXY).
    const sent = request({ ...where, path: `/process/${id}`, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MAX_ANSWER_BYTES) {
          sent.destroy();
        }
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', () => resolve('gone'));
    });
    const limit = setTimeout(() => {
      resolve('late');
      sent.destroy();
    }, LIMIT_SECONDS * 1000);
    sent.on('close', () => {
      clearTimeout(limit);
      resolve('gone');
    });
    sent.on('error', () => resolve('gone'));
    sent.end();
  });
}

/** True when a coding agent runs this: one of the variables that the file `agents` names is set to something. */
function isAgent(folder: string): boolean {
  let names = ['AI_AGENT', 'COPILOT_AGENT'];
  try {
    names = readFileSync(join(folder, 'agents'), 'utf8').split('\n');
  } catch {
    // No window has written it yet.
  }
  return names.some((name) => Boolean(process.env[name]));
}

function addresses(folder: string): Address[] {
  const found: Address[] = [];
  for (const name of readdirSync(folder).filter((file) => !file.startsWith('.'))) {
    try {
      const registration = parseRegistration(readFileSync(join(folder, name), 'utf8'));
      if (registration) {
        found.push(registration.address);
      }
    } catch {
      // The window closed between the two calls.
    }
  }
  return found;
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence.trimEnd()}\n`);
  process.exit(1);
}

/** Runs a command line in the person's shell, with the credentials in its environment and in no other place. */
function run(answer: string, commandLine: string): void {
  const fields: Readonly<Record<string, string>> = JSON.parse(answer);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    AWS_ACCESS_KEY_ID: fields['AccessKeyId'],
    AWS_SECRET_ACCESS_KEY: fields['SecretAccessKey'],
    AWS_SESSION_TOKEN: fields['SessionToken'] ?? '',
    AWS_CREDENTIAL_EXPIRATION: fields['Expiration'],
  };
  for (const name of POINTERS) {
    delete env[name];
  }
  const shell = process.platform === 'win32' ? true : (env['SHELL'] ?? '/bin/sh');
  const child = spawn(commandLine, { shell, stdio: 'inherit', env });
  child.on('error', (error) => fail(`The command could not be run: ${error.message}`));
  // As a shell says it: 128 and the number of the signal.
  child.on('exit', (code, signal) =>
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
  );
}

async function main(): Promise<void> {
  const { STS_SESSIONS_ID: own, STS_SESSIONS_DEFAULT: inherited } = process.env;
  const [, , mode, argument] = process.argv;
  const id = mode === 'id' ? argument : own || inherited;
  if (!id) {
    fail(
      'No AWS session is chosen here: open this terminal in VS Code after starting a session, or set STS_SESSIONS_ID.',
    );
  }
  if (id === 'none') {
    fail('This runs without an AWS session, because STS_SESSIONS_ID is none.');
  }
  if (!/^[a-zA-Z0-9_][\w+=,.@-]*$/.test(id)) {
    fail(
      'STS_SESSIONS_ID is not the id of a session, and as a name it may hold letters, digits and _+=,.@- only: use "Copy Session ID" in VS Code.',
    );
  }
  let unknown: string | undefined;
  const folder = dirname(process.argv[1] ?? '');
  const agent = isAgent(folder);
  for (const address of addresses(join(folder, 'w'))) {
    const answer = await ask(address, id, agent);
    if (answer === 'gone') {
      continue;
    }
    if (answer === 'late') {
      fail('VS Code did not answer in time: look there for a question about this session.');
    }
    if (answer.status === 200) {
      if (mode === 'run') {
        run(answer.body, argument ?? '');
      } else {
        process.stdout.write(`${answer.body}\n`);
      }
      return;
    }
    if (answer.status !== 404) {
      fail(answer.body);
    }
    unknown = answer.body;
  }
  fail(unknown ?? 'VS Code is not running with STS Sessions on this machine: open a window, then try again.');
}

main().catch((error: unknown) => fail(`STS Sessions could not ask VS Code: ${String(error)}`));
