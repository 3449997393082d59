import assert from 'node:assert/strict';
import { signsInAnew } from '../../src/aws/plan.ts';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { arn, goodPlan, keys, planOf, problemsOf, role } from '../support/plans.ts';
import { samlProviderArn, samlRoleArn } from '../support/saml.ts';

const url = 'saml_login_url = https://idp.example/app/aws\n';
const fixed = `role_arn = ${samlRoleArn()}\nsaml_provider_arn = ${samlProviderArn()}\n`;
const profile = (lines: string): string => `[profile corp]\n${lines}`;

/** A role of an assertion, of `corp` unless told. */
function samlRole(over: Partial<Extract<SessionRequest, { kind: 'samlRole' }>> = {}): SessionRequest {
  return {
    kind: 'samlRole',
    name: 'corp/Admin',
    profile: 'corp',
    roleArn: samlRoleArn(),
    providerArn: samlProviderArn(),
    ...over,
  };
}

describe('planFor with SAML', () => {
  it('plans a profile whose role the person picks', () => {
    const plan = goodPlan({
      config: profile(`${url}saml_method = Browser\nduration_seconds = 7200\nregion = eu-west-1`),
      ask: 'corp',
    });
    assert.deepEqual(plan.problems, []);
    assert.deepEqual(plan.base, {
      kind: 'saml',
      profile: 'corp',
      assertion: { loginUrl: 'https://idp.example/app/aws', command: undefined, way: 'browser' },
      role: undefined,
      place: { file: 'config', line: 2 },
      accountId: undefined,
      durationSeconds: 7200,
    });
    assert.deepEqual([plan.steps, plan.region], [[], 'eu-west-1']);
  });

  it('plans a fixed role, with the region of its partition where none is named', () => {
    const china = `role_arn = ${samlRoleArn('A', '444455556666', 'aws-cn')}\nsaml_provider_arn = ${samlProviderArn('444455556666', 'aws-cn')}\n`;
    const plan = goodPlan({ config: profile(url + china), ask: 'corp' });
    assert.deepEqual(plan.problems, []);
    assert.ok(plan.base.kind === 'saml');
    assert.deepEqual(
      [plan.base.role?.roleArn, plan.base.accountId],
      [samlRoleArn('A', '444455556666', 'aws-cn'), '444455556666'],
    );
    assert.equal(plan.target.endpoint, 'https://sts.cn-north-1.amazonaws.com.cn');
  });

  it('needs no source for the role, and takes the AWS CLI’s kinds first where there are several', () => {
    for (const [lines, base] of [
      [`${fixed}saml_process = get-saml\n`, 'saml'],
      [`${fixed}${url}source_profile = user\n`, 'staticKeys'],
      [`${fixed}${url}credential_process = x\n`, 'process'],
      [`${url}${keys}`, 'staticKeys'],
      [`${url}sso_session = s\n`, 'saml'],
    ] as const) {
      const plan = goodPlan({ config: `${profile(lines)}[profile user]\n${keys}`, ask: 'corp' });
      assert.equal(plan.base.kind, base, lines);
    }
  });

  it('lends the session of a fixed role to others, for an hour', () => {
    const plan = goodPlan({
      config: profile(fixed + url) + role('spoke', 'corp', 'duration_seconds = 7200\n'),
      ask: 'spoke',
    });
    assert.deepEqual([plan.base.kind, plan.steps.length], ['saml', 1]);
    assert.ok(plan.steps[0]?.kind === 'assumeRole');
    assert.equal(plan.steps[0].maxDurationSeconds, 3600);
  });

  it('plans a role of the assertion that the profile does not name', () => {
    const plan = goodPlan({ config: profile(url + fixed), ask: samlRole({ roleArn: samlRoleArn('Other') }) });
    assert.ok(plan.base.kind === 'saml');
    assert.deepEqual([plan.name, plan.base.role?.roleArn], ['corp/Admin', samlRoleArn('Other')]);
  });

  const table: readonly (readonly [title: string, lines: string, problems: readonly string[]])[] = [
    ['neither a page nor a command', fixed, ['error samlNoSource config:1 corp']],
    ['a page over http', 'saml_login_url = http://idp.example/\n', ['error invalidSamlUrl config:2 corp']],
    ['a page that is none', 'saml_login_url = idp.example/aws\n', ['error invalidSamlUrl config:2 corp']],
    ['a page on this machine', 'saml_login_url = http://127.0.0.1:8080/aws\n', []],
    ['a method that nobody knows', `${url}saml_method = chrome\n`, ['error unknownSamlMethod config:3 corp']],
    [
      'a browser without a page',
      'saml_process = x\nsaml_method = browser\n',
      ['error samlMethodNeeds config:3 corp'],
    ],
    ['a listener without a page', 'saml_method = listener\n', ['error samlMethodNeeds config:2 corp']],
    ['a command that is not there', `${url}saml_method = process\n`, ['error samlMethodNeeds config:3 corp']],
    ['paste alone', 'saml_method = paste\n', []],
    ['a role without its provider', `${url}role_arn = ${arn('A')}\n`, ['error samlHalfRole config:3 corp']],
    [
      'a provider without a role',
      `${url}saml_provider_arn = ${samlProviderArn()}\n`,
      ['error samlHalfRole config:3 corp'],
    ],
    [
      'a provider that is none',
      `${url}role_arn = ${samlRoleArn()}\nsaml_provider_arn = corp\n`,
      ['error invalidSamlProvider config:4 corp'],
    ],
    [
      'a provider of another account',
      `${url}role_arn = ${samlRoleArn('A', '999988887777')}\nsaml_provider_arn = ${samlProviderArn()}\n`,
      ['warning samlOtherAccount config:4 corp'],
    ],
    [
      'a role that is none',
      `${url}role_arn = Admin\nsaml_provider_arn = ${samlProviderArn()}\n`,
      ['error invalidRoleArn config:3 corp'],
    ],
    ['a duration out of range', `${url}duration_seconds = 60\n`, ['error durationOutOfRange config:3 corp']],
    [
      'a role of another partition than the region',
      `${url}region = cn-north-1\n${fixed}`,
      ['error partitionMismatch config:2 corp'],
    ],
  ];
  for (const [title, lines, problems] of table) {
    it(`says what is wrong: ${title}`, () => {
      assert.deepEqual(problemsOf(planOf({ config: profile(lines), ask: 'corp' })), problems);
    });
  }

  it('takes a role that was picked to a region of its own partition, unless an endpoint may know better', () => {
    const picked = (lines: string, roleArn: string, env = {}): readonly (string | undefined)[] => {
      const { target, region } = goodPlan({ config: profile(url + lines), ask: samlRole({ roleArn }), env });
      return [target.endpoint, region];
    };
    const china = samlRoleArn('Admin').replace('arn:aws:', 'arn:aws-cn:');
    const inChina = ['https://sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'];
    assert.deepEqual(picked('region = eu-west-1\n', china), inChina);
    assert.deepEqual(picked('', china, { region: 'eu-west-1' }), inChina, 'AWS_REGION says so');
    assert.deepEqual(picked('region = cn-northwest-1\n', china)[1], 'cn-northwest-1');
    assert.deepEqual(picked('region = eu-west-1\n', samlRoleArn())[1], 'eu-west-1');
    assert.deepEqual(
      picked('region = eu-west-1\nendpoint_url = http://127.0.0.1:1234\n', china)[1],
      'eu-west-1',
    );
  });

  it('knows whether a renewal takes a person, which a command does not', () => {
    const anew = (lines: string): boolean => signsInAnew(goodPlan({ config: profile(lines), ask: 'corp' }));
    const command = 'saml_process = get\n';
    for (const lines of [url, url + fixed, url + command, 'saml_method = paste\n']) {
      assert.ok(anew(lines), lines);
    }
    for (const lines of [command, `${url}${command}saml_method = process\n`, keys]) {
      assert.ok(!anew(lines), lines);
    }
    const chain = goodPlan({ config: profile(fixed + url) + role('spoke', 'corp'), ask: 'spoke' });
    assert.ok(signsInAnew(chain), 'also behind another role');
  });

  it('refuses a source that leaves its role to the person', () => {
    const found = planOf({ config: profile(url) + role('spoke', 'corp'), ask: 'spoke' });
    assert.deepEqual(problemsOf(found), ['error samlSourceWithoutRole config:2 corp']);
  });

  it('says when a role of an assertion has lost its profile', () => {
    assert.deepEqual(problemsOf(planOf({ config: '', ask: samlRole() })), [
      'error unknownProfile nowhere corp/Admin',
    ]);
    const found = planOf({ config: profile(keys), ask: samlRole() });
    assert.deepEqual(problemsOf(found), ['error notSaml config:1 corp/Admin']);
    assert.ok(!planOf({ config: profile(url), ask: samlRole({ roleArn: 'x', providerArn: 'y' }) }).ok);
  });

  it('never shows the command', () => {
    const plan = goodPlan({
      config: profile('saml_process = get --password EXAMPLEPASSWORD\n'),
      ask: 'corp',
    });
    assert.doesNotMatch(JSON.stringify(plan), /EXAMPLEPASSWORD/);
  });
});
