import assert from 'node:assert/strict';
import type { KeyLinesProblem } from '../../src/aws/keyLines.ts';
import type { Settled } from '../../src/session/keyVault.ts';
import type { SecretPlace } from '../../src/ui/text/authenticators.ts';
import {
  addKeysText,
  hindranceOfPlace,
  keysBackText,
  keysHindranceSentence,
  keysText,
  moveKeysText,
  settledSentence,
} from '../../src/ui/text/keys.ts';
import type { KeysHindrance } from '../../src/ui/text/keys.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const places: readonly SecretPlace[] = ['browser', 'remote', 'linux', 'keychain'];
const problems: readonly KeyLinesProblem[] = ['none', 'temporary', 'twice', 'odd'];
const settled: readonly Settled['kind'][] = ['moved', 'proven', 'lost', 'changed', 'alone', 'fileFailed'];

describe('what is said about keys in the vault', () => {
  it('says why not in one sentence, with the profile at its end', () => {
    const hindrances: readonly KeysHindrance[] = [
      { kind: 'browser' },
      { kind: 'remote' },
      { kind: 'memory' },
      { kind: 'noHelper' },
      { kind: 'otherKind' },
      { kind: 'bothFiles' },
      ...problems.map((why) => ({ kind: 'lines', why, file: 'credentials' }) as const),
      ...problems.map((why) => ({ kind: 'lines', why, file: 'config' }) as const),
    ];
    for (const hindrance of hindrances) {
      const text = keysHindranceSentence(hindrance, 'alice');
      assertGoodSentence(text);
      assert.match(text, /: alice$/);
    }
  });

  it('refuses where the store may lose keys or is not beside the files', () => {
    assert.deepEqual(
      places.map((place) => hindranceOfPlace(place)?.kind),
      ['browser', 'remote', undefined, undefined],
    );
  });

  it('says what became of keys on their way', () => {
    for (const kind of settled) {
      for (const file of ['config', 'credentials', undefined] as const) {
        const text = settledSentence({ kind, profile: 'alice', file });
        assertGoodSentence(text);
        assert.match(text, /: alice$/);
      }
    }
  });

  it('says what is to be started again: the editor where it can be seen, else its window', () => {
    for (const [restart, word] of [
      ['window', /window/i],
      ['editor', /quit VS Code|VS Code was quit/i],
    ] as const) {
      assert.match(moveKeysText('alice', '/x', 'linux', restart).detail, word);
      assert.match(addKeysText('alice', 'linux', restart).detail, word);
      for (const text of [keysText.stored('alice', restart), keysText.pending('alice', restart)]) {
        assertGoodSentence(text);
        assert.match(text, word);
      }
      assert.match(keysText.pendingRow(restart), word);
      assert.match(keysText.restart(restart), restart === 'window' ? word : /^Quit VS Code$/);
    }
  });

  it('says before it starts when the keys work, what to do before uninstalling, and where they are kept', () => {
    for (const place of places) {
      const move = moveKeysText('alice', '/home/alice/.aws/credentials', place, 'editor');
      assert.match(move.message, /^Move the keys of alice into the vault\?$/);
      assert.match(move.detail, /work only while VS Code runs on this computer/);
      assert.match(move.detail, /before you uninstall STS Sessions, or they are lost/);
      assert.match(move.detail, /\/home\/alice\/\.aws\/credentials/);
      assert.equal(/keyring/.test(move.detail), place === 'linux');
      const add = addKeysText('alice', place, 'editor');
      assert.match(add.detail, /before you uninstall STS Sessions, or they are lost/);
      assert.equal(/keyring/.test(add.detail), place === 'linux');
    }
    assert.match(keysBackText('alice', '/x').detail, /clear text/);
  });

  it('says everything else by the rules for messages', () => {
    for (const sentence of [
      keysText.none(),
      keysText.held('alice'),
      keysText.notKept('alice'),
      keysText.storeFailed('alice'),
      keysText.busy('alice'),
      keysText.fileFailed('alice'),
      keysText.nothingKept(),
      keysText.back('alice'),
      keysText.taken('alice'),
      keysText.notForgotten('alice'),
      keysText.gone('alice'),
      keysText.noKeysInCsv(),
      keysText.unreadableCsv(),
      keysText.nameTaken(),
      keysText.notSecret(),
      keysText.added('alice'),
    ]) {
      assertGoodSentence(sentence);
    }
    assert.equal(keysText.lastDigits('AKIAEXAMPLEALICE0001'), '…0001');
  });
});
