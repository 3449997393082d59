import assert from 'node:assert/strict';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { Session } from '../../src/session/types.ts';
import type { PickItem } from '../../src/ui/prompts/input.ts';
import type { SwitcherOptions } from '../../src/ui/switcher.ts';
import { switcherRows } from '../../src/ui/switcherModel.ts';
import type { SwitcherChoice, SwitcherRow } from '../../src/ui/switcherModel.ts';
import { keepPlaces } from '../../src/ui/switcherPlaces.ts';
import { like, type FakePerson } from '../support/fakeVscode.ts';
import { loadGuardedWorlds, type GuardedWorlds } from '../support/guardedWorld.ts';
import { NumberedPick } from '../support/numberedPick.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const keys = 'aws_access_key_id = AKIAEXAMPLE000000000\naws_secret_access_key = EXAMPLEKEY\n';
const set = readProfiles({
  config: `[profile alice]\n${keys}[profile dev]\n${keys}`,
  credentials: undefined,
});
/** Without the profile of the session that ends: its row would make up for the one that goes. */
const withoutDev = readProfiles({ config: `[profile alice]\n${keys}`, credentials: undefined });
const dev = sessionOf('dev', { state: liveState(47 * minute) });
const prod = sessionOf('prod', { state: liveState(47 * minute) });

function rows(sessions: readonly Session[], areFilesRead = true): readonly SwitcherRow[] {
  return switcherRows({
    set: areFilesRead ? set : undefined,
    sessions,
    activeId: undefined,
    recent: [],
    now: noon,
    warnMs: 10 * minute,
    aliasOf: () => undefined,
  });
}

function read(list: readonly SwitcherRow[]): string[] {
  return list.map((row) => (row.kind === 'separator' ? `-- ${row.label}` : row.label));
}

