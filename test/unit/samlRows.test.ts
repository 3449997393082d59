import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import type { AssertionWay, SamlRole, SessionRequest } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { SamlAssertion } from '../../src/aws/saml/assertion.ts';
import type { Session } from '../../src/session/types.ts';
import { describePlan } from '../../src/session/view.ts';
import type { WayMissed } from '../../src/signIn/samlSignIn.ts';
import { meaningOf } from '../../src/ui/meaning.ts';
import { requestKey, switcherRows } from '../../src/ui/switcherModel.ts';
import {
  missedSentence,
  pasteTrouble,
  rolesByAccount,
  samlText,
  signedInAs,
  wayLook,
} from '../../src/ui/text/saml.ts';
import { changedRows, ProfileTree } from '../../src/ui/treeModel.ts';
import type { TreeNode } from '../../src/ui/treeModel.ts';
import type { TreeState } from '../../src/ui/treeRows.ts';
import { bareEnvironment } from '../support/plans.ts';
import { samlProviderArn, samlRoleArn } from '../support/saml.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const sandbox = '111122223333';
const shop = '999988887777';
const roleIn = (name: string, account: string): SamlRole => ({
  roleArn: samlRoleArn(name, account),
  providerArn: samlProviderArn(account),
});
const offered = [roleIn('Admin', sandbox), roleIn('Admin', shop), roleIn('team/Deploy', sandbox)];
const set = readProfiles({
  config: `
[profile corp]
saml_login_url = https://idp.example/app/aws
[profile fixed]
saml_login_url = https://idp.example/app/aws
role_arn = ${samlRoleArn('Admin', shop)}
saml_provider_arn = ${samlProviderArn(shop)}
[profile script]
saml_process = get --password EXAMPLEPASSWORD
[profile broken]
saml_login_url = x
`,
  credentials: undefined,
});
const nameOf = (account: string): string | undefined => (account === sandbox ? 'Sandbox' : undefined);
const request: SessionRequest = {
  kind: 'samlRole',
  name: 'Sandbox/Deploy',
  profile: 'corp',
  ...roleIn('team/Deploy', sandbox),
};

function makeTree(): ProfileTree {
  return new ProfileTree(set, (profile) => planFor(set, { kind: 'profile', profile }, bareEnvironment));
}

function stateOf(sessions: readonly Session[] = [], roles: readonly SamlRole[] = offered): TreeState {
  return {
    sessions,
    activeId: undefined,
    now: noon,
    warnMs: 10 * minute,
    samlRoles: ({ source }) => (source.loginUrl === undefined ? [] : roles),
    accountName: nameOf,
  };
}

/** The rows below the profiles, two blanks a level, with what each offers. */
function drawn(tree: ProfileTree, state: TreeState): string[] {
  const lines: string[] = [];
  const draw = (node: TreeNode, depth: number): void => {
    const row = tree.row(node, state);
    lines.push(`${'  '.repeat(depth)}${row?.label} | ${row?.description} | ${row?.contextValue}`);
    tree.children(node, state).forEach((child) => draw(child, depth + 1));
  };
  const group = tree
    .children(undefined, state)
    .find((node) => node.kind === 'group' && node.id === 'profiles');
  assert.ok(group);
  tree.children(group, state).forEach((node) => draw(node, 0));
  return lines;
}

function nodeOf(tree: ProfileTree, state: TreeState, index: number): TreeNode {
  const profile = tree.profileNode('corp');
  const node = profile && tree.children(profile, state)[index];
  assert.ok(node);
  return node;
}

describe('rows of SAML profiles', () => {
  it('have the roles of the last sign-in below them, by account, unless the profile names its own', () => {
    assert.deepEqual(drawn(makeTree(), stateOf()), [
      'corp | SAML | start readOnly name source plan guard',
      '  Admin | Sandbox · 1111-2222-3333 | start readOnly terminal save arn source guard',
      '  Deploy | Sandbox · 1111-2222-3333 | start readOnly terminal save arn source guard',
      '  Admin | 9999-8888-7777 | start readOnly terminal save arn source guard',
      'fixed | SAML · 9999-8888-7777 · Admin | start readOnly arn find name source plan guard',
      'script | SAML | start readOnly name source plan guard',
      'broken | saml_login_url must be an https URL without blanks | name source plan guard',
    ]);
    assert.equal(drawn(makeTree(), stateOf([], [])).length, 4, 'before the first sign-in');
  });

  it('show the session of a role, and are drawn anew when it changes', () => {
    const tree = makeTree();
    const session = sessionOf('Sandbox/Deploy', { request, state: liveState(47 * minute) });
    const before = tree.sessionRows(stateOf());
    const state = stateOf([session]);
    const node = nodeOf(tree, state, 1);
    const row = tree.row(node, state);
    assert.deepEqual([row?.label, row?.icon?.id], ['Deploy', 'pass-filled']);
    assert.match(row?.contextValue ?? '', /\bend\b.*\bsave\b/);
    assert.equal(changedRows(before, tree.sessionRows(state)), 'all');
    const later = { ...state, now: noon + 30 * minute };
    const changed = changedRows(tree.sessionRows(state), tree.sessionRows(later));
    assert.ok(changed !== 'all' && changed.includes(node));
  });

  it('stand for the request that starts them', () => {
    const state = stateOf();
    const node = nodeOf(makeTree(), state, 1);
    const none = { get: () => undefined, list: () => [] };
    assert.deepEqual(
      meaningOf(none, node, () => true),
      { kind: 'profile', request },
    );
  });

  it('say in the tooltip where the assertion comes from, and never the command', () => {
    const tree = makeTree();
    const tooltip = (name: string): string => {
      const node = tree.profileNode(name);
      assert.ok(node);
      return (tree.tooltip(node, stateOf()) ?? '').replaceAll('\\', '');
    };
    assert.match(tooltip('corp'), /SAML sign-in at idp/);
    assert.match(tooltip('fixed'), /role arn:aws:iam::999988887777/);
    assert.match(tooltip('script'), /SAML from a command/);
    assert.doesNotMatch(tooltip('script'), /EXAMPLEPASSWORD/);
  });

  it('do not say that they renew themselves', () => {
    const tree = makeTree();
    const row = (signsInAnew: boolean): string => {
      const session = sessionOf('Sandbox/Deploy', { request, signsInAnew, state: liveState(5 * minute) });
      const state = stateOf([session]);
      return tree.row(nodeOf(tree, state, 1), state)?.description ?? '';
    };
    assert.match(row(true), / · sign-in · /);
    assert.doesNotMatch(row(true), /renews itself/);
    assert.match(row(false), /renews itself/, 'with a command');
    const asked: SessionRequest = { kind: 'profile', profile: 'fixed' };
    const planned = planFor(set, asked, bareEnvironment);
    assert.ok(planned.ok && describePlan('id', asked, planned.plan).signsInAnew === true);
  });

  it('come back in the switcher as what was started', () => {
    const rows = switcherRows({
      set,
      sessions: [],
      activeId: undefined,
      recent: [request],
      now: noon,
      warnMs: minute,
      aliasOf: nameOf,
    });
    const row = rows.find((each) => each.kind === 'item' && each.key === requestKey(request));
    assert.ok(row?.kind === 'item');
    assert.deepEqual(
      [row.label, row.description, row.detail],
      [
        '$(globe) Sandbox/Deploy',
        '1111-2222-3333 · Sandbox · Deploy',
        `corp → ${samlRoleArn('team/Deploy')}`,
      ],
    );
    assert.equal(requestKey({ ...request, name: 'other' }), requestKey(request), 'whatever it is called');
    assert.notEqual(requestKey({ ...request, readOnly: true }), requestKey(request));
  });
});

