import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { MfaQuestion } from '../../src/aws/effects.ts';
import { Secret } from '../../src/aws/secret.ts';
import { isSeedProblem, parseSeed, type Seed } from '../../src/aws/seed.ts';
import { codeAt, codeOfStep } from '../../src/aws/totp.ts';
import { Codes, type CodePorts, type CodeSource } from '../../src/session/codes.ts';
import { FakeClock, settle } from '../support/fakeClock.ts';
import { FakeHost } from '../support/fakePeers.ts';

const serial = 'arn:aws:iam::111122223333:mfa/alice';
/** 2026-01-01 12:00 UTC: a period begins. */
const noon = 1_767_268_800_000;
const never = new AbortController().signal;
const seconds = 1000;
const hour = 3600 * seconds;

function seedOf(text = 'SANDBOXSEEDOFALICEFORTESTSONLY23', change: Partial<Seed> = {}): Seed {
  const read = parseSeed(text);
  assert.ok(!isSeedProblem(read));
  return { ...read.seed, ...change };
}

function ask(session: string, retry?: MfaQuestion['retry']): MfaQuestion {
  return { session, serial, retry };
}

/** One host with a clock, and windows on it. */
class Host {
  readonly clock = new FakeClock(noon);
  readonly peers = new FakeHost();
  readonly seeds = new Map<string, Seed | 'lost' | 'broken'>();
  readonly log: string[] = [];
  skew: number | undefined;
  file: unknown;
  fileFails = false;
  readonly claims = new Set<string>();

  open(change: Partial<CodePorts> = {}): Codes {
    const window = this.peers.open(() => []);
    return new Codes({
      seeds: {
        has: (of) => this.seeds.has(of),
        find: async (of) => {
          const seed = this.seeds.get(of);
          if (seed === 'broken') {
            throw new Error('the store is locked');
          }
          return seed === 'lost' ? undefined : seed;
        },
      },
      codeOf: async (seed, step) => codeOfStep(seed, step),
      skewMs: () => this.skew,
      now: () => this.clock.now(),
      setTimer: (ms, callback) => this.clock.setTimer(ms, callback),
      hash: (text) => createHash('sha256').update(text).digest('hex'),
      exclusive: (key, signal, work) => window.exclusive(key, signal, work),
      file: {
        read: async () => this.#file(),
        write: async (value) => {
          this.#file();
          this.file = JSON.parse(JSON.stringify(value));
        },
        claim: async (name) => {
          const isFirst = !this.claims.has(name);
          this.claims.add(name);
          return isFirst;
        },
      },
      type: () => assert.fail('nobody is to be asked'),
      others: [],
      log: (line) => void this.log.push(line),
      ...change,
    });
  }

  #file(): unknown {
    if (this.fileFails) {
      throw new Error('the folder is read-only');
    }
    return this.file;
  }
}

/** Types these codes one after the other, then cancels. */
function typing(...codes: string[]): { type: CodePorts['type']; questions: MfaQuestion[] } {
  const questions: MfaQuestion[] = [];
  return {
    questions,
    type: async (question) => {
      const code = codes[questions.length];
      questions.push(question);
      return code === undefined ? undefined : new Secret(code);
    },
  };
}

const program = (asks: CodeSource['ask']): CodeSource => ({ kind: 'process', ask: asks });
const clipboard = (asks: CodeSource['ask']): CodeSource => ({ kind: 'clipboard', ask: asks });

/** A promise that can be looked at. */
function watch<T>(promise: Promise<T>): { value: T | undefined; done: boolean } {
  const seen: { value: T | undefined; done: boolean } = { value: undefined, done: false };
  void promise.then((value) => Object.assign(seen, { value, done: true }));
  return seen;
}

const reveal = (code: unknown): string => {
  assert.ok(code instanceof Secret, `no code: ${JSON.stringify(code)}`);
  return code.reveal();
};

