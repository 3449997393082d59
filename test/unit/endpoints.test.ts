import assert from 'node:assert/strict';
import { SSOClient } from '@aws-sdk/client-sso';
import { SSOOIDCClient } from '@aws-sdk/client-sso-oidc';
import { STSClient } from '@aws-sdk/client-sts';
import { endpointFrom, isRegion, regionalEndpoint, stsTarget } from '../../src/aws/endpoints.ts';
import { planEnvironment } from '../../src/aws/environment.ts';
import { partitionOfRegion, partitions } from '../../src/aws/partitions.ts';

const regional = { custom: undefined, legacy: false };
const legacy = { custom: undefined, legacy: true };

describe('stsTarget', () => {
  it('is in the region, under its partition’s suffix', () => {
    for (const { fallbackRegion, dnsSuffix } of partitions) {
      for (const choice of fallbackRegion === 'us-east-1' ? [regional] : [regional, legacy]) {
        assert.deepEqual(stsTarget(fallbackRegion, choice), {
          region: fallbackRegion,
          endpoint: `https://sts.${fallbackRegion}.${dnsSuffix}`,
        });
      }
    }
  });

  it('is global for the old regions on request, and for aws-global', () => {
    const global = { region: 'us-east-1', endpoint: 'https://sts.amazonaws.com' };
    assert.deepEqual(stsTarget('eu-west-1', legacy), global);
    assert.deepEqual(stsTarget('aws-global', regional), global);
    assert.equal(stsTarget('eu-south-1', legacy).endpoint, 'https://sts.eu-south-1.amazonaws.com');
  });

  it('is what endpoint_url says, before all else', () => {
    const custom = { custom: 'http://localhost:4566', legacy: true };
    assert.deepEqual(stsTarget('eu-west-1', custom), {
      region: 'eu-west-1',
      endpoint: 'http://localhost:4566',
    });
    assert.equal(stsTarget('aws-global', custom).region, 'us-east-1');
  });
});

describe('FIPS and dual-stack endpoints', () => {
  // region, FIPS, dual-stack, both: what botocore 1.43's endpoint rules for STS give, an unknown region included.
  const table = [
    ['eu-west-1', 'sts-fips.eu-west-1.amazonaws.com', 'sts.eu-west-1.api.aws', 'sts-fips.eu-west-1.api.aws'],
    [
      'cn-north-1',
      'sts-fips.cn-north-1.amazonaws.com.cn',
      'sts.cn-north-1.api.amazonwebservices.com.cn',
      'sts-fips.cn-north-1.api.amazonwebservices.com.cn',
    ],
    [
      'us-gov-west-1',
      'sts.us-gov-west-1.amazonaws.com',
      'sts.us-gov-west-1.api.aws',
      'sts-fips.us-gov-west-1.api.aws',
    ],
    [
      'eusc-de-east-1',
      'sts-fips.eusc-de-east-1.amazonaws.eu',
      'sts.eusc-de-east-1.api.amazonwebservices.eu',
      'sts-fips.eusc-de-east-1.api.amazonwebservices.eu',
    ],
    [
      'us-iso-east-1',
      'sts-fips.us-iso-east-1.c2s.ic.gov',
      'sts.us-iso-east-1.api.aws.ic.gov',
      'sts-fips.us-iso-east-1.api.aws.ic.gov',
    ],
    [
      'us-isob-east-1',
      'sts-fips.us-isob-east-1.sc2s.sgov.gov',
      'sts.us-isob-east-1.api.aws.scloud',
      'sts-fips.us-isob-east-1.api.aws.scloud',
    ],
    [
      'eu-isoe-west-1',
      'sts-fips.eu-isoe-west-1.cloud.adc-e.uk',
      'sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk',
      'sts-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk',
    ],
    [
      'us-isof-south-1',
      'sts-fips.us-isof-south-1.csp.hci.ic.gov',
      'sts.us-isof-south-1.api.aws.hci.ic.gov',
      'sts-fips.us-isof-south-1.api.aws.hci.ic.gov',
    ],
    ['moon-1', 'sts-fips.moon-1.amazonaws.com', 'sts.moon-1.api.aws', 'sts-fips.moon-1.api.aws'],
  ] as const;
  for (const [region, fips, dualStack, both] of table) {
    it(region, () => {
      const choose = (flags: { fips?: boolean; dualStack?: boolean }): string =>
        stsTarget(region, { custom: undefined, legacy: true, ...flags }).endpoint;
      assert.equal(choose({ fips: true }), `https://${fips}`);
      assert.equal(choose({ dualStack: true }), `https://${dualStack}`);
      assert.equal(choose({ fips: true, dualStack: true }), `https://${both}`);
    });
  }

  it('are in every partition', () => {
    const seen = new Set(table.map(([region]) => partitionOfRegion(region)?.id));
    assert.equal(partitions.filter(({ id }) => seen.has(id)).length, partitions.length);
  });

  it('take the region of aws-global, and are signed for it', () => {
    const fips = { custom: undefined, legacy: false, fips: true };
    assert.deepEqual(stsTarget('aws-global', fips), {
      region: 'us-east-1',
      endpoint: 'https://sts-fips.us-east-1.amazonaws.com',
    });
  });
});

