/**
 * The variables that an `envFile` of a launch configuration sets, with their values: lines of NAME=value, a value in
 * quotes over several lines too. Values are good enough to tell which session is chosen; what debuggers make of escapes
 * and of references to other variables differs.
 */
export function readEnvFile(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const assigned = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(lines[index] ?? '');
    const [, name, rest = ''] = assigned ?? [];
    if (name === undefined) {
      continue;
    }
    const quote = /^["'`]/.exec(rest)?.[0];
    if (quote === undefined) {
      found.set(name, rest.replace(/\s+#.*$/, '').trim());
      continue;
    }
    let value = rest.slice(1);
    let last = index;
    while (!value.includes(quote) && last + 1 < lines.length) {
      last += 1;
      value += `\n${lines[last] ?? ''}`;
    }
    const end = value.indexOf(quote);
    if (end === -1) {
      // A quote that nothing closes is a part of the value, and of this line only.
      found.set(name, rest.trim());
    } else {
      found.set(name, value.slice(0, end));
      index = last;
    }
  }
  return found;
}
