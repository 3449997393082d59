import assert from 'node:assert/strict';
import type { SupplyOptions } from '../../src/session/ports.ts';
import type { StoredSession, Supply } from '../../src/session/types.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, noon, profile, type Window } from '../support/sessionWindows.ts';

const network = { kind: 'network', host: 'sts.example', reason: 'refused', code: 'ECONNREFUSED' } as const;

/** A machine with one window and one session, started at noon. */
async function started(name: string, life: number | 'unknown' = hour): Promise<[Machine, Window]> {
  const machine = new Machine();
  const window = machine.open();
  if (name === 'mfa') {
    machine.withMfa.add(name);
  }
  const starting = window.sessions.start(profile(name), never);
  await settle();
  machine.call().grant(life);
  assert.equal((await starting).ok, true);
  return [machine, window];
}

const nobody = (): void => assert.fail('nobody was to be asked');

function fetch(window: Window, name: string, change: Partial<SupplyOptions> = {}): Promise<Supply> {
  return window.sessions.supply(name, { holdMs: 50_000, onNeedsPerson: nobody, signal: never, ...change });
}

function keyOf(supply: Supply): string {
  return supply.kind === 'credentials' ? supply.credentials.accessKeyId : supply.kind;
}

describe('a fetch', () => {
  it('gets what is there, at once', async () => {
    const [machine, window] = await started('prod');
    const supply = await fetch(window, 'prod', { holdMs: 0 });
    assert.equal(keyOf(supply), 'ASIAEXAMPLE1');
    assert.equal(supply.kind === 'credentials' && supply.session.name, 'prod');
    assert.equal(machine.asked.get('prod'), 1);
  });

  it('gets credentials whose end nobody knows', async () => {
    const [machine, window] = await started('prod', 'unknown');
    machine.clock.jump(100 * hour);
    assert.equal(keyOf(await fetch(window, 'prod')), 'ASIAEXAMPLE1');
  });

  it('for what was never started says so', async () => {
    const window = new Machine().open();
    assert.deepEqual(await fetch(window, 'other'), { kind: 'unknown' });
    assert.deepEqual(await fetch(window, '__proto__'), { kind: 'unknown' });
  });

  it('for what was ended says which and until when', async () => {
    const [, window] = await started('prod');
    await window.sessions.end('prod');
    assert.deepEqual(await fetch(window, 'prod'), { kind: 'ended', name: 'prod', validUntil: noon + hour });
  });

  it('for what another window has started again gets that, though nobody has heard of it here', async () => {
    const [machine, window] = await started('prod');
    const other = machine.open('B');
    await other.sessions.load();
    await window.sessions.end('prod');
    machine.host.prompt = false;
    await machine.clock.advance(1);
    const starting = other.sessions.start(profile('prod'), never);
    await settle();
    machine.call().grant();
    assert.equal((await starting).ok, true);
    assert.equal(window.sessions.get('prod'), undefined);
    assert.equal(keyOf(await fetch(window, 'prod')), 'ASIAEXAMPLE2');
  });

  it('for what was ended is not kept waiting by a window that does not answer', async () => {
    const [machine, window] = await started('prod');
    await window.sessions.end('prod');
    let wake: (records: readonly StoredSession[]) => void = () => undefined;
    let asked = 0;
    window.peers.pull = () => {
      asked += 1;
      return new Promise((resolve) => (wake = resolve));
    };
    const before = machine.clock.timers;
    const held = Promise.all(Array.from({ length: 20 }, () => fetch(window, 'prod', { holdMs: 800 })));
    await machine.clock.advance(800);
    assert.deepEqual(new Set((await held).map(keyOf)), new Set(['ended']));
    assert.equal(asked, 1, 'one question for all');
    wake([]);
    await settle();
    assert.equal(machine.clock.timers, before);
  });

  it('for what failed to start gets the fault', async () => {
    const machine = new Machine();
    const window = machine.open();
    const starting = window.sessions.start(profile('prod'), never);
    const held = fetch(window, 'prod');
    await settle();
    machine.call().refuse(network);
    await starting;
    assert.deepEqual(await fetch(window, 'prod'), { kind: 'failed', name: 'prod', fault: network });
    assert.deepEqual(await held, { kind: 'unknown' }, 'it came before the session was known');
  });

  it('while the session starts is held until it is live', async () => {
    const machine = new Machine();
    const window = machine.open();
    const starting = window.sessions.start(profile('prod'), never);
    await settle();
    const held = fetch(window, 'prod');
    await settle();
    machine.call().grant();
    assert.equal(keyOf(await held), 'ASIAEXAMPLE1');
    await starting;
  });

  it('of somebody who is gone waits no longer', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    // That it is over has been shown by then: only the fetch is left to wake for.
    await machine.clock.advance(minute);
    const gone = new AbortController();
    const held = fetch(window, 'mfa', { signal: gone.signal, onNeedsPerson: () => undefined });
    await settle();
    gone.abort();
    assert.deepEqual(await held, { kind: 'failed', name: 'mfa', fault: { kind: 'cancelled' } });
    assert.equal(window.timers, 0);
  });
});

