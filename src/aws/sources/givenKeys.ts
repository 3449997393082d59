import type { Credentials } from '../credentials.ts';
import { Secret } from '../secret.ts';

/** What a program or a service of this machine printed instead of credentials. */
export type BadKeys =
  | { readonly kind: 'notJson' }
  /** `name` is missing, or holds what cannot be right. */
  | { readonly kind: 'field'; readonly name: string };

/** The names of the fields, which differ from giver to giver. */
export interface KeyFields {
  readonly token: 'SessionToken' | 'Token';
  /** True where the giver's keys are always temporary: then token and expiration must be there. */
  readonly temporary: boolean;
}

/** JSON in its fields; undefined when it is no object. */
export function jsonFields(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    // The parser's message quotes the text.
    return undefined;
  }
}

/**
 * Credentials from JSON, every field checked: a key with a line break in it would end up in a header, and a missing one in
 * a message that nobody understands. Unknown fields are left alone.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function keysFrom(
  fields: Readonly<Record<string, unknown>>,
  { token, temporary }: KeyFields,
): Credentials | BadKeys {
  const bad = (name: string): BadKeys => ({ kind: 'field', name });
  const accessKeyId = fields['AccessKeyId'];
  const secretAccessKey = fields['SecretAccessKey'];
  const sessionToken = absent(fields[token]) ? undefined : fields[token];
  const expiration = absent(fields['Expiration']) ? undefined : fields['Expiration'];
  const account = fields['AccountId'];
  // AccessKeyIdType in the model of STS.
  if (typeof accessKeyId !== 'string' || !/^\w{16,128}$/.test(accessKeyId)) {
    return bad('AccessKeyId');
  }
  if (!isHeaderText(secretAccessKey)) {
    return bad('SecretAccessKey');
  }
  if (sessionToken === undefined ? temporary : !isHeaderText(sessionToken)) {
    return bad(token);
  }
  const expiresAt = typeof expiration === 'string' ? parseInstant(expiration) : undefined;
  if (expiration === undefined ? temporary : expiresAt === undefined) {
    return bad('Expiration');
  }
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: isHeaderText(sessionToken) ? new Secret(sessionToken) : undefined,
    expiresAt,
    // Of no use to signing, so a strange one is left out and not refused.
    accountId: typeof account === 'string' && /^\d{12}$/.test(account) ? account : undefined,
    arn: undefined,
  };
}

/** An RFC 3339 instant in milliseconds UTC; undefined for anything else, a time without a zone included. */
export function parseInstant(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/.test(text)) {
    return undefined;
  }
  const time = Date.parse(
    text
      .replace(' ', 'T')
      .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
      .toUpperCase(),
  );
  return Number.isNaN(time) ? undefined : time;
}

function absent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** One line without blanks, which may stand in a header. */
function isHeaderText(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]+$/.test(value);
}
