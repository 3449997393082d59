import { setTimeout as delay } from 'node:timers/promises';
import { searchFolder } from '../support/leakPlaces.ts';
import { describeLeaks, LeakSearch } from '../support/leakSearch.ts';
import { Seeded } from '../support/seeded.ts';
import type { WindowProcess } from '../support/windowProcess.ts';
import type { WindowWorld } from '../support/windowWorld.ts';
import { fetchOverSocket, fetchWithHelper } from './consumers.ts';
import { Consumer, minute, type Weather } from './judge.ts';
import { kinds, openSoakWorld, type Kind, type SoakWorld } from './soakWorld.ts';

const hour = 60 * minute;

/** The clock goes on by so much at a time, ms: a code that is sent one step late is still taken. */
const stepMs = 5000;

/** Secrets that are searched for, of each end of the run and between: what leaks, leaks each time. */
const searched = 40;

/** More AWS calls than this in a minute are a storm: every session of the machine, chains and tries again included. */
const mostCallsAMinute = 150;

/** The long-lived window's heap may grow by so much, bytes. */
const mostGrowth = 20 * 1024 * 1024;

/** Files in the helper's folder: two windows, their locks, and what killed ones left half-written since yesterday. */
const mostFiles = 80;

/** For what has to happen, and what nothing else limits, ms of real time: far above what a busy machine takes. */
const longestMs = 120_000;

/** How long and how wild. */
export interface SoakOptions {
  /** Of real time, ms. */
  readonly realMs: number;
  /** Between two troubles, ms of simulated time. */
  readonly calmMs: number;
  readonly seed: number;
  /** Hears what happens. */
  log(line: string): void;
}

/** What came of it. */
export interface SoakReport {
  readonly consumers: readonly Consumer[];
  /** Simulated hours in which the machine was awake, and asleep. */
  readonly awakeHours: number;
  readonly asleepHours: number;
  readonly troubles: ReadonlyMap<Trouble, number>;
  readonly fetchesByHelper: number;
  readonly callsPerHour: number;
  readonly mostCallsAMinute: number;
  /** Bytes, of the window that is never killed: after the starts, and at the end. */
  readonly heap: readonly [number, number];
  readonly rss: number;
  readonly mostFiles: number;
  /** What must not be; empty when all is well. */
  readonly complaints: readonly string[];
}

const troubles = ['outage', 'sleep', 'kill', 'throttle', 'end'] as const;

/** What a machine goes through. */
export type Trouble = (typeof troubles)[number];

