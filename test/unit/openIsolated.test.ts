import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openIsolated, sweepPages } from '../../src/machine/openIsolated.ts';
import { useFolder } from '../support/folder.ts';
import { eventually } from '../support/stage.ts';

const link = 'https://signin.example/federation?Action=login&SigninToken=EXAMPLE</script>%2Ftoken';

describe('a browser window for one account', () => {
  const folder = useFolder();

  /** A program that writes down what it was started with. */
  function browser(env: Readonly<Record<string, string>> = {}) {
    const path = join(folder(), 'browser');
    const said = join(folder(), 'said');
    writeFileSync(
      path,
      `#!/bin/sh\n{ printf '%s\\n' "$@"; env; } >'${said}.tmp'\nmv '${said}.tmp' '${said}'\n`,
    );
    chmodSync(path, 0o700);
    const root = join(folder(), 'console');
    const later = { ms: 0 };
    const now = (): number => Date.now() + later.ms;
    const parts = { path, root, env: { ...process.env, ...env }, isRoot: false, now };
    const read = (): Promise<string> =>
      eventually(
        async () => (existsSync(said) ? readFileSync(said, 'utf8') : ''),
        (text) => text !== '',
        'the browser is started',
      );
    return { parts, root, later, read };
  }

  it('gets the address from a page that only its owner can read, and never as an argument', async () => {
    const { parts, read } = browser({ AWS_SECRET_ACCESS_KEY: 'EXAMPLESECRET', EXAMPLE_KEPT: '1' });
    assert.equal(await openIsolated(parts, '111122223333', link), true);
    const said = await read();
    assert.doesNotMatch(said, /SigninToken|EXAMPLESECRET/);
    assert.match(said, /^EXAMPLE_KEPT=1$/m);
    const page = fileURLToPath(/^file:.+$/m.exec(said)?.[0] ?? '');
    assert.equal(statSync(page).mode & 0o777, 0o600);
    const [, text = ''] = /location\.replace\((".*")\)<\/script>$/.exec(readFileSync(page, 'utf8')) ?? [];
    assert.equal(JSON.parse(text), link);
    assert.doesNotMatch(text, /</, 'nothing in it ends the script');
  });

  it('has a folder to itself for each account, which others cannot look into', async () => {
    const { parts, root, read } = browser();
    for (const who of ['111122223333', '444455556666', '111122223333']) {
      assert.equal(await openIsolated(parts, who, link), true);
    }
    await read();
    const folders = readdirSync(root);
    assert.equal(folders.length, 2);
    for (const name of folders) {
      assert.equal(statSync(join(root, name)).mode & 0o777, 0o700);
    }
  });

  it('reads its page however many others are opened meanwhile; what is left of one goes with the next', async () => {
    const { parts, root, later, read } = browser();
    const pages = (): readonly string[] =>
      readdirSync(root).flatMap((name) =>
        readdirSync(join(root, name)).map((page) => join(root, name, page)),
      );
    assert.equal(await openIsolated(parts, '111122223333', link), true);
    await sweepPages(root, parts.now());
    assert.equal(await openIsolated(parts, '111122223333', link), true);
    await read();
    const first = pages();
    assert.equal(first.length, 2);
    later.ms = 60_000;
    assert.equal(await openIsolated(parts, '111122223333', link), true);
    assert.equal(pages().length, 1);
    assert.equal(first.includes(pages()[0] ?? ''), false);
    await sweepPages(root, parts.now() + 60_000);
    assert.deepEqual(pages(), []);
  });

  it('leaves nothing where the browser cannot be started', async () => {
    const { parts, root } = browser();
    mkdirSync(root);
    const gone = { ...parts, path: join(folder(), 'nothing') };
    assert.equal(await openIsolated(gone, '111122223333', link), false);
    assert.deepEqual(
      readdirSync(root).flatMap((name) => readdirSync(join(root, name))),
      [],
    );
  });
});
