import assert from 'node:assert/strict';
import type { StartResult } from '../../src/session/ports.ts';
import type { Supply } from '../../src/session/types.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, noon, profile, Window } from '../support/sessionWindows.ts';

const network = { kind: 'network', host: 'sts.example', reason: 'refused', code: 'ECONNREFUSED' } as const;

const nobody = (): void => assert.fail('nobody was to be asked');

/** Starts a session and lets AWS grant it at once. */
async function live(
  machine: Machine,
  window: Window,
  name: string,
  lifeMs?: number | 'unknown',
): Promise<void> {
  const starting = window.sessions.start(profile(name), never);
  await settle();
  machine.call().grant(lifeMs);
  assert.equal((await starting).ok, true);
}

function faultOf(result: StartResult): string | undefined {
  return !result.ok && result.why === 'fault' ? result.fault.kind : undefined;
}

function stateOf(window: Window, id: string): string | undefined {
  return window.sessions.get(id)?.state.kind;
}

function keyOf(supply: Supply): string {
  return supply.kind === 'credentials' ? supply.credentials.accessKeyId : supply.kind;
}

describe('starting a session', () => {
  it('shows it starting, then live and active', async () => {
    const machine = new Machine();
    const window = machine.open();
    const starting = window.sessions.start(profile('prod'), never);
    await settle();
    assert.equal(stateOf(window, 'prod'), 'starting');
    assert.equal(window.sessions.activeId, undefined);
    machine.call().grant();
    const result = await starting;
    assert.ok(result.ok);
    assert.equal(result.session.state.kind, 'live');
    assert.equal(result.session.accountId, '222233334444');
    assert.equal(window.sessions.activeId, 'prod');
    assert.equal(window.sessions.skewMs, 1234);
    assert.equal(window.timers, 1);
  });

  it('of one with plenty of time left only makes it active', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    await live(machine, window, 'dev');
    assert.equal(window.sessions.activeId, 'dev');
    assert.equal((await window.sessions.start(profile('prod'), never)).ok, true);
    assert.equal(window.sessions.activeId, 'prod');
    assert.equal(machine.asked.get('prod'), 1);
    await machine.clock.advance(45 * minute);
    const due = window.sessions.start(profile('prod'), never);
    await settle();
    machine.call().grant();
    assert.equal((await due).ok, true);
    assert.equal(machine.asked.get('prod'), 2);
  });

  it('calls AWS all the same when forced or given a duration, which renewals keep', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    const forced = window.sessions.start(profile('prod'), never, { force: true });
    await settle();
    assert.equal(machine.call().durationSeconds, undefined);
    machine.call().grant();
    await forced;
    const shorter = window.sessions.start(profile('prod'), never, { durationSeconds: 1800 });
    await settle();
    assert.equal(machine.call().durationSeconds, 1800);
    machine.call().grant(30 * minute);
    await shorter;
    const renewed = window.sessions.renew('prod', never);
    await settle();
    assert.equal(machine.call().durationSeconds, 1800);
    machine.call().grant(30 * minute);
    await renewed;
    const ended = await window.sessions.end('prod');
    assert.equal(ended?.validUntil, noon + hour, 'the longer credentials before are out there still');
  });

  it('that fails stays on the list until dismissed or started again', async () => {
    const machine = new Machine();
    const window = machine.open();
    const starting = window.sessions.start(profile('prod'), never);
    await settle();
    machine.call().refuse(network);
    assert.equal(faultOf(await starting), 'network');
    assert.equal(stateOf(window, 'prod'), 'failed');
    assert.equal(window.sessions.activeId, undefined);
    const again = window.sessions.renew('prod', never);
    await settle();
    assert.equal(stateOf(window, 'prod'), 'starting');
    machine.call().refuse(network);
    await again;
    window.sessions.dismiss('prod');
    assert.deepEqual(window.sessions.list(), []);
    assert.equal(window.timers, 0);
  });

  it('that failed is forgotten when its mended profile starts under another id', async () => {
    const machine = new Machine();
    const window = machine.open();
    const starting = window.sessions.start(profile('prod'), never);
    await settle();
    machine.call().refuse(network);
    await starting;
    machine.edited.add('prod');
    await live(machine, window, 'prod');
    assert.deepEqual(
      window.sessions.list().map((session) => session.id),
      ['prod-edited'],
    );
  });

  it('gives the plan’s problems without asking anybody', async () => {
    const machine = new Machine();
    const window = machine.open();
    machine.deleted.add('prod');
    const result = await window.sessions.start(profile('prod'), never);
    assert.equal(!result.ok && result.why, 'plan');
    assert.equal(machine.asked.size, 0);
    assert.equal(window.fired, 0);
  });

  it('turns a port that throws into a fault without its message', async () => {
    const machine = new Machine();
    const broken = (): Promise<never> => Promise.reject(new TypeError('EXAMPLEKEY in a message'));
    for (const ports of [{ plan: broken }, { run: broken }]) {
      const window = new Window(machine, 'A', ports);
      const result = await window.sessions.start(profile('prod'), never);
      assert.deepEqual(!result.ok && result.why === 'fault' && result.fault, {
        kind: 'internal',
        message: 'TypeError',
      });
    }
    assert.doesNotMatch(machine.log.join(), /EXAMPLEKEY/);
  });

  it('does not take credentials that are over for live', async () => {
    const machine = new Machine();
    const window = machine.open();
    const starting = window.sessions.start(profile('prod'), never);
    await settle();
    machine.call().grant(-1);
    assert.equal(faultOf(await starting), 'deadOnArrival');
  });
});

