import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Guard } from '../../src/aws/guards.ts';
import { planId } from '../../src/aws/hash.ts';
import type { PlanResult, SessionRequest } from '../../src/aws/planModel.ts';
import { asReadOnly, isReadOnlyRequest } from '../../src/aws/readOnly.ts';
import { agentVariables, readAgentVariables } from '../../src/session/agentAccess.ts';
import type { AgentAccess, AgentQuestion, ToolSupply } from '../../src/session/agentAccess.ts';
import { Agents } from '../../src/session/agents.ts';
import type { Happening } from '../../src/session/happenings.ts';
import type { Session } from '../../src/session/types.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, Person, profile, Window } from '../support/sessionWindows.ts';

const twinName = 'prod (for agents)';

/** A question on the person's screen, for the test to answer. */
interface Question {
  readonly what: AgentQuestion | 'choose';
  readonly about: string;
  answer(yes: boolean): void;
}

/** One window that serves agents. */
class Desk {
  readonly machine: Machine;
  readonly window: Window;
  readonly agents: Agents;
  readonly questions: Question[] = [];
  readonly refused: string[] = [];
  readonly renewals: string[] = [];
  readonly told: Happening[] = [];
  access: AgentAccess | undefined = 'readOnly';
  guard: Pick<Guard, 'readOnly' | 'asksFirst'> | undefined;
  /** What a start with a person there comes to. */
  person: (request: SessionRequest) => Promise<Session | undefined>;

  constructor(machine = new Machine()) {
    this.machine = machine;
    const plan = (request: SessionRequest): PlanResult => {
      const planned = machine.plan(request);
      return isReadOnlyRequest(request) ? asReadOnly(planned, request) : planned;
    };
    this.window = new Window(machine, 'A', {
      plan: async (request) => plan(request),
      planId: (planned) => planId(planned, (text) => createHash('sha256').update(text).digest('hex')),
    });
    const { sessions } = this.window;
    sessions.onDidHappen((happening) => this.told.push(happening));
    this.person = async (request) => {
      const result = await sessions.start(request, never, { aside: true, by: { kind: 'agent' } });
      return result.ok ? result.session : undefined;
    };
    const asked = (what: Question['what'], { name }: Session): Promise<boolean> =>
      new Promise((resolve) => this.questions.push({ what, about: name, answer: resolve }));
    this.agents = new Agents({
      sessions,
      plan: async (request) => plan(request),
      access: () => this.access,
      guardOf: () => this.guard,
      askToChoose: async (session) => void (await asked('choose', session)),
      ask: asked,
      start: (request) => this.person(request),
      tellRefused: ({ name }) => void this.refused.push(name),
      askToRenew: async ({ name }) => void this.renewals.push(name),
      now: () => machine.clock.now(),
      setTimer: (ms, callback) => machine.clock.setTimer(ms, callback),
      log: (line) => void machine.log.push(line),
    });
  }

  /** A person's session, live. */
  async start(name = 'prod'): Promise<Session> {
    const starting = this.window.sessions.start(profile(name), never);
    await settle();
    this.machine.call().grant();
    const result = await starting;
    assert.ok(result.ok);
    return result.session;
  }

  fetch(id: string, holdMs = 50_000): Promise<ToolSupply> {
    return this.agents.supply(id, { holdMs, signal: never });
  }

  /** A fetch for which AWS gives a read-only session. */
  async fetchNarrowed(id: string): Promise<ToolSupply> {
    const fetching = this.fetch(id);
    await settle();
    this.machine.call().grant();
    return fetching;
  }

  names(): readonly string[] {
    return this.window.sessions.list().map(({ name }) => name);
  }

  /** The only question on the screen. */
  question(): Question {
    const [question] = this.questions;
    assert.ok(question !== undefined && this.questions.length === 1, 'one question is asked');
    return question;
  }
}

