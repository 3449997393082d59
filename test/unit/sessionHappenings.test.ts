import assert from 'node:assert/strict';
import type { Happening } from '../../src/session/happenings.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, never, noon, profile } from '../support/sessionWindows.ts';

const extension = { kind: 'extension', id: 'example.tool' } as const;

describe('what happens to sessions', () => {
  it('is told with who wanted it, by which plan and until when', async () => {
    const machine = new Machine();
    const { sessions } = machine.open();
    const told: Happening[] = [];
    sessions.onDidHappen((happening) => told.push(happening));

    const starting = sessions.start(profile('prod'), never, { by: extension });
    await settle();
    machine.call().grant();
    assert.equal((await starting).ok, true);
    const renewing = sessions.renew('prod', never);
    await settle();
    machine.call().grant(2 * hour);
    assert.equal((await renewing).ok, true);
    const failing = sessions.renew('prod', never);
    await settle();
    machine.call().refuse({ kind: 'throttled', host: 'sts.example' });
    assert.equal((await failing).ok, false);
    await sessions.end('prod', { kind: 'guard' });

    assert.deepEqual(
      told.map(({ kind, by, session, at }) => [kind, by.kind, session.name, at]),
      [
        ['started', 'extension', 'prod', noon],
        ['renewed', 'person', 'prod', noon],
        ['failed', 'person', 'prod', noon],
        ['ended', 'guard', 'prod', noon],
      ],
    );
    const [started, renewed, failed, ended] = told;
    assert.ok(started?.kind === 'started' && started.until === noon + hour);
    assert.equal(started.plan.steps[0]?.kind, 'assumeRole');
    assert.ok(renewed?.kind === 'renewed' && renewed.until === noon + 2 * hour);
    assert.ok(failed?.kind === 'failed' && failed.fault === 'throttled' && failed.step === 0);
    assert.ok(ended?.kind === 'ended' && ended.until === noon + 2 * hour);
    assert.doesNotMatch(JSON.stringify(told.map(({ session }) => session)), /secret|token/i);
  });

  it('tells who got credentials that they had to ask for, and no secret', async () => {
    const machine = new Machine();
    const { sessions } = machine.open();
    const told: Happening[] = [];
    const starting = sessions.start(profile('prod'), never);
    await settle();
    machine.call().grant();
    assert.equal((await starting).ok, true);
    sessions.onDidHappen((happening) => told.push(happening));
    sessions.handedOut('prod', extension);
    sessions.handedOut('nobody', extension);
    sessions.handedOut('prod', { kind: 'person' }, { kind: 'clipboard', form: 'json' });
    assert.deepEqual(
      told.map(({ session, ...rest }) => ({ ...rest, session: session.name })),
      [
        { kind: 'handedOut', at: noon, by: extension, until: noon + hour, session: 'prod' },
        {
          kind: 'handedOut',
          at: noon,
          by: { kind: 'person' },
          until: noon + hour,
          to: { kind: 'clipboard', form: 'json' },
          session: 'prod',
        },
      ],
    );
    assert.ok(machine.log.some((line) => line.endsWith('prod: handed out to example.tool')));
    assert.doesNotMatch(JSON.stringify([told, machine.log]), /ASIAEXAMPLE|EXAMPLE(KEY|TOKEN)/);
  });

  it('is no news when somebody cancels', async () => {
    const machine = new Machine();
    const { sessions } = machine.open();
    const told: Happening[] = [];
    sessions.onDidHappen((happening) => told.push(happening));
    const person = new AbortController();
    const starting = sessions.start(profile('prod'), person.signal);
    await settle();
    person.abort();
    assert.equal((await starting).ok, false);
    assert.deepEqual(told, []);
  });

  it('leaves the active session as it is when a start is to stand aside', async () => {
    const machine = new Machine();
    const { sessions } = machine.open();
    for (const [name, aside] of [
      ['prod', false],
      ['tool', true],
    ] as const) {
      const starting = sessions.start(profile(name), never, { aside, by: extension });
      await settle();
      machine.call().grant();
      assert.equal((await starting).ok, true);
    }
    assert.equal(sessions.activeId, 'prod');
  });
});
