import assert from 'node:assert/strict';
import type { Fault } from '../../src/aws/faults.ts';
import type { Supply } from '../../src/session/types.ts';
import { settle } from '../support/fakeClock.ts';
import {
  hour,
  Machine,
  minute,
  never,
  noon,
  Person,
  profile,
  type Call,
  type Window,
} from '../support/sessionWindows.ts';

const network = { kind: 'network', host: 'sts.example', reason: 'refused', code: 'ECONNREFUSED' } as const;
const throttled = { kind: 'throttled', host: 'sts.example' } as const;

/** A machine whose AWS answers at once: with credentials for so long, or with a fault. */
function machineOf(life: number): { machine: Machine; aws: { life: number; fault: Fault | undefined } } {
  const machine = new Machine();
  const aws: { life: number; fault: Fault | undefined } = { life, fault: undefined };
  machine.onCall = (call: Call) => (aws.fault ? call.refuse(aws.fault) : call.grant(aws.life));
  return { machine, aws };
}

async function open(machine: Machine, name = 'A'): Promise<{ window: Window; person: Person }> {
  const window = machine.open(name);
  const person = new Person();
  await window.sessions.load();
  window.sessions.attend(person);
  return { window, person };
}

function fetch(window: Window, name: string): Promise<Supply> {
  const onNeedsPerson = (): void => assert.fail('nobody was to be asked');
  return window.sessions.supply(name, { holdMs: 0, onNeedsPerson, signal: never });
}

function leftOf(supply: Supply, now: number): number {
  assert.equal(supply.kind, 'credentials');
  return supply.kind === 'credentials' ? (supply.credentials.expiresAt ?? Infinity) - now : 0;
}

function stateOf(window: Window, id: string): string | undefined {
  return window.sessions.get(id)?.state.kind;
}

describe('a session that needs no person', () => {
  for (const [life, least, mostCalls] of [
    [12 * hour, 15 * minute, 9],
    [hour, 15 * minute, 110],
    [31 * minute, 15 * minute, 330],
    [20 * minute, 10 * minute, 520],
    [15 * minute, 7.5 * minute, 700],
  ] as const) {
    it(`of ${life / minute} minutes always gives a fetch ${least / minute}, over days, without being asked`, async () => {
      const { machine } = machineOf(life);
      const { window } = await open(machine);
      await window.sessions.start(profile('prod'), never);
      for (let passed = 0; passed < 3 * 24 * 60; passed += 1) {
        await machine.clock.advance(minute);
        const left = leftOf(await fetch(window, 'prod'), machine.clock.now());
        assert.ok(left > least, `${passed} min: ${left / minute}`);
      }
      const calls = machine.asked.get('prod') ?? 0;
      assert.ok(calls <= mostCalls, `${calls} calls`);
      assert.equal(window.mostTimers, 1);
    });
  }

  it('is renewed by one window of five, and the others pick it up', async () => {
    const { machine } = machineOf(hour);
    let turn = 0;
    machine.random = () => (turn += 0.19) % 1;
    const first = await open(machine, 'A');
    await first.window.sessions.start(profile('prod'), never);
    const others = [];
    for (const name of ['B', 'C', 'D', 'E']) {
      others.push(await open(machine, name));
    }
    await machine.clock.advance(46 * minute);
    assert.equal(machine.asked.get('prod'), 2);
    for (const { window } of [first, ...others]) {
      assert.ok(leftOf(await fetch(window, 'prod'), machine.clock.now()) > 55 * minute, window.name);
    }
    assert.equal(machine.asked.get('prod'), 2);
  });

  it('is renewed when the laptop wakes up after its end', async () => {
    const { machine } = machineOf(hour);
    const { window } = await open(machine);
    await window.sessions.start(profile('prod'), never);
    machine.clock.jump(14 * hour);
    assert.equal(
      stateOf(window, 'prod'),
      'expired',
      'judged by the clock before anything is shown or served',
    );
    await machine.clock.advance(minute);
    assert.equal(stateOf(window, 'prod'), 'live');
    assert.equal(machine.asked.get('prod'), 2);
  });

  it('is left alone when it was over for more than a day', async () => {
    const { machine } = machineOf(hour);
    const { window } = await open(machine);
    await window.sessions.start(profile('prod'), never);
    machine.clock.jump(26 * hour);
    await machine.clock.advance(hour);
    assert.equal(stateOf(window, 'prod'), 'expired');
    assert.equal(window.timers, 0);
  });

  it('that ended while VS Code was closed stays over until somebody asks', async () => {
    const { machine } = machineOf(hour);
    const before = await open(machine);
    await before.window.sessions.start(profile('prod'), never);
    await before.window.sessions.settled();
    before.window.sessions.dispose();
    before.window.kill();
    machine.clock.jump(2 * hour);
    const { window } = await open(machine, 'B');
    await machine.clock.advance(hour);
    assert.equal(stateOf(window, 'prod'), 'expired');
    await fetch(window, 'prod');
    await settle();
    assert.equal(stateOf(window, 'prod'), 'live');
  });

  it('is not renewed any more once it was ended', async () => {
    const { machine } = machineOf(hour);
    const { window } = await open(machine);
    await window.sessions.start(profile('prod'), never);
    await window.sessions.end('prod');
    await machine.clock.advance(3 * hour);
    assert.equal(machine.asked.get('prod'), 1);
    assert.equal(window.timers, 0);
  });

  it('whose source gives the same end again is no storm', async () => {
    const { machine } = machineOf(hour);
    const end = noon + hour;
    machine.onCall = (call) => call.grant(Math.max(1000, end - machine.clock.now()));
    const { window } = await open(machine);
    await window.sessions.start(profile('prod'), never);
    await machine.clock.advance(59 * minute);
    assert.ok((machine.asked.get('prod') ?? 0) <= 8, String(machine.asked.get('prod')));
    assert.equal(stateOf(window, 'prod'), 'live');
  });
});

