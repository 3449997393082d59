import assert from 'node:assert/strict';
import type { Core } from '../../src/core.ts';
import { lazyCore } from '../../src/lazyCore.ts';
import { like } from '../support/fakeVscode.ts';

const launch = { type: 'node', request: 'launch', name: 'Server' };
const debugged = { ...launch, env: { AWS_PROFILE: 'EXAMPLE' } };

/** Parts that cannot be loaded while `broken` is true. */
class World {
  broken = true;
  loads = 0;
  ended = 0;
  /** What begins fails. */
  fails = false;
  begun = 0;
  readonly core = lazyCore(
    async () => {
      this.loads += 1;
      await Promise.resolve();
      if (this.broken) {
        throw new Error('EMFILE');
      }
    },
    () => {
      this.begun += 1;
      if (this.fails) {
        throw new Error('half of it');
      }
      return like<Core>({
        debug: () => Promise.resolve(debugged),
        end: () => Promise.resolve(void (this.ended += 1)),
      });
    },
    (error) => new Error(`a sentence, ${error instanceof Error ? error.message : ''}`),
  );
}

describe('parts that cannot be loaded', () => {
  it('are in nobody’s way: a program is debugged as its configuration was', async () => {
    const { core } = new World();
    assert.equal(await core.debug(undefined, launch), launch);
  });

  it('are told of in a sentence, and loaded by who asks next', async () => {
    const world = new World();
    const { core } = world;
    await Promise.all(
      [core.load(), core.load()].map((each) => assert.rejects(each, /^Error: a sentence, EMFILE$/)),
    );
    assert.equal(world.loads, 1, 'one for all that ask meanwhile');
    world.broken = false;
    assert.equal(await core.load(), await core.load());
    assert.equal(await core.debug(undefined, launch), debugged);
    assert.equal(world.loads, 2);
  });

  it('are not begun a second time: half of them is registered already', async () => {
    const world = new World();
    world.broken = false;
    world.fails = true;
    await assert.rejects(world.core.load(), /^Error: a sentence, half of it$/);
    world.fails = false;
    await assert.rejects(world.core.load(), /half of it/);
    assert.equal(await world.core.debug(undefined, launch), launch);
    assert.equal(world.begun, 1);
  });

  it('do not keep a window from closing, and those that are there are waited for', async () => {
    const world = new World();
    const { core } = world;
    await core.end();
    assert.equal(world.loads, 0, 'nothing is loaded to be ended');
    const loading = assert.rejects(core.load());
    await core.end();
    await loading;
    world.broken = false;
    await core.load();
    await core.end();
    assert.equal(world.ended, 1);
  });
});
