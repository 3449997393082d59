/** A line of a text by offsets: `end` is where its line ending begins, `next` where the next line does. */
export interface TextLine {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

const byteOrderMark = '\ufeff';

/** The offset at which the first line begins: behind a byte order mark. */
export function startOf(text: string): number {
  return text.startsWith(byteOrderMark) ? 1 : 0;
}

/** Every line of the text; one that ends with a line ending has no empty line behind it. */
export function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let start = startOf(text);
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline + 1;
    let end = newline === -1 ? text.length : newline;
    if (newline > start && text[newline - 1] === '\r') {
      end--;
    }
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

/** What ends a line. */
export type LineEnding = '\n' | '\r\n';

/** The line ending that the text uses: that of its first line. */
export function endingOf(text: string): LineEnding {
  const newline = text.indexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}

/** True when the last line has no line ending. */
export function isUnfinished(text: string): boolean {
  return text.length > startOf(text) && !text.endsWith('\n');
}

/** The line ending that goes when `withoutLines` takes this line away: its own, or that before a last line without one. */
export function endingAt(text: string, { end, next, start }: TextLine): LineEnding {
  const ending = next > end ? text.slice(end, next) : text.slice(0, start);
  return ending.endsWith('\r\n') ? '\r\n' : '\n';
}

/**
 * The text with whole lines put at `offset`, the start of a line or the end of the text, each with `ending`. A text whose last line had no
 * line ending has none afterwards either, which is what lets `withoutLines` give back the very same text.
 */
export function withLines(
  text: string,
  offset: number,
  lines: readonly string[],
  ending = endingOf(text),
): string {
  const block = lines.join(ending);
  if (offset < text.length || !isUnfinished(text)) {
    return text.slice(0, offset) + block + ending + text.slice(offset);
  }
  // A lone carriage return is part of the last line, and must not become half of a line ending.
  return text + (text.endsWith('\r') ? '\r\n' : ending) + block;
}

/** The text without the lines from `start` to `end`; undoes `withLines`. */
export function withoutLines(text: string, start: number, end: number): string {
  const before = text.slice(0, start);
  if (end < text.length || !isUnfinished(text) || !before.endsWith('\n')) {
    return before + text.slice(end);
  }
  return before.slice(0, before.endsWith('\r\n') ? -2 : -1);
}
