import { setTimeout as delay } from 'node:timers/promises';
import type { Memento } from 'vscode';

/**
 * Changes `count` keys of a state, some milliseconds after one another, and says how many of them it
 * holds when all are kept. Leaves none of them behind.
 */
export async function rush(state: Memento, count: number): Promise<number> {
  const keys = Array.from({ length: count }, (_, index) => `rush ${String(index)}`);
  const writes: Thenable<void>[] = [];
  for (const [index, key] of keys.entries()) {
    writes.push(state.update(key, true));
    await delay(index % 7);
  }
  await Promise.all(writes);
  const held = keys.filter((key) => state.get<boolean>(key) === true).length;
  for (const key of keys) {
    await state.update(key, undefined);
  }
  return held;
}
