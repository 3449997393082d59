import { appendProfile, propertyLine, setProperty } from './edit.ts';
import { parseIni, withoutComment } from './ini.ts';
import type { FileRole } from './problems.ts';
import { readProfiles } from './profiles.ts';
import type { Section } from './profiles.ts';
import { Secret } from './secret.ts';
import { endingAt, endingOf, linesOf, withLines, withoutLines } from './textLines.ts';
import type { LineEnding } from './textLines.ts';
import { vaultIdOf } from './vaultPointer.ts';
import type { UserKeys } from './vaultPointer.ts';

// The lines of long-term keys in a shared file: out of it and back to the byte. All is pure.

/** How the two lines of a key pair stood in their file: enough to write them there again as they were. */
export interface KeyLayout {
  readonly file: FileRole;
  /** What stood before and behind the value in each line. */
  readonly id: readonly [before: string, behind: string];
  readonly secret: readonly [before: string, behind: string];
  /** How many lines the secret's line stood below that of the id; negative: above it. */
  readonly apart: number;
  /** What ended the lower of the two lines, where that is not what ends the file's first line. */
  readonly ending?: LineEnding;
}

/** Why the keys of a profile cannot be taken out of a file's text. */
export type KeyLinesProblem =
  /** There are none, or half of a pair. */
  | 'none'
  /** They are no long-term keys: a session token stands beside them. */
  | 'temporary'
  /** One of the lines, or the whole section, is there twice, or the secret stands elsewhere in the file as well. */
  | 'twice'
  /** A value holds what no key holds. */
  | 'odd';

/** A profile's keys as a text has them. */
export interface FoundKeys {
  readonly keys: UserKeys;
  readonly layout: KeyLayout;
}

interface Spot {
  /** Index from 0. */
  readonly index: number;
  readonly before: string;
  readonly behind: string;
  readonly value: string;
}

/** Finds the long-term keys of a profile in the text of one file. */
export function keysIn(text: string, file: FileRole, profile: string): FoundKeys | KeyLinesProblem {
  const found = spotsIn(text, file, profile);
  if (typeof found === 'string') {
    return found;
  }
  const { id, secret } = found;
  const lower = linesOf(text)[Math.max(id.index, secret.index)];
  const ending = lower && endingAt(text, lower);
  return {
    keys: { accessKeyId: id.value, secretAccessKey: new Secret(secret.value) },
    layout: {
      file,
      id: [id.before, id.behind],
      secret: [secret.before, secret.behind],
      apart: secret.index - id.index,
      ...(ending !== undefined && ending !== endingOf(text) && { ending }),
    },
  };
}

/** True for the same pair. */
export function sameKeys(a: UserKeys, b: UserKeys): boolean {
  return a.accessKeyId === b.accessKeyId && a.secretAccessKey.reveal() === b.secretAccessKey.reveal();
}

/**
 * The text with a `credential_process` in the place of the profile's keys; everything else stays to the byte. 'changed':
 * other keys stand there.
 *
 * @throws RangeError for a command that cannot stand in the file.
 */
export function withoutKeys(
  text: string,
  file: FileRole,
  profile: string,
  keys: UserKeys,
  command: string,
): { readonly text: string } | KeyLinesProblem | 'changed' {
  const found = spotsIn(text, file, profile);
  if (typeof found === 'string') {
    return found;
  }
  const { id, secret } = found;
  if (id.value !== keys.accessKeyId || secret.value !== keys.secretAccessKey.reveal()) {
    return 'changed';
  }
  const lines = linesOf(text);
  const [first, second] = id.index < secret.index ? [id, secret] : [secret, id];
  const upper = lines[first.index];
  const lower = lines[second.index];
  if (upper === undefined || lower === undefined) {
    return 'none';
  }
  const indent = /^[ \t]*/.exec(first.before)?.[0] ?? '';
  const shorter = withoutLines(text, lower.start, lower.next);
  const edited =
    shorter.slice(0, upper.start) +
    indent +
    propertyLine('credential_process', command) +
    shorter.slice(upper.end);
  // A copy in a comment, or in another profile, would make all of it pointless.
  return edited.includes(keys.secretAccessKey.reveal()) ? 'twice' : { text: edited };
}

/** What became of a text that keys were to be put back into. */
export type PutBack =
  | { readonly text: string }
  /** The profile has other keys, or other credentials, by now. */
  | 'taken';

/**
 * The text of a file with the keys where the pointer to them stands, as they stood there before. A profile without the
 * pointer gets them in its section, and one that is gone gets a section. The same text when they are there already.
 *
 * @throws RangeError for a name that cannot stand in the file.
 */
export function withKeys(
  text: string,
  profile: string,
  vaultId: string,
  keys: UserKeys,
  layout: KeyLayout,
): PutBack {
  const { file } = layout;
  const section = sectionIn(text, file, profile);
  const pointer = section?.properties.get('credential_process');
  const own = ownKeysOf(section);
  if (own !== undefined) {
    const same =
      own.id === keys.accessKeyId && own.secret === keys.secretAccessKey.reveal() && pointer === undefined;
    return same ? { text } : 'taken';
  }
  const pairs = [
    ['aws_access_key_id', keys.accessKeyId],
    ['aws_secret_access_key', keys.secretAccessKey.reveal()],
  ] as const;
  if (section === undefined) {
    return { text: appendProfile(text, profile, pairs, file) };
  }
  if (pointer === undefined || vaultIdOf(pointer.value) !== vaultId) {
    const header = pointer === undefined ? headerOf(text, file, section) : undefined;
    return header === undefined
      ? 'taken'
      : { text: pairs.reduce((edited, [key, value]) => setProperty(edited, header, key, value), text) };
  }
  return { text: inPlace(text, pointer.place.line - 1, keys, layout) };
}

