import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { launchEnvironment } from '../../src/machine/launchEnvironment.ts';
import { pointedAt } from '../../src/outlets/delivery.ts';
import {
  changeOf,
  nameInPlaceOfId,
  noteOfTerminal,
  pointedById,
  TerminalNotes,
} from '../../src/session/terminals.ts';
import type { Seen, TerminalNote } from '../../src/session/terminals.ts';
import { terminalRow } from '../../src/ui/terminalRows.ts';
import { terminalText } from '../../src/ui/text/terminals.ts';
import { sessionFor } from '../support/outletRig.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { describeIf } from '../support/skip.ts';
import { liveState, minute, noon as now, sessionOf } from '../support/sessions.ts';

const seen: Seen = {
  pid: 100,
  given: undefined,
  whole: false,
  shared: 'shared-id',
  old: false,
  color: undefined,
  now,
  nameOf: (id) => `name of ${id}`,
};

const own: TerminalNote = {
  pid: 7,
  sessionId: 'own-id',
  sessionName: 'hub',
  way: 'own',
  color: 'terminal.ansiBlue',
  since: now,
};

describe('which session a terminal runs under', () => {
  const judge = (change: Partial<Seen>) => {
    const { sessionId, sessionName, way } = noteOfTerminal({ ...seen, ...change });
    return [way, sessionId, sessionName];
  };

  it('is its own where it was given one, and else what new terminals got at that moment', () => {
    assert.deepEqual(judge({ given: { id: 'a', own: true } }), ['own', 'a', 'name of a']);
    assert.deepEqual(judge({ given: { id: 'a', own: false } }), ['shared', 'a', 'name of a']);
    assert.deepEqual(judge({}), ['shared', 'shared-id', 'name of shared-id']);
    assert.deepEqual(judge({ shared: undefined }), ['shared', undefined, undefined]);
  });

  it('is what its shell was really started with, where the system says that', () => {
    assert.deepEqual(judge({ whole: true }), ['shared', undefined, undefined]);
    assert.deepEqual(judge({ whole: true, given: { id: 'b', own: true } }), ['own', 'b', 'name of b']);
  });

  it('is not guessed for a terminal from before anybody watched', () => {
    assert.deepEqual(judge({ old: true }), ['unknown', undefined, undefined]);
    assert.deepEqual(judge({ old: true, whole: true }), ['shared', undefined, undefined]);
  });

  it('is told where a split or a relaunch takes a terminal’s own one away, and only there', () => {
    const after = { ...own, pid: 8, sessionId: 'other', sessionName: 'prod', way: 'shared' } as const;
    assert.deepEqual(changeOf('split', own, after), {
      kind: 'split',
      from: { id: 'own-id', name: 'hub' },
      to: 'prod',
    });
    assert.equal(
      changeOf('relaunch', own, { ...after, sessionId: undefined, sessionName: undefined })?.to,
      undefined,
    );
    assert.equal(changeOf('relaunch', own, { ...own, pid: 8 }), undefined);
    assert.equal(changeOf('relaunch', own, { ...after, sessionId: 'own-id' }), undefined);
    assert.equal(changeOf('relaunch', { ...own, way: 'shared' }, after), undefined);
    assert.equal(changeOf('split', undefined, after), undefined);
  });

  it('is read from the environment in every mode of delivery', () => {
    const read = (env: Record<string, string>) =>
      pointedAt(
        (name) => env[name],
        (key) => (key === 'ASIAEXAMPLE1' ? 'by-key' : undefined),
      );
    assert.deepEqual(read({ STS_SESSIONS_ID: 'a', STS_SESSIONS_DEFAULT: 'b' }), { id: 'a', own: true });
    assert.deepEqual(read({ STS_SESSIONS_DEFAULT: 'b', AWS_PROFILE: 'vscode' }), { id: 'b', own: false });
    assert.deepEqual(
      read({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:4711/container/ab-12_C' }),
      { id: 'ab-12_C', own: false },
    );
    assert.deepEqual(read({ AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE1' }), { id: 'by-key', own: false });
    for (const none of [
      {},
      { AWS_ACCESS_KEY_ID: '' },
      { AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEOTHER' },
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' },
    ]) {
      assert.equal(read(none), undefined);
    }
  });
});

describeIf(process.platform === 'linux', 'only Linux says it', 'what a process was started with', () => {
  it('is found by the name that a task gives it, and is never somebody else’s', () => {
    const list = [sessionFor('live-a'), { ...sessionFor('live-b'), name: 'prod' }];
    const byName = { id: 'prod', own: true };
    assert.deepEqual(pointedById(byName, list), { id: 'live-b', own: true });
    assert.deepEqual(pointedById({ id: 'live-a', own: false }, list), { id: 'live-a', own: false });
    assert.deepEqual(pointedById(byName, []), byName);
    assert.equal(pointedById(undefined, list), undefined);
    assert.equal(nameInPlaceOfId('prod'), 'prod');
    assert.equal(nameInPlaceOfId('0123456789abcdef0123'), undefined);
  });

  it('can be asked of a process that runs, and of none that is over', async () => {
    const child = spawn('/bin/sleep', ['30'], { env: { STS_SESSIONS_ID: 'a=b', EMPTY: '' } });
    await once(child, 'spawn');
    const { pid = 0 } = child;
    const read = await launchEnvironment(pid);
    assert.deepEqual([read?.('STS_SESSIONS_ID'), read?.('EMPTY'), read?.('STS')], ['a=b', '', undefined]);
    child.kill();
    await once(child, 'exit');
    assert.equal(await launchEnvironment(pid), undefined);
    assert.equal(await launchEnvironment(-1), undefined);
  });
});

describe('the memory of terminals', () => {
  it('survives being stored, without the processes that are over', () => {
    const notes = new TerminalNotes([], () => true);
    notes.put(own);
    notes.put({ ...own, pid: 8, sessionId: undefined, sessionName: undefined, way: 'unknown' });
    const stored: unknown = JSON.parse(JSON.stringify(notes.toStored()));
    const again = new TerminalNotes(stored, (pid) => pid === 7);
    assert.deepEqual(again.toStored(), [own]);
    assert.deepEqual(again.get(7), own);
    assert.equal(again.get(8), undefined);
  });

  it('takes nothing that it has not written', () => {
    for (const wrong of [
      undefined,
      'x',
      {},
      [null],
      [{ ...own, pid: 'a' }],
      [{ ...own, pid: -1 }],
      [{ pid: 1 }],
    ]) {
      assert.deepEqual(new TerminalNotes(wrong, () => true).toStored(), []);
    }
    assert.deepEqual(new TerminalNotes([{ ...own, way: 'else' }], () => true).toStored(), []);
  });

  it('is bounded: the newest stay', () => {
    const notes = new TerminalNotes([], () => true);
    for (let pid = 1; pid <= 1000; pid++) {
      notes.put({ ...own, pid });
    }
    assert.equal(notes.toStored().length, 200);
    assert.equal(notes.get(800), undefined);
    assert.equal(notes.get(1000)?.pid, 1000);
    notes.forget(1000);
    assert.equal(notes.get(1000), undefined);
  });
});

describe('the list of terminals', () => {
  const row = (note: TerminalNote, session = sessionOf('live-a', { state: liveState(47 * minute) })) =>
    terminalRow({ name: 'bash', note, session, now, warnMs: 600_000 });

  it('says under which session a terminal runs, how it came by it, and when that ends', () => {
    const { label, description, detail } = row(own);
    assert.equal(label, '$(pass-filled) bash');
    assert.match(description, /^live-a · \d+m/);
    assert.match(detail, /^Its own session, whichever is active · until \d\d:\d\d$/);
    assert.match(
      row({ ...own, way: 'shared' }).detail,
      /^The session that was active when its shell started · /,
    );
  });

  it('says when the session has ended, and where there is or was none', () => {
    const texts = (note: TerminalNote) => {
      const { label, description } = terminalRow({
        name: 'bash',
        note,
        session: undefined,
        now,
        warnMs: 600_000,
      });
      return [label, description];
    };
    assert.deepEqual(texts(own), ['$(circle-slash) bash', 'hub · ended']);
    const none = { ...own, sessionId: undefined, sessionName: undefined } as const;
    assert.deepEqual(texts({ ...none, way: 'shared' }), ['$(terminal) bash', 'no session']);
    assert.deepEqual(texts({ ...none, way: 'unknown' }), ['$(terminal) bash', 'session not known']);
  });

  it('shows no icon that a terminal’s name asks for', () => {
    const { label } = terminalRow({ name: '$(flame)', note: own, session: undefined, now, warnMs: 0 });
    assert.doesNotMatch(label, /(?<!\\)\$\(flame\)/);
  });

  it('tells of a terminal that lost its session by the rules for messages', () => {
    for (const kind of ['split', 'relaunch'] as const) {
      for (const to of ['prod-admin', undefined]) {
        assertGoodSentence(terminalText.change({ kind, from: { id: 'a', name: 'hub' }, to }));
      }
    }
    assertGoodSentence(terminalText.none());
  });
});
