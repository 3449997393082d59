import { randomBytes } from 'node:crypto';
import { mostKeys, type AccessKey, type KeyStatus } from '../accessKeys.ts';
import { Refusal, validationError } from '../refusal.ts';
import type { World } from '../world.ts';
import { authoriseIam } from './iamCaller.ts';
import { noSuchEntity, page, pageParameters } from './iamRoles.ts';
import { iam, type Call, type Operation } from './operation.ts';

const userParameter = { kind: 'text', name: 'UserName', min: 1, max: 128 } as const;
const keyParameter = {
  kind: 'text',
  name: 'AccessKeyId',
  required: true,
  min: 16,
  max: 128,
  pattern: String.raw`[\w]+`,
} as const;

/** Whose keys are meant: the user that is named, else whoever calls, who must not be a role then. */
function ownerOf({ caller, parameters }: Call, action: string, world: World): string {
  const name = parameters.get('UserName');
  const guess = `arn:${caller.partition}:iam::${caller.accountId}:user/${name ?? ''}`;
  const found = name === undefined ? undefined : world.policyOwner(caller.accountId, 'user', name);
  const owner = name === undefined ? caller.arn : (found?.arn ?? guess);
  authoriseIam(caller, `iam:${action}`, world, owner);
  if (name === undefined && caller.kind !== 'user' && caller.kind !== 'root') {
    throw validationError('Must specify userName when calling with non-User credentials');
  }
  if (name !== undefined && found === undefined) {
    throw noSuchEntity(`The user with name ${name} cannot be found.`);
  }
  return owner;
}

function keyOf(call: Call, owner: string, world: World): AccessKey {
  const id = call.parameters.get('AccessKeyId') ?? '';
  const key = world.accessKeys.get(id);
  if (key?.owner !== owner) {
    throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  }
  return key;
}

/** A root user is called by its account's name, which IAM leaves out here. */
function userName(owner: string): string | undefined {
  return owner.endsWith(':root') ? undefined : owner.split('/').at(-1);
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html */
const listAccessKeys: Operation = {
  name: 'ListAccessKeys',
  service: iam,
  parameters: [userParameter, ...pageParameters],
  run(call, world) {
    const owner = ownerOf(call, 'ListAccessKeys', world);
    const { items, rest } = page(world.accessKeys.of(owner), call.parameters);
    return {
      AccessKeyMetadata: items.map((key) => ({
        UserName: userName(owner),
        AccessKeyId: key.accessKeyId,
        Status: key.status,
        CreateDate: iso(key.createdAt),
      })),
      ...rest,
    };
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
const createAccessKey: Operation = {
  name: 'CreateAccessKey',
  service: iam,
  parameters: [userParameter],
  run(call, world) {
    const owner = ownerOf(call, 'CreateAccessKey', world);
    if (world.accessKeys.of(owner).length >= mostKeys) {
      throw new Refusal(409, 'LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${mostKeys}`);
    }
    const { accessKeyId, secretAccessKey } = newKey();
    const createdAt = Math.floor(world.now() / 1000) * 1000;
    world.addKey({ accessKeyId, secretAccessKey }, owner, createdAt);
    return {
      AccessKey: {
        UserName: userName(owner),
        AccessKeyId: accessKeyId,
        Status: 'Active',
        SecretAccessKey: secretAccessKey,
        CreateDate: iso(createdAt),
      },
    };
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html */
const updateAccessKey: Operation = {
  name: 'UpdateAccessKey',
  service: iam,
  parameters: [
    userParameter,
    keyParameter,
    { kind: 'text', name: 'Status', required: true, pattern: 'Active|Inactive' },
  ],
  run(call, world) {
    const key = keyOf(call, ownerOf(call, 'UpdateAccessKey', world), world);
    world.accessKeys.setStatus(key.accessKeyId, call.parameters.get('Status') as KeyStatus);
    return {};
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
const deleteAccessKey: Operation = {
  name: 'DeleteAccessKey',
  service: iam,
  parameters: [userParameter, keyParameter],
  run(call, world) {
    const key = keyOf(call, ownerOf(call, 'DeleteAccessKey', world), world);
    world.deleteKey(key.accessKeyId);
    return {};
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html */
const getAccessKeyLastUsed: Operation = {
  name: 'GetAccessKeyLastUsed',
  service: iam,
  parameters: [keyParameter],
  run({ caller, parameters }, world) {
    const id = parameters.get('AccessKeyId') ?? '';
    const key = world.accessKeys.get(id);
    authoriseIam(caller, 'iam:GetAccessKeyLastUsed', world, key?.owner ?? '*');
    if (key === undefined) {
      throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
    }
    const { lastUsed } = key;
    return {
      UserName: userName(key.owner),
      AccessKeyLastUsed:
        lastUsed === undefined
          ? { ServiceName: 'N/A', Region: 'N/A' }
          : { LastUsedDate: iso(lastUsed.at), ServiceName: lastUsed.service, Region: lastUsed.region },
    };
  },
};

/** What IAM does about long-term keys. */
export const accessKeyOperations: readonly Operation[] = [
  listAccessKeys,
  createAccessKey,
  updateAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
];

/** They look like a test's and nothing like real ones. */
function newKey(): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  const letters = Array.from(randomBytes(9), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]);
  return {
    accessKeyId: `AKIAEXAMPLE${letters.join('')}`,
    secretAccessKey: `EXAMPLEKEY/${randomBytes(24).toString('base64').slice(0, 29)}`,
  };
}

function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
