import assert from 'node:assert/strict';
import { readProfiles } from '../../src/aws/profiles.ts';
import { planFor } from '../../src/aws/plan.ts';
import type { FoundRole } from '../../src/aws/roles/assumable.ts';
import {
  consentText,
  entryOf,
  readable,
  readSavedRoles,
  readSuggestedRoles,
  requestOf,
  roleOfRequest,
} from '../../src/aws/roles/savedRole.ts';
import { extraProperties, extrasOf } from '../../src/aws/roles/roleExtras.ts';
import type { RoleEntry } from '../../src/aws/roles/savedRole.ts';
import { FoundRoles } from '../../src/session/foundRoles.ts';
import type { Search } from '../../src/session/roleFinder.ts';
import { meaningOf } from '../../src/ui/meaning.ts';
import type { RoleLists, SuggestedEntry } from '../../src/ui/roleRows.ts';
import {
  entryProblemSentence,
  findText,
  foundFacts,
  missingSentence,
  savedFacts,
  suggestedFacts,
  suggestedText,
} from '../../src/ui/text/roleLists.ts';
import { clockTime } from '../../src/ui/text/time.ts';
import { ProfileTree } from '../../src/ui/treeModel.ts';
import type { TreeNode } from '../../src/ui/treeModel.ts';
import type { TreeState } from '../../src/ui/treeRows.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const roleArn = 'arn:aws:iam::444455556666:role/admin';
const aliceConfig =
  '[profile alice]\naws_access_key_id = AKIAEXAMPLE000000000\naws_secret_access_key = EXAMPLEKEY\nregion = eu-west-1\n';
const nothingElse = {
  externalId: undefined,
  mfaSerial: undefined,
  durationSeconds: undefined,
  region: undefined,
  color: undefined,
};
const good = { name: 'prod', roleArn, sourceProfile: 'alice' };

function only(entries: readonly RoleEntry[]): RoleEntry {
  const [entry] = entries;
  assert.ok(entry);
  return entry;
}

