import type { Parameters } from '../parameters.ts';
import { integer } from '../parameters.ts';
import { Refusal, validationError } from '../refusal.ts';
import type { Role } from '../world.ts';
import type { XmlTree } from '../xml.ts';
import { authoriseIam } from './iamCaller.ts';
import { iam, type Operation } from './operation.ts';
import type { Constraint } from '../parameters.ts';

/** Limits of the IAM model. */
export const pageParameters: readonly Constraint[] = [
  { kind: 'text', name: 'Marker', min: 1, max: 320 },
  { kind: 'integer', name: 'MaxItems', min: 1, max: 1000 },
];

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
export const listRoles: Operation = {
  name: 'ListRoles',
  service: iam,
  parameters: [...pageParameters, { kind: 'text', name: 'PathPrefix', min: 1, max: 512 }],
  run({ caller, parameters }, world) {
    const owner = `arn:${caller.partition}:iam::${caller.accountId}:role`;
    authoriseIam(caller, 'iam:ListRoles', world, `${owner}${parameters.get('PathPrefix') ?? '/'}`);
    const prefix = parameters.get('PathPrefix') ?? '/';
    const roles = world
      .rolesOf(caller.accountId)
      .filter((role) => (role.path ?? '/').startsWith(prefix))
      .toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
    const { items, rest } = page(roles, parameters);
    return { Roles: items.map(roleXml), ...rest };
  },
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export const getRole: Operation = {
  name: 'GetRole',
  service: iam,
  parameters: [
    {
      kind: 'text',
      name: 'RoleName',
      required: true,
      min: 1,
      max: 64,
      pattern: String.raw`[\w+=,.@-]+`,
    },
  ],
  run({ caller, parameters }, world) {
    const name = parameters.get('RoleName') ?? '';
    const role = world.rolesOf(caller.accountId).find((each) => each.name === name);
    const arn = role?.arn ?? `arn:${caller.partition}:iam::${caller.accountId}:role/${name}`;
    authoriseIam(caller, 'iam:GetRole', world, arn);
    if (role === undefined) {
      throw noSuchEntity(`The role with name ${name} cannot be found.`);
    }
    return { Role: roleXml(role) };
  },
};

/** 404 NoSuchEntity with IAM's sentence. */
export function noSuchEntity(message: string): Refusal {
  return new Refusal(404, 'NoSuchEntity', message);
}

/** A page of a list, as Marker and MaxItems want it. */
export function page<T>(
  all: readonly T[],
  parameters: Parameters,
): { readonly items: readonly T[]; readonly rest: XmlTree } {
  const marker = parameters.get('Marker');
  const start = marker === undefined ? 0 : Number(/^EXAMPLEMARKER(\d+)$/.exec(marker)?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) {
    throw validationError('Invalid Marker.');
  }
  const end = start + (integer(parameters, 'MaxItems') ?? 100);
  const more = end < all.length;
  return {
    items: all.slice(start, end),
    rest: { IsTruncated: String(more), Marker: more ? `EXAMPLEMARKER${end}` : undefined },
  };
}

function roleXml(role: Role): XmlTree {
  return {
    Path: role.path ?? '/',
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: '2026-01-01T00:00:00Z',
    AssumeRolePolicyDocument: encodePolicy(role.trust),
    MaxSessionDuration: String(role.maxSessionDuration ?? 3600),
  };
}

/** IAM encodes policies by RFC 3986, in which the parentheses and the star are encoded as well. */
export function encodePolicy(document: object): string {
  return encodeURIComponent(JSON.stringify(document)).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
