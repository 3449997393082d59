import assert from 'node:assert/strict';
import { ApiQuestions, type Consent } from '../../src/session/apiQuestions.ts';
import { ExtensionAccess, type AccessEntry } from '../../src/session/extensionAccess.ts';
import { HandOuts, type Caller } from '../../src/session/handOuts.ts';
import { apiSentences } from '../../src/ui/text/access.ts';
import { accessNote, SharedAccess } from '../support/accessNotes.ts';
import { settle } from '../support/fakeClock.ts';
import { hour, Machine, minute, never, profile } from '../support/sessionWindows.ts';

const tool: Caller = { id: 'example.tool', name: 'Tool' };
const refused = { code: 'NotAllowed' };

/** A host whose windows tell each other what extensions may do. */
class Host {
  readonly machine = new Machine();
  readonly shared = new SharedAccess();
  /** What VS Code keeps for all windows. */
  stored: readonly AccessEntry[] = [];

  window(name: string) {
    const now = (): number => this.machine.clock.now();
    const { sessions } = this.machine.open(name);
    const seen = { stored: this.stored };
    const access = new ExtensionAccess(
      {
        read: () => seen.stored,
        write: async (list) => {
          this.stored = list;
          seen.stored = list;
        },
      },
      accessNote(now, this.shared),
    );
    const told: string[] = [];
    access.onDidChange((extension) => told.push(extension));
    const asked: string[] = [];
    const answers: Consent[] = [];
    const handOuts = new HandOuts({
      sessions,
      access,
      questions: new ApiQuestions({ now, limit: () => never }),
      sentences: apiSentences(now),
      ofHandle: () => undefined,
      judge: async () => undefined,
      served: () => undefined,
      mayRemember: () => true,
      askForCredentials: async ({ id }, session) => {
        asked.push(`${id} ${session.name}`);
        return answers.shift() ?? 'no';
      },
      askToStart: async () => 'no',
      askToRenew: async () => undefined,
      hasProfile: async () => true,
      start: async () => undefined,
      now,
    });
    return {
      sessions,
      handOuts,
      access,
      told,
      asked,
      answers,
      /** VS Code has told it. */ hears: () => (seen.stored = this.stored),
    };
  }

  /** Two windows with `prod` live in both. */
  async open() {
    const [a, b] = [this.window('A'), this.window('B')];
    const starting = a.sessions.start(profile('prod'), never);
    await settle();
    this.machine.call().grant(hour);
    assert.ok((await starting).ok);
    await b.sessions.load();
    await this.machine.clock.advance(minute);
    return { a, b };
  }
}

describe('what an extension has on a single yes', () => {
  it('is seen in every window, with its end, and goes with it', async () => {
    const host = new Host();
    const { a, b } = await host.open();
    a.answers.push('once');
    await a.handOuts.credentials(tool, 'prod');
    await settle();
    await b.handOuts.look();
    const [row, ...more] = b.handOuts.granted();
    assert.deepEqual([row?.extension, row?.name, row?.since, more], [tool.id, 'prod', undefined, []]);
    assert.deepEqual(row, a.handOuts.granted()[0]);
    assert.doesNotMatch(host.shared.file.text ?? '', /ASIAEXAMPLE|EXAMPLE(KEY|TOKEN)/);
    await host.machine.clock.advance(2 * hour);
    await b.handOuts.look();
    assert.deepEqual(b.handOuts.granted(), []);
  });

  it('is taken back in any window: the one that gave it asks again, and its extension is told', async () => {
    const host = new Host();
    const { a, b } = await host.open();
    a.answers.push('once');
    await a.handOuts.credentials(tool, 'prod');
    await a.handOuts.credentials(tool, 'prod');
    await settle();
    assert.equal(a.asked.length, 1, 'what it has needs no other yes');
    await host.machine.clock.advance(minute);
    await b.handOuts.look();
    await b.handOuts.takeBack(tool.id, 'prod');
    await settle();
    assert.deepEqual([a.told, b.told], [[tool.id], [tool.id]]);
    assert.deepEqual([a.handOuts.granted(), b.handOuts.granted()], [[], []]);
    await assert.rejects(a.handOuts.credentials(tool, 'prod'), refused);
    assert.equal(a.asked.length, 2);
    // A later yes in one window brings nothing back in another.
    await host.machine.clock.advance(11 * minute);
    a.answers.push('once');
    await a.handOuts.credentials(tool, 'prod');
    await a.handOuts.credentials(tool, 'prod');
    await settle();
    assert.equal(a.asked.length, 3);
    await b.handOuts.look();
    await assert.rejects(b.handOuts.credentials(tool, 'prod'), refused);
  });
});

describe('what an extension is allowed for good', () => {
  it('is taken back in every window at once, also in one that VS Code has not told yet', async () => {
    const host = new Host();
    const { a, b } = await host.open();
    a.answers.push('always');
    await a.handOuts.credentials(tool, 'prod');
    b.hears();
    await b.handOuts.credentials(tool, 'prod');
    assert.deepEqual(b.asked, [], 'no window asks about it');
    await host.machine.clock.advance(minute);
    const before = b.told.length;
    await a.handOuts.takeBack(tool.id, 'prod');
    await settle();
    assert.equal(b.told.length, before + 1);
    assert.deepEqual(b.handOuts.granted(), []);
    await assert.rejects(b.handOuts.credentials(tool, 'prod'), refused);
    b.hears();
    await host.machine.clock.advance(11 * minute);
    b.answers.push('always');
    await b.handOuts.credentials(tool, 'prod');
    assert.equal(b.asked.length, 2);
    assert.ok(b.handOuts.granted()[0]?.since !== undefined, 'and can be allowed again');
  });
});
