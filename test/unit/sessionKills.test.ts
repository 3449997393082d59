import assert from 'node:assert/strict';
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { Seeded } from '../support/seeded.ts';
import type { WindowAnswer, WindowCommand } from '../support/windowMessages.ts';
import { WindowGone, type WindowProcess } from '../support/windowProcess.ts';
import { openWorld, type WindowWorld } from '../support/windowWorld.ts';

const KILLS = 200;
/** Windows that live at once. */
const WINDOWS = 3;
/** Longer than anything takes beside busy neighbours; a wait for what a dead window holds would have no end. */
const longestMs = 60_000;

const alicesDevice = 'arn:aws:iam::111122223333:mfa/alice';
/** By chance, so that two windows often want the same; the last three need a code each time. */
const requests: readonly [SessionRequest, ...SessionRequest[]] = [
  { kind: 'profile', profile: 'billing-read' },
  { kind: 'profile', profile: 'spoke-a' },
  { kind: 'profile', profile: 'prod-admin' },
  { kind: 'mfaSession', profile: 'alice', mfaSerial: alicesDevice, durationSeconds: undefined },
  { kind: 'profile', profile: 'prod-admin', readOnly: true },
];

/** When a window is killed, `ms` of real time after: */
type Moment =
  /** its beginning; */
  | { readonly kind: 'opening'; readonly ms: number }
  /** it has done so much, in the midst of what it does next; */
  | { readonly kind: 'busy'; readonly acts: number; readonly ms: number }
  /** so many calls of its have arrived at AWS, or have been granted. */
  | { readonly kind: 'called' | 'granted'; readonly calls: number };

/** A window that has done so much dies in any case. */
const mostActs = 10;

/** Windows that do as chance says, and are killed. Holds what must be true whenever. */
class Massacre {
  kills = 0;
  /** Windows that were killed with a call to AWS under way. */
  killedInCall = 0;
  starts = 0;
  slowest = 0;
  readonly history: string[] = [];
  readonly #world: WindowWorld;
  readonly #chance: Seeded;
  /** Sessions that were stored, and that nobody has begun to end since: each must be found by every window. */
  readonly #stored = new Set<string>();
  /** How many ends are under way, by session; an end that a killed window began is one that may have happened. */
  readonly #ending = new Map<string, number>();
  readonly #ids = new Map<SessionRequest, string>();
  #opened = 0;

  constructor(world: WindowWorld, seed: number) {
    this.#world = world;
    this.#chance = new Seeded(seed);
  }

  /** Until enough windows are dead. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: WINDOWS }, () => this.#line()));
  }

  /** One window after the other, each until it is killed. */
  async #line(): Promise<void> {
    while (this.kills < KILLS) {
      this.kills += 1;
      await this.#life();
      assert.deepEqual(this.#world.damaged(), []);
      assert.deepEqual(this.#world.problems, []);
    }
  }

  async #life(): Promise<void> {
    this.#opened += 1;
    const name = `w${String(this.#opened)}`;
    const moment = this.#moment();
    const wanted = new Set(this.#stored);
    const ends = new Set(this.#ending.keys());
    const window = this.#world.open(name);
    this.#note(`${name} opens, to die ${moment.kind}`);
    const stop = this.#arm(window, moment);
    try {
      const found = new Set(await within(window.ready, `${name} opens`));
      const lost = [...wanted].filter((id) => !found.has(id) && !ends.has(id) && this.#stored.has(id));
      assert.deepEqual(lost, [], `${name} does not find what was stored`);
      for (let acts = 0; acts < mostActs; acts += 1) {
        if (moment.kind === 'busy' && moment.acts === acts) {
          setTimeout(() => void window.kill(), moment.ms);
        }
        await this.#act(window);
      }
    } catch (error) {
      if (!(error instanceof WindowGone)) {
        throw error;
      }
      this.#note(`${name} is dead`);
    } finally {
      stop();
      await window.kill();
    }
  }

  /** Kills the window at its moment, when that is not for those to say who drive it. Returns the way to stop. */
  #arm(window: WindowProcess, moment: Moment): () => void {
    const kill = (): void => void window.kill();
    switch (moment.kind) {
      case 'busy':
        return () => undefined;
      case 'opening': {
        const timer = setTimeout(kill, moment.ms);
        return () => clearTimeout(timer);
      }
      case 'called':
      case 'granted': {
        let left = moment.calls;
        return this.#world.sandbox.onCall(({ userAgent, state, status }) => {
          const due = moment.kind === 'called' ? state === 'waiting' : status === 200;
          if (due && userAgent.includes(`window/${window.name} `)) {
            left -= 1;
            if (left === 0) {
              this.killedInCall += 1;
              kill();
            }
          }
        });
      }
    }
  }

