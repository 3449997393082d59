import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import type { PlanResult } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { capabilities } from '../../src/ui/ids.ts';
import { indexProfiles } from '../../src/ui/profileIndex.ts';
import { escapeMarkdown } from '../../src/ui/text/markdown.ts';
import { changedRows, ProfileTree } from '../../src/ui/treeModel.ts';
import type { TreeNode } from '../../src/ui/treeModel.ts';
import type { TreeRow, TreeState } from '../../src/ui/treeRows.ts';
import { Seeded } from '../support/seeded.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const keys = 'aws_access_key_id = AKIAEXAMPLE000000000\naws_secret_access_key = EXAMPLEKEY\n';

const config = `
[default]
${keys}region = eu-west-1
[profile prod-admin]
role_arn = arn:aws:iam::111122223333:role/Admin
source_profile = default
mfa_serial = arn:aws:iam::444455556666:mfa/alice
[profile hub]
role_arn = arn:aws:iam::333344445555:role/hub
source_profile = default
[profile spoke-a]
role_arn = arn:aws:iam::444455556666:role/spoke-a
source_profile = hub
[profile old-deploy]
role_arn = arn:aws:iam::111122223333:role/Deploy
source_profile = legacy
[profile loop-a]
role_arn = arn:aws:iam::111122223333:role/A
source_profile = loop-b
[profile loop-b]
role_arn = arn:aws:iam::111122223333:role/B
source_profile = loop-a
[profile under-loop]
role_arn = arn:aws:iam::111122223333:role/C
source_profile = loop-a
[profile region-only]
region = eu-west-1
[profile vscode-eu-west-1]
credential_process = helper
sts_sessions_host = abc
[profile from-managed]
role_arn = arn:aws:iam::111122223333:role/D
source_profile = vscode-eu-west-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[profile Sandbox]
sso_session = corp
sso_account_id = 555566667777
sso_role_name = Developer
[profile tool]
credential_process = /usr/bin/tool --password EXAMPLEKEY
[profile box]
role_arn = arn:aws:iam::111122223333:role/Box
credential_source = EcsContainer
`;

const quiet: TreeState = { sessions: [], activeId: undefined, now: noon, warnMs: 10 * minute };

function treeOf(text: string, credentials?: string): { tree: ProfileTree; planned: string[] } {
  const set = readProfiles({ config: text, credentials });
  const plans = new Map<string, PlanResult>();
  const planned: string[] = [];
  const tree = new ProfileTree(set, (profile) => {
    const known = plans.get(profile);
    if (known) {
      return known;
    }
    planned.push(profile);
    const environment = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
    const result = planFor(set, { kind: 'profile', profile }, environment);
    plans.set(profile, result);
    return result;
  });
  return { tree, planned };
}

/** The whole tree as a person sees it, two blanks a level. */
function drawn(tree: ProfileTree, state: TreeState): string[] {
  const lines: string[] = [];
  const draw = (node: TreeNode, depth: number): void => {
    const row = rowOf(tree, node, state);
    lines.push(
      `${'  '.repeat(depth)}${row.icon ? `(${row.icon.id}) ` : ''}${row.label}${row.description && ` | ${row.description}`}`,
    );
    for (const child of tree.children(node, state)) {
      draw(child, depth + 1);
    }
  };
  for (const root of tree.children(undefined, state)) {
    draw(root, 0);
  }
  return lines;
}

function rowOf(tree: ProfileTree, node: TreeNode, state: TreeState): TreeRow {
  const row = tree.row(node, state);
  assert.ok(row, `${node.id} has no row`);
  return row;
}

function profileRow(tree: ProfileTree, profile: string, state = quiet): TreeRow {
  const node = tree.profileNode(profile);
  assert.ok(node, `${profile} has no node`);
  return rowOf(tree, node, state);
}

function offers(row: TreeRow): string[] {
  return row.contextValue.split(' ').filter((word) => word !== '');
}

