/** A statement of an IAM policy, its lists always lists. */
export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly principal: Principals | undefined;
  readonly notPrincipal: Principals | undefined;
  readonly action: readonly string[] | undefined;
  readonly notAction: readonly string[] | undefined;
  readonly resource: readonly string[] | undefined;
  readonly condition: readonly Condition[];
}

/** `"*"`, or names by kind (`AWS`, `Service`, `Federated`). */
export type Principals = '*' | ReadonlyMap<string, readonly string[]>;

/** One line of a condition: operator, key, and the values of which one (for negated operators none) must fit. */
export interface Condition {
  /** As written: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** In lower case, as IAM compares keys. */
  readonly key: string;
  /** As written, for people. */
  readonly shownKey: string;
  readonly values: readonly string[];
}

/** IAM's own limit is 2,048 to 6,144 characters for what is read here; more is no policy. */
const maxLength = 200_000;

/**
 * Reads a policy document's JSON. Undefined when it is none: nothing can be said about it then. IAM lets a single value
 * stand for a list of one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function readPolicy(text: string): readonly PolicyStatement[] | undefined {
  let json: unknown;
  try {
    json = text.length > maxLength ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
  const document = asObject(json);
  const written = document?.get('Statement');
  if (written === undefined) {
    return undefined;
  }
  const statements = listOf(written).map(readStatement);
  return statements.every((each) => each !== undefined) ? statements : undefined;
}

/** A policy as IAM's answers carry it, URL-encoded by RFC 3986; undefined when it is not. */
export function decodePolicy(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function readStatement(json: unknown): PolicyStatement | undefined {
  const raw = asObject(json);
  const effect = raw?.get('Effect');
  if (raw === undefined || (effect !== 'Allow' && effect !== 'Deny')) {
    return undefined;
  }
  const texts = (name: string): readonly string[] | undefined => {
    const value = raw.get(name);
    return value === undefined ? undefined : listOf(value).map(String);
  };
  return {
    effect,
    principal: readPrincipals(raw.get('Principal')),
    notPrincipal: readPrincipals(raw.get('NotPrincipal')),
    action: texts('Action'),
    notAction: texts('NotAction'),
    resource: texts('Resource'),
    condition: readConditions(raw.get('Condition')),
  };
}

function readPrincipals(json: unknown): Principals | undefined {
  if (json === '*') {
    return '*';
  }
  const raw = asObject(json);
  return raw && new Map(Array.from(raw, ([kind, names]) => [kind, listOf(names).map(String)]));
}

function readConditions(json: unknown): readonly Condition[] {
  return [...(asObject(json) ?? [])].flatMap(([operator, keys]) =>
    [...(asObject(keys) ?? [])].map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      shownKey: key,
      values: listOf(values).map(String),
    })),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function asObject(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map<string, unknown>(Object.entries(value))
    : undefined;
}
