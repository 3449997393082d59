import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultSentence } from '../../src/ui/text/faults.ts';
import { folderText } from '../../src/ui/text/folders.ts';
import { t } from '../../src/ui/text/l10n.ts';

/**
 * What VS Code takes for a link in notifications, in progress, and in the prompts and problems of quick inputs, where
 * links may run any command: `LINK_REGEX` of src/vs/base/common/linkedText.ts.
 */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const foreign =
  '[Sign in](command:workbench.action.terminal.sendSequence?x) [b](HTTPS://elsewhere.example "c")';

describe('text of others', () => {
  it('is no link in what a person reads', () => {
    for (const part of foreign.split(/(?<=\)) /)) {
      assert.match(part, link);
    }
    const refused = { kind: 'refused', code: 'Denied', message: foreign, status: 400 } as const;
    for (const said of [
      t('{0}: {1}', foreign, foreign),
      t('{0}', t('{0}', foreign)),
      faultSentence(refused, { session: foreign }).text,
      folderText.untrusted(foreign),
    ]) {
      assert.match(said, /elsewhere\.example/);
      assert.doesNotMatch(said, link);
      assert.ok(said.replaceAll('\u2060', '').includes(foreign));
    }
  });

  it('stays as it is otherwise, and so do links of ours', () => {
    const text = 'arn:aws:iam::111122223333:role/a [b] (c)';
    assert.equal(t('{0} {1}', text, 7), `${text} 7`);
    assert.match(t('[Open Settings](command:x) for {0}', 'a'), link);
  });

  it('comes into a sentence by no other way', () => {
    const root = join(import.meta.dirname, '../../src');
    const others = globSync('**/*.ts', { cwd: root }).filter((file) =>
      /@vscode\/l10n|\bl10n\.t\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    // What is loaded at start says only the code of an error.
    assert.deepEqual(others.map((file) => file.replaceAll('\\', '/')).sort(), [
      'extension.ts',
      'ui/text/l10n.ts',
    ]);
  });
});
