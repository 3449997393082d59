import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { startBrowser } from '../../src/machine/startBrowser.ts';
import type { StartedBrowser } from '../../src/machine/startBrowser.ts';
import { useFolder } from '../support/folder.ts';

/** Says what it is told, one descriptor further, until the pipe closes. */
const echo = `
  const { createReadStream, writeSync } = require('node:fs');
  writeSync(4, JSON.stringify(Object.keys(process.env)) + '\\n');
  createReadStream('', { fd: 3 }).on('data', (data) => writeSync(4, data)).on('end', () => process.exit(7));
`;

async function started(script: string, env: Readonly<Record<string, string>> = {}): Promise<StartedBrowser> {
  const browser = await startBrowser(process.execPath, ['-e', script], { PATH: process.env['PATH'], ...env });
  assert.ok(!('failed' in browser), JSON.stringify(browser));
  return browser;
}

async function line(browser: StartedBrowser): Promise<string> {
  const [text] = (await once(browser.fromBrowser, 'data')) as [Buffer];
  return text.toString('utf8').trimEnd();
}

describe('starting a browser', () => {
  const folder = useFolder();

  it('gives it a pipe to read and one to write, and hears how it ends', async () => {
    const browser = await started(echo);
    await line(browser);
    browser.toBrowser.write('hello\0');
    assert.equal(await line(browser), 'hello\0');
    browser.toBrowser.end();
    assert.equal(await browser.exited, 7);
  });

  it('keeps AWS’s variables and the editor’s from it', async () => {
    const browser = await started(echo, {
      AWS_SECRET_ACCESS_KEY: 'EXAMPLEKEY',
      aws_session_token: 'EXAMPLETOKEN',
      STS_SESSIONS_TOKEN: 'EXAMPLE',
      VSCODE_IPC_HOOK_CLI: '/run/editor.sock',
      ELECTRON_RUN_AS_NODE: '1',
      HTTPS_PROXY: 'http://127.0.0.1:1',
    });
    const names = JSON.parse(await line(browser)) as string[];
    assert.deepEqual(
      names.filter((name) => /AWS|STS_|VSCODE|ELECTRON|PROXY/i.test(name)),
      ['HTTPS_PROXY'],
    );
    browser.toBrowser.end();
    await browser.exited;
  });

  it('can kill it', async () => {
    const browser = await started('process.on("SIGTERM", () => process.exit()); setInterval(() => {}, 1000)');
    browser.kill();
    const status = await browser.exited;
    assert.ok(status === undefined || status === 0 || process.platform === 'win32', String(status));
  });

  it('says why it did not start', async () => {
    for (const path of [join(folder(), 'nothing'), folder(), 'a\0b']) {
      const result = await startBrowser(path, [], {});
      assert.ok('failed' in result, path);
      assert.match(result.failed, /^[A-Z_]+$/);
    }
  });
});
