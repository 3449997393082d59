import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import { kindOf, readProfiles } from '../../src/aws/profiles.ts';
import { arn, bareEnvironment, device, goodPlan, keys, role } from '../support/plans.ts';
import { Seeded } from '../support/seeded.ts';

describe('planFor', () => {
  describe('several kinds in one profile', () => {
    const sso = 'sso_start_url = https://a\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = R\n';
    const token = 'web_identity_token_file = /t\n';
    const table: readonly (readonly [title: string, properties: string, used: string, told: boolean])[] = [
      ['role before keys', `role_arn = ${arn('A')}\nsource_profile = user\n${keys}`, 'staticKeys', true],
      [
        'its own keys are no second kind',
        `role_arn = ${arn('A')}\nsource_profile = A\n${keys}`,
        'staticKeys',
        false,
      ],
      [
        'web identity before role',
        `role_arn = ${arn('A')}\nsource_profile = user\n${token}`,
        'webIdentity',
        true,
      ],
      ['web identity before Identity Center', `role_arn = ${arn('A')}\n${token}${sso}`, 'webIdentity', true],
      ['Identity Center before keys', `${sso}${keys}`, 'identityCenter', true],
      ['login before process', 'login_session = x\ncredential_process = y\n', 'login', true],
      ['process before keys in config', `credential_process = y\n${keys}`, 'process', true],
      ['keys beside a bare sign-in', `sso_session = s\n${keys}`, 'staticKeys', false],
    ];
    for (const [title, properties, base, told] of table) {
      it(`: ${title}`, () => {
        const plan = goodPlan({ config: `[profile A]\n${properties}[profile user]\n${keys}`, ask: 'A' });
        assert.equal(plan.base.kind, base);
        assert.deepEqual(
          plan.problems.map(({ what }) => what.kind),
          told ? ['severalKinds'] : [],
        );
      });
    }

    it(': all of them are named, but not its own keys where it is its own source', () => {
      const asKeys = [{ sdk: 'Kotlin', kind: 'staticKeys' }];
      for (const [lines, kinds, others] of [
        [`source_profile = A\n${keys}credential_process = y\n`, ['role', 'process'], []],
        [
          `credential_source = Environment\n${keys}`,
          ['credentialSource', 'staticKeys'],
          [{ sdk: 'Go', kind: 'staticKeys' }, ...asKeys],
        ],
      ] as const) {
        const plan = goodPlan({ config: `[profile A]\nrole_arn = ${arn('A')}\n${lines}`, ask: 'A' });
        assert.deepEqual(
          plan.problems.map(({ what }) => what),
          [{ kind: 'severalKinds', name: 'A', kinds, used: kinds[0], others }],
        );
      }
    });

    it(': keys of the credentials file before a process', () => {
      const config = '[profile A]\ncredential_process = y\n';
      assert.equal(goodPlan({ config, credentials: `[A]\n${keys}`, ask: 'A' }).base.kind, 'staticKeys');
    });

    it(': a source’s keys before its role, and a warning that its role is left out', () => {
      const config = `${role('A', 'B')}${role('B', 'user', keys)}[profile user]\n${keys}`;
      const plan = goodPlan({ config, ask: 'A' });
      assert.equal(plan.base.profile, 'B');
      assert.equal(plan.steps.length, 1);
      assert.deepEqual(
        plan.problems.map(({ what }) => what),
        [{ kind: 'severalKinds', name: 'B', kinds: ['staticKeys', 'role'], used: 'staticKeys', others: [] }],
      );
    });

    for (const [properties, elsewhere] of [
      [`${sso}${keys}`, 'JavaScript staticKeys, Go staticKeys, Kotlin staticKeys'],
      [`credential_process = y\n${keys}`, 'JavaScript staticKeys, Go staticKeys, Kotlin staticKeys'],
      [`role_arn = ${arn('A')}\nsource_profile = user\n${token}`, 'JavaScript role, Go role, Kotlin role'],
      [`${sso}credential_process = y\n`, 'JavaScript process'],
      // Nobody has measured where the others would look for it.
      ['login_session = x\ncredential_process = y\n', 'JavaScript process'],
      ['credential_process = y\nsaml_process = z\n', ''],
    ] as const) {
      it(`: other SDKs are named where they differ: ${elsewhere || 'nobody'}`, () => {
        const plan = goodPlan({ config: `[profile A]\n${properties}[profile user]\n${keys}`, ask: 'A' });
        const told = plan.problems.flatMap(({ what }) => (what.kind === 'severalKinds' ? what.others : []));
        assert.equal(told.map(({ sdk, kind }) => `${sdk} ${kind}`).join(', '), elsewhere);
      });
    }
  });

  it('never throws and agrees with kindOf, whatever is in the files (seeded)', () => {
    const names = ['a', 'b', 'c', 'default', '__proto__'] as const;
    const values: readonly [string, ...string[]] = [
      ...names,
      arn('R'),
      device,
      'AKIAEXAMPLE',
      '',
      '3600',
      'eu-west-1',
      'https://x',
      'Environment',
      '…',
    ];
    const properties = [
      'role_arn',
      'source_profile',
      'credential_source',
      'aws_access_key_id',
      'aws_secret_access_key',
      'aws_session_token',
      'mfa_serial',
      'web_identity_token_file',
      'sso_session',
      'sso_account_id',
      'sso_role_name',
      'credential_process',
      'login_session',
      'duration_seconds',
      'region',
      'endpoint_url',
      'services',
    ] as const;
    const plans = { good: 0, broken: 0 };
    for (let seed = 0; seed < 2000; seed++) {
      const random = new Seeded(seed);
      const section = (prefix: string): string =>
        `[${prefix}${random.pick(names)}]\n${random
          .many(random.below(6), () => {
            const key = random.pick(properties);
            const likely =
              key === 'role_arn' ? arn('R') : key === 'source_profile' ? random.pick(names) : undefined;
            return `${key} = ${likely !== undefined && random.chance(80) ? likely : random.pick(values)}\n`;
          })
          .join('')}`;
      const config = random.many(5, () => section('profile ')).join('');
      const set = readProfiles({ config, credentials: section('') });
      for (const [name, profile] of set.profiles) {
        const result = planFor(set, { kind: 'profile', profile: name }, bareEnvironment);
        const failing = `seed ${seed}, profile ${name}:\n${config}`;
        plans[result.ok ? 'good' : 'broken']++;
        const problems = result.ok ? result.plan.problems : result.problems;
        assert.equal(
          problems.some(({ severity }) => severity === 'error'),
          !result.ok,
          failing,
        );
        if (result.ok) {
          const kind = kindOf(profile);
          const isRole = result.plan.steps.some((step) => step.kind === 'assumeRole');
          assert.equal(isRole, kind === 'role' || kind === 'credentialSource', failing);
          assert.ok(isRole || result.plan.base.kind === kind, failing);
        } else {
          assert.equal(result.hops[0]?.profile, name, failing);
          assert.ok(
            result.hops.some(({ broken }) => broken),
            failing,
          );
        }
      }
    }
    assert.ok(plans.good > 500 && plans.broken > 500, JSON.stringify(plans));
  });
});
