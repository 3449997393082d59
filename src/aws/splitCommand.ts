/**
 * Splits the command of a `credential_process` into its arguments as the AWS CLI does, which runs no shell: like Python's
 * shlex on POSIX, like the C runtime on Windows (botocore/compat.py, compat_shell_split). So `$HOME`, `~`, `|` and `;` are
 * letters like others. Undefined when a quotation does not end, or the last backslash escapes nothing.
 *
 * @param windows true on `win32`.
 */
export function splitCommand(command: string, windows: boolean): readonly string[] | undefined {
  return windows ? splitWindows(command) : splitPosix(command);
}

/** Quotes of both kinds; a backslash takes the meaning from any character, within `"` only from `"` and from itself. */
function splitPosix(command: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < command.length; at++) {
    const character = command.charAt(at);
    if (quote === undefined && /[ \t\r\n]/.test(character)) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      // `''` is an argument too.
      word ??= '';
    } else if (character === '\\' && quote !== "'") {
      at += 1;
      const escaped = command.charAt(at);
      if (escaped === '') {
        return undefined;
      }
      const kept = quote === '"' && escaped !== '"' && escaped !== '\\' ? '\\' : '';
      word = (word ?? '') + kept + escaped;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) {
    return undefined;
  }
  return word === undefined ? words : [...words, word];
}

/**
 * Only space and tab divide, only `"` quotes, and a backslash means something only in a row that leads up to a quote.
 * https://learn.microsoft.com/en-us/cpp/cpp/main-function-command-line-args#parsing-c-command-line-arguments
 */
function splitWindows(command: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (const [, backslashes = '', character = ''] of command.matchAll(/(\\*)([^\\]|$)/gs)) {
    if (character === '"') {
      word = (word ?? '') + '\\'.repeat(Math.floor(backslashes.length / 2));
      if (backslashes.length % 2 === 1) {
        word += '"';
      } else {
        quoted = !quoted;
      }
      continue;
    }
    if (backslashes !== '') {
      word = (word ?? '') + backslashes;
    }
    if (!quoted && (character === ' ' || character === '\t')) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else if (character !== '') {
      word = (word ?? '') + character;
    }
  }
  if (quoted) {
    return undefined;
  }
  return word === undefined ? words : [...words, word];
}
