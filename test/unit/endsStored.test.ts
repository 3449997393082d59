import assert from 'node:assert/strict';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Session, StoredSession } from '../../src/session/types.ts';
import type { SessionFlow } from '../../src/ui/sessionFlow.ts';
import { settle } from '../support/fakeClock.ts';
import { like, type FakePerson } from '../support/fakeVscode.ts';
import { loadGuardedWorlds, type GuardedWorlds } from '../support/guardedWorld.ts';
import { Machine, never, profile } from '../support/sessionWindows.ts';
import { sessionOf } from '../support/sessions.ts';

type FlowParts = ConstructorParameters<typeof SessionFlow>[0];

const names = ['a', 'b', 'c', 'd', 'e'];

describe('sessions that are ended right before the window goes', () => {
  /** A window with five live sessions, and a store that answers only when it is told to. */
  async function slow() {
    const machine = new Machine();
    machine.onCall = (call) => call.grant();
    const { sessions } = machine.open();
    for (const name of names) {
      await sessions.start(profile(name), never);
    }
    await sessions.settled();
    const begun: StoredSession[] = [];
    const answers: (() => void)[] = [];
    machine.store.save = (record) => {
      begun.push(record);
      return new Promise((resolve) => answers.push(resolve));
    };
    return { sessions, begun, answers };
  }

  it('are all given to the store at once, before it has answered for the first', async () => {
    const { sessions, begun } = await slow();
    await sessions.endAll();
    await settle();
    assert.deepEqual(begun.map(({ id }) => id).sort(), names);
  });

  it('are stored one state after the other, each session for itself', async () => {
    const { sessions, begun, answers } = await slow();
    const renewing = sessions.renew('a', never);
    await settle();
    await renewing;
    await sessions.end('a');
    await sessions.end('b');
    await settle();
    assert.deepEqual(
      begun.map((record) => [record.id, record.credentials === undefined]),
      [
        ['a', false],
        ['b', true],
      ],
    );
    answers[0]?.();
    await settle();
    assert.deepEqual(
      begun.slice(2).map((record) => [record.id, record.credentials === undefined]),
      [['a', true]],
    );
  });
});

describe('the word that sessions have ended', function () {
  this.timeout(120_000);
  let worlds: GuardedWorlds;
  let Flow: typeof SessionFlow;
  let said: string[];
  let person: FakePerson;

  before(async () => {
    worlds = await loadGuardedWorlds();
    ({ SessionFlow: Flow } = await import('../../src/ui/sessionFlow.ts'));
  });
  beforeEach(() => {
    said = [];
    const says = (text: string): undefined => void said.push(text);
    person = { says, prefers: /never/, execute: () => undefined };
  });

  function end(stored: Promise<void>): Promise<void> {
    const sessions = {
      end: async ({ id, name }: Session) => ({ id, name, validUntil: undefined }),
      settled: () => stored,
    };
    const flow = new Flow(like<FlowParts>({ sessions: like(sessions), now: () => 0 }));
    return worlds.inFrontOf(person, () => flow.end([sessionOf('dev')]));
  }

  /** A message comes a moment after it was asked for. */
  async function told(): Promise<void> {
    while (said.length === 0) {
      await sleep(1);
    }
  }

  it('waits until that is stored', async () => {
    let store = (): void => undefined;
    let isOver = false;
    const ending = end(new Promise((resolve) => (store = resolve))).finally(() => (isOver = true));
    await turn();
    assert.equal(isOver, false);
    store();
    await ending;
    await told();
  });

  it('does not wait for a store that hangs', async () => {
    await end(new Promise(() => undefined));
    await told();
  });
});
