import { join } from 'node:path';
import type { Fault } from '../../src/aws/faults.ts';
import type { DeviceCode, SignIn, SignInToken, SignInWay } from '../../src/aws/sources/identityCenterApi.ts';
import { createIdentityCenter } from '../../src/clients/identityCenter.ts';
import { TokenCache } from '../../src/files/tokenCache.ts';
import { SignIns } from '../../src/session/signIns.ts';
import { authorize } from '../../src/signIn/authorize.ts';
import type { SignInScreen } from '../../src/signIn/screen.ts';
import { demoData } from '../sandbox/demo.ts';
import type { AssignedAccount } from '../sandbox/identityCenter/data.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import type { SandboxData } from '../sandbox/data.ts';
import { FakeHost, type WindowPeers } from './fakePeers.ts';

/** The demo's world with an Identity Center of the test's. */
export function dataWith(
  over: Partial<NonNullable<SandboxData['identityCenter']>> = {},
): SandboxData & { readonly identityCenter: NonNullable<SandboxData['identityCenter']> } {
  const { identityCenter, ...data } = demoData();
  if (identityCenter === undefined) {
    throw new Error('the demo has an Identity Center');
  }
  return { ...data, identityCenter: { ...identityCenter, ...over } };
}

/** Many accounts with five roles each. */
export function manyAccounts(count: number): readonly AssignedAccount[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(4, '0');
    return {
      id: `99990000${number}`,
      name: `Team ${number}`,
      email: `team-${number}@acme.example`,
      roles: ['Admin', 'Billing', 'Developer', 'Operator', 'ReadOnly'],
    };
  });
}

/** What a person does with a sign-in; the sandbox's pages take it from there. */
export interface Person {
  /** Opens the page of a browser sign-in; false when they have no browser. */
  open(url: string): Promise<boolean>;
  /** Looks at the code; false when they do not want to. */
  confirm(code: DeviceCode): Promise<boolean>;
  /** Called when a wait begins and before each question; aborting the controller is their Cancel. */
  whileWaiting(cancel: AbortController): void;
}

/** A sign-in at a sandbox. */
export function signInAt(sandbox: Pick<Sandbox, 'url'>, over: Partial<SignIn> = {}): SignIn {
  return {
    session: 'acme',
    startUrl: 'https://acme.example/start',
    region: 'eu-central-1',
    scopes: ['sso:account:access'],
    oidc: sandbox.url,
    portal: sandbox.url,
    ...over,
  };
}

/** Allows a browser sign-in as a person at the page would, and goes where the page sends the browser. */
export async function allowInBrowser(
  url: string,
  verdict: 'allowed' | 'denied' = 'allowed',
): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ verdict }),
    redirect: 'manual',
  });
  return answer.headers.get('location') ?? '';
}

/** A window with a person in front of it, a token folder and a sandbox. */
export interface SignInRig {
  readonly sandbox: Sandbox;
  readonly cache: TokenCache;
  readonly folder: string;
  /** Codes and pages that a person was shown, in their order. */
  readonly shown: string[];
  readonly person: Person;
  /** How long was waited between two questions, milliseconds. */
  readonly waits: readonly number[];
  /** Moves the clock of the sandbox and of the windows. */
  moveClock(ms: number): void;
  /** Another window of the same host; each has sign-ins of its own. */
  window(way?: SignInWay): SignIns;
  authorize(signIn: SignIn, way: SignInWay, signal?: AbortSignal): Promise<SignInToken | Fault>;
  close(): Promise<void>;
}

/** Sets it up. A person who is not told otherwise allows everything. Waiting moves the clock. */
export async function openSignInRig(home: string, data: SandboxData = dataWith()): Promise<SignInRig> {
  const sandbox = await startSandbox({ data });
  const folder = join(home, '.aws', 'sso', 'cache');
  const cache = new TokenCache(folder);
  const shown: string[] = [];
  const host = new FakeHost();
  const now = (): number => sandbox.identityCenter?.now() ?? Date.now();
  const api = createIdentityCenter({ now });
  const person: Person = {
    open: async (url) => {
      void fetch(await allowInBrowser(url));
      return true;
    },
    confirm: async (code) => {
      sandbox.identityCenter?.decide(code.userCode, 'allowed');
      return true;
    },
    whileWaiting: () => undefined,
  };
  const screen: SignInScreen = {
    openBrowser: (url) => {
      shown.push(url);
      return person.open(url);
    },
    confirmCode: (_name, code) => {
      shown.push(code.userCode);
      return person.confirm(code);
    },
    waiting: (_name, _code, _signal, work) => {
      cancelled = new AbortController();
      person.whileWaiting(cancelled);
      return work(cancelled.signal);
    },
    pageTexts: () => ({
      title: 'Signed in',
      done: 'You can close this page',
      failed: 'It did not work',
      other: 'This one is over',
    }),
  };
  const waits: number[] = [];
  let moved = 0;
  const moveClock = (ms: number): void => {
    moved += ms;
    sandbox.control.skewClock(moved);
  };
  const wait = (ms: number): Promise<void> => {
    waits.push(ms);
    moveClock(ms);
    person.whileWaiting(cancelled);
    return Promise.resolve();
  };
  let cancelled = new AbortController();
  const opened: SignIns[] = [];
  const sign = (signIn: SignIn, way: SignInWay, signal: AbortSignal): Promise<SignInToken | Fault> =>
    authorize({ api, screen, way: () => way, now, wait }, signIn, signal);
  return {
    sandbox,
    cache,
    folder,
    shown,
    person,
    waits,
    moveClock,
    window(way = 'deviceCode') {
      const peers: WindowPeers = host.open(() => []);
      const signIns = new SignIns({
        api,
        cache,
        authorize: (signIn, signal) => sign(signIn, way, signal),
        peers,
        now,
        setTimer: (ms, callback) => {
          const timer = setTimeout(callback, ms);
          return { dispose: () => clearTimeout(timer) };
        },
        log: () => undefined,
      });
      opened.push(signIns);
      return signIns;
    },
    authorize: (signIn, way, signal = new AbortController().signal) => sign(signIn, way, signal),
    async close() {
      for (const signIns of opened) {
        signIns.dispose();
      }
      await sandbox.close();
    },
  };
}
