import assert from 'node:assert/strict';
import { readIssuers } from '../../src/aws/issuers.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { appendProfile } from '../../src/aws/edit.ts';
import { issuerRoleProperties, samlRoleProperties } from '../../src/aws/savedProfile.ts';
import { goodPlan } from '../support/plans.ts';
import { samlProviderArn, samlRoleArn } from '../support/saml.ts';

const { issuers } = readIssuers({ corp: { url: 'https://idp.example', clientId: 'sts' } });
const policiesOf = (config: string): unknown => {
  const { base } = goodPlan({ config, ask: 'saved', env: { issuers } });
  return (base.kind === 'saml' || base.kind === 'webIdentity') && base.policies;
};

describe('a role that is saved as a profile', () => {
  const saved = (more: string, partition = 'aws'): string => {
    const config = `[profile corp]\nsaml_login_url = https://idp.example/aws\n${more}`;
    const source = readProfiles({ config, credentials: undefined }).profiles.get('corp');
    const [roleArn = '', providerArn = ''] = [samlRoleArn(), samlProviderArn()].map((arn) =>
      arn.replace('arn:aws:', `arn:${partition}:`),
    );
    const properties = samlRoleProperties(source, { roleArn, providerArn }, '');
    return appendProfile(config, 'saved', properties, 'config');
  };

  it('takes the session policies along of the SAML profile that offered it', () => {
    const inline = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
    const written = 'session_policy = {"Statement":\n  {"Effect":"Allow","Action":"s3:*","Resource":"*"}}\n';
    assert.deepEqual(policiesOf(saved(`${written}session_policy_arns = ReadOnlyAccess\n`)), {
      inline,
      arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    });
    assert.deepEqual(policiesOf(saved('session_policy_arns = ReadOnlyAccess\n', 'aws-cn')), {
      arns: ['arn:aws-cn:iam::aws:policy/ReadOnlyAccess'],
    });
    assert.doesNotMatch(saved(''), /session_policy/);
  });

  it('stays read-only where the session of the issuer’s role was', () => {
    const roleArn = samlRoleArn().replace('arn:aws:', 'arn:aws-us-gov:');
    const role = { issuer: 'corp', roleArn, sessionName: undefined, durationSeconds: 900 };
    const lines = (narrowed: { readonly readOnly?: true }): string =>
      appendProfile('', 'saved', issuerRoleProperties({ ...role, ...narrowed }, 'us-gov-east-1'), 'config');
    assert.deepEqual(policiesOf(lines({ readOnly: true })), {
      arns: ['arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess'],
    });
    assert.equal(policiesOf(lines({})), undefined);
  });
});
