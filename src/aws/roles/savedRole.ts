import { parseRoleArn } from '../arn.ts';
import {
  durationProblem,
  durations,
  externalIdProblem,
  mfaSerialProblem,
  roleArnProblem,
} from '../limits.ts';
import type { InputProblem } from '../limits.ts';
import { isRegion } from '../endpoints.ts';
import type { SessionRequest } from '../planModel.ts';

/** Colours that a role can have: VS Code's chart colours, which every theme defines. */
export const roleColors = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;

/** One of them. */
export type RoleColor = (typeof roleColors)[number];

/** A role that somebody saved in the settings, or that a folder suggests. */
export interface SavedRole {
  /** Called this in the tree and the status bar. */
  readonly name: string;
  readonly roleArn: string;
  /** Undefined only for a suggested role: the person chooses. */
  readonly sourceProfile: string | undefined;
  readonly externalId: string | undefined;
  readonly mfaSerial: string | undefined;
  /** Seconds. */
  readonly durationSeconds: number | undefined;
  readonly region: string | undefined;
  readonly color: RoleColor | undefined;
}

/** What an entry of the settings can say. */
export type RoleField = keyof SavedRole;

/** What is wrong with a field: as for something typed, or missing, of a wrong type, no colour, a name that is taken. */
export type RoleProblem =
  | {
      readonly field: RoleField;
      readonly what: InputProblem | { readonly kind: 'missing' | 'notText' | 'notColor' | 'taken' };
    }
  /** The entry is no object at all. */
  | { readonly field: undefined; readonly what: { readonly kind: 'notRole' } };

/** An entry as it stands in the settings: a role, or why it is none. */
export interface RoleEntry {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** What to call it, also where it is broken; empty when it has no name. */
  readonly name: string;
  readonly role: SavedRole | undefined;
  readonly problems: readonly RoleProblem[];
  /** Members that count for nothing here. */
  readonly ignored: readonly string[];
}

/** What a folder may say of a role. Where calls go, which programs run and whose device codes come from are the person's. */
const suggestable: readonly RoleField[] = [
  'name',
  'roleArn',
  'sourceProfile',
  'externalId',
  'durationSeconds',
  'region',
  'color',
];

const savable: readonly RoleField[] = [...suggestable, 'mfaSerial'];

/** Reads the entries of `stsSessions.roles`. settings.json may hold anything: nothing in it is trusted. */
export function readSavedRoles(value: unknown): readonly RoleEntry[] {
  return readEntries(value, new Set(savable), true);
}

/** Reads the entries of `stsSessions.suggestedRoles` of one folder. */
export function readSuggestedRoles(value: unknown): readonly RoleEntry[] {
  return readEntries(value, new Set(suggestable), false);
}

function readEntries(
  value: unknown,
  known: ReadonlySet<string>,
  sourceNeeded: boolean,
): readonly RoleEntry[] {
  if (!Array.isArray(value)) {
    return [];
  }
  const names = new Set<string>();
  return (value as readonly unknown[]).map((json, index) => {
    const entry = readEntry(json, index, known, sourceNeeded);
    const taken = entry.role !== undefined && names.has(entry.role.name);
    names.add(entry.name);
    return taken
      ? { ...entry, role: undefined, problems: [{ field: 'name', what: { kind: 'taken' } }] }
      : entry;
  });
}

function readEntry(
  json: unknown,
  index: number,
  known: ReadonlySet<string>,
  sourceNeeded: boolean,
): RoleEntry {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const problem: RoleProblem = { field: undefined, what: { kind: 'notRole' } };
    return { index, name: '', role: undefined, problems: [problem], ignored: [] };
  }
  const raw = new Map<string, unknown>(Object.entries(json));
  const problems: RoleProblem[] = [];
  const text = (
    field: Exclude<RoleField, 'durationSeconds' | 'color'>,
    problem: (value: string) => InputProblem | undefined,
    needed = false,
  ): string | undefined => {
    const value = known.has(field) ? raw.get(field) : undefined;
    if (value === undefined || value === '') {
      if (needed) {
        problems.push({ field, what: { kind: 'missing' } });
      }
      return undefined;
    }
    const what = typeof value === 'string' ? problem(value) : ({ kind: 'notText' } as const);
    if (what !== undefined) {
      problems.push({ field, what });
    }
    return typeof value === 'string' ? value : undefined;
  };
  const name = text('name', roleNameProblem, true);
  const roleArn = text('roleArn', roleArnProblem, true);
  const sourceProfile = text('sourceProfile', () => undefined, sourceNeeded);
  const externalId = text('externalId', externalIdProblem);
  const mfaSerial = text('mfaSerial', mfaSerialProblem);
  const region = text('region', (value) => (isRegion(value) ? undefined : { kind: 'notRegion' }));
  const durationSeconds = readDuration(raw.get('durationSeconds'), problems);
  const color = readColor(raw.get('color'), problems);
  const role =
    problems.length > 0 || name === undefined || roleArn === undefined
      ? undefined
      : { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region, color };
  return {
    index,
    name: name ?? '',
    role,
    problems,
    ignored: [...raw.keys()].filter((key) => !known.has(key)),
  };
}

/** What keeps `text` from being the name of a role: it is a label, so anything of one short line is. */
export function roleNameProblem(text: string): InputProblem | undefined {
  if (text.trim() === '') {
    return { kind: 'empty' };
  }
  const character = /\p{Cc}/u.exec(text)?.[0];
  if (character !== undefined) {
    return { kind: 'badCharacter', character: JSON.stringify(character).slice(1, -1) };
  }
  return text.length > 64 ? { kind: 'tooLong', max: 64 } : undefined;
}

function readDuration(value: unknown, problems: RoleProblem[]): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const what =
    typeof value === 'number' && Number.isInteger(value)
      ? durationProblem(String(value), durations.min, durations.maxRole)
      : ({ kind: 'notDuration' } as const);
  if (what !== undefined) {
    problems.push({ field: 'durationSeconds', what });
  }
  return typeof value === 'number' ? value : undefined;
}

function readColor(value: unknown, problems: RoleProblem[]): RoleColor | undefined {
  const color = roleColors.find((each) => each === value);
  if (color === undefined && value !== undefined && value !== '') {
    problems.push({ field: 'color', what: { kind: 'notColor' } });
  }
  return color;
}

/** The entry to be written: what is not set is not there. */
export function entryOf(role: SavedRole): Readonly<Record<string, string | number>> {
  return Object.fromEntries(Object.entries(role).filter(([, value]) => value !== undefined && value !== ''));
}

/** What starts it. A role of a folder needs a source that the person chose. */
export function requestOf(role: SavedRole, sourceProfile: string): Extract<SessionRequest, { kind: 'role' }> {
  const { name, roleArn, externalId, mfaSerial, durationSeconds, region } = role;
  return {
    kind: 'role',
    name,
    sourceProfile,
    roleArn,
    externalId,
    sessionName: undefined,
    durationSeconds,
    mfaSerial,
    region,
  };
}

/**
 * The text whose hash remembers that a person agreed to a folder's role. Everything that decides whose credentials go
 * where takes part: a folder that changes any of it asks again.
 */
export function consentText(folder: string, role: SavedRole, sourceProfile: string): string {
  return JSON.stringify([1, folder, role.roleArn, sourceProfile, role.externalId ?? null]);
}

/** `Admin` of the role's ARN. */
export function roleNameIn(roleArn: string): string {
  return parseRoleArn(roleArn)?.name ?? roleArn;
}
