import { Refusal, validationError } from './refusal.ts';

/** A call's parameters, as the query protocol flattens them (`Tags.member.1.Key`). */
export type Parameters = ReadonlyMap<string, string>;

/** What AWS checks of a parameter before it looks at anything else. */
export type Constraint = {
  /** AWS's name. In lists `*` stands for the item's number: `Tags.member.*.Key`. */
  readonly name: string;
  readonly required?: boolean;
} & (
  | { readonly kind: 'text'; readonly min?: number; readonly max?: number; readonly pattern?: string }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'list'; readonly max: number }
);

/** Checks parameters and throws one ValidationError that names everything that is wrong, as AWS does. */
export function checkParameters(parameters: Parameters, constraints: readonly Constraint[]): void {
  const complaints = constraints.flatMap((constraint) => [...complaintsAbout(parameters, constraint)]);
  if (complaints.length > 0) {
    const count = `${complaints.length} validation error${complaints.length > 1 ? 's' : ''} detected`;
    throw validationError(`${count}: ${complaints.join('; ')}`);
  }
}

/** The whole number in a parameter, or undefined when it is absent. */
export function integer(parameters: Parameters, name: string): number | undefined {
  const text = parameters.get(name);
  if (text !== undefined && !/^[+-]?\d{1,10}$/.test(text)) {
    throw new Refusal(400, 'MalformedInput', 'Invalid Argument');
  }
  return text === undefined ? undefined : Number(text);
}

/** The items of a list: one map of members per number, in order. A plain value stands under the empty name. */
export function listOf(parameters: Parameters, name: string): readonly Parameters[] {
  const items = new Map<number, Map<string, string>>();
  const pattern = new RegExp(String.raw`^${name}\.member\.(\d+)(?:\.(.+))?$`);
  for (const [key, value] of parameters) {
    const match = pattern.exec(key);
    if (match !== null) {
      const item = items.get(Number(match[1])) ?? new Map<string, string>();
      items.set(Number(match[1]), item.set(match[2] ?? '', value));
    }
  }
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item);
}

/** The items of a list as EC2 flattens it: `InstanceId.1`. */
export function listMembers(parameters: Parameters, name: string): readonly string[] {
  return [...parameters]
    .filter(([key]) => new RegExp(String.raw`^${name}\.\d+$`).test(key))
    .map(([, value]) => value);
}

function* complaintsAbout(parameters: Parameters, constraint: Constraint): Generator<string> {
  if (constraint.kind === 'list') {
    const items = listOf(parameters, constraint.name);
    if (items.length > constraint.max) {
      const shown = items.map((item) => [...item.values()].join('=')).join(', ');
      yield complaint(`[${shown}]`, constraint.name, `have length less than or equal to ${constraint.max}`);
    }
    return;
  }
  const names = constraint.name.includes('*')
    ? [...parameters.keys()].filter((key) => patternFor(constraint.name).test(key))
    : [constraint.name];
  for (const name of names) {
    const value = parameters.get(name);
    if (value === undefined) {
      if (constraint.required) {
        yield complaint(undefined, name, 'not be null');
      }
    } else if (constraint.kind === 'integer') {
      const number = integer(parameters, name) ?? 0;
      if (number < constraint.min) {
        yield complaint(value, name, `have value greater than or equal to ${constraint.min}`);
      } else if (number > constraint.max) {
        yield complaint(value, name, `have value less than or equal to ${constraint.max}`);
      }
    } else {
      yield* textComplaints(value, name, constraint);
    }
  }
}

function* textComplaints(
  value: string,
  name: string,
  { min, max, pattern }: { readonly min?: number; readonly max?: number; readonly pattern?: string },
): Generator<string> {
  // AWS counts characters, not UTF-16 units.
  const length = Array.from(value).length;
  if (min !== undefined && length < min) {
    yield complaint(value, name, `have length greater than or equal to ${min}`);
  }
  if (max !== undefined && length > max) {
    yield complaint(value, name, `have length less than or equal to ${max}`);
  }
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    yield complaint(value, name, `satisfy regular expression pattern: ${pattern}`);
  }
}

function complaint(value: string | undefined, name: string, must: string): string {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const shown = value === undefined ? 'null' : `'${value}'`;
  return `Value ${shown} at '${member}' failed to satisfy constraint: Member must ${must}`;
}

function patternFor(name: string): RegExp {
  return new RegExp(`^${name.replaceAll('.', String.raw`\.`).replace('*', String.raw`\d+`)}$`);
}