describe('saved roles: what the settings may hold', () => {
  it('is read whole', () => {
    const full = {
      ...good,
      externalId: 'acme-4711',
      mfaSerial: 'arn:aws:iam::111122223333:mfa/alice',
      durationSeconds: 7200,
      region: 'eu-west-1',
      color: 'red',
    };
    const entry = only(readSavedRoles([full]));
    assert.deepEqual(entry.problems, []);
    assert.ok(entry.role);
    assert.deepEqual(entryOf(entry.role), full);
  });

  it('is all that a role was assumed with, in the settings and as a profile', () => {
    const request = {
      ...requestOf({ ...good, ...nothingElse }, 'alice'),
      sessionName: 'me',
      sourceIdentity: 'alice',
      tags: [
        { key: 'team', value: 'blue' },
        { key: '__proto__', value: 'x' },
      ],
      transitiveTagKeys: ['team'],
      policies: {
        inline: '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
        arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      },
    };
    for (const one of [
      request,
      { ...requestOf({ ...good, ...nothingElse }, 'alice'), readOnly: true as const },
    ]) {
      const json: unknown = JSON.parse(JSON.stringify(entryOf(roleOfRequest(one))));
      const entry = only(readSavedRoles([json]));
      assert.deepEqual(entry.problems, []);
      assert.deepEqual(entry.ignored, []);
      assert.ok(entry.role);
      assert.deepEqual(requestOf(entry.role, 'alice'), one);
      const lines = [`role_arn = ${roleArn}`, 'source_profile = alice', 'region = eu-west-1'];
      const own = extraProperties(entry.role).map(([key, value]) => `${key} = ${value}`);
      const files = readProfiles({
        config: `${aliceConfig}[profile own]\n${[...lines, ...own].join('\n')}\n`,
        credentials: undefined,
      });
      const environment = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
      const [typed, written] = [one, { kind: 'profile' as const, profile: 'own' }].map((each) =>
        planFor(files, each, environment),
      );
      assert.ok(typed?.ok && written?.ok);
      const bare = (plan: typeof typed.plan): unknown => {
        const step = plan.steps.at(-1);
        return step && { ...step, profile: undefined, place: undefined };
      };
      if ('readOnly' in one) {
        const step = written.plan.steps.at(-1);
        assert.ok(step && 'policies' in step);
        assert.deepEqual(step.policies, { arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] });
      } else {
        assert.deepEqual(bare(written.plan), bare(typed.plan));
      }
    }
  });

  const wrong: readonly [over: unknown, sentence: string][] = [
    [{ ...good, name: undefined }, 'This is missing: name'],
    [{ ...good, name: 'x'.repeat(65) }, 'name: This may have at most 64 characters'],
    [{ ...good, name: 'a\nb' }, 'name: AWS does not take this character here: \\n'],
    [{ ...good, roleArn: undefined }, 'This is missing: roleArn'],
    [
      { ...good, roleArn: 'admin' },
      'roleArn: A role’s ARN looks like this: arn:aws:iam::111122223333:role/name',
    ],
    [{ ...good, roleArn: 3 }, 'roleArn must be text'],
    [{ ...good, sourceProfile: '' }, 'This is missing: sourceProfile'],
    [{ ...good, externalId: 'a b' }, 'externalId: AWS does not take blanks here'],
    [
      { ...good, mfaSerial: 'arn:aws:iam::111122223333:user/alice' },
      'mfaSerial: That is the ARN of a user, the device’s has “:mfa/” in it',
    ],
    [{ ...good, durationSeconds: 60 }, 'durationSeconds: This may be from 15m to 12h'],
    [{ ...good, durationSeconds: '1h' }, 'durationSeconds: Write a duration as 1h, 90m or 3600 (seconds)'],
    [{ ...good, region: 'a/b' }, 'region: A region looks like this: eu-west-1'],
    [{ ...good, color: 'pink' }, 'color must be red, orange, yellow, green, blue or purple'],
    [{ ...good, readOnly: 'yes' }, 'readOnly must be true or false'],
    [{ ...good, tags: ['a=b'] }, 'tags must name each tag with its value, both as text'],
    [{ ...good, sessionPolicy: {} }, 'sessionPolicy must be text'],
    [{ ...good, sessionPolicyArns: 'ReadOnlyAccess' }, 'sessionPolicyArns must be a list of texts'],
    ['prod', 'This entry is no role, it needs a name, roleArn and sourceProfile'],
    [null, 'This entry is no role, it needs a name, roleArn and sourceProfile'],
  ];
  for (const [entry, sentence] of wrong) {
    it(`is told when it is wrong: ${sentence}`, () => {
      const read = only(readSavedRoles([entry]));
      assert.equal(read.role, undefined);
      assert.equal(entryProblemSentence(read), sentence);
    });
  }

  it('is nothing when it is no list, and each name counts once', () => {
    for (const value of [undefined, null, {}, 'x', 3]) {
      assert.deepEqual(readSavedRoles(value), []);
    }
    const [first, second] = readSavedRoles([good, good]);
    assert.ok(first?.role);
    assert.equal(second && entryProblemSentence(second), 'There is a role of this name already: name');
  });
});