describe('two callers for one session', () => {
  it('cause one call', async () => {
    const machine = new Machine();
    const window = machine.open();
    const both = [
      window.sessions.start(profile('prod'), never),
      window.sessions.start(profile('prod'), never),
    ];
    await settle();
    machine.call().grant();
    assert.deepEqual(
      (await Promise.all(both)).map((result) => result.ok),
      [true, true],
    );
    assert.equal(machine.asked.get('prod'), 1);
  });

  it('leave each for himself; the call goes on for the other', async () => {
    const machine = new Machine();
    const window = machine.open();
    const mine = new AbortController();
    const first = window.sessions.start(profile('prod'), mine.signal);
    const second = window.sessions.start(profile('prod'), never);
    await settle();
    mine.abort();
    assert.equal(faultOf(await first), 'cancelled');
    assert.equal(machine.call().signal.aborted, false);
    machine.call().grant();
    assert.equal((await second).ok, true);
  });

  it('abort the call when the last one has left, and nothing is shown of it', async () => {
    const machine = new Machine();
    const window = machine.open();
    const [one, two] = [new AbortController(), new AbortController()];
    const both = [
      window.sessions.start(profile('prod'), one.signal),
      window.sessions.start(profile('prod'), two.signal),
    ];
    await settle();
    const { signal } = machine.call();
    one.abort();
    two.abort();
    assert.deepEqual((await Promise.all(both)).map(faultOf), ['cancelled', 'cancelled']);
    assert.equal(signal.aborted, true);
    assert.deepEqual(window.sessions.list(), []);
  });

  it('are not joined to a call that is being aborted; the next begins after it', async () => {
    const machine = new Machine();
    let deaf: ((value: never) => void) | undefined;
    const window = new Window(machine, 'A', {
      run: () => new Promise((resolve) => (deaf = resolve)),
    });
    const mine = new AbortController();
    const first = window.sessions.start(profile('prod'), mine.signal);
    await settle();
    const answerFirst = deaf;
    mine.abort();
    assert.equal(faultOf(await first), 'cancelled');
    assert.deepEqual(window.sessions.list(), []);
    const second = window.sessions.start(profile('prod'), never);
    await settle();
    assert.equal(deaf, answerFirst, 'the second call waits for the first to end');
    const late = { ok: true, credentials: undefined, serverSkewMs: undefined };
    answerFirst?.(late as never);
    await settle();
    assert.notEqual(deaf, answerFirst);
    deaf?.({ ok: false, fault: network, step: 0 } as never);
    assert.equal(faultOf(await second), 'network');
  });
});

