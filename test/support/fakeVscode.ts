import { AsyncLocalStorage } from 'node:async_hooks';
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The person in front of a faked VS Code. They go on with everything: pick, type, press the first button. */
export interface FakePerson {
  /** The answer to a message, undefined to put it away. */
  says(text: string, buttons: readonly string[]): string | undefined;
  /** Rows of a list with this in them are picked before others. */
  readonly prefers: RegExp;
  /** Runs a command of ours. */
  execute(id: string, argument: unknown): unknown;
  /** The list that opens before them, in place of one that they answer at once. */
  readonly list?: unknown;
}

/** The fake, and what it remembers. */
export interface FakeVscode {
  /** The user's own settings, by their whole names. */
  readonly settings: ReadonlyMap<string, unknown>;
  /** What was given to the functions of VS Code that register something, by their names. */
  readonly registered: Map<string, readonly unknown[]>;
  /** Runs work in front of a person: whatever comes of it, also later, meets the same one. */
  inFrontOf<T>(this: void, person: FakePerson, work: () => T): T;
}

interface Presence {
  readonly person: FakePerson;
  boxes: number;
}

const key = Symbol.for('fake vscode');
/** Boxes that somebody answers before they go away: what asks for more goes round in circles. */
const mostBoxes = 25;
/** What is typed into a box, until it takes something. */
const typed = ['arn:aws:iam::111122223333:role/typed', '15m', 'typed', '123456'];

const presence = new AsyncLocalStorage<Presence>();

/**
 * Lets modules be loaded in Node that import `vscode`. What of VS Code is not faked does nothing. For this process, until
 * it ends.
 */
export function fakeVscode(settings: ReadonlyMap<string, unknown>): FakeVscode {
  if (key in globalThis) {
    throw new Error('modules that are loaded go on with the first one');
  }
  const fake: FakeVscode = {
    settings,
    registered: new Map(),
    inFrontOf: (person, work) => presence.run({ person, boxes: 0 }, work),
  };
  (globalThis as Record<symbol, unknown>)[key] = moduleOf(fake);
  const source = namesOf()
    .map((name) => `export const ${name} = globalThis[Symbol.for('fake vscode')].${name};`)
    .join('\n');
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vscode' ? { url: 'fake:vscode', shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === 'fake:vscode' ? { format: 'module', source, shortCircuit: true } : next(url, context),
  });
  return fake;
}

/** Everything of `vscode` that the sources name. */
function namesOf(): readonly string[] {
  const root = join(import.meta.dirname, '../../src');
  const names = new Set<string>();
  for (const file of globSync('**/*.ts', { cwd: root })) {
    for (const [, name] of readFileSync(join(root, file), 'utf8').matchAll(/\bvscode\.([A-Za-z]\w*)/g)) {
      names.add(name ?? '');
    }
  }
  return [...names];
}

/** Stands for anything: called, made, read and gone through it gives itself or nothing. */
export const anything: unknown = new Proxy(function () {}, {
  apply: () => anything,
  construct: () => anything as object,
  get: (_target, name) => {
    switch (name) {
      case 'then':
        return undefined;
      case Symbol.iterator:
        return [][Symbol.iterator];
      case Symbol.toPrimitive:
        return () => '';
      default:
        return anything;
    }
  },
});

/** An object that has these members, and anything beside. */
export function like<T extends object>(members: { readonly [K in keyof T]?: unknown }): T {
  return new Proxy(members, {
    get: (target, name) =>
      name in target ? Reflect.get(target, name) : name === 'then' ? undefined : anything,
  }) as T;
}

type Listener = (value: unknown) => void;