describe('suggested roles: what a folder may say', () => {
  it('is a role without a source, and nothing about endpoints, programs, devices and guards', () => {
    const entry = only(
      readSuggestedRoles([
        {
          name: 'prod',
          roleArn,
          endpoint: 'http://attacker.example',
          endpoint_url: 'http://attacker.example',
          mfaSerial: 'arn:aws:iam::111122223333:mfa/mallory',
          credentialProcess: 'sh -c evil',
          guard: false,
        },
      ]),
    );
    assert.deepEqual(entry.ignored, ['endpoint', 'endpoint_url', 'mfaSerial', 'credentialProcess', 'guard']);
    assert.ok(entry.role);
    assert.deepEqual(requestOf(entry.role, 'alice'), {
      kind: 'role',
      name: 'prod',
      sourceProfile: 'alice',
      roleArn,
      externalId: undefined,
      sessionName: undefined,
      durationSeconds: undefined,
      mfaSerial: undefined,
      region: undefined,
    });
  });

  it('is confirmed for one folder, ARN, source and external ID', () => {
    const role = only(readSuggestedRoles([good])).role;
    assert.ok(role);
    const texts = [
      consentText('file:///a', role, 'alice'),
      consentText('file:///b', role, 'alice'),
      consentText('file:///a', { ...role, roleArn: `${roleArn}2` }, 'alice'),
      consentText('file:///a', role, 'bob'),
      consentText('file:///a', { ...role, externalId: 'x' }, 'alice'),
    ];
    assert.equal(new Set(texts).size, texts.length);
    assert.equal(consentText('file:///a', { ...role, color: 'red' }, 'alice'), texts[0]);
    // Under another name it could pass for another role in the status bar.
    for (const changed of [
      { ...role, name: 'other' },
      { ...role, readOnly: true as const },
    ]) {
      assert.notEqual(consentText('file:///a', changed, 'alice'), texts[0]);
    }
  });

  it('is not believed to be who the person says to be, but may be less than the role', () => {
    const entry = only(
      readSuggestedRoles([
        {
          name: 'x',
          roleArn,
          readOnly: true,
          sessionName: 'boss',
          sourceIdentity: 'boss',
          tags: { team: 'a' },
        },
      ]),
    );
    assert.deepEqual(entry.ignored, ['sessionName', 'sourceIdentity', 'tags']);
    assert.ok(entry.role);
    assert.deepEqual(extrasOf(requestOf(entry.role, 'alice')), { readOnly: true });
  });

  it('cannot write names that read as others, nor fill the view', () => {
    for (const name of ['a\u202eb', 'a\u2066b', 'a\u200bb', 'a\u2028b', 'a\u0000b']) {
      const entry = only(readSuggestedRoles([{ name, roleArn }]));
      assert.equal(entry.role, undefined);
      assert.equal(entry.name, 'a b');
    }
    const long = only(
      readSuggestedRoles([{ name: 'x'.repeat(100_000), roleArn, ['y\u202e'.repeat(900)]: 1 }]),
    );
    assert.equal(long.name.length, 64);
    assert.ok(long.ignored.join('').length <= 64);
    assert.doesNotMatch(long.ignored.join(''), /\u202e/);
    const many = readSuggestedRoles(Array.from({ length: 5000 }, (_, at) => ({ name: `r${at}`, roleArn })));
    assert.equal(many.length, 201);
    const last = many.at(-1);
    assert.equal(last && entryProblemSentence(last), 'Only so many suggestions of a folder are shown: 200');
    assert.equal(readable('shop\n\u202eAWS\u2069'), 'shop  AWS ');
  });

  it('is called by the name that it will have, where that is not the role’s', () => {
    const role = only(readSuggestedRoles([{ name: 'sandbox', roleArn, readOnly: true }])).role;
    assert.ok(role);
    assert.deepEqual(suggestedText.detail(role, 'alice').split('\n'), [
      `It will be assumed with your credentials of alice: ${roleArn}`,
      'The folder calls it: sandbox',
      'It will be read-only',
    ]);
  });
});

const set = readProfiles({ config: aliceConfig, credentials: undefined });

function treeOf(files = set): ProfileTree {
  const environment = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
  return new ProfileTree(files, (profile) => planFor(files, { kind: 'profile', profile }, environment));
}

const search = (roles: readonly FoundRole[], over: Partial<Search> = {}): Search => ({
  at: noon,
  caller: 'arn:aws:iam::111122223333:user/alice',
  roles,
  patterns: [],
  missing: [],
  ...over,
});

function stateOf(lists: Partial<RoleLists>, over: Partial<TreeState> = {}): TreeState {
  return {
    sessions: [],
    activeId: undefined,
    now: noon,
    warnMs: 10 * minute,
    roles: { saved: [], suggested: [], found: () => undefined, ...lists },
    ...over,
  };
}

/** The tree as text: label, description, icon and what the row offers. */
function draw(tree: ProfileTree, state: TreeState, node?: TreeNode, depth = 0): string[] {
  return tree.children(node, state).flatMap((child) => {
    const row = tree.row(child, state);
    const icon = [row?.icon?.id, row?.icon?.color].filter((part) => part !== undefined).join(' ');
    const line = `${'  '.repeat(depth)}${row?.label} | ${row?.description} | ${icon} | ${row?.contextValue}`;
    return [line, ...draw(tree, state, child, depth + 1)];
  });
}

const found: readonly FoundRole[] = [
  { arn: 'arn:aws:iam::111122223333:role/plain', verdict: 'yes', needs: { mfa: false }, unknown: [] },
  {
    arn: 'arn:aws:iam::111122223333:role/team/secure',
    verdict: 'yes',
    needs: { mfa: true, externalId: 'acme-4711' },
    unknown: [],
  },
  {
    arn: 'arn:aws:iam::111122223333:role/office',
    verdict: 'perhaps',
    needs: { mfa: false },
    unknown: ['aws:SourceIp'],
  },
  { arn: roleArn, verdict: 'named', needs: { mfa: false }, unknown: [] },
];

