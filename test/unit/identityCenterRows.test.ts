import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { SignIn } from '../../src/aws/sources/identityCenterApi.ts';
import type { Listing } from '../../src/session/directory.ts';
import type { SignInState } from '../../src/session/tokenShelf.ts';
import type { Session } from '../../src/session/types.ts';
import { meaningOf } from '../../src/ui/meaning.ts';
import { signInSetting, signInWay } from '../../src/ui/settingValues.ts';
import { requestOfRole } from '../../src/ui/signInRows.ts';
import { ProfileTree } from '../../src/ui/treeModel.ts';
import type { TreeNode } from '../../src/ui/treeModel.ts';
import type { TreeState } from '../../src/ui/treeRows.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const config = `
[profile dev]
sso_session = corp
sso_account_id = 555566667777
sso_role_name = Developer
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
`;

const accounts = [
  { id: '555566667777', name: 'Sandbox', email: 'sandbox@corp.example', roles: ['Admin', 'Developer'] },
  { id: '666677778888', name: 'Shop', email: '', roles: undefined },
];
const nothing: Listing = { accounts: undefined, loading: false, fault: undefined, roleFaults: new Map() };
const signedIn: SignInState = { kind: 'in', until: noon + 40 * minute };

function stateOf(
  state: SignInState,
  listing: Partial<Listing> = {},
  sessions: readonly Session[] = [],
): TreeState {
  const look = { state, listing: { ...nothing, ...listing } };
  return {
    sessions,
    activeId: undefined,
    now: noon,
    warnMs: 10 * minute,
    signIn: (name) => (name === 'corp' ? look : undefined),
  };
}

function makeTree(text = config): ProfileTree {
  const set = readProfiles({ config: text, credentials: undefined });
  const environment = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
  return new ProfileTree(set, (profile) => planFor(set, { kind: 'profile', profile }, environment));
}

/** The rows from the sso-session down, two blanks a level, with what each offers. */
function drawn(tree: ProfileTree, state: TreeState): string[] {
  const lines: string[] = [];
  const draw = (node: TreeNode, depth: number): void => {
    const row = tree.row(node, state);
    lines.push(
      `${'  '.repeat(depth)}${row?.label ?? ''} | ${row?.description ?? ''} [${row?.contextValue ?? ''}]`,
    );
    for (const child of tree.children(node, state)) {
      draw(child, depth + 1);
    }
  };
  const corp = tree.ssoSessionNode('corp');
  assert.ok(corp);
  draw(corp, 0);
  return lines;
}

function roleRow(tree: ProfileTree, state: TreeState, name: string): Extract<TreeNode, { kind: 'ssoRole' }> {
  const corp = tree.ssoSessionNode('corp');
  const account = tree.children(corp, state).find((node) => node.kind === 'account');
  const role = tree
    .children(account, state)
    .find((node) => node.kind === 'ssoRole' && node.roleName === name);
  assert.ok(role?.kind === 'ssoRole');
  return role;
}

describe('the rows of a sign-in', () => {
  const dev = '  dev | 5555-6666-7777 · Developer [start find name source plan guard]';

  it('say that nobody is signed in, and offer it', () => {
    const tree = makeTree();
    assert.deepEqual(drawn(tree, stateOf({ kind: 'unknown' })), [
      'corp | Identity Center [signIn source]',
      dev,
    ]);
    assert.deepEqual(drawn(tree, stateOf({ kind: 'out' }, { accounts })), [
      'corp | Identity Center · not signed in [signIn source]',
      dev,
    ]);
  });

  it('say until when, and hold the accounts with their roles below the profiles', () => {
    const time = new Date(noon + 40 * minute);
    const clock = `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
    assert.deepEqual(drawn(makeTree(), stateOf(signedIn, { accounts })), [
      `corp | Identity Center · sign-in until ${clock} [list signOut source]`,
      dev,
      '  Sandbox | 5555-6666-7777 · 2 roles []',
      '    Admin |  [start terminal save plan guard]',
      '    Developer |  [start terminal save plan guard]',
      '  Shop | 6666-7777-8888 []',
      '    Listing… |  []',
    ]);
    assert.match(drawn(makeTree(), stateOf({ kind: 'refreshable' }))[0] ?? '', /· signed in \[list signOut/);
  });

  it('show the session of a role in its row, and refresh that row with it', () => {
    const tree = makeTree();
    const before = stateOf(signedIn, { accounts });
    drawn(tree, before);
    const node = roleRow(tree, before, 'Admin');
    const session = sessionOf('Sandbox/Admin', {
      request: requestOfRole(node),
      state: liveState(47 * minute),
    });
    const after = stateOf(signedIn, { accounts }, [session]);
    const row = tree.row(node, after);
    assert.equal(row?.label, 'Admin');
    assert.match(row?.description ?? '', /^47m/);
    assert.match(row?.contextValue ?? '', /\bend\b.*\bsave\b/);
    assert.ok([...tree.sessionRows(after).keys()].includes(node));
  });

  it('say what is being listed, what is not there, and what went wrong', () => {
    const row = (state: TreeState): string => drawn(makeTree(), state)[2] ?? '';
    assert.match(row(stateOf(signedIn, { loading: true })), /^ {2}Listing…/);
    assert.match(row(stateOf(signedIn, { accounts: [] })), /^ {2}This sign-in gives no accounts/);
    const fault = { kind: 'throttled', host: 'portal.example' } as const;
    assert.match(row(stateOf(signedIn, { fault })), /^ {2}AWS is getting too many calls/);
    const roleFaults = new Map([['666677778888', fault]]);
    const lines = drawn(makeTree(), stateOf(signedIn, { accounts, roleFaults }));
    assert.match(lines.at(-1) ?? '', /^ {4}AWS is getting too many calls/);
    assertGoodSentence('This sign-in gives no accounts');
  });

  it('offer nothing for an sso-session that says too little', () => {
    const tree = makeTree('[sso-session corp]\nsso_region = eu-west-1\n');
    const bare: TreeState = { ...stateOf(signedIn), signIn: () => undefined };
    assert.deepEqual(drawn(tree, bare), ['corp | Identity Center [source]']);
  });

  it('name account, number and mail in the tooltip, as text and not as Markdown', () => {
    const tree = makeTree();
    const state = stateOf(signedIn, {
      accounts: [{ id: '555566667777', name: '[x](command:y)', email: 'a@corp.example', roles: [] }],
    });
    const corp = tree.ssoSessionNode('corp');
    const account = tree.children(corp, state).find((node) => node.kind === 'account');
    assert.ok(account);
    const tooltip = tree.tooltip(account, state) ?? '';
    assert.match(tooltip, /5555-6666-7777/);
    assert.doesNotMatch(tooltip, /\]\(command:y\)/);
  });

  it('mean their role to a command, and its session once there is one', () => {
    const tree = makeTree();
    const state = stateOf(signedIn, { accounts });
    const node = roleRow(tree, state, 'Admin');
    const request = {
      kind: 'identityCenterRole',
      name: 'Sandbox/Admin',
      ssoSession: 'corp',
      accountId: '555566667777',
      roleName: 'Admin',
    } as const;
    assert.deepEqual(requestOfRole(node), request);
    const none = { list: () => [], get: () => undefined };
    assert.deepEqual(
      meaningOf(none, node, () => false),
      { kind: 'profile', request },
    );
    const session = sessionOf('Sandbox/Admin', { request, state: liveState(47 * minute) });
    const one = { list: () => [session], get: () => session };
    assert.deepEqual(
      meaningOf(one, node, () => false),
      { kind: 'session', session },
    );
  });
});

describe('how one signs in', () => {
  const modern: Pick<SignIn, 'session'> = { session: 'corp' };

  it('is by browser on a desktop, and by code where VS Code runs in a browser', () => {
    assert.equal(signInWay('auto', { web: false }, modern), 'browser');
    assert.equal(signInWay('auto', { web: true }, modern), 'deviceCode');
  });

  it('is what the person set, except without an sso-session', () => {
    assert.equal(signInWay('deviceCode', { web: false }, modern), 'deviceCode');
    assert.equal(signInWay('browser', { web: true }, modern), 'browser');
    assert.equal(signInWay('browser', { web: false }, { session: undefined }), 'deviceCode');
    assert.equal(signInSetting('always'), 'auto');
  });
});
