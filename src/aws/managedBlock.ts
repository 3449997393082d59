import { propertyLine } from './edit.ts';
import { isName, parseIni } from './ini.ts';
import { managedKey, readProfiles } from './profiles.ts';
import { linesOf, withLines, withoutLines } from './textLines.ts';
import type { TextLine } from './textLines.ts';

// The profiles that this extension writes into the config file, between two comment lines, so that they can be found,
// replaced and taken away again without touching anything around them. They hold a pointer and no secret.

/** What stands between the two comment lines. */
export interface ManagedBlock {
  /** Which machine wrote it: a `~/.aws` may be shared, and two machines must not fight over one block. */
  readonly host: string;
  readonly profiles: readonly ManagedProfile[];
}

/** A profile that asks this extension for its credentials. */
export interface ManagedProfile {
  /** `vscode`, or `vscode-<region>`. */
  readonly name: string;
  readonly credentialProcess: string;
  readonly region: string | undefined;
}

const firstLine = '# >>> STS Sessions: managed block, written by the VS Code extension, do not edit';
const lastLine = '# <<< STS Sessions: managed block';
/** How the first line is recognised, in case its end is worded otherwise one day. */
const firstLineStart = '# >>> STS Sessions: managed block';

/**
 * The text with this block: in the place of the one that is there, otherwise at the end. Everything outside the block
 * stays the same to the byte, and so does a profile that somebody put between the two lines: it moves behind them.
 * A block without profiles is no block.
 *
 * @throws RangeError for names or values that cannot stand in the file.
 */
export function setManagedBlock(text: string, block: ManagedBlock): string {
  if (block.profiles.length === 0) {
    return removeManagedBlock(text);
  }
  const written = [
    firstLine,
    ...block.profiles.flatMap((profile) => linesFor(profile, block.host)),
    lastLine,
  ];
  const [first, ...others] = findBlocks(text);
  if (first === undefined) {
    return withLines(text, text.length, written);
  }
  let rest = text;
  for (const other of others.reverse()) {
    rest = without(rest, other);
  }
  const around = without(rest, first);
  return withLines(around, Math.min(first.start, around.length), written);
}

/** The text without our block, or the same text when there is none. What others put into it stays. */
export function removeManagedBlock(text: string): string {
  let rest = text;
  for (const block of findBlocks(text).reverse()) {
    rest = without(rest, block);
  }
  return rest;
}

/** The block in this text, or undefined when there is none or nothing of ours in it. */
export function readManagedBlock(text: string): ManagedBlock | undefined {
  const [block] = findBlocks(text);
  if (block === undefined) {
    return undefined;
  }
  const { profiles } = readProfiles({ config: text.slice(block.start, block.end), credentials: undefined });
  let host: string | undefined;
  const managed: ManagedProfile[] = [];
  for (const { name, properties } of profiles.values()) {
    const writer = properties.get(managedKey)?.value;
    const credentialProcess = properties.get('credential_process')?.value;
    if (writer !== undefined && credentialProcess !== undefined) {
      host ??= writer;
      managed.push({ name, credentialProcess, region: properties.get('region')?.value });
    }
  }
  return host === undefined ? undefined : { host, profiles: managed };
}

/**
 * Those of the names that a profile outside the block already has. Writing them a second time would make the AWS CLI
 * refuse the whole file.
 */
export function takenNames(text: string, names: readonly string[]): string[] {
  const { profiles } = readProfiles({ config: removeManagedBlock(text), credentials: undefined });
  return names.filter((name) => profiles.has(name));
}

function linesFor(profile: ManagedProfile, host: string): string[] {
  if (!isName(profile.name)) {
    throw new RangeError('This profile name cannot stand in a shared AWS file.');
  }
  const region = profile.region === undefined ? [] : [propertyLine('region', profile.region)];
  return [
    `[profile ${profile.name}]`,
    propertyLine('credential_process', profile.credentialProcess),
    ...region,
    propertyLine(managedKey, host),
  ];
}

interface FoundBlock {
  readonly start: number;
  readonly end: number;
  /** Sections between the two lines that are not ours: somebody's profiles, which must not be lost. */
  readonly foreign: string;
}

function without(text: string, block: FoundBlock): string {
  return block.foreign === ''
    ? withoutLines(text, block.start, block.end)
    : text.slice(0, block.start) + block.foreign + text.slice(block.end);
}

function findBlocks(text: string): FoundBlock[] {
  const lines = linesOf(text);
  const at = (index: number): string => {
    const line = lines[index];
    return line === undefined ? '' : text.slice(line.start, line.end).trimEnd();
  };
  const found: FoundBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    if (!at(index).startsWith(firstLineStart)) {
      continue;
    }
    let last = index + 1;
    while (last < lines.length && at(last) !== lastLine && !at(last).startsWith(firstLineStart)) {
      last++;
    }
    const complete = at(last) === lastLine;
    if (!complete) {
      // Somebody deleted the last line: ours is what we could have written, and not a line more.
      last = index;
      while (last + 1 < lines.length && couldBeOurs(at(last + 1))) {
        last++;
      }
    }
    const inner = lines.slice(index + 1, complete ? last : last + 1);
    found.push({
      start: lines[index]?.start ?? 0,
      end: lines[last]?.next ?? text.length,
      foreign: foreignSections(text, inner),
    });
    index = last;
  }
  return found;
}

function couldBeOurs(line: string): boolean {
  return (
    /^\[profile [^\]]*\]$/.test(line) || /^(?:credential_process|region|sts_sessions_host) = /.test(line)
  );
}

/** The sections among these lines that do not carry our key, as they stand. */
function foreignSections(text: string, lines: readonly TextLine[]): string {
  const start = lines[0]?.start ?? 0;
  const { sections } = parseIni(lines.length === 0 ? '' : text.slice(start, lines.at(-1)?.next), 'config');
  return sections
    .filter((section) => !section.properties.has(managedKey))
    .map((section) => {
      const next = sections[sections.indexOf(section) + 1];
      return text.slice(
        lines[section.line - 1]?.start,
        lines[(next?.line ?? lines.length + 1) - 1]?.start ?? lines.at(-1)?.next,
      );
    })
    .join('');
}
