// A process of the lock test: takes one lock again and again, and shouts when somebody else is inside at the same time.
// Arguments: folder of the locks, file that marks who is inside.
import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { isRunning, ownMark } from '../../src/outlets/liveness.ts';
import { takeLock } from '../../src/outlets/lock.ts';

const [folder = '', inside = ''] = process.argv.slice(2);
const self = ownMark();

/** Marks this process as inside; when a mark is there already, its owner must be dead. */
function enter(): void {
  for (;;) {
    try {
      const file = openSync(inside, 'wx');
      writeSync(file, JSON.stringify(self));
      closeSync(file);
      return;
    } catch {
      const text = readFileSync(inside, 'utf8');
      // Killed between making and writing the mark: dead all the same.
      if (text !== '' && isRunning(JSON.parse(text) as typeof self)) {
        process.send?.('overlap');
        throw new Error(`inside together with ${text}`);
      }
      unlinkSync(inside);
    }
  }
}

async function main(): Promise<void> {
  for (;;) {
    const release = await takeLock(
      'one key',
      {
        folder,
        self,
        listener: undefined,
        isAlive: (owner) => Promise.resolve(isRunning(owner)),
      },
      AbortSignal.timeout(60_000),
    );
    enter();
    process.send?.('in');
    // So that the parent's kill can fall anywhere: inside, while releasing, or while taking it again.
    await new Promise((resolve) => setImmediate(resolve));
    unlinkSync(inside);
    await release();
  }
}

await main();
