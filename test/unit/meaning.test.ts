import assert from 'node:assert/strict';
import type { SavedRole } from '../../src/aws/roles/savedRole.ts';
import type { Session } from '../../src/session/types.ts';
import { asNode, meaningOf, profileIn, roleIn, sessionIn } from '../../src/ui/meaning.ts';
import type { KnownSessions } from '../../src/ui/meaning.ts';
import { ownRow } from '../../src/ui/ownRows.ts';
import type { TreeNode } from '../../src/ui/treeModel.ts';
import { liveState, minute, sessionOf } from '../support/sessions.ts';

const live = sessionOf('prod-admin', { state: liveState(47 * minute) });
const typed = sessionOf('typed', {
  request: {
    kind: 'role',
    name: 'typed',
    sourceProfile: 'default',
    roleArn: 'arn:aws:iam::111122223333:role/Typed',
    externalId: undefined,
    sessionName: undefined,
    durationSeconds: undefined,
    mfaSerial: undefined,
    region: undefined,
  },
});

function known(...sessions: readonly Session[]): KnownSessions {
  return { list: () => sessions, get: (id) => sessions.find((one) => one.id === id) };
}

const isProfile = (name: string): boolean => ['prod-admin', 'billing-read', 'default'].includes(name);
const profileRow = (profile: string): TreeNode =>
  ownRow({ kind: 'profile', id: `profiles/${profile}`, profile });
const sessionRow = (sessionId: string): TreeNode =>
  ownRow({ kind: 'session', id: `live/${sessionId}`, sessionId });

const savedRow = ownRow({
  kind: 'role',
  id: 'saved/x',
  role: { ...typed.request, color: undefined } as SavedRole,
  ignored: [],
  origin: { kind: 'saved', index: 0 },
});

describe('what a command was called with', () => {
  it('never takes the one live session for a profile that has none', () => {
    assert.deepEqual(meaningOf(known(live), profileRow('billing-read'), isProfile), {
      kind: 'profile',
      request: { kind: 'profile', profile: 'billing-read' },
    });
    assert.deepEqual(meaningOf(known(live), 'billing-read', isProfile), {
      kind: 'profile',
      request: { kind: 'profile', profile: 'billing-read' },
    });
  });

  it('finds the session of a row, of a profile and of an id', () => {
    for (const argument of [sessionRow(live.id), profileRow('prod-admin'), live.id, 'prod-admin']) {
      const meaning = meaningOf(known(typed, live), argument, isProfile);
      assert.equal(meaning.kind === 'session' && meaning.session, live);
    }
  });

  it('says that a session is gone instead of taking another one', () => {
    assert.deepEqual(meaningOf(known(live), sessionRow('id-ended'), isProfile), { kind: 'gone' });
    assert.deepEqual(meaningOf(known(live), 'id-ended', isProfile), { kind: 'gone' });
  });

  it('leaves the choice to the person when nothing of ours was named', () => {
    for (const argument of [undefined, null, 7, {}, { kind: 'tab' }, { kind: 'group', id: 'live' }]) {
      assert.deepEqual(meaningOf(known(live), argument, isProfile), { kind: 'open' });
    }
  });

  it('takes a role that is to be changed, and nothing that only looks like one', () => {
    assert.equal(roleIn(typed.request), typed.request);
    for (const argument of [
      undefined,
      live.request,
      { kind: 'role' },
      { kind: 'role', roleArn: 7 },
      'role',
    ]) {
      assert.equal(roleIn(argument), undefined);
    }
  });

  it('takes a request for no row, though its kind is called like one', () => {
    assert.equal(asNode(typed.request), undefined);
    assert.equal(sessionIn(known(live), typed.request), undefined);
    assert.notEqual(asNode(profileRow('default')), undefined);
  });

  it('takes nothing for a row that only looks like one', () => {
    for (const row of [profileRow('prod-admin'), sessionRow(live.id), savedRow]) {
      assert.equal(asNode(row), row);
      const forged = { ...row };
      assert.equal(asNode(forged), undefined);
      assert.equal(sessionIn(known(live), forged), undefined);
      assert.equal(profileIn(known(live), forged), undefined);
      assert.deepEqual(meaningOf(known(live), forged, isProfile), { kind: 'open' });
    }
    assert.equal(meaningOf(known(), savedRow, isProfile).kind, 'profile');
  });

  it('knows the profile behind a session, which is the source of a role that was typed in', () => {
    assert.equal(profileIn(known(typed), sessionRow(typed.id)), 'default');
    assert.equal(profileIn(known(live), live.id), 'prod-admin');
    assert.equal(profileIn(known(), profileRow('billing-read')), 'billing-read');
    assert.equal(profileIn(known(), undefined), undefined);
    assert.equal(sessionIn(known(typed), 'default'), undefined, 'a typed role is not its source profile');
  });
});
