import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from '../machine/findBrowser.ts';
import type { startBrowser, StartedBrowser } from '../machine/startBrowser.ts';
import { pageTarget, pausedRequest } from './cdpMessages.ts';
import type { Fields, PausedRequest } from './cdpMessages.ts';
import { CdpPipe } from './cdpPipe.ts';
import { endOfPatience } from './patience.ts';
import { folderKey, forgetPages, isInUse, openFolder, providerFolder } from './providerFolder.ts';
import { isSamlAddress, readSamlForm, samlAddressPatterns } from './samlPost.ts';
import type { SamlWay, WayResult } from './samlWays.ts';

/** What this way needs. */
export interface BrowserWayParts {
  /** The browser to be used, or why there is none. */
  findBrowser(): Promise<Browser | 'noBrowser' | 'noScreen'>;
  readonly start: typeof startBrowser;
  /** `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the profile folders are, unless the browser can only have them elsewhere. */
  readonly folder: string;
  /** True when we run as root on Linux, where Chromium has no sandbox and does not start unless told to go without. */
  readonly root: boolean;
  /** Runs work while no other window does the same: a profile folder belongs to one browser at a time. */
  exclusive<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** How long a person may take, ms. */
  readonly patienceMs?: number;
  /** How long the browser may take to end, ms. */
  readonly closeMs?: number;
  /** For tests: arguments that no person would want. */
  readonly testArguments?: readonly string[];
}

const second = 1000;

/** From the start of a browser to its first word; a virus scanner may read all of it first. */
const startMs = 30 * second;

/** What the browser gets to store its cookies and to end. */
const closeMs = 5 * second;

/** Small enough for a laptop, large enough for every sign-in page, DIP. */
const windowSize = { width: 960, height: 720 };

/**
 * Signs in with a Chromium-based browser of this machine: it shows the identity provider's page, and the POST to AWS at the
 * end is taken before it is sent. The provider sees an ordinary browser with an ordinary person, so that each of its second
 * factors works, and the person sees an ordinary window: with its address bar, since one should look at that before typing
 * a password. Of all pages we see none but the requests to AWS's sign-in address. Each identity provider has a profile
 * folder to itself, where its cookies stay for the next time.
 */
export function createBrowserWay(parts: BrowserWayParts): SamlWay {
  return async ({ loginUrl }, signal) => {
    try {
      const browser = await parts.findBrowser();
      if (typeof browser === 'string') {
        return { kind: 'unavailable', why: browser };
      }
      const folder = providerFolder(browser.profiles ?? parts.folder, loginUrl);
      return await parts.exclusive(folderKey(folder), signal, () =>
        signal.aborted
          ? Promise.resolve({ kind: 'cancelled' })
          : signInWith(parts, browser, folder, loginUrl, signal),
      );
    } catch {
      return signal.aborted ? { kind: 'cancelled' } : { kind: 'unavailable', why: 'browserFailed' };
    }
  };
}

async function signInWith(
  parts: BrowserWayParts,
  { path }: Browser,
  folder: string,
  loginUrl: string,
  signal: AbortSignal,
): Promise<WayResult> {
  await openFolder(folder);
  const started = await parts.start(path, browserArguments(parts, folder), parts.env);
  if ('failed' in started) {
    return { kind: 'unavailable', why: 'browserFailed' };
  }
  const signIn = new SignInWindow(started, folder, parts.closeMs ?? closeMs);
  const over = new AbortController();
  try {
    return await Promise.race([
      signIn.result,
      signIn.open(loginUrl),
      endOfPatience(AbortSignal.any([signal, over.signal]), parts.patienceMs).then((kind) => ({ kind })),
    ]);
  } finally {
    over.abort();
    await signIn.close();
    await forgetPages(folder);
  }
}

/** One browser from its start to its end. */
class SignInWindow {
  /** What the person's sign-in ends with. */
  readonly result: Promise<WayResult>;
  readonly #browser: StartedBrowser;
  readonly #folder: string;
  readonly #closeMs: number;
  readonly #pipe: CdpPipe;
  readonly #pages = new Set<string>();
  #settle: (result: WayResult) => void = () => undefined;
  #shown = false;
  #taken = false;

  constructor(browser: StartedBrowser, folder: string, closeMs: number) {
    this.#browser = browser;
    this.#folder = folder;
    this.#closeMs = closeMs;
    this.result = new Promise((resolve) => (this.#settle = resolve));
    this.#pipe = new CdpPipe(browser.toBrowser, browser.fromBrowser, {
      onEvent: (method, params) => this.#onEvent(method, params),
      // Only the forms that are posted to AWS are as large as that.
      onTooLarge: () => this.#settle({ kind: 'tooLarge' }),
      onEnd: () => {
        if (this.#shown) {
          this.#settle({ kind: 'closed' });
        }
      },
    });
  }

