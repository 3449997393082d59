/** EncodedMessage of DecodeAuthorizationMessage: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html */
const maxEncoded = 10_240;

/** Real ones have several hundred characters; a request's id or an ARN's name never has so many without a break. */
const minEncoded = 80;

/** What a text is looked through for, so that a selected log of megabytes costs nothing. */
const maxText = 200_000;

/**
 * The encoded authorization message in a text: an error as a tool prints it, a log, or the message alone. A terminal may
 * have broken it into lines. Undefined when there is none.
 */
export function findEncodedMessage(text: string): string | undefined {
  const lines = text.slice(0, maxText).split(/\r?\n/);
  const announced = lines.findIndex((line) => /encoded authorization failure message:/i.test(line));
  if (announced !== -1) {
    const rest = [
      (lines[announced] ?? '').replace(/^.*encoded authorization failure message:/i, ''),
      ...lines.slice(announced + 1),
    ];
    const message = joined(rest);
    // The words before it leave no doubt, however short it is.
    if (message !== undefined) {
      return message.length <= maxEncoded ? message : undefined;
    }
  }
  const runs = lines.map((_, index) => joined(lines.slice(index, index + maxEncoded / minEncoded)) ?? '');
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest.length >= minEncoded && longest.length <= maxEncoded ? longest : undefined;
}

/** The message at the start of the lines: the longest word of the first, and whole lines of nothing else after it. */
function joined(lines: readonly string[]): string | undefined {
  const [first = '', ...rest] = lines;
  const words = first.match(/[\w+/=-]+/g) ?? [];
  const word = words.reduce((best, each) => (each.length > best.length ? each : best), '');
  if (word === '') {
    // Some tools put the message on the line after the words.
    const next = rest[0] ?? '';
    return first.trim() === '' && /^\s*[\w+/=-]+[.,'"]?\s*$/.test(next) ? joined(rest) : undefined;
  }
  let message = word;
  if (first.trimEnd().endsWith(word)) {
    for (const line of rest) {
      const [, part] = /^\s*([\w+/=-]+)[.,'"]?\s*$/.exec(line) ?? [];
      if (part === undefined || message.length > maxEncoded) {
        break;
      }
      message += part;
    }
  }
  return message;
}

/** What a decoded message comes to. What AWS left out is undefined. */
export interface Authorization {
  readonly allowed: boolean;
  readonly explicitDeny: boolean;
  readonly action: string | undefined;
  readonly resource: string | undefined;
  /** The ARN of who was refused. */
  readonly principal: string | undefined;
  /** Sids of the statements that decided; empty where they have none or are not told. */
  readonly statements: readonly string[];
}

/** Reads a decoded message; undefined when it is not the JSON that AWS sends. */
export function readAuthorization(message: string): Authorization | undefined {
  let json: unknown;
  try {
    json = JSON.parse(message);
  } catch {
    return undefined;
  }
  const allowed = at(json, 'allowed');
  if (typeof allowed !== 'boolean') {
    return undefined;
  }
  const items = at(json, 'matchedStatements', 'items');
  return {
    allowed,
    explicitDeny: at(json, 'explicitDeny') === true,
    action: text(at(json, 'context', 'action')),
    resource: text(at(json, 'context', 'resource')),
    principal: text(at(json, 'context', 'principal', 'arn')),
    statements: (Array.isArray(items) ? items : []).flatMap(
      (item: unknown) => text(at(item, 'statementId')) ?? [],
    ),
  };
}

/** The message with line breaks and indents; as it is when it is no JSON. */
export function prettyMessage(message: string): string {
  try {
    return `${JSON.stringify(JSON.parse(message), undefined, 2)}\n`;
  } catch {
    return message;
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null
        ? new Map<string, unknown>(Object.entries(inner)).get(name)
        : undefined,
    value,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
