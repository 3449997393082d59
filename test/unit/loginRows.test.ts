import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { SignInState } from '../../src/session/tokenShelf.ts';
import type { Session } from '../../src/session/types.ts';
import { comesBack } from '../../src/ui/settingValues.ts';
import { consoleText } from '../../src/ui/text/console.ts';
import { identityForReading } from '../../src/ui/text/identity.ts';
import { ProfileTree } from '../../src/ui/treeModel.ts';
import type { TreeRow } from '../../src/ui/treeRows.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const arn = 'arn:aws:iam::111122223333:user/alice';
const config = `
[profile dev]
login_session = ${arn}
region = eu-west-1
[profile admin]
role_arn = arn:aws:iam::444455556666:role/admin
source_profile = dev
`;

function rowOf(profile: string, login: SignInState, sessions: readonly Session[] = []): TreeRow {
  const set = readProfiles({ config, credentials: undefined });
  const environment = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
  const tree = new ProfileTree(set, (name) => planFor(set, { kind: 'profile', profile: name }, environment));
  const state = {
    sessions,
    activeId: undefined,
    now: noon,
    warnMs: 10 * minute,
    login: (asked: string) => (asked === arn ? login : ({ kind: 'unknown' } as const)),
  };
  const node = tree.profileNode(profile);
  const row = node && tree.row(node, state);
  assert.ok(row);
  return row;
}

const signedIn: SignInState = { kind: 'in', until: noon + 10 * minute };

describe('the row of a console sign-in', () => {
  it('says who it is for and that nobody is signed in, and offers to sign in', () => {
    const row = rowOf('dev', { kind: 'out' });
    assert.equal(row.description, 'console sign-in · 1111-2222-3333 · not signed in');
    assert.equal(row.contextValue, 'start signIn find name source plan guard');
    assert.equal(row.accessibilityLabel, 'dev, console sign-in, 1111-2222-3333, not signed in');
  });

  it('offers to sign out while somebody is signed in, and says nothing of a quarter of an hour', () => {
    for (const state of [signedIn, { kind: 'refreshable' } as const]) {
      const row = rowOf('dev', state);
      assert.equal(row.description, 'console sign-in · 1111-2222-3333');
      assert.equal(row.contextValue, 'start signOut find name source plan guard');
    }
  });

  it('says nothing before anybody has looked', () => {
    assert.equal(rowOf('dev', { kind: 'unknown' }).description, 'console sign-in · 1111-2222-3333');
  });

  it('offers it while its session is live, too', () => {
    const session = sessionOf('dev', { state: liveState(12 * minute) });
    assert.match(rowOf('dev', signedIn, [session]).contextValue, /\bend\b.*\bsignOut\b/);
    assert.match(rowOf('dev', { kind: 'out' }, [session]).contextValue, /\bsignIn\b/);
  });

  it('is not that of a role that is assumed from it', () => {
    assert.doesNotMatch(rowOf('admin', { kind: 'out' }).contextValue, /sign/);
    assert.doesNotMatch(rowOf('admin', { kind: 'out' }).description, /sign/);
  });
});

describe('what is said around console sign-ins', () => {
  it('is a sentence each', () => {
    for (const text of [
      consoleText.signingIn('dev'),
      consoleText.signedIn(arn),
      consoleText.signedOut('dev'),
      consoleText.notSignedOut('dev'),
      consoleText.taken('role'),
    ]) {
      assertGoodSentence(text);
    }
  });

  it('names people as people do', () => {
    assert.equal(identityForReading(arn), 'alice in 1111-2222-3333');
    assert.equal(identityForReading('arn:aws:iam::111122223333:user/team/alice'), 'alice in 1111-2222-3333');
    assert.equal(identityForReading('arn:aws-cn:iam::111122223333:root'), 'root in 1111-2222-3333');
    assert.equal(
      identityForReading('arn:aws:sts::111122223333:assumed-role/Admin/ann@acme.example'),
      'Admin/ann@acme.example in 1111-2222-3333',
    );
    assert.equal(identityForReading('somebody'), 'somebody');
  });

  it('is asked in the browser where that can come back, or where the person says so', () => {
    assert.equal(comesBack('auto', { web: false }), true);
    assert.equal(comesBack('auto', { web: true }), false);
    assert.equal(comesBack('browser', { web: true }), true);
    assert.equal(comesBack('deviceCode', { web: false }), false);
  });
});
