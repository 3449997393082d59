import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planEnvironment } from '../../src/aws/environment.ts';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { run, type RunOptions, type RunResult } from '../../src/aws/run.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { machineEffects } from '../../src/machine/machine.ts';
import { sandboxClient } from '../sandbox/client.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { fakeEffects } from '../support/fakeEffects.ts';
import { createIdp, type Idp } from '../support/idp.ts';
import { dora, kindsData, kindsEnvironment, kindsRole, writeKindsHome } from '../support/kinds.ts';
import { isInstalled, run as runTool } from '../support/outletRig.ts';
import { describeIf } from '../support/skip.ts';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';

/** From 1.31 on it reads `endpoint_url`; before it would ask the real AWS. */
const hasBotocore = isInstalled('python3', [
  '-c',
  'import botocore; assert [int(part) for part in botocore.__version__.split(".")] >= [1, 31]',
]);
const program = `
import sys
from botocore.session import Session
for profile in sys.argv[1:]:
    print(Session(profile=profile).create_client('sts').get_caller_identity()['Arn'])
`;

const assumed = (role: string, session = 'vscode'): string =>
  `arn:aws:sts::111122223333:assumed-role/${role}/${session}`;

describe('every kind of profile that needs no person, against the sandbox', function () {
  // Python takes its time to start on a busy machine.
  this.timeout(60_000);
  let home: string;
  let sandbox: Sandbox;
  let idp: Idp;

  before(() => {
    idp = createIdp();
  });
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'sts-kinds-'));
    sandbox = await startSandbox({ data: kindsData(idp) });
    await writeKindsHome(home, sandbox.url, idp);
  });
  afterEach(async () => {
    await sandbox.close();
    rmSync(home, { recursive: true });
  });

  /** What a person's start does, without a person: files → plan → credentials. */
  async function start(
    profile: string,
    more: { env?: Readonly<Record<string, string>>; options?: RunOptions } = {},
  ): Promise<RunResult> {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      ...kindsEnvironment(sandbox.url),
      ...more.env,
    };
    const set = readProfiles({
      config: await readFile(join(home, '.aws', 'config'), 'utf8'),
      credentials: undefined,
    });
    const planned = planFor(set, { kind: 'profile', profile }, planEnvironment(env));
    assert.ok(planned.ok, JSON.stringify(planned));
    const effects = fakeEffects({
      now: Date.now,
      send: createStsSender({ now: Date.now }),
      ...machineEffects({ env, platform: process.platform, home }),
    });
    return run(planned.plan, effects, new AbortController().signal, more.options);
  }

  /** Who AWS says that the credentials are. */
  async function who(result: RunResult): Promise<string> {
    assert.ok(result.ok, JSON.stringify(result));
    const reply = await createStsSender({ now: Date.now })(
      { kind: 'callerIdentity' },
      result.credentials,
      { region: 'eu-central-1', endpoint: sandbox.url },
      new AbortController().signal,
    );
    assert.ok(reply.kind === 'identity', JSON.stringify(reply));
    return reply.identity.arn;
  }

  function fault(result: RunResult): Record<string, unknown> {
    assert.ok(!result.ok);
    return { ...result.fault };
  }

  const calls = (): string[] =>
    sandbox.journal.map(({ operation, status }) => `${operation} ${String(status)}`);

  /** Lets the program of `vault` print keys of a role of dora's. */
  async function fillVault(more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { Credentials: keys } = await sandboxClient(sandbox, dora).send(
      new AssumeRoleCommand({ RoleArn: kindsRole('Node'), RoleSessionName: 'vault' }),
    );
    const { Expiration, ...others } = keys ?? {};
    const json = { Version: 1, ...others, Expiration: Expiration?.toISOString(), ...more };
    await writeFile(join(home, 'process.json'), JSON.stringify(json), { mode: 0o600 });
  }

  it('web identity: a real token for a role, and the role for the next', async () => {
    assert.equal(await who(await start('ci')), assumed('Ci'));
    assert.deepEqual(calls(), ['AssumeRoleWithWebIdentity 200', 'GetCallerIdentity 200']);
    assert.equal(sandbox.journal[0]?.accessKeyId, undefined, 'it is not signed');
    assert.ok(!JSON.stringify(sandbox.journal).includes('eyJ'), 'the journal holds no token');
    assert.equal(await who(await start('deploy')), assumed('Deploy'));
  });

  it('web identity: what AWS has against a token', async () => {
    const stranger = createIdp('https://stranger.example');
    const forger = createIdp(idp.issuer);
    for (const [token, expected] of [
      ['EXAMPLEJWT', { what: 'invalid' }],
      [
        stranger.token('repo:acme/site', 'sts.example'),
        { what: 'noProvider', detail: 'https://stranger.example' },
      ],
      [forger.token('repo:acme/site', 'sts.example'), { what: 'invalid', detail: 'Token signature invalid' }],
      [idp.token('repo:acme/site', 'sts.example', { exp: 1 }), { what: 'expired' }],
      [idp.token('repo:acme/site', 'other.example'), { what: 'audience' }],
      [idp.token('repo:acme/site', 'sts.example', { azp: 'other.example' }), { what: 'audience' }],
      [
        idp.token('repo:evil/site', 'sts.example'),
        { kind: 'accessDenied', hints: ['trustPolicy', 'roleName'] },
      ],
    ] as const) {
      await writeFile(join(home, 'jwt'), token);
      const found = fault(await start('ci'));
      const wanted = { kind: 'webIdentity', ...expected };
      assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, found[key]])), wanted);
      assert.ok(!JSON.stringify(found).includes(token));
    }
  });

  it('web identity: is asked for again with an hour, where the role allows no more', async () => {
    const options: RunOptions = { durationSeconds: 28_800 };
    const result = await start('ci', { options });
    assert.ok(result.ok);
    assert.deepEqual(
      result.shortened?.map(({ grantedSeconds }) => grantedSeconds),
      [3600],
    );
    assert.deepEqual(calls(), ['AssumeRoleWithWebIdentity 400', 'AssumeRoleWithWebIdentity 200']);
  });

  it('process: what it prints is who one is', async () => {
    await fillVault();
    const result = await start('vault');
    assert.equal(await who(result), assumed('Node', 'vault'));
    assert.ok(result.ok);
    assert.ok((result.credentials.expiresAt ?? 0) > Date.now());
  });

  it('process: a failure names neither arguments nor output', async () => {
    await chmod(join(home, 'print keys.sh'), 0o600);
    assert.equal(fault(await start('vault'))['what'], 'notStarted');
    await chmod(join(home, 'print keys.sh'), 0o700);
    const failed = fault(await start('vault'));
    assert.deepEqual([failed['what'], failed['detail']], ['failed', '1']);
    await fillVault({ Expiration: '2001-01-01T00:00:00Z' });
    assert.equal(fault(await start('vault'))['what'], 'expired');
    assert.ok(!JSON.stringify(failed).includes('EXAMPLEPASSWORD'));
  });

  it('environment, instance and container assume a role', async () => {
    for (const [profile, before] of [
      ['env', []],
      ['node', ['GetInstanceToken 200', 'GetInstanceRole 200', 'GetInstanceCredentials 200']],
      ['task', ['GetContainerCredentials 200']],
    ] as const) {
      const from = sandbox.journal.length;
      assert.equal(await who(await start(profile)), assumed('FromMachine'));
      assert.deepEqual(calls().slice(from), [...before, 'AssumeRole 200', 'GetCallerIdentity 200']);
    }
  });

  it('an instance of before IMDSv2 is asked without a token', async () => {
    await sandbox.close();
    const data = kindsData(idp);
    sandbox = await startSandbox({ data: { ...data, machine: { ...data.machine, instanceTokens: false } } });
    await writeKindsHome(home, sandbox.url, idp);
    assert.equal(await who(await start('node')), assumed('FromMachine'));
    assert.equal(calls()[0], 'GetInstanceToken 404');
  });

  it('a container’s endpoint refuses a wrong token', async () => {
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'wrong' };
    const { what, detail } = fault(await start('task', { env }));
    assert.deepEqual([what, detail], ['refused', 'HTTP 401']);
  });

  it('tags and source identity arrive, from an included profile too', async () => {
    assert.equal(await who(await start('tagged')), assumed('Tagged'));
    const [call] = sandbox.journal;
    assert.equal(call?.params['Tags.member.2.Value'], 'dev');
    assert.equal(call?.params['TransitiveTagKeys.member.1'], 'team');
    assert.equal(call?.params['SourceIdentity'], 'dora');
    assert.equal(fault(await start('base'))['kind'], 'accessDenied', 'without the source identity');
  });

  it('a role that allows less is started for an hour, and asked for no more than that the next time', async () => {
    const first = await start('short');
    assert.ok(first.ok);
    assert.deepEqual(first.shortened, [
      { roleArn: kindsRole('Short'), askedSeconds: 28_800, grantedSeconds: 3600, byRole: true },
    ]);
    const again = await start('short', { options: { refusedBy: () => 28_800 } });
    assert.ok(again.ok);
    assert.equal(again.shortened, undefined);
    assert.deepEqual(calls(), ['AssumeRole 400', 'AssumeRole 200', 'AssumeRole 200']);
  });

  describeIf(
    hasBotocore,
    'no botocore 1.31 for python3',
    'the engine of the AWS CLI, with the same files',
    () => {
      it('becomes the same roles', async () => {
        await fillVault();
        // Beside it the CLI is stricter: it reads neither `~` nor white space in a token file.
        const config = await readFile(join(home, '.aws', 'config'), 'utf8');
        await writeFile(join(home, '.aws', 'config'), config.replace('~/jwt', join(home, 'jwt')));
        await writeFile(join(home, 'jwt'), idp.token('repo:acme/site', 'sts.example'));
        const profiles = ['vault', 'ci', 'deploy', 'env', 'node', 'task'];
        const { status, stdout, stderr } = await runTool('python3', ['-c', program, ...profiles], {
          ...kindsEnvironment(sandbox.url),
          HOME: home,
          PATH: process.env['PATH'] ?? '',
        });
        assert.equal(status, 0, stderr);
        const roles = stdout.trim().split('\n');
        assert.deepEqual(
          roles.map((line) => line.replace(/botocore-session-\d+$/, 'vscode')),
          [
            assumed('Node', 'vault'),
            ...['Ci', 'Deploy', 'FromMachine', 'FromMachine', 'FromMachine'].map((role) => assumed(role)),
          ],
        );
      });
    },
  );
});
