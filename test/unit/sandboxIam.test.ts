import assert from 'node:assert/strict';
import { IAMClient, ListRolesCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { account, finderData, keysOf, role } from '../support/finderWorld.ts';
import { run } from '../support/processes.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli } from '../support/stage.ts';

const many = Array.from({ length: 250 }, (_, index) => role(`r-${String(index).padStart(3, '0')}`));

describe('sandbox: IAM', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ data: finderData(many) });
  });
  afterEach(() => sandbox.close());

  const client = (name: string, region = 'us-east-1'): IAMClient =>
    new IAMClient({ endpoint: sandbox.url, region, credentials: keysOf(name), maxAttempts: 1 });

  it('gives pages of 100 roles unless it is asked for others, and refuses a marker that is none', async () => {
    const first = await client('alice').send(new ListRolesCommand({}));
    assert.equal(first.Roles?.length, 100);
    assert.equal(first.IsTruncated, true);
    const last = await client('alice').send(new ListRolesCommand({ Marker: first.Marker, MaxItems: 1000 }));
    assert.equal(last.Roles?.length, 156);
    assert.equal(last.IsTruncated, false);
    await assert.rejects(client('alice').send(new ListRolesCommand({ Marker: 'x' })), {
      name: 'ValidationError',
    });
  });

  it('refuses in AWS’s words whoever may not ask, and keys of other regions', async () => {
    await assert.rejects(client('eve').send(new ListRolesCommand({})), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${account}:user/eve is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::${account}:role/`,
    });
    await assert.rejects(client('alice', 'eu-west-1').send(new ListRolesCommand({})), {
      name: 'SignatureDoesNotMatch',
    });
  });

  it('simulates what a caller’s own policies say', async () => {
    const decide = async (user: string): Promise<unknown> => {
      const { EvaluationResults = [] } = await client('alice').send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: `arn:aws:iam::${account}:user/${user}`,
          ActionNames: ['sts:AssumeRole'],
          ResourceArns: [`arn:aws:iam::${account}:role/plain`, 'arn:aws:iam::999988887777:role/x'],
        }),
      );
      // One for the action, whose decision is the strictest; each role has its own inside.
      return EvaluationResults.map(({ EvalDecision, EvalResourceName, ResourceSpecificResults = [] }) => [
        EvalDecision,
        EvalResourceName,
        ...ResourceSpecificResults.map(({ EvalResourceDecision }) => EvalResourceDecision),
      ]);
    };
    const template = 'arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}';
    assert.deepEqual(await decide('alice'), [['implicitDeny', template, 'allowed', 'implicitDeny']]);
    assert.deepEqual(await decide('nick'), [['explicitDeny', template, 'explicitDeny', 'implicitDeny']]);
  });
});

describeIf(awsCli !== undefined, noAwsCli, 'sandbox: IAM, asked by the AWS CLI', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ data: finderData(many) });
  });
  after(() => sandbox.close());

  const aws = async (...args: readonly string[]): Promise<unknown> => {
    const { accessKeyId, secretAccessKey } = keysOf('alice');
    const { stdout, stderr } = await run(
      awsCli ?? 'aws',
      ['iam', ...args, '--endpoint-url', sandbox.url, '--region', 'us-east-1', '--output', 'json'],
      {
        env: {
          HOME: '/nonexistent',
          PATH: process.env['PATH'],
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
        },
      },
    );
    assert.equal(stderr, '');
    return JSON.parse(stdout);
  };

  it('lists every role over its pages, with the trust policy as JSON', async () => {
    const roles = await aws(
      'list-roles',
      '--query',
      'Roles[].[Arn, AssumeRolePolicyDocument.Statement[0].Effect]',
    );
    assert.ok(Array.isArray(roles));
    assert.equal(roles.length, 256);
    assert.deepEqual(roles[0], [`arn:aws:iam::${account}:role/for-hub`, 'Allow']);
  }).timeout(60_000);

  const reads: readonly [args: readonly string[], answer: unknown][] = [
    [['get-role', '--role-name', 'hub', '--query', 'Role.Arn'], `arn:aws:iam::${account}:role/team/hub`],
    [['list-groups-for-user', '--user-name', 'alice', '--query', 'Groups[].GroupName'], ['engineers']],
    [['list-user-policies', '--user-name', 'alice', '--query', 'PolicyNames'], ['own']],
    [['list-group-policies', '--group-name', 'engineers', '--query', 'PolicyNames'], ['own']],
    [['list-role-policies', '--role-name', 'plain', '--query', 'PolicyNames'], []],
    [
      [
        'get-group-policy',
        '--group-name',
        'engineers',
        '--policy-name',
        'own',
        '--query',
        'PolicyDocument.Statement[0].Action',
      ],
      'sts:AssumeRole',
    ],
    [
      ['list-attached-user-policies', '--user-name', 'alice', '--query', 'AttachedPolicies[].PolicyArn'],
      [`arn:aws:iam::${account}:policy/partners`],
    ],
    [
      [
        'get-policy-version',
        '--policy-arn',
        `arn:aws:iam::${account}:policy/partners`,
        '--version-id',
        'v3',
        '--query',
        'PolicyVersion.Document.Statement[0].Action',
      ],
      'sts:*',
    ],
    [
      [
        'simulate-principal-policy',
        '--policy-source-arn',
        `arn:aws:iam::${account}:user/alice`,
        '--action-names',
        'sts:AssumeRole',
        '--resource-arns',
        `arn:aws:iam::${account}:role/plain`,
        '--query',
        'EvaluationResults[].EvalDecision',
      ],
      ['allowed'],
    ],
  ];
  for (const [args, answer] of reads) {
    it(`answers ${args[0]}`, async () => assert.deepEqual(await aws(...args), answer)).timeout(60_000);
  }
});
