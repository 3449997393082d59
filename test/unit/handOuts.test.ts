import assert from 'node:assert/strict';
import type { StsSessionsError, StsSessionsErrorCode } from '../../src/api.ts';
import { ApiQuestions, type Consent } from '../../src/session/apiQuestions.ts';
import { ExtensionAccess } from '../../src/session/extensionAccess.ts';
import { HandOuts, type Caller, type HandOutPorts } from '../../src/session/handOuts.ts';
import type { Happening } from '../../src/session/happenings.ts';
import type { Session } from '../../src/session/types.ts';
import { apiSentences } from '../../src/ui/text/access.ts';
import { accessNote } from '../support/accessNotes.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, profile } from '../support/sessionWindows.ts';

const tool: Caller = { id: 'example.tool', name: 'Tool' };
const other: Caller = { id: 'example.other', name: 'Other' };

/** A window with `prod` live in it, an extension that wants credentials, and a person who answers when the test says. */
class Desk {
  readonly machine = new Machine();
  readonly sessions = this.machine.open().sessions;
  readonly told: Happening[] = [];
  /** Questions that stand there, in their order; the test answers them. */
  readonly asked: { caller: Caller; about: string; answer: (consent: Consent) => void }[] = [];
  readonly renewals: string[] = [];
  /** Sessions that an extension was given again what it has of. */
  readonly served: string[] = [];
  judge: (id: string) => Promise<void> = async () => undefined;
  readonly started: string[] = [];
  readonly guarded = new Set<string>();
  readonly limits: AbortController[] = [];
  readonly handOuts: HandOuts;
  stored: unknown;

  constructor(change: Partial<HandOutPorts> = {}) {
    const now = (): number => this.machine.clock.now();
    const put = (caller: Caller, about: string): Promise<Consent> =>
      new Promise((resolve) => this.asked.push({ caller, about, answer: resolve }));
    this.sessions.onDidHappen((happening) => this.told.push(happening));
    this.handOuts = new HandOuts({
      sessions: this.sessions,
      access: new ExtensionAccess(
        {
          read: () => this.stored,
          write: async (list) => {
            this.stored = list;
          },
        },
        accessNote(now),
      ),
      questions: new ApiQuestions({
        now,
        limit: () => {
          const limit = new AbortController();
          this.limits.push(limit);
          return limit.signal;
        },
      }),
      sentences: apiSentences(now),
      ofHandle: (handle) => (handle === 'handle of prod' ? 'prod' : undefined),
      judge: (id) => this.judge(id),
      served: (id) => void this.served.push(id),
      mayRemember: ({ name }) => !this.guarded.has(name),
      askForCredentials: (caller, session) => put(caller, session.name),
      askToStart: (caller, profileName) => put(caller, `start ${profileName}`),
      askToRenew: async (session) => {
        this.renewals.push(session.name);
      },
      hasProfile: async (name) => name !== 'nobody',
      start: async (name) => {
        this.started.push(name);
        const result = await this.sessions.start(profile(name), never, { aside: true });
        return result.ok ? result.session : undefined;
      },
      now,
      ...change,
    });
  }

  async start(name = 'prod', lifeMs = hour): Promise<Session> {
    const starting = this.sessions.start(profile(name), never);
    await settle();
    this.machine.call().grant(lifeMs);
    const result = await starting;
    assert.ok(result.ok);
    return result.session;
  }

  /** Answers the one question that stands there. */
  async answer(consent: Consent): Promise<void> {
    await settle();
    assert.equal(this.asked.length, 1, 'one question stands there');
    this.asked.shift()?.answer(consent);
    await settle();
  }
}

async function code(call: Promise<unknown>): Promise<StsSessionsErrorCode> {
  const error = await call.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason as StsSessionsError,
  );
  assert.equal(error.name, 'StsSessionsError');
  assert.notEqual(error.message, '');
  return error.code;
}