describe('a fetch when a renewal is due and nobody is needed', () => {
  it('gets new credentials, by one call for all', async () => {
    const [machine, window] = await started('prod');
    await machine.clock.advance(45 * minute);
    const fetches = Array.from({ length: 100 }, () => fetch(window, 'prod'));
    await settle();
    machine.call().grant();
    assert.deepEqual(new Set((await Promise.all(fetches)).map(keyOf)), new Set(['ASIAEXAMPLE2']));
    assert.equal(machine.asked.get('prod'), 2);
  });

  it('gets the old ones when the renewal fails, and no other is tried for a minute', async () => {
    const [machine, window] = await started('prod');
    await machine.clock.advance(45 * minute);
    const held = fetch(window, 'prod');
    await settle();
    machine.call().refuse(network);
    assert.equal(keyOf(await held), 'ASIAEXAMPLE1');
    await machine.clock.advance(59_000);
    assert.equal(keyOf(await fetch(window, 'prod')), 'ASIAEXAMPLE1');
    assert.equal(machine.asked.get('prod'), 2);
    await machine.clock.advance(1000);
    const later = fetch(window, 'prod');
    await settle();
    machine.call().grant();
    assert.equal(keyOf(await later), 'ASIAEXAMPLE2');
  });

  it('gets the old ones after five seconds, and the renewal goes on for the next', async () => {
    const [machine, window] = await started('prod');
    await machine.clock.advance(45 * minute);
    const held = fetch(window, 'prod');
    await machine.clock.advance(5000);
    assert.equal(keyOf(await held), 'ASIAEXAMPLE1');
    const impatient = fetch(window, 'prod', { holdMs: 800 });
    await machine.clock.advance(800);
    assert.equal(keyOf(await impatient), 'ASIAEXAMPLE1');
    machine.call().grant();
    await settle();
    assert.equal(keyOf(await fetch(window, 'prod')), 'ASIAEXAMPLE2');
    assert.equal(machine.asked.get('prod'), 2);
  });

  it('gets new ones instead of those that are over', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(2 * hour);
    const held = fetch(window, 'prod');
    await settle();
    const session = window.sessions.get('prod');
    assert.deepEqual(session?.state, { kind: 'expired', at: noon + hour, renewing: true });
    machine.call().grant();
    assert.equal(keyOf(await held), 'ASIAEXAMPLE2');
  });

  it('gets the fault when those are over and there are no new ones; retries are no storm', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(2 * hour);
    const held = fetch(window, 'prod');
    await settle();
    machine.call().refuse(network);
    assert.deepEqual(await held, { kind: 'failed', name: 'prod', fault: network });
    assert.deepEqual(await fetch(window, 'prod'), { kind: 'failed', name: 'prod', fault: network });
    assert.equal(machine.asked.get('prod'), 2);
    await machine.clock.advance(5000);
    const later = fetch(window, 'prod');
    await settle();
    machine.call().grant();
    assert.equal(keyOf(await later), 'ASIAEXAMPLE2');
  });

  it('is told when the profile leads elsewhere now', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(2 * hour);
    machine.edited.add('prod');
    const fault = { kind: 'planChanged', profile: 'prod' };
    assert.deepEqual(await fetch(window, 'prod'), { kind: 'failed', name: 'prod', fault });
  });

  it('is held no longer than it may be; the renewal goes on', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(2 * hour);
    const held = fetch(window, 'prod', { holdMs: 800 });
    await machine.clock.advance(799);
    let answered = false;
    void held.then(() => (answered = true));
    await settle();
    assert.equal(answered, false);
    await machine.clock.advance(1);
    const fault = { kind: 'stillRenewing', seconds: 1 };
    assert.deepEqual(await held, { kind: 'failed', name: 'prod', fault });
    const next = fetch(window, 'prod', { holdMs: 800 });
    await settle();
    machine.call().grant();
    assert.equal(keyOf(await next), 'ASIAEXAMPLE2');
  });

  it('that may not be held at all begins the renewal for the next', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(2 * hour);
    assert.equal((await fetch(window, 'prod', { holdMs: 0 })).kind, 'failed');
    await settle();
    machine.call().grant();
    await settle();
    assert.equal(keyOf(await fetch(window, 'prod', { holdMs: 0 })), 'ASIAEXAMPLE2');
  });

  it('hears of the end of the session', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(2 * hour);
    const held = fetch(window, 'prod');
    await settle();
    await window.sessions.end('prod');
    assert.equal((await held).kind, 'ended');
    assert.equal(machine.calls.length, 0);
  });

  it('is judged by the clock when that was set back', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(2 * hour);
    const held = fetch(window, 'prod');
    await settle();
    machine.clock.jump(-2 * hour);
    await machine.clock.advance(minute);
    assert.equal(keyOf(await held), 'ASIAEXAMPLE1');
  });
});

