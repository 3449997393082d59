import type { FileRole, Place, ProblemKind } from './problems.ts';

/** One property of a section, its value as the SDKs read it. */
export interface Property {
  readonly value: string;
  readonly place: Place;
  /** Set when the value is a nested block (`s3 =` and indented lines below it); keys are lower-case. */
  readonly nested: ReadonlyMap<string, Property> | undefined;
}

/** One header with the properties below it, as written: two headers of one name are two of these. */
export interface IniSection {
  /** The text between the brackets, trimmed: `profile prod`, `default`. What it means is `profiles.ts`'s job. */
  readonly header: string;
  readonly line: number;
  /** Keys are lower-case; of a key that is there twice, the last. */
  readonly properties: ReadonlyMap<string, Property>;
}

/** A line that is broken, or that tools disagree about. */
export interface IniProblem {
  readonly what: ProblemKind;
  readonly severity: 'error' | 'warning';
  readonly line: number;
  /** The section it lies in; undefined before the first header and below a broken one. */
  readonly section: IniSection | undefined;
}

/** What a shared file says, line by line. */
export interface IniFile {
  readonly sections: readonly IniSection[];
  readonly problems: readonly IniProblem[];
}

/** A file of nothing but broken lines must not cost more than it is worth; the rest is counted. */
const maxProblems = 1000;

/** No key that AWS documents is longer, and a secret key (40 characters) pasted as a line of its own is. */
const longestShownName = 36;

const tab = 9;
const space = 32;
const hash = 35;
const semicolon = 59;
const bracket = 91;
const byteOrderMark = 0xfeff;

const nameCharacters = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/.%@:+') {
  nameCharacters[character.charCodeAt(0)] = 1;
}

/** True for a name that every SDK accepts for a profile or a key: letters, digits and - _ / . % @ : + */
export function isName(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (nameCharacters[text.charCodeAt(index)] !== 1) {
      return false;
    }
  }
  return text !== '';
}

/** A property while its continuation lines may still come. */
interface OpenProperty {
  readonly name: string;
  readonly indent: number;
  /** Undefined for one that nobody reads: its continuation lines go the same way, without a word. */
  readonly property:
    { value: string; readonly place: Place; nested: Map<string, Property> | undefined } | undefined;
}

interface OpenSection extends IniSection {
  readonly properties: Map<string, Property>;
}

/**
 * Reads the text of one shared file. Never throws: a broken line becomes a problem and everything around it is read.
 *
 * The rules are those of the SDKs' shared parser suite (smithy-rs, profile-parser-tests.json); where the suite is
 * silent and tools differ, the AWS CLI is the reference. Whatever the AWS CLI, which uses Python's configparser,
 * makes of a line differently becomes a warning.
 */
export function parseIni(text: string, file: FileRole): IniFile {
  const reader = new Reader(file);
  let at = 0;
  if (text.charCodeAt(0) === byteOrderMark) {
    at = 1;
    reader.line = 1;
    reader.add('warning', { kind: 'byteOrderMark', file });
    reader.line = 0;
  }
  // One pass by indexOf: splitting 10,000 profiles into an array of lines costs more than reading them.
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    reader.line++;
    const first = text.charCodeAt(at);
    if (first === bracket) {
      reader.readHeader(text.slice(at, end));
    } else if (first === space || first === tab) {
      reader.readIndented(text.slice(at, end));
    } else if (first !== hash && first !== semicolon && at < end) {
      const line = text.slice(at, end).trim();
      if (line !== '') {
        reader.readProperty(line, 0);
      }
    }
    at = end + 1;
  }
  return reader.finish();
}

class Reader {
  /** Of the line being read, counted from 1. */
  line = 0;
  readonly #file: FileRole;
  readonly #sections: IniSection[] = [];
  readonly #problems: IniProblem[] = [];
  readonly #firstLines = new Map<string, number>();
  #section: OpenSection | undefined;
  #open: OpenProperty | undefined;
  /** True below a broken header: what stands there belongs to nobody, and the header has been complained about. */
  #homeless = false;
  #unsaid = 0;

  constructor(file: FileRole) {
    this.#file = file;
  }

  add(severity: 'error' | 'warning', what: ProblemKind): void {
    if (this.#problems.length < maxProblems) {
      this.#problems.push({ what, severity, line: this.line, section: this.#section });
    } else {
      this.#unsaid++;
    }
  }

  finish(): IniFile {
    if (this.#unsaid > 0) {
      this.#problems.push({
        what: { kind: 'moreProblems', count: this.#unsaid },
        severity: 'warning',
        line: this.line,
        section: undefined,
      });
    }
    return { sections: this.#sections, problems: this.#problems };
  }

