import assert from 'node:assert/strict';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserSearch } from '../../src/machine/findBrowser.ts';
import { browserFiles, findBrowser, hasScreen } from '../../src/machine/findBrowser.ts';
import { useFolder } from '../support/folder.ts';

/** A machine with these programs, some of them links. */
function on(
  platform: string,
  programs: readonly string[],
  more: Partial<Pick<BrowserSearch, 'env' | 'chosen'>> & { links?: Readonly<Record<string, string>> } = {},
): Promise<Browser | undefined> {
  const home = platform === 'win32' ? 'C:\\Users\\mia' : platform === 'darwin' ? '/Users/mia' : '/home/mia';
  return findBrowser({
    platform,
    env: more.env ?? {},
    home,
    chosen: more.chosen ?? '',
    files: {
      isProgram: (path) => Promise.resolve(programs.includes(path)),
      realPath: (path) => Promise.resolve(more.links?.[path] ?? path),
    },
  });
}

const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';

describe('finding a browser', () => {
  it('takes Chrome, Edge, Brave and Chromium in this order, on the PATH of Linux', async () => {
    const names = ['google-chrome', 'microsoft-edge-stable', 'brave-browser', 'chromium'];
    const env = { PATH: '/opt/tools/bin:/usr/bin' };
    for (const [index, name] of names.entries()) {
      const installed = names.slice(index).map((each) => `/opt/tools/bin/${each}`);
      assert.equal((await on('linux', installed.toReversed(), { env }))?.path, `/opt/tools/bin/${name}`);
    }
  });

  it('knows the usual places of Linux, whatever the PATH is', async () => {
    for (const path of [
      '/usr/bin/chromium',
      '/usr/local/bin/google-chrome',
      '/opt/google/chrome/chrome',
      '/opt/microsoft/msedge/msedge',
      '/opt/brave.com/brave/brave',
    ]) {
      assert.deepEqual(await on('linux', [path]), { path, profiles: undefined });
    }
  });

  it('never takes one from a relative folder of the PATH', async () => {
    const env = { PATH: '.:bin::/usr/bin' };
    assert.equal(
      await on('linux', ['google-chrome', 'bin/google-chrome', './google-chrome'], { env }),
      undefined,
    );
  });

  it('gives a snap a profile folder where it may write', async () => {
    const links = { '/snap/bin/chromium': '/usr/bin/snap' };
    assert.deepEqual(await on('linux', ['/snap/bin/chromium', '/usr/bin/chromium-browser'], { links }), {
      path: '/snap/bin/chromium',
      profiles: '/home/mia/snap/chromium/common/sts-sessions',
    });
    assert.equal(
      (await on('linux', ['/snap/bin/brave']))?.profiles,
      '/home/mia/snap/brave/common/sts-sessions',
    );
  });

  it('finds the applications of a Mac, for all users and for one', async () => {
    assert.equal((await on('darwin', [chrome]))?.path, chrome);
    const own = '/Users/mia/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
    assert.equal((await on('darwin', [own]))?.path, own);
  });

  it('finds the programs of Windows, for all users and for one', async () => {
    const env = {
      ProgramFiles: 'C:\\Program Files',
      'ProgramFiles(x86)': 'C:\\Program Files (x86)',
      LOCALAPPDATA: 'C:\\Users\\mia\\AppData\\Local',
    };
    const own = 'C:\\Users\\mia\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe';
    assert.equal((await on('win32', [edge], { env }))?.path, edge);
    assert.equal((await on('win32', [edge, own], { env }))?.path, own);
    assert.equal(await on('win32', [edge], { env: { ProgramFiles: 'relative' } }), undefined);
  });

  it('takes the one that the settings name, and no other in its stead', async () => {
    const installed = ['/usr/bin/google-chrome', '/opt/my/browser', '/home/mia/browser'];
    assert.equal((await on('linux', installed, { chosen: ' /opt/my/browser ' }))?.path, '/opt/my/browser');
    assert.equal((await on('linux', installed, { chosen: '~/browser' }))?.path, '/home/mia/browser');
    assert.equal(await on('linux', installed, { chosen: '/opt/my/other' }), undefined);
    assert.equal(await on('linux', ['browser'], { chosen: 'browser' }), undefined);
    assert.equal((await on('darwin', [chrome], { chosen: '/Applications/Google Chrome.app' }))?.path, chrome);
    assert.equal((await on('win32', [edge], { chosen: edge }))?.path, edge);
  });

  it('finds nothing where there is nothing', async () => {
    for (const platform of ['linux', 'darwin', 'win32']) {
      assert.equal(await on(platform, []), undefined);
    }
  });

  it('sees a screen where the person does', () => {
    const here = { env: {}, remote: false, web: false };
    const display = { DISPLAY: ':0' };
    for (const [where, screen] of [
      [{ ...here, platform: 'linux' }, false],
      [{ ...here, platform: 'linux', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } }, false],
      [{ ...here, platform: 'linux', env: display }, true],
      [{ ...here, platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } }, true],
      [{ ...here, platform: 'linux', env: display, remote: true }, true],
      [{ ...here, platform: 'linux', env: display, web: true }, false],
      [{ ...here, platform: 'darwin' }, true],
      [{ ...here, platform: 'darwin', remote: true }, false],
      [{ ...here, platform: 'win32' }, true],
      [{ ...here, platform: 'win32', remote: true }, false],
    ] as const) {
      assert.equal(hasScreen(where), screen, JSON.stringify(where));
    }
  });

  describe('on this machine', () => {
    const folder = useFolder();

    it('takes files that may be run, and follows links', async () => {
      const program = join(folder(), 'program');
      await writeFile(program, '');
      await chmod(program, 0o755);
      await symlink(program, join(folder(), 'link'));
      await mkdir(join(folder(), 'folder'));
      assert.equal(await browserFiles.isProgram(program), true);
      assert.equal(await browserFiles.isProgram(join(folder(), 'link')), true);
      assert.equal(await browserFiles.isProgram(join(folder(), 'folder')), false);
      assert.equal(await browserFiles.isProgram(join(folder(), 'nothing')), false);
      assert.equal(await browserFiles.realPath(join(folder(), 'nothing')), join(folder(), 'nothing'));
    });
  });
});
