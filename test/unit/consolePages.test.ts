import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { consoleHome, consolePages, pageAddress } from '../../src/aws/consolePages.ts';
import { partitions } from '../../src/aws/partitions.ts';
import { regionsOf } from '../../src/aws/regionNames.ts';

const partitionsModule = (): string => {
  const core = createRequire(import.meta.url).resolve('@aws-sdk/core');
  const root = core.slice(0, core.lastIndexOf('dist-'));
  return join(root, 'dist-es/submodules/client/util-endpoints/lib/aws/partitions.js');
};

describe('the pages of the console', () => {
  it('each have an address in each partition that has a console', () => {
    const hosts = partitions.map(({ consoleHost }) => consoleHost).filter((host) => host !== undefined);
    assert.equal(hosts.length, 4);
    for (const host of hosts) {
      for (const page of consolePages) {
        const { host: found, searchParams, pathname } = new URL(pageAddress(host, page, 'xx-east-1'));
        assert.equal(found, host);
        assert.equal(searchParams.get('region'), 'xx-east-1', page.id);
        assert.match(pathname, /^\/[a-z0-9/-]+$/i, page.id);
      }
    }
  });

  it('are each there once, and in the order of their names', () => {
    for (const key of ['id', 'name', 'path'] as const) {
      assert.equal(new Set(consolePages.map((page) => page[key])).size, consolePages.length, key);
    }
    assert.equal(consolePages[0], consoleHome);
    const plain = consolePages.slice(1).map(({ name }) => name.replace(/^(?:AWS|Amazon) /, ''));
    const sorted = plain.toSorted((a, b) => a.localeCompare(b, 'en'));
    assert.deepEqual(plain, sorted);
  });

  it('put the region before a place within a page, and leave it out where none is known', () => {
    const logs = consolePages.find(({ id }) => id === 'logs') ?? assert.fail();
    assert.equal(
      pageAddress('console.aws.amazon.com', logs, 'eu-west-1'),
      'https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups',
    );
    assert.equal(
      pageAddress('console.aws.amazon.com', consoleHome, undefined),
      'https://console.aws.amazon.com/console/home',
    );
  });
});

describe('regions to choose from', () => {
  it('are those that the AWS SDK knows, in every partition with a console', async () => {
    const path = partitionsModule();
    assert.match(readFileSync(path, 'utf8'), /us-east-1/, dirname(path));
    const { partitionsInfo } = (await import(pathToFileURL(path).href)) as {
      partitionsInfo: { partitions: readonly { id: string; regions: Readonly<Record<string, unknown>> }[] };
    };
    for (const { id, consoleHost } of partitions) {
      const known = partitionsInfo.partitions.find((each) => each.id === id) ?? assert.fail(id);
      const regions = Object.keys(known.regions).filter((region) => !region.endsWith('-global'));
      const ours = regionsOf(id).map(([region]) => region);
      assert.deepEqual(ours.toSorted(), consoleHost === undefined ? [] : regions.toSorted(), id);
    }
  });
});
