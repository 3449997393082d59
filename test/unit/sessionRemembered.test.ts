import assert from 'node:assert/strict';
import { isForgotten, noteOf, readNote } from '../../src/session/remembered.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, never, noon, profile } from '../support/sessionWindows.ts';

async function worked(): Promise<Machine> {
  const machine = new Machine();
  const { sessions } = machine.open();
  const starting = sessions.start(profile('prod'), never);
  await settle();
  machine.call().grant();
  await starting;
  await sessions.settled();
  return machine;
}

describe('the note about the active session', () => {
  it('holds its id and its end, and nothing secret', async () => {
    const machine = await worked();
    const window = machine.open('B');
    await window.sessions.load();
    const note = noteOf(window.sessions.get('prod'));
    assert.deepEqual(note, { id: 'prod', until: noon + hour });
    assert.deepEqual(readNote(JSON.parse(JSON.stringify(note))), note);
    assert.equal(noteOf(undefined), undefined);
    machine.clock.jump(hour);
    assert.deepEqual(noteOf(window.sessions.get('prod')), { id: 'prod', until: undefined });
  });

  it('is not believed when it is something else', () => {
    for (const value of [undefined, null, 'prod', 7, {}, { id: 7 }, []]) {
      assert.equal(readNote(value), undefined);
    }
    assert.deepEqual(readNote({ id: 'prod', until: 'soon' }), { id: 'prod', until: undefined });
  });

  it('tells a store that has forgotten from one that has not, from an end, and from time that went by', async () => {
    const machine = await worked();
    const note = { id: 'prod', until: noon + hour };
    const { sessions } = machine.open('B');
    await sessions.load();
    assert.equal(isForgotten(note, sessions.records(), noon), false);
    await sessions.end('prod');
    assert.equal(isForgotten(note, sessions.records(), noon), false);

    const other = new Machine();
    const empty = other.open();
    await empty.sessions.load();
    assert.equal(isForgotten(note, empty.sessions.records(), noon), true);
    assert.equal(isForgotten(note, empty.sessions.records(), noon + hour), false);
    assert.equal(isForgotten({ id: 'prod', until: undefined }, [], noon), false);
    assert.equal(isForgotten(undefined, [], noon), false);
  });
});
