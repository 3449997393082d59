import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { canonicalPlan, planId } from '../../src/aws/hash.ts';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { arn, device, goodPlan, keys, mfaSession, role, token, typed } from '../support/plans.ts';

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

const config = `[profile user]\n${keys}[profile pasted]\n${keys}${token}${role('A', 'user')}`;

function id(text: string, ask: string | SessionRequest = 'A', region?: string): string {
  return planId(goodPlan({ config: text, ask, env: { region } }), sha256Hex);
}

describe('planId', () => {
  it('is twenty hex digits and the same every time', () => {
    assert.match(id(config), /^[0-9a-f]{20}$/);
    assert.equal(id(config), id(config));
    // Written down: a change here makes everybody's stored sessions unknown.
    assert.equal(
      canonicalPlan(goodPlan({ config, ask: 'A' })),
      '[1,["staticKeys","user","AKIAEXAMPLE"],[["assumeRole","A","arn:aws:iam::222233334444:role/A",null,null,null,null,"us-east-1","https://sts.us-east-1.amazonaws.com"]],null]',
    );
  });

  it('does not depend on lines, secrets, warnings or the name on display', () => {
    assert.equal(id(`# a comment\n\n${config}`), id(config));
    assert.equal(id(config.replaceAll('EXAMPLEKEY', 'OTHERKEY')), id(config));
    assert.equal(id(`${config}duration_seconds = an hour\n`), id(config));
    assert.equal(id(config, typed({ name: 'one' })), id(config, typed({ name: 'two' })));
  });

  it('depends on everything that decides which credentials come out', () => {
    const others = [
      id(config),
      id(config, 'user'),
      id(config, 'pasted'),
      id(config, mfaSession('user', device)),
      id(config, mfaSession('user', device, 900)),
      id(config, typed()),
      id(config, typed({ externalId: 'stranger' })),
      id(config, typed({ sessionName: 'stranger' })),
      id(config, typed({ durationSeconds: 900 })),
      id(config, typed({ mfaSerial: device })),
      id(config, typed({ roleArn: arn('Other') })),
      id(config, typed({ sourceProfile: 'A' })),
      id(config, typed({ region: 'eu-west-1' })),
      id(config, 'A', 'eu-west-1'),
      // The same target, another region for tools.
      id(`${config}region = eu-west-3\n`, 'A', 'eu-west-1'),
      id(config.replaceAll('AKIAEXAMPLE', 'AKIAEXAMPLE2')),
      id(`${config}external_id = stranger\n`),
      id(`${config}role_session_name = stranger\n`),
      id(`${config}duration_seconds = 900\n`),
      id(`${config}mfa_serial = ${device}\n`),
      id(`${config}endpoint_url = http://localhost:1\n`),
      id(`${config}region = eu-west-2\n`),
      id(`${config}source_identity = alice\n`),
      id(`${config}session_tags = a=b\n`),
      id(`${config}session_tags = a=c\n`),
      id(`${config}session_tags = a=b\ntransitive_session_tags = a\n`),
      id(`${config}use_fips_endpoint = true\n`),
      id(`${config}use_dualstack_endpoint = true\n`),
      ...['', 'duration_seconds = 900\n', 'region = eu-west-2\n', 'role_session_name = ci\n'].map((lines) =>
        id(`[profile A]\nrole_arn = ${arn('Ci')}\nweb_identity_token_file = /t\n${lines}`),
      ),
    ];
    assert.equal(new Set(others).size, others.length);
  });

  it('stays the same when a key comes in the place of another, and only then', () => {
    const plan = goodPlan({ config: config.replaceAll('AKIAEXAMPLE', 'AKIAEXAMPLE2'), ask: 'A' });
    const first = (key: string): string => (key === 'AKIAEXAMPLE2' ? 'AKIAEXAMPLE' : key);
    assert.equal(planId(plan, sha256Hex, first), id(config));
    assert.equal(planId(goodPlan({ config, ask: 'A' }), sha256Hex, first), id(config));
    assert.notEqual(planId(plan, sha256Hex), id(config));
  });

  it('depends on the base of every kind, and on no command line', () => {
    const session = '[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://a\n';
    const bases = [
      'credential_process = one',
      'login_session = one',
      'login_session = two',
      `role_arn = ${arn('R')}\nweb_identity_token_file = one`,
      `role_arn = ${arn('R')}\nweb_identity_token_file = two`,
      `role_arn = ${arn('R')}\nweb_identity_token_file = two\nrole_session_name = one`,
      `role_arn = ${arn('R')}\ncredential_source = Environment`,
      `role_arn = ${arn('R')}\ncredential_source = EcsContainer`,
      'sso_start_url = https://a\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = one',
      'sso_start_url = https://a\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = two',
      'sso_start_url = https://a\nsso_region = eu-west-1\nsso_account_id = 2\nsso_role_name = one',
      'sso_start_url = https://b\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = one',
      'sso_start_url = https://a\nsso_region = eu-west-2\nsso_account_id = 1\nsso_role_name = one',
      'sso_session = s\nsso_account_id = 1\nsso_role_name = one',
    ].map((lines) => id(`[profile A]\n${lines}\n${session}`));
    assert.equal(new Set(bases).size, bases.length);
    assert.equal(id('[profile A]\ncredential_process = two --password x\n'), bases[0]);
  });
});
