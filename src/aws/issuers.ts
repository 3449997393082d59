import { isLoopback } from './loopback.ts';
import type { Issuer } from './planModel.ts';

/** The fields of an issuer in the settings. */
export type IssuerField = 'url' | 'clientId' | 'scopes' | 'by' | 'sessionNameClaim' | 'redirectPort' | 'name';

/** What stands in the settings: issuers that can be used, and the field that is wrong in each of the others. */
export interface IssuerSettings {
  readonly issuers: ReadonlyMap<string, Issuer>;
  readonly broken: ReadonlyMap<string, IssuerField>;
}

/** The host of Microsoft's sign-in, whose first folder names the tenant. */
const microsoftHost = 'login.microsoftonline.com';

/** Tenants that stand for several: AWS compares the issuer letter by letter, and theirs is another in each token. */
const sharedTenants: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);

/** What a name may be: it stands in a line of the config file. */
const namePattern = /^[\w\-/.%@:+]{1,64}$/;

/** A scope (RFC 6749, 3.3) or the name of a claim. */
const wordPattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

/** Reads the setting `stsSessions.issuers`, trusting nothing in it: somebody typed it. Never throws. */
export function readIssuers(value: unknown): IssuerSettings {
  const issuers = new Map<string, Issuer>();
  const broken = new Map<string, IssuerField>();
  for (const [name, entry] of Object.entries(asFields(value) ?? {})) {
    const read = readIssuer(name, asFields(entry) ?? {});
    if (typeof read === 'string') {
      broken.set(name, read);
    } else {
      issuers.set(name, read);
    }
  }
  return { issuers, broken };
}

function readIssuer(name: string, fields: Readonly<Record<string, unknown>>): Issuer | IssuerField {
  const { url, clientId, scopes = [], by = 'signIn', sessionNameClaim, redirectPort } = fields;
  if (!namePattern.test(name)) {
    return 'name';
  }
  if (by !== 'signIn' && by !== 'microsoft') {
    return 'by';
  }
  if (typeof url !== 'string' || issuerUrlProblem(url) !== undefined) {
    return 'url';
  }
  if (by === 'microsoft' && tenantOf(url) === undefined) {
    return 'url';
  }
  if (typeof clientId !== 'string' || clientIdProblem(clientId) !== undefined) {
    return 'clientId';
  }
  if (!Array.isArray(scopes) || !scopes.every(isWord)) {
    return 'scopes';
  }
  if (sessionNameClaim !== undefined && !isWord(sessionNameClaim)) {
    return 'sessionNameClaim';
  }
  if (redirectPort !== undefined && !isPort(redirectPort)) {
    return 'redirectPort';
  }
  return {
    name,
    by,
    url,
    clientId,
    scopes: scopes.filter((scope) => scope !== 'openid'),
    sessionNameClaim,
    ...(redirectPort !== undefined && { redirectPort }),
  };
}

/** What keeps text from being the address of an issuer. */
export type IssuerUrlProblem = 'notUrl' | 'plainHttp' | 'tooMuch' | 'sharedTenant';

/**
 * What keeps `text` from being an issuer (OpenID Connect Core 1.0, 2): https, no query, no fragment. Plain HTTP only on
 * this machine, where nobody listens in between; AWS itself takes https alone.
 */
export function issuerUrlProblem(text: string): IssuerUrlProblem | undefined {
  if (!/^https?:\/\/[^\s\\]+$/.test(text) || !URL.canParse(text)) {
    return 'notUrl';
  }
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url)) {
    return 'plainHttp';
  }
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text) || text.includes('/.well-known/')) {
    return 'tooMuch';
  }
  const tenant = url.pathname.split('/')[1] ?? '';
  return url.hostname === microsoftHost && sharedTenants.has(tenant) ? 'sharedTenant' : undefined;
}

/** What keeps `text` from being a client id (RFC 6749, A.1). IAM takes at most 255 characters as an audience. */
export function clientIdProblem(text: string): 'empty' | 'badCharacter' | 'tooLong' | undefined {
  if (text === '') {
    return 'empty';
  }
  if (!/^[\x21-\x7e]+$/.test(text)) {
    return 'badCharacter';
  }
  return text.length > 255 ? 'tooLong' : undefined;
}

/** What keeps `text` from being the name of an issuer. */
export function issuerNameProblem(text: string): 'empty' | 'badCharacter' | 'tooLong' | undefined {
  if (text === '') {
    return 'empty';
  }
  return text.length > 64 ? 'tooLong' : namePattern.test(text) ? undefined : 'badCharacter';
}

/** True for a scope or the name of a claim. */
export function isWord(text: unknown): text is string {
  return typeof text === 'string' && wordPattern.test(text);
}

/** The tenant in the address of a Microsoft issuer; undefined for any other address. */
export function tenantOf(url: string): string | undefined {
  const { hostname, pathname } = new URL(url);
  const tenant = pathname.split('/')[1] ?? '';
  return hostname === microsoftHost && tenant !== '' ? tenant : undefined;
}

/** What tells one sign-in from another: not its name, which people change. */
export function issuerKey({ by, url, clientId }: Issuer): string {
  return JSON.stringify([by, url, clientId]);
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1024 && value <= 65_535;
}

function asFields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