/** Runs two windows with twenty sessions through simulated days, with consumers that fetch all the time. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const soakWorld = await openSoakWorld();
  try {
    return await new Soak(soakWorld, options).run();
  } finally {
    await soakWorld.world.close();
  }
}

class Soak {
  readonly #parts: SoakWorld;
  readonly #world: WindowWorld;
  readonly #options: SoakOptions;
  readonly #chance: Seeded;
  readonly #weather: Weather = { outageSince: undefined, outageUntil: 0, wokeAt: 0 };
  readonly #complaints: string[] = [];
  readonly #consumers = new Map<Kind, Consumer>();
  readonly #ids = new Map<Kind, string>();
  readonly #resting = new Set<Kind>();
  /** How often each was ended: a fetch may see neither the beginning nor the end of its rest. */
  readonly #ends = new Map<Kind, number>();
  readonly #happened = new Map<Trouble, number>();
  #windows: [WindowProcess, WindowProcess];
  #opened = 2;
  #asleepMs = 0;
  #isAsleep = false;
  #isOver = false;
  #byHelper = 0;
  #mostFiles = 0;

  constructor(parts: SoakWorld, options: SoakOptions) {
    this.#parts = parts;
    this.#world = parts.world;
    this.#options = options;
    this.#chance = new Seeded(options.seed);
    // The first is never killed: its memory is watched.
    this.#windows = [this.#world.open('one'), this.#world.open('two')];
  }

  async run(): Promise<SoakReport> {
    const { hand, sandbox } = this.#world;
    await this.#parts.refresh();
    await Promise.all(this.#windows.map((window) => window.ready));
    hand.start(stepMs);
    await this.#startAll();
    const heap = await this.#memory();
    const since = { now: hand.now(), calls: sandbox.journal.length };
    const end = performance.now() + this.#options.realMs;
    try {
      await Promise.all([
        this.#trouble(end),
        this.#keepFresh(),
        ...Array.from(this.#consumers, ([kind, consumer]) => this.#consume(kind, consumer)),
      ]);
    } finally {
      this.#isOver = true;
    }
    const last = await this.#memory();
    hand.stop();
    const hours = (hand.now() - since.now - this.#asleepMs) / hour;
    const calls = sandbox.journal.slice(since.calls);
    await Promise.all(this.#windows.map((window) => window.quit()));
    const report = {
      consumers: [...this.#consumers.values()],
      awakeHours: hours,
      asleepHours: this.#asleepMs / hour,
      troubles: this.#happened,
      fetchesByHelper: this.#byHelper,
      callsPerHour: calls.length / hours,
      mostCallsAMinute: mostAMinute(calls.map(({ at }) => at)),
      heap: [heap.heap, last.heap] as const,
      rss: last.rss,
      mostFiles: this.#mostFiles,
    };
    return { ...report, complaints: [...this.#complaints, ...(await this.#whatIsWrong(report))] };
  }

  /** What the report says that it must not, what the windows said, and what is on the disk. */
  async #whatIsWrong(report: Omit<SoakReport, 'complaints'>): Promise<readonly string[]> {
    const { sandbox, home, logFile } = this.#world;
    const wrong = [
      ...report.consumers.flatMap(({ complaints }) => complaints),
      ...this.#world.problems,
      ...this.#world.damaged(),
    ];
    const check = (ok: boolean, what: string): void => void (ok || wrong.push(what));
    check(sandbox.reusedCodes() === 0, `${String(sandbox.reusedCodes())} codes were sent twice`);
    check(
      report.mostCallsAMinute <= mostCallsAMinute,
      `${String(report.mostCallsAMinute)} calls in a minute`,
    );
    check(report.heap[1] - report.heap[0] < mostGrowth, 'the heap grows');
    check(report.mostFiles <= mostFiles, `${String(report.mostFiles)} files`);
    check(
      report.consumers.every(({ served }) => served > 0),
      'a consumer was never served',
    );
    const inputs = await this.#parts.inputs();
    const own = [...inputs.values()].join('\n');
    const secrets = sandbox.secrets().filter((secret) => !own.includes(secret) && !/^\d{6}$/.test(secret));
    const some = secrets.filter((_, index) => isSample(index, secrets.length));
    const search = new LeakSearch(some.map((value, index) => ({ name: `secret ${String(index)}`, value })));
    const found = await searchFolder(search, home, inputs);
    const logged = await searchFolder(search, logFile, inputs).catch(() => undefined);
    wrong.push(
      ...[...found.leaks, ...(logged?.leaks ?? [])].map((leak) => `on disk: ${describeLeaks([leak])}`),
    );
    return wrong;
  }

  async #startAll(): Promise<void> {
    const [one, two] = this.#windows;
    await Promise.all(
      kinds.map(async (kind, index) => {
        await this.#start(kind, index % 2 === 0 ? one : two);
        this.#consumers.set(kind, new Consumer(kind.name, kind.mfa));
      }),
    );
  }

  async #start(kind: Kind, window: WindowProcess): Promise<void> {
    const answer = await window.ask({ kind: 'start', request: kind.request, force: false });
    if (answer.kind === 'started' && answer.id !== undefined) {
      this.#ids.set(kind, answer.id);
    } else {
      this.#complaints.push(`${kind.name} was not started: ${JSON.stringify(answer)}`);
    }
  }

  /** One trouble after the other until the time is over. */
  async #trouble(end: number): Promise<void> {
    for (let next = 0; performance.now() < end; next += 1) {
      await this.#pass(this.#options.calmMs * (0.5 + this.#chance.below(100) / 100), end);
      await this.#make(troubles[next % troubles.length] ?? 'sleep', end);
      this.#mostFiles = Math.max(this.#mostFiles, this.#world.files().length);
    }
    // On a slow machine little of its life has passed by then: everybody who fetches gets a turn at least.
    await this.#until(
      async () => [...this.#consumers.values()].every(({ served }) => served > 0),
      'a consumer was not served in time',
    );
    this.#isOver = true;
  }

  /** Fetches every other minute of the machine's life, now and then by the helper itself. */
  async #consume(kind: Kind, consumer: Consumer): Promise<void> {
    const { hand, helperFolder, home } = this.#world;
    const chance = new Seeded(kinds.indexOf(kind) + this.#options.seed);
    while (!this.#isOver) {
      await this.#pass(minute * (1 + chance.below(200) / 100));
      const id = this.#ids.get(kind);
      if (this.#isAsleep || this.#resting.has(kind) || id === undefined) {
        continue;
      }
      const weather = { ...this.#weather };
      const ends = this.#ends.get(kind);
      const begun = hand.now();
      const byHelper = chance.below(100) === 0;
      this.#byHelper += byHelper ? 1 : 0;
      const fetched = byHelper
        ? await fetchWithHelper(helperFolder, home, id)
        : await fetchOverSocket(helperFolder, id);
      // What a sleep or an end fell into says nothing.
      const ended = this.#resting.has(kind) || ends !== this.#ends.get(kind);
      if (!ended && weather.wokeAt === this.#weather.wokeAt) {
        consumer.take(fetched, begun, hand.now(), weather);
      }
    }
  }

  /** What other programs of the machine renew in time. */
  async #keepFresh(): Promise<void> {
    while (!this.#isOver) {
      await this.#pass(20 * minute);
      await this.#parts.refresh();
    }
  }

  async #make(trouble: Trouble, end: number): Promise<void> {
    this.#happened.set(trouble, (this.#happened.get(trouble) ?? 0) + 1);
    this.#options.log(`${new Date(this.#world.hand.now()).toISOString()} ${trouble}`);
    switch (trouble) {
      case 'outage':
        return this.#outage(() => this.#world.sandbox.control.drop(), end);
      case 'throttle':
        return this.#outage(() => this.#world.sandbox.control.throttle(), end);
      case 'sleep':
        return this.#sleep();
      case 'kill': {
        const [one, two] = this.#windows;
        await two.kill();
        this.#opened += 1;
        const next = this.#world.open(`${String(this.#opened)}th`);
        this.#windows = [one, next];
        await next.ready;
        return;
      }
      case 'end':
        return this.#endOne();
    }
  }

  async #outage(begin: () => void, end: number): Promise<void> {
    const { hand, sandbox } = this.#world;
    this.#weather.outageSince = hand.now();
    begin();
    await this.#pass((this.#options.calmMs * (20 + this.#chance.below(80))) / 100, end);
    sandbox.control.clear();
    this.#weather.outageUntil = hand.now();
    this.#weather.outageSince = undefined;
  }

  /** The processes stand still while the time on the wall goes on. */
  async #sleep(): Promise<void> {
    const { hand } = this.#world;
    this.#isAsleep = true;
    hand.stop();
    for (const window of this.#windows) {
      window.pause();
    }
    const ms = this.#options.calmMs * (1 + this.#chance.below(5));
    hand.jump(ms);
    this.#asleepMs += ms;
    await this.#parts.refresh();
    for (const consumer of this.#consumers.values()) {
      consumer.rest();
    }
    this.#weather.wokeAt = hand.now();
    for (const window of this.#windows) {
      window.resume();
    }
    this.#isAsleep = false;
    hand.start(stepMs);
  }

  /** A person ends a session; consumers hear so, and it can be started again. */
  async #endOne(): Promise<void> {
    const [kind] = [kinds[this.#chance.below(kinds.length)]];
    const id = kind && this.#ids.get(kind);
    if (kind === undefined || id === undefined) {
      return;
    }
    const [one, two] = this.#windows;
    this.#resting.add(kind);
    this.#ends.set(kind, (this.#ends.get(kind) ?? 0) + 1);
    this.#consumers.get(kind)?.rest();
    await one.ask({ kind: 'end', id });
    // Before a person can be in the other window, it has heard of it.
    await this.#until(async () => {
      const list = await two.ask({ kind: 'list' });
      return list.kind === 'listed' && !list.sessions.some((session) => session.id === id);
    }, `the other window never heard of the end of ${kind.name}`);
    const fetched = await fetchOverSocket(this.#world.helperFolder, id);
    if (fetched.ok || fetched.why !== 'ended') {
      this.#complaints.push(`${kind.name} was ended, and a fetch got: ${JSON.stringify(fetched)}`);
    }
    await this.#start(kind, two);
    await this.#until(async () => {
      const list = await one.ask({ kind: 'list' });
      return list.kind === 'listed' && list.sessions.some((session) => session.id === id);
    }, `the first window never heard of the new start of ${kind.name}`);
    this.#resting.delete(kind);
  }

  /** Waits for simulated time, no longer than until `end` of real time. */
  async #pass(ms: number, end = Infinity): Promise<void> {
    const until = this.#world.hand.now() + ms;
    while (this.#world.hand.now() < until && !this.#isOver && performance.now() < end) {
      await delay(8);
    }
  }

  /** Waits for what takes real time. */
  async #until(ask: () => Promise<boolean>, what: string): Promise<void> {
    const end = performance.now() + longestMs;
    while (!(await ask())) {
      if (performance.now() > end) {
        this.#complaints.push(what);
        return;
      }
      await delay(8);
    }
  }

  async #memory(): Promise<{ readonly heap: number; readonly rss: number }> {
    const answer = await this.#windows[0].ask({ kind: 'memory' });
    return answer.kind === 'memory' ? answer : { heap: 0, rss: 0 };
  }
}

/** The most of these moments (ms) within a minute. */
function mostAMinute(moments: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of moments.entries()) {
    while ((moments[first] ?? at) < at - minute) {
      first += 1;
    }
    most = Math.max(most, index - first + 1);
  }
  return most;
}

function isSample(index: number, length: number): boolean {
  const middle = Math.floor(length / 2);
  return index < searched || index >= length - searched || Math.abs(index - middle) < searched / 2;
}
