import assert from 'node:assert/strict';
import { deliveryVariables } from '../../src/outlets/delivery.ts';
import { lostChoice, overruledVariable } from '../../src/outlets/taskEnvironment.ts';
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

  it('choose a session, except where no managed profile is there that looks at it', () => {
    const lost = (id: string, delivered: ReadonlyMap<string, string>, pointed?: string, named?: string) =>
      lostChoice({ STS_SESSIONS_ID: id }, delivered, pointed, named);
    assert.equal(lost('hub', byProfile, 'live-a', 'live-b'), undefined);
    assert.equal(lost('hub', byEndpoint, 'live-a', 'live-b'), 'otherWay');
    assert.equal(lost('gone', byEndpoint, 'live-a', undefined), 'otherWay');
    assert.equal(lost('none', byEndpoint, 'live-a', undefined), 'otherWay');
    assert.equal(lost('a', byEndpoint, 'live-a', 'live-a'), undefined);
    assert.equal(lost('hub', new Map(), undefined, 'live-b'), 'nothingActive');
    assert.equal(lost('none', new Map()), undefined);
    assert.equal(lost('', new Map()), undefined);
    assert.equal(lostChoice({ A: 'b' }, byEndpoint, 'live-a', undefined), undefined);
    const own = { STS_SESSIONS_ID: 'hub', AWS_PROFILE: 'hub@vscode' };
    assert.equal(lostChoice(own, byEndpoint, 'live-a', 'live-b'), undefined);
  });

  it('are told of in good sentences', () => {
    assertGoodSentence(tasksText.nothingActive('build', 'hub'));
    assertGoodSentence(tasksText.otherWay('build', 'prod-admin'));
    assertGoodSentence(tasksText.overruled('build', 'AWS_PROFILE', 'prod-admin'));
    assertGoodSentence(tasksText.overruledByNone('build', 'AWS_PROFILE'));
    assertGoodSentence(tasksText.overruledByAbsent('build', 'AWS_PROFILE'));
    assertGoodSentence(tasksText.overruledByUnknown('build', 'AWS_PROFILE'));
  });
});
