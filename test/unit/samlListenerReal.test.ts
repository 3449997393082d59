import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { createListenerWay, listenerAddress } from '../../src/signIn/samlListener.ts';
import { testArguments } from '../support/realBrowser.ts';
import { findBrowser } from '../support/rig.ts';
import { describeIf } from '../support/skip.ts';

const executablePath = findBrowser();
const assertion = 'RVhBTVBMRS1yZXNwb25zZQ==';

describeIf(
  executablePath !== undefined,
  'no Chromium found',
  'a real browser that posts a SAML response to this machine',
  () => {
    let browser: Browser;
    let port = 0;
    /** An identity provider under another name than the listener. */
    let provider = '';
    const form = (): string =>
      `<form id=f method=post action="${listenerAddress(port)}"><input name=SAMLResponse value="${assertion}"></form>`;
    const pages: Record<string, () => string> = {
      '/form': () => `${form()}<script>f.submit()</script>`,
      '/referrerless': () => `<meta name=referrer content=no-referrer>${form()}<script>f.submit()</script>`,
      '/frame': () => `<iframe src="/form"></iframe>`,
      '/script': () => `<script>
        const body = new URLSearchParams({ SAMLResponse: ${JSON.stringify(assertion)} });
        fetch(${JSON.stringify(listenerAddress(port))}, { method: 'POST', mode: 'no-cors', body })
          .finally(() => { document.title = 'asked'; });
      </script>`,
    };
    const server = createServer((request, response) => {
      const page = pages[request.url ?? ''];
      response.writeHead(page ? 200 : 404, { 'Content-Type': 'text/html' }).end(page?.() ?? '');
    });

    before(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      provider = `http://localhost:${String((server.address() as AddressInfo).port)}`;
      const args = [...testArguments, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
      browser = await chromium.launch({ executablePath: executablePath ?? '', args });
    });
    after(async () => {
      await browser.close();
      server.close();
      server.closeAllConnections();
    });

    /** Signs in; `person` gets a page and the address that is to be opened in it. What stops them stops the test. */
    async function signIn(person: (page: Page, url: string) => Promise<void>, path: string): Promise<string> {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      ({ port } = other.address() as AddressInfo);
      other.close();
      await once(other, 'close');
      const page = await browser.newPage();
      let begin = (_seen: Promise<void>): void => undefined;
      const seen = new Promise<void>((resolve) => (begin = resolve));
      const way = createListenerWay({
        port: () => port,
        isReachable: () => Promise.resolve(true),
        openBrowser: (url) => {
          begin(person(page, url));
          return Promise.resolve(true);
        },
        pageTexts: () => ({ title: 'AWS Sessions', done: 'You can go back', failed: 'No sign-in' }),
        exclusive: (_key, _signal, work) => work(),
        patienceMs: 20_000,
      });
      const over = new AbortController();
      const signed = way({ loginUrl: provider + path, profile: 'saml' }, over.signal).then((result) => {
        assert.equal(result.kind, 'response');
        return result.kind === 'response' ? result.response.reveal() : '';
      });
      try {
        const [taken] = await Promise.all([signed, seen]);
        return taken;
      } finally {
        over.abort();
        await page.close();
      }
    }

    for (const path of ['/form', '/referrerless']) {
      it(`is taken at its word: ${path}`, async () => {
        const taken = await signIn(async (page, url) => {
          await page.goto(url, { waitUntil: 'commit' });
          await page.getByText('You can go back').waitFor();
        }, path);
        assert.equal(taken, assertion);
      });
    }

    for (const path of ['/frame', '/script']) {
      it(`is turned away where the person would not see it: ${path}`, async () => {
        const statuses: number[] = [];
        const taken = await signIn(async (page, url) => {
          const refused = page.waitForResponse((response) => response.url() === listenerAddress(port));
          await page.goto(url);
          statuses.push((await refused).status());
          // Not until it is loaded: it goes on by itself before that.
          await page.goto(`${provider}/form`, { waitUntil: 'commit' });
          await page.getByText('You can go back').waitFor();
        }, path);
        assert.equal(taken, assertion);
        assert.deepEqual(statuses, [403]);
      });
    }
  },
);
