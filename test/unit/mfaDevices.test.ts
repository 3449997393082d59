import assert from 'node:assert/strict';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { sortDevices } from '../../src/aws/mfaChoices.ts';
import type { IamCaller } from '../../src/aws/roles/iamApi.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createIam } from '../../src/clients/iam.ts';
import type { SandboxData } from '../sandbox/data.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';

const main = 'arn:aws:iam::111122223333';
const phone = `${main}:mfa/ann`;
const key = `${main}:u2f/user/ann/yubi`;
const keys = (name: string) => ({
  accessKeyId: `AKIAEXAMPLE${name.toUpperCase().padEnd(9, '0')}`,
  secretAccessKey: `EXAMPLEKEY/${name}/0123456789abcdefghijklmn`,
});
const seeds = ['SANDBOXSEEDOFANNAFORTESTSONLY234', 'SANDBOXSEEDOFNOBODYFORTESTSONLY3'] as const;
const data: SandboxData = {
  accounts: [
    {
      id: '111122223333',
      users: [
        {
          name: 'ann',
          keys: [keys('ann')],
          mfa: [
            { serial: phone, seed: seeds[0] },
            { serial: 'GAHT12345678', seed: seeds[0] },
            { serial: key, seed: seeds[1] },
          ],
          policies: [{ Effect: 'Allow', Action: 'iam:ListMFADevices', Resource: '*' }],
        },
        { name: 'bert', keys: [keys('bert')] },
      ],
    },
  ],
};

describe('the MFA devices of a user', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ data });
  });
  after(() => sandbox.close());

  const iam = createIam({ now: () => Date.now() });
  const caller = (name: string): IamCaller => ({
    keys: {
      accessKeyId: keys(name).accessKeyId,
      secretAccessKey: new Secret(keys(name).secretAccessKey),
      sessionToken: undefined,
    },
    target: { region: 'us-east-1', endpoint: sandbox.url },
  });

  it('are listed, virtual, hardware and security keys, and told apart', async () => {
    const answer = await iam.listMfaDevices(caller('ann'), new AbortController().signal);
    assert.ok(!('kind' in answer), JSON.stringify(answer));
    assert.deepEqual(sortDevices(answer), { withCodes: [phone, 'GAHT12345678'], securityKeys: ['yubi'] });
  });

  it('are not listed for who may not: the fault names the permission', async () => {
    const answer = await iam.listMfaDevices(caller('bert'), new AbortController().signal);
    assert.ok('kind' in answer && answer.kind === 'accessDenied');
    assert.equal(answer.action, 'iam:ListMFADevices');
  });

  it('are not asked for after the person has left', async () => {
    const before = sandbox.journal.length;
    assert.deepEqual(await iam.listMfaDevices(caller('ann'), AbortSignal.abort()), { kind: 'cancelled' });
    assert.equal(sandbox.journal.length, before);
  });

  it('of the security key sort give the sandbox no code, as they give AWS none', async () => {
    const sts = new STSClient({
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: keys('ann'),
      maxAttempts: 1,
    });
    await assert.rejects(
      sts.send(new GetSessionTokenCommand({ SerialNumber: key, TokenCode: sandbox.currentCode(key) })),
      /verify your MFA serial number is valid/,
    );
    await sts.send(new GetSessionTokenCommand({ SerialNumber: phone, TokenCode: sandbox.unusedCode(phone) }));
  });
});