describe('renewing a session', () => {
  it('replaces its credentials and stays live meanwhile', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    const renewing = window.sessions.renew('prod', never);
    await settle();
    const session = window.sessions.get('prod');
    assert.ok(session?.state.kind === 'live' && session.state.renewing);
    machine.call().grant();
    const result = await renewing;
    assert.ok(result.ok && result.session.state.kind === 'live');
    assert.equal(result.session.state.credentials.accessKeyId, 'ASIAEXAMPLE2');
    assert.equal(result.session.state.renewing, false);
  });

  it('that fails leaves what is there', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    const renewing = window.sessions.renew('prod', never);
    await settle();
    machine.call().refuse(network);
    assert.equal(faultOf(await renewing), 'network');
    assert.equal(stateOf(window, 'prod'), 'live');
  });

  it('plans from today’s files, and does not follow them elsewhere', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    machine.edited.add('prod');
    assert.equal(faultOf(await window.sessions.renew('prod', never)), 'planChanged');
    machine.edited.clear();
    machine.deleted.add('prod');
    const result = await window.sessions.renew('prod', never);
    assert.deepEqual(!result.ok && result.why === 'fault' && result.fault, {
      kind: 'planChanged',
      profile: 'prod',
    });
    assert.equal(machine.asked.get('prod'), 1);
  });

  it('of what is not there any more shows nothing', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    await window.sessions.end('prod');
    assert.equal(faultOf(await window.sessions.renew('prod', never)), 'cancelled');
    assert.equal(faultOf(await window.sessions.renew('other', never)), 'cancelled');
  });
});

describe('ending a session', () => {
  it('takes it off the list, says until when AWS takes it, and is remembered', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    const ended = await window.sessions.end('prod');
    assert.deepEqual(ended, { id: 'prod', name: 'prod', validUntil: noon + hour });
    assert.deepEqual(window.sessions.list(), []);
    assert.equal(window.sessions.activeId, undefined);
    assert.equal(window.timers, 0);
    await window.sessions.settled();
    assert.doesNotMatch(machine.store.items.get('prod') ?? '', /EXAMPLE/);
    assert.equal(await window.sessions.end('prod'), undefined);
  });

  it('aborts its renewal, whose answer is not kept', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    const renewing = window.sessions.renew('prod', never);
    await settle();
    const call = machine.call();
    await window.sessions.end('prod');
    assert.equal(call.signal.aborted, true);
    assert.equal(faultOf(await renewing), 'cancelled');
    await settle();
    assert.deepEqual(window.sessions.list(), []);
  });

  it('is undone by starting again', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    await window.sessions.end('prod');
    await live(machine, window, 'prod');
    assert.equal(stateOf(window, 'prod'), 'live');
    await window.sessions.settled();
    assert.match(machine.store.items.get('prod') ?? '', /EXAMPLEKEY2/);
  });

  it('of all ends the starting ones too', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    await live(machine, window, 'dev');
    const starting = window.sessions.start(profile('late'), never);
    await settle();
    const ended = await window.sessions.endAll();
    assert.deepEqual(
      ended.map((it) => it.name),
      ['dev', 'prod'],
    );
    assert.equal(faultOf(await starting), 'cancelled');
    assert.deepEqual(window.sessions.list(), []);
  });

  it('leaves at most 200 tombstones', async () => {
    const machine = new Machine();
    const window = machine.open();
    for (let count = 0; count < 205; count += 1) {
      await live(machine, window, `p${count}`);
      await window.sessions.end(`p${count}`);
      machine.clock.jump(1);
    }
    await window.sessions.settled();
    assert.equal(machine.store.items.size, 200);
    assert.equal(machine.store.items.has('p0'), false);
    assert.equal(machine.store.items.has('p204'), true);
  });

  it('by dismissing works only on what is over', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    window.sessions.dismiss('prod');
    assert.equal(stateOf(window, 'prod'), 'live');
    machine.clock.jump(2 * hour);
    window.sessions.dismiss('prod');
    assert.equal(stateOf(window, 'prod'), undefined);
  });
});

