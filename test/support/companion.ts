import { watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompanionActions, CompanionAddress } from '../companion/protocol.ts';

/** Speaks with the companion extension in one extension host. */
export class Companion {
  /** Of the extension host. */
  readonly pid: number;
  readonly #address: CompanionAddress;

  constructor(address: CompanionAddress, pid: number) {
    this.#address = address;
    this.pid = pid;
  }

  /** Asks for one action; rejects with the host's message when it failed. */
  async ask<Action extends keyof CompanionActions>(
    action: Action,
    request: CompanionActions[Action]['request'],
  ): Promise<CompanionActions[Action]['answer']> {
    const response = await fetch(`http://127.0.0.1:${String(this.#address.port)}/`, {
      method: 'POST',
      headers: { Authorization: this.#address.token },
      body: JSON.stringify({ ...request, action }),
    });
    const reply = (await response.json()) as { answer: CompanionActions[Action]['answer']; error?: string };
    if (reply.error !== undefined) {
      throw new Error(`The companion could not do ${action}: ${reply.error}`);
    }
    return reply.answer;
  }
}

/** The files of the extension hosts that have announced themselves in `folder` so far. */
export async function companionFiles(folder: string): Promise<ReadonlySet<string>> {
  return new Set((await readdir(folder)).filter((name) => name.endsWith('.json')));
}

/** Waits for a companion that is not among `known`; rejects after `timeoutMs`. */
export async function nextCompanion(
  folder: string,
  known: ReadonlySet<string>,
  timeoutMs: number,
): Promise<Companion> {
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const watcher = watch(folder);
    const look = async (): Promise<void> => {
      const fresh = [...(await companionFiles(folder))].find((name) => !known.has(name));
      if (fresh !== undefined) {
        const address = JSON.parse(await readFile(join(folder, fresh), 'utf8')) as CompanionAddress;
        watcher.close();
        resolve(new Companion(address, Number.parseInt(fresh)));
      }
    };
    const lookNow = (): void => void look().catch(reject);
    limit.addEventListener('abort', () => {
      watcher.close();
      reject(new Error(`No extension host has loaded the companion within ${String(timeoutMs)} ms`));
    });
    watcher.on('change', lookNow);
    lookNow();
  });
}
