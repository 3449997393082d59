import assert from 'node:assert/strict';
import { readProfiles } from '../../src/aws/profiles.ts';
import { arn, goodPlan, keys, planOf, problemsOf, role } from '../support/plans.ts';

const user = `[profile user]\n${keys}`;
const withLines = (lines: string): string => `${user}${role('A', 'user', lines)}`;

describe('planFor', () => {
  describe('session tags and source identity', () => {
    it('are read as aws-vault reads them', () => {
      const config = withLines(
        'session_tags = team = blue ,stage=dev,empty=,eq=a=b\ntransitive_session_tags = team, stage\nsource_identity = alice\n',
      );
      const [step] = goodPlan({ config, ask: 'A' }).steps;
      assert.ok(step?.kind === 'assumeRole');
      assert.deepEqual(step.tags, [
        { key: 'team', value: 'blue' },
        { key: 'stage', value: 'dev' },
        { key: 'empty', value: '' },
        { key: 'eq', value: 'a=b' },
      ]);
      assert.deepEqual(step.transitiveTagKeys, ['team', 'stage']);
      assert.equal(step.sourceIdentity, 'alice');
    });

    it('leave nothing behind where there are none', () => {
      const [step] = goodPlan({ config: withLines('session_tags =\n'), ask: 'A' }).steps;
      assert.ok(step !== undefined && !('tags' in step) && !('sourceIdentity' in step));
    });

    const many = Array.from({ length: 51 }, (_, index) => `k${index}=v`).join(',');
    for (const [title, line, kinds] of [
      ['a tag without =', 'session_tags = team', ['invalidSessionTags']],
      ['a tag without a key', 'session_tags = =blue', ['invalidSessionTags']],
      ['a character that AWS refuses', 'session_tags = te!am=blue', ['invalidSessionTags']],
      ['a key that is too long', `session_tags = ${'k'.repeat(129)}=v`, ['invalidSessionTags']],
      ['a value that is too long', `session_tags = k=${'v'.repeat(257)}`, ['invalidSessionTags']],
      ['a key twice, in any case', 'session_tags = Team=a,team=b', ['invalidSessionTags']],
      ['more than 50', `session_tags = ${many}`, ['invalidSessionTags']],
      ['a transitive key without a tag', 'transitive_session_tags = team', ['transitiveTagMissing']],
      ['a source identity of one letter', 'source_identity = a', ['invalidSourceIdentity']],
      ['a source identity of AWS’s own', 'source_identity = AWS:alice', ['invalidSourceIdentity']],
      ['a source identity with a blank', 'source_identity = a b', ['invalidSourceIdentity']],
    ] as const) {
      it(`: ${title} is an error before anybody is asked`, () => {
        const result = planOf({ config: withLines(`${line}\n`), ask: 'A' });
        assert.equal(result.ok, false);
        assert.deepEqual(
          problemsOf(result),
          kinds.map((kind) => `error ${kind} config:7 A`),
        );
      });
    }

    it('may not set again what a role before has passed on, in any case', () => {
      const chain = (first: string, second: string): string =>
        `${user}${role('hub', 'user', first)}${role('spoke', 'hub', second)}`;
      const passing = 'session_tags = Team=blue,stage=dev\ntransitive_session_tags = Team\n';
      const result = planOf({ config: chain(passing, 'session_tags = team=red\n'), ask: 'spoke' });
      assert.deepEqual(problemsOf(result), ['error inheritedTag config:10 spoke']);
      goodPlan({ config: chain(passing, 'session_tags = stage=prod\n'), ask: 'spoke' });
      goodPlan({ config: chain('session_tags = team=blue\n', 'session_tags = team=red\n'), ask: 'spoke' });
    });

    it('takes letters of every script, as AWS does', () => {
      const [step] = goodPlan({
        config: withLines(`session_tags = ${'é'.repeat(128)}=日本\n`),
        ask: 'A',
      }).steps;
      assert.ok(step?.kind === 'assumeRole');
      assert.equal(step.tags?.[0]?.value, '日本');
    });
  });

  describe('include_profile', () => {
    it('fills in what the profile does not say, from any depth, and says who reads that', () => {
      const config = `${user}[profile one]\nrole_arn = ${arn('One')}\ninclude_profile = two\n[profile two]\nsource_profile = user\nrole_arn = ${arn('Two')}\nregion = eu-west-3\n`;
      const plan = goodPlan({ config, ask: 'one' });
      const [step] = plan.steps;
      assert.ok(step?.kind === 'assumeRole');
      assert.equal(step.roleArn, arn('One'));
      assert.equal(plan.region, 'eu-west-3');
      assert.equal(plan.base.profile, 'user');
      const three = `${config}[profile three]\ninclude_profile = one\n`;
      assert.equal(goodPlan({ config: three, ask: 'three' }).region, 'eu-west-3');
    });

    it('takes a role with the policies that narrow it, but none beside those of the profile’s own', () => {
      const base = `${role('ro', 'user', 'session_policy_arns = ReadOnlyAccess\n')}[profile a]\ninclude_profile = ro\n`;
      const policiesOf = (more: string): unknown => {
        const [step] = goodPlan({ config: `${user}${base}${more}`, ask: 'a' }).steps;
        return step?.kind === 'assumeRole' && step.policies;
      };
      assert.deepEqual(policiesOf(''), { arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] });
      const own = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
      assert.deepEqual(policiesOf(`session_policy = ${own}\n`), { inline: own });
    });

    it('takes policies of the way to the role, and leaves those that narrow another’s role', () => {
      const way = `${role('base', 'user')}[profile mid]\ninclude_profile = base\nsession_policy_arns = ReadOnlyAccess\n`;
      const narrowed = `${user}${way}[profile a]\ninclude_profile = mid\n`;
      const [step] = goodPlan({ config: narrowed, ask: 'a' }).steps;
      assert.deepEqual(step?.kind === 'assumeRole' && step.policies, {
        arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      });
      const own = `${user}${role('ro', 'user', 'session_policy_arns = ReadOnlyAccess\n')}${role('a', 'user', 'include_profile = ro\n')}`;
      const [free] = goodPlan({ config: own, ask: 'a' }).steps;
      assert.equal(free?.kind === 'assumeRole' && free.policies, undefined);
      const shared = `[profile common]\nsession_policy_arns = ReadOnlyAccess\nregion = eu-west-3\n[profile a]\ninclude_profile = common\n${keys}`;
      assert.equal(goodPlan({ config: shared, ask: 'a' }).region, 'eu-west-3');
    });

    it('takes over no second way to open a role', () => {
      const saml = `[profile corp]\nsaml_login_url = https://idp.example/aws\nsaml_method = browser\n[profile a]\ninclude_profile = corp\nsaml_process = /opt/login\nsaml_provider_arn = arn:aws:iam::222233334444:saml-provider/idp\nrole_arn = ${arn('S')}\n`;
      const { base } = goodPlan({ config: saml, ask: 'a' });
      assert.equal(base.kind === 'saml' && base.assertion.loginUrl, undefined);
      const token = `[profile ci]\nweb_identity_issuer = corp\n[profile a]\ninclude_profile = ci\nweb_identity_token_file = /t\nrole_arn = ${arn('S')}\n`;
      const opened = goodPlan({ config: token, ask: 'a' }).base;
      assert.equal(opened.kind === 'webIdentity' && opened.token.from, 'file');
    });

    it('takes over how a role is opened, in keys of ours too', () => {
      const config = `[profile corp]\nsaml_login_url = https://idp.example/aws\nsaml_provider_arn = arn:aws:iam::222233334444:saml-provider/idp\nrole_arn = ${arn('S')}\n[profile a]\ninclude_profile = corp\n`;
      const { base } = goodPlan({ config, ask: 'a' });
      assert.equal(base.kind === 'saml' && base.role?.roleArn, arn('S'));
    });

    it('does not hand keys around, and [default] to nobody', () => {
      const config = `[default]\nregion = eu-west-3\n${keys}[profile a]\ninclude_profile = default\n[profile b]\n${keys}`;
      assert.deepEqual(problemsOf(planOf({ config, ask: 'a' })), ['error noCredentials config:5 a']);
      assert.equal(goodPlan({ config, ask: 'b' }).region, undefined);
    });

    it('makes no profile its own source', () => {
      const config = `${role('base', 'a')}[profile a]\ninclude_profile = base\n`;
      assert.deepEqual(problemsOf(planOf({ config, ask: 'a' })), ['error noSource config:2 a']);
    });

    it('says what is wrong with it, and keeps what it found', () => {
      const config =
        '[profile a]\ninclude_profile = b\n[profile b]\nregion = eu-west-3\ninclude_profile = a\n' +
        '[profile c]\ninclude_profile = gone\n[profile d]\ninclude_profile = vscode\n' +
        '[profile vscode]\nsts_sessions_host = x\ncredential_process = helper\n';
      const { problems, profiles } = readProfiles({ config, credentials: undefined });
      assert.deepEqual(
        problems.map(({ what, place, profile }) => `${what.kind} ${place?.line} ${profile}`),
        [
          'includeIsForeign 2 a',
          'includeLoop 5 a',
          'includeLoop 2 b',
          'includeIsForeign 5 b',
          'includeMissing 7 c',
          'includeMissing 9 d',
        ].sort((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])),
      );
      assert.equal(profiles.get('a')?.properties.get('region')?.value, 'eu-west-3');
      assert.equal(profiles.get('d')?.properties.has('credential_process'), false);
    });
  });
});
