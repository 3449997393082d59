import { isName, parseIni, withoutComment } from './ini.ts';
import type { FileRole } from './problems.ts';
import { linesOf, withLines } from './textLines.ts';
import type { TextLine } from './textLines.ts';

// Edits of a shared file's text that leave everything else as it is, to the byte: comments, order, line endings, a byte
// order mark, a missing last line ending. All are pure; `files/safeWrite.ts` brings the result to the disk.

/**
 * The text with a new profile at its end, after an empty line. A profile that is there already gets the properties set
 * instead: a second header of one name would make the AWS CLI refuse the whole file.
 *
 * @throws RangeError for a name, key or value that cannot stand in the file (see `propertyLine`).
 */
export function appendProfile(
  text: string,
  name: string,
  properties: Iterable<readonly [key: string, value: string]>,
  file: FileRole,
): string {
  const header = headerFor(name, file);
  const written = [...properties];
  if (parseIni(text, file).sections.some((section) => section.header === header)) {
    let edited = text;
    for (const [key, value] of written) {
      edited = setProperty(edited, header, key, value);
    }
    return edited;
  }
  const lines = [`[${header}]`, ...written.map(([key, value]) => propertyLine(key, value))];
  const last = linesOf(text).at(-1);
  if (last !== undefined && text.slice(last.start, last.end).trim() !== '') {
    lines.unshift('');
  }
  return withLines(text, text.length, lines);
}

/**
 * The text with `key = value` in the section of that header (`profile prod`, `default`): the line that counts is
 * changed where it stands, with its spelling and its comment; otherwise a line is added below the section's last one;
 * otherwise the section is added at the end.
 *
 * @throws RangeError for a key or value that cannot stand in the file.
 */
export function setProperty(text: string, header: string, key: string, value: string): string {
  const line = propertyLine(key, value);
  // The role does not matter to the parser beyond the places that it gives out.
  const sections = parseIni(text, 'config').sections.filter((section) => section.header === header);
  const lines = linesOf(text);
  const present = sections.findLast((section) => section.properties.has(key.toLowerCase()));
  const property = present?.properties.get(key.toLowerCase());
  if (property !== undefined) {
    return withValue(text, lines, property.place.line, value);
  }
  const section = sections.at(-1);
  if (section === undefined) {
    const last = lines.at(-1);
    const apart = last !== undefined && text.slice(last.start, last.end).trim() !== '';
    return withLines(text, text.length, [...(apart ? [''] : []), `[${header}]`, line]);
  }
  const lastLine = Math.max(section.line, ...[...section.properties.values()].map(({ place }) => place.line));
  const below = endOfValue(text, lines, lastLine);
  return withLines(text, lines[below]?.start ?? text.length, [line]);
}

/**
 * A property as a line.
 *
 * @throws RangeError when other tools would read something else: an empty value (it begins a nested block), a line
 * break, white space at the ends, or what the SDKs take for an inline comment (`#` or `;` after white space).
 */
export function propertyLine(key: string, value: string): string {
  if (!isName(key)) {
    throw new RangeError('This key cannot stand in a shared AWS file.');
  }
  if (value === '' || value !== value.trim() || /[\r\n]|(?:^|[ \t])[#;]/.test(value)) {
    throw new RangeError(`This value of ${key} cannot stand in a shared AWS file.`);
  }
  return `${key} = ${value}`;
}

/** The header of a profile. Names with other characters than the SDKs allow are quoted, which only the config file knows. */
function headerFor(name: string, file: FileRole): string {
  if (isName(name)) {
    return file === 'credentials' || name === 'default' ? name : `profile ${name}`;
  }
  if (file === 'credentials' || name.trim() !== name || name === '' || /["\\[\]\r\n]/.test(name)) {
    throw new RangeError('This profile name cannot stand in a shared AWS file.');
  }
  return `profile "${name}"`;
}

/** The text with another value in line `number` (from 1) and the lines that continue it. */
function withValue(text: string, lines: readonly TextLine[], number: number, value: string): string {
  const line = lines[number - 1];
  const last = lines[endOfValue(text, lines, number) - 1];
  if (line === undefined || last === undefined) {
    return text;
  }
  const written = text.slice(line.start, line.end);
  const content = withoutComment(written);
  const comment = written.slice(content.length);
  const equals = content.indexOf('=') + 1;
  const gap = /^[ \t]*/.exec(content.slice(equals))?.[0] ?? '';
  const kept = text.slice(0, line.start) + content.slice(0, equals) + (gap === '' ? ' ' : gap) + value;
  // A value of one line keeps its comment; one of several lines cannot have one.
  return kept + (last === line ? comment : '') + text.slice(last.end);
}

/**
 * The index (from 0) of the line behind the property or header in line `number` (from 1) and what continues it. Empty
 * lines and comments after the last continuation are not part of it.
 */
function endOfValue(text: string, lines: readonly TextLine[], number: number): number {
  let end = number;
  for (let index = number; index < lines.length; index++) {
    const line = lines[index];
    const written = line === undefined ? '' : text.slice(line.start, line.end);
    const body = written.trim();
    if (body !== '' && !written.startsWith(' ') && !written.startsWith('\t')) {
      break;
    }
    if (body !== '' && !body.startsWith('#') && !body.startsWith(';')) {
      end = index + 1;
    }
  }
  return end;
}
