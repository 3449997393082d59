import assert from 'node:assert/strict';
import {
  AssumeRoleCommand,
  DecodeAuthorizationMessageCommand,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
} from '@aws-sdk/client-sts';
import { carolArn, Cases, keysOf, main, role, rootKeys } from '../sandbox/cases.ts';
import { sandboxClient } from '../sandbox/client.ts';
import { readAccountAliases, writeAccountAlias } from '../support/iamCalls.ts';

const readOnlyAccess = { arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' };
const policy = (...Action: string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } });

describe('sandbox: session policies', () => {
  const cases = new Cases();
  beforeEach(() => cases.start());
  afterEach(() => cases.stop());

  const federate = async (
    caller: Parameters<typeof sandboxClient>[1],
    more: Partial<GetFederationTokenCommandInput> = {},
  ) => sandboxClient(cases.sandbox, caller).send(new GetFederationTokenCommand({ Name: 'guest', ...more }));

  it('narrow a role to what both allow, and give nothing', async () => {
    const { Credentials: all } = await cases.assume(keysOf('carol'), 'owner');
    await writeAccountAlias(cases.sandbox, all, 'renamed');
    const { Credentials: reads, PackedPolicySize } = await cases.assume(keysOf('carol'), 'owner', {
      PolicyArns: [readOnlyAccess],
    });
    assert.equal(PackedPolicySize, Math.ceil((readOnlyAccess.arn.length / 2048) * 100));
    assert.deepEqual(await readAccountAliases(cases.sandbox, reads), ['renamed']);
    await assert.rejects(writeAccountAlias(cases.sandbox, reads, 'again'), {
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${main}:assumed-role/owner/robot is not authorized to perform: iam:CreateAccountAlias on resource: *`,
    });
    const { Credentials: neither } = await cases.assume(keysOf('carol'), 'owner', { Policy: policy('s3:*') });
    await assert.rejects(readAccountAliases(cases.sandbox, neither), { name: 'AccessDenied' });
    // A session has no more than its role, whatever its policies say.
    const { Credentials: plain } = await cases.assume(keysOf('carol'), 'plain', { Policy: policy('*') });
    await assert.rejects(writeAccountAlias(cases.sandbox, plain, 'again'), { name: 'AccessDenied' });
  });

  it('add up, as AWS’s do', async () => {
    const { Credentials: keys } = await cases.assume(keysOf('carol'), 'owner', {
      Policy: policy('iam:CreateAccountAlias'),
      PolicyArns: [readOnlyAccess],
    });
    await writeAccountAlias(cases.sandbox, keys, 'both');
    assert.deepEqual(await readAccountAliases(cases.sandbox, keys), ['both']);
  });

  it('keep a role from assuming the next one', async () => {
    const { Credentials: keys } = await cases.assume(keysOf('carol'), 'plain', {
      PolicyArns: [readOnlyAccess],
    });
    await assert.rejects(cases.assume(keys, 'chained'), { name: 'AccessDenied' });
  });

  const refused: readonly [string, { Policy?: string; PolicyArns?: { arn: string }[] }, string, RegExp][] = [
    ['no JSON', { Policy: '{' }, 'MalformedPolicyDocumentException', /invalid Json/],
    [
      'a principal',
      {
        Policy: JSON.stringify({
          Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
        }),
      },
      'MalformedPolicyDocumentException',
      /principal/,
    ],
    [
      'no resource',
      { Policy: JSON.stringify({ Statement: { Effect: 'Allow', Action: '*' } }) },
      'MalformedPolicyDocumentException',
      /resources/,
    ],
    [
      'too long a policy',
      { Policy: policy('a'.repeat(2048)) },
      'ValidationError',
      /length less than or equal to 2048/,
    ],
    [
      'a policy of another account',
      { PolicyArns: [{ arn: 'arn:aws:iam::999999999999:policy/x' }] },
      'ValidationError',
      /ARN is invalid/,
    ],
    [
      'a policy that is not there',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/Nonsense' }] },
      'NoSuchEntity',
      /does not exist/,
    ],
  ];
  for (const [why, more, name, message] of refused) {
    it(`refuses ${why}`, async () => {
      await assert.rejects(cases.assume(keysOf('carol'), 'plain', more), { name, message });
    });
  }

  describe('GetFederationToken', () => {
    it('gives a part of the user’s rights, but neither IAM nor the rest of STS', async () => {
      const reply = await federate(keysOf('carol'), { PolicyArns: [readOnlyAccess] });
      assert.equal(reply.FederatedUser?.Arn, `arn:aws:sts::${main}:federated-user/guest`);
      assert.equal(reply.FederatedUser?.FederatedUserId, `${main}:guest`);
      cases.assertLife(reply.Credentials, 12 * 3600);
      assert.equal((await cases.whoIs(reply.Credentials)).Arn, reply.FederatedUser?.Arn);
      await assert.rejects(readAccountAliases(cases.sandbox, reply.Credentials), {
        name: 'InvalidClientTokenId',
      });
      await assert.rejects(cases.assume(reply.Credentials, 'plain'), { name: 'AccessDenied' });
      await assert.rejects(federate(reply.Credentials), /session credentials/);
      await assert.rejects(cases.sessionToken(reply.Credentials), /session credentials/);
    });

    it('is for long-term keys with the permission, and an hour for root', async () => {
      await assert.rejects(federate(keysOf('dave')), {
        name: 'AccessDenied',
        message: `User: arn:aws:iam::${main}:user/dave is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${main}:federated-user/guest`,
      });
      await assert.rejects(federate(await cases.sessionToken(keysOf('carol'))), {
        name: 'AccessDenied',
        message: 'Cannot call GetFederationToken with session credentials',
      });
      const { Credentials: root } = await federate(rootKeys(), { DurationSeconds: 43_200 });
      cases.assertLife(root, 3600);
    });
  });

  describe('DecodeAuthorizationMessage', () => {
    const decode = (caller: Parameters<typeof sandboxClient>[1], EncodedMessage: string) =>
      sandboxClient(cases.sandbox, caller).send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));

    it('takes only what the sandbox has encoded, from whom it is allowed', async () => {
      const { Credentials: owner } = await cases.assume(keysOf('carol'), 'owner');
      await assert.rejects(decode(owner, 'EXAMPLEMESSAGE-made-up'), {
        name: 'InvalidAuthorizationMessageException',
      });
      const { Credentials: plain } = await cases.assume(keysOf('carol'), 'plain');
      await assert.rejects(decode(plain, 'x'), {
        message: `User: arn:aws:sts::${main}:assumed-role/plain/robot is not authorized to perform: sts:DecodeAuthorizationMessage on resource: *`,
      });
      await assert.rejects(decode(await cases.sessionToken(keysOf('carol')), 'x'), { name: 'AccessDenied' });
    });
  });

  it('are refused in the words of a role that nobody may assume only after they were read', async () => {
    const call = new AssumeRoleCommand({ RoleArn: role('nobody'), RoleSessionName: 'robot', Policy: '{' });
    await assert.rejects(sandboxClient(cases.sandbox, keysOf('carol')).send(call), {
      name: 'MalformedPolicyDocumentException',
    });
    assert.equal(cases.sandbox.journal[0]?.caller, carolArn);
  });
});
