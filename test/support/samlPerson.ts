import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { poll } from './workbenchPage.ts';

/** How long a browser may take to start on a busy machine, ms. */
const patience = 30_000;

/** What a person types at the identity provider. */
export interface SamlAnswers {
  readonly user: string;
  readonly password: string;
  /** Six digits. */
  readonly code: string;
}

/**
 * The person in front of the browser that the product starts. The product speaks to that browser by a pipe, which nobody
 * else can join; so it is given a program of ours, which starts the real browser without a screen and with a port beside the
 * pipe, and the test clicks and types by the port. The product neither sees the port nor asks for one.
 */
export class SamlPerson {
  /** The program that is to be started as the browser: a path for the setting `stsSessions.samlBrowser`. */
  readonly program: string;
  readonly #starts: string;
  #seen = 0;

  private constructor(folder: string) {
    this.program = join(folder, 'browser');
    this.#starts = join(folder, 'starts');
  }

  /** Writes the program into a folder, which is made when it is not there. */
  static async sit(folder: string, realBrowser: string): Promise<SamlPerson> {
    const person = new SamlPerson(folder);
    await mkdir(folder, { recursive: true });
    await writeFile(person.#starts, '');
    const script = `#!/bin/sh
for argument in "$@"; do
  case "$argument" in --user-data-dir=*) profile="\${argument#*=}";; esac
done
rm -f "$profile/DevToolsActivePort"
echo "$profile" >>"${person.#starts}"
exec "${realBrowser}" --headless=new --disable-gpu --disable-quic --disable-background-networking \\
  --disable-component-update --remote-debugging-port=0 "$@"
`;
    await writeFile(person.program, script);
    await chmod(person.program, 0o755);
    return person;
  }

  /** How many times the browser has been started. */
  async starts(): Promise<number> {
    return (await this.#profiles()).length;
  }

  /**
   * Sits down in front of the next browser that is started; its page once it shows `url`. One that has ended by itself,
   * because its provider remembered the person, is passed over.
   */
  async nextPage(url: string): Promise<{ readonly browser: Browser; readonly page: Page }> {
    let found: { readonly browser: Browser; readonly page: Page } | undefined;
    await poll(patience, async () => {
      const profiles = await this.#profiles();
      const profile = profiles.length > this.#seen ? profiles.at(-1) : undefined;
      found = profile === undefined ? undefined : await pageIn(profile, url);
      this.#seen = found === undefined ? this.#seen : profiles.length;
      return found !== undefined;
    });
    if (found === undefined) {
      throw new Error(`No browser was started that shows ${url}`);
    }
    found.page.setDefaultTimeout(patience);
    return found;
  }

  /** Signs in at the page of the next browser, and resolves when that browser is gone. */
  async signIn(url: string, answers: SamlAnswers): Promise<void> {
    const { browser, page } = await this.nextPage(url);
    const gone = new Promise<void>((resolve) => browser.once('disconnected', () => resolve()));
    await signInAt(page, answers);
    await gone;
  }

  async #profiles(): Promise<readonly string[]> {
    return (await readFile(this.#starts, 'utf8')).split('\n').filter((line) => line !== '');
  }
}

/** The page of a browser that runs with this profile folder; undefined when it does not run, or shows another page. */
async function pageIn(
  profile: string,
  url: string,
): Promise<{ readonly browser: Browser; readonly page: Page } | undefined> {
  const text = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '');
  const [port = '', path = ''] = text.split('\n');
  const browser = path.startsWith('/')
    ? await chromium.connectOverCDP(`ws://127.0.0.1:${port}${path.trim()}`).catch(() => undefined)
    : undefined;
  const page = browser
    ?.contexts()
    .flatMap((context) => context.pages())
    .find((each) => each.url().startsWith(url));
  if (browser === undefined || page === undefined) {
    await browser?.close();
    return undefined;
  }
  return { browser, page };
}

/** Types and clicks what the pages of the tests' identity provider ask for, up to the last click. */
export async function signInAt(page: Page, answers: SamlAnswers): Promise<void> {
  await page.getByLabel('User name').fill(answers.user);
  await page.getByLabel('Password').fill(answers.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Six digits').fill(answers.code);
  await verify(page);
}

/** The last click. Its answer never comes where the browser is ended by it. */
export async function verify(page: Page): Promise<void> {
  try {
    await page.getByRole('button', { name: 'Verify' }).click({ noWaitAfter: true });
  } catch (error) {
    if (!String(error).includes('has been closed')) {
      throw error;
    }
  }
}
