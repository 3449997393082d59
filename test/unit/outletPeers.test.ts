import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openFolder, writePrivately } from '../../src/outlets/folder.ts';
import type { HelperFolder } from '../../src/outlets/folder.ts';
import { ownMark } from '../../src/outlets/liveness.ts';
import { formatRegistration, parseRegistration } from '../../src/outlets/registration.ts';
import type { Address, Registration } from '../../src/outlets/registration.ts';
import { toRecord } from '../../src/session/record.ts';
import type { Peers, StoredSession } from '../../src/session/types.ts';
import { NOW, credentialsFor, openWindow, run, temporaryFolder } from '../support/outletRig.ts';
import type { FakeWindow } from '../support/outletRig.ts';

const never = new AbortController().signal;

function recordOf(id: string): StoredSession {
  return toRecord({
    id,
    name: id,
    request: { kind: 'profile', profile: id },
    region: undefined,
    accountId: undefined,
    roleArn: undefined,
    needsPerson: false,
    mfaSerials: [],
    durationSeconds: undefined,
    startedAt: NOW,
    changedAt: NOW,
    credentials: credentialsFor(id),
    endedValidUntil: undefined,
  });
}

function nextChange(peers: Peers): Promise<void> {
  return new Promise((resolve) => {
    const listening = peers.onDidChange(() => {
      listening.dispose();
      resolve();
    });
  });
}