  /** Opens the page. Resolves only with why it could not be opened. */
  async open(loginUrl: string): Promise<WayResult> {
    const pipe = this.#pipe;
    if ((await pipe.send('Browser.getVersion', {}, startMs)) === undefined) {
      // Without its DevTools, which only a policy takes away, a browser that was started without a window has nothing to do
      // and ends as it should.
      const status = await Promise.race([this.#browser.exited, delay(second, undefined, { ref: false })]);
      // One that finds another in its folder ends in the same way.
      const forbidden = status === 0 && !(await isInUse(this.#folder));
      return { kind: 'unavailable', why: forbidden ? 'browserForbidden' : 'browserFailed' };
    }
    // Spoken to the browser itself, this holds for every page, popup, frame and worker that there will be.
    const patterns = samlAddressPatterns().map((urlPattern) => ({ urlPattern, requestStage: 'Request' }));
    const ready =
      (await pipe.send('Fetch.enable', { patterns })) !== undefined &&
      (await pipe.send('Target.setDiscoverTargets', { discover: true })) !== undefined;
    // The address is told here and not as an argument: those are for every program on the machine to read.
    const opened = ready
      ? await pipe.send('Target.createTarget', { url: loginUrl, newWindow: true, ...windowSize }, startMs)
      : undefined;
    if (opened === undefined) {
      return { kind: 'unavailable', why: 'browserFailed' };
    }
    this.#shown = true;
    await pipe.send('Target.activateTarget', { targetId: opened['targetId'] });
    return this.result;
  }

  /** Ends the browser: by asking it, so that it keeps its cookies, and by force when it does not. */
  async close(): Promise<void> {
    void this.#pipe.send('Browser.close', {}, this.#closeMs);
    if (!(await this.#endsWithin(this.#closeMs))) {
      this.#browser.kill();
      await this.#endsWithin(this.#closeMs);
    }
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const over = new AbortController();
    const limit = delay(ms, false, { signal: over.signal }).catch(() => false);
    const ended = await Promise.race([this.#browser.exited.then(() => true), limit]);
    over.abort();
    return ended;
  }

  #onEvent(method: string, params: Fields): void {
    switch (method) {
      case 'Fetch.requestPaused': {
        const request = pausedRequest(params);
        if (request !== undefined) {
          void this.#onRequest(request);
        }
        break;
      }
      case 'Target.targetCreated': {
        const target = pageTarget(params);
        if (target !== undefined) {
          this.#pages.add(target);
        }
        break;
      }
      case 'Target.targetDestroyed':
        // A Mac's browser stays when its last window is closed, and so does any that is spoken to by a pipe.
        if (this.#pages.delete(String(params['targetId'])) && this.#pages.size === 0) {
          this.#settle({ kind: 'closed' });
        }
        break;
    }
  }

  async #onRequest({ id, url, method, contentType, body }: PausedRequest): Promise<void> {
    const requestId = id;
    // GET is what a person does who looks at AWS's own page, and nothing that AWS takes an assertion from.
    if (method !== 'POST' || !isSamlAddress(url)) {
      await this.#pipe.send('Fetch.continueRequest', { requestId });
      return;
    }
    const form = body === undefined ? undefined : await readSamlForm(contentType, body);
    if (form?.kind === 'none') {
      await this.#pipe.send('Fetch.continueRequest', { requestId });
    } else if (form?.kind === 'response' && !this.#taken) {
      this.#taken = true;
      // “No content” leaves the page as it is. A page in its stead would put the form into the browser's history on disk.
      void this.#pipe.send('Fetch.fulfillRequest', { requestId, responseCode: 204 });
      this.#settle(form);
    } else {
      // A second one, or one that we cannot read: AWS gets neither.
      void this.#pipe.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      this.#settle({ kind: 'tooLarge' });
    }
  }
}

function browserArguments({ root, testArguments = [] }: BrowserWayParts, folder: string): readonly string[] {
  return [
    '--remote-debugging-pipe',
    `--user-data-dir=${folder}`,
    // The window is opened once its requests are watched.
    '--no-startup-window',
    '--no-first-run',
    '--no-default-browser-check',
    '--hide-crash-restore-bubble',
    // Whoever signs in at Google as their provider is not asked to make this browser theirs.
    '--disable-sync',
    '--allow-browser-signin=false',
    // Chromium tells pages that nobody is there when it is spoken to by a pipe, and some providers then let nobody in. Here
    // a person types and clicks, and nothing else does.
    '--disable-blink-features=AutomationControlled',
    ...(root ? ['--no-sandbox'] : []),
    ...testArguments,
  ];
}
