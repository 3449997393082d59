import assert from 'node:assert/strict';
import type { AssertionWanted, Effects, ProcessEnd, StsReply } from '../../src/aws/effects.ts';
import type { Fault } from '../../src/aws/faults.ts';
import { run } from '../../src/aws/run.ts';
import { samlProcessOutput } from '../../src/aws/saml/samlProcess.ts';
import { Secret } from '../../src/aws/secret.ts';
import { fakeEffects, scriptedSts } from '../support/fakeEffects.ts';
import { goodPlan, role } from '../support/plans.ts';
import { samlProviderArn, samlRoleArn } from '../support/saml.ts';

const now = Date.UTC(2026, 10, 23, 5);
const hour = 3_600_000;
const config = `[profile corp]
saml_login_url = https://idp.example/app/aws
role_arn = ${samlRoleArn()}
saml_provider_arn = ${samlProviderArn()}
duration_seconds = 14400
`;
const granted = (expiresAt = now + hour): StsReply => ({
  kind: 'credentials',
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: new Secret('EXAMPLEKEY'),
    sessionToken: new Secret('EXAMPLETOKEN'),
    expiresAt,
    accountId: undefined,
    arn: undefined,
  },
  serverTime: now - 2000,
});
const tooLong: Fault = { kind: 'durationOverMaximum', seconds: 14_400, roleArn: samlRoleArn() };
const expired: Fault = { kind: 'samlExpired', profile: '' };

function rig(
  answers: readonly (StsReply | Fault)[],
  gives: readonly (string | Fault)[] = ['EXAMPLE1', 'EXAMPLE2'],
) {
  const wanted: AssertionWanted[] = [];
  const sts = scriptedSts(answers);
  const effects: Effects = fakeEffects({
    now: () => now,
    send: sts.send,
    samlAssertion: (each) => {
      const given = gives[wanted.length] ?? 'EXAMPLE9';
      wanted.push(each);
      return Promise.resolve(typeof given === 'string' ? new Secret(given) : given);
    },
  });
  const start = (text = config, ask = 'corp', signal = new AbortController().signal) =>
    run(goodPlan({ config: text, ask }), effects, signal);
  return { start, wanted, sent: sts.sent };
}

describe('running a SAML plan', () => {
  it('sends the assertion unsigned, with role and provider, and knows the account', async () => {
    const { start, wanted, sent } = rig([granted()]);
    const result = await start();
    assert.ok(result.ok);
    assert.deepEqual([result.credentials.accountId, result.serverSkewMs], ['111122223333', 1001]);
    assert.equal(sent[0]?.keys, undefined);
    assert.deepEqual(sent[0]?.call, {
      kind: 'saml',
      roleArn: samlRoleArn(),
      providerArn: samlProviderArn(),
      assertion: new Secret('EXAMPLE1'),
      durationSeconds: 14_400,
    });
    assert.deepEqual([wanted[0]?.profile, wanted[0]?.refused], ['corp', undefined]);
  });

  it('asks for an hour once with the same assertion where the role allows less, and says so', async () => {
    const { start, wanted, sent } = rig([tooLong, granted()], ['EXAMPLE1', 'EXAMPLE1']);
    const result = await start();
    assert.ok(result.ok);
    assert.deepEqual(
      sent.map(({ call }) => 'durationSeconds' in call && call.durationSeconds),
      [14_400, 3600],
    );
    assert.ok(
      wanted.every(({ refused }) => refused === undefined),
      'nobody signs in again for it',
    );
    assert.deepEqual(result.shortened, [
      { roleArn: samlRoleArn(), askedSeconds: 14_400, grantedSeconds: 3600, byRole: true },
    ]);
  });

  it('leaves the duration to AWS where the profile names none, whatever the assertion says', async () => {
    const { start, sent } = rig([granted()]);
    await start(config.replace('duration_seconds = 14400\n', ''));
    assert.equal(sent[0]?.call.kind === 'saml' && sent[0].call.durationSeconds, undefined);
  });

  it('gets another assertion once for one that AWS finds too old', async () => {
    const once = rig([expired, granted()]);
    assert.ok((await once.start()).ok);
    assert.equal(once.wanted[1]?.refused?.reveal(), 'EXAMPLE1');
    const twice = rig([expired, expired]);
    assert.deepEqual(await twice.start(), {
      ok: false,
      fault: { kind: 'samlExpired', profile: 'corp' },
      step: -1,
    });
  });

  it('passes on what kept the assertion from coming, and why AWS refuses it', async () => {
    const nobody: Fault = { kind: 'signInNeeded', signIn: 'corp' };
    assert.deepEqual(await rig([], [nobody]).start(), { ok: false, fault: nobody, step: -1 });
    const refused: Fault = {
      kind: 'samlRefused',
      what: 'signature',
      roleArn: samlRoleArn(),
      providerArn: samlProviderArn(),
      detail: '',
    };
    assert.deepEqual(await rig([refused]).start(), { ok: false, fault: refused, step: -1 });
  });

  it('says that a role must be picked, and asks nobody for an assertion before', async () => {
    const { start, wanted } = rig([]);
    const result = await start('[profile corp]\nsaml_login_url = https://idp.example/\n');
    assert.deepEqual(result, { ok: false, fault: { kind: 'samlRoleNotChosen', profile: 'corp' }, step: -1 });
    assert.equal(wanted.length, 0);
  });

  it('goes on to other roles with the session', async () => {
    const { start, sent } = rig([granted(), granted()]);
    assert.ok((await start(config + role('spoke', 'corp'), 'spoke')).ok);
    assert.deepEqual(
      sent.map(({ call, keys }) => [call.kind, keys?.accessKeyId]),
      [
        ['saml', undefined],
        ['assumeRole', 'ASIAEXAMPLE'],
      ],
    );
  });

  it('takes nothing that is over already, and stops when the person says so', async () => {
    const dead = await rig([granted(now - hour)]).start();
    assert.ok(!dead.ok && dead.fault.kind === 'deadOnArrival');
    const stopped = await rig([]).start(config, 'corp', AbortSignal.abort());
    assert.ok(!stopped.ok && stopped.fault.kind === 'cancelled');
  });
});

