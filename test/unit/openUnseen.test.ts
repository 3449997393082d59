import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { showsAddresses } from '../../src/machine/findBrowser.ts';
import { isOwnPeer } from '../../src/machine/peerUser.ts';
import { openUnseen } from '../../src/signIn/openUnseen.ts';
import type { UnseenParts } from '../../src/signIn/openUnseen.ts';
import { describeIf } from '../support/skip.ts';

const link = 'https://signin.aws.amazon.com/federation?Action=login&SigninToken=EXAMPLETOKEN';
const texts = { title: 'AWS Sessions', failed: 'This page leads on once' };

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
}

function ask(url: string, options: { method?: string; headers?: { Host: string } } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, ...options })
      .on('error', reject)
      .on('response', (response) => {
        const { statusCode: status, headers } = response;
        response.resume().on('end', () => resolve({ status, headers }));
      })
      .end();
  });
}

/** The page that was opened instead of the link. */
async function openedPage(change: Partial<UnseenParts> = {}): Promise<string> {
  const opened: string[] = [];
  const open = (url: string): Promise<boolean> => Promise.resolve(opened.push(url) > 0);
  assert.equal(
    await openUnseen(link, {
      open,
      isOwnPeer: () => Promise.resolve(true),
      texts,
      limitMs: 60_000,
      ...change,
    }),
    true,
  );
  return opened[0] ?? assert.fail('nothing was opened');
}

describe('a link that opens the console for whoever has it', () => {
  it('is not in what is opened; the page there leads to it once, and keeps nothing', async () => {
    const page = await openedPage();
    assert.match(page, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{64}$/);
    assert.doesNotMatch(page, /SigninToken|EXAMPLETOKEN|amazon/);
    const { status, headers } = await ask(page);
    assert.equal(status, 302);
    assert.equal(headers.location, link);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    await assert.rejects(ask(page), /ECONNREFUSED/);
  });

  it('goes to nobody who asks for something else, under another name or as another user', async () => {
    let isOurs = false;
    const page = await openedPage({ isOwnPeer: () => Promise.resolve(isOurs) });
    const { port, origin } = new URL(page);
    const refused = [
      await ask(`${origin}/`),
      await ask(`${page}?x=1`),
      await ask(`${page}0`),
      await ask(page, { headers: { Host: `localhost:${port}` } }),
      await ask(page, { headers: { Host: 'evil.example' } }),
      await ask(page, { method: 'POST' }),
      await ask(page),
    ];
    assert.deepEqual(
      refused.map(({ status }) => status),
      [404, 404, 404, 421, 421, 405, 403],
    );
    assert.ok(refused.every(({ headers }) => headers.location === undefined));
    // None of them has used it up.
    isOurs = true;
    assert.equal((await ask(page)).headers.location, link);
  });

  it('goes to one of two who ask at once', async () => {
    const page = await openedPage();
    const both = await Promise.all([ask(page), ask(page).catch(() => undefined)]);
    assert.equal(both.filter((answer) => answer?.headers.location === link).length, 1);
  });

  it('is gone after its time, and at once where nothing was opened', async () => {
    const page = await openedPage({ limitMs: 1 });
    for (let isThere = true; isThere;) {
      isThere = await ask(page, { method: 'POST' }).then(
        () => true,
        () => false,
      );
    }
    let tried = '';
    const open = (url: string): Promise<boolean> => {
      tried = url;
      return Promise.resolve(false);
    };
    assert.equal(
      await openUnseen(link, { open, isOwnPeer: () => Promise.resolve(true), texts, limitMs: 60_000 }),
      false,
    );
    await assert.rejects(ask(tried), /ECONNREFUSED/);
  });
});

describe('the address of a page that VS Code opens', () => {
  it('can be read by others where it runs here on Linux', () => {
    const shown = { platform: 'linux', remote: false, web: false } as const;
    assert.equal(showsAddresses(shown), true);
    const others = [{ platform: 'darwin' }, { platform: 'win32' }, { remote: true }, { web: true }] as const;
    for (const other of others) {
      assert.equal(showsAddresses({ ...shown, ...other }), false, JSON.stringify(other));
    }
  });
});

describe('who is at the other end of a connection', () => {
  const row = (peer: string, own: string, uid: number): string =>
    `   0: 0100007F:${peer} 0100007F:${own} 01 00000000:00000000 00:00000000 00000000  ${String(uid)}        0 11606493 1 0000000029b3b882 20 4 30 10 -1`;
  const from =
    (tcp: string, tcp6?: string) =>
    (path: string): Promise<string> => {
      const text = path.endsWith('6') ? tcp6 : tcp;
      return text === undefined
        ? Promise.reject(new Error('ENOENT'))
        : Promise.resolve(`  sl  local_address\n${text}\n`);
    };

  it('is this user only where the system says so of all there are', async () => {
    const [ours, theirs] = [row('A000', '1F90', 1000), row('A000', '1F90', 1001)];
    const asked = (tcp: string, tcp6?: string): Promise<boolean> =>
      isOwnPeer(0xa000, 0x1f90, 1000, from(tcp, tcp6));
    assert.equal(await asked(ours), true);
    assert.equal(await asked('', ours), true);
    assert.equal(await asked(row('A000', '1F90', 0)), true, 'what passes on from outside of the machine');
    assert.equal(await asked(theirs), false);
    assert.equal(await asked(`${ours}\n${theirs}`), false, 'another address of this machine, the same port');
    assert.equal(await asked(row('1F90', 'A000', 1000)), false, 'our own end');
    assert.equal(await asked(''), false);
    assert.equal(await isOwnPeer(1, 2, 1000, () => Promise.reject(new Error('EACCES'))), false);
  });

  describeIf(process.platform === 'linux', 'not Linux', 'on this machine', () => {
    it('is found for a connection of ours', async () => {
      const page = await openedPage({ isOwnPeer });
      assert.equal((await ask(page)).headers.location, link);
    });
  });
});
