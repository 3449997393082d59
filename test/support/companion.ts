import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompanionActions, CompanionAddress } from '../companion/protocol.ts';

/** Between two looks at the folder, ms. */
const lookMs = 50;

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

/**
 * Waits for a companion that is not among `known` and still runs; rejects after `timeoutMs`. It looks again and again:
 * an event of the folder would say no more, and may come before anybody listens.
 */
export async function nextCompanion(
  folder: string,
  known: ReadonlySet<string>,
  timeoutMs: number,
): Promise<Companion> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    for (const name of await companionFiles(folder)) {
      const found = known.has(name) ? undefined : await readCompanion(folder, name);
      if (found !== undefined) {
        return found;
      }
    }
    if (performance.now() > end) {
      throw new Error(`No extension host has loaded the companion within ${String(timeoutMs)} ms`);
    }
    await delay(lookMs);
  }
}

/** The companion that wrote this file; undefined when its host is gone, as after a crash, or has not written all of it. */
async function readCompanion(folder: string, name: string): Promise<Companion | undefined> {
  const pid = Number.parseInt(name);
  try {
    const address = JSON.parse(await readFile(join(folder, name), 'utf8')) as CompanionAddress;
    process.kill(pid, 0);
    return new Companion(address, pid);
  } catch {
    return undefined;
  }
}
