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

/**
 * The variables that a launchSettings.json of .NET may set: whatever in it has the form of one, in any of its profiles,
 * because which of them counts depends on more than the launch configuration. The file may hold comments.
 */
export function readLaunchSettings(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/"((?:AWS|STS_SESSIONS)_\w{1,100})"\s{0,20}:\s{0,20}"([^"\\\n]{0,2000})"/gi);
  return new Map(Array.from(found, ([, name = '', value = '']) => [name, value]));
}
