import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { partitions } from '../../src/aws/partitions.ts';
import {
  forgetProvider,
  knownProviders,
  openFolder,
  providerFolder,
} from '../../src/signIn/providerFolder.ts';
import { createBrowserWay } from '../../src/signIn/samlBrowser.ts';
import type { BrowserWayParts } from '../../src/signIn/samlBrowser.ts';
import { isForm, isSamlAddress, maxFormBytes, readSamlForm } from '../../src/signIn/samlPost.ts';
import type { WayResult } from '../../src/signIn/samlWays.ts';
import type { Command } from '../support/fakeBrowser.ts';
import { FakeBrowser } from '../support/fakeBrowser.ts';
import { useFolder } from '../support/folder.ts';

const never = new AbortController().signal;
const form = 'application/x-www-form-urlencoded';
const assertion = 'RVhBTVBMRS1yZXNwb25zZQ==';
const posted = `SAMLResponse=${encodeURIComponent(assertion)}`;
const loginUrl = 'https://IdP.example.com:8443/start?hint=mia';

function reveal(result: WayResult): string {
  return result.kind === 'response' ? result.response.reveal() : result.kind;
}

/** What a browser sends when a page posts this. */
function paused(id: string, body: string | undefined, more: object = {}): object {
  const entries =
    body === undefined ? {} : { postDataEntries: [{ bytes: Buffer.from(body).toString('base64') }] };
  const headers = { 'Content-Type': form };
  const request = {
    url: 'https://signin.aws.amazon.com/saml',
    method: 'POST',
    headers,
    hasPostData: true,
    ...entries,
  };
  return { requestId: id, request: { ...request, ...more } };
}

describe('where SAML is posted', () => {
  it('is known for every partition, with and without a region, and for encrypted assertions', () => {
    for (const { signInHost, fallbackRegion } of partitions) {
      for (const host of [signInHost, `${fallbackRegion}.${signInHost}`]) {
        for (const path of ['/saml', '/saml?x=1', '/saml/acs/SAMLSP1EXAMPLE']) {
          assert.equal(isSamlAddress(new URL(`https://${host}${path}`)), true, host + path);
        }
      }
    }
  });

  it('is nowhere else', () => {
    for (const url of [
      'http://signin.aws.amazon.com/saml',
      'https://signin.aws.amazon.com:8443/saml',
      'https://signin.aws.amazon.com/samlx',
      'https://signin.aws.amazon.com/SAML',
      'https://signin.aws.amazon.com/saml/acs/a/b',
      'https://us-east-1.signin.aws.amazon.com/platform/saml/acs/1',
      'https://evilsignin.aws.amazon.com/saml',
      'https://a.b.signin.aws.amazon.com/saml',
      'https://signin.aws.amazon.com.evil.example/saml',
      'https://evil.example/x.signin.aws.amazon.com/saml',
      'https://evil.example/?https://signin.aws.amazon.com/saml',
    ]) {
      assert.equal(isSamlAddress(new URL(url)), false, url);
    }
  });

  it('is a form', async () => {
    assert.equal(isForm('application/x-www-form-urlencoded; charset=UTF-8'), true);
    assert.equal(isForm('Multipart/Form-Data; boundary=x'), true);
    assert.equal(isForm('application/x-www-form-urlencodedx'), false);
    assert.equal(isForm('text/plain'), false);
    const kindOf = async (type: string, body: string): Promise<string> =>
      (await readSamlForm(type, Buffer.from(body))).kind;
    assert.equal(await kindOf(form, posted), 'response');
    assert.equal(await kindOf(form, 'RelayState=x'), 'none');
    assert.equal(await kindOf('text/plain', posted), 'none');
    assert.equal(await kindOf('multipart/form-data', posted), 'none');
    assert.equal(await kindOf('multipart/form-data; boundary=x', '--x\r\nbroken'), 'none');
    assert.equal(await kindOf(form, 'A'.repeat(maxFormBytes + 1)), 'tooLarge');
    assert.equal(reveal((await readSamlForm(form, Buffer.from(posted))) as WayResult), assertion);
  });
});

