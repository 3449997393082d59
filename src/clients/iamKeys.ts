import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { AccessKeyInfo, AccessKeysApi } from '../aws/accessKeys.ts';
import { Secret } from '../aws/secret.ts';
import { required, type IamCall } from './iamCall.ts';

/** Looks after a user's own keys by `call`. */
export function accessKeysApi(call: IamCall): AccessKeysApi {
  return {
    list: (caller, signal) =>
      call('ListAccessKeys', caller, signal, async (client, abort) => {
        const keys: AccessKeyInfo[] = [];
        let marker: string | undefined;
        do {
          const input: { Marker?: string } = marker === undefined ? {} : { Marker: marker };
          const reply = await client.send(new ListAccessKeysCommand(input), abort);
          for (const { AccessKeyId, Status, CreateDate } of reply.AccessKeyMetadata ?? []) {
            keys.push({
              accessKeyId: required(AccessKeyId),
              isActive: Status === 'Active',
              createdAt: required(CreateDate).getTime(),
            });
          }
          marker = reply.IsTruncated === true ? reply.Marker : undefined;
        } while (marker !== undefined);
        return keys;
      }),
    lastUse: (caller, accessKeyId, signal) =>
      call('GetAccessKeyLastUsed', caller, signal, async (client, abort) => {
        const reply = await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }), abort);
        const { LastUsedDate, ServiceName } = reply.AccessKeyLastUsed ?? {};
        return { at: LastUsedDate?.getTime(), service: ServiceName === 'N/A' ? undefined : ServiceName };
      }),
    create: (caller, signal) =>
      call(
        'CreateAccessKey',
        caller,
        signal,
        async (client, abort) => {
          const { AccessKey } = await client.send(new CreateAccessKeyCommand(), abort);
          return {
            keys: {
              accessKeyId: required(AccessKey?.AccessKeyId),
              secretAccessKey: new Secret(required(AccessKey?.SecretAccessKey)),
              sessionToken: undefined,
            },
            createdAt: AccessKey?.CreateDate?.getTime() ?? Date.now(),
          };
        },
        { once: true },
      ),
    setActive: (caller, accessKeyId, active, signal) =>
      call('UpdateAccessKey', caller, signal, async (client, abort) => {
        const Status = active ? 'Active' : 'Inactive';
        await client.send(new UpdateAccessKeyCommand({ AccessKeyId: accessKeyId, Status }), abort);
        return undefined;
      }),
    remove: async (caller, accessKeyId, signal) => {
      const fault = await call('DeleteAccessKey', caller, signal, async (client, abort) => {
        await client.send(new DeleteAccessKeyCommand({ AccessKeyId: accessKeyId }), abort);
        return undefined;
      });
      return fault?.kind === 'refused' && fault.code === 'NoSuchEntity' ? undefined : fault;
    },
  };
}
