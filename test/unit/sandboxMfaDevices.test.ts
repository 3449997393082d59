import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
  ListMFADevicesCommand,
  ListVirtualMFADevicesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { readQrPicture } from '../../src/ui/qrPicture.ts';
import { codeAt, stepOf } from '../sandbox/mfa.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { account, deviceArn, enrolData, enrolKeys } from '../support/enrolWorld.ts';
import { run } from '../support/processes.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli } from '../support/stage.ts';

const start = Date.parse('2026-11-23T10:00:00Z');

describe('sandbox: virtual MFA devices', () => {
  let sandbox: Sandbox;
  let now: number;
  beforeEach(async () => {
    now = start;
    sandbox = await startSandbox({ data: enrolData(), clock: () => now });
  });
  afterEach(() => sandbox.close());

  const iam = (name: string): IAMClient =>
    new IAMClient({
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: enrolKeys(name),
      maxAttempts: 1,
      systemClockOffset: start - Date.now(),
    });

  const create = async (
    name: string,
    by = 'bob',
  ): Promise<{ serial: string; seed: string; png: Uint8Array }> => {
    const { VirtualMFADevice: made } = await iam(by).send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }),
    );
    return {
      serial: made?.SerialNumber ?? '',
      seed: Buffer.from(made?.Base32StringSeed ?? []).toString(),
      png: made?.QRCodePNG ?? new Uint8Array(),
    };
  };

  const enable = (serial: string, codes: readonly [string, string], by = 'bob', user = by) =>
    iam(by).send(
      new EnableMFADeviceCommand({
        UserName: user,
        SerialNumber: serial,
        AuthenticationCode1: codes[0],
        AuthenticationCode2: codes[1],
      }),
    );

  const pair = (seed: string, back = 1): [string, string] => {
    const step = stepOf(now) - back;
    return [codeAt(seed, step), codeAt(seed, step + 1)];
  };

  it('are made with a seed, and with a QR code that holds it', async () => {
    const { serial, seed, png } = await create('bob');
    assert.equal(serial, deviceArn('bob'));
    assert.match(seed, /^EXAMPLESEED[A-Z2-7]{53}$/);
    assert.deepEqual(readQrPicture(png), {
      kind: 'text',
      text: `otpauth://totp/Amazon%20Web%20Services:bob@acme-main?secret=${seed}&issuer=Amazon%20Web%20Services`,
    });
    assert.ok(sandbox.secrets().includes(seed));
    const { VirtualMFADevices: unassigned } = await iam('bob').send(
      new ListVirtualMFADevicesCommand({ AssignmentStatus: 'Unassigned' }),
    );
    assert.deepEqual(
      unassigned?.map(({ SerialNumber }) => SerialNumber),
      [serial],
    );
    await assert.rejects(create('bob'), {
      Code: 'EntityAlreadyExists',
      message: 'MFADevice entity at the same path and name already exists.',
    });
  });

  it('are enabled by two codes in a row, and by no others', async () => {
    const { serial, seed } = await create('bob');
    const [first, second] = pair(seed);
    const wrong: readonly (readonly [string, string])[] = [
      [second, first],
      [first, first],
      [second, second],
      pair(seed, 100),
      pair(seed, -2),
      ['000000', '000000'],
    ];
    for (const codes of wrong) {
      await assert.rejects(enable(serial, codes), { Code: 'InvalidAuthenticationCode' });
    }
    await enable(serial, [first, second]);
    const { MFADevices } = await iam('bob').send(new ListMFADevicesCommand({}));
    assert.deepEqual(
      MFADevices?.map(({ SerialNumber, UserName }) => [SerialNumber, UserName]),
      [[serial, 'bob']],
    );
    await assert.rejects(enable(serial, pair(seed, 0)), { Code: 'EntityAlreadyExists' });
    assert.ok(
      sandbox.journal.every(({ params }) => !JSON.stringify(params).includes(first)),
      'no code is in the journal',
    );
  });

  it('give codes to STS from then on, each once, those that enabled them too', async () => {
    const { serial, seed } = await create('bob');
    const codes = pair(seed);
    await enable(serial, codes);
    const sts = new STSClient({
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: enrolKeys('bob'),
      maxAttempts: 1,
      systemClockOffset: start - Date.now(),
    });
    const assume = (TokenCode: string) =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${account}:role/admin`,
          RoleSessionName: 'test',
          SerialNumber: serial,
          TokenCode,
        }),
      );
    await assert.rejects(assume(codes[1]), /invalid MFA one time pass code/);
    assert.equal(sandbox.reusedCodes(), 1);
    await assume(sandbox.unusedCode('bob'));
  });

  it('are deleted when nobody has them, and are others when they are made again', async () => {
    const { serial, seed } = await create('bob');
    await enable(serial, pair(seed));
    const remove = () => iam('bob').send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial }));
    await assert.rejects(remove(), { Code: 'DeleteConflict' });
    await iam('bob').send(new DeactivateMFADeviceCommand({ UserName: 'bob', SerialNumber: serial }));
    assert.throws(() => sandbox.unusedCode('bob'), /nobody called bob has an MFA device/);
    await remove();
    await assert.rejects(remove(), { Code: 'NoSuchEntity' });
    const again = await create('bob');
    assert.notEqual(again.seed, seed);
    await enable(serial, pair(again.seed));
  });

  it('are eight at most for one user, and are refused to whoever may not', async () => {
    const { serial, seed } = await create('ninth', 'full');
    await assert.rejects(enable(serial, pair(seed), 'full'), {
      Code: 'LimitExceeded',
      message: 'Cannot exceed quota for MFADevicesPerUser: 8',
    });
    await assert.rejects(create('eve', 'eve'), {
      message: `User: arn:aws:iam::${account}:user/eve is not authorized to perform: iam:CreateVirtualMFADevice on resource: ${deviceArn('eve')}`,
    });
    await assert.rejects(enable(serial, pair(seed), 'bob', 'full'), /iam:EnableMFADevice/);
    await assert.rejects(enable(deviceArn('none'), pair(seed)), { Code: 'NoSuchEntity' });
  });
});

describeIf(awsCli !== undefined, noAwsCli, 'sandbox: virtual MFA devices, by the AWS CLI', () => {
  it('are made, enabled and listed', async () => {
    const sandbox = await startSandbox({ data: enrolData() });
    const home = await mkdtemp(join(tmpdir(), 'sts-mfa-'));
    try {
      const { accessKeyId, secretAccessKey } = enrolKeys('bob');
      const env = {
        HOME: home,
        PATH: process.env['PATH'] ?? '',
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      };
      const where = ['--endpoint-url', sandbox.url, '--region', 'us-east-1'];
      const aws = async (...words: string[]): Promise<string> => {
        const { code, stdout, stderr } = await run(awsCli ?? 'aws', ['iam', ...words, ...where], { env });
        assert.equal(code, 0, stderr);
        return stdout;
      };
      const file = join(home, 'seed');
      const bootstrap = ['--bootstrap-method', 'Base32StringSeed', '--outfile', file];
      await aws('create-virtual-mfa-device', '--virtual-mfa-device-name', 'bob', ...bootstrap);
      const seed = await readFile(file, 'utf8');
      assert.match(seed, /^EXAMPLESEED[A-Z2-7]{53}$/);
      const step = stepOf(Date.now()) - 1;
      const [first, second] = [codeAt(seed, step), codeAt(seed, step + 1)];
      const device = ['--user-name', 'bob', '--serial-number', deviceArn('bob')];
      const codes = ['--authentication-code1', first, '--authentication-code2', second];
      await aws('enable-mfa-device', ...device, ...codes);
      assert.match(await aws('list-mfa-devices', '--output', 'text'), /arn:aws:iam::111122223333:mfa\/bob/);
    } finally {
      await sandbox.close();
      await rm(home, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
