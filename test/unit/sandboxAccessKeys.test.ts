import assert from 'node:assert/strict';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { sandboxClient } from '../sandbox/client.ts';
import type { KeyData } from '../sandbox/data.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { keyWorld, oldKey, rootKey, secondKey, strangerKey } from '../support/rotationWorld.ts';

describe('sandbox: access keys', () => {
  let sandbox: Sandbox;
  beforeEach(async () => (sandbox = await startSandbox({ data: keyWorld() })));
  afterEach(() => sandbox.close());

  const client = ({ accessKeyId, secretAccessKey }: KeyData): IAMClient =>
    new IAMClient({
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
  const whoAmI = (keys: KeyData): Promise<string> =>
    sandboxClient(sandbox, keys)
      .send(new GetCallerIdentityCommand())
      .then(
        ({ Arn }) => Arn ?? '',
        (error: unknown) => (error as Error).name,
      );
  const create = async (): Promise<KeyData> => {
    const { AccessKey } = await client(oldKey).send(new CreateAccessKeyCommand());
    assert.equal(AccessKey?.Status, 'Active');
    return { accessKeyId: AccessKey.AccessKeyId ?? '', secretAccessKey: AccessKey.SecretAccessKey ?? '' };
  };

  it('list whoever calls, with the day of making, and a user by name where that is allowed', async () => {
    const { AccessKeyMetadata } = await client(oldKey).send(new ListAccessKeysCommand());
    assert.deepEqual(AccessKeyMetadata, [
      {
        UserName: 'rita',
        AccessKeyId: oldKey.accessKeyId,
        Status: 'Active',
        CreateDate: new Date('2026-03-01T00:00:00Z'),
      },
    ]);
    await assert.rejects(client(oldKey).send(new ListAccessKeysCommand({ UserName: 'sam' })), {
      name: 'AccessDenied',
    });
    const ofRoot = await client(rootKey).send(new ListAccessKeysCommand());
    assert.deepEqual(
      ofRoot.AccessKeyMetadata?.map(({ AccessKeyId, UserName }) => [AccessKeyId, UserName]),
      [[rootKey.accessKeyId, undefined]],
    );
  });

  it('take a new key here and not there at first, and everywhere then', async () => {
    const key = await create();
    const answers = [];
    for (let call = 0; call < 7; call++) {
      answers.push((await whoAmI(key)).startsWith('arn:') ? 'known' : 'unknown');
    }
    assert.deepEqual(answers, ['unknown', 'unknown', 'known', 'unknown', 'known', 'known', 'known']);
    assert.ok(sandbox.secrets().includes(key.secretAccessKey));
  });

  it('are two at most', async () => {
    await create();
    await assert.rejects(client(oldKey).send(new CreateAccessKeyCommand()), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
    await assert.rejects(client(secondKey).send(new CreateAccessKeyCommand()), {
      name: 'LimitExceededException',
    });
  });

  it('are unknown while they are switched off, and for good when deleted', async () => {
    const set = (Status: 'Active' | 'Inactive') =>
      client(rootKey).send(
        new UpdateAccessKeyCommand({ UserName: 'rita', AccessKeyId: oldKey.accessKeyId, Status }),
      );
    await set('Inactive');
    assert.equal(await whoAmI(oldKey), 'InvalidClientTokenId');
    await set('Active');
    assert.equal(await whoAmI(oldKey), 'arn:aws:iam::111122223333:user/rita');
    await client(oldKey).send(new DeleteAccessKeyCommand({ AccessKeyId: oldKey.accessKeyId }));
    assert.equal(await whoAmI(oldKey), 'InvalidClientTokenId');
  });

  it('say when they were last used, and by which service', async () => {
    const lastUse = (AccessKeyId: string) =>
      client(rootKey).send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    assert.deepEqual((await lastUse(oldKey.accessKeyId)).AccessKeyLastUsed, {
      ServiceName: 'N/A',
      Region: 'N/A',
    });
    await whoAmI(oldKey);
    const { AccessKeyLastUsed, UserName } = await lastUse(oldKey.accessKeyId);
    assert.equal(UserName, 'rita');
    assert.equal(AccessKeyLastUsed?.ServiceName, 'sts');
    assert.equal(AccessKeyLastUsed?.Region, 'eu-central-1');
  });

  it('are nobody else’s, and need an MFA code where only a session has one', async () => {
    await assert.rejects(
      client(oldKey).send(new DeleteAccessKeyCommand({ AccessKeyId: secondKey.accessKeyId })),
      { name: 'NoSuchEntityException' },
    );
    await assert.rejects(client(strangerKey).send(new ListAccessKeysCommand()), { name: 'AccessDenied' });
    const { Credentials } = await sandboxClient(sandbox, oldKey).send(new GetSessionTokenCommand());
    const withoutCode = new IAMClient({
      endpoint: sandbox.url,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    });
    await assert.rejects(withoutCode.send(new ListAccessKeysCommand()), { name: 'InvalidClientTokenId' });
  });
});