describe('a fetch when a renewal needs a person', () => {
  /** Fetches, and counts how often a person was asked. */
  function asking(
    window: Window,
    count: number,
    holdMs = 50_000,
  ): { held: Promise<Supply>[]; asked: () => number } {
    let asked = 0;
    const held = Array.from({ length: count }, () =>
      fetch(window, 'mfa', { holdMs, onNeedsPerson: () => void (asked += 1) }),
    );
    return { held, asked: () => asked };
  }

  it('disturbs nobody while the old ones are valid', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour - 1);
    assert.equal(keyOf(await fetch(window, 'mfa')), 'ASIAEXAMPLE1');
    assert.equal(machine.asked.get('mfa'), 1);
  });

  it('asks once for all that are held, and serves them when the person has renewed', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const { held, asked } = asking(window, 50);
    await machine.clock.advance(20_000);
    assert.equal(asked(), 1);
    assert.equal(machine.asked.get('mfa'), 1, 'a fetch never opens the box by itself');
    const renewing = window.sessions.renew('mfa', never);
    await settle();
    machine.call().grant();
    assert.equal((await renewing).ok, true);
    assert.deepEqual(new Set((await Promise.all(held)).map(keyOf)), new Set(['ASIAEXAMPLE2']));
    assert.equal(asked(), 1);
  });

  it('fails with a sentence when nobody comes, and asks again only after a minute', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const first = asking(window, 2);
    await machine.clock.advance(50_000);
    for (const supply of await Promise.all(first.held)) {
      assert.deepEqual(supply, { kind: 'needsPerson', name: 'mfa' });
    }
    assert.equal(first.asked(), 1);
    const retries = asking(window, 3, 800);
    await machine.clock.advance(800);
    assert.deepEqual((await Promise.all(retries.held)).map(keyOf), Array(3).fill('needsPerson'));
    assert.equal(retries.asked(), 0);
    await machine.clock.advance(minute);
    const later = asking(window, 1, 800);
    await machine.clock.advance(800);
    await Promise.all(later.held);
    assert.equal(later.asked(), 1);
    assert.equal(window.timers, 0);
  });

  it('is not held any longer when the person says no', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const { held } = asking(window, 2);
    await settle();
    const renewing = window.sessions.renew('mfa', never);
    await settle();
    machine.call().refuse({ kind: 'cancelled' });
    assert.equal((await renewing).ok, false);
    assert.deepEqual((await Promise.all(held)).map(keyOf), ['needsPerson', 'needsPerson']);
  });

  it('is not held any longer when the question is put away, and the next one asks again', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    let asked = 0;
    let putAway: () => void = () => undefined;
    const onNeedsPerson = (): Promise<void> => {
      asked += 1;
      return new Promise((resolve) => (putAway = resolve));
    };
    const held = [fetch(window, 'mfa', { onNeedsPerson }), fetch(window, 'mfa', { onNeedsPerson })];
    await machine.clock.advance(2000);
    putAway();
    assert.deepEqual((await Promise.all(held)).map(keyOf), ['needsPerson', 'needsPerson']);
    // The tool’s own retry gets the same answer; a person who types the line again is asked again.
    assert.equal(keyOf(await fetch(window, 'mfa', { onNeedsPerson })), 'needsPerson');
    assert.equal(asked, 1);
    await machine.clock.advance(5000);
    const again = fetch(window, 'mfa', { onNeedsPerson });
    await settle();
    assert.equal(asked, 2);
    putAway();
    await again;
  });

  it('asks again soon after a person who closed the box for the code', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const first = asking(window, 1);
    await settle();
    const renewing = window.sessions.renew('mfa', never);
    await settle();
    machine.call().refuse({ kind: 'cancelled' });
    await renewing;
    await Promise.all(first.held);
    await machine.clock.advance(5000);
    const next = asking(window, 1, 800);
    await machine.clock.advance(800);
    await Promise.all(next.held);
    assert.deepEqual([first.asked(), next.asked()], [1, 1]);
  });

  it('keeps the fault of an attempt when the question goes after it', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const held = fetch(window, 'mfa', {
      onNeedsPerson: async () => {
        await window.sessions.renew('mfa', never);
      },
    });
    await settle();
    machine.call().refuse(network);
    assert.deepEqual(await held, { kind: 'failed', name: 'mfa', fault: network });
    await settle();
    assert.deepEqual(await fetch(window, 'mfa'), { kind: 'failed', name: 'mfa', fault: network });
  });

  it('gets the fault of the person’s attempt', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const { held } = asking(window, 1);
    await settle();
    const renewing = window.sessions.renew('mfa', never);
    await settle();
    const fault = { kind: 'mfaWrongCode', serial: 'arn:aws:iam::111122223333:mfa/ada' } as const;
    machine.call().refuse(fault);
    await renewing;
    assert.deepEqual(await held[0], { kind: 'failed', name: 'mfa', fault });
  });

  it('asks nobody when the person is at it already', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const renewing = window.sessions.renew('mfa', never);
    await settle();
    const held = fetch(window, 'mfa');
    await settle();
    machine.call().grant();
    assert.equal(keyOf(await held), 'ASIAEXAMPLE2');
    await renewing;
  });

  it('asks nobody when another window has renewed unheard', async () => {
    const [machine, window] = await started('mfa');
    const other = machine.open('B');
    await other.sessions.load();
    machine.host.prompt = false;
    machine.clock.jump(hour);
    const renewing = other.sessions.renew('mfa', never);
    await settle();
    machine.call().grant();
    await renewing;
    assert.equal(keyOf(await fetch(window, 'mfa')), 'ASIAEXAMPLE2');
  });

  it('outlives a listener that throws', async () => {
    const [machine, window] = await started('mfa');
    machine.clock.jump(hour);
    const held = fetch(window, 'mfa', {
      holdMs: 800,
      onNeedsPerson: () => {
        throw new Error('no window');
      },
    });
    await machine.clock.advance(800);
    assert.equal((await held).kind, 'needsPerson');
    assert.match(machine.log.join('\n'), /could not be asked: Error/);
  });
});