describe('tree: where profiles stand', () => {
  it('puts roles below their source, sso profiles below their session, and what is broken at the top', () => {
    const { tree } = treeOf(config);
    const lines = drawn(tree, quiet).map((line) => line.replace(/ \|.*/, ''));
    assert.deepEqual(lines, [
      'Profiles',
      '  (key) default',
      '    (shield) prod-admin',
      '    (shield) hub',
      '      (shield) spoke-a',
      '  (warning) old-deploy',
      '  (warning) loop-a',
      '    (warning) under-loop',
      '  (warning) loop-b',
      '  (circle-outline) region-only',
      '  (warning) from-managed',
      '  (organization) corp',
      '    (organization) Sandbox',
      '  (terminal) tool',
      '  (package) box',
    ]);
  });

  it('says at most three facts', () => {
    const { tree } = treeOf(config);
    const said = (profile: string): string => profileRow(tree, profile).description;
    assert.equal(said('default'), 'IAM user');
    assert.equal(said('tool'), 'process');
    assert.equal(said('prod-admin'), '1111-2222-3333 · Admin · MFA');
    assert.equal(said('spoke-a'), '4444-5555-6666 · through hub · at most 1h');
    assert.equal(said('Sandbox'), '5555-6666-7777 · Developer');
    assert.equal(said('region-only'), 'no credentials');
    assert.match(said('old-deploy'), /legacy/);
    assert.match(said('loop-a'), /loop-b/);
  });

  it('shows each profile once, whatever the sources say', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Seeded(seed);
      const count = 1 + random.below(12);
      const text = Array.from({ length: count }, (_, number) => {
        const source = random.below(count + 1);
        return `[profile p${number}]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = p${source}\n`;
      }).join('');
      const { tree } = treeOf(text);
      const seen = drawn(tree, quiet)
        .map((line) => /p\d+/.exec(line)?.[0] ?? '')
        .filter((name) => name !== '');
      const wanted = Array.from({ length: count }, (_, number) => `p${number}`);
      assert.deepEqual([...seen].sort(), wanted.sort(), `seed ${seed}:\n${text}`);
    }
  });

  it('follows 5,000 sources without running out of stack', () => {
    const text = Array.from(
      { length: 5000 },
      (_, number) =>
        `[profile p${number}]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = p${number + 1}\n`,
    ).join('');
    const index = indexProfiles(readProfiles({ config: text, credentials: undefined }));
    assert.deepEqual(index.roots, [{ kind: 'profile', name: 'p4999' }]);
    assert.deepEqual(index.parentOf('p0'), { kind: 'profile', name: 'p1' });
  });

  it('has ids that come from the path and never collide', () => {
    const { tree } = treeOf(
      `[profile a/b]\n${keys}[profile a]\n${keys}[profile b]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = a\n`,
    );
    assert.equal(tree.profileNode('a/b')?.id, 'profiles/a%2Fb');
    assert.equal(tree.profileNode('b')?.id, 'profiles/a/b');
    assert.equal(tree.profileNode('b'), tree.profileNode('b'), 'the same row is the same object');
  });

  it('plans a profile only when its row is asked for', () => {
    const { tree, planned } = treeOf(config);
    const [group] = tree.children(undefined, quiet);
    const roots = tree.children(group, quiet);
    assert.deepEqual(planned, []);
    const first = roots[0];
    assert.ok(first);
    rowOf(tree, first, quiet);
    assert.deepEqual(planned, ['default']);
  });

  it('has nothing at all to show without profiles, so that the welcome text can stand there', () => {
    const { tree } = treeOf('');
    assert.equal(tree.empty, true);
    assert.deepEqual(tree.children(undefined, quiet), []);
    const managed = treeOf('[profile vscode]\nsts_sessions_host = abc\ncredential_process = x\n').tree;
    assert.equal(managed.empty, true);
  });

  it('unfolds a short list and leaves a long one to the person', () => {
    assert.equal(profileRow(treeOf(config).tree, 'default').collapsible, 'expanded');
    const many = Array.from({ length: 60 }, (_, number) => `[profile p${number}]\n${keys}`).join('');
    assert.equal(profileRow(treeOf(config + many).tree, 'default').collapsible, 'collapsed');
  });
});

