import assert from 'node:assert/strict';
import { dnsSuffixOf, partitionById, partitionOfRegion, partitions } from '../../src/aws/partitions.ts';

describe('partitions', () => {
  it('tell a region’s partition', () => {
    for (const [region, id, suffix] of [
      ['us-east-1', 'aws', 'amazonaws.com'],
      ['mx-central-1', 'aws', 'amazonaws.com'],
      ['ap-southeast-7', 'aws', 'amazonaws.com'],
      ['cn-northwest-1', 'aws-cn', 'amazonaws.com.cn'],
      ['us-gov-east-1', 'aws-us-gov', 'amazonaws.com'],
      ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
      ['us-iso-west-1', 'aws-iso', 'c2s.ic.gov'],
      ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
      ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
      ['us-isof-east-1', 'aws-iso-f', 'csp.hci.ic.gov'],
    ] as const) {
      assert.equal(partitionOfRegion(region)?.id, id, region);
      assert.equal(dnsSuffixOf(region), suffix, region);
    }
  });

  it('own no region of a shape nobody knows, which counts as aws', () => {
    for (const region of ['moon', 'us-east', 'us-east-1.example', 'xus-east-1', '']) {
      assert.equal(partitionOfRegion(region), undefined, region);
      assert.equal(dnsSuffixOf(region), 'amazonaws.com', region);
    }
  });

  it('fall back to a region of their own, and to nobody else’s', () => {
    for (const { id, fallbackRegion } of partitions) {
      assert.equal(partitionOfRegion(fallbackRegion)?.id, id);
      assert.equal(partitions.filter(({ regions }) => regions.test(fallbackRegion)).length, 1, id);
      assert.equal(partitionById(id)?.fallbackRegion, fallbackRegion);
    }
    assert.equal(partitionById('aws-moon'), undefined);
  });
});
