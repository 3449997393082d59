import assert from 'node:assert/strict';
import { endpointFrom, isRegion, stsTarget } from '../../src/aws/endpoints.ts';
import { planEnvironment } from '../../src/aws/environment.ts';
import { partitions } from '../../src/aws/partitions.ts';

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
      { ...none, region: 'a', endpointUrl: 'd', regionalEndpoints: 'legacy' },
    );
    assert.equal(planEnvironment({ AWS_DEFAULT_REGION: 'b' }).region, 'b');
    assert.equal(planEnvironment({ AWS_ENDPOINT_URL: 'c' }).endpointUrl, 'c');
    const special = planEnvironment({ AWS_USE_FIPS_ENDPOINT: 'True', AWS_USE_DUALSTACK_ENDPOINT: 'no' });
    assert.deepEqual([special.fips, special.dualStack], [true, false]);
    const ignoring = planEnvironment({ AWS_ENDPOINT_URL: 'c', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'TRUE' });
    assert.deepEqual([ignoring.endpointUrl, ignoring.ignoreConfiguredEndpoints], [undefined, true]);
  });
});