describe('codes of a stored authenticator', () => {
  it('come without a person', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const codes = host.open();
    assert.equal(codes.answers(serial), true);
    assert.equal(reveal(await codes.ask(ask('a'), never)), codeAt(seedOf(), noon));
    assert.equal(codes.answers('arn:aws:iam::111122223333:mfa/bob'), false);
  });

  it('are handed out once: the next caller waits for the next code, and can be seen waiting', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const [one, two] = [host.open(), host.open()];
    host.clock.jump(10 * seconds);
    await one.ask(ask('a'), never);
    const waiting = watch(two.ask(ask('b', 'usedCode'), never));
    await settle();
    assert.equal(two.waitsUntil('b'), noon + 30 * seconds);
    await host.clock.advance(19 * seconds);
    assert.equal(waiting.done, false);
    await host.clock.advance(seconds);
    assert.equal(reveal(waiting.value), codeAt(seedOf(), noon + 30 * seconds));
    assert.equal(two.waitsUntil('b'), undefined);
  });

  it('are each sent once by twenty callers in two windows', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const windows = [host.open(), host.open()];
    const got = Array.from({ length: 20 }, (_, at) =>
      watch((windows[at % 2] as Codes).ask(ask(`s${at}`), never)),
    );
    await host.clock.advance(0);
    assert.equal(got.filter((each) => each.done).length, 1);
    for (let step = 1; step < 20; step += 1) {
      await host.clock.advance(30 * seconds);
      assert.equal(got.filter((each) => each.done).length, step + 1);
    }
    const sent = got.map((each) => reveal(each.value));
    const expected = Array.from({ length: 20 }, (_, step) => codeAt(seedOf(), noon + step * 30 * seconds));
    assert.deepEqual([...sent].sort(), expected.sort());
    assert.equal(host.clock.timers, 0);
  });

  it('are not handed out when they enabled the device a moment ago', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const [one, two] = [host.open(), host.open()];
    host.clock.jump(10 * seconds);
    const used = [noon - 30 * seconds, noon].map((at) => new Secret(codeAt(seedOf(), at)));
    await one.spend(serial, used);
    await one.spend(serial, used);
    const waiting = watch(two.ask(ask('a'), never));
    await settle();
    assert.equal(two.waitsUntil('a'), noon + 30 * seconds);
    await host.clock.advance(20 * seconds);
    assert.equal(reveal(waiting.value), codeAt(seedOf(), noon + 30 * seconds));
  });

  it('are not sent when they are about to change', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    host.clock.jump(28 * seconds);
    const waiting = watch(host.open().ask(ask('a'), never));
    await settle();
    assert.equal(waiting.done, false);
    await host.clock.advance(2 * seconds);
    assert.equal(reveal(waiting.value), codeAt(seedOf(), noon + 30 * seconds));
  });

  it('keep a smaller distance to the end of a short period', async () => {
    const host = new Host();
    const seed = seedOf(undefined, { period: 4 });
    host.seeds.set(serial, seed);
    host.clock.jump(2900);
    assert.equal(reveal(await host.open().ask(ask('a'), never)), codeAt(seed, noon));
  });

  it("are those of AWS's time, when that is known to be another", async () => {
    for (const [skew, expected] of [
      [-300 * seconds, noon + 300 * seconds],
      [95 * seconds, noon - 95 * seconds],
      [1500, noon],
      [undefined, noon],
    ] as const) {
      const host = new Host();
      host.seeds.set(serial, seedOf());
      host.skew = skew;
      assert.equal(reveal(await host.open().ask(ask('a'), never)), codeAt(seedOf(), expected), String(skew));
    }
  });

  it('survive a clock that jumps while somebody waits', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const codes = host.open();
    const first = reveal(await codes.ask(ask('a'), never));
    const waiting = watch(codes.ask(ask('b'), never));
    await settle();
    host.clock.jump(-3600 * seconds);
    await host.clock.advance(30 * seconds);
    assert.ok(waiting.done);
    assert.notEqual(reveal(waiting.value), first);
  });

  it('stop being waited for when the start is cancelled', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const codes = host.open();
    await codes.ask(ask('a'), never);
    const stop = new AbortController();
    const waiting = codes.ask(ask('b'), stop.signal);
    await settle();
    const reason = new Error('the person cancelled');
    stop.abort(reason);
    await assert.rejects(waiting, reason);
    assert.equal(host.clock.timers, 0);
    assert.equal(codes.waitsUntil('b'), undefined);
  });

  it('are not sent by a window that was stopped in its turn while another one sent them', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    let wake: () => void = () => undefined;
    let stopped: () => void = () => undefined;
    const isStopped = new Promise<void>((resolve) => (stopped = resolve));
    const sleeping = new Promise<void>((resolve) => (wake = resolve));
    const alone: Pick<CodePorts, 'exclusive'> = { exclusive: (_key, _signal, work) => work() };
    const one = host.open({
      ...alone,
      codeOf: async (seed, step) => {
        stopped();
        await sleeping;
        return codeOfStep(seed, step);
      },
    });
    const two = host.open(alone);
    const late = watch(one.ask(ask('a'), never));
    await isStopped;
    const first = reveal(await two.ask(ask('b'), never));
    // What it noted is lost, as when a window writes what it has read before it was stopped.
    host.file = undefined;
    wake();
    await host.clock.advance(29 * seconds);
    assert.equal(late.done, false, 'the same code is not free');
    await host.clock.advance(seconds);
    assert.notEqual(reveal(late.value), first);
    assert.equal(reveal(late.value), codeAt(seedOf(), noon + 30 * seconds));
  });

  it('are made anew by a window that was stopped with one in its hands', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    let sleeps = 1;
    const codes = host.open({
      codeOf: async (seed, step) => {
        host.clock.jump(sleeps * hour);
        sleeps = 0;
        return codeOfStep(seed, step);
      },
    });
    const code = watch(codes.ask(ask('a'), never));
    await host.clock.advance(seconds);
    assert.equal(reveal(code.value), codeAt(seedOf(), noon + hour));
  });

  it('that were sent too late say nothing against the seed', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const codes = host.open();
    await codes.ask(ask('a'), never);
    // The window was stopped between the code and the call.
    host.clock.jump(10 * 60 * seconds);
    const again = await codes.ask(ask('a', 'wrongCode'), never);
    assert.equal(reveal(again), codeAt(seedOf(), noon + 600 * seconds));
    assert.equal(codes.answers(serial), true);
    assert.deepEqual(await codes.ask(ask('a', 'wrongCode'), never, true), { kind: 'mfaNeedsPerson', serial });
    assert.equal(codes.answers(serial), false, 'the second one was in time');
  });

  it('are remembered by a window whose folder cannot be written', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    host.fileFails = true;
    const codes = host.open();
    await codes.ask(ask('a'), never);
    const waiting = watch(codes.ask(ask('b'), never));
    await host.clock.advance(29 * seconds);
    assert.equal(waiting.done, false);
    await host.clock.advance(seconds);
    assert.equal(waiting.done, true);
    assert.match(host.log.join(), /not written/);
  });

  it('leave nothing readable in the file, and make it no longer than five minutes', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const codes = host.open();
    const sent = [];
    for (let step = 0; step < 20; step += 1) {
      sent.push(reveal(await codes.ask(ask('a'), never)));
      await host.clock.advance(30 * seconds);
    }
    const { spent } = host.file as { spent: [string, number][] };
    assert.equal(spent.length, 10);
    for (const code of sent) {
      assert.doesNotMatch(JSON.stringify(spent.map(([hash]) => hash)), new RegExp(`"${code}"`));
    }
    assert.doesNotMatch(JSON.stringify(host.file) + host.log.join(), /alice|SANDBOX/);
  });

  it('are given whatever nonsense stands in the file', async () => {
    for (const nonsense of [null, 1, [], {}, { spent: 1 }, { spent: [1, null, ['x'], [1, 2], { a: 1 }] }]) {
      const host = new Host();
      host.seeds.set(serial, seedOf());
      host.file = nonsense;
      assert.equal(reveal(await host.open().ask(ask('a'), never)), codeAt(seedOf(), noon));
    }
  });
});