describe('the clock', () => {
  it('is asked at each look: a laptop that slept never shows as live what is over', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    machine.clock.jump(hour);
    assert.deepEqual(window.sessions.get('prod')?.state, {
      kind: 'expired',
      at: noon + hour,
      renewing: false,
    });
    assert.equal(window.sessions.list()[0]?.state.kind, 'expired');
    const { fired } = window;
    await machine.clock.advance(minute);
    assert.equal(window.fired, fired + 1, 'the jump is noticed within a minute');
    assert.equal(window.timers, 0, 'nothing is scheduled when nothing is live');
  });

  it('may be set back: what was over is live again', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    machine.clock.jump(30 * minute);
    await machine.clock.advance(minute);
    machine.clock.jump(-10 * hour);
    assert.equal(stateOf(window, 'prod'), 'live');
    await machine.clock.advance(minute);
    assert.equal(window.timers, 1);
    const renewing = window.sessions.renew('prod', never);
    await settle();
    machine.call().grant();
    assert.ok((await renewing).ok, 'a renewal under the earlier time is the newer one all the same');
    const state = window.sessions.get('prod')?.state;
    assert.equal(state?.kind === 'live' && state.credentials.accessKeyId, 'ASIAEXAMPLE2');
  });

  it('drives one timer, which fires as often as the text changes', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod', 15 * minute);
    const { fired } = window;
    await machine.clock.advance(13 * minute);
    assert.equal(window.fired - fired, 13, 'once a minute down to two minutes');
    await machine.clock.advance(2 * minute);
    assert.equal(window.fired - fired, 13 + 12, 'then every ten seconds, until it is over');
    assert.equal(stateOf(window, 'prod'), 'expired');
    assert.equal(window.timers, 0);
  });

  it('drives one timer for 200 sessions', async () => {
    const machine = new Machine();
    const window = machine.open();
    for (let count = 0; count < 200; count += 1) {
      await live(machine, window, `p${count}`);
      machine.clock.jump(97);
    }
    await machine.clock.advance(10 * minute);
    assert.equal(window.mostTimers, 1);
    assert.equal(window.sessions.list().length, 200);
  });

  it('drives nothing for credentials whose end nobody knows', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod', 'unknown');
    assert.equal(window.timers, 0);
    assert.equal(stateOf(window, 'prod'), 'live');
    assert.deepEqual(await window.sessions.end('prod'), { id: 'prod', name: 'prod', validUntil: undefined });
  });
});

