import assert from 'node:assert/strict';
import { parseIni } from '../../src/aws/ini.ts';
import { isManaged, kindOf, readProfiles } from '../../src/aws/profiles.ts';
import type { ProfileKind, ProfileSet, Section } from '../../src/aws/profiles.ts';

const read = (config: string | undefined, credentials?: string): ProfileSet =>
  readProfiles({ config, credentials });

function sectionOf(set: ProfileSet, name: string): Section {
  const section = set.profiles.get(name);
  assert.ok(section, name);
  return section;
}

describe('readProfiles', () => {
  it('merges both files, the credentials file winning, and knows where everything stands', () => {
    const set = read(
      '[profile a]\nregion = x\n[profile a]\noutput = json\n',
      '# note\n[a]\nRegion = y\n[b]\n',
    );
    const a = sectionOf(set, 'a');
    assert.deepEqual(a.places, [
      { file: 'config', line: 1 },
      { file: 'config', line: 3 },
      { file: 'credentials', line: 2 },
    ]);
    assert.deepEqual(a.properties.get('region'), {
      value: 'y',
      place: { file: 'credentials', line: 3 },
      nested: undefined,
    });
    assert.deepEqual(a.properties.get('output')?.place, { file: 'config', line: 4 });
    assert.deepEqual([...set.profiles.keys()], ['a', 'b']);
  });

  it('reads sso-sessions and services, with the lines of nested blocks', () => {
    const set = read(
      '[sso-session s]\nsso_region = x\n[services v]\nSTS =\n  Endpoint_URL = http://127.0.0.1:1 # ours\n',
    );
    assert.equal(set.ssoSessions.get('s')?.properties.get('sso_region')?.value, 'x');
    assert.deepEqual(set.services.get('v')?.properties.get('sts')?.nested?.get('endpoint_url'), {
      value: 'http://127.0.0.1:1',
      place: { file: 'config', line: 5 },
      nested: undefined,
    });
    assert.equal(set.profiles.size, 0);
  });

  it('keeps profiles named like members of Object apart from them', () => {
    const set = read('[profile __proto__]\nconstructor = x\n__proto__ = y\n[profile constructor]\n');
    assert.deepEqual([...set.profiles.keys()], ['__proto__', 'constructor']);
    assert.equal(sectionOf(set, '__proto__').properties.get('__proto__')?.value, 'y');
    assert.equal(sectionOf(set, 'constructor').properties.get('constructor'), undefined);
    assert.equal('x' in {}, false);
  });

  it('says in the credentials file what is a name there and what is none', () => {
    const set = read(undefined, '[profile a]\n[sso-session s]\n[in valid]\n[DEFAULT]\n[b]\n');
    assert.deepEqual(
      set.problems.map(({ place, what }) => [place?.line, what]),
      [
        [1, { kind: 'prefixInCredentials', name: 'a' }],
        [2, { kind: 'unknownSection', name: 'sso-session s' }],
        [3, { kind: 'invalidProfileName', name: 'in valid' }],
        [4, { kind: 'pythonDefaultSection' }],
      ],
    );
    assert.deepEqual([...set.profiles.keys()], ['DEFAULT', 'b']);
  });

  it('warns of a key pair that is spread over both files', () => {
    const config = '[profile a]\naws_session_token = EXAMPLETOKEN\n';
    const credentials = '[a]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLEKEY\n';
    assert.deepEqual(read(config, credentials).problems, [
      {
        what: { kind: 'keysSplitOverFiles', name: 'a' },
        severity: 'warning',
        place: { file: 'credentials', line: 2 },
        profile: 'a',
      },
    ]);
    assert.deepEqual(read('[profile a]\nregion = x\n', credentials).problems, []);
  });

  it('puts each problem on its profile, in the order of the lines', () => {
    const set = read(
      '[profile a]\nbroken\n[profile b]\n[broken\nx = y\n[profile b]\nbroken\n',
      '[a]\nbroken\n',
    );
    assert.deepEqual(
      set.problems.map(({ place, profile, what }) => [place?.file, place?.line, profile, what.kind]),
      [
        ['config', 2, 'a', 'missingEquals'],
        ['config', 4, undefined, 'headerNotClosed'],
        ['config', 6, 'b', 'duplicateSection'],
        ['config', 7, 'b', 'missingEquals'],
        ['credentials', 2, 'a', 'missingEquals'],
      ],
    );
  });

  it('shows no secret in a problem, even of a line that is nothing else', () => {
    const secret = 'EXAMPLEKEY/EXAMPLEKEY/EXAMPLEKEY/EXAMPLEKEY';
    const lines = [
      secret,
      `${secret}=`,
      `${secret} x = y`,
      `${secret}: x`,
      `  ${secret} = x`,
      `x = y ${secret}`,
      `x = ; ${secret}`,
    ];
    const { problems } = read(`${secret}\n[profile a]\n${lines.join('\n')}\n${lines.join('\n')}\n`);
    assert.ok(problems.length > lines.length);
    assert.ok(!JSON.stringify(problems).includes(secret.slice(0, 20)));
  });

  it('counts what it does not keep of a file that is broken throughout', () => {
    const { problems } = parseIni(`[a]\n${'broken\n'.repeat(5000)}`, 'credentials');
    assert.equal(problems.length, 1001);
    assert.deepEqual(problems.at(-1)?.what, { kind: 'moreProblems', count: 4000 });
  });
});