describe('signing in with a browser that is spoken to over a pipe', () => {
  const folder = useFolder();
  let browser: FakeBrowser;
  let started: { path: string; args: readonly string[] }[] = [];

  beforeEach(() => {
    started = [];
    browser = new FakeBrowser();
  });

  function signIn(more: Partial<BrowserWayParts> = {}, signal = never): Promise<WayResult> {
    const way = createBrowserWay({
      findBrowser: () => Promise.resolve({ path: '/opt/chrome', profiles: undefined }),
      start: (path, args) => {
        started.push({ path, args });
        return Promise.resolve(browser);
      },
      env: {},
      folder: join(folder(), 'storage', 'saml'),
      root: false,
      exclusive: (_key, _signal, work) => work(),
      ...more,
    });
    return way({ loginUrl, profile: 'saml' }, signal);
  }

  it('watches before it opens the page, takes the form and sends nothing on', async () => {
    const result = signIn();
    await browser.next('Target.activateTarget');
    browser.event('Fetch.requestPaused', paused('7', posted));
    assert.equal(reveal(await result), assertion);
    const told = browser.commands.map(({ method }) => method);
    assert.deepEqual(told, [
      'Browser.getVersion',
      'Fetch.enable',
      'Target.setDiscoverTargets',
      'Target.createTarget',
      'Target.activateTarget',
      'Fetch.fulfillRequest',
      'Browser.close',
    ]);
    assert.deepEqual(browser.of('Fetch.fulfillRequest')[0]?.params, { requestId: '7', responseCode: 204 });
    assert.deepEqual(browser.of('Target.createTarget')[0]?.params['url'], loginUrl);
    assert.equal(browser.killed, 0);
  });

  it('gives each identity provider a profile folder that nobody else can read', async () => {
    const first = signIn();
    await browser.next('Target.activateTarget');
    browser.end(0);
    await first;
    const [name = '', ...others] = await readdir(join(folder(), 'storage', 'saml'));
    assert.match(name, /^idp\.example\.com%3A8443-[0-9a-f]{8}$/);
    assert.deepEqual(others, []);
    if (process.platform !== 'win32') {
      assert.equal((await stat(join(folder(), 'storage', 'saml', name))).mode & 0o777, 0o700);
    }
    assert.ok(started[0]?.args.includes(`--user-data-dir=${join(folder(), 'storage', 'saml', name)}`));
  });

  it('knows which identity providers have one, and forgets them one by one', async () => {
    const rootFolder = join(folder(), 'storage', 'saml');
    const long = `https://${'long-name.'.repeat(12)}example.com/`;
    const urls = [loginUrl, 'https://other.example.com/', 'http://[::1]:8080/sso', long];
    for (const url of urls) {
      await openFolder(providerFolder(rootFolder, url));
    }
    await mkdir(join(rootFolder, 'something else'));
    const known = await knownProviders([rootFolder, join(folder(), 'nothing')]);
    assert.deepEqual(
      known.map(({ host }) => host),
      ['[::1]:8080', 'idp.example.com:8443', new URL(long).host.slice(0, 40), 'other.example.com'],
    );
    for (const provider of known.slice(1)) {
      await forgetProvider(provider);
    }
    assert.deepEqual(
      (await knownProviders([rootFolder])).map(({ host }) => host),
      ['[::1]:8080'],
    );
  });

  it('keeps the cookies and removes the pages, also those of a browser that was killed', async () => {
    const first = signIn();
    await browser.next('Target.activateTarget');
    browser.end(0);
    await first;
    const [name = ''] = await readdir(join(folder(), 'storage', 'saml'));
    const profile = join(folder(), 'storage', 'saml', name, 'Default');
    for (const each of ['Cache/Cache_Data', 'Code Cache', 'Sessions', 'Network']) {
      await mkdir(join(profile, each), { recursive: true });
      await writeFile(join(profile, each, 'file'), '');
    }
    browser = new FakeBrowser();
    const second = signIn();
    await browser.next('Browser.getVersion');
    assert.deepEqual(await readdir(profile), ['Network']);
    await mkdir(join(profile, 'Sessions'));
    browser.end(0);
    await second;
    assert.deepEqual(await readdir(profile), ['Network']);
  });

  it('opens no port, tells the address to nobody else, and has a sandbox unless it is root', async () => {
    for (const root of [false, true]) {
      browser = new FakeBrowser();
      const result = signIn({ root });
      await browser.next('Target.activateTarget');
      browser.end(0);
      await result;
      const args = started.at(-1)?.args ?? [];
      assert.ok(args.includes('--remote-debugging-pipe'));
      assert.ok(
        !args.some((argument) => /remote-debugging-port|idp\.example\.com:|hint=mia/i.test(argument)),
      );
      assert.equal(args.includes('--no-sandbox'), root);
    }
  });

  it('lets go of what is no SAML post, and never of a post that it cannot read', async () => {
    const result = signIn();
    await browser.next('Target.activateTarget');
    const get = { method: 'GET', url: 'https://signin.aws.amazon.com/saml?SAMLResponse=x' };
    browser.event('Fetch.requestPaused', paused('get', undefined, get));
    browser.event(
      'Fetch.requestPaused',
      paused('other', posted, { url: 'https://signin.aws.amazon.com/samlx' }),
    );
    browser.event('Fetch.requestPaused', paused('empty', 'RelayState=x'));
    browser.event('Fetch.requestPaused', 'nonsense');
    browser.event('Fetch.requestPaused', paused('text', undefined, { postData: posted }));
    assert.equal(reveal(await result), assertion);
    const ids = (method: string): unknown[] => browser.of(method).map(({ params }) => params['requestId']);
    assert.deepEqual(ids('Fetch.continueRequest'), ['get', 'other', 'empty']);
    assert.deepEqual(ids('Fetch.fulfillRequest'), ['text']);
    assert.deepEqual(ids('Fetch.failRequest'), []);
  });

  it('takes the first of two posts and stops the second', async () => {
    const result = signIn();
    await browser.next('Target.activateTarget');
    browser.event('Fetch.requestPaused', paused('1', posted));
    browser.event('Fetch.requestPaused', paused('2', 'SAMLResponse=T3RoZXI='));
    assert.equal(reveal(await result), assertion);
    assert.deepEqual(
      browser.of('Fetch.fulfillRequest').map(({ params }) => params['requestId']),
      ['1'],
    );
  });

  it('says that a post is too large, whether it comes or not', async () => {
    const tooMuch = 'A'.repeat(maxFormBytes);
    for (const post of [
      paused('1', posted + tooMuch),
      paused('1', posted + tooMuch.repeat(5)),
      paused('1', undefined),
    ]) {
      browser = new FakeBrowser();
      const result = signIn();
      await browser.next('Target.activateTarget');
      browser.event('Fetch.requestPaused', post);
      assert.equal((await result).kind, 'tooLarge');
      assert.deepEqual(browser.of('Fetch.continueRequest'), []);
    }
  });

  it('is over when the person closes the last window, also where the browser stays', async () => {
    const result = signIn();
    const page = (targetId: string): object => ({ targetInfo: { type: 'page', targetId } });
    browser.event('Target.targetCreated', page('main'));
    browser.event('Target.targetCreated', page('popup'));
    browser.event('Target.targetCreated', { targetInfo: { type: 'browser_ui', targetId: 'inside' } });
    await browser.next('Target.activateTarget');
    browser.event('Target.targetDestroyed', { targetId: 'unknown' });
    browser.event('Target.targetDestroyed', { targetId: 'popup' });
    browser.event('Target.targetDestroyed', { targetId: 'main' });
    assert.equal((await result).kind, 'closed');
    assert.equal(browser.of('Browser.close').length, 1);
  });

  it('is over when the browser ends', async () => {
    const result = signIn();
    await browser.next('Target.activateTarget');
    browser.end(undefined);
    assert.equal((await result).kind, 'closed');
  });

  it('ends the browser when the person gives up, and after a while', async () => {
    const controller = new AbortController();
    const cancelled = signIn({}, controller.signal);
    await browser.next('Target.activateTarget');
    controller.abort();
    assert.equal((await cancelled).kind, 'cancelled');
    assert.equal(browser.of('Browser.close').length, 1);
    browser = new FakeBrowser();
    assert.equal((await signIn({ patienceMs: 30 })).kind, 'tooLate');
    assert.equal(browser.of('Browser.close').length, 1);
    assert.equal((await signIn({}, AbortSignal.abort())).kind, 'cancelled');
    assert.equal(started.length, 2);
  });

  it('kills a browser that does not end by itself', async () => {
    const answer = ({ method }: Command): unknown => (method === 'Browser.close' ? undefined : {});
    browser = new FakeBrowser(answer);
    const result = signIn({ closeMs: 20 });
    await browser.next('Target.activateTarget');
    browser.event('Fetch.requestPaused', paused('1', posted));
    assert.equal(reveal(await result), assertion);
    assert.equal(browser.killed, 1);
  });

  it('says why a browser cannot be used', async () => {
    const why = async (more: Partial<BrowserWayParts>): Promise<string> => {
      const result = await signIn(more);
      return result.kind === 'unavailable' ? result.why : result.kind;
    };
    for (const reason of ['noBrowser', 'noScreen'] as const) {
      assert.equal(await why({ findBrowser: () => Promise.resolve(reason) }), reason);
    }
    assert.equal(await why({ start: () => Promise.resolve({ failed: 'EACCES' }) }), 'browserFailed');
    assert.equal(await why({ exclusive: () => Promise.reject(new Error('no lock')) }), 'browserFailed');
    const silent = (): undefined => undefined;
    for (const [status, reason] of [
      // As Chromium does under the policy RemoteDebuggingAllowed.
      [0, 'browserForbidden'],
      [1, 'browserFailed'],
      [undefined, 'browserFailed'],
    ] as const) {
      browser = new FakeBrowser(silent);
      const ended = why({});
      await browser.next('Browser.getVersion');
      browser.end(status);
      assert.equal(await ended, reason);
    }
    for (const method of ['Fetch.enable', 'Target.setDiscoverTargets', 'Target.createTarget']) {
      browser = new FakeBrowser((command) => (command.method === method ? 'refused' : {}));
      assert.equal(await why({}), 'browserFailed', method);
      assert.equal(browser.of('Browser.close').length, 1);
    }
  });

  it('goes one after the other to the same identity provider', async () => {
    const keys: string[] = [];
    const exclusive: BrowserWayParts['exclusive'] = (key, _signal, work) => {
      keys.push(key);
      return work();
    };
    const result = signIn({ exclusive });
    await browser.next('Target.activateTarget');
    browser.end(0);
    await result;
    assert.match(keys.join(), /^saml .*idp\.example\.com%3A8443-[0-9a-f]{8}$/);
  });
});