/** The text without a profile's pointer into the vault; the same text when there is none. */
export function withoutPointer(text: string, file: FileRole, profile: string, vaultId: string): string {
  const pointer = sectionIn(text, file, profile)?.properties.get('credential_process');
  const line = pointer && vaultIdOf(pointer.value) === vaultId && linesOf(text)[pointer.place.line - 1];
  return line ? withoutLines(text, line.start, line.next) : text;
}

/** The text without any pointer to these keys, whatever the profiles are called by now. */
export function withoutPointers(text: string, file: FileRole, vaultId: string): string {
  const names = [...readOne(text, file).profiles.keys()];
  return names.reduce((edited, name) => withoutPointer(edited, file, name, vaultId), text);
}

function inPlace(text: string, at: number, keys: UserKeys, layout: KeyLayout): string {
  const idLine = layout.id[0] + keys.accessKeyId + layout.id[1];
  const secretLine = layout.secret[0] + keys.secretAccessKey.reveal() + layout.secret[1];
  const [upper, lower] = layout.apart >= 0 ? [idLine, secretLine] : [secretLine, idLine];
  const place = linesOf(text)[at];
  if (place === undefined) {
    return text;
  }
  const edited = text.slice(0, place.start) + upper + text.slice(place.end);
  const lines = linesOf(edited);
  // Where it stood, unless the section has become shorter.
  const wanted = at + Math.abs(layout.apart);
  const below =
    lines.slice(at + 1, wanted).some((line) => edited[line.start] === '[') || wanted > lines.length;
  const index = below ? at + 1 : wanted;
  return withLines(edited, lines[index]?.start ?? edited.length, [lower], layout.ending);
}

function spotsIn(
  text: string,
  file: FileRole,
  profile: string,
): { readonly id: Spot; readonly secret: Spot } | KeyLinesProblem {
  const set = readOne(text, file);
  const section = set.profiles.get(profile);
  const own = ownKeysOf(section);
  if (section === undefined || own === undefined || own.id === '' || own.secret === '') {
    return 'none';
  }
  const isTwice = set.problems.some(
    (problem) =>
      problem.profile === profile &&
      (problem.what.kind === 'duplicateProperty' || problem.what.kind === 'duplicateSection'),
  );
  if (isTwice || section.places.length > 1) {
    return 'twice';
  }
  const token = ['aws_session_token', 'aws_security_token'].some(
    (key) => (section.properties.get(key)?.value ?? '').trim() !== '',
  );
  if (token || own.id.startsWith('ASIA')) {
    return 'temporary';
  }
  const id = spotOf(text, section, 'aws_access_key_id');
  const secret = spotOf(text, section, 'aws_secret_access_key');
  // AccessKeyIdType in the model of STS; a secret is one word.
  const isKeys = /^\w{16,128}$/.test(own.id) && /^[!-~]+$/.test(own.secret);
  if (id === undefined || secret === undefined || !isKeys) {
    return 'odd';
  }
  return { id, secret };
}

/** Where a property's value stands; undefined when its line is not one of the section's own. */
function spotOf(text: string, section: Section, key: string): Spot | undefined {
  const property = section.properties.get(key);
  const header = section.places[0];
  if (property === undefined || header === undefined) {
    return undefined;
  }
  // The values of an `include_profile` stand in another section.
  const own = parseIni(text, header.file).sections.find(({ line }) => line === header.line);
  if (own?.properties.get(key)?.place.line !== property.place.line) {
    return undefined;
  }
  const index = property.place.line - 1;
  const line = linesOf(text)[index];
  if (line === undefined) {
    return undefined;
  }
  const written = text.slice(line.start, line.end);
  const equals = withoutComment(written).indexOf('=');
  const start = equals === -1 ? -1 : written.indexOf(property.value, equals + 1);
  return start === -1
    ? undefined
    : {
        index,
        value: property.value,
        before: written.slice(0, start),
        behind: written.slice(start + property.value.length),
      };
}

function ownKeysOf(
  section: Section | undefined,
): { readonly id: string; readonly secret: string } | undefined {
  const id = section?.properties.get('aws_access_key_id')?.value.trim() ?? '';
  const secret = section?.properties.get('aws_secret_access_key')?.value.trim() ?? '';
  return id === '' && secret === '' ? undefined : { id, secret };
}

/** The profile with its own lines alone: those that it includes are another's to change. */
function sectionIn(text: string, file: FileRole, profile: string): Section | undefined {
  const section = readOne(text, file).profiles.get(profile);
  if (section === undefined) {
    return undefined;
  }
  const headers = new Set(section.places.map(({ line }) => line));
  const own = new Set(
    parseIni(text, file)
      .sections.filter(({ line }) => headers.has(line))
      .flatMap(({ properties }) => Array.from(properties.values(), ({ place }) => place.line)),
  );
  const properties = new Map([...section.properties].filter(([, { place }]) => own.has(place.line)));
  return { ...section, properties };
}

/** How the section is headed in the file. */
function headerOf(text: string, file: FileRole, section: Section): string | undefined {
  const line = section.places.at(-1)?.line;
  return parseIni(text, file).sections.find((one) => one.line === line)?.header;
}

function readOne(text: string, file: FileRole): ReturnType<typeof readProfiles> {
  return file === 'config'
    ? readProfiles({ config: text, credentials: undefined })
    : readProfiles({ config: undefined, credentials: text });
}
