import assert from 'node:assert/strict';
import { locateSharedFiles } from '../../src/aws/locate.ts';
import { hasConformance, noConformance, readConformance } from '../support/conformance.ts';
import { describeIf } from '../support/skip.ts';

interface LocationCase {
  name: string;
  environment: Record<string, string>;
  platform: 'linux' | 'windows';
  profile?: string;
  configLocation: string;
  credentialsLocation: string;
}

describeIf(hasConformance, noConformance, 'the location cases of the SDKs (smithy-rs)', () => {
  const { tests }: { tests: LocationCase[] } = JSON.parse(
    readConformance('smithy-rs/file-location-tests.json'),
  );

  it('are all there', () => {
    assert.equal(tests.length, 9);
  });

  for (const [index, test] of tests.entries()) {
    it(`${index}: ${test.name}`, () => {
      const found = locateSharedFiles(test.environment, test.platform === 'windows' ? 'win32' : 'linux');
      assert.equal(found.config, test.configLocation);
      assert.equal(found.credentials, test.credentialsLocation);
      assert.equal(found.profile, test.profile ?? 'default');
    });
  }
});

describe('locateSharedFiles', () => {
  const cases: [string, Record<string, string>, string, string][] = [
    ['expands a tilde', { HOME: '/home/me', AWS_CONFIG_FILE: '~/x/config' }, 'linux', '/home/me/x/config'],
    [
      'takes a lone tilde for the home folder',
      { HOME: '/home/me', AWS_CONFIG_FILE: '~' },
      'linux',
      '/home/me',
    ],
    [
      'leaves another user’s tilde alone',
      { HOME: '/h', AWS_CONFIG_FILE: '~you/config' },
      'linux',
      '~you/config',
    ],
    [
      'expands variables as the AWS CLI does',
      { HOME: '/h', DIR: '/d', AWS_CONFIG_FILE: '$DIR/${DIR}/$NONE' },
      'darwin',
      '/d//d/$NONE',
    ],
    [
      'expands a tilde and variables on Windows',
      { USERPROFILE: 'C:\\me', D: 'x', AWS_CONFIG_FILE: '~\\%D%\\%NONE%' },
      'win32',
      'C:\\me\\x\\%NONE%',
    ],
    ['takes a blank variable for unset', { HOME: '/h', AWS_CONFIG_FILE: ' ' }, 'linux', '/h/.aws/config'],
    ['takes a blank home for unset', { HOME: '', USERPROFILE: 'C:\\me' }, 'win32', 'C:\\me\\.aws\\config'],
    ['ignores USERPROFILE outside Windows', { USERPROFILE: '/u' }, 'linux', '/account/.aws/config'],
    ['ignores half a Windows home', { HOMEDRIVE: 'C:' }, 'win32', '/account\\.aws\\config'],
    ['does not double a slash', { HOME: '/' }, 'linux', '/.aws/config'],
  ];
  for (const [title, env, platform, config] of cases) {
    it(title, () => {
      assert.equal(locateSharedFiles(env, platform, '/account').config, config);
    });
  }

  it('takes AWS_DEFAULT_PROFILE before AWS_PROFILE, as botocore does, and neither when blank', () => {
    const profile = (env: Record<string, string>): string => locateSharedFiles(env, 'linux').profile;
    assert.equal(profile({ AWS_PROFILE: 'a', AWS_DEFAULT_PROFILE: 'b' }), 'b');
    assert.equal(profile({ AWS_PROFILE: 'a', AWS_DEFAULT_PROFILE: '' }), 'a');
    assert.equal(profile({ AWS_PROFILE: '' }), 'default');
  });
});
