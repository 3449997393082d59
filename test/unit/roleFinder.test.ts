import assert from 'node:assert/strict';
import { AssumeRoleCommand, GetSessionTokenCommand, type Credentials } from '@aws-sdk/client-sts';
import type { Keys } from '../../src/aws/credentials.ts';
import type { Fault } from '../../src/aws/faults.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { Search, SearchProgress } from '../../src/session/roleFinder.ts';
import { sandboxClient } from '../sandbox/client.ts';
import type { SandboxData } from '../sandbox/data.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { account, finderData, keysOf, other, role, searchAt } from '../support/finderWorld.ts';

const arn = (name: string, owner = account): string => `arn:aws:iam::${owner}:role/${name}`;

function found(search: Search | Fault): Search {
  assert.ok(!('kind' in search), JSON.stringify(search));
  return search;
}

/** `name verdict`, with what is needed and what is not known. */
function shape(search: Search | Fault): readonly string[] {
  return found(search).roles.map(({ arn: one, verdict, needs, unknown }) =>
    [
      one.replace('arn:aws:iam::', '').replace(`${account}:role/`, ''),
      verdict,
      needs.mfa ? 'mfa' : '',
      needs.externalId ?? '',
      ...unknown,
    ]
      .filter((part) => part !== '')
      .join(' '),
  );
}

function temporary({ AccessKeyId, SecretAccessKey, SessionToken }: Credentials): Keys {
  return {
    accessKeyId: AccessKeyId ?? '',
    secretAccessKey: new Secret(SecretAccessKey ?? ''),
    sessionToken: new Secret(SessionToken ?? ''),
  };
}

