import type { Credentials } from './credentials.ts';
import { propertyLine } from './edit.ts';
import { formatCredentials, isoSeconds } from './formats.ts';
import { isName, parseIni } from './ini.ts';
import { linesOf, withLines, withoutLines } from './textLines.ts';
import type { TextLine } from './textLines.ts';

// Keys that a person has had written into a file, for a tool that knows nothing else, and how they go again. What is
// recognised by is the access key ID, which is no secret and never given out twice.

/** Where keys can be written. */
export type WrittenForm =
  /** A section of the credentials file. */
  | 'profile'
  /** Lines of NAME=value in a file of their own. */
  | 'env'
  /** What a credential_process prints, in a file of its own. */
  | 'json';

/** How the comment above a section of ours begins. */
const markStart = '# Written by STS Sessions';

/** The keys of a section that we write, lower-case. */
const ourKeys: ReadonlySet<string> = new Set([
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'region',
]);

/** What to write as a profile. */
export interface WrittenProfile {
  /** A name that every SDK accepts. */
  readonly name: string;
  /** The session's, for the comment. */
  readonly session: string;
  readonly credentials: Credentials;
  readonly region: string | undefined;
}

/**
 * The credentials file's text with the keys in a section of their own at its end. Undefined when a section of that name is
 * there already: nobody's keys are written over.
 *
 * @throws RangeError for a name or a value that cannot stand in the file.
 */
export function withWrittenProfile(text: string, profile: WrittenProfile): string | undefined {
  const { name, credentials, region } = profile;
  if (!isName(name)) {
    throw new RangeError('This profile name cannot stand in a shared AWS file.');
  }
  if (parseIni(text, 'credentials').sections.some((section) => section.header === name)) {
    return undefined;
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials;
  const until =
    expiresAt === undefined ? '' : `, they end at ${isoSeconds(expiresAt)} and are taken out then`;
  const lines = [
    // Names of sessions may hold anything but are one line.
    `${markStart}: keys of ${profile.session.replace(/\s+/g, ' ')}${until}`,
    `[${name}]`,
    propertyLine('aws_access_key_id', accessKeyId),
    propertyLine('aws_secret_access_key', secretAccessKey.reveal()),
    ...(sessionToken === undefined ? [] : [propertyLine('aws_session_token', sessionToken.reveal())]),
    ...(region === undefined ? [] : [propertyLine('region', region)]),
  ];
  return withLines(text, text.length, lines);
}

/**
 * The text without the keys: the section goes with its comment; where somebody has put more into it, that stays. The same
 * text when other keys stand there by now.
 */
export function withoutWrittenProfile(text: string, name: string, accessKeyId: string): string {
  const section = parseIni(text, 'credentials').sections.find(
    ({ header, properties }) => header === name && properties.get('aws_access_key_id')?.value === accessKeyId,
  );
  if (section === undefined) {
    return text;
  }
  const lines = linesOf(text);
  const content = (line: TextLine | undefined): string =>
    line === undefined ? '' : text.slice(line.start, line.end).trim();
  const ours = new Set(
    [...section.properties]
      .filter(([key]) => ourKeys.has(key))
      .map(([, property]) => property.place.line - 1),
  );
  const header = section.line - 1;
  const last = Math.max(...[...section.properties.values()].map(({ place }) => place.line - 1));
  let isAllOurs = true;
  for (let at = header + 1; at <= last; at++) {
    isAllOurs &&= ours.has(at);
  }
  if (isAllOurs) {
    ours.add(header);
    if (content(lines[header - 1]).startsWith(markStart)) {
      ours.add(header - 1);
    }
  }
  let rest = text;
  // From the end, so that the offsets before stay true.
  for (const at of [...ours].sort((a, b) => b - a)) {
    const line = lines[at];
    rest = line === undefined ? rest : withoutLines(rest, line.start, line.next);
  }
  return rest;
}

/** The text of a file of its own, ending in a line break. */
export function writtenText(
  form: Exclude<WrittenForm, 'profile'>,
  credentials: Credentials,
  region: string | undefined,
): string {
  return formatCredentials(form, credentials, region);
}

/**
 * What is left of such a file without the keys; empty: nothing, it can go. The same text when other keys stand there by
 * now.
 *
 * @throws RangeError for JSON in which they stand, and from which they cannot be taken without breaking it.
 */
export function withoutWrittenKeys(
  form: Exclude<WrittenForm, 'profile'>,
  text: string,
  accessKeyId: string,
): string {
  if (!text.includes(accessKeyId)) {
    return text;
  }
  if (form === 'json') {
    return jsonWithout(text, accessKeyId);
  }
  const rest = text
    .split(/(?<=\n)/)
    .filter((line) => !envNames.has(/^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? ''))
    .join('');
  return rest.trim() === '' ? '' : rest;
}

/** Takes the fields that we write out of the one object of the file. */
function jsonWithout(text: string, accessKeyId: string): string {
  const fields = objectIn(text);
  if (fields?.['AccessKeyId'] !== accessKeyId) {
    throw new RangeError('The keys stand in a form that is not ours.');
  }
  const rest = Object.entries(fields).filter(([name]) => !jsonNames.has(name));
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0];
  return rest.length === 0 ? '' : `${JSON.stringify(Object.fromEntries(rest), undefined, indent)}\n`;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // What the parser says quotes the text.
    return undefined;
  }
}

/** What `processJson` writes. */
const jsonNames: ReadonlySet<string> = new Set([
  'Version',
  'AccessKeyId',
  'SecretAccessKey',
  'SessionToken',
  'Expiration',
  'AccountId',
]);

const envNames: ReadonlySet<string> = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
]);

/** A name for the copy of a session in the credentials file: what tools accept, and no other session's. */
export function nameOfCopy(session: string): string {
  const name = session.replace(/[^\w./%@:+-]+/g, '-').replace(/^-+|-+$/g, '');
  return `${name === '' ? 'session' : name}-copy`;
}
