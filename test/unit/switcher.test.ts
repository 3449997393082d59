import assert from 'node:assert/strict';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { switcherRows } from '../../src/ui/switcherModel.ts';
import type { SwitcherInput, SwitcherRow } from '../../src/ui/switcherModel.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const keys = 'aws_access_key_id = AKIAEXAMPLE000000000\naws_secret_access_key = EXAMPLEKEY\n';

const set = readProfiles({
  config: `
[default]
${keys}
[profile hub]
role_arn = arn:aws:iam::333344445555:role/hub
source_profile = default
[profile spoke]
role_arn = arn:aws:iam::444455556666:role/team/Deploy
source_profile = hub
[profile loop]
role_arn = arn:aws:iam::444455556666:role/Loop
source_profile = loop
[profile Sandbox]
sso_session = corp
sso_account_id = 555566667777
sso_role_name = Developer
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[profile vscode]
credential_process = helper
sts_sessions_host = abc
`,
  credentials: undefined,
});

const typed: SessionRequest = {
  kind: 'role',
  name: 'Audit',
  sourceProfile: 'default',
  roleArn: 'arn:aws:iam::777788889999:role/Audit',
  externalId: undefined,
  sessionName: undefined,
  durationSeconds: undefined,
  mfaSerial: undefined,
  region: undefined,
};

function rows(change: Partial<SwitcherInput> = {}): readonly SwitcherRow[] {
  return switcherRows({
    set,
    sessions: [],
    activeId: undefined,
    recent: [],
    now: noon,
    warnMs: 10 * minute,
    aliasOf: (account) => (account === '333344445555' ? 'network' : undefined),
    ...change,
  });
}

/** One line a row, as it reads. */
function read(list: readonly SwitcherRow[]): string[] {
  return list.map((row) =>
    row.kind === 'separator'
      ? `-- ${row.label}`
      : [row.label, row.description, row.detail]
          .filter((part) => part !== '' && part !== undefined)
          .join(' | '),
  );
}

function item(list: readonly SwitcherRow[], name: string): Extract<SwitcherRow, { kind: 'item' }> {
  const found = list.find((row) => row.kind === 'item' && row.label.endsWith(` ${name}`));
  assert.ok(found?.kind === 'item', `no row ${name}`);
  return found;
}