describe('a fetch for a session whose authenticator is stored', () => {
  const device = 'arn:aws:iam::111122223333:mfa/ada';

  it('is renewed without a person, and says so to whoever runs it', async () => {
    const [machine, window] = await started('mfa');
    assert.equal(window.sessions.get('mfa')?.needsPerson, true);
    machine.answered.add(device);
    const fired = window.fired;
    window.sessions.authenticatorsChanged();
    assert.equal(window.fired, fired + 1);
    assert.equal(window.sessions.get('mfa')?.needsPerson, false);
    machine.clock.jump(hour);
    const held = fetch(window, 'mfa');
    await settle();
    assert.equal(machine.call().unattended, true);
    machine.call().grant();
    assert.equal(keyOf(await held), 'ASIAEXAMPLE2');
  });

  it('asks a person when the authenticator turns out not to help', async () => {
    const [machine, window] = await started('mfa');
    machine.answered.add(device);
    machine.clock.jump(hour);
    let asked = 0;
    const held = fetch(window, 'mfa', { holdMs: 50_000, onNeedsPerson: () => void (asked += 1) });
    await settle();
    machine.answered.delete(device);
    machine.call().refuse({ kind: 'mfaNeedsPerson', serial: device });
    await settle();
    assert.equal(asked, 1);
    const renewing = window.sessions.renew('mfa', never);
    await settle();
    assert.equal(machine.call().unattended, false);
    machine.call().grant();
    await renewing;
    assert.equal(keyOf(await held), 'ASIAEXAMPLE2');
  });

  it('needs a person again in a window that reads the record after the authenticator was removed', async () => {
    const [machine, window] = await started('mfa');
    machine.answered.add(device);
    await window.sessions.settled();
    const other = machine.open('B');
    await other.sessions.load();
    assert.equal(other.sessions.get('mfa')?.needsPerson, false);
    machine.answered.delete(device);
    assert.equal(other.sessions.get('mfa')?.needsPerson, true);
  });
});

