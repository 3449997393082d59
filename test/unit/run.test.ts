import assert from 'node:assert/strict';
import type { StsReply } from '../../src/aws/effects.ts';
import type { Fault } from '../../src/aws/faults.ts';
import type { Plan } from '../../src/aws/planModel.ts';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { RunOptions, RunResult } from '../../src/aws/run.ts';
import { run } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import { fakeEffects, madeCredentials, scriptedMfa, scriptedSts } from '../support/fakeEffects.ts';

const now = 1_000_000;
const device = 'arn:aws:iam::111122223333:mfa/alice';
const wrongCode: Fault = { kind: 'mfaWrongCode', serial: device };
const keys = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLEKEY\n';
const files = `
[profile alice]
${keys}mfa_serial = ${device}
[profile known]
${keys}aws_account_id = 444455556666
[profile pasted]
${keys}aws_session_token = EXAMPLETOKEN
[profile admin]
role_arn = arn:aws:iam::222233334444:role/Admin
source_profile = alice
mfa_serial = ${device}
external_id = stranger
role_session_name = alice-here
duration_seconds = 7200
[profile far]
role_arn = arn:aws:iam::333344445555:role/Far
source_profile = admin
[profile twice]
role_arn = arn:aws:iam::333344445555:role/Twice
source_profile = admin
mfa_serial = ${device}
[profile plain]
role_arn = arn:aws:iam::222233334444:role/Plain
source_profile = alice
[profile console]
login_session = arn:aws:iam::111122223333:user/alice
[profile ci]
role_arn = arn:aws:iam::222233334444:role/Ci
web_identity_token_file = /run/token
[profile deploy]
role_arn = arn:aws:iam::222233334444:role/Deploy
source_profile = ci
[profile nightly]
role_arn = arn:aws:iam::222233334444:role/Nightly
source_profile = alice
duration_seconds = 28800
[profile nightly-mfa]
role_arn = arn:aws:iam::222233334444:role/Nightly
source_profile = alice
mfa_serial = ${device}
duration_seconds = 28800
[profile tagged]
role_arn = arn:aws:iam::222233334444:role/Tagged
source_profile = alice
source_identity = alice
session_tags = team=blue, stage = dev
transitive_session_tags = team
`;

function plan(profile: string): Plan {
  const env = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
  const result = planFor(
    readProfiles({ config: files, credentials: undefined }),
    { kind: 'profile', profile },
    env,
  );
  assert.ok(result.ok, JSON.stringify(result));
  return result.plan;
}

function reply(name: string, over: Partial<Extract<StsReply, { kind: 'credentials' }>> = {}): StsReply {
  return { kind: 'credentials', credentials: madeCredentials(name), serverTime: undefined, ...over };
}

interface Played {
  readonly result: RunResult;
  readonly sent: ReturnType<typeof scriptedSts>['sent'];
  readonly questions: ReturnType<typeof scriptedMfa>['questions'];
}

async function play(
  profile: string,
  answers: readonly (StsReply | Fault)[],
  codes: readonly string[] = [],
  options: RunOptions = {},
): Promise<Played> {
  const { send, sent } = scriptedSts(answers);
  const { askMfa, questions } = scriptedMfa(codes);
  const effects = fakeEffects({ now: () => now, send, askMfa });
  return {
    result: await run(plan(profile), effects, new AbortController().signal, options),
    sent,
    questions,
  };
}

function fault({ result }: Played): Fault & { step: number } {
  assert.ok(!result.ok, 'it started');
  return { ...result.fault, step: result.step };
}

