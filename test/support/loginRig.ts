import { join } from 'node:path';
import type { LoginSession } from '../../src/aws/planModel.ts';
import type { LoginToken } from '../../src/aws/sources/loginApi.ts';
import { createLogin } from '../../src/clients/signin.ts';
import { LoginCache } from '../../src/files/loginCache.ts';
import { Logins } from '../../src/session/logins.ts';
import type { ConsoleScreen } from '../../src/signIn/consoleLogin.ts';
import { signInToConsole } from '../../src/signIn/consoleLogin.ts';
import { demoData } from '../sandbox/demo.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import type { ConsoleSignIn } from '../sandbox/signin/signin.ts';
import { FakeHost } from './fakePeers.ts';

/** Those who are signed in to the console in the demo's world. */
export const people = {
  alice: 'arn:aws:iam::111122223333:user/alice',
  reader: 'arn:aws:sts::444455556666:assumed-role/readonly/alice',
} as const;

/** A window with a person in front of it, a token folder and a sandbox. */
export interface LoginRig {
  readonly sandbox: Sandbox;
  readonly service: ConsoleSignIn;
  readonly cache: LoginCache;
  readonly folder: string;
  readonly login: LoginSession;
  /** Addresses that were opened or shown, in their order. */
  readonly shown: string[];
  /** What the person does; a test changes it. */
  readonly person: {
    /** Whom they choose in the browser; '' is Cancel, undefined: they never finish. */
    choice: string | undefined;
    /** Called when a wait begins; aborting is their Cancel. */
    whileWaiting(cancel: AbortController): void;
    /** What they paste, made from what the page shows; undefined: they leave the box. */
    paste(text: string, check: (text: string) => unknown): string | undefined;
  };
  /** Lines of the log. */
  readonly log: string[];
  /** Moves the clock of the sandbox and of the windows. */
  moveClock(ms: number): void;
  /** Puts our clock ahead of AWS's, ms. */
  skew(ms: number): void;
  /** Another window of the same host; each has sign-ins of its own. */
  window(comesBack?: boolean): Logins;
  close(): Promise<void>;
}

/** Sets it up. A person who is not told otherwise continues as alice. */
export async function openLoginRig(home: string): Promise<LoginRig> {
  const sandbox = await startSandbox({ data: demoData() });
  const service = sandbox.signIn;
  if (service === undefined) {
    throw new Error('the demo has a sign-in service');
  }
  const folder = join(home, '.aws', 'login', 'cache');
  const cache = new LoginCache(folder);
  const shown: string[] = [];
  const log: string[] = [];
  let ahead = 0;
  const now = (): number => service.now() + ahead;
  const api = createLogin({ now, log: (line) => log.push(line) });
  const person: LoginRig['person'] = {
    choice: people.alice,
    whileWaiting: () => undefined,
    paste: (text) => text,
  };
  const screen: ConsoleScreen = {
    async openBrowser(url) {
      shown.push(url);
      const back = person.choice === undefined ? undefined : await chooseInBrowser(url, person.choice);
      if (back !== undefined) {
        void fetch(back);
      }
      return true;
    },
    confirmCode: () => Promise.reject(new Error('a console sign-in has no code to confirm')),
    waiting(_name, _code, signal, work) {
      const cancel = new AbortController();
      person.whileWaiting(cancel);
      return work(AbortSignal.any([signal, cancel.signal]));
    },
    pageTexts: () => ({
      title: 'Signed in',
      done: 'You can close this page',
      failed: 'It did not work',
      other: 'This one is over',
    }),
    async askForCode(_name, url, check) {
      shown.push(url);
      const page = await (await fetch(await chooseInBrowser(url, person.choice ?? ''))).text();
      return person.paste(/value="([^"]+)"/.exec(page)?.[1] ?? '', check);
    },
  };
  const host = new FakeHost();
  const opened: Logins[] = [];
  let moved = 0;
  return {
    sandbox,
    service,
    cache,
    folder,
    login: { arn: people.alice, region: 'eu-central-1', endpoint: sandbox.url },
    shown,
    person,
    log,
    moveClock(ms) {
      moved += ms;
      sandbox.control.skewClock(moved);
    },
    skew(ms) {
      ahead = ms;
    },
    window(comesBack = true) {
      const logins = new Logins({
        api,
        cache,
        authorize: (login, name, signal) =>
          signInToConsole({ api, screen, comesBack: () => comesBack }, login, name, signal),
        peers: host.open(() => []),
        now,
        setTimer: (ms, callback) => {
          const timer = setTimeout(callback, ms);
          return { dispose: () => clearTimeout(timer) };
        },
        log: (line) => log.push(line),
      });
      opened.push(logins);
      return logins;
    },
    async close() {
      for (const logins of opened) {
        logins.dispose();
      }
      await sandbox.close();
    },
  };
}

/** Chooses a person on the page of a sign-in; where the page sends the browser then. */
export async function chooseInBrowser(url: string, person: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ person }),
    redirect: 'manual',
  });
  return answer.headers.get('location') ?? '';
}

/** A console sign-in at the sandbox, made as `aws login --remote` makes it: somebody chooses the person and pastes the code. */
export async function consoleToken(login: LoginSession): Promise<LoginToken> {
  const unused = (): never => {
    throw new Error('this sign-in asks for a code');
  };
  const signedIn = await signInToConsole(
    {
      api: createLogin({ now: Date.now }),
      screen: {
        openBrowser: unused,
        confirmCode: unused,
        waiting: unused,
        pageTexts: unused,
        askForCode: async (_name, address) => {
          const page = await (await fetch(await chooseInBrowser(address, login.arn))).text();
          return /value="([^"]+)"/.exec(page)?.[1] ?? '';
        },
      },
      comesBack: () => false,
    },
    login,
    'console',
    new AbortController().signal,
  );
  if ('kind' in signedIn) {
    throw new Error(`nobody is signed in: ${JSON.stringify(signedIn)}`);
  }
  return signedIn.token;
}
