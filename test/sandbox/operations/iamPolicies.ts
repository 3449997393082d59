import type { Caller, PolicyOwner, World } from '../world.ts';
import { authoriseIam } from './iamCaller.ts';
import { encodePolicy, noSuchEntity, page, pageParameters } from './iamRoles.ts';
import { iam, type Operation } from './operation.ts';

const kinds = { User: 'user', Role: 'role', Group: 'group' } as const;

/** ListUserPolicies, GetUserPolicy, ListAttachedUserPolicies and their like: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */
export const policyReads: readonly Operation[] = (['User', 'Role', 'Group'] as const).flatMap((kind) => {
  const nameParameter = `${kind}Name`;
  const named = { kind: 'text', name: nameParameter, required: true, min: 1, max: 128 } as const;
  const owner = (caller: Caller, action: string, name: string, world: World): PolicyOwner => {
    const found = world.policyOwner(caller.accountId, kinds[kind], name);
    const guess = `arn:${caller.partition}:iam::${caller.accountId}:${kinds[kind]}/${name}`;
    authoriseIam(caller, `iam:${action}`, world, found?.arn ?? guess);
    if (found === undefined) {
      throw noSuchEntity(`The ${kinds[kind]} with name ${name} cannot be found.`);
    }
    return found;
  };
  const list: Operation = {
    name: `List${kind}Policies`,
    service: iam,
    parameters: [named, ...pageParameters],
    run({ caller, parameters }, world) {
      const found = owner(caller, `List${kind}Policies`, parameters.get(nameParameter) ?? '', world);
      const { items, rest } = page(found.inline === undefined ? [] : [inlineName], parameters);
      return { PolicyNames: items, ...rest };
    },
  };
  const get: Operation = {
    name: `Get${kind}Policy`,
    service: iam,
    parameters: [named, { kind: 'text', name: 'PolicyName', required: true, min: 1, max: 128 }],
    run({ caller, parameters }, world) {
      const name = parameters.get(nameParameter) ?? '';
      const found = owner(caller, `Get${kind}Policy`, name, world);
      const PolicyName = parameters.get('PolicyName') ?? '';
      if (found.inline === undefined || PolicyName !== inlineName) {
        throw noSuchEntity(`The ${kinds[kind]} policy with name ${PolicyName} cannot be found.`);
      }
      return {
        [nameParameter]: name,
        PolicyName,
        PolicyDocument: encodePolicy({ Version: '2012-10-17', Statement: found.inline }),
      };
    },
  };
  const attached: Operation = {
    name: `ListAttached${kind}Policies`,
    service: iam,
    parameters: [named, ...pageParameters],
    run({ caller, parameters }, world) {
      const found = owner(caller, `ListAttached${kind}Policies`, parameters.get(nameParameter) ?? '', world);
      const { items, rest } = page(found.attached, parameters);
      return {
        AttachedPolicies: items.map((arn) => ({ PolicyName: arn.split('/').at(-1) ?? '', PolicyArn: arn })),
        ...rest,
      };
    },
  };
  return [list, get, attached];
});

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html */
export const listGroupsForUser: Operation = {
  name: 'ListGroupsForUser',
  service: iam,
  parameters: [{ kind: 'text', name: 'UserName', required: true, min: 1, max: 64 }, ...pageParameters],
  run({ caller, parameters }, world) {
    const name = parameters.get('UserName') ?? '';
    const user = world.policyOwner(caller.accountId, 'user', name);
    const guess = `arn:${caller.partition}:iam::${caller.accountId}:user/${name}`;
    authoriseIam(caller, 'iam:ListGroupsForUser', world, user?.arn ?? guess);
    if (user === undefined) {
      throw noSuchEntity(`The user with name ${name} cannot be found.`);
    }
    const { items, rest } = page(user.groups, parameters);
    return {
      Groups: items.map((group) => ({
        Path: '/',
        GroupName: group,
        GroupId: `AGPAEXAMPLE${group.toUpperCase()}`,
        Arn: `arn:${caller.partition}:iam::${caller.accountId}:group/${group}`,
        CreateDate: '2026-01-01T00:00:00Z',
      })),
      ...rest,
    };
  },
};

const arnParameter = { kind: 'text', name: 'PolicyArn', required: true, min: 20, max: 2048 } as const;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html */
export const getPolicy: Operation = {
  name: 'GetPolicy',
  service: iam,
  parameters: [arnParameter],
  run({ caller, parameters }, world) {
    const arn = parameters.get('PolicyArn') ?? '';
    authoriseIam(caller, 'iam:GetPolicy', world, arn);
    if (world.managedPolicy(arn) === undefined) {
      throw noSuchEntity(`Policy ${arn} was not found.`);
    }
    return { Policy: { PolicyName: arn.split('/').at(-1) ?? '', Arn: arn, DefaultVersionId: 'v3' } };
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html */
export const getPolicyVersion: Operation = {
  name: 'GetPolicyVersion',
  service: iam,
  parameters: [
    arnParameter,
    { kind: 'text', name: 'VersionId', required: true, pattern: String.raw`v[1-9]\d*` },
  ],
  run({ caller, parameters }, world) {
    const arn = parameters.get('PolicyArn') ?? '';
    authoriseIam(caller, 'iam:GetPolicyVersion', world, arn);
    const statements = world.managedPolicy(arn);
    if (statements === undefined || parameters.get('VersionId') !== 'v3') {
      throw noSuchEntity(`Policy ${arn} version ${parameters.get('VersionId')} does not exist.`);
    }
    const Document = encodePolicy({ Version: '2012-10-17', Statement: statements });
    return { PolicyVersion: { Document, VersionId: 'v3', IsDefaultVersion: 'true' } };
  },
};

/** The sandbox gives everybody one inline policy. */
const inlineName = 'own';