describe('a session whose sign-in is over', () => {
  const signInNeeded = { kind: 'signInNeeded', signIn: 'corp' } as const;

  it('is renewed silently first, then waits for a person who is asked once', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(hour);
    const asked: string[] = [];
    const change = { onNeedsPerson: (session: { readonly name: string }) => void asked.push(session.name) };
    const held = [fetch(window, 'prod', change), fetch(window, 'prod', change)];
    await settle();
    assert.equal(machine.call().unattended, true);
    machine.call().refuse(signInNeeded);
    await settle();
    assert.deepEqual(asked, ['prod']);
    const renewing = window.sessions.renew('prod', never);
    await settle();
    assert.equal(machine.call().unattended, false, 'a person asked for this one');
    machine.call().grant();
    await renewing;
    assert.deepEqual(await Promise.all(held.map(async (one) => keyOf(await one))), [
      'ASIAEXAMPLE2',
      'ASIAEXAMPLE2',
    ]);
  });

  it('says so to the tool when nobody signs in', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(hour);
    const held = fetch(window, 'prod', { holdMs: 2000, onNeedsPerson: () => undefined });
    await settle();
    machine.call().refuse(signInNeeded);
    await settle();
    await machine.clock.advance(2000);
    assert.deepEqual(await held, { kind: 'failed', name: 'prod', fault: signInNeeded });
  });

  it('goes on with a person who comes while it is being renewed silently', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(hour);
    const held = fetch(window, 'prod', { onNeedsPerson: () => undefined });
    await settle();
    const starting = window.sessions.renew('prod', never);
    await settle();
    machine.call().refuse(signInNeeded);
    await settle();
    assert.equal(machine.call().unattended, false);
    machine.call().grant();
    assert.equal((await starting).ok, true);
    assert.equal(keyOf(await held), 'ASIAEXAMPLE2');
  });

  it('is served as long as it lasts', async () => {
    const [machine, window] = await started('prod');
    machine.clock.jump(50 * minute);
    const held = fetch(window, 'prod');
    await settle();
    machine.call().refuse(signInNeeded);
    assert.equal(keyOf(await held), 'ASIAEXAMPLE1');
  });
});