describe('when the stored authenticator does not help', () => {
  it('a person is asked, and told that its code was refused', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const person = typing('111111', '222222');
    const codes = host.open({ type: person.type });
    await codes.ask(ask('a'), never);
    assert.equal(reveal(await codes.ask(ask('a', 'wrongCode'), never)), '111111');
    assert.equal(codes.answers(serial), false);
    assert.equal(reveal(await codes.ask(ask('b'), never)), '222222');
    assert.deepEqual(
      person.questions.map(({ retry }) => retry),
      ['seedRefused', 'seedRefused'],
    );
  });

  it('it is tried again later, or when it was replaced', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const codes = host.open({ type: typing('111111', '222222').type });
    await codes.ask(ask('a'), never);
    await codes.ask(ask('a', 'wrongCode'), never);
    await host.clock.advance(299 * seconds);
    assert.equal(codes.answers(serial), false);
    await host.clock.advance(seconds);
    assert.equal(codes.answers(serial), true);
    await codes.ask(ask('a', 'wrongCode'), never);
    codes.forget(serial);
    assert.equal(codes.answers(serial), true);
  });

  it('it is tried again at once when the clock turns out to have been the reason', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const codes = host.open({ type: typing('111111').type });
    await codes.ask(ask('a'), never);
    await codes.ask(ask('a', 'wrongCode'), never);
    assert.equal(codes.answers(serial), false);
    host.skew = 95 * seconds;
    assert.equal(codes.answers(serial), true);
    assert.equal(reveal(await codes.ask(ask('b'), never)), codeAt(seedOf(), noon - 95 * seconds));
  });

  it('it is not to blame for a code by a clock that the refusal shows to be off, once', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf());
    const person = typing('111111');
    const codes = host.open({ type: person.type });
    await codes.ask(ask('a'), never);
    host.skew = 120 * seconds;
    assert.equal(
      reveal(await codes.ask(ask('a', 'wrongCode'), never)),
      codeAt(seedOf(), noon - 120 * seconds),
    );
    assert.equal(codes.answers(serial), true);
    assert.equal(reveal(await codes.ask(ask('a', 'wrongCode'), never)), '111111');
    assert.deepEqual(person.questions, [{ session: 'a', serial, retry: 'seedRefused' }]);
  });

  it('a person is asked when its seed is lost or the store fails', async () => {
    for (const state of ['lost', 'broken'] as const) {
      const host = new Host();
      host.seeds.set(serial, state);
      const person = typing('111111');
      assert.equal(reveal(await host.open({ type: person.type }).ask(ask('a'), never)), '111111');
      assert.deepEqual(person.questions, [{ session: 'a', serial, retry: 'seedLost' }]);
    }
  });

  it('a person is asked when its codes have more digits than AWS takes', async () => {
    const host = new Host();
    host.seeds.set(serial, seedOf(undefined, { digits: 8 }));
    const person = typing('111111');
    const codes = host.open({ type: person.type });
    assert.equal(reveal(await codes.ask(ask('a'), never)), '111111');
    assert.deepEqual(person.questions, [{ session: 'a', serial, retry: 'seedRefused' }]);
    assert.equal(codes.answers(serial), false);
  });

  it('nobody is asked out of the blue by what runs in the background', async () => {
    const host = new Host();
    const codes = host.open();
    const fault = { kind: 'mfaNeedsPerson', serial };
    assert.deepEqual(await codes.ask(ask('a'), never, true), fault);
    host.seeds.set(serial, 'lost');
    assert.deepEqual(await codes.ask(ask('a'), never, true), fault);
    host.seeds.set(serial, seedOf());
    assert.ok((await codes.ask(ask('a'), never, true)) instanceof Secret);
    assert.deepEqual(await codes.ask(ask('a', 'wrongCode'), never, true), fault);
  });
});

