import assert from 'node:assert/strict';
import { readOnlyRequest } from '../../src/aws/readOnly.ts';
import {
  FolderBindings,
  offersFor,
  readBindings,
  sessionOfBinding,
  withBinding,
} from '../../src/ui/folderBindings.ts';
import type { FolderBinding } from '../../src/ui/folderBindings.ts';
import { HostState } from '../../src/ui/hostState.ts';
import { folderText } from '../../src/ui/text/folders.ts';
import { FakeSecrets } from '../support/fakeSecrets.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const hub: FolderBinding = { folder: 'file:///a', request: { kind: 'profile', profile: 'hub' } };
const live = sessionOf('hub', { state: liveState(47 * minute) });

describe('folders with a session of their own', () => {
  it('are bound, bound anew and unbound, and survive being stored', () => {
    const dev = { kind: 'profile', profile: 'dev' } as const;
    const one = withBinding([], hub.folder, hub.request);
    const two = withBinding(one, 'file:///b', dev);
    assert.deepEqual(readBindings(JSON.parse(JSON.stringify(two))), [
      hub,
      { folder: 'file:///b', request: dev },
    ]);
    assert.deepEqual(
      withBinding(two, hub.folder, dev).map(({ folder }) => folder),
      ['file:///b', 'file:///a'],
    );
    assert.deepEqual(withBinding(one, hub.folder, undefined), []);
    for (const wrong of [undefined, {}, ['x'], [{ folder: 'a' }], [{ folder: 1, request: dev }], [null]]) {
      assert.deepEqual(readBindings(wrong), []);
    }
  });

  it('are bound on one computer, not on all whose windows share the state and where a folder has the same URI', async () => {
    const { globalState } = new FakeSecrets().context();
    const on = (hostId: string) => new FolderBindings(new HostState(globalState, Promise.resolve(hostId)));
    const [here, there] = [on('here'), on('there')];
    await here.bind(hub.folder, hub.request);
    await there.bind('file:///b', hub.request);
    assert.deepEqual(here.list(), [hub]);
    assert.deepEqual(there.list(), [{ ...hub, folder: 'file:///b' }]);
    await here.bind(hub.folder, undefined);
    assert.deepEqual([here.list().length, there.list().length], [0, 1]);
    const early = on('there');
    await early.bind(hub.folder, hub.request);
    assert.equal(early.list().length, 2, 'none is lost when the computer is not known yet');
  });

  it('are remembered up to a bound, the last ones', () => {
    let bindings: readonly FolderBinding[] = [];
    for (let count = 0; count < 300; count++) {
      bindings = withBinding(bindings, `file:///${String(count)}`, hub.request);
    }
    assert.equal(bindings.length, 200);
    assert.equal(bindings.at(-1)?.folder, 'file:///299');
  });

  it('have the session of their request, live or over, and never another one', () => {
    const other = sessionOf('other', { state: liveState(minute) });
    assert.equal(sessionOfBinding([other, live], hub), live);
    const over = sessionOf('hub', { state: { kind: 'expired', at: noon, renewing: false } });
    assert.equal(sessionOfBinding([other, over], hub), over);
    assert.equal(sessionOfBinding([other, sessionOf('hub')], hub), undefined, 'it is only starting');
    assert.equal(sessionOfBinding([other], hub), undefined);
  });

  it('have it also where a guard made it read-only, after the one with all rights', () => {
    const request = readOnlyRequest(hub.request);
    assert.ok(request);
    const narrowed = sessionOf('hub', { request, state: liveState(minute) });
    assert.equal(sessionOfBinding([narrowed], hub), narrowed);
    assert.equal(sessionOfBinding([narrowed, live], hub), live);
    assert.equal(
      sessionOfBinding([live], { request }),
      undefined,
      'all rights are never what was not asked for',
    );
  });

  it('are offered when nothing serves them, and only then', () => {
    const bound = [{ folderName: 'a', binding: hub }];
    const offers = (sessions: readonly (typeof live)[], several: boolean, hasActive: boolean) =>
      offersFor(bound, sessions, { several, hasActive, offered: new Set() }).map(({ name, live: isLive }) => [
        name,
        isLive,
      ]);
    assert.deepEqual(offers([], true, true), [['hub', false]]);
    assert.deepEqual(offers([live], true, false), []);
    assert.deepEqual(offers([], false, false), [['hub', false]]);
    assert.deepEqual(offers([live], false, false), [['hub', true]]);
    assert.deepEqual(offers([], false, true), [], 'whoever chose another session keeps it');
    const over = sessionOf('hub', { state: { kind: 'expired', at: noon, renewing: false } });
    assert.deepEqual(offers([over], true, true), [['hub', false]]);
  });

  it('are offered once each: one that is added later as well, after another was', () => {
    const later: FolderBinding = { folder: 'file:///b', request: { kind: 'profile', profile: 'dev' } };
    const bound = [
      { folderName: 'a', binding: hub },
      { folderName: 'b', binding: later },
    ];
    const offered = new Set([hub.folder]);
    assert.deepEqual(
      offersFor(bound, [], { several: true, hasActive: false, offered }).map(({ folder }) => folder),
      [later.folder],
    );
  });

  it('are spoken of by the rules for messages', () => {
    for (const text of [
      folderText.untrusted('shop'),
      folderText.notBound('shop'),
      folderText.unbound('shop'),
      folderText.bound('shop', 'prod-admin'),
      folderText.offerOne('shop', 'prod-admin'),
      folderText.offerSeveral(['prod-admin', 'hub']),
      folderText.tooltipLive('shop', 'prod-admin'),
      folderText.tooltipOver('shop', 'prod-admin'),
      folderText.noFolder(),
      folderText.noneDetail(),
    ]) {
      assertGoodSentence(text);
    }
  });
});