describe('rows of roles in no file', () => {
  it('stand below their source profile, found ones in a group of their own', () => {
    const saved = readSavedRoles([{ ...good, color: 'red' }]);
    const state = stateOf({ saved, found: () => search(found) });
    assert.deepEqual(draw(treeOf(), state).slice(2), [
      '    prod | saved · 4444-5555-6666 · admin | shield charts.red | start terminal arn edit guard',
      `    Roles found | 4 · ${clockTime(noon, noon)} | telescope | search forget`,
      '      plain | 1111-2222-3333 | shield | start arn keep guard',
      '      secure | 1111-2222-3333 · MFA · external ID | shield | start arn keep guard',
      '      office | 1111-2222-3333 · perhaps, depends on aws:SourceIp | question | start arn keep guard',
      '      admin | 4444-5555-6666 · your policies name it | question | start arn keep guard',
    ]);
  });

  it('say a colour in words too', () => {
    const state = stateOf({ saved: readSavedRoles([{ ...good, color: 'purple' }]) });
    const tree = treeOf();
    const profile = tree.profileNode('alice');
    const [node] = profile ? tree.children(profile, state) : [];
    assert.match((node && tree.row(node, state)?.accessibilityLabel) ?? '', /, purple$/);
  });

  it('show what is broken, and a role whose source is gone, where a person sees it', () => {
    const saved = readSavedRoles([{ ...good, sourceProfile: 'gone' }, { name: 'half' }]);
    assert.deepEqual(draw(treeOf(), stateOf({ saved })).slice(2), [
      'Saved roles |  |  | ',
      '  prod | its source profile is not there: gone | warning problemsWarningIcon.foreground | arn edit guard',
      '  half | This is missing: roleArn | warning problemsWarningIcon.foreground | ',
    ]);
  });

  it('say that a folder suggests them', () => {
    const suggested: readonly SuggestedEntry[] = readSuggestedRoles([{ name: 'prod', roleArn }]).map(
      (entry) => ({ ...entry, folder: 'file:///home/ana/shop', folderName: 'shop' }),
    );
    assert.deepEqual(draw(treeOf(), stateOf({ suggested })).slice(2), [
      'Suggested by this folder |  |  | ',
      '  prod | 4444-5555-6666 · admin · from shop | shield | start arn keep guard',
    ]);
  });

  it('are their session while there is one', () => {
    const saved = readSavedRoles([good]);
    const role = saved[0]?.role;
    assert.ok(role);
    const session = sessionOf('prod', {
      request: requestOf(role, 'alice'),
      roleArn,
      state: liveState(30 * minute),
    });
    const state = stateOf({ saved, found: () => search(found) }, { sessions: [session] });
    const lines = draw(treeOf(), state);
    assert.ok(
      lines.some((line) => /^ {4}prod \| 30m .*\| pass-filled testing\.iconPassed \| end renew/.test(line)),
      lines.join('\n'),
    );
    assert.ok(lines.some((line) => /^ {6}admin \| 30m /.test(line)));
    const tree = treeOf();
    draw(tree, state);
    assert.equal([...tree.sessionRows(state).keys()].filter((node) => node.kind === 'role').length, 2);
  });

  it('say what of them a profile starts already', () => {
    const files = readProfiles({
      config: `${aliceConfig}[profile office]\nrole_arn = arn:aws:iam::111122223333:role/plain\nsource_profile = alice\n`,
      credentials: undefined,
    });
    const tree = treeOf(files);
    const state = stateOf({ found: () => search(found.slice(0, 1)) });
    const profile = tree.profileNode('alice');
    const group = profile && tree.children(profile, state).find(({ kind }) => kind === 'foundRoles');
    const [node] = group ? tree.children(group, state) : [];
    assert.equal(node && tree.row(node, state)?.description, '1111-2222-3333, in profile office');
  });

  it('never leave out what a person must know, however much there is to say', () => {
    const role = only(readSavedRoles([{ ...good, readOnly: true }])).role;
    assert.ok(role);
    assert.equal(savedFacts(role, false), 'saved · read-only · 4444-5555-6666');
    assert.equal(
      suggestedFacts(role, 'shop', ['endpoint_url']),
      '4444-5555-6666 · admin · from shop, read-only, in part',
    );
    const most: FoundRole = {
      arn: roleArn,
      verdict: 'perhaps',
      needs: { mfa: true, externalId: 'x' },
      unknown: ['aws:SourceIp'],
    };
    assert.equal(
      foundFacts(most, 'office'),
      '4444-5555-6666, in profile office · MFA · external ID · perhaps, depends on aws:SourceIp',
    );
  });

  it('are never shown as the session that may do less, nor the other way round', () => {
    const saved = readSavedRoles([
      { ...good, name: 'all' },
      { ...good, name: 'look', readOnly: true },
    ]);
    const role = saved[1]?.role;
    assert.ok(role);
    const state = liveState(30 * minute);
    const session = sessionOf('look', { request: requestOf(role, 'alice'), roleArn, state });
    const lines = draw(treeOf(), stateOf({ saved, found: () => search(found) }, { sessions: [session] }));
    const rest = lines.filter((line) => /^ +(all|look|admin) /.test(line) && line.includes(' start '));
    assert.deepEqual(
      rest.map((line) => line.split(' | ').slice(0, 2).join(' | ').trim()),
      ['all | saved · 4444-5555-6666 · admin', 'admin | 4444-5555-6666 · your policies name it'],
    );
  });

  it('start by their row, but for those about which something is asked first', () => {
    const state = stateOf({ saved: readSavedRoles([good]), found: () => search(found) });
    const tree = treeOf();
    const profile = tree.profileNode('alice');
    const rows = profile ? tree.children(profile, state) : [];
    const known = { get: () => undefined, list: () => [] };
    const [saved, group] = rows;
    const meaning = meaningOf(known, saved, () => true);
    assert.equal(meaning.kind === 'profile' && meaning.request.kind, 'role');
    const [first] = group ? tree.children(group, state) : [];
    assert.equal(meaningOf(known, first, () => true).kind, 'gone');
  });

  it('of 5,000 roles are made in no time', () => {
    const roles = Array.from({ length: 5000 }, (_, index) => ({
      arn: `arn:aws:iam::111122223333:role/r-${index}`,
      verdict: 'yes' as const,
      needs: { mfa: false },
      unknown: [],
    }));
    const state = stateOf({ found: () => search(roles) });
    const tree = treeOf();
    // Of the processor, not of the clock: other programs of a loaded machine take none of it.
    const before = process.cpuUsage();
    assert.equal(draw(tree, state).length, 5003);
    draw(tree, state);
    const { user } = process.cpuUsage(before);
    assert.ok(user < 500_000, `${String(user)} µs`);
  });
});