describe('kindOf', () => {
  const role = 'role_arn = arn:aws:iam::111122223333:role/A\n';
  const keys = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLEKEY\n';
  const web = 'web_identity_token_file = /t\n';
  const sso = 'sso_session = s\nsso_account_id = 111122223333\n';
  const login = 'login_session = arn:aws:iam::111122223333:user/a\n';
  const command = 'credential_process = helper\n';
  const cases: [title: string, config: string, credentials: string, ProfileKind][] = [
    ['nothing', 'region = x\n', '', 'none'],
    ['a role before all else', role + 'source_profile = b\n' + sso + login + command + keys, keys, 'role'],
    ['a role without a source', role, '', 'role'],
    ['a role from the environment', role + 'credential_source = Environment\n', '', 'credentialSource'],
    ['both sources', role + 'credential_source = Environment\nsource_profile = b\n', '', 'role'],
    ['a source without a role', 'credential_source = Environment\n', '', 'none'],
    ['web identity before a chain', role + web + 'source_profile = b\n', keys, 'webIdentity'],
    ['web identity without a role', web, keys, 'webIdentity'],
    ['Identity Center before keys', sso + login + command, keys, 'identityCenter'],
    ['Identity Center, of old', 'sso_start_url = https://x\nsso_role_name = r\n', '', 'identityCenter'],
    ['a session alone', 'sso_session = s\n', '', 'identityCenter'],
    ['a session for something else, and keys', 'sso_session = s\n', keys, 'staticKeys'],
    ['keys of the credentials file before login', login + command, keys, 'staticKeys'],
    ['login before a process', login + command + keys, '', 'login'],
    ['a process before keys of the config file', command + keys, '', 'process'],
    ['keys of the config file', keys, '', 'staticKeys'],
    ['half a pair', '', 'aws_secret_access_key = EXAMPLEKEY\n', 'staticKeys'],
    ['an empty value', 'role_arn =\n' + command, '', 'process'],
  ];
  for (const [title, config, credentials, kind] of cases) {
    it(`${title}: ${kind}`, () => {
      assert.equal(kindOf(sectionOf(read(`[profile a]\n${config}`, `[a]\n${credentials}`), 'a')), kind);
    });
  }
});

describe('isManaged', () => {
  it('knows our own profiles by their key', () => {
    const set = read('[profile vscode]\nsts_sessions_host = h\n[profile vscode-mine]\nregion = x\n');
    assert.equal(isManaged(sectionOf(set, 'vscode')), true);
    assert.equal(isManaged(sectionOf(set, 'vscode-mine')), false);
  });
});
