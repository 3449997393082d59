import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Leak, Secret } from './leakSearch.ts';
import { freshSecret, type LeakStage } from './leakStage.ts';

/** Where a planted secret is to be found: in this file, or in a place that looks like this. */
type Expected = string | RegExp;

/** Hides made-up secrets in every kind of place, so that a search can prove that it looks there. */
export class LeakPlants {
  readonly #set: LeakStage;
  readonly #planted: { readonly secret: Secret; readonly expected: Expected }[] = [];
  readonly #children: ChildProcess[] = [];
  /** Put where secrets belong: nothing may find it. */
  readonly kept: Secret = { name: 'kept in SecretStorage', value: freshSecret() };

  constructor(set: LeakStage) {
    this.#set = set;
  }

  get secrets(): readonly Secret[] {
    return this.#planted.map(({ secret }) => secret);
  }

  /** The planted secrets that a search has not found where they are. */
  missedBy(leaks: readonly Leak[]): string[] {
    return this.#planted
      .filter(
        ({ secret, expected }) => !leaks.some((leak) => leak.secret === secret.name && fits(expected, leak)),
      )
      .map(({ secret }) => secret.name);
  }

  /** Through VS Code: its channels, stores, terminals and messages. Resolves when all of it is there. */
  async throughExtension(): Promise<void> {
    const { page } = this.#set.stage;
    const secrets = {
      outputChannel: this.#new('an output channel', /\/logs\/.*-Planted\.log$/),
      logChannel: Buffer.from(this.#new('a log channel', /\/logs\/.*\/Planted Log\.log$/)).toString('base64'),
      console: this.#new('the console of an extension', /^browser console$/),
      workspaceState: this.#new('the state of a workspace', /\/browser\/.*IndexedDB/),
      globalState: this.#new('the global state', /\/browser\/.*IndexedDB/),
      variableCollection: this.#new('a variable of all terminals', /\/browser\/.*IndexedDB/),
      terminalVariable: this.#new('a variable of a terminal', /^process \d+, environment$/),
      message: this.#new('a message', /^window /),
      secretStorage: this.kept.value,
    };
    await (await page.companion).ask('plant', { secrets });
    await page.waitForNotification('A message');
    await page.terminalTabs().filter({ hasText: 'planted' }).waitFor();
    await page.focusTerminal(page.terminalTabs().first());
    await page.runInTerminal(`echo ${this.#new('a restored terminal', /^terminal \d+ after quitting$/)}`);
  }

  /** In what the page of the window stores. */
  async inBrowser(): Promise<void> {
    const secrets = {
      local: this.#new('local storage', /\/browser\/.*\/Local Storage\//),
      session: this.#new('session storage', /^page storage /),
      indexed: this.#new('a database of the browser', /\/browser\/.*\/IndexedDB\//),
    };
    await this.#set.stage.page.page.evaluate(`(${storeInPage})(${JSON.stringify(secrets)})`);
  }

  /** In files of the person, of the extension and of VS Code, each written in another way. */
  async inFiles(): Promise<void> {
    const { stage, folder } = this.#set;
    const { home, workbench, configFile, credentialsFile } = stage;
    const extensions = join(workbench.userDataDir, '..', 'extensions');
    const files: readonly [path: string, write: (secret: string) => string | Uint8Array][] = [
      [join(home, '.sts-sessions', 'planted'), (secret) => secret],
      [join(workbench.userDataDir, 'logs', 'planted.log.gz'), (secret) => gzipSync(`a line\n${secret}\n`)],
      [
        join(workbench.userDataDir, 'User', 'planted.json'),
        (secret) => JSON.stringify(secret).replaceAll('/', String.raw`\/`),
      ],
      [join(extensions, 'planted'), (secret) => Buffer.from(secret, 'utf16le')],
      [join(folder, 't', 'planted'), (secret) => encodeURIComponent(secret)],
    ];
    for (const [path, write] of files) {
      await writeFile(path, write(this.#new(path, path)));
    }
    for (const path of [configFile, credentialsFile]) {
      await appendFile(path, `# ${this.#new(path, path)}\n`);
    }
  }

  /** With processes that wait until `dispose`. */
  async inProcesses(): Promise<void> {
    const argument = this.#new('an argument of a process', /^process \d+, arguments$/);
    const variable = this.#new('a variable of a process', /^process \d+, environment$/);
    for (const [args, env] of [
      [[argument], {}],
      [[], { PLANTED: variable }],
    ] as const) {
      const child = spawn('/bin/sh', ['-c', 'echo ready; read -r wait', ...args], { env });
      this.#children.push(child);
      await once(child.stdout, 'data');
    }
  }

  dispose(): void {
    for (const child of this.#children) {
      child.kill();
    }
  }

  #new(name: string, expected: Expected): string {
    const secret = { name: `planted in ${name}`, value: freshSecret('PLANTED') };
    this.#planted.push({ secret, expected });
    return secret.value;
  }
}

function fits(expected: Expected, { place }: Leak): boolean {
  return typeof expected === 'string' ? place === expected : expected.test(place);
}

/** Runs in the page, and is text because the tests' types know no IndexedDB. */
const storeInPage = `async ({ local, session, indexed }) => {
  localStorage.setItem('planted', local);
  sessionStorage.setItem('planted', session);
  const opening = indexedDB.open('planted', 1);
  await new Promise((resolve, reject) => {
    opening.onupgradeneeded = () => opening.result.createObjectStore('store');
    opening.onerror = reject;
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('store', 'readwrite');
      transaction.objectStore('store').put({ nested: indexed }, 'key');
      transaction.oncomplete = resolve;
      transaction.onabort = reject;
    };
  });
}`;