  async #act(window: WindowProcess): Promise<void> {
    const chance = this.#chance;
    const request = chance.pick(requests);
    const id = this.#ids.get(request);
    const choice = chance.below(10);
    if (id === undefined || choice < 4) {
      await this.#start(window, request, chance.chance(70));
    } else if (choice < 6) {
      await this.#ask(window, { kind: 'renew', id });
    } else if (choice < 9) {
      const answer = await this.#ask(window, { kind: 'supply', id, holdMs: 50_000 });
      assert.ok(answer.kind === 'supplied' && answer.what !== 'needsPerson', JSON.stringify(answer));
    } else {
      await this.#end(window, id);
    }
  }

  async #start(window: WindowProcess, request: SessionRequest, force: boolean): Promise<void> {
    const ends = new Map(this.#ending);
    const answer = await this.#ask(window, { kind: 'start', request, force });
    assert.equal(answer.kind, 'started');
    if (answer.kind === 'started' && answer.id !== undefined) {
      const { id } = answer;
      this.starts += 1;
      this.#ids.set(request, id);
      // Whoever began to end it meanwhile, or before and has not been heard of since, may have come after it.
      if (this.#ending.get(id) === undefined && ends.get(id) === undefined) {
        this.#stored.add(id);
      }
    } else {
      // Somebody ended it in the very moment.
      assert.equal(answer.kind === 'started' && answer.why, 'cancelled');
    }
  }

  async #end(window: WindowProcess, id: string): Promise<void> {
    this.#stored.delete(id);
    this.#ending.set(id, (this.#ending.get(id) ?? 0) + 1);
    try {
      await this.#ask(window, { kind: 'end', id });
    } finally {
      // Wishes are ordered by the clock: the next one comes later by it.
      const since = this.#world.hand.now();
      while (this.#world.hand.now() === since) {
        await delay(5);
      }
      const left = (this.#ending.get(id) ?? 1) - 1;
      if (left === 0) {
        this.#ending.delete(id);
      } else {
        this.#ending.set(id, left);
      }
    }
  }

  async #ask(window: WindowProcess, command: WindowCommand): Promise<WindowAnswer> {
    const since = performance.now();
    this.#note(`${window.name}: ${JSON.stringify(command)}`);
    const answer = await within(window.ask(command), `${window.name}: ${JSON.stringify(command)}`);
    this.slowest = Math.max(this.slowest, performance.now() - since);
    this.#note(`${window.name}: ${JSON.stringify(answer)}`);
    return answer;
  }

  #moment(): Moment {
    const chance = this.#chance;
    const kind = chance.pick<Moment['kind']>(['opening', 'busy', 'busy', 'called', 'called', 'granted']);
    switch (kind) {
      case 'opening':
        return { kind, ms: chance.below(200) };
      case 'busy':
        return { kind, acts: chance.below(4), ms: chance.below(40) };
      case 'called':
      case 'granted':
        return { kind, calls: 1 + chance.below(4) };
    }
  }

  #note(line: string): void {
    this.history.push(line);
  }
}

describe('window processes on one machine', () => {
  let world: WindowWorld;
  before(async () => {
    world = await openWorld({
      data: demoData(),
      fill: writeDemoHome,
      seeds: { [alicesDevice]: 'SANDBOXSEEDOFALICEFORTESTSONLY23' },
    });
  });
  after(() => world.close());

  it(`lose no session, damage no file and send no code twice while ${KILLS} are killed`, async function () {
    this.timeout(900_000);
    const seed = Number(process.env['STS_SESSIONS_SEED'] ?? Date.now() % 1_000_000);
    const massacre = new Massacre(world, seed);
    world.hand.start(2500);
    try {
      await massacre.run();
      assert.equal(world.sandbox.reusedCodes(), 0);
      const refused = world.sandbox.journal.filter(({ errorCode }) => errorCode !== undefined);
      assert.deepEqual(refused, [], 'AWS refused nothing');
      // Or the test would show nothing.
      assert.ok(massacre.starts > KILLS / 4, `only ${massacre.starts} starts`);
      assert.ok(massacre.killedInCall > KILLS / 5, `only ${massacre.killedInCall} died in a call`);
    } catch (error) {
      const log = readFileSync(world.logFile, 'utf8').split('\n').slice(-60);
      const told = [`STS_SESSIONS_SEED=${seed}`, ...massacre.history.slice(-60), '', ...log].join('\n  ');
      throw new Error(`${told}\n${String(error)}`, { cause: error });
    } finally {
      world.hand.stop();
    }
  });

  it('leave nothing behind that grows: a day later the next window finds a tidy folder', async () => {
    const yesterday = Date.now() / 1000 - 25 * 3600;
    for (const name of world.files()) {
      utimesSync(join(world.helperFolder, name.replace(/!$/, '')), yesterday, yesterday);
    }
    const window = world.open('last');
    await window.ready;
    world.hand.start(2500);
    for (const request of requests) {
      // Takes over the locks of the dead, and leaves none.
      const answer = await within(
        window.ask({ kind: 'start', request, force: true }),
        JSON.stringify(request),
      );
      assert.equal(answer.kind === 'started' && answer.ok, true, JSON.stringify(answer));
    }
    world.hand.stop();
    await window.quit();
    // Renewals that the clock has made are noted; whether there were any is chance.
    const left = world.files().filter((name) => name !== 'renewals');
    assert.deepEqual(left.toSorted(), ['codes', 'fetch', 'fetch.cjs', 'id', 'node']);
  });
});

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no end after ${longestMs} ms`)), longestMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
