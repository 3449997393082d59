import assert from 'node:assert/strict';
import type { Memento } from 'vscode';
import { OrderedState } from '../../src/ui/orderedState.ts';

type Values = Record<string, unknown>;

/** As VS Code's global state behaves in a window, its main side included: each turn of the event loop is a way. */
class EditorState implements Memento {
  /** What is kept. */
  stored: Values = {};
  /** Set to make the next write fail. */
  fails = false;
  #value: Values = {};
  #due: { resolve: () => void; reject: (error: Error) => void }[] = [];

  keys(): readonly string[] {
    return Object.keys(this.#value).filter((key) => this.#value[key] !== undefined);
  }

  get<T>(key: string, otherwise?: T): T {
    return (this.#value[key] ?? otherwise) as T;
  }

  update(key: string, value: unknown): Promise<void> {
    this.#value[key] = value;
    return new Promise((resolve, reject) => {
      this.#due.push({ resolve, reject });
      if (this.#due.length === 1) {
        setImmediate(() => this.#send());
      }
    });
  }

  /** Another window has kept something. */
  hear(values: Values): void {
    this.stored = { ...this.stored, ...values };
    this.#value = { ...this.stored };
  }

  #send(): void {
    const done = this.#due;
    this.#due = [];
    const sent = JSON.stringify(this.#value);
    setImmediate(() => {
      if (this.fails) {
        this.fails = false;
        done.forEach(({ reject }) => reject(new Error('the editor cannot keep it')));
        return;
      }
      this.stored = JSON.parse(sent) as Values;
      // The write comes back first, as what everybody has to believe; then the answer.
      setImmediate(() => {
        this.#value = JSON.parse(sent) as Values;
        setImmediate(() => done.forEach(({ resolve }) => resolve()));
      });
    });
  }
}

/** Changes ten keys, each when the loop of events has gone round once more. */
async function rush(state: Memento): Promise<void> {
  const writes: Thenable<void>[] = [];
  for (let index = 0; index < 10; index++) {
    writes.push(state.update(`key ${String(index)}`, index));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(writes);
}

describe('the global state', () => {
  it('loses changes by itself that are made while one is on its way', async () => {
    const editor = new EditorState();
    await rush(editor);
    assert.ok(Object.keys(editor.stored).length < 10, 'else the rest of this shows nothing');
  });

  it('loses none where one is under way at a time', async () => {
    const editor = new EditorState();
    const state = new OrderedState(editor);
    await rush(state);
    assert.deepEqual(Object.values(editor.stored), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(state.keys().length, 10);
  });

  it('is read as if what waits were written', async () => {
    const editor = new EditorState();
    const state = new OrderedState(editor);
    const gone = state.update('gone', 1).then(() => state.update('gone', undefined));
    const list = ['a'];
    const written = state.update('list', list);
    list.push('changed afterwards');
    assert.deepEqual([state.get('list'), state.get('list', ['else'])], [['a'], ['a']]);
    assert.deepEqual([state.get('none'), state.get('none', 'else')], [undefined, 'else']);
    assert.deepEqual(state.keys(), ['gone', 'list']);
    await Promise.all([gone, written]);
    assert.deepEqual([state.get('gone', 'else'), state.keys()], ['else', ['list']]);
    const removed = state.update('list', undefined);
    assert.deepEqual([state.get('list'), state.get('list', 'else'), state.keys()], [undefined, 'else', []]);
    await removed;
    assert.deepEqual([state.get('list'), editor.stored['list']], [undefined, undefined]);
  });

  it('takes the last of two changes of a key, and what another window keeps meanwhile', async () => {
    const editor = new EditorState();
    const state = new OrderedState(editor);
    const first = state.update('key', 1);
    const second = state.update('key', 2);
    editor.hear({ theirs: 3 });
    await first;
    assert.equal(state.get('key'), 2);
    await second;
    assert.deepEqual([state.get('key'), editor.stored['key'], state.get('theirs')], [2, 2, 3]);
  });

  it('asks for all at once that changes in one turn, of which nothing is left when the window goes', async () => {
    const asked: string[] = [];
    const state = new OrderedState({
      keys: () => asked,
      get: () => undefined,
      update: (key) => new Promise<void>(() => asked.push(key)),
    });
    for (const key of ['a', 'b', 'c']) {
      void state.update(key, 1);
    }
    await Promise.resolve();
    assert.deepEqual(asked, ['a', 'b', 'c']);
  });

  it('writes again what another window’s write took away before it was sent', async () => {
    const editor = new EditorState();
    const state = new OrderedState(editor);
    const written = state.update('key', ['kept']);
    // VS Code has been asked, and has sent nothing yet.
    await Promise.resolve();
    editor.hear({ theirs: 3 });
    await written;
    assert.deepEqual(editor.stored, { theirs: 3, key: ['kept'] });
  });

  it('gives up on a key that others change all the time', async () => {
    let writes = 0;
    const state = new OrderedState({
      keys: () => [],
      get: () => undefined,
      update: async () => void (writes += 1),
    });
    await state.update('key', 1);
    assert.equal(writes, 3);
  });

  it('tells whoever changed it that the editor cannot keep it, and goes on', async () => {
    const editor = new EditorState();
    const state = new OrderedState(editor);
    editor.fails = true;
    const refused = assert.rejects(state.update('a', 1), /cannot keep it/);
    // VS Code has been asked for the first by then.
    await Promise.resolve();
    const kept = state.update('b', 2);
    await refused;
    await kept;
    assert.equal(editor.stored['b'], 2);
  });
});