describe('credentials for other extensions', () => {
  it('come after a yes, in the words of the SDK, and are told of once', async () => {
    const desk = new Desk();
    await desk.start();
    const asking = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('once');
    const got = await asking;
    assert.deepEqual(got, {
      accessKeyId: 'ASIAEXAMPLE1',
      secretAccessKey: 'EXAMPLEKEY1',
      sessionToken: 'EXAMPLETOKEN1',
      expiration: new Date(desk.machine.clock.now() + hour),
      accountId: '222233334444',
    });
    assert.deepEqual(await desk.handOuts.credentials(tool, 'prod'), got);
    assert.deepEqual(desk.served, ['prod'], 'a guard that ends what nobody uses hears of it');
    const handed = desk.told.filter(({ kind }) => kind === 'handedOut');
    assert.deepEqual(
      handed.map(({ by, session }) => [by, session.name]),
      [[{ kind: 'extension', id: 'example.tool' }, 'prod']],
    );
    assert.equal(desk.stored, undefined);
    assert.doesNotMatch(JSON.stringify([handed, desk.machine.log]), /EXAMPLE(KEY|TOKEN)|ASIA/);
  });

  it('are not given of a session that a guard ends at that moment', async () => {
    const desk = new Desk();
    await desk.start();
    desk.judge = async (id) => void (await desk.sessions.end(id, { kind: 'guard' }));
    assert.equal(await code(desk.handOuts.credentials(tool, 'prod')), 'Ended');
    assert.deepEqual(desk.asked, []);
  });

  it('are asked about by extension and by session', async () => {
    const desk = new Desk();
    await desk.start();
    await desk.start('billing');
    const first = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('always');
    await first;
    const more = [desk.handOuts.credentials(tool, 'billing'), desk.handOuts.credentials(other, 'prod')];
    await settle();
    assert.deepEqual(
      desk.asked.map(({ caller, about }) => [caller.id, about]),
      [
        ['example.tool', 'billing'],
        ['example.other', 'prod'],
      ],
    );
    for (const { answer } of desk.asked) {
      answer('no');
    }
    assert.deepEqual(await Promise.all(more.map(code)), ['NotAllowed', 'NotAllowed']);
  });

  it('are asked about once for all who wait', async () => {
    const desk = new Desk();
    await desk.start();
    const calls = [1, 2, 3].map(() => desk.handOuts.credentials(tool, 'prod'));
    await desk.answer('once');
    assert.equal((await Promise.all(calls)).length, 3);
  });

  it('are refused for a minute after a no without another question', async () => {
    const desk = new Desk();
    await desk.start();
    const asking = desk.handOuts.credentials(tool, 'prod');
    const refused = code(asking);
    await desk.answer('no');
    assert.equal(await refused, 'NotAllowed');
    await desk.machine.clock.advance(minute - 1);
    assert.equal(await code(desk.handOuts.credentials(tool, 'prod')), 'NotAllowed');
    assert.deepEqual(desk.asked, []);
    await desk.machine.clock.advance(1);
    const again = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('once');
    assert.equal((await again).accessKeyId, 'ASIAEXAMPLE1');
  });

  it('hold on a single yes until they end: others are asked about', async () => {
    const desk = new Desk();
    await desk.start();
    const first = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('once');
    await first;
    const renewing = desk.sessions.renew('prod', never);
    await settle();
    desk.machine.call().grant();
    await renewing;
    const second = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('once');
    assert.equal((await second).accessKeyId, 'ASIAEXAMPLE2');
  });

  it('are renewed when due, and given without a question when that was allowed for good', async () => {
    const desk = new Desk();
    await desk.start();
    const first = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('always');
    assert.equal((await first).accessKeyId, 'ASIAEXAMPLE1');
    await desk.machine.clock.advance(50 * minute);
    const second = desk.handOuts.credentials(tool, 'prod');
    await settle();
    desk.machine.call().grant();
    assert.equal((await second).accessKeyId, 'ASIAEXAMPLE2');
    assert.equal(desk.told.filter(({ kind }) => kind === 'handedOut').length, 2);
    assert.doesNotMatch(JSON.stringify(desk.stored), /EXAMPLE(KEY|TOKEN)|ASIA/);
  });

  it('are asked about again after it was taken back', async () => {
    const desk = new Desk();
    await desk.start();
    const first = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('always');
    await first;
    assert.deepEqual(desk.handOuts.granted(), [
      {
        extension: 'example.tool',
        session: 'prod',
        name: 'prod',
        since: desk.machine.clock.now(),
        until: desk.machine.clock.now() + hour,
      },
    ]);
    assert.equal((await desk.handOuts.list(tool))[0]?.allowed, true);
    await desk.handOuts.takeBack('example.tool', 'prod');
    assert.deepEqual(desk.handOuts.granted(), []);
    assert.equal((await desk.handOuts.list(tool))[0]?.allowed, false);
    const refused = code(desk.handOuts.credentials(tool, 'prod'));
    await desk.answer('no');
    assert.equal(await refused, 'NotAllowed');
  });

  it('are asked about again after it was taken back in another window', async () => {
    const desk = new Desk();
    await desk.start();
    const first = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('always');
    await first;
    // The store is all that the windows share.
    desk.stored = [];
    assert.deepEqual(desk.handOuts.granted(), []);
    const refused = code(desk.handOuts.credentials(tool, 'prod'));
    await desk.answer('no');
    assert.equal(await refused, 'NotAllowed');
    await desk.machine.clock.advance(minute);
    const again = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('once');
    await again;
    await desk.handOuts.credentials(tool, 'prod');
    assert.deepEqual(desk.asked, [], 'a single yes holds for what it has');
    assert.equal(desk.told.filter(({ kind }) => kind === 'handedOut').length, 1, 'the same is told of once');
  });

  it('are not given when it was taken back while they were being renewed', async () => {
    const desk = new Desk();
    await desk.start();
    const first = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('always');
    await first;
    await desk.machine.clock.advance(hour + minute);
    const refused = code(desk.handOuts.credentials(tool, 'prod'));
    await settle();
    await desk.handOuts.takeBack('example.tool', 'prod');
    desk.machine.call().grant();
    assert.equal(await refused, 'NotAllowed');
  });

  it('are never remembered for a guarded session, nor given on what was remembered before it was guarded', async () => {
    const desk = new Desk();
    await desk.start();
    desk.guarded.add('prod');
    const first = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('always');
    await first;
    assert.equal(desk.stored, undefined);
    desk.stored = [{ extension: tool.id, session: 'prod', name: 'prod', since: 1 }];
    assert.equal((await desk.handOuts.list(tool))[0]?.allowed, false);
    const renewing = desk.sessions.renew('prod', never);
    await settle();
    desk.machine.call().grant();
    await renewing;
    const refused = code(desk.handOuts.credentials(tool, 'prod'));
    await desk.answer('no');
    assert.equal(await refused, 'NotAllowed');
  });

  it('say why there are none: ended, unknown, a person is needed, AWS says no', async () => {
    const desk = new Desk();
    await desk.start();
    assert.equal(await code(desk.handOuts.credentials(tool, 'nobody')), 'Ended');
    assert.equal(await code(desk.handOuts.credentials(tool, { handle: 'nobody' })), 'Ended');
    const first = desk.handOuts.credentials(tool, { handle: 'handle of prod' });
    await desk.answer('always');
    await first;
    await desk.machine.clock.advance(hour + minute);
    const failing = code(desk.handOuts.credentials(tool, 'prod'));
    await settle();
    desk.machine.call().refuse({ kind: 'throttled', host: 'sts.example' });
    assert.equal(await failing, 'Failed');
    await desk.sessions.end('prod');
    assert.equal(await code(desk.handOuts.credentials(tool, 'prod')), 'Ended');

    desk.machine.withMfa.add('coded');
    await desk.start('coded');
    const second = desk.handOuts.credentials(tool, 'coded');
    await desk.answer('always');
    await second;
    await desk.machine.clock.advance(hour + minute);
    const waiting = code(desk.handOuts.credentials(tool, 'coded'));
    await settle();
    assert.deepEqual(desk.renewals, ['coded']);
    await desk.machine.clock.advance(minute);
    assert.equal(await waiting, 'NeedsPerson');
  });

  it('are waited for no longer than the caller wants, nor for ever', async () => {
    const desk = new Desk();
    await desk.start();
    const caller = new AbortController();
    const leaving = code(desk.handOuts.credentials(tool, 'prod', { signal: caller.signal }));
    const staying = code(desk.handOuts.credentials(tool, 'prod'));
    await settle();
    caller.abort();
    assert.equal(await leaving, 'Cancelled');
    for (const limit of desk.limits) {
      limit.abort();
    }
    assert.equal(await staying, 'NeedsPerson');
    assert.equal(desk.asked.length, 1, 'the question stays');
    assert.equal(await code(desk.handOuts.credentials(tool, 'prod', { signal: caller.signal })), 'Cancelled');
    const token = { isCancellationRequested: true, onCancellationRequested: () => ({ dispose() {} }) };
    assert.equal(await code(desk.handOuts.credentials(tool, 'prod', { token })), 'Cancelled');
    const joined = desk.handOuts.credentials(tool, 'prod');
    await desk.answer('once');
    assert.equal((await joined).accessKeyId, 'ASIAEXAMPLE1');
  });
});