describe('what is said around a SAML sign-in', () => {
  it('why a way was missed', () => {
    const missed: readonly WayMissed[] = [
      { kind: 'closed' },
      { kind: 'tooLate' },
      ...(
        [
          'noBrowser',
          'noScreen',
          'browserFailed',
          'browserForbidden',
          'portTaken',
          'portBusy',
          'notReachable',
          'notOpened',
        ] as const
      ).map((why) => ({ kind: 'unavailable', why }) as const),
    ];
    const sentences = missed.map(missedSentence);
    sentences.forEach(assertGoodSentence);
    assert.equal(new Set(sentences).size, missed.length);
  });

  it('what each way is', () => {
    const ways: readonly AssertionWay[] = ['browser', 'listener', 'process', 'paste'];
    const looks = ways.map((way) => wayLook(way, 'http://127.0.0.1:17235/saml'));
    assert.equal(new Set(looks.map(({ label }) => label)).size, ways.length);
    looks.forEach(({ detail }) => assertGoodSentence(detail));
    assert.match(looks[1]?.detail ?? '', /http:\/\/127\.0\.0\.1:17235\/saml/);
  });

  it('why the clipboard holds nothing to sign in with', () => {
    assert.equal(pasteTrouble('corp', 'nothing', ''), 'There is no SAML response on the clipboard');
    for (const what of ['base64', 'doctype', 'notResponse'] as const) {
      assertGoodSentence(pasteTrouble('corp', what, ''));
    }
  });

  it('how long there is to choose, in steps that a screen reader can bear', () => {
    assert.equal(samlText.pick('corp', 4 * minute + 59_000), 'corp: choose a role within 5m');
    assert.equal(samlText.pick('corp', 41_000), 'corp: choose a role within 50s');
    assert.equal(samlText.pick('corp', 49_999), 'corp: choose a role within 50s');
    assert.equal(samlText.pick('corp', 100), 'corp: choose a role within 10s');
  });

  it('the accounts, by name or number, with their roles as the provider orders them', () => {
    const many = ['Z', 'A'].flatMap((name) =>
      Array.from({ length: 60 }, (_, index) => roleIn(name, String(999900000000 - index))),
    );
    const names = (account: string): string | undefined =>
      account === '999900000000' ? 'alpha' : account === '999899999999' ? 'Beta' : undefined;
    const groups = rolesByAccount(many, names);
    assert.equal(groups.length, 60);
    assert.deepEqual(
      groups.slice(0, 2).map(({ accountId }) => names(accountId)),
      ['alpha', 'Beta'],
    );
    const [first, second] = groups.slice(2);
    assert.deepEqual([first?.accountId, second?.accountId], ['999899999941', '999899999942']);
    assert.deepEqual(
      first?.roles.map(({ roleArn }) => roleArn.at(-1)),
      ['Z', 'A'],
    );
  });

  it('whose assertion it is', () => {
    const nobody: SamlAssertion = {
      encrypted: false,
      roles: [],
      sessionName: undefined,
      sourceIdentity: undefined,
      subject: undefined,
      issuer: undefined,
      consoleSeconds: undefined,
      issuedAt: undefined,
      notOnOrAfter: undefined,
      sessionEndsAt: undefined,
      recipient: undefined,
      audience: undefined,
    };
    const issuer = 'https://idp.example';
    assert.equal(signedInAs(nobody), 'Signed in');
    assert.equal(signedInAs({ ...nobody, issuer }), 'Signed in at https://idp.example');
    assert.equal(signedInAs({ ...nobody, subject: 'a' }), 'Signed in as a');
    assert.equal(
      signedInAs({ ...nobody, subject: 'a', sessionName: 'b', issuer }),
      'Signed in as b at https://idp.example',
    );
  });
});