describe('tree: problems', () => {
  it('shows a broken line on its profile, and the profile can still be started', () => {
    const { tree } = treeOf(`[profile a]\n${keys}this line is broken\n[profile b]\n${keys}`);
    const row = profileRow(tree, 'a');
    assert.equal(row.icon?.id, 'warning');
    assert.ok(offers(row).includes('start'), row.contextValue);
    assert.equal(profileRow(tree, 'b').icon?.id, 'key');
  });

  it('shows a line that belongs to no profile below its file', () => {
    const { tree } = treeOf(`stray = line\n[profile a]\n${keys}`);
    const file = tree.children(undefined, quiet).find((node) => node.kind === 'file');
    assert.ok(file, 'the file has no row');
    const row = rowOf(tree, file, quiet);
    assert.equal(row.label, 'config file');
    assert.notEqual(row.description, '');
    assert.match(plain(tree.tooltip(file, quiet)), /^⚠ .*\(config file, line 1\)$/);
  });

  it('leads from a file to the line of its first problem', () => {
    const { tree } = treeOf(`[profile a]\n${keys}[profile b\nregion = x\n`);
    const file = tree.children(undefined, quiet).find((node) => node.kind === 'file');
    assert.equal(file?.line, 4);
  });

  it('tells a few problems of a file in its tooltip, and all of them below it', () => {
    const { tree } = treeOf('[unknown kind]\n[another one]\n');
    const file = tree.children(undefined, quiet).find((node) => node.kind === 'file');
    assert.ok(file);
    const below = tree.children(file, quiet);
    assert.equal(below.length, 2);
    assert.equal(plain(tree.tooltip(file, quiet)).split('\n\n').length, 2);
    for (const node of below) {
      assert.match(plain(tree.tooltip(node, quiet)), /^⚠ /);
    }
  });

  it('offers no start for a profile that has no plan', () => {
    const row = profileRow(treeOf(config).tree, 'old-deploy');
    assert.deepEqual(offers(row), ['arn', 'name', 'source', 'plan', 'guard']);
  });
});

describe('tree: sessions', () => {
  const live = sessionOf('prod-admin', { state: liveState(47 * minute) });
  const withLive = (state: Partial<TreeState> = {}): TreeState => ({ ...quiet, sessions: [live], ...state });

  it('stand above the profiles, and their profile shows the same', () => {
    const { tree } = treeOf(config);
    const lines = drawn(tree, withLive()).slice(0, 5);
    assert.deepEqual(lines, [
      'Live',
      '  (pass-filled) prod-admin | 47m · 1111-2222-3333 · eu-west-1',
      'Profiles',
      '  (key) default | IAM user',
      '    (pass-filled) prod-admin | 47m · 1111-2222-3333 · eu-west-1',
    ]);
  });

  const states: readonly (readonly [string, TreeRow['description'], string, Partial<typeof live>])[] = [
    ['starting', 'starting', 'loading~spin', { state: { kind: 'starting' } }],
    ['renewing', 'renewing · 1111-2222-3333', 'loading~spin', { state: liveState(5 * minute, true) }],
    ['ending', '8m · renews itself · 1111-2222-3333', 'clock', { state: liveState(8 * minute) }],
    [
      'ending, with MFA',
      '8m · MFA · 1111-2222-3333',
      'clock',
      { state: liveState(8 * minute), needsPerson: true },
    ],
    ['without an end', 'live · 1111-2222-3333 · eu-west-1', 'pass-filled', { state: liveState(undefined) }],
    [
      'failed',
      'could not start',
      'error',
      { state: { kind: 'failed', fault: { kind: 'rootCannotAssume' } } },
    ],
  ];
  for (const [title, description, icon, change] of states) {
    it(`${title}: ${description}`, () => {
      const { tree } = treeOf(config);
      const row = rowOf(tree, tree.sessionNode(live.id), withLive({ sessions: [{ ...live, ...change }] }));
      assert.equal(row.description, description);
      assert.equal(row.icon?.id, icon);
    });
  }

  it('says that it expired, also when nobody has told the session yet', () => {
    const { tree } = treeOf(config);
    const state = withLive({ now: noon + 48 * minute });
    const row = rowOf(tree, tree.sessionNode(live.id), state);
    assert.match(row.description, /^expired .*\d\d:\d\d · 1111-2222-3333$/);
    assert.equal(row.icon?.id, 'circle-slash');
    assert.deepEqual(offers(row).includes('start'), true);
  });

  it('marks the active one when there are several', () => {
    const { tree } = treeOf(config);
    const other = sessionOf('hub', { state: liveState(30 * minute) });
    const state = withLive({ sessions: [live, other], activeId: live.id });
    const row = rowOf(tree, tree.sessionNode(live.id), state);
    assert.equal(row.description, '47m · active · 1111-2222-3333');
    assert.equal(offers(row).includes('use'), false);
    assert.equal(offers(rowOf(tree, tree.sessionNode(other.id), state)).includes('use'), true);
  });

  it('says itself in words', () => {
    const { tree } = treeOf(config);
    const row = rowOf(tree, tree.sessionNode(live.id), withLive());
    assert.equal(row.accessibilityLabel, 'prod-admin, live, 47 minutes left, 1111-2222-3333, eu-west-1');
  });

  it('offers what menus know', () => {
    const { tree } = treeOf(config);
    const known: readonly string[] = capabilities;
    for (const change of [...states.map(([, , , one]) => one), {}]) {
      const row = rowOf(tree, tree.sessionNode(live.id), withLive({ sessions: [{ ...live, ...change }] }));
      assert.deepEqual(
        offers(row).filter((word) => !known.includes(word)),
        [],
      );
    }
  });

  describe('refresh', () => {
    const { tree } = treeOf(config);
    const hub = sessionOf('hub', { state: liveState(30 * minute + 30_000) });
    const rows = (state: TreeState): ReadonlyMap<TreeNode, string> => tree.sessionRows(state);
    const ids = (changed: ReturnType<typeof changedRows>): string[] | 'all' =>
      changed === 'all' ? 'all' : changed.map((node) => node.id).sort();

    it('everything when the first session comes and when the last one goes', () => {
      assert.equal(changedRows(rows(quiet), rows(withLive())), 'all');
      assert.equal(changedRows(rows(withLive()), rows(quiet)), 'all');
    });
    it('nothing when nothing reads differently', () => {
      assert.deepEqual(changedRows(rows(withLive()), rows(withLive({ now: noon }))), []);
    });
    it('only the rows whose time changed', () => {
      const both = withLive({ sessions: [live, hub] });
      const later = { ...both, now: noon + 31_000 };
      assert.deepEqual(ids(changedRows(rows(both), rows(later))), [
        `live/${hub.id}`,
        `live/${live.id}`,
        'profiles/default/hub',
        'profiles/default/prod-admin',
      ]);
      const sooner = { ...both, now: noon + 1 };
      assert.deepEqual(ids(changedRows(rows(both), rows(sooner))), [
        `live/${live.id}`,
        'profiles/default/prod-admin',
      ]);
    });
    it('the group and the profile when one of several goes', () => {
      const both = withLive({ sessions: [live, hub] });
      assert.deepEqual(ids(changedRows(rows(both), rows(withLive()))), ['live', 'profiles/default/hub']);
    });
  });
});

