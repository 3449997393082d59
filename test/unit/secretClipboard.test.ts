import assert from 'node:assert/strict';
import { SecretClipboard } from '../../src/ui/secretClipboard.ts';
import { settle } from '../support/fakeClock.ts';

const keys = 'export AWS_SECRET_ACCESS_KEY=EXAMPLEKEY\nexport AWS_REGION=eu-west-1\n';

/** A clipboard, and a clock that runs when it is told to. */
function rig(seconds = 60) {
  const state = { text: 'before', readable: true, broken: false, seconds, timers: [] as (() => void)[] };
  const log: string[] = [];
  const clipboard = new SecretClipboard({
    readText: async () => {
      if (state.broken) {
        throw new Error('held by another program');
      }
      return state.text;
    },
    writeText: async (text) => {
      state.text = text;
    },
    isReadable: () => state.readable,
    keepSeconds: () => state.seconds,
    setTimer: (ms, callback) => {
      assert.equal(ms, state.seconds * 1000);
      state.timers.push(callback);
      return { dispose: () => void (state.timers = state.timers.filter((each) => each !== callback)) };
    },
    log: (line) => void log.push(line),
  });
  const timeIsUp = async (): Promise<void> => {
    for (const timer of state.timers.splice(0)) {
      timer();
    }
    await settle();
  };
  return { clipboard, state, log, timeIsUp };
}

describe('a secret on the clipboard', () => {
  it('is cleared when its time is up', async () => {
    const { clipboard, state, timeIsUp } = rig();
    assert.equal(await clipboard.put(keys), 60);
    assert.equal(state.text, keys);
    await timeIsUp();
    assert.equal(state.text, '');
    assert.deepEqual(state.timers, []);
  });

  it('stays where the person wants it so', async () => {
    const { clipboard, state } = rig(0);
    assert.equal(await clipboard.put(keys), 0);
    assert.deepEqual(state.timers, []);
    assert.equal(state.text, keys);
    await clipboard.clear();
    assert.equal(state.text, '', 'and goes at the end all the same');
  });

  it('leaves alone what the person has copied since', async () => {
    const { clipboard, state, timeIsUp } = rig();
    await clipboard.put(keys);
    state.text = 'a shopping list';
    await timeIsUp();
    assert.equal(state.text, 'a shopping list');
    state.text = keys;
    await clipboard.clear();
    assert.equal(state.text, keys, 'it is not watched any more');
  });

  it('is known again with the line ends that a clipboard gives it', async () => {
    for (const changed of [keys.replaceAll('\n', '\r\n'), keys.trimEnd()]) {
      const { clipboard, state, timeIsUp } = rig();
      await clipboard.put(keys);
      state.text = changed;
      await timeIsUp();
      assert.equal(state.text, '');
    }
  });

  it('gives way to the next one, which has its own time', async () => {
    const { clipboard, state, timeIsUp } = rig();
    await clipboard.put(keys);
    await clipboard.put('another secret');
    assert.equal(state.timers.length, 1);
    await timeIsUp();
    assert.equal(state.text, '');
  });

  it('goes at the next focus where it could not be seen in time', async () => {
    const { clipboard, state, timeIsUp } = rig();
    await clipboard.put(keys);
    await clipboard.focused();
    assert.equal(state.text, keys, 'its time is not up');
    state.readable = false;
    await timeIsUp();
    assert.equal(state.text, keys);
    state.readable = true;
    await clipboard.focused();
    assert.equal(state.text, '');
  });

  it('goes at the next focus where another program held it', async () => {
    const { clipboard, state, log, timeIsUp } = rig();
    await clipboard.put(keys);
    state.broken = true;
    await timeIsUp();
    assert.deepEqual(log, ['clipboard: Error']);
    state.broken = false;
    await clipboard.focused();
    assert.equal(state.text, '');
  });

  it('is forgotten with the window', async () => {
    const { clipboard, state } = rig();
    await clipboard.put(keys);
    clipboard.dispose();
    assert.deepEqual(state.timers, []);
  });
});
