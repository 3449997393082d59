import assert from 'node:assert/strict';
import { deliveryVariables } from '../../src/outlets/delivery.ts';
import { overruledVariable } from '../../src/outlets/taskEnvironment.ts';
import { tasksText } from '../../src/ui/text/tasks.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { sessionFor } from '../support/outletRig.ts';

describe('the variables of a task', () => {
  const session = sessionFor('live-a', 'eu-west-1');
  const inherited = {};
  const byProfile = deliveryVariables({ mode: 'profile', session, inherited }).variables;
  const endpoint = { mode: 'endpoint', port: 1, tokenFile: '/t', defaultProfileHasKeys: false } as const;
  const byEndpoint = deliveryVariables({ ...endpoint, session, inherited }).variables;

  it('that say whom it runs as are overruled by what terminals get', () => {
    assert.equal(overruledVariable({ A: 'b', AWS_PROFILE: 'hub' }, byProfile, 'linux'), 'AWS_PROFILE');
    assert.equal(
      overruledVariable({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE' }, byProfile, 'linux'),
      'AWS_ACCESS_KEY_ID',
    );
    assert.equal(overruledVariable({ Aws_Profile: 'hub' }, byProfile, 'win32'), 'Aws_Profile');
  });

  it('are not when they say nothing else than terminals do, or terminals say nothing of them', () => {
    assert.equal(overruledVariable({ AWS_PROFILE: 'vscode-eu-west-1' }, byProfile, 'linux'), undefined);
    assert.equal(overruledVariable({ AWS_PROFILE: 'hub' }, byEndpoint, 'linux'), undefined);
    assert.equal(overruledVariable({ AWS_PROFILE: 'hub' }, new Map(), 'linux'), undefined);
    assert.equal(overruledVariable({ Aws_Profile: 'hub' }, byProfile, 'linux'), undefined);
    assert.equal(overruledVariable({ AWS_REGION: 'x', STS_SESSIONS_ID: 'y' }, byProfile, 'linux'), undefined);
    assert.equal(overruledVariable({}, byProfile, 'linux'), undefined);
  });

  it('are told of in good sentences', () => {
    assertGoodSentence(tasksText.overruled('build', 'AWS_PROFILE', 'prod-admin'));
    assertGoodSentence(tasksText.overruledByNone('build', 'AWS_PROFILE'));
    assertGoodSentence(tasksText.overruledByUnknown('build', 'AWS_PROFILE'));
  });
});