function event(): { readonly on: (listener: Listener) => { dispose(): void }; fire(value?: unknown): void } {
  const listeners = new Set<Listener>();
  return {
    on: (listener) => {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    fire: (value) => {
      for (const listener of listeners) {
        listener(value);
      }
    },
  };
}

/** Who answers the next box; undefined when nobody is there, or does not any more. */
function nextBox(): FakePerson | undefined {
  const there = presence.getStore();
  if (there === undefined || there.boxes >= mostBoxes) {
    return undefined;
  }
  there.boxes += 1;
  return there.person;
}

function moduleOf(fake: FakeVscode): unknown {
  const message = async (text: string, ...rest: readonly unknown[]): Promise<unknown> => {
    await sleep(0);
    const buttons = rest.filter((each) => typeof each === 'string' || (isObject(each) && 'title' in each));
    const titles = buttons.map((each) => (isObject(each) ? String(each['title']) : String(each)));
    const said = nextBox()?.says(text, titles);
    return said === undefined ? undefined : buttons[titles.indexOf(said)];
  };
  const box = (isList: boolean): unknown => {
    const [accept, hide, change, selection] = [event(), event(), event(), event()];
    let gone = false;
    const answer = async (): Promise<void> => {
      const person = nextBox();
      await sleep(1);
      const values = isList ? [''] : [typeof made['value'] === 'string' ? made['value'] : '', ...typed];
      for (const value of person === undefined ? [] : values) {
        if (isList) {
          const items = (made['items'] as readonly Record<string, unknown>[] | undefined) ?? [];
          const rows = items.filter((item) => item['kind'] === undefined);
          const row = rows.find((item) => person?.prefers.test(JSON.stringify(item))) ?? rows[0];
          made['activeItems'] = row ? [row] : [];
          made['selectedItems'] = made['activeItems'];
          selection.fire(made['activeItems']);
        } else {
          made['value'] = value;
          change.fire(value);
        }
        accept.fire();
        await sleep(1);
        if (gone) {
          return;
        }
      }
      hide.fire();
    };
    const made: Record<string, unknown> = {
      onDidAccept: accept.on,
      onDidHide: hide.on,
      onDidChangeValue: change.on,
      onDidChangeSelection: selection.on,
      show: () => void answer(),
      hide: () => hide.fire(),
      dispose: () => {
        gone = true;
      },
    };
    return new Proxy(made, {
      get: (target, name) =>
        name in target ? Reflect.get(target, name) : name === 'then' ? undefined : anything,
    });
  };
  const first = async (rows: readonly unknown[] | Promise<readonly unknown[]>): Promise<unknown> =>
    (await rows)[0];
  const known: Record<string, unknown> = {
    window: like({
      showInformationMessage: message,
      showWarningMessage: message,
      showErrorMessage: message,
      showQuickPick: first,
      showInputBox: async () => 'typed',
      showOpenDialog: async () => undefined,
      showSaveDialog: async () => undefined,
      createQuickPick: () => presence.getStore()?.person.list ?? box(true),
      createInputBox: () => box(false),
      withProgress: (_options: unknown, work: (...given: readonly unknown[]) => unknown) =>
        work({ report: () => undefined }, { onCancellationRequested: event().on }),
    }),
    commands: like({
      executeCommand: async (id: string, argument: unknown) =>
        presence.getStore()?.person.execute(id, argument),
    }),
    workspace: like({
      isTrusted: true,
      workspaceFolders: undefined,
      getConfiguration: (section = '') => ({
        get: (name: string, otherwise?: unknown) => fake.settings.get(`${section}.${name}`) ?? otherwise,
        inspect: (name: string) => ({ globalValue: fake.settings.get(`${section}.${name}`) }),
        update: async () => undefined,
      }),
    }),
    authentication: like({
      registerAuthenticationProvider: (...given: readonly unknown[]) => {
        fake.registered.set('registerAuthenticationProvider', [...given]);
        return { dispose: () => undefined };
      },
    }),
    tasks: like({
      onDidStartTask: (...given: readonly unknown[]) => {
        fake.registered.set('onDidStartTask', [...given]);
        return { dispose: () => undefined };
      },
    }),
    McpStdioServerDefinition: class {
      readonly label: unknown;
      env: unknown;

      constructor(label: unknown) {
        this.label = label;
      }
    },
    EventEmitter: class {
      readonly #event = event();
      readonly event = this.#event.on;
      fire = (value: unknown): void => this.#event.fire(value);
      dispose = (): void => undefined;
    },
  };
  return new Proxy(known, { get: (target, name) => (name in target ? Reflect.get(target, name) : anything) });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