describe("AWS's own rules", () => {
  // The rules that come with the SDK's clients are those of botocore: a differential test over all eight partitions.
  const clients = {
    sts: new STSClient({ region: 'us-east-1' }),
    'portal.sso': new SSOClient({ region: 'us-east-1' }),
    oidc: new SSOOIDCClient({ region: 'us-east-1' }),
  } as const;
  const regions = [...partitions.map(({ fallbackRegion }) => fallbackRegion), 'moon-1'];
  for (const service of ['sts', 'portal.sso', 'oidc'] as const) {
    it(`give the same hosts for ${service}`, () => {
      for (const region of regions) {
        for (const [fips, dualStack] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ] as const) {
          const asked = { Region: region, UseFIPS: fips, UseDualStack: dualStack, UseGlobalEndpoint: false };
          const { url } = clients[service].config.endpointProvider(asked);
          assert.equal(regionalEndpoint(service, region, { fips, dualStack }), url.origin);
        }
      }
    });
  }
});

describe('the sign-in host', () => {
  it('is in each partition where its console is', () => {
    assert.deepEqual(
      partitions.map(({ id, signInHost }) => [id, signInHost]),
      [
        ['aws', 'signin.aws.amazon.com'],
        ['aws-cn', 'signin.amazonaws.cn'],
        ['aws-us-gov', 'signin.amazonaws-us-gov.com'],
        ['aws-eusc', 'signin.amazonaws-eusc.eu'],
        ['aws-iso', 'signin.c2shome.ic.gov'],
        ['aws-iso-b', 'signin.sc2shome.sgov.gov'],
        ['aws-iso-e', 'signin.csphome.adc-e.uk'],
        ['aws-iso-f', 'signin.csphome.hci.ic.gov'],
      ],
    );
  });
});

describe('isRegion', () => {
  it('lets nothing into a host name that would change the host', () => {
    for (const text of ['us-east-1', 'moon', 'eusc-de-east-1', 'a']) {
      assert.equal(isRegion(text), true, text);
    }
    for (const text of ['', '-a', 'a-', 'a.b', 'a/b', 'a b', '123', 'x@evil', 'é', 'a'.repeat(64), 'a\n']) {
      assert.equal(isRegion(text), false, text);
    }
  });
});

describe('endpointFrom', () => {
  it('takes http and https URLs', () => {
    assert.equal(endpointFrom('http://localhost:4566/'), 'http://localhost:4566');
    assert.equal(endpointFrom('https://sts.example/path'), 'https://sts.example/path');
    for (const text of [
      '',
      'localhost:4566',
      'sts.example',
      'file:///etc/passwd',
      'javascript:1',
      'http://',
    ]) {
      assert.equal(endpointFrom(text), undefined, text);
    }
  });
});

describe('planEnvironment', () => {
  it('reads the variables in the AWS CLI’s order, a blank one as unset', () => {
    const none = {
      region: undefined,
      endpointUrl: undefined,
      ignoreConfiguredEndpoints: false,
      caBundle: undefined,
      iamEndpoint: undefined,
      otherCaBundle: undefined,
      identityCenter: { portal: undefined, oidc: undefined },
      signInEndpoint: undefined,
      regionalEndpoints: undefined,
      fips: undefined,
      dualStack: undefined,
    };
    assert.deepEqual(planEnvironment({}), none);
    assert.deepEqual(planEnvironment({ AWS_REGION: ' ', AWS_ENDPOINT_URL: '' }), none);
    assert.deepEqual(
      planEnvironment({
        AWS_REGION: 'a',
        AWS_DEFAULT_REGION: 'b',
        AWS_ENDPOINT_URL: 'c',
        AWS_ENDPOINT_URL_STS: 'd',
        AWS_STS_REGIONAL_ENDPOINTS: 'legacy',
      }),
      {
        ...none,
        region: 'a',
        endpointUrl: 'd',
        identityCenter: { portal: 'c', oidc: 'c' },
        signInEndpoint: 'c',
        iamEndpoint: 'c',
        regionalEndpoints: 'legacy',
      },
    );
    assert.deepEqual(
      planEnvironment({
        AWS_ENDPOINT_URL: 'c',
        AWS_ENDPOINT_URL_SSO: 'e',
        AWS_ENDPOINT_URL_SSO_OIDC: 'f',
      }).identityCenter,
      { portal: 'e', oidc: 'f' },
    );
    assert.equal(planEnvironment({ AWS_DEFAULT_REGION: 'b' }).region, 'b');
    assert.equal(planEnvironment({ AWS_ENDPOINT_URL: 'c' }).endpointUrl, 'c');
    const special = planEnvironment({ AWS_USE_FIPS_ENDPOINT: 'True', AWS_USE_DUALSTACK_ENDPOINT: 'no' });
    assert.deepEqual([special.fips, special.dualStack], [true, false]);
    const ignoring = planEnvironment({ AWS_ENDPOINT_URL: 'c', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'TRUE' });
    assert.deepEqual([ignoring.endpointUrl, ignoring.ignoreConfiguredEndpoints], [undefined, true]);
  });
});
