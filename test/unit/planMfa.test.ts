import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { MfaSessionWanted } from '../../src/aws/effects.ts';
import { planId } from '../../src/aws/hash.ts';
import { readMfaDevices, readMfaUse, sortDevices } from '../../src/aws/mfaChoices.ts';
import type { Plan, PlanEnvironment, SessionRequest } from '../../src/aws/planModel.ts';
import { mfaChoiceOf, mfaSessionOf } from '../../src/aws/planMfa.ts';
import { secondsOfPlan } from '../../src/aws/planSeconds.ts';
import { run } from '../../src/aws/run.ts';
import { fakeEffects, madeCredentials, scriptedMfa, scriptedSts } from '../support/fakeEffects.ts';
import {
  arn,
  device,
  goodPlan,
  keys,
  mfaSession,
  planOf,
  problemsOf,
  role,
  token,
  typed,
} from '../support/plans.ts';

const other = 'arn:aws:iam::111122223333:mfa/tablet-of-alice';
const credentials = `[user]\n${keys}`;
const withDevice = (name: string, more = ''): string => role(name, 'user', `mfa_serial = ${device}\n${more}`);
const config = `[profile user]\nregion = eu-west-1\n${withDevice('A')}${withDevice('B', 'duration_seconds = 14400\n')}${role('plain', 'user')}${role('spoke', 'A')}`;
const one: Partial<PlanEnvironment> = {
  mfaUse: new Map([['user', 'oneSession']]),
  mfaSessionSeconds: 43_200,
};
const never = new AbortController().signal;

const idOf = (plan: Plan): string => planId(plan, (text) => createHash('sha256').update(text).digest('hex'));
const planned = (ask: string | SessionRequest, env: Partial<PlanEnvironment> = {}): Plan =>
  goodPlan({ config, credentials, ask, env });
/** The steps in short: kind, device and the most that the step lasts. */
const drawn = ({ steps }: Plan): readonly string[] =>
  steps.map((step) =>
    [
      step.kind,
      step.mfaSerial ?? '-',
      step.kind === 'assumeRole' ? step.maxDurationSeconds : step.durationSeconds,
    ]
      .join(' ')
      .replace(device, 'phone')
      .replace(other, 'tablet'),
  );

