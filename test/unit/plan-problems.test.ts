import assert from 'node:assert/strict';
import { arn, keys, planOf, problemsOf, role } from '../support/plans.ts';

describe('planFor', () => {
  describe('problems', () => {
    const user = `[profile user]\n${keys}`; // lines 1 to 3
    const table: readonly (readonly [title: string, config: string, problems: readonly string[]])[] = [
      ['an unknown profile', '', ['error unknownProfile nowhere A']],
      ['a missing source', role('A', 'gone'), ['error missingSourceProfile config:3 A']],
      [
        'a source that is ours',
        `${role('A', 'vscode')}[profile vscode]\nsts_sessions_host = x\ncredential_process = x\n`,
        ['error managedSourceProfile config:3 A'],
      ],
      ['a loop', `${role('A', 'B')}${role('B', 'A')}`, ['error sourceLoop config:6 B']],
      ['itself without keys', role('A', 'A'), ['error sourceLoop config:3 A']],
      ['itself, two hops down', `${role('A', 'B')}${role('B', 'B')}`, ['error sourceLoop config:6 B']],
      ['no source', `[profile A]\nrole_arn = ${arn('A')}\n`, ['error noSource config:2 A']],
      [
        'no source beside keys, as in the AWS CLI',
        `[profile A]\nrole_arn = ${arn('A')}\n${keys}`,
        ['warning severalKinds config:1 A', 'error noSource config:2 A'],
      ],
      [
        'both sources',
        `${user}${role('A', 'user', 'credential_source = Environment\n')}`,
        ['error bothSources config:7 A'],
      ],
      [
        'an unknown credential_source',
        `[profile A]\nrole_arn = ${arn('A')}\ncredential_source = Moon\n`,
        ['error unknownCredentialSource config:3 A'],
      ],
      [
        'a source without a role',
        '[profile A]\nsource_profile = user\n',
        ['error sourceWithoutRole config:2 A'],
      ],
      [
        'a source without a role beside keys',
        `[profile A]\nsource_profile = user\n${keys}`,
        ['warning sourceWithoutRole config:2 A'],
      ],
      ['nothing of use', '[profile A]\nregion = eu-west-1\n', ['error noCredentials config:1 A']],
      [
        'blank values',
        '[profile A]\naws_access_key_id =\nmfa_serial =\n',
        ['error noCredentials config:1 A'],
      ],
      ['half a key', '[profile A]\naws_access_key_id = AKIAEXAMPLE\n', ['error missingSecretKey config:2 A']],
      [
        'the other half',
        '[profile A]\naws_secret_access_key = EXAMPLEKEY\n',
        ['error missingAccessKey config:2 A'],
      ],
      [
        'a role that is none',
        `${user}[profile A]\nrole_arn = admin\nsource_profile = user\n`,
        ['error invalidRoleArn config:5 A'],
      ],
      [
        'an account that cannot be',
        `${user}[profile A]\nrole_arn = arn:aws:iam::123:role/A\nsource_profile = user\n`,
        ['warning invalidRoleArn config:5 A'],
      ],
      [
        'a user for a device',
        `${user}mfa_serial = arn:aws:iam::111122223333:user/alice\n${role('A', 'user')}`,
        [],
      ],
      [
        'a user for a device, where it is asked for',
        `${user}${role('A', 'user', 'mfa_serial = arn:aws:iam::111122223333:user/alice\n')}`,
        ['error mfaSerialIsUser config:7 A'],
      ],
      [
        'a security key for a device',
        `${user}${role('A', 'user', 'mfa_serial = arn:aws:iam::111122223333:u2f/user/alice/key-ABC\n')}`,
        ['error mfaSerialIsSecurityKey config:7 A'],
      ],
      [
        'a serial that is none',
        `${user}${role('A', 'user', 'mfa_serial = 12 34\n')}`,
        ['error invalidMfaSerial config:7 A'],
      ],
      [
        'an external ID of one letter',
        `${user}${role('A', 'user', 'external_id = x\n')}`,
        ['error invalidExternalId config:7 A'],
      ],
      [
        'a session name with a space',
        `${user}${role('A', 'user', 'role_session_name = a b\n')}`,
        ['error invalidSessionName config:7 A'],
      ],
      [
        'a duration in words',
        `${user}${role('A', 'user', 'duration_seconds = 1h\n')}`,
        ['warning invalidDuration config:7 A'],
      ],
      [
        'too short',
        `${user}${role('A', 'user', 'duration_seconds = 899\n')}`,
        ['error durationOutOfRange config:7 A'],
      ],
      [
        'too long',
        `${user}${role('A', 'user', 'duration_seconds = 43201\n')}`,
        ['error durationOutOfRange config:7 A'],
      ],
      [
        'a negative duration',
        `${user}${role('A', 'user', 'duration_seconds = -1\n')}`,
        ['error durationOutOfRange config:7 A'],
      ],
      [
        'too long for a chain',
        `${user}${role('B', 'user')}${role('A', 'B', 'duration_seconds = 7200\n')}`,
        ['warning durationOverChaining config:10 A'],
      ],
      [
        'a region that is none',
        `${user}${role('A', 'user', 'region = eu west\n')}`,
        ['error invalidRegion config:7 A'],
      ],
      [
        'an endpoint that is none',
        `${user}${role('A', 'user', 'endpoint_url = localhost\n')}`,
        ['error invalidEndpointUrl config:7 A'],
      ],
      [
        'a services section that is not there',
        `${user}${role('A', 'user', 'services = dev\n')}`,
        ['error missingServicesSection config:7 A'],
      ],
      [
        'a region of another partition',
        `${user}${role('A', 'user', 'region = cn-north-1\n')}`,
        ['error partitionMismatch config:5 A'],
      ],
      [
        'a region of another partition at an endpoint of one’s own',
        `${user}${role('A', 'user', 'region = cn-north-1\nendpoint_url = http://localhost:1\n')}`,
        ['warning partitionMismatch config:5 A'],
      ],
      [
        'a sign-in that says two things',
        '[profile A]\nsso_session = s\nsso_region = eu-west-2\n[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://a\n',
        ['error ssoDisagrees config:3 A'],
      ],
      [
        'a sign-in without a start URL',
        '[profile A]\nsso_session = s\n[sso-session s]\nsso_region = eu-west-1\n',
        ['error ssoMissingProperty config:3 A'],
      ],
      [
        'an old sign-in without a region',
        '[profile A]\nsso_start_url = https://a\nsso_account_id = 1\nsso_role_name = R\n',
        ['error ssoMissingProperty config:2 A'],
      ],
      [
        'a sign-in in a region that is none',
        '[profile A]\nsso_session = s\n[sso-session s]\nsso_region = evil.example/\nsso_start_url = https://a\n',
        ['error invalidRegion config:4 A'],
      ],
      [
        'a token file without a role',
        '[profile A]\nweb_identity_token_file = /t\n',
        ['error tokenWithoutRole config:2 A'],
      ],
    ];
    for (const [title, config, problems] of table) {
      it(`of ${title}`, () => {
        const result = planOf({ config, ask: 'A' });
        assert.deepEqual(problemsOf(result), problems);
        assert.equal(
          result.ok,
          problems.every((problem) => problem.startsWith('warning')),
        );
      });
    }

    it('are all told at once, over every hop', () => {
      const config = `${role('A', 'B', 'external_id = x\n')}${role('B', 'gone', 'duration_seconds = 1\n')}`;
      const result = planOf({ config, ask: 'A' });
      assert.deepEqual(problemsOf(result).sort(), [
        'error durationOutOfRange config:8 B',
        'error invalidExternalId config:4 A',
        'error missingSourceProfile config:7 B',
      ]);
      assert.ok(!result.ok);
      assert.deepEqual(
        result.hops.map(({ profile, broken }) => [profile, broken]),
        [
          ['A', true],
          ['B', true],
          ['gone', true],
        ],
      );
    });

    it('leave the sound hops of a broken plan sound', () => {
      const result = planOf({ config: `${role('A', 'B')}${role('B', 'gone')}`, ask: 'A' });
      assert.ok(!result.ok);
      assert.deepEqual(result.hops, [
        { profile: 'A', roleArn: arn('A'), place: { file: 'config', line: 1 }, broken: false },
        { profile: 'B', roleArn: arn('B'), place: { file: 'config', line: 4 }, broken: true },
        { profile: 'gone', roleArn: undefined, place: undefined, broken: true },
      ]);
    });

    it('name the whole loop', () => {
      const result = planOf({ config: `${role('A', 'B')}${role('B', 'C')}${role('C', 'B')}`, ask: 'A' });
      assert.ok(!result.ok);
      assert.deepEqual(result.problems[0]?.what, { kind: 'sourceLoop', path: ['B', 'C', 'B'] });
    });

    it('do not start a profile of our own', () => {
      const config = '[profile vscode]\nsts_sessions_host = x\ncredential_process = x\n';
      assert.deepEqual(problemsOf(planOf({ config, ask: 'vscode' })), [
        'error unknownProfile nowhere vscode',
      ]);
    });
  });
});