describe('run', () => {
  it('sends one call a step, each with the credentials of the one before', async () => {
    const { result, sent, questions } = await play('far', [reply('ADMIN'), reply('FAR')], ['123456']);
    assert.deepEqual(
      sent.map(({ call, keys, target }) => [call.kind, keys?.accessKeyId, target.endpoint]),
      [
        ['assumeRole', 'AKIAEXAMPLE', 'https://sts.us-east-1.amazonaws.com'],
        ['assumeRole', 'ASIAEXAMPLEADMIN', 'https://sts.us-east-1.amazonaws.com'],
      ],
    );
    assert.ok(result.ok);
    assert.equal(result.credentials.accessKeyId, 'ASIAEXAMPLEFAR');
    assert.equal(result.credentials.accountId, '333344445555');
    assert.deepEqual(questions, [{ session: 'far', serial: device, retry: undefined }]);
  });

  it('sends what the profile says', async () => {
    const { sent } = await play('admin', [reply('ADMIN')], ['123456']);
    const call = sent[0]?.call;
    assert.ok(call?.kind === 'assumeRole');
    const { mfa, ...rest } = call;
    assert.deepEqual(rest, {
      kind: 'assumeRole',
      roleArn: 'arn:aws:iam::222233334444:role/Admin',
      sessionName: 'alice-here',
      externalId: 'stranger',
      durationSeconds: 7200,
    });
    assert.deepEqual([mfa?.serial, mfa?.code.reveal()], [device, '123456']);
  });

  it('names a session that has no name', async () => {
    for (const [asked, sessionName] of [
      [undefined, 'vscode'],
      ['vscode-Zoë Ångström', 'vscode-Zo-ngstr-m'],
      ['x'.repeat(80), 'x'.repeat(64)],
    ] as const) {
      const options = asked === undefined ? {} : { defaultSessionName: asked };
      const { sent } = await play('plain', [reply('PLAIN')], [], options);
      const call = sent[0]?.call;
      assert.ok(call?.kind === 'assumeRole');
      assert.equal(call.sessionName, sessionName);
    }
  });

  it('passes temporary keys on as they are, without a call', async () => {
    const { result, sent } = await play('pasted', []);
    assert.deepEqual(sent, []);
    assert.ok(result.ok);
    assert.equal(result.credentials.sessionToken?.reveal(), 'EXAMPLETOKEN');
    assert.equal(result.credentials.expiresAt, undefined);
    assert.equal(result.serverSkewMs, undefined);
  });

  it('tells how full the policies of the last call were, and only of that', async () => {
    const { result } = await play('plain', [reply('role', { packedPolicyPercent: 42 })]);
    assert.ok(result.ok);
    assert.equal(result.packedPolicyPercent, 42);
    const none = await play('plain', [reply('role')]);
    assert.ok(none.result.ok && !('packedPolicyPercent' in none.result));
  });

  it('tells how far our clock is ahead', async () => {
    const ahead = await play('plain', [reply('PLAIN', { serverTime: now - 90_000 })]);
    assert.ok(ahead.result.ok);
    // AWS's second had begun up to 999 ms before.
    assert.equal(ahead.result.serverSkewMs, 89_001);
    const unknown = await play('plain', [reply('PLAIN')]);
    assert.ok(unknown.result.ok);
    assert.equal(unknown.result.serverSkewMs, undefined);
  });

  it('refuses credentials that are over, by AWS’s clock where it is known', async () => {
    const over = { credentials: madeCredentials('OVER', { expiresAt: now }) };
    assert.equal(fault(await play('plain', [reply('OVER', over)])).kind, 'deadOnArrival');
    assert.ok((await play('plain', [reply('OVER', { ...over, serverTime: now - 60_000 })])).result.ok);
    assert.equal(
      fault(await play('plain', [reply('LATE', { serverTime: 20_000_000 })])).kind,
      'deadOnArrival',
    );
  });

  it('sends tags and source identity', async () => {
    const { sent } = await play('tagged', [reply('TAGGED')]);
    const call = sent[0]?.call;
    assert.ok(call?.kind === 'assumeRole');
    assert.deepEqual(
      [call.sourceIdentity, call.tags?.length, call.transitiveTagKeys],
      ['alice', 2, ['team']],
    );
  });

  describe('a role that allows less than was asked for', () => {
    const nightly = 'arn:aws:iam::222233334444:role/Nightly';
    const refusal = { kind: 'durationOverMaximum', seconds: 28_800, roleArn: nightly } as const;
    const seconds = ({ sent }: Played): unknown[] =>
      sent.map(({ call }) => call.kind === 'assumeRole' && call.durationSeconds);

    it('is asked for an hour, once, and it is said', async () => {
      const played = await play('nightly', [refusal, reply('NIGHTLY')]);
      assert.deepEqual(seconds(played), [28_800, 3600]);
      assert.ok(played.result.ok);
      assert.deepEqual(played.result.shortened, [
        { roleArn: nightly, askedSeconds: 28_800, grantedSeconds: 3600, byRole: true },
      ]);
      const twice = await play('nightly', [refusal, refusal]);
      assert.deepEqual(fault(twice), { ...refusal, step: 0 });
    });

    it('is not asked for what it is known to refuse', async () => {
      const options: RunOptions = { refusedBy: (role) => (role === nightly ? 28_800 : undefined) };
      const played = await play('nightly', [reply('NIGHTLY')], [], options);
      assert.deepEqual(seconds(played), [3600]);
      assert.ok(played.result.ok && !('shortened' in played.result));
      assert.deepEqual(seconds(await play('plain', [reply('PLAIN')], [], options)), [undefined]);
    });

    it('is asked for less than it refused, which its maximum may allow', async () => {
      const options: RunOptions = { refusedBy: () => 36_000 };
      assert.deepEqual(seconds(await play('nightly', [reply('NIGHTLY')], [], options)), [28_800]);
      const refused = await play('nightly', [refusal, reply('NIGHTLY')], [], options);
      assert.deepEqual(seconds(refused), [28_800, 3600]);
      assert.ok(refused.result.ok);
      assert.equal(refused.result.shortened?.[0]?.askedSeconds, 28_800, 'which is remembered from then on');
    });

    it('is not its own doing where the chain is the reason', async () => {
      const over = { ...refusal, kind: 'durationOverChaining' } as const;
      const { result } = await play('nightly', [over, reply('NIGHTLY')]);
      assert.ok(result.ok);
      assert.equal(result.shortened?.[0]?.byRole, false);
    });

    it('wants the next MFA code, because AWS may have used the first one up', async () => {
      const played = await play('nightly-mfa', [refusal, reply('NIGHTLY')], ['111111', '111111', '222222']);
      assert.ok(played.result.ok);
      assert.deepEqual(
        played.questions.map(({ retry }) => retry),
        [undefined, 'usedCode', 'usedCode'],
      );
    });
  });

  describe('MFA', () => {
    it('asks again after a wrong code without repeating the step before', async () => {
      const answers = [reply('ADMIN'), wrongCode, reply('TWICE')];
      const { result, sent, questions } = await play('twice', answers, ['111111', '222222', '333333']);
      assert.ok(result.ok);
      assert.deepEqual(
        sent.map(({ keys }) => keys?.accessKeyId),
        ['AKIAEXAMPLE', 'ASIAEXAMPLEADMIN', 'ASIAEXAMPLEADMIN'],
      );
      assert.deepEqual(
        questions.map(({ retry }) => retry),
        [undefined, 'usedCode', 'wrongCode'],
      );
    });

    it('gives up after three wrong codes', async () => {
      const played = await play(
        'admin',
        [wrongCode, wrongCode, wrongCode],
        ['111111', '222222', '333333', '444444'],
      );
      assert.deepEqual(fault(played), { ...wrongCode, step: 0 });
      assert.equal(played.sent.length, 3);
      assert.equal(played.questions.length, 3);
    });

    it('sends no code a second time that AWS has taken', async () => {
      const answers = [reply('ADMIN'), reply('TWICE')];
      const { result, sent, questions } = await play('twice', answers, ['111111', '111111', '222222']);
      assert.ok(result.ok);
      assert.equal(sent.length, 2);
      assert.deepEqual(
        questions.map(({ retry }) => retry),
        [undefined, 'usedCode', 'usedCode'],
      );
      const stubborn = await play('twice', answers, ['111111', '111111', '111111', '111111']);
      assert.deepEqual(fault(stubborn), { ...wrongCode, step: 1 });
    });

    it('is silent when the person cancels, before the call and between two', async () => {
      assert.deepEqual(fault(await play('admin', [], [])), { kind: 'cancelled', step: 0 });
      assert.deepEqual(fault(await play('twice', [reply('ADMIN')], ['111111'])), {
        kind: 'cancelled',
        step: 1,
      });
    });

    it('does not ask again for another fault', async () => {
      const unknown: Fault = { kind: 'mfaUnknownDevice', serial: device };
      const played = await play('admin', [unknown], ['111111', '222222']);
      assert.deepEqual(fault(played), { ...unknown, step: 0 });
      assert.equal(played.questions.length, 1);
    });
  });

  describe('a chosen duration', () => {
    const seconds = async (profile: string, durationSeconds: number): Promise<(number | undefined)[]> => {
      const answers = [reply('ONE'), reply('TWO')];
      const { sent } = await play(profile, answers, ['111111'], { durationSeconds });
      return sent.map(({ call }) => ('durationSeconds' in call ? call.durationSeconds : undefined));
    };

    it('is what the last step asks for, within what AWS can grant', async () => {
      assert.deepEqual(await seconds('admin', 3600), [3600]);
      assert.deepEqual(await seconds('admin', 99_999), [43_200]);
      assert.deepEqual(await seconds('plain', 60), [900]);
      assert.deepEqual(await seconds('alice', 129_600), [129_600]);
    });

    it('is the most that an earlier step asks for', async () => {
      assert.deepEqual(await seconds('far', 1800), [1800, 1800]);
      assert.deepEqual(await seconds('far', 43_200), [7200, 3600]);
    });
  });

  describe('faults', () => {
    it('name the profile whose keys were used', async () => {
      const unknown: Fault = { kind: 'unknownKey', profile: '', accessKeyId: 'AKIAEXAMPLE' };
      const first = fault(await play('far', [unknown], ['111111']));
      assert.deepEqual(first, { ...unknown, profile: 'alice', step: 0 });
      const expired: Fault = { kind: 'sourceExpired', profile: '' };
      const second = fault(await play('far', [reply('ADMIN'), expired], ['111111']));
      assert.deepEqual(second, { ...expired, profile: 'admin', step: 1 });
    });

    it('do not advise a code where a code could not be given', async () => {
      const denied: Fault = {
        kind: 'accessDenied',
        action: 'sts:AssumeRole',
        hints: ['mfaRequired', 'trustPolicy'],
        roleArn: undefined,
        caller: undefined,
      };
      const byUser = fault(await play('plain', [denied]));
      assert.ok(byUser.kind === 'accessDenied');
      assert.deepEqual(byUser.hints, ['mfaRequired', 'trustPolicy']);
      const byRole = fault(await play('far', [reply('ADMIN'), denied], ['111111']));
      assert.ok(byRole.kind === 'accessDenied');
      assert.deepEqual(byRole.hints, ['trustPolicy']);
      const { send } = scriptedSts([reply('CI'), denied]);
      const token = { kind: 'text', text: new Secret('EXAMPLE.TOKEN.text') } as const;
      const effects = fakeEffects({ now: () => now, send, readFile: () => Promise.resolve(token) });
      const bySignIn = await run(plan('deploy'), effects, new AbortController().signal);
      assert.ok(!bySignIn.ok && bySignIn.fault.kind === 'accessDenied');
      assert.deepEqual(bySignIn.fault.hints, ['trustPolicy']);
    });

    it('come from effects that throw, too', async () => {
      const effects = fakeEffects({ now: () => now });
      const result = await run(plan('plain'), effects, new AbortController().signal);
      assert.deepEqual(result, {
        ok: false,
        step: 0,
        fault: { kind: 'internal', message: 'Error: the test did not expect send' },
      });
    });

    it('come from an answer of the wrong kind', async () => {
      const identity = {
        accountId: '111122223333',
        arn: 'arn:aws:iam::111122223333:user/alice',
        userId: 'AIDAEXAMPLE',
      };
      const played = await play('plain', [{ kind: 'identity', identity, serverTime: undefined }]);
      assert.equal(fault(played).kind, 'internal');
    });
  });

  it('stops at an abort: while asking, before sending, while sending', async () => {
    const cancelled = { ok: false, fault: { kind: 'cancelled' }, step: 0 };
    const before = new AbortController();
    before.abort();
    assert.deepEqual(await run(plan('plain'), fakeEffects({}), before.signal), cancelled);

    const asking = new AbortController();
    const askMfa = (): Promise<never> => {
      asking.abort();
      return Promise.reject(new Error('aborted'));
    };
    assert.deepEqual(await run(plan('admin'), fakeEffects({ askMfa }), asking.signal), cancelled);

    const sending = new AbortController();
    const send = (): Promise<Fault> => {
      sending.abort();
      return Promise.resolve({ kind: 'timedOut', host: 'sts.example', seconds: 30 });
    };
    assert.deepEqual(
      await run(plan('plain'), fakeEffects({ now: () => now, send }), sending.signal),
      cancelled,
    );
  });

  it('takes the account from the device or the profile when STS does not say it', async () => {
    const { result } = await play('alice', [reply('ALICE')], ['111111']);
    assert.ok(result.ok);
    assert.equal(result.credentials.accountId, '111122223333');
    const known = await play('known', [reply('KNOWN')]);
    assert.ok(known.result.ok);
    assert.equal(known.result.credentials.accountId, '444455556666');
  });
});