describe('how the code of a role is used', () => {
  it('goes with each role while nothing is chosen, and where that was chosen', () => {
    assert.deepEqual(drawn(planned('A')), ['assumeRole phone 43200']);
    const each = { mfaUse: new Map([['user', 'eachRole'] as const]) };
    assert.deepEqual(drawn(planned('A', each)), ['assumeRole phone 43200']);
    assert.equal(mfaChoiceOf(planned('A'))?.use, 'eachRole');
  });

  it('goes with no session that policies of its profile were meant to narrow', () => {
    const narrowed = config.replace(
      'region = eu-west-1\n',
      'region = eu-west-1\nsession_policy_arns = ReadOnlyAccess\n',
    );
    assert.deepEqual(problemsOf(planOf({ config: narrowed, credentials, ask: 'A', env: one })), [
      'error policiesNotTaken config:3 user',
    ]);
    assert.deepEqual(drawn(goodPlan({ config: narrowed, credentials, ask: 'A' })), [
      'assumeRole phone 43200',
    ]);
  });

  it('goes with one session for all roles where that was chosen, and those last an hour at most', () => {
    const plan = planned('A', one);
    assert.deepEqual(drawn(plan), ['sessionToken phone 43200', 'assumeRole - 3600']);
    assert.equal(secondsOfPlan(plan), 3600);
    assert.deepEqual(mfaChoiceOf(plan), {
      profile: 'user',
      use: 'oneSession',
      serial: device,
      sessionSeconds: 43_200,
    });
    assert.equal(mfaSessionOf(plan)?.profile, 'user');
    assert.deepEqual(drawn(planned('spoke', one)), [
      'sessionToken phone 43200',
      'assumeRole - 3600',
      'assumeRole - 3600',
    ]);
    assert.deepEqual(drawn(planned(typed({ mfaSerial: device }), one)), [
      'sessionToken phone 43200',
      'assumeRole - 3600',
    ]);
  });

  it('leaves alone what asks for no code, and keys that can give none', () => {
    assert.deepEqual(drawn(planned('plain', one)), ['assumeRole - 43200']);
    assert.equal(mfaChoiceOf(planned('plain', one)), undefined);
    const temporary = goodPlan({ config, credentials: `${credentials}${token}`, ask: 'A', env: one });
    assert.deepEqual(drawn(temporary), ['assumeRole phone 3600']);
    assert.equal(mfaChoiceOf(temporary), undefined);
    assert.equal(mfaChoiceOf(planned('user')), undefined);
    assert.equal(mfaSessionOf(planned(mfaSession('user', device))), undefined);
  });

  it('says so where a role asks for longer than it gets', () => {
    const result = planOf({ config, credentials, ask: 'B', env: one });
    assert.deepEqual(problemsOf(result), ['warning durationOverMfaSession config:8 B']);
    assert.deepEqual(problemsOf(planOf({ config, credentials, ask: 'B' })), []);
    assert.deepEqual(problemsOf(planOf({ config, credentials, ask: 'A', env: one })), []);
  });

  it('lasts as long as the profile with the keys says, if AWS takes that', () => {
    const seconds = (line: string): number | undefined =>
      mfaSessionOf(
        goodPlan({ config: `[profile user]\n${line}\n${withDevice('A')}`, credentials, ask: 'A', env: one }),
      )?.durationSeconds ?? undefined;
    assert.equal(seconds('duration_seconds = 129600'), 129_600);
    assert.equal(seconds('duration_seconds = 129601'), 43_200);
    assert.equal(seconds('duration_seconds = 15m'), 43_200);
  });

  it('is one and the same session either way, so that who changes their mind goes on with it', () => {
    for (const name of ['A', 'B', 'spoke']) {
      assert.equal(idOf(planned(name)), idOf(planned(name, one)), name);
    }
    assert.notEqual(idOf(planned('A')), idOf(planned('plain')));
    assert.notEqual(idOf(planned('A', one)), idOf(planned(mfaSession('user', device), one)));
  });
});

describe('the device that a person chose', () => {
  const tablet: Partial<PlanEnvironment> = { mfaDevices: new Map([['user', other]]) };

  it('gives the codes of the keys and of their roles, and the sessions stay the same', () => {
    assert.deepEqual(drawn(planned('A', tablet)), ['assumeRole tablet 43200']);
    assert.deepEqual(drawn(planned('A', { ...one, ...tablet })), [
      'sessionToken tablet 43200',
      'assumeRole - 3600',
    ]);
    assert.deepEqual(drawn(planned('user', tablet)), ['sessionToken tablet ']);
    assert.deepEqual(drawn(planned(mfaSession('user', undefined), tablet)), ['sessionToken tablet ']);
    assert.equal(idOf(planned('A', tablet)), idOf(planned('A')));
    assert.equal(idOf(planned('A', { ...one, ...tablet })), idOf(planned('A')));
  });

  it('asks no code for a role that wants none, and takes no place of one that was just named', () => {
    assert.deepEqual(drawn(planned('plain', tablet)), ['assumeRole - 43200']);
    assert.deepEqual(drawn(planned(typed({ mfaSerial: device }), tablet)), ['assumeRole phone 43200']);
    assert.deepEqual(drawn(planned(mfaSession('user', device), tablet)), ['sessionToken phone ']);
  });

  it('of the profile with the keys gives the code of the session for all roles', () => {
    const own = `[profile user]\nmfa_serial = ${other}\n${withDevice('A')}`;
    const plan = goodPlan({ config: own, credentials, ask: 'A', env: one });
    assert.deepEqual(drawn(plan), ['sessionToken tablet 43200', 'assumeRole - 3600']);
  });
});

