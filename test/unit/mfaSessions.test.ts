import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { MfaQuestion } from '../../src/aws/effects.ts';
import { planId } from '../../src/aws/hash.ts';
import { run } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import { MfaSessions } from '../../src/session/mfaSessions.ts';
import type { SessionPorts } from '../../src/session/ports.ts';
import type { StoredSession } from '../../src/session/types.ts';
import { fakeEffects } from '../support/fakeEffects.ts';
import { device, goodPlan, keys, mfaSession, role } from '../support/plans.ts';
import { hour, Machine, minute, never, Person, profile, Window } from '../support/sessionWindows.ts';

const names = ['one', 'two', 'three'];
const config = names.map((name) => role(name, 'user', `mfa_serial = ${device}\n`)).join('\n');

/** A machine whose windows plan from files and share MFA sessions; every code is right, and AWS is quick. */
class World {
  readonly machine = new Machine();
  readonly questions: MfaQuestion[] = [];
  /** What went to AWS: `GetSessionToken 123456`, `AssumeRole ASIAEXAMPLE1`. */
  readonly sent: string[] = [];
  /** What the person does when asked. */
  answer: () => Promise<Secret | undefined> = async () => new Secret('123456');

  open(name: string): Window {
    const { machine } = this;
    const shared = new MfaSessions(
      () => window.sessions,
      (serial) => machine.answered.has(serial),
    );
    const change: Partial<SessionPorts> = {
      plan: async (request) => ({
        ok: true,
        plan: goodPlan({
          credentials: `[user]\n${keys}`,
          config,
          ask: request,
          env: { mfaUse: new Map([['user', 'oneSession']]), mfaSessionSeconds: 43_200 },
        }),
      }),
      planId: (plan) => planId(plan, (text) => createHash('sha256').update(text).digest('hex')),
      run: (plan, signal, options) =>
        run(
          plan,
          fakeEffects({
            now: () => machine.clock.now(),
            askMfa: async (question) => {
              if (options?.unattended === true && !machine.answered.has(question.serial)) {
                return { kind: 'mfaNeedsPerson', serial: question.serial };
              }
              this.questions.push(question);
              return this.answer();
            },
            mfaSession: (wanted, stop) => shared.get(wanted, stop, options?.unattended === true),
            send: async (call, by) => {
              const isToken = call.kind === 'sessionToken';
              this.sent.push(
                isToken ? `GetSessionToken ${call.mfa?.code.reveal()}` : `AssumeRole ${by?.accessKeyId}`,
              );
              return {
                kind: 'credentials',
                serverTime: machine.clock.now(),
                credentials: {
                  accessKeyId: `ASIAEXAMPLE${this.sent.length}`,
                  secretAccessKey: new Secret('EXAMPLEKEY'),
                  sessionToken: new Secret('EXAMPLETOKEN'),
                  expiresAt: machine.clock.now() + (isToken ? 12 * hour : hour),
                  accountId: undefined,
                  arn: undefined,
                },
              };
            },
          }),
          signal,
        ),
    };
    const window: Window = new Window(machine, name, change);
    return window;
  }
}

const start = async ({ sessions }: Window, name: string): Promise<string> => {
  const result = await sessions.start(profile(name), never);
  assert.ok(result.ok, JSON.stringify(result));
  return result.session.id;
};

