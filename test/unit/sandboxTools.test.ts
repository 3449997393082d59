import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findEncodedMessage, readAuthorization } from '../../src/aws/authorizationMessage.ts';
import { writeDemoHome } from '../sandbox/demo.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { ivy, roleWorld, worldRole } from '../support/roleWorld.ts';
import { describeIf } from '../support/skip.ts';

/** AWS's own tools on this machine: Debian's, and another one first on the PATH. */
const debianCli = '/usr/bin/aws';
const debianPython = '/usr/bin/python3';
const pathCli = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'aws'))
  .find((file) => existsSync(file));

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** First version that reads `endpoint_url` from a profile (botocore 1.31, AWS CLI 1.29 and 2.13). */
function readsEndpointUrl(cli: string | undefined): boolean {
  if (cli === undefined || (existsSync(debianCli) && realpathSync(cli) === realpathSync(debianCli))) {
    return false;
  }
  const version = /aws-cli\/(\d+)\.(\d+)/.exec(spawnSync(cli, ['--version'], { encoding: 'utf8' }).stdout);
  return version !== null && Number(version[2]) >= (version[1] === '1' ? 29 : 13);
}

const hasBoto = (python: string): boolean =>
  existsSync(python) && spawnSync(python, ['-c', 'import boto3']).status === 0;

const alice = 'arn:aws:iam::111122223333:user/alice';
const serial = 'arn:aws:iam::111122223333:mfa/alice';