describe('what other extensions see of sessions', () => {
  it('is no secret', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    const list = await desk.handOuts.list(tool);
    assert.deepEqual(list, [
      {
        id,
        name: 'prod',
        accountId: '222233334444',
        roleArn: 'arn:aws:iam::222233334444:role/prod',
        region: 'eu-west-1',
        state: 'live',
        ends: new Date(desk.machine.clock.now() + hour),
        needsPerson: false,
        active: true,
        allowed: false,
      },
    ]);
    assert.doesNotMatch(JSON.stringify(list), /EXAMPLE(KEY|TOKEN)|ASIA/);
    assert.deepEqual(desk.asked, []);
  });
});

describe('a session that another extension starts', () => {
  it('is started after a yes, beside the active one; one that is live is taken as it is', async () => {
    const desk = new Desk();
    await desk.start();
    const starting = desk.handOuts.start(tool, 'billing');
    await desk.answer('once');
    desk.machine.call().grant();
    const info = await starting;
    assert.deepEqual([info.name, info.state, info.active], ['billing', 'live', false]);
    assert.equal((await desk.handOuts.start(tool, 'billing')).id, info.id);
    assert.deepEqual(desk.started, ['billing']);
  });

  it('is not asked about when there is no such profile, and not started after a no', async () => {
    const desk = new Desk();
    assert.equal(await code(desk.handOuts.start(tool, 'nobody')), 'Failed');
    assert.deepEqual(desk.asked, []);
    const refused = code(desk.handOuts.start(tool, 'billing'));
    await desk.answer('no');
    assert.equal(await refused, 'NotAllowed');
    assert.deepEqual(desk.started, []);
  });

  it('says that it did not start', async () => {
    const desk = new Desk();
    const failing = code(desk.handOuts.start(tool, 'billing'));
    await desk.answer('once');
    desk.machine.call().refuse({ kind: 'throttled', host: 'sts.example' });
    assert.equal(await failing, 'Failed');
  });
});
