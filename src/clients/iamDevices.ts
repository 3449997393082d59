import {
  CreateVirtualMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  ListMFADevicesCommand,
} from '@aws-sdk/client-iam';
import type { Fault } from '../aws/faults.ts';
import { isRefusal, type MfaDevicesApi } from '../aws/mfaDevices.ts';
import { isSeedProblem, parseSeed } from '../aws/seed.ts';
import { Secret } from '../aws/secret.ts';
import { required, type IamCall } from './iamCall.ts';

const once = { once: true } as const;

/** Looks after MFA devices by `call`. */
export function mfaDevicesApi(call: IamCall): MfaDevicesApi {
  return {
    list: (caller, signal) =>
      // A user has eight at most, and a page holds a hundred.
      call('ListMFADevices', caller, signal, async (client, abort) => {
        const { MFADevices = [] } = await client.send(new ListMFADevicesCommand({}), abort);
        return MFADevices.map(({ SerialNumber }) => required(SerialNumber));
      }),
    create: (caller, name, signal) =>
      call(
        'CreateVirtualMFADevice',
        caller,
        signal,
        async (client, abort) => {
          const command = new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name });
          const device = required((await client.send(command, abort)).VirtualMFADevice);
          const read = parseSeed(Buffer.from(required(device.Base32StringSeed)).toString('latin1'));
          const { QRCodePNG: picture } = device;
          return {
            serial: required(device.SerialNumber),
            seed: required(isSeedProblem(read) ? undefined : read.seed),
            picture: picture && new Secret(Buffer.from(picture).toString('base64')),
          };
        },
        once,
      ),
    enable: (caller, { user, serial, codes }, signal) => {
      const [first, second] = codes;
      const input = {
        UserName: user,
        SerialNumber: serial,
        AuthenticationCode1: first.reveal(),
        AuthenticationCode2: second.reveal(),
      };
      const enable = async (
        ...[client, abort]: Parameters<Parameters<typeof call>[3]>
      ): Promise<undefined> => {
        await client.send(new EnableMFADeviceCommand(input), abort);
      };
      return call('EnableMFADevice', caller, signal, enable, once);
    },
    remove: async (caller, serial, signal): Promise<Fault | undefined> => {
      const fault = await call('DeleteVirtualMFADevice', caller, signal, async (client, abort) => {
        await client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial }), abort);
        return undefined;
      });
      return isRefusal(fault, 'NoSuchEntity') ? undefined : fault;
    },
  };
}
