import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Endpoint } from '../../src/outlets/endpoint.ts';
import type { EndpointAddress } from '../../src/outlets/endpoint.ts';
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

describe('the endpoint of a window', () => {
  const temporary = temporaryFolder();
  const tokens = join(temporary.path, 't');
  const opened: Endpoint[] = [];
  /** What all windows of one folder remember. */
  let remembered: number | undefined;

  const endpoint = (change: { place?: () => Promise<{ folder: string; prefix: string }> } = {}): Endpoint => {
    const made = new Endpoint({
      server: {
        supply: (id) => supplyLive(id),
        sentences,
        records: () => [],
        now: () => NOW,
        log: (line) => assert.fail(line),
      },
      place: () => Promise.resolve({ folder: tokens, prefix: 'here-' }),
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

  it('is tried again after it could not be had, and ends all the same', async () => {
    let tries = 0;
    const place = (): Promise<{ folder: string; prefix: string }> => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new Error('disk full'))
        : Promise.resolve({ folder: tokens, prefix: '' });
    };
    const one = endpoint({ place });
    await assert.rejects(one.open(), /disk full/);
    assert.equal(await fetchStatus(await one.open()), 200);
    await endpoint({ place: () => Promise.reject(new Error('disk full')) }).dispose();
  });
});