function got(supply: ToolSupply): string {
  switch (supply.kind) {
    case 'credentials':
      return supply.session.name;
    case 'refused':
      return supply.why.kind === 'asked' ? `asked: ${supply.why.what}` : supply.why.kind;
    case 'failed':
      return `failed: ${supply.fault.kind}`;
    case 'ended':
    case 'unknown':
    case 'needsPerson':
      return supply.kind;
  }
}

describe('agents', () => {
  it('get nothing until a person has chosen, who is asked once however often they try', async () => {
    const desk = new Desk();
    desk.access = undefined;
    const { id } = await desk.start();
    for (let i = 0; i < 3; i++) {
      assert.equal(got(await desk.fetch(id)), 'notChosen');
    }
    assert.deepEqual([desk.question().what, desk.question().about], ['choose', 'prod']);
    desk.question().answer(false);
    await settle();
    assert.equal(got(await desk.fetch(id)), 'notChosen', 'who put it away is left alone');
    assert.equal(desk.questions.length, 1);
    desk.access = 'same';
    desk.agents.accessChanged();
    assert.equal(got(await desk.fetch(id)), 'prod');
    desk.access = undefined;
    desk.agents.accessChanged();
    assert.equal(got(await desk.fetch(id)), 'notChosen');
    assert.equal(desk.questions.length, 2, 'a choice that was taken back is asked for again');
  });

  it('get nothing when that was chosen, and nobody is disturbed', async () => {
    const desk = new Desk();
    desk.access = 'nothing';
    const { id } = await desk.start();
    assert.equal(got(await desk.fetch(id)), 'nothing');
    assert.deepEqual([desk.questions, desk.refused, desk.names()], [[], [], ['prod']]);
  });

  it('get a read-only session of their own, silently, beside the person’s and not instead of it', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    const call = desk.machine.call();
    const [step] = call.plan.steps;
    assert.ok(step?.kind === 'assumeRole');
    assert.deepEqual(step.policies, { arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] });
    assert.equal(call.unattended, true, 'no box may open by itself');
    call.grant();
    assert.equal(got(await fetching), twinName);
    assert.deepEqual(desk.names(), ['prod', twinName]);
    assert.equal(desk.window.sessions.activeId, id);
    assert.equal(got(await desk.fetch(id)), twinName, 'the second fetch makes no call');
    assert.deepEqual(
      desk.told.map(({ kind, by, session }) => `${kind} ${by.kind} ${session.name}`),
      ['started person prod', `started agent ${twinName}`, `handedOut agent ${twinName}`],
    );
  });

  it('start it once, however many ask at the same time', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    const fetching = [desk.fetch(id), desk.fetch(id), desk.fetch(id)];
    await settle();
    desk.machine.call().grant();
    assert.deepEqual((await Promise.all(fetching)).map(got), [twinName, twinName, twinName]);
  });

  it('lose it when the person’s session ends, and have it again when that is started again', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    await desk.fetchNarrowed(id);
    await desk.window.sessions.end(id);
    assert.deepEqual(desk.names(), []);
    assert.equal(got(await desk.fetch(id)), 'ended');
    await desk.start();
    assert.equal(got(await desk.fetchNarrowed(id)), twinName);
    assert.deepEqual(desk.questions, []);
  });

  it('lose it also when the person’s session ends while it starts', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    await desk.window.sessions.end(id);
    await settle();
    assert.equal(desk.machine.calls.length, 0, 'the start is stopped');
    assert.equal(got(await fetching), 'ended');
    assert.deepEqual(desk.names(), []);
  });

  it('do not get it back by themselves when the person ended just that', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    const supply = await desk.fetchNarrowed(id);
    assert.ok(supply.kind === 'credentials');
    await desk.window.sessions.end(supply.session.id);
    const fetching = desk.fetch(id);
    await settle();
    assert.equal(desk.question().what, 'again');
    desk.question().answer(true);
    await settle();
    desk.machine.call().grant();
    assert.equal(got(await fetching), twinName);
  });

  it('nor when the person ended it in another window, whatever is renewed meanwhile', async () => {
    const machine = new Machine();
    const [desk, other] = [new Desk(machine), new Desk(machine)];
    const { id } = await desk.start();
    const supply = await desk.fetchNarrowed(id);
    assert.ok(supply.kind === 'credentials');
    await machine.clock.advance(minute);
    await other.window.sessions.load();
    assert.deepEqual(other.names(), ['prod', twinName]);
    await other.window.sessions.end(supply.session.id);
    await settle();
    assert.deepEqual(desk.names(), ['prod']);
    void desk.fetch(id);
    await settle();
    assert.equal(desk.question().what, 'again');
    assert.equal(machine.calls.length, 0);
  });

  it('use a read-only session that the person has started themselves', async () => {
    const desk = new Desk();
    desk.machine.withMfa.add('prod');
    const { id } = await desk.start();
    const starting = desk.window.sessions.start({ kind: 'profile', profile: 'prod', readOnly: true }, never);
    await settle();
    desk.machine.call().grant();
    assert.ok((await starting).ok);
    assert.equal(got(await desk.fetch(id)), 'prod (read-only)');
    assert.deepEqual(desk.questions, [], 'it costs no code');
    await desk.window.sessions.end(id);
    assert.deepEqual(desk.names(), ['prod (read-only)'], 'it is the person’s, and stays');
  });

  it('wait for the one more code that MFA costs, asked for once', async () => {
    const desk = new Desk();
    desk.machine.withMfa.add('prod');
    const { id } = await desk.start();
    const fetching = [desk.fetch(id), desk.fetch(id)];
    await settle();
    assert.equal(desk.question().what, 'code');
    assert.equal(desk.machine.calls.length, 0, 'no call before the yes');
    desk.question().answer(true);
    await settle();
    desk.machine.call().grant();
    assert.deepEqual((await Promise.all(fetching)).map(got), [twinName, twinName]);
  });

  it('are held no longer than their tool waits, and told what a person is asked', async () => {
    const desk = new Desk();
    desk.machine.withMfa.add('prod');
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    await desk.machine.clock.advance(50_000);
    assert.equal(got(await fetching), 'asked: code');
    // The question stands; who comes again joins it.
    const second = desk.fetch(id);
    await settle();
    desk.question().answer(true);
    await settle();
    desk.machine.call().grant();
    assert.equal(got(await second), twinName);
  });

  it('take a no for ten minutes', async () => {
    const desk = new Desk();
    desk.machine.withMfa.add('prod');
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    desk.question().answer(false);
    assert.equal(got(await fetching), 'saidNo');
    assert.equal(got(await desk.fetch(id)), 'saidNo');
    await desk.machine.clock.advance(10 * minute);
    void desk.fetch(id);
    await settle();
    assert.equal(desk.questions.length, 2);
  });

  it('have the person asked for a sign-in when a silent start shows that it takes one', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    desk.machine.call().refuse({ kind: 'signInNeeded', signIn: 'corp' });
    await settle();
    assert.equal(desk.question().what, 'signIn');
    assert.deepEqual(desk.names(), ['prod'], 'the failed try leaves no row');
    desk.question().answer(true);
    await settle();
    desk.machine.call().grant();
    assert.equal(got(await fetching), twinName);
  });

  it('make no storm of a start that fails', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    desk.machine.call().refuse({ kind: 'throttled', host: 'sts.example' });
    assert.equal(got(await fetching), 'failed: throttled');
    assert.equal(got(await desk.fetch(id)), 'failed: throttled');
    assert.deepEqual(desk.names(), ['prod']);
    await desk.machine.clock.advance(30_000);
    assert.equal(got(await desk.fetchNarrowed(id)), twinName);
  });

  it('get nothing where a session cannot be read-only, and the person is told once, before any code', async () => {
    const machine = new Machine();
    machine.withMfa.add('keys');
    const plan = machine.plan.bind(machine);
    machine.plan = (request) => {
      const planned = plan(request);
      assert.ok(planned.ok);
      const { target } = planned.plan;
      const serial = 'arn:aws:iam::111122223333:mfa/ada';
      const step = {
        kind: 'sessionToken',
        profile: 'keys',
        durationSeconds: undefined,
        mfaSerial: serial,
        target,
        place: undefined,
      } as const;
      return { ok: true, plan: { ...planned.plan, steps: [step] } };
    };
    const desk = new Desk(machine);
    const { id } = await desk.start('keys');
    for (let i = 0; i < 3; i++) {
      assert.equal(got(await desk.fetch(id)), 'cannotBeReadOnly');
    }
    assert.deepEqual([desk.refused, desk.questions], [['keys'], []]);
  });

  it('get no more than read-only of a guarded session that is read-only by default', async () => {
    const desk = new Desk();
    desk.access = 'same';
    desk.guard = { readOnly: true, asksFirst: false };
    const { id } = await desk.start();
    assert.equal(got(await desk.fetchNarrowed(id)), twinName);
  });

  it('get a guarded session that asks first only after a yes, which lasts as long as the session', async () => {
    const desk = new Desk();
    desk.access = 'same';
    desk.guard = { readOnly: false, asksFirst: true };
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    assert.equal(desk.question().what, 'guarded');
    desk.question().answer(true);
    assert.equal(got(await fetching), 'prod');
    assert.equal(got(await desk.fetch(id)), 'prod');
    await desk.window.sessions.end(id);
    await desk.start();
    void desk.fetch(id);
    await settle();
    assert.equal(desk.questions.length, 2);
  });

  it('cause no question ahead of the end of theirs: whoever still wants it asks', async () => {
    const desk = new Desk();
    desk.machine.withMfa.add('prod');
    const person = new Person();
    await desk.window.sessions.load();
    desk.window.sessions.attend(person);
    const { id } = await desk.start();
    const fetching = desk.fetch(id);
    await settle();
    desk.question().answer(true);
    await settle();
    desk.machine.call().grant();
    assert.equal(got(await fetching), twinName);
    await desk.machine.clock.advance(55 * minute);
    assert.deepEqual([...new Set(person.asked.map(({ name }) => name))], ['prod']);
    await desk.machine.clock.advance(10 * minute);
    void desk.fetch(id);
    await settle();
    assert.deepEqual(desk.renewals, [twinName]);
  });

  it('never get a session in full that comes while they are told that there is none', async () => {
    const desk = new Desk();
    assert.equal(got(await desk.fetch('0123456789')), 'unknown');
  });

  it('have their session renewed silently, and the person asked when it needs one', async () => {
    const desk = new Desk();
    const { id } = await desk.start();
    await desk.fetchNarrowed(id);
    await desk.machine.clock.advance(50 * minute);
    const fetching = desk.fetch(id);
    await settle();
    assert.equal(desk.machine.call().unattended, true);
    desk.machine.call().grant(hour);
    assert.equal(got(await fetching), twinName);
  });
});

describe('the list of variables that mark an agent', () => {
  it('holds names only, because a shell reads it', () => {
    assert.deepEqual(
      readAgentVariables(['MY_AGENT', '_x1', '1ST', 'A B', '$(id)', 'A\nB', '', 7, null, 'MY_AGENT', 'É']),
      ['MY_AGENT', '_x1'],
    );
    assert.deepEqual(readAgentVariables([]), [], 'somebody may want none');
    assert.deepEqual(readAgentVariables('AI_AGENT'), agentVariables);
    assert.deepEqual(readAgentVariables(agentVariables), agentVariables);
    assert.equal(readAgentVariables(Array.from({ length: 1000 }, (_, n) => `A${n}`)).length, 100);
  });
});