describe('what a search found', () => {
  it('survives the window, and nothing broken comes back', async () => {
    const store = new Map<string, unknown>();
    const kept = {
      get: (key: string): unknown => JSON.parse(JSON.stringify(store.get(key) ?? null)),
      set: async (key: string, value: unknown) => {
        store.set(key, value);
      },
    };
    const changes: string[] = [];
    const roles = new FoundRoles(kept);
    roles.onDidChange((profile) => changes.push(profile));
    await roles.keep('alice', search(found, { missing: ['iam:ListRoles'] }));
    assert.deepEqual(new FoundRoles(kept).of('alice'), search(found, { missing: ['iam:ListRoles'] }));
    await roles.keep('alice', undefined);
    assert.equal(new FoundRoles(kept).of('alice'), undefined);
    assert.deepEqual(changes, ['alice', 'alice']);
    for (const broken of [3, {}, { version: 1, at: 1, caller: 'x', roles: [{}] }, { version: 2 }]) {
      store.set('foundRoles eve', broken);
      assert.equal(new FoundRoles(kept).of('eve'), undefined);
    }
  });

  it('is told in sentences, with the permissions that are missing', () => {
    const lacking = { missing: ['iam:GetRole', 'iam:ListRoles', 'iam:SimulatePrincipalPolicy'] };
    for (const result of [search(found), search([]), search(found, lacking), search([], lacking)]) {
      assertGoodSentence(findText.found('alice', result).replace(/^\d/, 'N'));
      missingSentence(result).forEach(assertGoodSentence);
    }
    assertGoodSentence(findText.roleOpen('corp'));
    assert.equal(findText.found('alice', search(found.slice(0, 1))), '1 role can be assumed from alice');
    assert.equal(
      findText.found('alice', search([], lacking)),
      'No role could be found for alice, these permissions are missing: iam:GetRole, iam:ListRoles and 1 more',
    );
  });
});