describe('saml_process', () => {
  const signal = new AbortController().signal;
  const ask = (command: string, end: ProcessEnd, platform = 'linux') => {
    const argvs: (readonly string[])[] = [];
    const effects = fakeEffects({
      platform,
      runProcess: (argv) => {
        argvs.push(argv);
        return Promise.resolve(end);
      },
    });
    const done = samlProcessOutput({ profile: 'corp', command: new Secret(command) }, effects, signal);
    return done.then((result) => ({ result, argvs }));
  };
  const printed: ProcessEnd = { kind: 'exited', status: 0, output: new Secret('EXAMPLE') };

  it('is divided as the AWS CLI divides commands', async () => {
    const posix = await ask('"/opt/my idp/get" --user \'al ice\'', printed);
    assert.deepEqual(posix.argvs, [['/opt/my idp/get', '--user', 'al ice']]);
    assert.ok(posix.result instanceof Secret);
    const windows = await ask('C:\\idp\\get.exe "a b"', printed, 'win32');
    assert.deepEqual(windows.argvs, [['C:\\idp\\get.exe', 'a b']]);
  });

  it('says how it failed without a word of what it was called with', async () => {
    const output = new Secret('EXAMPLEPASSWORD');
    for (const [end, what, detail] of [
      [{ kind: 'exited', status: 3, output }, 'failed', '3'],
      [{ kind: 'killed', signal: 'SIGSEGV' }, 'killed', 'SIGSEGV'],
      [{ kind: 'notStarted', code: 'ENOENT' }, 'notFound', ''],
      [{ kind: 'notStarted', code: 'EACCES' }, 'notStarted', 'EACCES'],
      [{ kind: 'timedOut' }, 'timedOut', '60'],
      [{ kind: 'tooMuch' }, 'tooMuch', ''],
    ] as const) {
      const { result } = await ask('get EXAMPLEPASSWORD', end);
      assert.deepEqual(result, { kind: 'samlProcess', profile: 'corp', what, detail });
    }
    assert.deepEqual((await ask('get', { kind: 'cancelled' })).result, { kind: 'cancelled' });
    assert.deepEqual((await ask('"get', printed)).result, {
      kind: 'samlProcess',
      profile: 'corp',
      what: 'quotes',
      detail: '',
    });
    assert.deepEqual((await ask("''", printed)).result, {
      kind: 'samlProcess',
      profile: 'corp',
      what: 'empty',
      detail: '',
    });
  });
});