describe('a list that is renewed while it is open', function () {
  this.timeout(120_000);
  let worlds: GuardedWorlds;
  let pickSession: (options: SwitcherOptions) => Promise<SwitcherChoice | undefined>;
  let askPick: typeof import('../../src/ui/prompts/input.ts').askPick;
  let pick: NumberedPick;
  let person: FakePerson;

  before(async () => {
    worlds = await loadGuardedWorlds();
    ({ pickSession } = await import('../../src/ui/switcher.ts'));
    ({ askPick } = await import('../../src/ui/prompts/input.ts'));
  });
  beforeEach(() => {
    pick = new NumberedPick();
    person = {
      says: () => undefined,
      prefers: /never/,
      execute: () => undefined,
      list: pick,
    };
  });

  describe('the switcher', () => {
    let sessions: readonly Session[];
    let change: () => void;
    let filesRead: (read: typeof set) => void;
    let chosen: Promise<SwitcherChoice | undefined>;

    beforeEach(() => {
      sessions = [dev, prod];
      chosen = worlds.inFrontOf(person, () =>
        pickSession({
          profiles: like<SwitcherOptions['profiles']>({
            read: () => new Promise((resolve) => (filesRead = resolve)),
          }),
          sessions: like<SwitcherOptions['sessions']>({
            list: () => sessions,
            onDidChange: (listener: () => void) => {
              change = listener;
              return { dispose: () => undefined };
            },
          }),
          recent: () => [],
          aliasOf: () => undefined,
          guardOf: () => undefined,
          now: () => noon,
          warnMs: () => 10 * minute,
        }),
      );
    });

    async function opened(): Promise<void> {
      filesRead(withoutDev);
      await turn();
      pick.arrive();
    }

    function endDev(): void {
      sessions = [prod];
      change();
    }

    it('has nothing to choose until the files are read', async () => {
      change();
      assert.deepEqual(pick.arrive(), []);
      await opened();
      assert.ok(pick.arrive().includes('$(key) alice'));
      pick.leave();
      assert.equal(await chosen, undefined);
    });

    it('shows what else there is when the files are late, and keeps its place', async () => {
      while (pick.arrive().length === 0) {
        await sleep(20);
      }
      const early = pick.arrive();
      assert.equal(early[1], '$(pass-filled) dev');
      await opened();
      assert.deepEqual(pick.arrive(), [...early, 'All profiles', '$(key) alice']);
      pick.leave();
    });

    it('takes Enter for the row that the person saw', async () => {
      await opened();
      const arrives = pick.enter('Sign in with Identity Center…');
      endDev();
      arrives();
      assert.deepEqual(await chosen, { kind: 'signIn' });
    });

    it('ends no other session than the one whose button was pressed', async () => {
      await opened();
      const arrives = pick.press('dev', 'End Session');
      endDev();
      arrives();
      pick.leave();
      assert.equal(await chosen, undefined);
    });

    it('does nothing for a session that has ended, and says so in its row', async () => {
      await opened();
      endDev();
      assert.ok(pick.arrive().includes('$(circle-slash) dev'));
      pick.enter('$(circle-slash) dev')();
      pick.leave();
      assert.equal(await chosen, undefined);
    });
  });

  describe('the places of its rows', () => {
    it('stay when the files are late: what they hold comes last, under its headings', () => {
      const early = rows([dev], false);
      const late = keepPlaces(early, rows([dev]));
      assert.deepEqual(read(late), [...read(early), '-- All profiles', '$(key) alice']);
    });

    it('stay when sessions end and begin', () => {
      const shown = rows([dev]);
      const none = keepPlaces(shown, rows([]));
      assert.deepEqual(
        none.flatMap((row) => (row.kind === 'item' ? [[row.label, row.description, row.choice?.kind]] : [])),
        [
          ['$(circle-slash) dev', 'Ended meanwhile', undefined],
          ['$(key) alice', 'IAM user', 'startSession'],
          ['$(add) Assume role…', '', 'assumeRole'],
          ['$(sign-in) Sign in with Identity Center…', '', 'signIn'],
          ['$(circle-slash) End all sessions', 'No session is left', undefined],
          ['$(key) dev', 'IAM user', 'startSession'],
        ],
      );
      const again = keepPlaces(none, rows([dev, prod]));
      assert.deepEqual(read(again), [
        ...read(shown),
        '-- All profiles',
        '$(key) dev',
        '-- Live',
        '$(pass-filled) prod',
      ]);
    });

    it('stay for their buttons too', () => {
      const expired = sessionOf('dev', { state: { kind: 'expired', at: noon, renewing: false } });
      const buttons = (list: readonly SwitcherRow[]): readonly string[] =>
        list.flatMap((row) =>
          row.kind === 'item' && row.label.endsWith(' dev') ? Object.keys(row.buttons) : [],
        );
      const over = rows([expired]);
      assert.deepEqual(buttons(over), ['end']);
      assert.deepEqual(buttons(keepPlaces(over, rows([dev]))), ['end', 'terminal']);
      assert.deepEqual(buttons(keepPlaces(rows([dev]), over)), ['terminal', 'end']);
    });

    it('are one each for two saved roles that start the same session', () => {
      const row = (label: string): SwitcherRow => {
        const choice = { kind: 'assumeRole' } as const;
        return { kind: 'item', key: 'same', label, description: '', detail: undefined, choice, buttons: {} };
      };
      const twins = [row('admin'), row('admin-prod')];
      const later = keepPlaces(twins, [...rows([dev]), ...twins]);
      assert.deepEqual(read(later).slice(0, 3), ['admin', 'admin-prod', '-- Live']);
    });

    it('have the newest texts where the list is renewed anyway', () => {
      const later = sessionOf('dev', { state: liveState(46 * minute) });
      const [, row] = keepPlaces(rows([dev]), rows([later, prod]));
      assert.deepEqual(row, rows([later])[1]);
    });

    it('are no reason to renew the list for a text that only counts down', () => {
      const shown = rows([dev]);
      assert.equal(keepPlaces(shown, rows([sessionOf('dev', { state: liveState(46 * minute) })])), shown);
    });
  });

  it('takes Enter for the row that was marked while typing puts another in front', async () => {
    const item = (label: string): PickItem<string> => ({ label, value: label });
    const answer = worlds.inFrontOf(person, () =>
      askPick({
        title: 'Device',
        placeholder: 'Choose one, or type its ARN',
        items: [item('alice'), item('bob'), item('carol')],
        fromText: (): string => 'That is no ARN',
      }),
    );
    await turn();
    const arrives = pick.enter('bob');
    pick.typed('b');
    arrives();
    pick.typed('');
    pick.leave();
    assert.deepEqual(await answer, { kind: 'value', value: 'bob' });
  });
});
