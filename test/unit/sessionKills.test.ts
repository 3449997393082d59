import assert from 'node:assert/strict';
import { readFileSync, statSync, utimesSync } from 'node:fs';
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
/** Longer than anything takes on the busiest machine; a wait for what a dead window holds would have no end. */
const longestMs = 300_000;

const alicesDevice = 'arn:aws:iam::111122223333:mfa/alice';
/** By chance, so that two windows often want the same; the last three need a code each time. */
const requests: readonly [SessionRequest, ...SessionRequest[]] = [
  { kind: 'profile', profile: 'billing-read' },
  { kind: 'profile', profile: 'spoke-a' },
  { kind: 'profile', profile: 'prod-admin' },
  { kind: 'mfaSession', profile: 'alice', mfaSerial: alicesDevice, durationSeconds: undefined },
  { kind: 'profile', profile: 'prod-admin', readOnly: true },
];

/**
 * When a window is killed: by what it has done, so that every machine kills as many at each moment. Within what cannot
 * be seen from outside, after a `share` of the time that the same took the last time.
 */
type Moment =
  /** In its beginning; */
  | { readonly kind: 'opening'; readonly share: number }
  /** when it has done so much, in the midst of what it does next; */
  | { readonly kind: 'busy'; readonly acts: number; readonly share: number }
  /** when it has started so many sessions, and then so many calls of its have arrived at AWS, or have been granted. */
  | { readonly kind: 'called' | 'granted'; readonly starts: number; readonly calls: number };

/** How many of six windows die at each. */
const sixths: readonly Moment['kind'][] = ['opening', 'busy', 'busy', 'called', 'called', 'granted'];

/** As many of each as `sixths` says, each with what chance adds. */
function momentsOf(chance: Seeded): Moment[] {
  return Array.from({ length: KILLS }, (_, index): Moment => {
    const kind = sixths[index % sixths.length] ?? 'busy';
    const share = chance.below(120) / 100;
    switch (kind) {
      case 'opening':
        return { kind, share };
      case 'busy':
        return { kind, acts: chance.below(4), share };
      case 'called':
      case 'granted':
        return { kind, starts: chance.below(3), calls: 1 + chance.below(3) };
    }
  });
}

/** Sessions that a window has started before it dies at this moment, whatever the others do: what it does first is that. */
function startsBefore(moment: Moment): number {
  switch (moment.kind) {
    case 'opening':
      return 0;
    case 'busy':
      return Math.min(moment.acts, 1);
    case 'called':
    case 'granted':
      return moment.starts;
  }
}

/** Windows that do as chance says, and are killed. Holds what must be true whenever. */
class Massacre {
  kills = 0;
  /** Windows that were killed with a call to AWS under way, or just granted. */
  killedInCall = 0;
  starts = 0;
  /** How many starts there are at least, and how many windows die in a call: both by the seed alone. */
  readonly fewestStarts: number;
  readonly inCall: number;
  readonly history: string[] = [];
  readonly #world: WindowWorld;
  readonly #chance: Seeded;
  /** Sessions that were stored, and that nobody has begun to end since: each must be found by every window. */
  readonly #stored = new Set<string>();
  /** How many ends are under way, by session; an end that a killed window began is one that may have happened. */
  readonly #ending = new Map<string, number>();
  /** From when on a wish is later than the last end, by session, ms UTC: the end was over, or its window dead, before. */
  readonly #endedAt = new Map<string, number>();
  /** How many ends have ever begun, by session: one may come and go while a start is under way. */
  readonly #begunEnds = new Map<string, number>();
  readonly #ids = new Map<SessionRequest, string>();
  readonly #moments: Moment[];
  /** How long a window took to open, and to do something, the last time, ms. */
  #openingMs = 100;
  #actMs = 20;
  #opened = 0;

  constructor(world: WindowWorld, seed: number) {
    this.#world = world;
    this.#chance = new Seeded(seed);
    this.#moments = momentsOf(this.#chance);
    this.fewestStarts = this.#moments.reduce((sum, moment) => sum + startsBefore(moment), 0);
    this.inCall = this.#moments.filter(({ kind }) => kind === 'called' || kind === 'granted').length;
  }

