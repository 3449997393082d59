import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openFolder, type HelperFolder } from '../../src/outlets/folder.ts';
import { ownMark } from '../../src/outlets/liveness.ts';
import { formatRegistration } from '../../src/outlets/registration.ts';
import { sweepFolder } from '../../src/outlets/sweep.ts';
import { useFolder } from '../support/folder.ts';

const now = Date.UTC(2026, 10, 23, 12);
const hour = 3_600_000;

describe('what killed windows leave in the folder', () => {
  const path = useFolder();

  it('goes after a day: files that never got their names, and sockets that nobody has on the list', async () => {
    const folder = await newFolder(path());
    const half = [
      join(folder.path, '.codes.0123456789ab'),
      join(folder.path, `id.${'0'.repeat(32)}`),
      join(folder.windows, '.aaaa-bbbb.0123456789ab'),
      join(folder.tokens, '.4711.0123456789ab'),
      join(folder.path, 's', 'dead'),
    ];
    const whole = [
      join(folder.path, 'codes'),
      join(folder.path, 'fetch'),
      join(folder.path, 's', 'elsewhere'),
      join(folder.windows, 'aaaa-bbbb'),
      join(folder.tokens, '4711'),
    ];
    for (const file of [...half, ...whole]) {
      writeFileSync(file, '');
    }
    // Of a window on another host that shares this home: from here it looks dead.
    const address = { kind: 'socket', path: join(folder.path, 's', 'elsewhere') } as const;
    const listed = formatRegistration({ address, pid: 1, born: undefined, revision: 1 });
    writeFileSync(join(folder.windows, 'aaaa-bbbb'), listed);
    for (const file of [...half, ...whole]) {
      utimesSync(file, now / 1000, now / 1000);
    }
    const before = filesBelow(folder);
    await sweepFolder(folder, now + hour);
    assert.deepEqual(filesBelow(folder), before, 'a write may still be under way');
    await sweepFolder(folder, now + 25 * hour);
    assert.deepEqual(filesBelow(folder), [...whole, join(folder.path, 'id')].toSorted());
  });

  it('goes at once: token files of killed windows, and of no other', async () => {
    const folder = await newFolder(path());
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    const [ours, random] = [`${folder.processSpace}-`, 'a'.repeat(64)];
    const { pid, born } = ownMark();
    const living = born === undefined ? String(pid) : `${String(pid)}.${born}`;
    const dead = [
      ['1', `${random}.${String(child.pid)}`],
      // The number is somebody else's by now.
      ...(born === undefined ? [] : [['2', `${random}.${String(pid)}.${born}0`]]),
    ].map(([name, text]) => [join(folder.tokens, `${ours}${name}`), text] as const);
    const others = [
      [join(folder.tokens, `${ours}3`), `${random}.${living}`],
      // Of another process space, and one that nobody can tell.
      [join(folder.tokens, `0123456789ab-1`), `${random}.${String(child.pid)}`],
      [join(folder.tokens, `${ours}4`), random],
    ] as const;
    for (const [file, text] of [...dead, ...others]) {
      writeFileSync(file, text ?? '');
    }
    await sweepFolder(folder, now);
    const left = filesBelow(folder).filter((file) => file.startsWith(folder.tokens));
    assert.deepEqual(left, others.map(([file]) => file).toSorted());
  });

  it('does not take a socket away on which somebody listens', async () => {
    const folder = await newFolder(path());
    const socket = join(folder.path, 's', 'alive');
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    utimesSync(socket, now / 1000, now / 1000);
    await sweepFolder(folder, now + 25 * hour);
    assert.ok(filesBelow(folder).includes(socket));
    await new Promise((resolve) => server.close(resolve));
  });
});

async function newFolder(home: string): Promise<HelperFolder> {
  mkdirSync(home, { recursive: true });
  const opened = await openFolder(join(home, 'f'));
  return opened.ok ? opened.folder : assert.fail(JSON.stringify(opened.problem));
}

function filesBelow(folder: HelperFolder): readonly string[] {
  return readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
