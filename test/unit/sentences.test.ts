import type { DeliveryReport, ManagedState } from '../../src/session/delivery.ts';
import {
  deliveryNotice,
  deliveryState,
  insteadSentence,
  removedText,
  sideBySideSentence,
  terminalFailed,
  warningSentence,
} from '../../src/ui/text/delivery.ts';
import { flowText } from '../../src/ui/text/flow.ts';
import { renewalText } from '../../src/ui/text/renewal.ts';
import { inputSentence } from '../../src/ui/text/input.ts';
import { mfaPromptText } from '../../src/ui/text/prompts.ts';
import { supplySentences } from '../../src/ui/text/supply.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import assert from 'node:assert/strict';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);
const until = now + 3_600_000;

const instead: readonly Exclude<ManagedState, { kind: 'ok' }>[] = [
  { kind: 'noConsent' },
  { kind: 'readOnly' },
  { kind: 'shared', host: 'abc' },
  { kind: 'nameTaken', name: 'vscode' },
  { kind: 'noFolder', path: '/home/x/.sts-sessions' },
  { kind: 'failed', code: 'ENOSPC' },
];

describe('sentences', () => {
  it('say how delivery stands, by the rules for messages', () => {
    for (const state of instead) {
      assertGoodSentence(insteadSentence(state));
      assertGoodSentence(removedText(state).sentence);
    }
    assertGoodSentence(removedText({ kind: 'ok' }).sentence);
    for (const mode of ['profile', 'endpoint', 'environment'] as const) {
      const report = {
        kind: 'delivered',
        mode,
        instead: undefined,
        profile: 'vscode',
        warnings: [],
      } as const;
      assertGoodSentence(deliveryState(report)?.sentence ?? '');
    }
    assertGoodSentence(deliveryState({ kind: 'untrusted' })?.sentence ?? '');
    assertGoodSentence(deliveryState({ kind: 'failed' })?.sentence ?? '');
    assertGoodSentence(sideBySideSentence());
    assertGoodSentence(terminalFailed());
  });

  it('say what could win over a session, and call that not reaching the terminal', () => {
    for (const warning of [
      { kind: 'inheritedRegion', variable: 'AWS_REGION', value: 'eu-west-1' },
      { kind: 'inheritedProfile', variable: 'AWS_PROFILE', value: 'work' },
      { kind: 'defaultProfileWins' },
      { kind: 'relativeUriWins' },
      { kind: 'relativeConfigFile', value: 'config' },
    ] as const) {
      assertGoodSentence(warningSentence(warning));
      const report = {
        kind: 'delivered',
        mode: 'endpoint',
        instead: undefined,
        profile: undefined,
        warnings: [warning],
      } as const;
      assert.equal(deliveryState(report)?.reaches, warning.kind === 'inheritedRegion', warning.kind);
    }
  });

  it('tell the person once when terminals are somebody else, with the button for the way out', () => {
    const delivered = { kind: 'delivered', mode: 'endpoint', profile: undefined } as const;
    const wins = [{ kind: 'defaultProfileWins' }] as const;
    const say = (report: DeliveryReport): [string | undefined, string | undefined] => {
      const notice = deliveryNotice(report, 'prod-admin');
      if (notice) {
        assertGoodSentence(notice.text);
      }
      return [notice?.text, notice?.action?.command];
    };
    assert.deepEqual(say({ ...delivered, instead: undefined, warnings: [] }), [undefined, undefined]);
    assert.deepEqual(
      say({ ...delivered, instead: { kind: 'noConsent' }, warnings: [] }),
      [undefined, undefined],
      'who has just said no is not told of it',
    );
    assert.deepEqual(say({ ...delivered, instead: { kind: 'noConsent' }, warnings: wins }), [
      'Terminals may not run as prod-admin (The AWS CLI uses the keys of [default] instead, set up managed profiles or rename [default])',
      'stsSessions.setUpDelivery',
    ]);
    const region = { kind: 'inheritedRegion', variable: 'AWS_REGION', value: 'eu-west-1' } as const;
    assert.deepEqual(say({ ...delivered, instead: undefined, warnings: [region] }), [undefined, undefined]);
    for (const state of instead.filter(({ kind }) => kind !== 'noConsent')) {
      for (const warnings of [[], wins]) {
        assert.equal(say({ ...delivered, instead: state, warnings })[1], 'stsSessions.openConfigFile');
      }
    }
    assert.equal(say({ kind: 'untrusted' })[1], 'workbench.trust.manage');
    assert.equal(say({ kind: 'failed' })[1], 'stsSessions.showLog');
  });

  it('tell a tool in the terminal why it gets nothing, in one line that any shell can print', () => {
    const say = supplySentences(() => now);
    for (const text of [
      say.ended('prod-admin', until),
      say.ended('prod-admin', now - 1),
      say.ended('prod-admin', undefined),
      say.unknown(),
      say.several('prod'),
      say.needsPerson('prod-admin'),
      say.failed('prod-admin', { kind: 'cancelled' }),
      say.failed('prod-admin', { kind: 'rootCannotAssume' }),
      say.busy(),
    ]) {
      assertGoodSentence(text);
      assert.doesNotMatch(text, /[\\\n"]/);
    }
    assert.match(say.ended('prod-admin', until), /prod-admin/);
  });

  it('follow a session through its life', () => {
    for (const text of [
      flowText.starting('a'),
      flowText.renewing('a'),
      flowText.cannotStart('a', 'source_profile is missing: b'),
      flowText.needsPerson('a'),
      renewalText.endsSoon('a', until, now),
      renewalText.endsWithoutSignIn('a', until, now),
      renewalText.notRenewed('a', 'No connection to AWS: sts.example', until, now),
      renewalText.overAndNotRenewed('a', 'No connection to AWS: sts.example'),
      renewalText.clockIsOff(7 * 60_000),
      renewalText.clockIsOff(-61_000),
      flowText.terminalHint('a', until, now),
      flowText.terminalHint('a', undefined, now),
      flowText.ended('a', 1, until, now),
      flowText.ended(undefined, 3, undefined, now).replace(/^\d+ s/, 'S'),
    ]) {
      assertGoodSentence(text);
    }
  });

  it('say what is wrong with what somebody types', () => {
    for (const problem of [
      { kind: 'empty' },
      { kind: 'tooShort', min: 2 },
      { kind: 'tooLong', max: 64 },
      { kind: 'badCharacter', character: ' ' },
      { kind: 'badCharacter', character: '!' },
      { kind: 'notRoleArn' },
      { kind: 'assumedRoleArn' },
      { kind: 'badAccount' },
      { kind: 'unknownPartition', partition: 'aws-x' },
      { kind: 'mfaSerialIsUser' },
      { kind: 'mfaSerialIsSecurityKey' },
      { kind: 'notSixDigits' },
      { kind: 'notAccessKeyId' },
      { kind: 'notRegion' },
      { kind: 'notDuration' },
      { kind: 'outOfRange', min: 900, max: 43_200 },
    ] as const) {
      assertGoodSentence(inputSentence(problem));
    }
  });

  it('name device, account and session when a code is wanted', () => {
    const question = {
      session: 'prod-admin',
      serial: 'arn:aws:iam::111122223333:mfa/alice',
      retry: undefined,
    };
    assert.equal(mfaPromptText(question).title, 'MFA Code for prod-admin from Device alice (1111-2222-3333)');
    assert.equal(mfaPromptText(question).error, undefined);
    for (const retry of ['wrongCode', 'usedCode', 'seedRefused', 'seedLost', 'sourceFailed'] as const) {
      assertGoodSentence(mfaPromptText({ ...question, retry }).error ?? '');
    }
    assert.match(mfaPromptText({ ...question, serial: 'GAHT12345678' }).title, /GAHT12345678/);
  });
});
