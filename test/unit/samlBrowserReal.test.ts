import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { partitions } from '../../src/aws/partitions.ts';
import { startBrowser } from '../../src/machine/startBrowser.ts';
import { createBrowserWay } from '../../src/signIn/samlBrowser.ts';
import type { BrowserWayParts } from '../../src/signIn/samlBrowser.ts';
import type { WayResult } from '../../src/signIn/samlWays.ts';
import { useFolder } from '../support/folder.ts';
import { canSeeProcesses, listeningPorts, processTree, testArguments } from '../support/realBrowser.ts';
import { findBrowser, root } from '../support/rig.ts';
import { describeIf } from '../support/skip.ts';

const never = new AbortController().signal;
const assertion = Buffer.from('EXAMPLE assertion that must be nowhere but here. '.repeat(20)).toString(
  'base64',
);

function reveal(result: WayResult): string {
  return result.kind === 'response' ? result.response.reveal() : JSON.stringify(result);
}

/** A form that posts itself. */
function form(action = 'https://signin.aws.amazon.com/saml', attributes = ''): string {
  return `<form id=f method=post action="${action}" ${attributes}><input type=hidden name=SAMLResponse value="${assertion}"></form><script>f.submit()</script>`;
}

const path = findBrowser();

describeIf(path !== undefined, 'no Chromium found', 'signing in with a real browser', () => {
  const folder = useFolder();
  let server: Server;
  let base = '';
  let asked: string[] = [];
  let cookies: string[] = [];
  let pages: Record<string, string | ((request: IncomingMessage, response: ServerResponse) => void)> = {};

  before(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
      asked.push(`${request.method ?? ''} ${pathname}`);
      const found = pages[pathname];
      if (typeof found === 'function') {
        found(request, response);
        return;
      }
      response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'text/html' });
      response.end(found ?? '');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    asked = [];
    cookies = [];
    pages = {};
  });

  function signIn(
    more: Partial<BrowserWayParts> & { page?: string; signal?: AbortSignal } = {},
  ): Promise<WayResult> {
    const way = createBrowserWay({
      findBrowser: () => Promise.resolve({ path: path ?? '', profiles: undefined }),
      start: startBrowser,
      env: process.env,
      folder: folder(),
      root: process.getuid?.() === 0,
      exclusive: (_key, _signal, work) => work(),
      testArguments,
      patienceMs: 30_000,
      ...more,
    });
    return way({ loginUrl: `${base}${more.page ?? '/'}`, profile: 'saml' }, more.signal ?? never);
  }

  it('takes the form for every partition, with and without a region', async () => {
    for (const [index, { signInHost, fallbackRegion }] of partitions.entries()) {
      const host = index % 2 === 0 ? signInHost : `${fallbackRegion}.${signInHost}`;
      pages['/'] = form(`https://${host}/saml`);
      assert.equal(reveal(await signIn()), assertion, host);
    }
  }).timeout(120_000);

  it('takes it from a popup whose opener stays', async () => {
    pages['/'] = '<script>open("/popup")</script>';
    pages['/popup'] = form('https://eu-west-1.signin.aws.amazon.com/saml');
    assert.equal(reveal(await signIn()), assertion);
  });

  it('takes it from a form that opens a window of its own', async () => {
    pages['/'] = form('https://signin.aws.amazon.com/saml/acs/SAMLSPEXAMPLE', 'target=_blank');
    assert.equal(reveal(await signIn()), assertion);
  });

  it('takes it from a frame of another site', async () => {
    pages['/'] = `<iframe src="${base.replace('127.0.0.1', 'localhost')}/frame"></iframe>`;
    pages['/frame'] = form();
    assert.equal(reveal(await signIn()), assertion);
  });

  it('takes it at the end of a chain of redirects that keep the form', async () => {
    const elsewhere = base.replace('127.0.0.1', 'localhost');
    const redirect =
      (location: string) =>
      (_request: IncomingMessage, response: ServerResponse): void => {
        response.writeHead(307, { Location: location }).end();
      };
    pages['/'] = redirect('/login');
    pages['/login'] = form('/first');
    pages['/first'] = redirect(`${elsewhere}/second`);
    pages['/second'] = redirect('https://signin.aws.amazon.com/saml');
    assert.equal(reveal(await signIn()), assertion);
    assert.deepEqual(
      asked.filter((each) => each.startsWith('POST')),
      ['POST /first', 'POST /second'],
    );
  });

  it('takes it from a page that a service worker serves', async () => {
    pages['/worker.js'] = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/javascript' });
      response.end(`
        addEventListener('install', () => skipWaiting());
        addEventListener('activate', (event) => event.waitUntil(clients.claim()));
        addEventListener('fetch', (event) => {
          if (new URL(event.request.url).pathname === '/served') {
            event.respondWith(new Response(${JSON.stringify(form())}, { headers: { 'Content-Type': 'text/html' } }));
          }
        });`);
    };
    pages['/'] = `<script>
      navigator.serviceWorker.addEventListener('controllerchange', () => { location = '/served'; });
      navigator.serviceWorker.register('/worker.js');
    </script>`;
    assert.equal(reveal(await signIn()), assertion);
    assert.ok(!asked.includes('GET /served'), 'the worker served it');
  });

  it('takes it from a form in several parts, and from a script', async () => {
    pages['/'] = form(undefined, 'enctype="multipart/form-data"');
    assert.equal(reveal(await signIn()), assertion);
    pages['/'] = `<script>
      const body = new URLSearchParams({ SAMLResponse: ${JSON.stringify(assertion)} });
      fetch('https://signin.aws.amazon.com/saml', { method: 'POST', mode: 'no-cors', body });
    </script>`;
    assert.equal(reveal(await signIn()), assertion);
  });

  it('says that a form is too large', async () => {
    pages['/'] = form().replace('f.submit()', "f.SAMLResponse.value = 'A'.repeat(3e6); f.submit()");
    assert.equal((await signIn()).kind, 'tooLarge');
  });

  it('sees a window that is closed', async () => {
    pages['/'] = '<script>close()</script>';
    assert.equal((await signIn()).kind, 'closed');
  });

  it('shows an ordinary browser to the identity provider', async () => {
    pages['/'] = '<script>location = "/seen?" + navigator.webdriver</script>';
    let seen = '';
    pages['/seen'] = (request, response) => {
      seen = request.url ?? '';
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(form());
    };
    assert.equal(reveal(await signIn()), assertion);
    assert.equal(seen, '/seen?false');
  });

  it('remembers cookies for the same identity provider, and for no other', async () => {
    pages['/'] = (request, response) => {
      cookies.push(request.headers.cookie ?? '');
      response.writeHead(200, { 'Content-Type': 'text/html', 'Set-Cookie': 'remembered=me; Max-Age=86400' });
      response.end(form());
    };
    await signIn();
    await signIn();
    base = base.replace('127.0.0.1', 'localhost');
    try {
      await signIn();
    } finally {
      base = base.replace('localhost', '127.0.0.1');
    }
    assert.deepEqual(cookies, ['', 'remembered=me', '']);
  });

  it('leaves nothing of the response on the disk', async () => {
    pages['/'] = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'max-age=3600' }).end(form());
    };
    assert.equal(reveal(await signIn()), assertion);
    const files = (await readdir(folder(), { recursive: true, withFileTypes: true })).filter((each) =>
      each.isFile(),
    );
    assert.ok(files.length > 10, 'there is a profile');
    for (const { parentPath, name } of files) {
      const bytes = await readFile(join(parentPath, name));
      assert.ok(!bytes.includes(assertion.slice(40, 80)), name);
      assert.ok(!bytes.includes('assertion that must be nowhere'), name);
    }
  });

  it('says that a browser does not start', async () => {
    const other = (path: string): ReturnType<typeof signIn> =>
      signIn({ findBrowser: () => Promise.resolve({ path, profiles: undefined }) });
    for (const path of [join(folder(), 'nothing'), folder()]) {
      assert.deepEqual(await other(path), { kind: 'unavailable', why: 'browserFailed' });
    }
    if (process.platform !== 'win32') {
      assert.deepEqual(await other('/bin/false'), { kind: 'unavailable', why: 'browserFailed' });
    }
  });

  describeIf(canSeeProcesses, 'the kernel does not tell', 'its processes', () => {
    const gone = async (): Promise<boolean> => {
      for (let tries = 0; processTree(folder()).length > 0; tries++) {
        if (tries === 100) {
          return false;
        }
        await delay(100);
      }
      return true;
    };

    /** Resolves when the browser shows the page. */
    const shown = (): Promise<void> =>
      new Promise((resolve) => {
        pages['/'] = (_request, response) => {
          response
            .writeHead(200, { 'Content-Type': 'text/html' })
            .end('<h1>Sign in</h1><script>fetch("/up")</script>');
        };
        pages['/up'] = (_request, response) => {
          response.writeHead(204).end();
          resolve();
        };
      });

    it('listen on no port, and end when the person gives up', async () => {
      const controller = new AbortController();
      const up = shown();
      const result = signIn({ signal: controller.signal });
      await up;
      const pids = processTree(folder());
      assert.ok(pids.length > 1, 'there are processes');
      assert.deepEqual(listeningPorts(pids), []);
      assert.deepEqual(listeningPorts([process.pid]), [Number(new URL(base).port)], 'it can tell');
      controller.abort();
      assert.equal((await result).kind, 'cancelled');
      assert.equal(await gone(), true);
    });

    it('stay when another browser wants their folder, which is told', async () => {
      const controller = new AbortController();
      const up = shown();
      const result = signIn({ signal: controller.signal });
      await up;
      assert.deepEqual(await signIn(), { kind: 'unavailable', why: 'browserFailed' });
      assert.ok(processTree(folder()).length > 1, 'there are processes');
      controller.abort();
      assert.equal((await result).kind, 'cancelled');
    });

    it('end when nobody signs in', async () => {
      // The patience begins with the browser: on a busy machine it may be over before the page is there.
      const page = { isShown: false };
      for (let patienceMs = 3000; !page.isShown; patienceMs *= 2) {
        void shown().then(() => (page.isShown = true));
        assert.equal((await signIn({ patienceMs })).kind, 'tooLate');
        assert.equal(await gone(), true);
      }
    });

    it('end when whoever started them is killed', async () => {
      const up = shown();
      const script = join(root, 'test', 'support', 'browserParent.ts');
      const parent = spawn(process.execPath, [script, path ?? '', folder(), `${base}/`], { stdio: 'ignore' });
      await up;
      assert.ok(processTree(folder()).length > 1, 'there are processes');
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      assert.equal(await gone(), true);
    });
  });
});