  readHeader(line: string): void {
    this.#open = undefined;
    this.#section = undefined;
    const end = line.indexOf(']');
    this.#homeless = end === -1;
    if (end === -1) {
      this.add('error', { kind: 'headerNotClosed' });
      return;
    }
    const header = line.slice(1, end).trim();
    this.#section = { header, line: this.line, properties: new Map() };
    this.#sections.push(this.#section);

    const rest = line.slice(end + 1).trim();
    const next = rest.charCodeAt(0);
    if (rest !== '' && next !== hash && next !== semicolon) {
      this.add('warning', { kind: 'textAfterHeader' });
    }
    if (rest.includes(']')) {
      this.add('warning', { kind: 'bracketAfterHeader' });
    }
    const firstLine = this.#firstLines.get(header);
    if (firstLine === undefined) {
      this.#firstLines.set(header, this.line);
    } else {
      this.add('warning', { kind: 'duplicateSection', name: header, firstLine });
    }
  }

  /**
   * A line that begins with white space continues the property above it. Where no property can be continued, or the
   * line is indented no further than the property itself, configparser reads it as if it were not indented.
   */
  readIndented(line: string): void {
    const body = line.trim();
    const first = body.charCodeAt(0);
    if (body === '') {
      return;
    }
    if (first === hash || first === semicolon) {
      if (this.#open?.property !== undefined) {
        this.add('warning', { kind: 'indentedComment', name: this.#open.name });
      }
      return;
    }
    const indent = line.indexOf(body);
    if (this.#open !== undefined && indent > this.#open.indent) {
      this.#continue(body);
    } else if (first === bracket) {
      this.readHeader(body);
      this.add('warning', { kind: 'indentedProperty', name: body });
    } else {
      this.readProperty(body, indent);
    }
  }

  readProperty(line: string, indent: number): void {
    this.#open = { name: '', indent, property: undefined };
    const section = this.#section;
    if (section === undefined) {
      if (!this.#homeless) {
        this.add('error', { kind: 'textBeforeSection' });
        // Said once: everything up to the first header has the same cause.
        this.#homeless = true;
      }
      return;
    }
    const text = withoutComment(line);
    const equals = text.indexOf('=');
    if (equals === -1) {
      const colon = text.indexOf(':');
      if (indent > 0) {
        this.add('error', { kind: 'continuationWithoutProperty' });
      } else if (colon > 0) {
        this.add('error', { kind: 'colonInsteadOfEquals', name: shown(text.slice(0, colon).trim()) });
      } else {
        this.add('error', { kind: 'missingEquals' });
      }
      return;
    }
    const name = text.slice(0, equals).trim();
    if (name === '') {
      this.add('error', { kind: 'emptyKey' });
      return;
    }
    // configparser ends a key at the first `:` or `=`, so `a:b = c` is `a` there.
    const colon = name.indexOf(':');
    if (colon > 0) {
      this.add('warning', { kind: 'colonInsteadOfEquals', name: shown(name.slice(0, colon).trim()) });
    }
    if (!isName(name)) {
      if (colon <= 0) {
        this.add('warning', { kind: 'invalidPropertyName', name: shown(name) });
      }
      return;
    }
    if (text.length < line.length) {
      this.add('warning', { kind: 'inlineComment', name: shown(name) });
    }
    if (indent > 0) {
      this.add('warning', { kind: 'indentedProperty', name: shown(name) });
    }
    const key = name.toLowerCase();
    const earlier = section.properties.get(key);
    if (earlier !== undefined) {
      this.add('warning', { kind: 'duplicateProperty', name: shown(name), firstLine: earlier.place.line });
    }
    const property = {
      value: text.slice(equals + 1).trim(),
      place: { file: this.#file, line: this.line },
      nested: undefined,
    };
    section.properties.set(key, property);
    this.#open = { name: shown(name), indent, property };
  }

  /** Adds a line to the open property: comments in it are part of the value. */
  #continue(body: string): void {
    const property = this.#open?.property;
    if (property === undefined) {
      return;
    }
    if (property.value === '') {
      property.nested = new Map();
    }
    property.value += `\n${body}`;
    if (property.nested === undefined) {
      return;
    }
    const text = withoutComment(body);
    const equals = text.indexOf('=');
    if (equals === -1) {
      this.add('error', { kind: 'subPropertyWithoutEquals' });
      return;
    }
    const name = text.slice(0, equals).trim();
    if (name === '') {
      this.add('error', { kind: 'subPropertyWithoutName' });
      return;
    }
    if (text.length < body.length) {
      this.add('warning', { kind: 'inlineComment', name: shown(name) });
    }
    property.nested.set(name.toLowerCase(), {
      value: text.slice(equals + 1).trim(),
      place: { file: this.#file, line: this.line },
      nested: undefined,
    });
  }
}

/** The line up to a `#` or `;` that white space stands before: what the SDKs take for an inline comment. */
export function withoutComment(line: string): string {
  if (!line.includes('#') && !line.includes(';')) {
    return line;
  }
  for (let index = 1; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (code === hash || code === semicolon) {
      const before = line.charCodeAt(index - 1);
      if (before === space || before === tab) {
        return line.slice(0, index).trimEnd();
      }
    }
  }
  return line;
}

/** A key as a problem may show it: what is too long to be one may be a secret on a line of its own. */
function shown(name: string): string {
  return name.length > longestShownName ? `${name.slice(0, 4)}…` : name;
}
