import assert from 'node:assert/strict';
import { mfaChoiceLine, mfaText, mfaUseText } from '../../src/ui/text/mfa.ts';
import { mfaPromptText } from '../../src/ui/text/prompts.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const device = 'arn:aws:iam::111122223333:mfa/alice';

/** What a list of usual width shows of a row's second line; the rest is cut off. */
const widest = 70;

describe('the words around MFA', () => {
  it('are sentences by the rules', () => {
    for (const text of [
      mfaText.used('alice', 'oneSession'),
      mfaText.used('alice', 'eachRole'),
      mfaText.offer('alice'),
      mfaText.shortened('prod-admin', 14_400),
      mfaText.noKeys('corp'),
      mfaText.notSaved(),
      mfaText.looking('alice'),
      mfaText.securityKey('yubi'),
      mfaText.none(),
      mfaText.mayNotList(),
      mfaText.noList('Sign-in is over'),
      mfaText.deviceChosen('alice', device),
      mfaText.hereDetail(),
      mfaText.fileDetail(),
    ]) {
      assertGoodSentence(text);
    }
  });

  it('say what comes of each way, and no list cuts it off', () => {
    for (const use of ['oneSession', 'eachRole'] as const) {
      const { label, consequence } = mfaUseText(use, 129_600);
      assertGoodSentence(consequence);
      assert.ok(consequence.length <= widest, consequence);
      const line = mfaChoiceLine({ profile: 'alice', use, serial: device, sessionSeconds: undefined });
      assert.equal(line.label, `${label}: alice`);
    }
    assert.match(mfaUseText('oneSession', undefined).consequence, /12h 00m/);
    assert.match(mfaUseText('oneSession', 129_600).consequence, /36h 00m/);
  });

  it('say in the box when one code is for many roles', () => {
    const question = { session: 'alice', serial: device, retry: undefined };
    const { title, prompt } = mfaPromptText({ ...question, shared: true });
    assertGoodSentence(prompt);
    assert.match(prompt, /one code is for all roles of: alice$/);
    assert.equal(title, mfaPromptText(question).title);
    assert.doesNotMatch(mfaPromptText({ ...question, shared: false }).prompt, /all roles/);
  });

  it('name a device as people know it', () => {
    assert.equal(
      mfaText.deviceChosen('alice', device),
      'Codes for alice now come from: alice (1111-2222-3333)',
    );
    assert.equal(mfaText.rememberTitle('GAHT12345678'), 'Remember GAHT12345678');
  });
});
