import assert from 'node:assert/strict';
import { canonicalPlan } from '../../src/aws/hash.ts';
import type { Plan, SessionRequest } from '../../src/aws/planModel.ts';
import { narrowedAs, readOnlyRequest } from '../../src/aws/readOnly.ts';
import { arn, goodPlan, keys, mfaSession, planOf, problemsOf, role, token, typed } from '../support/plans.ts';

const user = `[profile user]\n${keys}`;
const allow = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
const readOnly = (profile: string): SessionRequest => ({ kind: 'profile', profile, readOnly: true });
const readOnlyAccess = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const id = (plan: Plan): string => canonicalPlan(plan);
const federation = (over: Partial<Extract<SessionRequest, { kind: 'federation' }>> = {}): SessionRequest => ({
  kind: 'federation',
  profile: 'user',
  userName: 'guest',
  durationSeconds: undefined,
  ...over,
});

describe('planFor', () => {
  describe('session policies of a profile', () => {
    it('go with its own hop', () => {
      const config = `${user}${role('A', 'user', 'session_policy_arns = ReadOnlyAccess, arn:aws:iam::222233334444:policy/x\n')}${role('B', 'A')}`;
      const [first, second] = goodPlan({ config, ask: 'B' }).steps;
      assert.deepEqual(first?.kind === 'assumeRole' && first.policies, {
        arns: [readOnlyAccess, 'arn:aws:iam::222233334444:policy/x'],
      });
      assert.ok(second?.kind === 'assumeRole' && !('policies' in second));
    });

    it('may be written out, over several lines', () => {
      const config = `${user}${role('A', 'user', 'session_policy = {\n  "Statement": {\n    "Effect": "Allow", "Action": "s3:*",\n    "Resource": "*" } }\n')}`;
      const [step] = goodPlan({ config, ask: 'A' }).steps;
      assert.deepEqual(step?.kind === 'assumeRole' && step.policies, { inline: allow });
    });

    it('go with a web identity', () => {
      const config = `[profile W]\nrole_arn = ${arn('W')}\nweb_identity_token_file = /t\nsession_policy = ${allow}\n`;
      const { base } = goodPlan({ config, ask: 'W' });
      assert.deepEqual(base.kind === 'webIdentity' && base.policies, { inline: allow });
    });

    it('go with a role of SAML, and read-only in their place where there are none', () => {
      const saml = `[profile S]\nsaml_login_url = https://idp.example/aws\nrole_arn = ${arn('S')}\nsaml_provider_arn = arn:aws:iam::222233334444:saml-provider/idp\n`;
      const { base } = goodPlan({ config: `${saml}session_policy = ${allow}\n`, ask: 'S' });
      assert.deepEqual(base.kind === 'saml' && base.policies, { inline: allow });
      const narrowed = goodPlan({ config: saml, ask: readOnly('S') });
      assert.deepEqual(narrowed.base.kind === 'saml' && narrowed.base.policies, { arns: [readOnlyAccess] });
      assert.notEqual(id(narrowed), id(goodPlan({ config: saml, ask: 'S' })));
    });

    for (const [title, lines, line] of [
      ['no JSON', 'session_policy = {\n', 7],
      ['an ARN of another kind', 'session_policy_arns = arn:aws:iam::222233334444:role/x\n', 7],
      ['an ARN of another account', 'session_policy_arns = arn:aws:iam::111122223333:policy/x\n', 7],
      ['the second of both', `session_policy = ${allow}\nsession_policy_arns = a:b\n`, 8],
    ] as const) {
      it(`are an error at their line: ${title}`, () => {
        const result = planOf({ config: `${user}${role('A', 'user', lines)}`, ask: 'A' });
        assert.deepEqual(problemsOf(result), [`error invalidSessionPolicies config:${line} A`]);
      });
    }
  });

  describe('session policies that nothing takes', () => {
    const lines = `session_policy = ${allow}\nsession_policy_arns = ReadOnlyAccess\n`;
    const sso = 'sso_start_url = https://acme.example/start\nsso_region = eu-west-1\n';
    for (const [title, more, line] of [
      ['keys', keys, 4],
      ['Identity Center', `${sso}sso_account_id = 111122223333\nsso_role_name = R\n`, 6],
      ['a process', 'credential_process = x\n', 3],
      ['a console sign-in', 'login_session = arn:aws:iam::111122223333:user/alice\n', 3],
    ] as const) {
      it(`are an error at their lines: ${title}`, () => {
        const problems = problemsOf(planOf({ config: `[profile A]\n${more}${lines}`, ask: 'A' }));
        assert.deepEqual(
          problems.filter((problem) => problem.includes('policiesNotTaken')),
          [line, line + 1].map((at) => `error policiesNotTaken config:${at} A`),
        );
      });
    }

    it('are one with an MFA session too, and none for a role that has a profile with them as its source', () => {
      const config = `[profile user]\n${keys}session_policy_arns = ReadOnlyAccess\n${role('A', 'user')}`;
      assert.deepEqual(problemsOf(planOf({ config, ask: mfaSession('user') })), [
        'error policiesNotTaken config:4 user',
      ]);
      assert.deepEqual(goodPlan({ config, ask: 'A' }).problems, []);
    });

    it('are none in a profile without credentials, which others include', () => {
      const config = '[profile A]\nsession_policy_arns = ReadOnlyAccess\n';
      assert.deepEqual(problemsOf(planOf({ config, ask: 'A' })), ['error noCredentials config:1 A']);
    });

    it('are none with a role that has its own keys', () => {
      const config = `${role('A', 'A', keys)}session_policy_arns = ReadOnlyAccess\n`;
      const [step] = goodPlan({ config, ask: 'A' }).steps;
      assert.deepEqual(step?.kind === 'assumeRole' && step.policies, { arns: [readOnlyAccess] });
    });
  });

  describe('a role that was typed in', () => {
    it('takes tags, a source identity and policies along', () => {
      const policies = { inline: allow, arns: ['arn:aws:iam::222233334444:policy/x'] };
      const tags = [{ key: 'team', value: 'blue' }];
      const ask = typed({ tags, transitiveTagKeys: ['team'], sourceIdentity: 'alice', policies });
      const [step] = goodPlan({ config: user, ask }).steps;
      assert.ok(step?.kind === 'assumeRole');
      assert.deepEqual(
        [step.tags, step.transitiveTagKeys, step.sourceIdentity, step.policies],
        [tags, ['team'], 'alice', policies],
      );
    });

    it('is checked again, for it may come from an older store', () => {
      const ask = typed({
        tags: [{ key: '!', value: '' }],
        transitiveTagKeys: ['team'],
        sourceIdentity: 'aws:me',
        policies: { inline: '{' },
      });
      assert.deepEqual(problemsOf(planOf({ config: user, ask })), [
        'error invalidSessionTags nowhere by hand',
        'error transitiveTagMissing nowhere by hand',
        'error invalidSourceIdentity nowhere by hand',
        'error invalidSessionPolicies nowhere by hand',
      ]);
    });

    it('has another id with each of them', () => {
      const plans = [
        typed(),
        typed({ tags: [{ key: 'a', value: 'b' }] }),
        typed({ sourceIdentity: 'alice' }),
        typed({ policies: { inline: allow } }),
        typed({ readOnly: true }),
      ].map((ask) => id(goodPlan({ config: user, ask })));
      assert.equal(new Set(plans).size, plans.length);
    });

    it('without them leaves no trace of them', () => {
      const [step] = goodPlan({ config: user, ask: typed({ policies: {} }) }).steps;
      assert.ok(step !== undefined && !('policies' in step) && !('tags' in step));
    });
  });

  describe('read-only', () => {
    it('narrows the last hop and leaves those before as they are', () => {
      const config = `${user}${role('A', 'user')}${role('B', 'A')}`;
      const plan = goodPlan({ config, ask: readOnly('B') });
      const [first, last] = plan.steps;
      assert.ok(first?.kind === 'assumeRole' && !('policies' in first));
      assert.deepEqual(last?.kind === 'assumeRole' && last.policies, { arns: [readOnlyAccess] });
      assert.equal(plan.name, 'B (read-only)');
      const usual = goodPlan({ config, ask: 'B' });
      assert.equal(usual.name, 'B');
      assert.notEqual(id(plan), id(usual), 'both can live side by side');
    });

    it('works for a web identity, in the role’s own partition', () => {
      const roleArn = 'arn:aws-cn:iam::222233334444:role/W';
      const config = `[profile W]\nregion = cn-north-1\nrole_arn = ${roleArn}\nweb_identity_token_file = /t\n`;
      const { base } = goodPlan({ config, ask: readOnly('W') });
      assert.deepEqual(base.kind === 'webIdentity' && base.policies, {
        arns: ['arn:aws-cn:iam::aws:policy/ReadOnlyAccess'],
      });
    });

    it('works for a role that was typed in and for one of a machine', () => {
      assert.equal(goodPlan({ config: user, ask: typed({ readOnly: true }) }).name, 'by hand (read-only)');
      const config = `[profile M]\nrole_arn = ${arn('M')}\ncredential_source = Environment\n`;
      assert.ok(planOf({ config, ask: readOnly('M') }).ok);
    });

    it('is content with a role that is narrowed to the same already', () => {
      const config = `${user}${role('A', 'user', 'session_policy_arns = ReadOnlyAccess\n')}`;
      assert.ok(planOf({ config, ask: readOnly('A') }).ok);
    });

    const sso = 'sso_start_url = https://acme.example/start\nsso_region = eu-west-1\n';
    for (const [why, config, place] of [
      ['sessionToken', `[profile A]\n${keys}`, 'config:1'],
      ['temporaryKeys', `[profile A]\n${keys}${token}`, 'config:2'],
      ['identityCenter', `[profile A]\n${sso}sso_account_id = 111122223333\nsso_role_name = R\n`, 'config:2'],
      ['process', '[profile A]\ncredential_process = x\n', 'config:2'],
      ['ownPolicies', `${user}${role('A', 'user', `session_policy = ${allow}\n`)}`, 'config:5'],
    ] as const) {
      it(`says why it cannot be: ${why}`, () => {
        const result = planOf({ config, ask: readOnly('A') });
        assert.ok(!result.ok);
        const [problem] = result.problems;
        assert.deepEqual(problem?.what, { kind: 'cannotBeReadOnly', name: 'A', why });
        assert.equal(`${problem?.place?.file}:${problem?.place?.line}`, place);
      });
    }

    it('does not hide what is wrong anyway', () => {
      assert.deepEqual(problemsOf(planOf({ config: role('A', 'gone'), ask: readOnly('A') })), [
        'error missingSourceProfile config:3 A',
      ]);
    });

    it('is asked for where it can be', () => {
      assert.deepEqual(readOnlyRequest({ kind: 'profile', profile: 'A' }), readOnly('A'));
      assert.equal(readOnlyRequest(mfaSession('A')), undefined);
    });

    it('goes on to the request that is typed in the place of one', () => {
      const profile = { kind: 'profile', profile: 'A' } as const;
      assert.deepEqual(narrowedAs({ ...profile, readOnly: true }), { readOnly: true });
      assert.deepEqual(narrowedAs(profile), {});
    });
  });

  describe('GetFederationToken', () => {
    it('is called with a user’s own keys', () => {
      const policies = { arns: [readOnlyAccess] };
      const plan = goodPlan({
        config: user,
        ask: federation({ durationSeconds: 129_600, policies, tags: [{ key: 'team', value: '' }] }),
      });
      assert.equal(plan.name, 'guest');
      assert.equal(plan.base.kind, 'staticKeys');
      const [step] = plan.steps;
      assert.ok(step?.kind === 'federationToken');
      assert.equal(step.userName, 'guest');
      assert.equal(step.durationSeconds, 129_600);
      assert.deepEqual(step.policies, policies);
      assert.deepEqual(step.tags, [{ key: 'team', value: '' }]);
      assert.equal(step.mfaSerial, undefined);
    });

    for (const [title, config, ask, problems] of [
      ['no such profile', '', federation(), ['error unknownProfile nowhere user']],
      ['temporary keys', `${user}${token}`, federation(), ['error needsLongTermKeys config:1 user']],
      ['no keys', role('user', 'x'), federation(), ['error needsLongTermKeys config:1 user']],
      ['a short name', user, federation({ userName: 'a' }), ['error invalidFederatedName nowhere user']],
      [
        'a name with a blank',
        user,
        federation({ userName: 'a b' }),
        ['error invalidFederatedName nowhere user'],
      ],
      [
        'a long name',
        user,
        federation({ userName: 'a'.repeat(33) }),
        ['error invalidFederatedName nowhere user'],
      ],
      ['37 hours', user, federation({ durationSeconds: 133_200 }), ['error durationOutOfRange nowhere user']],
      [
        'a bad policy',
        user,
        federation({ policies: { inline: '{' } }),
        ['error invalidSessionPolicies nowhere user'],
      ],
      [
        'a policy of another account, where the own is known',
        `${user}aws_account_id = 111122223333\n`,
        federation({ policies: { arns: ['arn:aws:iam::222233334444:policy/x'] } }),
        ['error invalidSessionPolicies nowhere user'],
      ],
    ] as const) {
      it(`is not called with ${title}`, () => {
        assert.deepEqual(problemsOf(planOf({ config, ask })), problems);
      });
    }
  });
});
