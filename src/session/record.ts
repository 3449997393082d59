import type { SessionPolicies, SessionRequest, SessionTag } from '../aws/planModel.ts';
import { Secret } from '../aws/secret.ts';
import type { KeptSession } from './kept.ts';
import type { StoredSession } from './types.ts';

/** The record as it is stored and passed to other windows: secrets in clear text. */
export function toRecord(kept: KeptSession): StoredSession {
  const { credentials } = kept;
  return {
    version: 1,
    id: kept.id,
    name: kept.name,
    request: kept.request,
    region: kept.region,
    accountId: kept.accountId,
    roleArn: kept.roleArn,
    needsPerson: kept.needsPerson,
    mfaSerials: kept.mfaSerials,
    durationSeconds: kept.durationSeconds,
    startedAt: kept.startedAt,
    changedAt: kept.changedAt,
    credentials: credentials && {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey.reveal(),
      sessionToken: credentials.sessionToken?.reveal(),
      expiresAt: credentials.expiresAt,
      accountId: credentials.accountId,
      arn: credentials.arn,
      ...(credentials.last === true && { last: true }),
    },
    endedValidUntil: kept.endedValidUntil,
    ...(kept.signsInAnew !== undefined && { signsInAnew: kept.signsInAnew }),
    ...(kept.packedPolicyPercent !== undefined && { packedPolicyPercent: kept.packedPolicyPercent }),
    ...(kept.mfaSource !== undefined && { mfaSource: kept.mfaSource }),
    ...(kept.permissionSet !== undefined && { permissionSet: kept.permissionSet }),
    ...(kept.begunAt !== undefined && { begunAt: kept.begunAt }),
  };
}

/** The record with its secrets wrapped: the inverse of `toRecord`. */
export function fromStored(record: StoredSession): KeptSession {
  const { version: _version, credentials, ...rest } = record;
  return {
    ...rest,
    credentials: credentials && {
      ...credentials,
      secretAccessKey: new Secret(credentials.secretAccessKey),
      sessionToken: credentials.sessionToken === undefined ? undefined : new Secret(credentials.sessionToken),
    },
  };
}

/** What a stored value is: ours, written by a later version of this extension, or broken. */
export type JudgedRecord =
  | { readonly kind: 'record'; readonly record: StoredSession }
  | { readonly kind: 'newerVersion' }
  | { readonly kind: 'broken' };

/**
 * Reads a value that came out of a store or from another window, trusting nothing in it. Who stores records leaves a
 * value of a newer version as it is: after a downgrade and an upgrade the session is still there.
 */
export function judgeRecord(value: unknown): JudgedRecord {
  const fields = asFields(value);
  if (fields === undefined) {
    return { kind: 'broken' };
  }
  if (typeof fields['version'] === 'number' && fields['version'] > 1) {
    return { kind: 'newerVersion' };
  }
  try {
    return { kind: 'record', record: readSession(fields) };
  } catch (error) {
    if (error instanceof Broken) {
      return { kind: 'broken' };
    }
    throw error;
  }
}

