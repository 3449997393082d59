import assert from 'node:assert/strict';
import type { Fields } from '../../src/signIn/cdpMessages.ts';
import { pageTarget, pausedRequest } from '../../src/signIn/cdpMessages.ts';
import { CdpPipe, maxMessageBytes, MessageCutter } from '../../src/signIn/cdpPipe.ts';
import { FakeBrowser } from '../support/fakeBrowser.ts';

describe('the DevTools pipe', () => {
  describe('cutting messages at their NULs', () => {
    const stream = Buffer.from('{"id":1}\0{"ä":"€😀"}\0\0{"rest', 'utf8');
    const wanted = ['{"id":1}', '{"ä":"€😀"}', ''];

    it('gives the same messages wherever the stream is split', () => {
      for (let first = 0; first <= stream.length; first++) {
        for (let second = first; second <= stream.length; second++) {
          const cutter = new MessageCutter(100);
          const parts = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
          const messages = parts.flatMap((part) => cutter.push(part)).map(String);
          assert.deepEqual(messages, wanted, `split at ${String(first)} and ${String(second)}`);
        }
      }
    });

    it('throws away what is too large, says so, and goes on behind it', () => {
      for (let size = 1; size <= stream.length; size++) {
        const cutter = new MessageCutter(8);
        const messages: string[] = [];
        for (let at = 0; at < stream.length; at += size) {
          messages.push(...cutter.push(stream.subarray(at, at + size)).map(String));
        }
        assert.deepEqual(messages, ['{"id":1}', 'tooLarge', ''], `in pieces of ${String(size)}`);
      }
    });
  });

  describe('commands and answers', () => {
    const events: [string, Fields][] = [];
    let tooLarge = 0;
    let ends = 0;
    const listener = {
      onEvent: (method: string, params: Fields) => void events.push([method, params]),
      onTooLarge: () => void (tooLarge += 1),
      onEnd: () => void (ends += 1),
    };
    const pipeTo = (browser: FakeBrowser): CdpPipe =>
      new CdpPipe(browser.toBrowser, browser.fromBrowser, listener);

    beforeEach(() => {
      events.length = 0;
      tooLarge = 0;
      ends = 0;
    });

    it('matches answers to commands by their number, in whatever order they come', async () => {
      const browser = new FakeBrowser(() => undefined);
      const pipe = pipeTo(browser);
      const both = [pipe.send('A'), pipe.send('B')];
      await browser.next('B');
      browser.write('{"id":2,"result":{"of":"B"}}\0{"id":1,"result":{"of":"A"}}\0');
      assert.deepEqual(await Promise.all(both), [{ of: 'A' }, { of: 'B' }]);
      browser.end(0);
    });

    it('gives nothing for a refusal, for silence, and after the end', async () => {
      const browser = new FakeBrowser(() => undefined);
      const pipe = pipeTo(browser);
      const refused = pipe.send('A');
      browser.write('{"id":1,"error":{"code":-32601,"message":"no such method"}}\0');
      assert.equal(await refused, undefined);
      assert.equal(await pipe.send('B', {}, 20), undefined);
      const cut = pipe.send('C');
      browser.end(0);
      assert.equal(await cut, undefined);
      assert.equal(await pipe.send('D'), undefined);
      assert.equal(ends, 1);
    });

    it('is not put out by what is no message', async () => {
      const browser = new FakeBrowser();
      const pipe = pipeTo(browser);
      const nonsense = [
        '',
        'not json',
        '[]',
        'null',
        '7',
        '"text"',
        '{}',
        '{"id":"1","result":{}}',
        '{"id":99,"result":{}}',
        '{"id":{},"method":7}',
        '{"method":["x"]}',
        '{"__proto__":{"method":"polluted"}}',
        '\u{FFFD}'.repeat(10),
      ];
      browser.write(nonsense.map((message) => `${message}\0`).join(''));
      browser.write(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0]));
      browser.event('Real', 'no object');
      assert.deepEqual(await pipe.send('A'), {});
      assert.deepEqual(events, [['Real', {}]]);
      browser.end(0);
    });

    it('says when a message is too large, and reads the next', async () => {
      const browser = new FakeBrowser();
      const pipe = pipeTo(browser);
      browser.write(Buffer.alloc(maxMessageBytes + 1, 'a'));
      browser.write('\0');
      browser.event('Next', {});
      assert.deepEqual(await pipe.send('A'), {});
      assert.deepEqual([tooLarge, events.length], [1, 1]);
      browser.end(0);
    });
  });

  describe('what a message says', () => {
    const url = 'https://signin.aws.amazon.com/saml';
    const bytes = Buffer.from('SAMLResponse=RVhBTVBMRQ').toString('base64');

    it('reads a paused request', () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const request = { url, method: 'POST', headers, postDataEntries: [{ bytes }], postData: 'other' };
      const read = pausedRequest({ requestId: '1', request });
      assert.equal(read?.url.href, url);
      assert.equal(read?.contentType, headers['content-type']);
      assert.equal(String(read?.body), 'SAMLResponse=RVhBTVBMRQ');
    });

    it('reads a body that comes as text, or in several pieces, and none that is not all there', () => {
      const bodyOf = (fields: object): string | undefined =>
        pausedRequest({ requestId: '1', request: { url, method: 'POST', ...fields } })?.body?.toString();
      assert.equal(bodyOf({ postData: 'a=ä' }), 'a=ä');
      assert.equal(bodyOf({ postDataEntries: [{ bytes: 'YT0=' }, { bytes: 'Yg==' }] }), 'a=b');
      assert.equal(bodyOf({ postDataEntries: [{ bytes: 'YT0=' }, {}] }), undefined);
      assert.equal(bodyOf({ hasPostData: true }), undefined);
    });

    it('takes nothing from what is not as documented', () => {
      for (const params of [
        {},
        { requestId: 1, request: { url, method: 'POST' } },
        { requestId: '1' },
        { requestId: '1', request: [] },
        { requestId: '1', request: { url: 'no address', method: 'POST' } },
        { requestId: '1', request: { url, method: null } },
      ]) {
        assert.equal(pausedRequest(params), undefined, JSON.stringify(params));
      }
    });

    it('knows the pages that a person sees', () => {
      assert.equal(pageTarget({ targetInfo: { type: 'page', targetId: 'T' } }), 'T');
      for (const targetInfo of [
        { type: 'page', subtype: 'prerender', targetId: 'T' },
        { type: 'browser_ui', targetId: 'T' },
        { type: 'page', targetId: 7 },
        undefined,
        null,
      ]) {
        assert.equal(pageTarget({ targetInfo }), undefined, JSON.stringify(targetInfo));
      }
    });
  });
});