describe('the MFA session that roles share', () => {
  it('is got for one code, kept as a session of its own, and never the active one', async () => {
    const world = new World();
    const window = world.open('A');
    await Promise.all(names.map((name) => start(window, name)));
    assert.deepEqual(world.sent, [
      'GetSessionToken 123456',
      'AssumeRole ASIAEXAMPLE1',
      'AssumeRole ASIAEXAMPLE1',
      'AssumeRole ASIAEXAMPLE1',
    ]);
    assert.equal(world.questions[0]?.session, 'user');
    const shared = window.sessions.list().find(({ request }) => request.kind === 'mfaSession');
    assert.equal(shared?.state.kind, 'live');
    assert.equal(shared.needsPerson, true);
    assert.notEqual(window.sessions.activeId, shared.id);
  });

  it('is found by its user’s name whatever the device, and not mixed up with one that no code was given for', async () => {
    const world = new World();
    const window = world.open('A');
    await start(window, 'user');
    assert.deepEqual(world.sent, ['GetSessionToken undefined']);
    assert.equal(window.sessions.mfaSession('user', undefined), undefined);
    await start(window, 'one');
    assert.equal(window.sessions.mfaSession('user', undefined)?.accessKeyId, 'ASIAEXAMPLE2');
    assert.equal(window.sessions.mfaSession('one', undefined), undefined);
  });

  it('is taken over by another window, without a question there', async () => {
    const world = new World();
    await start(world.open('A'), 'one');
    await start(world.open('B'), 'two');
    assert.equal(world.questions.length, 1);
    assert.equal(world.sent.filter((call) => call.startsWith('GetSessionToken')).length, 1);
  });

  it('counts however it was started: by hand with another duration, or as the profile’s own', async () => {
    for (const request of [mfaSession('user', device, 900), mfaSession('user', device)]) {
      const world = new World();
      const window = world.open('A');
      assert.ok((await window.sessions.start(request, never)).ok);
      await start(window, 'one');
      assert.equal(world.questions.length, 1);
    }
  });

  it('lets roles be renewed by themselves while it is live, and not after', async () => {
    const world = new World();
    const window = world.open('A');
    window.sessions.attend(new Person());
    const id = await start(window, 'one');
    assert.equal(window.sessions.get(id)?.needsPerson, false);
    await world.machine.clock.advance(50 * minute);
    assert.deepEqual(world.sent.slice(2), ['AssumeRole ASIAEXAMPLE1']);
    const shared = window.sessions.list().find(({ request }) => request.kind === 'mfaSession');
    await window.sessions.end(shared?.id ?? '');
    assert.equal(window.sessions.get(id)?.needsPerson, true);
    await world.machine.clock.advance(50 * minute);
    assert.equal(world.sent.length, 3, 'nobody is asked, and nothing sent, without a person');
    assert.ok((await window.sessions.renew(id, never)).ok);
    assert.equal(world.questions.length, 2);
    assert.equal(window.sessions.get(id)?.needsPerson, false);
  });

  it('asks ahead of its end for all of its roles: of those only the active one asks again', async () => {
    const world = new World();
    const window = world.open('A');
    const person = new Person();
    window.sessions.attend(person);
    for (const name of names) {
      await start(window, name);
    }
    await world.machine.clock.advance(12 * hour - 9 * minute);
    assert.deepEqual(
      person.asked.map(({ name }) => name),
      ['user'],
    );
    person.asked[0]?.answer('letEnd');
    await world.machine.clock.advance(2 * hour);
    assert.deepEqual(
      person.asked.map(({ name }) => name).filter((name) => name !== 'three'),
      ['user'],
    );
    assert.ok(person.asked.some(({ name }) => name === 'three'));
  });

  it('is renewed by itself where its authenticator is stored', async () => {
    const world = new World();
    world.machine.answered.add(device);
    const window = world.open('A');
    window.sessions.attend(new Person());
    await start(window, 'one');
    await world.machine.clock.advance(12 * hour - 10 * minute);
    assert.equal(world.sent.filter((call) => call.startsWith('GetSessionToken')).length, 2);
  });

  it('leaves no row behind when the person says no, and is asked for again by the next start', async () => {
    const world = new World();
    world.answer = async () => undefined;
    const window = world.open('A');
    const result = await window.sessions.start(profile('one'), never);
    assert.ok(!result.ok && result.why === 'fault');
    assert.equal(result.fault.kind, 'cancelled');
    assert.deepEqual(window.sessions.list(), []);
    world.answer = async () => new Secret('654321');
    await start(window, 'one');
    assert.equal(world.questions.length, 2);
  });

  it('is not waited for by a start that is cancelled; the others go on', async () => {
    const world = new World();
    let type: (code: Secret) => void = () => assert.fail('nobody was asked');
    world.answer = () => new Promise((resolve) => (type = resolve));
    const window = world.open('A');
    const patience = new AbortController();
    const first = window.sessions.start(profile('one'), patience.signal);
    const second = window.sessions.start(profile('two'), never);
    while (world.questions.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    patience.abort();
    assert.equal((await first).ok, false);
    type(new Secret('123456'));
    assert.ok((await second).ok);
    assert.equal(world.questions.length, 1);
  });

  it('is named in the record of a role, which an earlier version does without', async () => {
    const world = new World();
    const window = world.open('A');
    const id = await start(window, 'one');
    await window.sessions.settled();
    const stored = (await world.machine.store.load()).find((record: StoredSession) => record.id === id);
    assert.equal(stored?.mfaSource, 'user');
    const again = world.open('B');
    await again.sessions.load();
    assert.equal(again.sessions.get(id)?.needsPerson, false);
  });
});
