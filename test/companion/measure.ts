import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { extensions } from 'vscode';
import type { Activation } from './protocol.ts';

/** An extension may load what it needs in a quiet moment after its activation. */
const settledMs = 2000;

/**
 * Activates extensions one after another, in an order that differs from host to host, and measures each: loading
 * included, since nothing has asked for them before. Throws when one is absent or active already.
 */
export async function measureActivations(ids: readonly string[]): Promise<readonly Activation[]> {
  const order = process.pid % 2 === 0 ? ids : ids.toReversed();
  const activations: Activation[] = [];
  for (const id of order) {
    const extension = extensions.getExtension(id);
    if (extension === undefined || extension.isActive) {
      throw new Error(`${id} is ${extension === undefined ? 'not there' : 'active already'}`);
    }
    collectGarbage();
    const heap = process.memoryUsage().heapUsed;
    const start = performance.now();
    await extension.activate();
    const ms = performance.now() - start;
    collectGarbage();
    const heapBytes = process.memoryUsage().heapUsed - heap;
    await new Promise((resolve) => setTimeout(resolve, settledMs));
    collectGarbage();
    activations.push({ id, ms, heapBytes, settledBytes: process.memoryUsage().heapUsed - heap });
  }
  return activations;
}

/** Leaves on the heap only what is held. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