describe('the windows of one host', () => {
  const temporary = temporaryFolder();
  const windows: FakeWindow[] = [];
  let homes = 0;
  const newFolder = async (): Promise<HelperFolder> => {
    homes += 1;
    const home = join(temporary.path, `h${homes}`);
    mkdirSync(home);
    const result = await openFolder(join(home, '.sts-sessions'));
    return result.ok ? result.folder : assert.fail(JSON.stringify(result.problem));
  };
  const open = async (
    folder: HelperFolder,
    name: string,
    options: Parameters<typeof openWindow>[2] = {},
  ): Promise<FakeWindow> => {
    const window = await openWindow(folder, name, options);
    windows.push(window);
    return window;
  };
  const register = (folder: HelperFolder, name: string, registration: Registration): Promise<void> =>
    writePrivately(join(folder.windows, `${folder.processSpace}-${name}`), formatRegistration(registration));

  afterEach(async () => {
    await Promise.all(windows.splice(0).map((window) => window.dispose()));
  });
  after(() => temporary.remove());

  for (const tcp of [false, true]) {
    it(`hand each other what they hold, over ${tcp ? 'TCP' : 'sockets'}, and never their own`, async () => {
      const folder = await newFolder();
      const one = await open(folder, 'one', { tcp, records: () => [recordOf('live-a')] });
      const two = await open(folder, 'two', { tcp, records: () => [recordOf('live-b'), recordOf('live-c')] });
      await open(folder, 'three', { tcp });
      assert.deepEqual(await two.peers.pull(never), [recordOf('live-a')]);
      assert.deepEqual(await one.peers.pull(never), [recordOf('live-b'), recordOf('live-c')]);
    });
  }

  it('hear of each other’s announcements, and not of their own', async () => {
    const folder = await newFolder();
    const one = await open(folder, 'one');
    const born = nextChange(one.peers);
    const two = await open(folder, 'two');
    await born;
    let own = 0;
    const listening = two.peers.onDidChange(() => (own += 1));
    const heard = nextChange(one.peers);
    two.peers.announce();
    two.peers.announce();
    await heard;
    // An answer from the other window is later than any event of the own announcement could be.
    const back = nextChange(two.peers);
    one.peers.announce();
    await back;
    listening.dispose();
    assert.equal(own, 1);
  });

  it('write down no secret where a folder guards the socket', async () => {
    const folder = await newFolder();
    await open(folder, 'one', { records: () => [recordOf('live-a')] });
    const [name = ''] = readdirSync(folder.windows);
    const path = join(folder.windows, name);
    const text = readFileSync(path, 'utf8');
    assert.match(text, /^socket \/.*\npid \d+\n(born \d+\n)?revision 1\n$/);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('take away the traces of windows that crashed, and only of those', async () => {
    const folder = await newFolder();
    const one = await open(folder, 'one');
    const { stdout } = await run(process.execPath, ['-e', 'console.log(process.pid)'], {});
    const dead = { pid: Number(stdout), born: undefined, revision: 1 };
    const socket = join(folder.path, 's', 'dead');
    writeFileSync(socket, '');
    await register(folder, 'dead', { ...dead, address: { kind: 'socket', path: socket } });
    await register(folder, 'alive', {
      ...ownMark(),
      revision: 1,
      address: { kind: 'socket', path: join(folder.path, 's', 'not-yet') },
    });
    const elsewhere = join(folder.windows, 'another-host');
    writeFileSync(elsewhere, formatRegistration({ ...dead, address: { kind: 'socket', path: socket } }));
    assert.deepEqual(await one.peers.pull(never), []);
    const left = readdirSync(folder.windows).map((name) => name.replace(`${folder.processSpace}-`, ''));
    assert.deepEqual(left.filter((name) => !/^[0-9a-f]{16}$/.test(name)).sort(), ['alive', 'another-host']);
    assert.equal(existsSync(socket), false);
  });

  it('do without a window that says nothing, nonsense, or too much', async () => {
    const folder = await newFolder();
    const one = await open(folder, 'one');
    await open(folder, 'two', { records: () => [recordOf('live-b')] });
    const broken = { ...recordOf('live-c'), version: 7 } as unknown as StoredSession;
    await open(folder, 'three', { records: () => [broken, null as unknown as StoredSession] });
    const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
    const path = join(folder.path, 's', 'silent');
    silent.listen(path);
    await once(silent, 'listening');
    await register(folder, 'silent', { ...ownMark(), revision: 1, address: { kind: 'socket', path } });
    await register(folder, 'closed', {
      ...ownMark(),
      revision: 1,
      address: { kind: 'tcp', port: 1, token: 'a', peerToken: 'b' },
    });
    writeFileSync(join(folder.windows, `${folder.processSpace}-nonsense`), 'nonsense');
    assert.deepEqual(await one.peers.pull(never), [recordOf('live-b')]);
    const stop = new AbortController();
    const stopped = one.peers.pull(stop.signal);
    stop.abort();
    await stopped;
    silent.close();
    await once(silent, 'close');
  });

  it('leave the list when they close', async () => {
    const folder = await newFolder();
    const window = await openWindow(folder, 'one');
    window.peers.announce();
    await window.dispose();
    window.peers.announce();
    assert.deepEqual(readdirSync(folder.windows), []);
    assert.deepEqual(readdirSync(join(folder.path, 's')), []);
  });

  it('do the same work one after the other, and release it when it fails', async () => {
    const folder = await newFolder();
    const one = await open(folder, 'one');
    const two = await open(folder, 'two');
    let inside = 0;
    let most = 0;
    const work = async (fail: boolean): Promise<string> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      if (fail) {
        throw new Error('refused');
      }
      return 'done';
    };
    const results = await Promise.allSettled(
      [one, two, one, two, one, two].map(({ peers }, at) =>
        peers.exclusive('session', never, () => work(at % 2 === 0)),
      ),
    );
    assert.equal(most, 1);
    assert.deepEqual(results.map(({ status }) => status).sort(), [
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
    assert.deepEqual(readdirSync(folder.locks), []);
  });

  it('stop waiting for another’s work when told to', async () => {
    const folder = await newFolder();
    const one = await open(folder, 'one');
    const two = await open(folder, 'two');
    const reason = new Error('the person cancelled');
    await one.peers.exclusive('session', never, async () => {
      const stop = new AbortController();
      const waiting = two.peers.exclusive('session', stop.signal, () => assert.fail('not yet'));
      stop.abort(reason);
      await assert.rejects(waiting, reason);
    });
  });

  it('go on without a lock where the file system has none', async () => {
    const folder = await newFolder();
    const { peers } = await open({ ...folder, locks: join(folder.path, 'nowhere') }, 'one');
    assert.equal(await peers.exclusive('session', never, () => Promise.resolve('done')), 'done');
  });
});

describe('a registration', () => {
  const addresses: readonly Address[] = [
    { kind: 'socket', path: '/home/Ann Lee/.sts-sessions/s/1' },
    { kind: 'tcp', port: 4321, token: 'a', peerToken: 'b' },
  ];

  it('reads as it was written', () => {
    for (const address of addresses) {
      for (const born of [undefined, '123']) {
        const registration = { address, pid: 7, born, revision: 3 };
        assert.deepEqual(parseRegistration(formatRegistration(registration)), registration);
      }
    }
  });

  it('is nothing when it is half there or somebody else’s', () => {
    const whole = formatRegistration({
      address: { kind: 'tcp', port: 1, token: 'a', peerToken: 'b' },
      pid: 7,
      born: undefined,
      revision: 3,
    });
    for (const text of [
      '',
      'x',
      'socket \npid 1\nrevision 1',
      whole.replace('port 1', 'port 70000'),
      whole.replace('pid 7', 'pid x'),
      whole.replace('token a\n', ''),
      whole.replace('revision', 'rev'),
    ]) {
      assert.equal(parseRegistration(text), undefined, text);
    }
  });
});