describe('finding roles', () => {
  let sandbox: Sandbox;
  const start = async (data: SandboxData = finderData()): Promise<void> => {
    sandbox = await startSandbox({ data });
  };
  afterEach(() => sandbox.close());

  const calls = (operation: string): number =>
    sandbox.journal.filter((call) => call.operation === operation).length;

  it('finds what a user can assume, with what each role asks for, and what their policies name elsewhere', async () => {
    await start();
    const search = await searchAt(sandbox, keysOf('alice'));
    assert.deepEqual(shape(search), [
      'plain yes',
      'secure yes mfa',
      'team/hub yes',
      'vendor yes acme-4711',
      `${other}:role/partner named`,
      `${other}:role/spoke-a named`,
    ]);
    assert.deepEqual(found(search).missing, []);
    assert.deepEqual(found(search).patterns, [arn('*'), arn('team-*', other)]);
    assert.equal(found(search).caller, `arn:aws:iam::${account}:user/alice`);
  });

  it('finds what a session of a role can assume, by the role’s own ARN with its path', async () => {
    await start();
    const client = sandboxClient(sandbox, keysOf('alice'));
    const { Credentials: hub } = await client.send(
      new AssumeRoleCommand({ RoleArn: arn('team/hub'), RoleSessionName: 'me' }),
    );
    assert.ok(hub);
    // Its own policies let it assume nothing: a trust policy that names it is enough, one that names the account is not.
    assert.deepEqual(shape(await searchAt(sandbox, temporary(hub))), ['for-hub yes']);
  });

  it('leaves out what the caller is denied', async () => {
    await start();
    assert.deepEqual(shape(await searchAt(sandbox, keysOf('nick'))), []);
  });

  it('leaves out the one role among several that the caller is denied', async () => {
    const data = finderData();
    const [main, ...rest] = data.accounts;
    assert.ok(main);
    const denied = { Effect: 'Deny' as const, Action: 'sts:AssumeRole', Resource: arn('plain') };
    const users = (main.users ?? []).map((user) =>
      user.name === 'alice' ? { ...user, policies: [...(user.policies ?? []), denied] } : user,
    );
    await start({ accounts: [{ ...main, users }, ...rest] });
    assert.deepEqual(shape(await searchAt(sandbox, keysOf('alice'))).slice(0, 3), [
      'secure yes mfa',
      'team/hub yes',
      'vendor yes acme-4711',
    ]);
  });

  it('says which permissions are missing, and what it can tell without them', async () => {
    await start();
    const search = await searchAt(sandbox, keysOf('eve'), { known: [arn('plain')] });
    assert.deepEqual(found(search).roles, []);
    assert.deepEqual(found(search).missing, [
      'iam:ListRoles',
      'iam:GetRole',
      'iam:ListAttachedUserPolicies',
      'iam:ListGroupsForUser',
      'iam:ListUserPolicies',
    ]);
  });

  it('looks at roles by name where it may not list them', async () => {
    const data = finderData();
    const [main, ...rest] = data.accounts;
    assert.ok(main);
    const users = (main.users ?? []).map((user) =>
      user.name === 'eve'
        ? {
            ...user,
            policies: [
              ...(user.policies ?? []),
              { Effect: 'Allow' as const, Action: 'iam:GetRole', Resource: '*' },
            ],
          }
        : user,
    );
    await start({ accounts: [{ ...main, users }, ...rest] });
    const search = await searchAt(sandbox, keysOf('eve'), {
      known: [arn('secure'), arn('for-hub'), arn('gone'), arn('spoke-a', other)],
    });
    assert.deepEqual(shape(search), ['secure perhaps mfa sts:AssumeRole']);
    assert.ok(found(search).missing.includes('iam:ListRoles'));
    assert.ok(found(search).missing.includes('iam:SimulatePrincipalPolicy'));
  });

  it('says that IAM takes no keys of GetSessionToken without a code, and takes them with one', async () => {
    await start();
    const client = sandboxClient(sandbox, keysOf('alice'));
    const bare = await client.send(new GetSessionTokenCommand({}));
    assert.ok(bare.Credentials);
    assert.deepEqual(await searchAt(sandbox, temporary(bare.Credentials)), {
      kind: 'iamNeedsMfa',
      profile: '',
    });
    const coded = await client.send(
      new GetSessionTokenCommand({
        SerialNumber: `arn:aws:iam::${account}:mfa/alice`,
        TokenCode: sandbox.unusedCode('alice'),
      }),
    );
    assert.ok(coded.Credentials);
    assert.equal(found(await searchAt(sandbox, temporary(coded.Credentials))).roles.length, 6);
  });

  it('tells a root user that they can assume none', async () => {
    await start();
    assert.deepEqual(await searchAt(sandbox, keysOf('root')), { kind: 'rootCannotAssume' });
    assert.equal(calls('ListRoles'), 0);
  });

  it('lists 5,000 roles page by page, and asks about those that let the caller in', async () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      role(`r-${String(index).padStart(4, '0')}`, undefined, index % 10 === 0 ? account : other),
    );
    await start(finderData(many));
    const progress: SearchProgress[] = [];
    const startedAt = performance.now();
    const search = await searchAt(sandbox, keysOf('alice'), { onProgress: (at) => progress.push(at) });
    assert.equal(found(search).roles.length, 506);
    assert.equal(calls('ListRoles'), Math.ceil(5006 / 80));
    assert.equal(calls('SimulatePrincipalPolicy'), Math.ceil(503 / 50) + 1);
    assert.deepEqual(progress.at(0), { stage: 'listing', count: 80 });
    assert.ok(progress.some(({ stage, count }) => stage === 'checking' && count >= 450));
    assert.ok(performance.now() - startedAt < 20_000);
  }).timeout(30_000);

  it('waits when IAM is getting too many calls, and goes on where it was', async () => {
    await start();
    sandbox.control.throttle({ operation: 'ListRoles', times: 4 });
    const waits: number[] = [];
    const search = await searchAt(sandbox, keysOf('alice'), { waits });
    assert.equal(found(search).roles.length, 6);
    assert.ok(
      waits.some((ms) => ms >= 250),
      JSON.stringify(waits),
    );
  });

  it('stops at once when the person has had enough, and sends nothing more', async () => {
    await start(finderData(Array.from({ length: 400 }, (_, index) => role(`r-${index}`))));
    const controller = new AbortController();
    const search = await searchAt(sandbox, keysOf('alice'), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    assert.deepEqual(search, { kind: 'cancelled' });
    assert.equal(calls('ListRoles'), 1);
  });

  it('gives up on a list that turns in circles, and on what is not IAM', async () => {
    await start();
    const circle = `<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult><Roles/><IsTruncated>true</IsTruncated><Marker>again</Marker></ListRolesResult></ListRolesResponse>`;
    sandbox.control.raw(
      { status: 200, headers: { 'Content-Type': 'text/xml' }, body: circle },
      { operation: 'ListRoles' },
    );
    const turning = await searchAt(sandbox, keysOf('alice'));
    assert.equal('kind' in turning && turning.kind, 'notAws');
    assert.equal(calls('ListRoles'), 2);
    sandbox.control.clear();
    sandbox.control.raw({ status: 200, body: '<html>sign in</html>' }, { operation: 'ListRoles' });
    const page = await searchAt(sandbox, keysOf('alice'));
    assert.equal('kind' in page && page.kind === 'notAws' && page.what, 'html');
  });

  it('does not stumble over a role whose trust policy cannot be read', async () => {
    await start();
    const roleXml = (name: string, policy: string): string =>
      `<member><Path>/</Path><RoleName>${name}</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>${arn(name)}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>${policy}</AssumeRolePolicyDocument></member>`;
    const good = encodeURIComponent(
      JSON.stringify({ Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: '*' } }),
    );
    const members = [roleXml('a', '%'), roleXml('b', '%7B'), roleXml('c', good)].join('');
    sandbox.control.raw(
      {
        status: 200,
        headers: { 'Content-Type': 'text/xml' },
        body: `<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult><Roles>${members}</Roles><IsTruncated>false</IsTruncated></ListRolesResult></ListRolesResponse>`,
      },
      { operation: 'ListRoles' },
    );
    assert.deepEqual(shape(await searchAt(sandbox, keysOf('alice'))).slice(0, 1), ['c yes']);
  });
});