describe('the store', () => {
  it('brings sessions back after a reload, with what was ended', async () => {
    const machine = new Machine();
    const before = machine.open();
    await live(machine, before, 'prod');
    await live(machine, before, 'dev');
    await before.sessions.end('dev');
    await before.sessions.settled();
    before.sessions.dispose();
    before.kill();
    const after = machine.open('B');
    await after.sessions.load();
    assert.deepEqual(
      after.sessions.list().map((session) => session.name),
      ['prod'],
    );
    assert.equal(after.sessions.activeId, undefined);
    after.sessions.setActive('prod');
    assert.equal(after.sessions.activeId, 'prod');
    const options = { holdMs: 1000, onNeedsPerson: nobody, signal: never };
    assert.equal(keyOf(await after.sessions.supply('prod', options)), 'ASIAEXAMPLE1');
    assert.deepEqual(await after.sessions.supply('dev', options), {
      kind: 'ended',
      name: 'dev',
      validUntil: noon + hour,
    });
    assert.equal(after.timers, 1);
  });

  it('is cleared of what nobody has a use for, and of nothing else', async () => {
    const machine = new Machine();
    const before = machine.open();
    await live(machine, before, 'prod');
    await live(machine, before, 'endless', 'unknown');
    await before.sessions.settled();
    before.kill();
    machine.store.items.set('broken', '{"version":1,"id":"broken"}');
    machine.store.items.set('future', '{"version":2,"id":"future"}');
    machine.clock.jump(26 * hour);
    const after = machine.open('B');
    await after.sessions.load();
    await after.sessions.settled();
    assert.deepEqual(Array.from(machine.store.items.keys()).sort(), ['broken', 'endless', 'future']);
    assert.deepEqual(
      after.sessions.list().map((session) => session.name),
      ['endless'],
    );
  });

  for (const failing of ['load', 'save', 'all'] as const) {
    it(`that fails (${failing}) is told once; the session goes on in memory`, async () => {
      const machine = new Machine();
      machine.store.failing = failing;
      const window = machine.open();
      await window.sessions.load();
      await live(machine, window, 'prod');
      await live(machine, window, 'dev');
      await window.sessions.end('dev');
      await window.sessions.settled();
      assert.equal(window.storeFailures, 1);
      assert.equal(stateOf(window, 'prod'), 'live');
    });
  }

  it('that hangs does not hold a start or a fetch for longer than five seconds', async () => {
    const machine = new Machine();
    machine.store.load = () => new Promise(() => undefined);
    const window = machine.open();
    void window.sessions.load();
    const starting = window.sessions.start(profile('prod'), never);
    const fetching = window.sessions.supply('prod', {
      holdMs: 800,
      onNeedsPerson: nobody,
      signal: never,
    });
    await machine.clock.advance(800);
    assert.equal((await fetching).kind, 'unknown');
    await machine.clock.advance(4200);
    machine.call().grant();
    assert.equal((await starting).ok, true);
  });

  it('gets the last state when changes come faster than it is', async () => {
    const machine = new Machine();
    const window = machine.open();
    await live(machine, window, 'prod');
    const waiting: (() => void)[] = [];
    const save = machine.store.save.bind(machine.store);
    machine.store.save = async (record) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return save(record);
    };
    await live(machine, window, 'dev');
    await window.sessions.end('dev');
    while (waiting.length > 0) {
      waiting.shift()?.();
      await settle();
    }
    assert.doesNotMatch(machine.store.items.get('dev') ?? '', /EXAMPLEKEY/);
  });
});

describe('the end of the window', () => {
  it('stops the timer, the calls and those who wait, and nothing changes after it', async () => {
    const machine = new Machine();
    const window = machine.open();
    machine.withMfa.add('mfa');
    await live(machine, window, 'mfa', hour);
    machine.clock.jump(hour);
    await live(machine, window, 'prod');
    const held = window.sessions.supply('mfa', {
      holdMs: minute,
      onNeedsPerson: () => undefined,
      signal: never,
    });
    const starting = window.sessions.start(profile('dev'), never);
    await settle();
    const { fired } = window;
    window.sessions.dispose();
    assert.equal(faultOf(await starting), 'cancelled');
    assert.deepEqual(await held, { kind: 'failed', name: 'mfa', fault: { kind: 'cancelled' } });
    assert.equal(machine.calls.length, 0);
    assert.equal(window.timers, 0);
    assert.equal(window.fired, fired);
    assert.equal(faultOf(await window.sessions.start(profile('late'), never)), 'cancelled');
    assert.equal(faultOf(await window.sessions.renew('prod', never)), 'cancelled');
    assert.equal(window.timers, 0);
  });
});
