import { execFile } from 'node:child_process';
import { readdirSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** `nobody` on Linux. */
const strangerId = 65_534;

/** Tries one thing and prints how it went; nothing of the project is read, because a stranger may not see it. */
const script = `
const [action, target] = process.argv.slice(1);
const fs = require('node:fs');
const say = (ok, text) => console.log(JSON.stringify({ ok, text }));
const actions = {
  read: () => fs.readFileSync(target, 'utf8'),
  list: () => fs.readdirSync(target).join(' '),
  write: () => fs.writeFileSync(target, 'planted'),
  connect: () =>
    new Promise((resolve, reject) => {
      const socket = require('node:net').connect(target, () => resolve(socket.destroy() && 'connected'));
      socket.on('error', reject);
    }),
  fetch: async () => {
    const response = await fetch(target);
    return response.status + ' ' + (await response.text());
  },
};
(async () => actions[action]())().then(
  (text) => say(true, String(text)),
  (error) => say(false, error.code ?? String(error)),
);
`;

/** True when this process may act as somebody else, and that one may run Node. */
export const canBeStranger = process.getuid?.() === 0 && process.platform === 'linux' && mayRunNode();

/** What a stranger may try. */
export type Attempt = 'read' | 'list' | 'write' | 'connect' | 'fetch';

/** Tries something as another user: with what came of it, or the code of the system's refusal. */
export async function stranger(
  attempt: Attempt,
  target: string,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const { stdout } = await execute(process.execPath, ['-e', script, attempt, target], {
    uid: strangerId,
    gid: strangerId,
    cwd: '/',
    env: {},
    timeout: 30_000,
  });
  return JSON.parse(stdout) as { ok: boolean; text: string };
}

/** Sees the files that come into a folder, however shortly, and how wide each was open. */
export function spyOnFolder(folder: string): {
  /** All modes that a file has had, by its name. */
  readonly modes: ReadonlyMap<string, number>;
  close(): void;
} {
  const modes = new Map<string, number>();
  const watcher = watch(folder, () => {
    for (const name of readdirSync(folder)) {
      const mode = statSync(join(folder, name), { throwIfNoEntry: false })?.mode ?? 0;
      modes.set(name, (modes.get(name) ?? 0) | mode);
    }
  });
  return { modes, close: () => watcher.close() };
}

/** True when every folder down to this Node lets others through. */
function mayRunNode(): boolean {
  const open = (path: string): boolean => (statSync(path).mode & 0o001) !== 0;
  for (let path = process.execPath; path !== dirname(path); path = dirname(path)) {
    if (!open(path)) {
      return false;
    }
  }
  return true;
}