describe('a renewal that fails', () => {
  it('keeps the old credentials, tries again with longer and longer pauses, and says so once', async () => {
    const { machine, aws } = machineOf(12 * hour);
    const { window, person } = await open(machine);
    await window.sessions.start(profile('prod'), never);
    aws.fault = { kind: 'unknownKey', profile: 'default', accessKeyId: 'AKIAEXAMPLE' };
    const renewing: number[] = [];
    machine.onCall = (call) => {
      renewing.push(machine.clock.now());
      call.refuse(aws.fault as Fault);
    };
    await machine.clock.advance(12 * hour - minute);
    assert.equal(stateOf(window, 'prod'), 'live');
    assert.deepEqual(person.troubles, ['prod unknownKey']);
    const pauses = renewing.slice(1).map((at, place) => at - (renewing[place] ?? 0));
    assert.ok((pauses[0] ?? 0) >= 22_500 && (pauses[0] ?? 0) <= 90_000, `${pauses[0]}`);
    assert.ok(pauses.length >= 3 && pauses.length <= 8, String(pauses));
    await machine.clock.advance(2 * minute);
    assert.equal(stateOf(window, 'prod'), 'expired');
    machine.onCall = (call) => call.grant();
    await machine.clock.advance(13 * minute);
    assert.equal(stateOf(window, 'prod'), 'live', 'it goes on trying');
    assert.equal(person.troubles.length, 1);
  });

  it('is said again after a success in between', async () => {
    const { machine, aws } = machineOf(hour);
    const { window, person } = await open(machine);
    await window.sessions.start(profile('prod'), never);
    for (let time = 0; time < 2; time += 1) {
      aws.fault = network;
      await machine.clock.advance(50 * minute);
      aws.fault = undefined;
      await machine.clock.advance(20 * minute);
      assert.equal(stateOf(window, 'prod'), 'live');
    }
    assert.deepEqual(person.troubles, ['prod network', 'prod network']);
  });
});

describe('50 sessions in 10 windows', () => {
  it('are no storm in an outage of two hours, and all live again soon after it', async function () {
    this.timeout(120_000);
    const { machine, aws } = machineOf(hour);
    const many = 50; // 200 of them, without the traffic of records between windows: allowance.test.ts
    let draw = 0;
    machine.random = () => (draw += 0.37) % 1;
    machine.host.prompt = false;
    const first = await open(machine, 'W0');
    const names = Array.from({ length: many }, (_, at) => `p${at}`);
    for (const name of names) {
      await first.window.sessions.start(profile(name), never);
    }
    await first.window.sessions.settled();
    const all = [first];
    for (let at = 1; at < 10; at += 1) {
      all.push(await open(machine, `W${at}`));
    }
    const times: number[] = [];
    const answer = machine.onCall;
    machine.onCall = (call) => {
      times.push(machine.clock.now());
      answer?.(call);
    };
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 3 * minute) {
        await machine.clock.advance(3 * minute);
        machine.host.deliver();
      }
    };
    await pass(30 * minute);
    aws.fault = network;
    await pass(hour);
    aws.fault = throttled;
    const outage = times.length;
    await pass(hour);
    assert.ok(outage <= 20, `${outage} calls in an hour without a network`);
    assert.ok(times.length - outage <= 12, `${times.length - outage} calls in an hour of throttling`);
    const told = all.flatMap(({ person }) => person.troubles);
    assert.equal(told.length, 1, String(told));
    aws.fault = undefined;
    await pass(18 * minute);
    for (const { window } of all) {
      const live = window.sessions.list().filter(({ state }) => state.kind === 'live');
      assert.equal(live.length, many, window.name);
    }
    const perMinute = times.map((at) => times.filter((other) => other >= at && other < at + minute).length);
    assert.ok(Math.max(...perMinute) <= 121, `${Math.max(...perMinute)} calls in a minute`);
    assert.deepEqual(machine.overlaps, []);
  });
});
