import assert from 'node:assert/strict';
import { IAMClient } from '@aws-sdk/client-iam';
import { planEnvironment } from '../../src/aws/environment.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { iamTarget, iamTargetOf } from '../../src/aws/roles/iamTarget.ts';

const regions = [
  'eu-west-1',
  'us-east-1',
  'cn-northwest-1',
  'us-gov-east-1',
  'eusc-de-east-1',
  'us-iso-west-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
];

describe('where IAM is', () => {
  for (const region of regions) {
    it(`for ${region} is where AWS’s SDK sends it, also over FIPS and dual-stack`, () => {
      for (const fips of [false, true]) {
        for (const dualStack of [false, true]) {
          const { endpointProvider } = new IAMClient({ region }).config;
          const theirs = endpointProvider({ Region: region, UseFIPS: fips, UseDualStack: dualStack });
          const schemes = theirs.properties?.['authSchemes'] as
            readonly { signingRegion: string }[] | undefined;
          const ours = iamTarget(region, { custom: undefined, fips, dualStack });
          assert.equal(`${ours.endpoint}/`, theirs.url.href, JSON.stringify({ fips, dualStack }));
          assert.equal(ours.region, schemes?.[0]?.signingRegion);
        }
      }
    });
  }

  const set = readProfiles({
    config: `
[profile plain]
region = eu-west-1
[profile everything]
endpoint_url = http://127.0.0.1:1
[profile own]
endpoint_url = http://127.0.0.1:1
services = local
[services local]
iam =
  endpoint_url = http://127.0.0.1:2
`,
    credentials: undefined,
  });
  const endpoint = (profile: string, env: Record<string, string> = {}): string => {
    const section = set.profiles.get(profile);
    assert.ok(section);
    return iamTargetOf(section, { set, env: planEnvironment(env), region: 'eu-west-1' }).endpoint;
  };

  it('is what the variables and the profile say, in the AWS CLI’s order', () => {
    assert.equal(endpoint('plain'), 'https://iam.amazonaws.com');
    assert.equal(endpoint('everything'), 'http://127.0.0.1:1');
    assert.equal(endpoint('own'), 'http://127.0.0.1:2');
    assert.equal(endpoint('own', { AWS_ENDPOINT_URL: 'http://127.0.0.1:3' }), 'http://127.0.0.1:3');
    assert.equal(
      endpoint('own', { AWS_ENDPOINT_URL: 'http://127.0.0.1:3', AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:4' }),
      'http://127.0.0.1:4',
    );
    assert.equal(
      endpoint('plain', { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:5' }),
      'https://iam.amazonaws.com',
    );
    assert.equal(
      endpoint('own', { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }),
      'https://iam.amazonaws.com',
    );
    assert.equal(endpoint('plain', { AWS_USE_FIPS_ENDPOINT: 'true' }), 'https://iam-fips.amazonaws.com');
  });
});