  /** Until every window is dead. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: WINDOWS }, () => this.#line()));
  }

  /** One window after the other, each until it is killed. */
  async #line(): Promise<void> {
    for (let moment = this.#next(); moment !== undefined; moment = this.#next()) {
      await this.#life(moment);
      this.kills += 1;
      assert.deepEqual(this.#world.damaged(), []);
      assert.deepEqual(this.#world.problems, []);
    }
  }

  /** One of those that are left, by chance. */
  #next(): Moment | undefined {
    return this.#moments.splice(this.#chance.below(Math.max(1, this.#moments.length)), 1)[0];
  }

  async #life(moment: Moment): Promise<void> {
    this.#opened += 1;
    const name = `w${String(this.#opened)}`;
    const wanted = new Set(this.#stored);
    const ends = new Set(this.#ending.keys());
    const endsBegun = new Map(this.#begunEnds);
    const since = performance.now();
    const window = this.#world.open(name);
    this.#note(`${name} opens, to die ${JSON.stringify(moment)}`);
    const kill = (): void => void window.kill();
    let timer: NodeJS.Timeout | undefined;
    let stop = (): void => undefined;
    if (moment.kind === 'opening') {
      timer = setTimeout(kill, moment.share * this.#openingMs);
    }
    try {
      const found = new Set(await within(window.ready, `${name} opens`));
      this.#openingMs = performance.now() - since;
      // One that was ended and started again while the window opened may be found between the two.
      const stays = (id: string): boolean => !ends.has(id) && this.#begunEnds.get(id) === endsBegun.get(id);
      const lost = [...wanted].filter((id) => !found.has(id) && stays(id) && this.#stored.has(id));
      assert.deepEqual(lost, [], `${name} does not find what was stored`);
      const fewest = startsBefore(moment);
      let starts = 0;
      let isArmed = false;
      // Until it is killed; what chance asks for leads to calls again and again.
      for (let acts = 0; ;) {
        if (!isArmed && starts >= fewest) {
          if (moment.kind === 'busy' && acts === moment.acts) {
            isArmed = true;
            timer = setTimeout(kill, moment.share * this.#actMs);
          } else if (moment.kind === 'called' || moment.kind === 'granted') {
            isArmed = true;
            stop = this.#killInCall(window, moment);
          }
        }
        const begun = performance.now();
        const hasStarted = await this.#act(window, starts < fewest);
        this.#actMs = performance.now() - begun;
        starts += hasStarted ? 1 : 0;
        // A start that somebody's end has undone is none: it is made again.
        acts += starts < fewest ? 0 : 1;
      }
    } catch (error) {
      if (!(error instanceof WindowGone)) {
        throw error;
      }
      this.#note(`${name} is dead`);
    } finally {
      clearTimeout(timer);
      stop();
      await window.kill();
    }
  }

  /** Kills the window when as many more calls of its have come as far as its moment says. Returns the way to stop. */
  #killInCall(window: WindowProcess, moment: Moment & { readonly calls: number }): () => void {
    let left = moment.calls;
    return this.#world.sandbox.onCall(({ userAgent, state, status }) => {
      const due = moment.kind === 'called' ? state === 'waiting' : status === 200;
      if (due && userAgent.includes(`window/${window.name} `)) {
        left -= 1;
        if (left === 0) {
          this.killedInCall += 1;
          void window.kill();
        }
      }
    });
  }

  /** What chance says, or a start. Whether it has started a session. */
  async #act(window: WindowProcess, mustStart: boolean): Promise<boolean> {
    const chance = this.#chance;
    const request = chance.pick(requests);
    const id = this.#ids.get(request);
    const choice = mustStart ? 0 : chance.below(10);
    if (id === undefined || choice < 4) {
      return this.#start(window, request, chance.chance(70));
    }
    if (choice < 6) {
      await this.#ask(window, { kind: 'renew', id });
    } else if (choice < 9) {
      const answer = await this.#ask(window, { kind: 'supply', id, holdMs: 50_000 });
      assert.ok(answer.kind === 'supplied' && answer.what !== 'needsPerson', JSON.stringify(answer));
    } else {
      await this.#end(window, id);
    }
    return false;
  }

  async #start(window: WindowProcess, request: SessionRequest, force: boolean): Promise<boolean> {
    const ends = new Map(this.#ending);
    const begun = new Map(this.#begunEnds);
    const answer = await this.#ask(window, { kind: 'start', request, force });
    assert.equal(answer.kind, 'started');
    if (answer.kind === 'started' && answer.id !== undefined) {
      const { id } = answer;
      this.starts += 1;
      this.#ids.set(request, id);
      // What is live is only made active: where the news of an end has not arrived, or its window was killed between
      // storing and telling it, that is a record from before the end, which goes when the end is heard of.
      const isAfter = (answer.changedAt ?? 0) >= (this.#endedAt.get(id) ?? 0);
      // Whoever began to end it meanwhile, or before and has not been heard of since, may have come after it.
      if (isAfter && ends.get(id) === undefined && this.#begunEnds.get(id) === begun.get(id)) {
        this.#stored.add(id);
      }
      return true;
    }
    // Somebody ended it in the very moment.
    assert.equal(answer.kind === 'started' && answer.why, 'cancelled');
    return false;
  }

  async #end(window: WindowProcess, id: string): Promise<void> {
    this.#stored.delete(id);
    this.#ending.set(id, (this.#ending.get(id) ?? 0) + 1);
    this.#begunEnds.set(id, (this.#begunEnds.get(id) ?? 0) + 1);
    try {
      await this.#ask(window, { kind: 'end', id });
    } finally {
      // Wishes are ordered by the clock: the next one comes later by it. Those of one moment are put a millisecond apart
      // each, an end behind them: not even a record that such an end has not reached is as late as the next step.
      const since = this.#world.hand.now();
      while (this.#world.hand.now() === since) {
        await delay(5);
      }
      this.#endedAt.set(id, this.#world.hand.now());
      const left = (this.#ending.get(id) ?? 1) - 1;
      if (left === 0) {
        this.#ending.delete(id);
      } else {
        this.#ending.set(id, left);
      }
    }
  }

  async #ask(window: WindowProcess, command: WindowCommand): Promise<WindowAnswer> {
    this.#note(`${window.name}: ${JSON.stringify(command)}`);
    const answer = await within(window.ask(command), `${window.name}: ${JSON.stringify(command)}`);
    this.#note(`${window.name}: ${JSON.stringify(answer)}`);
    return answer;
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
    this.timeout(3_600_000);
    const seed = Number(process.env['STS_SESSIONS_SEED'] ?? Date.now() % 1_000_000);
    const massacre = new Massacre(world, seed);
    world.hand.start(2500);
    try {
      await massacre.run();
      assert.equal(world.sandbox.reusedCodes(), 0);
      const refused = world.sandbox.journal.filter(({ errorCode }) => errorCode !== undefined);
      assert.deepEqual(refused, [], 'AWS refused nothing');
      // Or the test would show nothing.
      assert.equal(massacre.kills, KILLS);
      assert.ok(massacre.fewestStarts > KILLS / 2, `the seed demands only ${massacre.fewestStarts} starts`);
      assert.ok(massacre.starts >= massacre.fewestStarts, `only ${massacre.starts} starts`);
      assert.equal(massacre.killedInCall, massacre.inCall, 'each that was to die in a call did');
    } catch (error) {
      const log = readFileSync(world.logFile, 'utf8').split('\n').slice(-60);
      const told = [`STS_SESSIONS_SEED=${seed}`, ...massacre.history.slice(-60), '', ...log].join('\n  ');
      // First, because reports cut off what is long.
      throw new Error(`${String(error)}\n  ${told}`, { cause: error });
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
    const files = world.files().filter((name) => name !== 'renewals');
    // Codes that were sent are claimed for five minutes; each claim takes away those from before. How many there are is
    // chance: what was due by itself meanwhile has sent some as well.
    const isClaim = (name: string): boolean => /^locks\/\w+\/[0-9a-f]{32}\.spent$/.test(name);
    const claimedAt = files
      .filter(isClaim)
      .map((name) => Math.round(statSync(join(world.helperFolder, name)).mtimeMs));
    assert.ok(Math.max(...claimedAt) - Math.min(...claimedAt) <= 5 * 60_000, claimedAt.join());
    // One for each session that was ever used, until three days after its last use.
    const isUse = (name: string): boolean => /^used\/\w+\/[0-9a-f]{20}$/.test(name);
    assert.ok(files.filter(isUse).length <= requests.length, files.join());
    const left = files.filter((name) => !isClaim(name) && !isUse(name));
    assert.deepEqual(left.toSorted(), ['codes', 'fetch', 'fetch.cjs', 'id', 'node', 'skew']);
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