/** The record in `value`, rebuilt from the fields we know; undefined when it is broken or of a newer version. */
export function fromRecord(value: unknown): StoredSession | undefined {
  const judged = judgeRecord(value);
  return judged.kind === 'record' ? judged.record : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Thrown by the readers below, and caught above: it never leaves this file. */
class Broken extends Error {}

function readSession(fields: Fields): StoredSession {
  if (fields['version'] !== 1) {
    throw new Broken();
  }
  return {
    version: 1,
    id: text(fields, 'id', /^[a-z0-9-]{1,64}$/),
    name: text(fields, 'name'),
    request: readRequest(object(fields, 'request')),
    region: optional(fields, 'region', text),
    accountId: optional(fields, 'accountId', text),
    roleArn: optional(fields, 'roleArn', text),
    needsPerson: flag(fields, 'needsPerson'),
    // Absent in records of version 0.1.
    mfaSerials: optional(fields, 'mfaSerials', texts) ?? [],
    durationSeconds: optional(fields, 'durationSeconds', number),
    startedAt: number(fields, 'startedAt'),
    changedAt: number(fields, 'changedAt'),
    credentials: optional(fields, 'credentials', (from, name) => readCredentials(object(from, name))),
    endedValidUntil: optional(fields, 'endedValidUntil', number),
    ...present({
      signsInAnew: optional(fields, 'signsInAnew', flag),
      packedPolicyPercent: optional(fields, 'packedPolicyPercent', number),
      mfaSource: optional(fields, 'mfaSource', text),
      permissionSet: optional(fields, 'permissionSet', text),
      begunAt: optional(fields, 'begunAt', number),
    }),
  };
}

function readCredentials(fields: Fields): NonNullable<StoredSession['credentials']> {
  return {
    accessKeyId: text(fields, 'accessKeyId'),
    secretAccessKey: text(fields, 'secretAccessKey'),
    sessionToken: optional(fields, 'sessionToken', text),
    expiresAt: optional(fields, 'expiresAt', number),
    accountId: optional(fields, 'accountId', text),
    arn: optional(fields, 'arn', text),
    ...(optional(fields, 'last', flag) === true ? { last: true } : {}),
  };
}

function readRequest(fields: Fields): SessionRequest {
  switch (fields['kind']) {
    case 'profile':
      return { kind: 'profile', profile: text(fields, 'profile'), ...readOnly(fields) };
    case 'mfaSession':
      return {
        kind: 'mfaSession',
        profile: text(fields, 'profile'),
        mfaSerial: optional(fields, 'mfaSerial', text),
        durationSeconds: optional(fields, 'durationSeconds', number),
      };
    case 'role':
      return {
        kind: 'role',
        name: text(fields, 'name'),
        sourceProfile: text(fields, 'sourceProfile'),
        roleArn: text(fields, 'roleArn'),
        externalId: optional(fields, 'externalId', text),
        sessionName: optional(fields, 'sessionName', text),
        durationSeconds: optional(fields, 'durationSeconds', number),
        mfaSerial: optional(fields, 'mfaSerial', text),
        region: optional(fields, 'region', text),
        ...readOnly(fields),
        ...present({ sourceIdentity: optional(fields, 'sourceIdentity', text) }),
        ...present({ tags: optional(fields, 'tags', tags) }),
        ...present({ transitiveTagKeys: optional(fields, 'transitiveTagKeys', texts) }),
        ...present({ policies: optional(fields, 'policies', policies) }),
      };
    case 'samlRole':
      return {
        kind: 'samlRole',
        name: text(fields, 'name'),
        profile: text(fields, 'profile'),
        roleArn: text(fields, 'roleArn'),
        providerArn: text(fields, 'providerArn'),
        ...readOnly(fields),
      };
    case 'webIdentityRole':
      return {
        kind: 'webIdentityRole',
        name: text(fields, 'name'),
        issuer: text(fields, 'issuer'),
        roleArn: text(fields, 'roleArn'),
        sessionName: optional(fields, 'sessionName', text),
        durationSeconds: optional(fields, 'durationSeconds', number),
        region: optional(fields, 'region', text),
        ...readOnly(fields),
      };
    case 'federation':
      return {
        kind: 'federation',
        profile: text(fields, 'profile'),
        userName: text(fields, 'userName'),
        durationSeconds: optional(fields, 'durationSeconds', number),
        ...present({ policies: optional(fields, 'policies', policies) }),
        ...present({ tags: optional(fields, 'tags', tags) }),
      };
    case 'identityCenterRole':
      return {
        kind: 'identityCenterRole',
        name: text(fields, 'name'),
        ssoSession: text(fields, 'ssoSession'),
        accountId: text(fields, 'accountId', /^\d{12}$/),
        roleName: text(fields, 'roleName'),
      };
    default:
      throw new Broken();
  }
}

function readOnly(fields: Fields): { readonly readOnly?: true; readonly forAgents?: true } {
  return {
    ...(optional(fields, 'readOnly', flag) === true && { readOnly: true }),
    ...(optional(fields, 'forAgents', flag) === true && { forAgents: true }),
  };
}

/** Members that stand there only where there is something. */
function present<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const result: { [Name in keyof T]?: Exclude<T[Name], undefined> } = {};
  return Object.assign(
    result,
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
  );
}

function tags(fields: Fields, name: string): readonly SessionTag[] {
  const list = fields[name];
  if (!Array.isArray(list)) {
    throw new Broken();
  }
  return list.map((each: unknown) => {
    const tag = asFields(each);
    if (tag === undefined) {
      throw new Broken();
    }
    return { key: text(tag, 'key'), value: tag['value'] === '' ? '' : text(tag, 'value') };
  });
}

function policies(fields: Fields, name: string): SessionPolicies {
  const read = object(fields, name);
  const { inline } = read;
  if (inline !== undefined && typeof inline !== 'string') {
    throw new Broken();
  }
  return {
    ...(inline === undefined ? {} : { inline }),
    ...present({ arns: optional(read, 'arns', texts) }),
  };
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function object(fields: Fields, name: string): Fields {
  const value = asFields(fields[name]);
  if (value === undefined) {
    throw new Broken();
  }
  return value;
}

/** One line, not empty. Control characters have no place in any field, and a CR or LF could forge a header or a log line. */
function text(fields: Fields, name: string, pattern = /^[^\p{Cc}]+$/u): string {
  const value = fields[name];
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new Broken();
  }
  return value;
}

/** A moment or a length of time: finite and not below zero. */
function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new Broken();
  }
  return value;
}

function texts(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string')) {
    throw new Broken();
  }
  return value;
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value !== 'boolean') {
    throw new Broken();
  }
  return value;
}

/** JSON drops undefined members, so a missing one is undefined; anything else must be right. */
function optional<T>(fields: Fields, name: string, read: (fields: Fields, name: string) => T): T | undefined {
  return fields[name] === undefined ? undefined : read(fields, name);
}
