// A window that does nothing any more: takes locks as a window does, listens like one, and is then stopped by the test.
// Arguments: the helper's folder, and the keys of the locks.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { openFolder } from '../../src/outlets/folder.ts';
import { isRunning, ownMark } from '../../src/outlets/liveness.ts';
import { takeLock } from '../../src/outlets/lock.ts';

const [path = '', ...keys] = process.argv.slice(2);

async function main(): Promise<void> {
  const opened = await openFolder(path);
  if (!opened.ok) {
    throw new Error(opened.problem.kind);
  }
  const { locks } = opened.folder;
  const listener = join(path, 's', `holder${String(process.pid)}`);
  const server = createServer((_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(listener, resolve));
  const releases = await Promise.all(
    keys.map((key) =>
      takeLock(
        key,
        {
          folder: locks,
          self: ownMark(),
          listener,
          isAlive: (owner) => Promise.resolve(isRunning(owner)),
        },
        AbortSignal.timeout(60_000),
      ),
    ),
  );
  // The test lets it go, or kills it.
  const told = once(process, 'message');
  process.send?.('held');
  await told;
  await Promise.all(releases.map((release) => release()));
  server.close();
  process.send?.('released', () => process.disconnect());
}

await main();