describe('switcher', () => {
  it('lists every profile with account, alias, role and source chain, then what is always there', () => {
    assert.deepEqual(read(rows()), [
      '-- All profiles',
      '$(key) default | IAM user',
      '$(shield) hub | 3333-4444-5555 · network | default → arn:aws:iam::333344445555:role/hub',
      '$(shield) spoke | 4444-5555-6666 · Deploy | default → hub → arn:aws:iam::444455556666:role/team/Deploy',
      '$(shield) loop | 4444-5555-6666 · Loop | arn:aws:iam::444455556666:role/Loop',
      '$(organization) Sandbox | Identity Center · 5555-6666-7777 · Developer',
      '-- More',
      '$(add) Assume role…',
      '$(sign-in) Sign in with Identity Center…',
    ]);
  });

  it('puts live sessions first, the time right after the name, then what was used last; nothing twice', () => {
    const live = sessionOf('hub', { state: liveState(47 * minute), accountId: '333344445555' });
    const list = rows({
      sessions: [live],
      recent: [{ kind: 'profile', profile: 'hub' }, typed, { kind: 'profile', profile: 'spoke' }],
    });
    assert.deepEqual(read(list).slice(0, 7), [
      '-- Live',
      '$(pass-filled) hub | 47m · 3333-4444-5555 · eu-west-1 · network | arn:aws:iam::111122223333:role/hub',
      '-- Recent',
      '$(shield) Audit | 7777-8888-9999 | default → arn:aws:iam::777788889999:role/Audit',
      '$(shield) spoke | 4444-5555-6666 · Deploy | default → hub → arn:aws:iam::444455556666:role/team/Deploy',
      '-- All profiles',
      '$(key) default | IAM user',
    ]);
    const labels = list.flatMap((row) => (row.kind === 'item' ? [row.key] : []));
    assert.equal(new Set(labels).size, labels.length);
    assert.equal(labels.at(-1), 'endAll');
  });

  it('offers a role of Identity Center that was started last, as long as its sign-in is in the files', () => {
    const role: SessionRequest = {
      kind: 'identityCenterRole',
      name: 'Sandbox/Admin',
      ssoSession: 'corp',
      accountId: '333344445555',
      roleName: 'Admin',
    };
    assert.deepEqual(read(rows({ recent: [{ ...role, ssoSession: 'gone' }] })), read(rows()));
    const list = rows({ recent: [role] });
    assert.deepEqual(read(list).slice(0, 2), [
      '-- Recent',
      '$(organization) Sandbox/Admin | 3333-4444-5555 · network · Admin | corp',
    ]);
    assert.deepEqual(item(list, 'Sandbox/Admin').choice, { kind: 'startSession', request: role });
  });

  it('answers with what to do, on Enter and on the buttons', () => {
    const live = sessionOf('hub', { state: liveState(47 * minute) });
    const over = sessionOf('spoke', { state: { kind: 'expired', at: noon - minute, renewing: false } });
    const list = rows({ sessions: [live, over] });
    assert.deepEqual(item(list, 'hub').choice, { kind: 'useSession', sessionId: live.id });
    assert.deepEqual(item(list, 'hub').buttons, {
      terminal: { kind: 'terminalOfSession', sessionId: live.id },
      end: { kind: 'endSession', sessionId: live.id },
    });
    assert.deepEqual(item(list, 'spoke').choice, { kind: 'startSession', request: over.request });
    assert.deepEqual(item(list, 'default').choice, {
      kind: 'startSession',
      request: { kind: 'profile', profile: 'default' },
    });
  });

  it('keeps the key of a row when its text changes, so that the marked row stays marked', () => {
    const live = sessionOf('hub', { state: liveState(47 * minute) });
    const [before, after] = [noon, noon + 5 * minute].map((now) =>
      item(rows({ sessions: [live], now }), 'hub'),
    );
    assert.equal(before?.key, after?.key);
    assert.notEqual(before?.description, after?.description);
  });

  it('shows live sessions while the files are still being read, and offers nothing that may be gone', () => {
    const live = sessionOf('hub', { state: liveState(47 * minute) });
    const list = rows({ set: undefined, sessions: [live], recent: [typed] });
    assert.deepEqual(
      read(list).map((line) => line.split(' | ')[0]),
      [
        '-- Live',
        '$(pass-filled) hub',
        '-- More',
        '$(add) Assume role…',
        '$(sign-in) Sign in with Identity Center…',
        '$(stop-circle) End all sessions',
      ],
    );
    assert.deepEqual(read(rows({ recent: [{ kind: 'profile', profile: 'deleted' }] })), read(rows()));
  });

  it('shows the last sources of a chain of thousands', () => {
    const chain = readProfiles({
      config: Array.from(
        { length: 5000 },
        (_, number) =>
          `[profile p${number}]\nrole_arn = arn:aws:iam::111122223333:role/R${number}\nsource_profile = p${number + 1}\n`,
      ).join(''),
      credentials: undefined,
    });
    assert.equal(rows({ set: chain }).length, 5004);
    const first = item(rows({ set: chain }), 'p0');
    assert.equal(first.detail, '… → p4 → p3 → p2 → p1 → arn:aws:iam::111122223333:role/R0');
  });

  it('offers read-only where a role is assumed, and says it of what was started so', () => {
    const readOnly = { kind: 'profile', profile: 'hub', readOnly: true } as const;
    const items = rows({ recent: [readOnly, { ...typed, readOnly: true }] }).filter(
      (row) => row.kind === 'item',
    );
    const labelled = (label: string) => items.find((row) => row.label.endsWith(label));
    assert.deepEqual(labelled(' hub')?.buttons.readOnly, { kind: 'startSession', request: readOnly });
    assert.deepEqual(labelled(' hub (read-only)')?.choice, { kind: 'startSession', request: readOnly });
    assert.equal(labelled(' hub (read-only)')?.buttons.readOnly, undefined, 'it is that already');
    assert.ok(labelled(' Audit (read-only)'));
    for (const name of [' default', ' Sandbox']) {
      assert.equal(labelled(name)?.buttons.readOnly, undefined, name);
    }
  });

  it('has a row for a federation session', () => {
    const request = {
      kind: 'federation',
      profile: 'default',
      userName: 'guest',
      durationSeconds: 900,
    } as const;
    const row = rows({ recent: [request] }).find(
      (each) => each.kind === 'item' && each.label === '$(key) guest',
    );
    assert.ok(row?.kind === 'item');
    assert.deepEqual([row.description, row.detail], ['federation', 'default']);
    assert.deepEqual(row.choice, { kind: 'startSession', request });
  });
});