describe('the settings about MFA', () => {
  it('are read without trusting them', () => {
    assert.deepEqual(
      [...readMfaUse({ a: 'oneSession', b: 'eachRole', c: 'both', d: 1 })],
      [
        ['a', 'oneSession'],
        ['b', 'eachRole'],
      ],
    );
    assert.deepEqual(
      [...readMfaDevices({ a: device, b: 'arn:aws:iam::111122223333:user/b', c: 7, d: '' })],
      [['a', device]],
    );
    for (const junk of [undefined, null, 'x', 3, [], [['a', 'oneSession']]]) {
      assert.equal(readMfaUse(junk).size + readMfaDevices(junk).size, 0);
    }
  });

  it('know which devices answer to a browser only', () => {
    assert.deepEqual(
      sortDevices([device, 'arn:aws:iam::111122223333:u2f/user/alice/yubi-EXAMPLE', 'GAHT12345678']),
      {
        withCodes: [device, 'GAHT12345678'],
        securityKeys: ['yubi-EXAMPLE'],
      },
    );
  });
});

describe('a run from the MFA session for all roles', () => {
  const reply = (name: string) => ({
    kind: 'credentials' as const,
    credentials: madeCredentials(name),
    serverTime: undefined,
  });

  it('asks for the session, sends no code with the role, and asks for an hour', async () => {
    const wanted: MfaSessionWanted[] = [];
    const sts = scriptedSts([reply('B')]);
    const result = await run(
      planned('B', one),
      fakeEffects({
        now: () => 0,
        send: sts.send,
        mfaSession: async (asked) => {
          wanted.push(asked);
          return madeCredentials('M');
        },
      }),
      never,
    );
    assert.ok(result.ok);
    assert.deepEqual(wanted, [
      { session: 'B', profile: 'user', serial: device, durationSeconds: 43_200, refused: undefined },
    ]);
    const [{ call, keys: used } = assert.fail('a call')] = sts.sent;
    assert.equal(used?.accessKeyId, 'ASIAEXAMPLEM');
    assert.ok(call.kind === 'assumeRole');
    assert.equal(call.mfa, undefined);
    assert.equal(call.durationSeconds, 3600);
  });

  it('goes on with a new one, once, when AWS calls the kept one over', async () => {
    const refused: (string | undefined)[] = [];
    const over = { kind: 'sourceExpired', profile: '' } as const;
    const effects = (answers: Parameters<typeof scriptedSts>[0]) =>
      fakeEffects({
        now: () => 0,
        send: scriptedSts(answers).send,
        mfaSession: async (asked) => {
          refused.push(asked.refused);
          return madeCredentials(`M${refused.length}`);
        },
      });
    assert.ok((await run(planned('A', one), effects([over, reply('A')]), never)).ok);
    assert.deepEqual(refused, [undefined, 'ASIAEXAMPLEM1']);
    const twice = await run(planned('A', one), effects([over, over]), never);
    assert.ok(!twice.ok);
    assert.deepEqual(twice, { ok: false, step: 1, fault: { kind: 'sourceExpired', profile: 'user' } });
  });

  it('says at the hop of the session why there is none, and nothing when the person cancelled', async () => {
    const fault = { kind: 'mfaWrongCode', serial: device } as const;
    const result = await run(
      planned('A', one),
      fakeEffects({ now: () => 0, mfaSession: async () => fault }),
      never,
    );
    assert.deepEqual(result, { ok: false, fault, step: 0 });
  });

  it('says that a role may want a code of its own when it refuses the session', async () => {
    const denied = {
      kind: 'accessDenied',
      action: 'sts:AssumeRole',
      hints: ['mfaRequired', 'trustPolicy'],
      roleArn: arn('A'),
      caller: undefined,
    } as const;
    const result = await run(
      planned('A', one),
      fakeEffects({
        now: () => 0,
        send: scriptedSts([denied]).send,
        mfaSession: async () => madeCredentials('M'),
      }),
      never,
    );
    assert.ok(!result.ok && result.fault.kind === 'accessDenied');
    assert.deepEqual(result.fault.hints, ['mfaSession', 'trustPolicy']);
    assert.equal(result.step, 1);
  });

  it('asks for the code of a session by hand as before', async () => {
    const { askMfa, questions } = scriptedMfa(['123456']);
    const sts = scriptedSts([reply('M')]);
    const plan = planned(mfaSession('user', device, 900), one);
    assert.ok((await run(plan, fakeEffects({ now: () => 0, send: sts.send, askMfa }), never)).ok);
    assert.equal(questions.length, 1);
  });
});
