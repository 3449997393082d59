import assert from 'node:assert/strict';
import { isSeedProblem, parseAuthenticator, type SeedProblem } from '../../src/aws/seed.ts';
import {
  authenticatorText,
  keepSeedText,
  pictureSentence,
  removeSeedText,
  secretPlace,
  seedSentence,
} from '../../src/ui/text/authenticators.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const serial = 'arn:aws:iam::111122223333:mfa/alice';

function seed(text: string) {
  const read = parseAuthenticator(text);
  assert.ok(!isSeedProblem(read));
  return read.seed;
}

describe('what is said about authenticators', () => {
  it('keeps the rules for messages', () => {
    const problems: readonly SeedProblem[] = [
      { kind: 'empty' },
      { kind: 'notBase32', character: '1' },
      { kind: 'cutOff' },
      { kind: 'notKeyUri' },
      { kind: 'notTimeBased' },
      { kind: 'badParameter', name: 'digits', value: '5' },
    ];
    for (const text of [
      ...problems.map(seedSentence),
      ...(['noQrCode', 'notAPicture', 'tooLarge', 'unreadable'] as const).map((kind) =>
        pictureSentence({ kind }),
      ),
      authenticatorText.added(serial),
      authenticatorText.removed(serial),
      authenticatorText.none(),
      authenticatorText.notKept(serial),
      authenticatorText.storeFailed(serial),
      authenticatorText.waits(12_000),
    ]) {
      assertGoodSentence(text);
    }
    assert.equal(authenticatorText.waits(12_000), 'waits for the next MFA code, 12s');
  });

  it('says before a seed is stored what that means, and where it goes', () => {
    const six = seed('JBSWY3DPEHPK3PXP');
    const texts = (['browser', 'remote', 'linux', 'keychain'] as const).map((place) =>
      keepSeedText(serial, six, place, []),
    );
    assert.equal(new Set(texts.map(({ detail }) => detail)).size, 4);
    for (const { message, detail } of texts) {
      assert.match(message, /alice \(1111-2222-3333\)/);
      assert.match(detail, /whoever can use this account of your computer has both/);
      assert.doesNotMatch(detail, /JBSW|6 digits/);
    }
    for (const { detail } of texts.slice(0, 3)) {
      assert.match(detail, /memory only/);
    }
    assert.match(removeSeedText(serial).detail, /another device/);
  });

  it('says that a stored seed is replaced for good, where there is one of the same device only', () => {
    const six = seed('JBSWY3DPEHPK3PXP');
    const other = { serial: 'arn:aws:iam::111122223333:mfa/bob' };
    const first = keepSeedText(serial, six, 'keychain', [other]);
    assert.doesNotMatch(first.message + first.detail, /[Rr]eplace/);
    assert.equal(first.yes, 'Keep Authenticator');
    const { message, detail, yes } = keepSeedText(serial, six, 'keychain', [other, { serial }]);
    assert.equal(message, 'Replace the authenticator of alice (1111-2222-3333) in VS Code?');
    assert.match(detail, /^An authenticator of this device .*replaces it, .*cannot be brought back/);
    assert.match(detail, /whoever can use this account of your computer has both/);
    assert.equal(yes, 'Replace Authenticator');
  });

  it('says that AWS takes six digits, when an authenticator makes more', () => {
    const eight = seed('otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=8');
    assert.match(
      keepSeedText(serial, eight, 'keychain', []).detail,
      /AWS takes codes of 6 digits, .*makes 8/,
    );
  });

  it('tells where secrets go, as far as that can be told', () => {
    assert.equal(secretPlace(true, 'ssh-remote', 'linux'), 'browser');
    assert.equal(secretPlace(false, 'wsl', 'linux'), 'remote');
    assert.equal(secretPlace(false, undefined, 'linux'), 'linux');
    assert.equal(secretPlace(false, undefined, 'darwin'), 'keychain');
    assert.equal(secretPlace(false, undefined, 'win32'), 'keychain');
  });
});