describe('tree: tooltips', () => {
  it('tell the plan hop by hop, then the place', () => {
    const { tree } = treeOf(config);
    const node = tree.profileNode('spoke-a');
    assert.ok(node);
    const lines = plain(tree.tooltip(node, quiet))
      .split('\n')
      .filter((line) => line !== '');
    assert.deepEqual(lines, [
      '**spoke-a** · role',
      '1. default: access key in the file (config file, line 3)',
      '2. hub: assume role arn:aws:iam::333344445555:role/hub (config file, line 11)',
      '3. spoke-a: assume role arn:aws:iam::444455556666:role/spoke-a, at most 1h (config file, line 14)',
      'config file, line 13',
    ]);
  });

  it('mark the hop that breaks', () => {
    const { tree } = treeOf(config);
    const node = tree.profileNode('old-deploy');
    assert.ok(node);
    const tooltip = plain(tree.tooltip(node, quiet));
    const hops = tooltip.split('\n').filter((line) => /^\d\. /.test(line));
    assert.deepEqual(hops, [
      '1. ⚠ **legacy**',
      '2. ⚠ **old-deploy: assume role arn:aws:iam::111122223333:role/Deploy (config file, line 16)**',
    ]);
    assert.match(tooltip, /^⚠ .*legacy.*\(config file, line 18\)$/m);
  });

  it('never show the command of a process: it may hold a password', () => {
    const { tree } = treeOf(config);
    const node = tree.profileNode('tool');
    assert.ok(node);
    assert.doesNotMatch(plain(tree.tooltip(node, quiet)), /password|EXAMPLEKEY/);
  });

  it('show what the user wrote letter for letter', () => {
    const text = '*[x](command:bad)*$(key)<b>https://x.example `a` _b_ \\ ~c~ | d';
    const escaped = escapeMarkdown(text);
    assert.doesNotMatch(escaped, /(?<!\\)[*[\]()<>`_~|]|\$|:\/\//);
    assert.equal(plain(escaped), text);
  });
});

/** Markdown as it reads once its escapes are gone. */
function plain(markdown: string | undefined): string {
  return (markdown ?? '').replace(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&#36;', '$');
}