describe('sandbox: accepted by the tools of AWS', function () {
  // Python takes its time to start on a busy machine.
  this.timeout(60_000);
  let sandbox: Sandbox;
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'sts-sessions-tools-'));
  });
  beforeEach(async () => {
    sandbox = await startSandbox();
    await writeDemoHome(home, sandbox.url);
  });
  afterEach(() => sandbox.close());
  after(() => rm(home, { recursive: true }));

  /** Runs a tool with the demo's home and nothing else of this machine's settings, and answers its prompts. */
  function run(file: string, args: readonly string[], { env = {}, input = '' } = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, {
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: home,
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_PAGER: '',
          ...env,
        },
        // A session of its own has no terminal, so that a prompt reads standard input.
        detached: true,
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, out, err }));
      child.stdin.end(input);
    });
  }

  function cliSuite(cli: string): void {
    const aws = (...args: string[]): Promise<Result> =>
      run(cli, [...args, '--endpoint-url', sandbox.url, '--output', 'json']);
    const json = (result: Result): unknown => {
      assert.equal(result.err, '');
      return JSON.parse(result.out);
    };
    type Keys = { Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string } };

    it('says who it is', async () => {
      assert.equal(
        (json(await aws('sts', 'get-caller-identity', '--profile', 'alice')) as { Arn: string }).Arn,
        alice,
      );
    });

    it('assumes a role with its external ID, and works as that role', async () => {
      const arn = 'arn:aws:iam::111122223333:role/staging-dev';
      const assume = [
        'sts',
        'assume-role',
        '--profile',
        'alice',
        '--role-arn',
        arn,
        '--role-session-name',
        'robot',
      ];
      const refused = await aws(...assume);
      assert.notEqual(refused.code, 0);
      assert.match(
        refused.err,
        new RegExp(
          `\\(AccessDenied\\) when calling the AssumeRole operation: User: ${alice} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
        ),
      );
      const { Credentials: keys } = json(await aws(...assume, '--external-id', 'acme-4711')) as Keys;
      const env = {
        AWS_ACCESS_KEY_ID: keys.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
        AWS_SESSION_TOKEN: keys.SessionToken,
        AWS_DEFAULT_REGION: 'us-west-2',
      };
      const who = await run(
        cli,
        ['sts', 'get-caller-identity', '--endpoint-url', sandbox.url, '--output', 'json'],
        { env },
      );
      assert.equal(
        (json(who) as { Arn: string }).Arn,
        'arn:aws:sts::111122223333:assumed-role/staging-dev/robot',
      );
      const aliases = [
        'iam',
        'list-account-aliases',
        '--endpoint-url',
        sandbox.url,
        '--region',
        'us-east-1',
        '--output',
        'json',
      ];
      assert.deepEqual(json(await run(cli, aliases, { env })), { AccountAliases: ['acme-main'] });
    });

    it('gets a session token with MFA; a used code is refused', async () => {
      const get = [
        'sts',
        'get-session-token',
        '--profile',
        'alice',
        '--serial-number',
        serial,
        '--token-code',
      ];
      const code = sandbox.currentCode('alice');
      assert.ok((json(await aws(...get, code)) as Keys).Credentials.SessionToken);
      assert.match(
        (await aws(...get, code)).err,
        /\(AccessDenied\).*: MultiFactorAuthentication failed with invalid MFA one time pass code\./,
      );
    });

    it('shows the refusal of a root key, of a long duration and of a broken clock', async () => {
      const assume = (profile: string, ...more: string[]): Promise<Result> =>
        aws(
          'sts',
          'assume-role',
          '--profile',
          profile,
          '--role-arn',
          'arn:aws:iam::444455556666:role/readonly',
          '--role-session-name',
          'robot',
          ...more,
        );
      assert.match(
        (await assume('root-main')).err,
        /\(AccessDenied\).*: Roles may not be assumed by root accounts\./,
      );
      assert.match(
        (await assume('alice', '--duration-seconds', '7200')).err,
        /\(ValidationError\).*: The requested DurationSeconds exceeds the MaxSessionDuration/,
      );
      sandbox.control.skewClock(-3_600_000);
      assert.match(
        (await assume('alice')).err,
        /\(SignatureDoesNotMatch\).*: Signature not yet current: \d{8}T\d{6}Z is still later than/,
      );
    });
  }

  describeIf(existsSync(debianCli), `there is no ${debianCli}`, 'session policies by the AWS CLI', () => {
    let world: Sandbox;
    before(async () => {
      world = await startSandbox({ data: roleWorld() });
    });
    after(() => world.close());

    /** Runs a call with the keys of an answer, or ivy's own. */
    const call = async (line: string, keys?: Record<string, string>): Promise<Result> => {
      const env = {
        AWS_ACCESS_KEY_ID: keys?.['AccessKeyId'] ?? ivy.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys?.['SecretAccessKey'] ?? ivy.secretAccessKey,
        ...(keys?.['SessionToken'] === undefined ? {} : { AWS_SESSION_TOKEN: keys['SessionToken'] }),
      };
      const region = line.startsWith('iam') ? 'us-east-1' : 'eu-central-1';
      const rest = ['--endpoint-url', world.url, '--region', region, '--output', 'json'];
      return run(debianCli, [...line.split(' '), ...rest], { env });
    };
    const answer = async (line: string, keys?: Record<string, string>) => {
      const { out, err } = await call(line, keys);
      assert.equal(err, '', line);
      return JSON.parse(out) as Record<string, Record<string, string>>;
    };
    const readOnlyAccess = 'arn=arn:aws:iam::aws:policy/ReadOnlyAccess';
    const assume = `sts assume-role --role-session-name cli --role-arn ${worldRole('operator')}`;

    it('narrow a role, and say how full they are', async () => {
      const reply = await answer(`${assume} --policy-arns ${readOnlyAccess}`);
      assert.equal(Number(reply['PackedPolicySize']), 2);
      const keys = reply['Credentials'];
      assert.deepEqual((await answer('iam list-account-aliases', keys))['AccountAliases'], ['acme-main']);
      const refused = await call('iam create-account-alias --account-alias taken', keys);
      assert.match(refused.err, /\(AccessDenied\).* not authorized to perform: iam:CreateAccountAlias/);
    });

    it('go with GetFederationToken', async () => {
      const reply = await answer(`sts get-federation-token --name guest --policy-arns ${readOnlyAccess}`);
      assert.equal(reply['FederatedUser']?.['FederatedUserId'], '111122223333:guest');
      const who = await answer('sts get-caller-identity', reply['Credentials']);
      assert.match(JSON.stringify(who), /federated-user\/guest/);
    });

    it('hold back what DecodeAuthorizationMessage then explains', async () => {
      const { Credentials: keys } = await answer(assume);
      const { err } = await call('ec2 stop-instances --instance-ids i-0123456789abcdef0', keys);
      const encoded = findEncodedMessage(err);
      assert.ok(encoded !== undefined && err.includes('(UnauthorizedOperation)'), err);
      const reply = await answer(`sts decode-authorization-message --encoded-message ${encoded}`);
      const message: unknown = reply['DecodedMessage'];
      assert.ok(typeof message === 'string');
      const decoded = readAuthorization(message);
      assert.deepEqual(
        [decoded?.allowed, decoded?.explicitDeny, decoded?.statements],
        [false, true, ['NobodyStops']],
      );
    });
  });

  describeIf(existsSync(debianCli), `there is no ${debianCli}`, "Debian's AWS CLI", () =>
    cliSuite(debianCli),
  );

  describeIf(
    readsEndpointUrl(pathCli),
    'no AWS CLI on the PATH reads endpoint_url',
    'the AWS CLI on the PATH',
    () => {
      const cli = pathCli ?? '';
      cliSuite(cli);
      const whoAmI = (profile: string, input = ''): Promise<Result> =>
        run(cli, ['sts', 'get-caller-identity', '--profile', profile, '--query', 'Arn', '--output', 'text'], {
          input,
        });

      it('follows the profiles of the demo', async () => {
        assert.equal((await whoAmI('default')).out.trim(), 'arn:aws:iam::111122223333:user/bob');
        assert.equal(
          (await whoAmI('prod-readonly')).out.trim(),
          'arn:aws:sts::444455556666:assumed-role/readonly/alice-laptop',
        );
        assert.match(
          (await whoAmI('spoke-a')).out,
          /^arn:aws:sts::444455556666:assumed-role\/spoke-a\/botocore-session-/,
        );
        assert.match((await whoAmI('prod-nightshift')).err, /exceeds the MaxSessionDuration/);
        assert.match((await whoAmI('root-admin')).err, /Roles may not be assumed by root accounts/);
        assert.match((await whoAmI('broken')).err, /gone/);
      });

      it('asks for the code of a profile with MFA', async () => {
        const code = sandbox.currentCode('alice');
        assert.match(
          (await whoAmI('prod-admin', `${code}\n`)).out,
          /^arn:aws:sts::444455556666:assumed-role\/admin\/botocore-session-/,
        );
        const call = sandbox.journal.find((entry) => entry.operation === 'AssumeRole');
        assert.equal(call?.params['SerialNumber'], serial);
        // The CLI keeps the role's keys in its cache, so another role is asked for with the used code.
        await rm(join(home, '.aws', 'cli'), { recursive: true, force: true });
        assert.match((await whoAmI('prod-admin', `${code}\n`)).err, /invalid MFA one time pass code/);
      });
    },
  );

  describeIf(hasBoto(debianPython), `${debianPython} has no boto3`, "Debian's boto3", () => {
    // This boto3 is older than endpoint_url in profiles, so its assume-role provider is told where STS is.
    const script = `
import boto3, functools, os, sys
endpoint, code, what = os.environ['SANDBOX_URL'], os.environ['SANDBOX_CODE'], sys.argv[1]
session = boto3.Session(profile_name=sys.argv[2])
provider = session._session.get_component('credential_provider').get_provider('assume-role')
provider._client_creator = functools.partial(provider._client_creator, endpoint_url=endpoint)
provider._prompter = lambda text: code
sts = session.client('sts', endpoint_url=endpoint)
if what == 'arn':
    print(sts.get_caller_identity()['Arn'])
elif what == 'presign':
    print(sts.generate_presigned_url('get_caller_identity', ExpiresIn=60, HttpMethod='GET'))
else:
    print(sts.get_session_token(SerialNumber=what, TokenCode=code)['Credentials']['Expiration'].isoformat())
`;
    const python = (what: string, profile: string, code = ''): Promise<Result> =>
      run(debianPython, ['-c', script, what, profile], {
        env: { SANDBOX_URL: sandbox.url, SANDBOX_CODE: code },
      });

    it('assumes the roles of its profiles, with MFA and in a chain', async () => {
      assert.equal((await python('arn', 'alice')).out.trim(), alice);
      assert.match(
        (await python('arn', 'staging-dev')).out,
        /^arn:aws:sts::111122223333:assumed-role\/staging-dev\//,
      );
      assert.match(
        (await python('arn', 'spoke-a')).out,
        /^arn:aws:sts::444455556666:assumed-role\/spoke-a\//,
      );
      assert.match(
        (await python('arn', 'prod-admin', sandbox.currentCode('alice'))).out,
        /^arn:aws:sts::444455556666:assumed-role\/admin\//,
      );
      assert.match((await python('arn', 'prod-admin', '000000')).err, /invalid MFA one time pass code/);
    });

    it('gets a session token with MFA and reads its expiry', async () => {
      const { out } = await python(serial, 'alice', sandbox.currentCode('alice'));
      const hours = (Date.parse(out.trim()) - Date.now()) / 3_600_000;
      assert.ok(hours > 11.9 && hours <= 12, out);
    });

    it('signs a URL that answers until it expires', async () => {
      const url = (await python('presign', 'alice')).out.trim();
      assert.match(await (await fetch(url)).text(), new RegExp(`<Arn>${alice}</Arn>`));
      assert.equal((await fetch(url.replace('GetCallerIdentity', 'GetSessionToken'))).status, 403);
      sandbox.control.skewClock(62_000);
      assert.match(await (await fetch(url)).text(), /Signature expired: /);
    });
  });
});
