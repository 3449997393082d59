import { qrPng } from '../../support/qrPictures.ts';
import type { Constraint, Parameters } from '../parameters.ts';
import { Refusal } from '../refusal.ts';
import { mostDevices, type VirtualDevice } from '../virtualDevices.ts';
import type { Caller, World } from '../world.ts';
import type { XmlTree } from '../xml.ts';
import { authoriseIam } from './iamCaller.ts';
import { noSuchEntity, page, pageParameters } from './iamRoles.ts';
import { iam, type Operation } from './operation.ts';

// Limits of the IAM model.
const name = String.raw`[\w+=,.@-]+`;
const userName = (required: boolean): Constraint => ({
  kind: 'text',
  name: 'UserName',
  required,
  min: 1,
  max: 128,
  pattern: name,
});
const serialNumber: Constraint = {
  kind: 'text',
  name: 'SerialNumber',
  required: true,
  min: 9,
  max: 256,
  pattern: String.raw`[\w+=/:,.@-]+`,
};
const code = (number: 1 | 2): Constraint => ({
  kind: 'text',
  name: `AuthenticationCode${number}`,
  required: true,
  min: 6,
  max: 6,
  pattern: String.raw`[\d]+`,
});

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html */
const createVirtualMfaDevice: Operation = {
  name: 'CreateVirtualMFADevice',
  service: iam,
  parameters: [
    { kind: 'text', name: 'VirtualMFADeviceName', required: true, min: 1, max: 226, pattern: name },
    { kind: 'text', name: 'Path', min: 1, max: 512, pattern: String.raw`(\/)|(\/[!-~]+\/)` },
  ],
  run({ caller, parameters }, world) {
    const path = parameters.get('Path') ?? '/';
    const deviceName = parameters.get('VirtualMFADeviceName') ?? '';
    const serial = `${account(caller)}:mfa${path}${deviceName}`;
    authoriseIam(caller, 'iam:CreateVirtualMFADevice', world, serial);
    if (world.devices.get(serial) !== undefined) {
      throw new Refusal(
        409,
        'EntityAlreadyExists',
        'MFADevice entity at the same path and name already exists.',
      );
    }
    const { seed } = world.devices.create(serial, caller.accountId);
    world.noteSecret(seed);
    const who = `${deviceName}@${world.alias(caller.accountId) ?? caller.accountId}`;
    const issuer = encodeURIComponent('Amazon Web Services');
    const uri = `otpauth://totp/${issuer}:${who}?secret=${seed}&issuer=${issuer}`;
    return {
      VirtualMFADevice: {
        SerialNumber: serial,
        Base32StringSeed: Buffer.from(seed).toString('base64'),
        QRCodePNG: qrPng({ text: uri, scale: 2 }).toString('base64'),
      },
    };
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html */
const enableMfaDevice: Operation = {
  name: 'EnableMFADevice',
  service: iam,
  parameters: [userName(true), serialNumber, code(1), code(2)],
  run({ caller, parameters }, world) {
    const owner = userOf(caller, parameters, world, 'iam:EnableMFADevice');
    const device = deviceOf(parameters, world);
    if (device.owner !== undefined) {
      throw new Refusal(
        409,
        'EntityAlreadyExists',
        `MFADevice with serial number ${device.serial} is in use.`,
      );
    }
    if (world.devices.of(owner).length >= mostDevices) {
      throw new Refusal(409, 'LimitExceeded', `Cannot exceed quota for MFADevicesPerUser: ${mostDevices}`);
    }
    const codes = [1, 2].map((number) => parameters.get(`AuthenticationCode${number}`) ?? '');
    const now = world.now();
    if (!world.mfa.acceptPair(device, codes, now)) {
      throw new Refusal(403, 'InvalidAuthenticationCode', 'Authentication code for device is not valid.');
    }
    codes.forEach((each) => world.noteSecret(each));
    world.devices.enable(device, owner, now);
    return {};
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html */
const deactivateMfaDevice: Operation = {
  name: 'DeactivateMFADevice',
  service: iam,
  parameters: [userName(false), serialNumber],
  run({ caller, parameters }, world) {
    const owner = userOf(caller, parameters, world, 'iam:DeactivateMFADevice');
    const device = deviceOf(parameters, world);
    if (device.owner !== owner) {
      throw noSuchEntity(`MFADevice with serial number ${device.serial} is not associated with the user.`);
    }
    world.devices.deactivate(device);
    return {};
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html */
const deleteVirtualMfaDevice: Operation = {
  name: 'DeleteVirtualMFADevice',
  service: iam,
  parameters: [serialNumber],
  run({ caller, parameters }, world) {
    authoriseIam(caller, 'iam:DeleteVirtualMFADevice', world, parameters.get('SerialNumber') ?? '');
    const { serial, owner } = deviceOf(parameters, world);
    if (owner !== undefined) {
      throw new Refusal(409, 'DeleteConflict', 'MFA VirtualDevice in use. Must deactivate first.');
    }
    world.devices.remove(serial);
    world.mfa.forget(serial);
    return {};
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html */
const listMfaDevices: Operation = {
  name: 'ListMFADevices',
  service: iam,
  parameters: [...pageParameters, userName(false)],
  run({ caller, parameters }, world) {
    const owner = userOf(caller, parameters, world, 'iam:ListMFADevices');
    const { items, rest } = page(world.devices.of(owner), parameters);
    return {
      MFADevices: items.map(({ serial }) => ({
        UserName: owner.split('/').at(-1),
        SerialNumber: serial,
        EnableDate: dateOf(world.devices.get(serial)),
      })),
      ...rest,
    };
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html */
const listVirtualMfaDevices: Operation = {
  name: 'ListVirtualMFADevices',
  service: iam,
  parameters: [
    ...pageParameters,
    { kind: 'text', name: 'AssignmentStatus', pattern: 'Assigned|Unassigned|Any' },
  ],
  run({ caller, parameters }, world) {
    authoriseIam(caller, 'iam:ListVirtualMFADevices', world, `${account(caller)}:mfa/`);
    const status = parameters.get('AssignmentStatus') ?? 'Any';
    const wanted = world.devices
      .all(caller.accountId)
      .filter(({ owner }) => status === 'Any' || (owner === undefined) === (status === 'Unassigned'));
    const { items, rest } = page(wanted, parameters);
    return { VirtualMFADevices: items.map(virtualXml), ...rest };
  },
};

/** The operations around virtual MFA devices. */
export const mfaDeviceOperations: readonly Operation[] = [
  createVirtualMfaDevice,
  enableMfaDevice,
  deactivateMfaDevice,
  deleteVirtualMfaDevice,
  listMfaDevices,
  listVirtualMfaDevices,
];

function virtualXml(device: VirtualDevice): XmlTree {
  const { serial, owner } = device;
  return {
    SerialNumber: serial,
    ...(owner !== undefined && {
      EnableDate: dateOf(device),
      User: { Path: '/', UserName: owner.split('/').at(-1), Arn: owner, CreateDate: '2026-01-01T00:00:00Z' },
    }),
  };
}

function dateOf(device: VirtualDevice | undefined): string {
  return `${new Date(device?.enabledAt ?? 0).toISOString().slice(0, 19)}Z`;
}

function account({ partition, accountId }: Caller): string {
  return `arn:${partition}:iam::${accountId}`;
}

/** ARN of the user that is meant: the caller, unless another one is named. Refuses who may not ask, and strangers. */
function userOf(caller: Caller, parameters: Parameters, world: World, action: string): string {
  const named = parameters.get('UserName');
  const found = named === undefined ? caller.arn : world.policyOwner(caller.accountId, 'user', named)?.arn;
  authoriseIam(caller, action, world, found ?? `${account(caller)}:user/${named ?? ''}`);
  if (found === undefined) {
    throw noSuchEntity(`The user with name ${named ?? ''} cannot be found.`);
  }
  if (named === undefined && caller.kind !== 'user' && caller.kind !== 'root') {
    throw new Refusal(400, 'ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  return found;
}

function deviceOf(parameters: Parameters, world: World): VirtualDevice {
  const serial = parameters.get('SerialNumber') ?? '';
  const device = world.devices.get(serial);
  if (device === undefined) {
    throw noSuchEntity(`VirtualMFADevice with serial number ${serial} does not exist.`);
  }
  return device;
}
