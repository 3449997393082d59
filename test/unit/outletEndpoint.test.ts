import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { basename, join } from 'node:path';
import { Endpoint } from '../../src/outlets/endpoint.ts';
import type { EndpointAddress, TokenPlace } from '../../src/outlets/endpoint.ts';
import { NOW, sentences, supplyLive, temporaryFolder } from '../support/outletRig.ts';

/** The status of a fetch with what the token file holds now. */
function fetchStatus({ port, tokenFile }: EndpointAddress): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: readFileSync(tokenFile, 'utf8') };
    const sent = request({ host: '127.0.0.1', port, path: '/container/live-a', headers, agent: false });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** An endpoint in a process of its own. */
async function openElsewhere(folder: string): Promise<{ address: EndpointAddress; child: ChildProcess }> {
  const script = `
    const { Endpoint } = await import(${JSON.stringify(import.meta.resolve('../../src/outlets/endpoint.ts'))});
    const { sentences, supplyLive } = await import(${JSON.stringify(import.meta.resolve('../support/outletRig.ts'))});
    const endpoint = new Endpoint({
      server: { supply: (id) => supplyLive(id), sentences, records: () => [], now: () => ${String(NOW)}, log: () => {} },
      place: async () => ({ folder: ${JSON.stringify(folder)}, prefix: 'here-', ownSpace: true }),
      rememberedPort: () => undefined,
      rememberPort: async () => {},
    });
    process.send(await endpoint.open());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => assert.fail('it ended')),
  ])) as [EndpointAddress];
  return { address: message, child };
}

describe('the endpoint of a window', () => {
  const temporary = temporaryFolder();
  const tokens = join(temporary.path, 't');
  const opened: Endpoint[] = [];
  /** What all windows of one folder remember. */
  let remembered: number | undefined;

  const endpoint = (change: { place?: () => Promise<TokenPlace> } = {}): Endpoint => {
    const made = new Endpoint({
      server: {
        supply: (id) => supplyLive(id),
        sentences,
        records: () => [],
        now: () => NOW,
        log: (line) => assert.fail(line),
      },
      place: () => Promise.resolve({ folder: tokens, prefix: 'here-', ownSpace: true }),
      rememberedPort: () => remembered,
      rememberPort: (port) => {
        remembered = port;
        return Promise.resolve();
      },
      ...change,
    });
    opened.push(made);
    return made;
  };

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.dispose()));
    remembered = undefined;
  });
  after(() => temporary.remove());

  it('is started once, however many ask for it', async () => {
    const one = endpoint();
    const addresses = await Promise.all([one.open(), one.open(), one.open()]);
    assert.equal(new Set(addresses.map(({ port }) => port)).size, 1);
    assert.equal(await fetchStatus(await one.open()), 200);
    assert.equal(statSync(tokens).mode & 0o777, 0o700);
  });

  it('keeps port and token file over a reload, with another token', async () => {
    const before = endpoint();
    const address = await before.open();
    const token = readFileSync(address.tokenFile, 'utf8');
    await before.dispose();
    assert.equal(existsSync(address.tokenFile), false);
    assert.deepEqual(await endpoint().open(), address);
    assert.notEqual(readFileSync(address.tokenFile, 'utf8'), token);
  });

  it('leaves the token alone of another window that remembers the same port', async () => {
    const first = await endpoint().open();
    const second = await endpoint().open();
    assert.notEqual(second.port, first.port);
    assert.deepEqual([await fetchStatus(first), await fetchStatus(second)], [200, 200]);
  });

  describe('after its window was killed', () => {
    let killed: EndpointAddress;
    let stranger: Server;
    beforeEach(async () => {
      const { address, child } = await openElsewhere(tokens);
      killed = address;
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.match(readFileSync(killed.tokenFile, 'utf8'), /^[0-9a-f]{64}\./);
      remembered = killed.port;
      stranger = createServer().listen(killed.port, '127.0.0.1');
      await once(stranger, 'listening');
    });
    afterEach(async () => {
      stranger.close();
      await once(stranger, 'close');
      rmSync(killed.tokenFile, { force: true });
    });

    it('leaves no token file for a port that somebody else has by now', async () => {
      const address = await endpoint().open();
      assert.notEqual(address.port, killed.port);
      assert.equal(existsSync(killed.tokenFile), false);
      assert.equal(await fetchStatus(address), 200);
      assert.deepEqual(readdirSync(tokens), [basename(address.tokenFile)]);
    });

    it('leaves the file where processes of elsewhere are not known', async () => {
      await endpoint({
        place: () => Promise.resolve({ folder: tokens, prefix: 'here-', ownSpace: false }),
      }).open();
      assert.equal(existsSync(killed.tokenFile), true);
    });
  });

  it('leaves the token alone of a window of another process', async () => {
    const { address, child } = await openElsewhere(tokens);
    remembered = address.port;
    assert.notEqual((await endpoint().open()).port, address.port);
    assert.equal(await fetchStatus(address), 200);
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(address.tokenFile);
  });

  it('is tried again after it could not be had, and ends all the same', async () => {
    let tries = 0;
    const place = (): Promise<TokenPlace> => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new Error('disk full'))
        : Promise.resolve({ folder: tokens, prefix: '', ownSpace: true });
    };
    const one = endpoint({ place });
    await assert.rejects(one.open(), /disk full/);
    assert.equal(await fetchStatus(await one.open()), 200);
    await endpoint({ place: () => Promise.reject(new Error('disk full')) }).dispose();
  });
});
