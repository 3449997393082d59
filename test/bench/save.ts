import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SharedFiles } from '../../src/files/sharedFiles.ts';
import type { BenchRow } from './row.ts';

const saves = 20;
/** A save shows within half a second; drawing the tree takes its share of it. */
const limitMs = 400;

/** Measures how soon a save of the config file is told and read: the slowest of many saves. */
export async function benchSave(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sts-bench-'));
  const paths = { config: join(folder, 'config'), credentials: join(folder, 'credentials') };
  const files = new SharedFiles(paths);
  // Watching keeps no process alive, and here nothing else does.
  const alive = setInterval(() => undefined, 1000);
  try {
    await writeFile(paths.config, '');
    await files.read();
    let slowest = 0;
    for (let save = 0; save < saves; save++) {
      slowest = Math.max(slowest, await seenAfter(files, paths.config, `p${save}`));
    }
    return [
      {
        what: `a save of the config file is read again, the slowest of ${saves}`,
        ours: `${slowest.toFixed(0)} ms`,
        limit: `${limitMs} ms`,
        ok: slowest <= limitMs,
      },
    ];
  } finally {
    clearInterval(alive);
    files.dispose();
    await rm(folder, { recursive: true });
  }
}

async function seenAfter(files: SharedFiles, path: string, profile: string): Promise<number> {
  const seen = new Promise<void>((resolve, reject) => {
    const look = async (): Promise<void> => {
      const { set } = await files.read();
      if (set.profiles.has(profile)) {
        subscription.dispose();
        resolve();
      }
    };
    const subscription = files.onDidChange(() => void look().catch(reject));
  });
  const began = performance.now();
  await writeFile(path, `[profile ${profile}]\n`);
  await seen;
  return performance.now() - began;
}