describe('typed codes', () => {
  it('are not sent when another window has sent them already', async () => {
    const host = new Host();
    const person = typing('111111', '222222');
    const codes = host.open({ type: person.type });
    const other = host.open({ type: typing('111111').type });
    await other.ask(ask('b'), never);
    assert.equal(reveal(await codes.ask(ask('a'), never)), '222222');
    assert.deepEqual(
      person.questions.map(({ retry }) => retry),
      [undefined, 'usedCode'],
    );
  });

  it('are cancelled by the person', async () => {
    assert.equal(await new Host().open({ type: typing().type }).ask(ask('a'), never), undefined);
  });
});

describe('other sources of codes', () => {
  it('are asked in their order before the person, once', async () => {
    const host = new Host();
    const person = typing('333333');
    const asked: string[] = [];
    const codes = host.open({
      type: person.type,
      others: [
        program(async () => {
          asked.push('fails');
          throw new Error('no such command');
        }),
        program(async () => {
          asked.push('has none');
          return undefined;
        }),
        program(async () => {
          asked.push('answers');
          return '444444';
        }),
      ],
    });
    assert.equal(reveal(await codes.ask(ask('a'), never)), '444444');
    assert.equal(reveal(await codes.ask(ask('a', 'wrongCode'), never)), '333333');
    assert.deepEqual(asked, ['fails', 'has none', 'answers']);
    assert.doesNotMatch(host.log.join(), /444444|no such/);
  });

  it('that fail are named to the person, and end with the start', async () => {
    const person = typing('333333');
    const fails = async (): Promise<string> => {
      throw new Error('touch it');
    };
    await new Host().open({ type: person.type, others: [program(fails)] }).ask(ask('a'), never);
    assert.deepEqual(
      person.questions.map(({ retry }) => retry),
      ['sourceFailed'],
    );
    const stop = new AbortController();
    const codes = new Host().open({
      others: [
        program(async () => {
          stop.abort(new Error('the person cancelled'));
          throw new Error('ended');
        }),
      ],
    });
    await assert.rejects(codes.ask(ask('a'), stop.signal), /the person cancelled/);
  });

  it('give no code twice', async () => {
    const person = typing('333333');
    const codes = new Host().open({ type: person.type, others: [clipboard(async () => '444444')] });
    assert.equal(reveal(await codes.ask(ask('a'), never)), '444444');
    assert.equal(reveal(await codes.ask(ask('b'), never)), '333333');
  });

  it('that make codes are waited for, as long as they make new ones, and can be seen waiting', async () => {
    const host = new Host();
    const person = typing('333333');
    let stuck = false;
    const prints = async (): Promise<string> => codeAt(seedOf(), stuck ? noon : host.clock.now());
    const codes = host.open({ type: person.type, others: [program(prints)] });
    host.clock.jump(10 * seconds);
    const given = ['a', 'b', 'c'].map((session) => watch(codes.ask(ask(session), never)));
    await settle();
    assert.deepEqual(
      ['a', 'b', 'c'].map((session) => codes.waitsUntil(session)),
      [undefined, noon + 30.5 * seconds, noon + 30.5 * seconds],
    );
    await host.clock.advance(20.5 * seconds);
    assert.equal(codes.waitsUntil('b'), undefined);
    await host.clock.advance(30 * seconds);
    assert.deepEqual(
      given.map(({ value }) => reveal(value)),
      [0, 30, 60].map((after) => codeAt(seedOf(), noon + after * seconds)),
    );
    stuck = true;
    const last = watch(codes.ask(ask('d'), never));
    await settle();
    await host.clock.advance(30 * seconds);
    assert.equal(reveal(last.value), '333333');
    assert.deepEqual(person.questions, [{ session: 'd', serial, retry: 'usedCode' }]);
  });

  it('that hold none by chance are no failure, and one that does not answer holds up no Cancel', async () => {
    const person = typing('333333');
    const denied = clipboard(async () => {
      throw new Error('not allowed');
    });
    await new Host().open({ type: person.type, others: [denied] }).ask(ask('a'), never);
    assert.deepEqual(person.questions, [{ session: 'a', serial, retry: undefined }]);
    const stop = new AbortController();
    const pending = clipboard(() => new Promise(() => undefined));
    const asked = new Host().open({ others: [pending] }).ask(ask('a'), stop.signal);
    await settle();
    stop.abort(new Error('the person cancelled'));
    await assert.rejects(asked, /the person cancelled/);
  });
});
