import assert from 'node:assert/strict';
import { needsPerson } from '../../src/aws/plan.ts';
import type { PlanInput } from '../support/plans.ts';
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

/** The calls of a plan in one line each. */
function steps(input: PlanInput): string[] {
  return goodPlan(input).steps.map((step) => {
    const what = step.kind === 'assumeRole' ? `${step.roleArn} ≤${step.maxDurationSeconds}` : step.kind;
    return [what, step.durationSeconds, step.mfaSerial].filter((part) => part !== undefined).join(' ');
  });
}

describe('planFor', () => {
  describe('a profile', () => {
    it('of long-term keys is a GetSessionToken, with a code when it names a device', () => {
      const config = `[profile user]\n${keys}[profile device]\n${keys}mfa_serial = ${device}\n`;
      assert.deepEqual(steps({ config, ask: 'user' }), ['sessionToken']);
      assert.deepEqual(steps({ config, ask: 'device' }), [`sessionToken ${device}`]);
      assert.equal(needsPerson(goodPlan({ config, ask: 'user' })), false);
      assert.equal(needsPerson(goodPlan({ config, ask: 'device' })), true);
    });

    it('stands at its device’s line, else at its header', () => {
      const config = `[profile user]\n${keys}[profile device]\n${keys}mfa_serial = ${device}\n`;
      assert.equal(goodPlan({ config, ask: 'user' }).steps[0]?.place?.line, 1);
      assert.equal(goodPlan({ config, ask: 'device' }).steps[0]?.place?.line, 7);
    });

    it('believes an account only when it is one', () => {
      for (const [written, believed] of [
        ['111122223333', '111122223333'],
        ['1111-2222-3333', undefined],
      ] as const) {
        const { base } = goodPlan({
          config: `[profile user]\n${keys}aws_account_id = ${written}\n`,
          ask: 'user',
        });
        assert.ok(base.kind === 'staticKeys');
        assert.equal(base.accountId, believed);
      }
    });

    it('of pasted temporary keys needs no call', () => {
      const plan = goodPlan({ config: `[profile user]\n${keys}${token}`, ask: 'user' });
      assert.deepEqual(plan.steps, []);
      assert.ok(plan.base.kind === 'staticKeys');
      assert.equal(plan.base.sessionToken?.reveal(), 'EXAMPLETOKEN');
    });

    it('of a role assumes it with the keys of its source, not with a session of theirs', () => {
      const config = `[profile user]\n${keys}mfa_serial = ${device}\n${role('A', 'user')}`;
      assert.deepEqual(steps({ config, ask: 'A' }), [`${arn('A')} ≤43200`]);
    });

    it('follows a chain to its end, an hour at most after the first role', () => {
      const config = `${role('A', 'B')}${role('B', 'C')}${role('C', 'user')}[profile user]\n${keys}`;
      assert.deepEqual(steps({ config, ask: 'A' }), [
        `${arn('C')} ≤43200`,
        `${arn('B')} ≤3600`,
        `${arn('A')} ≤3600`,
      ]);
    });

    it('follows a thousand sources', () => {
      const links = Array.from({ length: 1000 }, (_, index) => role(`r${index}`, `r${index + 1}`));
      const config = `${links.join('')}[profile r1000]\n${keys}`;
      assert.equal(goodPlan({ config, ask: 'r0' }).steps.length, 1000);
    });

    it('grants an hour at most to a role from temporary keys', () => {
      const config = `[profile user]\n${keys}${token}${role('A', 'user')}`;
      assert.deepEqual(steps({ config, ask: 'A' }), [`${arn('A')} ≤3600`]);
    });

    it('keeps a secret out of everything that can be printed', () => {
      const config = `[profile user]\n${keys}${token}`;
      assert.doesNotMatch(JSON.stringify(goodPlan({ config, ask: 'user' })), /EXAMPLEKEY|EXAMPLETOKEN/);
    });

    it('says where each hop stands', () => {
      const plan = goodPlan({ config: role('A', 'user'), credentials: `[user]\n${keys}`, ask: 'A' });
      assert.deepEqual(plan.base.place, { file: 'credentials', line: 2 });
      assert.deepEqual(plan.steps[0]?.place, { file: 'config', line: 2 });
    });

    it('knows credential_source in any case, and that a machine’s keys are temporary', () => {
      for (const [source, max] of [
        ['Ec2InstanceMetadata', 3600],
        ['ECSCONTAINER', 3600],
        ['environment', 43_200],
      ] as const) {
        const config = `[profile A]\nrole_arn = ${arn('A')}\ncredential_source = ${source}\n`;
        assert.deepEqual(steps({ config, ask: 'A' }), [`${arn('A')} ≤${max}`]);
      }
    });

    it('with a process, a login or Identity Center as source is planned', () => {
      for (const [source, kind, max] of [
        ['credential_process = make-keys', 'process', 43_200],
        [`login_session = arn:aws:iam::111122223333:user/a`, 'login', 3600],
        [
          'sso_start_url = https://a\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = R',
          'identityCenter',
          3600,
        ],
      ] as const) {
        const config = `${role('A', 'source')}[profile source]\n${source}\n`;
        assert.equal(goodPlan({ config, ask: 'A' }).base.kind, kind);
        assert.deepEqual(steps({ config, ask: 'A' }), [`${arn('A')} ≤${max}`]);
      }
    });

    it('may be called anything', () => {
      const config = `${role('constructor', '__proto__')}[profile __proto__]\n${keys}`;
      assert.deepEqual(steps({ config, ask: 'constructor' }), [`${arn('constructor')} ≤43200`]);
    });
  });

  describe('an MFA session', () => {
    const config = `[profile user]\n${keys}mfa_serial = ${device}\n[profile pasted]\n${keys}${token}${role('A', 'user')}`;

    it('uses the device and the time that were asked for, else the profile’s and AWS’s', () => {
      assert.deepEqual(steps({ config, ask: mfaSession('user') }), [`sessionToken ${device}`]);
      assert.deepEqual(steps({ config, ask: mfaSession('user', 'GAHT12345678', 900) }), [
        'sessionToken 900 GAHT12345678',
      ]);
    });

    it('needs long-term keys', () => {
      const place = { pasted: 'config:5', A: 'config:9' };
      for (const name of ['pasted', 'A'] as const) {
        const problems = problemsOf(planOf({ config, ask: mfaSession(name) }));
        assert.deepEqual(problems, [`error needsLongTermKeys ${place[name]} ${name}`]);
      }
    });

    it('needs a profile that is there', () => {
      const result = planOf({ config, ask: mfaSession('gone') });
      assert.deepEqual(problemsOf(result), ['error unknownProfile nowhere gone']);
      assert.ok(!result.ok);
    });

    it('lasts from 15 minutes to 36 hours', () => {
      for (const seconds of [899, 129_601]) {
        assert.deepEqual(problemsOf(planOf({ config, ask: mfaSession('user', device, seconds) })), [
          'error durationOutOfRange nowhere user',
        ]);
      }
    });
  });

  describe('a typed role', () => {
    const config = `[profile user]\n${keys}mfa_serial = ${device}\nregion = eu-west-1\n${role('A', 'user')}`;

    it('is assumed with the source’s own keys', () => {
      const ask = typed({ durationSeconds: 43_200, mfaSerial: device });
      assert.deepEqual(steps({ config, ask }), [`${arn('Typed')} ≤43200 43200 ${device}`]);
    });

    it('comes after the source’s role', () => {
      const ask = typed({ sourceProfile: 'A', durationSeconds: 7200 });
      assert.deepEqual(steps({ config, ask }), [`${arn('A')} ≤43200`, `${arn('Typed')} ≤3600 3600`]);
      assert.deepEqual(problemsOf(planOf({ config, ask })), ['warning durationOverChaining nowhere by hand']);
    });

    it('says what AWS would refuse', () => {
      const ask = typed({
        roleArn: 'arn:x',
        externalId: 'é',
        sessionName: 'a b',
        mfaSerial: 'x',
        durationSeconds: 1,
      });
      assert.deepEqual(problemsOf(planOf({ config, ask })), [
        'error invalidRoleArn nowhere by hand',
        'error invalidExternalId nowhere by hand',
        'error invalidSessionName nowhere by hand',
        'error invalidMfaSerial nowhere by hand',
        'error durationOutOfRange nowhere by hand',
      ]);
    });

    it('takes a source’s keys before its role', () => {
      const both = `${config}${keys}`;
      assert.deepEqual(steps({ config: both, ask: typed({ sourceProfile: 'A' }) }), [
        `${arn('Typed')} ≤43200`,
      ]);
    });

    it('needs a source that is there', () => {
      const result = planOf({ config, ask: typed({ sourceProfile: 'gone' }) });
      assert.deepEqual(problemsOf(result), ['error missingSourceProfile nowhere by hand']);
      assert.ok(!result.ok);
      assert.deepEqual(
        result.hops.map(({ profile, broken }) => [profile, broken]),
        [
          ['by hand', true],
          ['gone', true],
        ],
      );
    });
  });
});
