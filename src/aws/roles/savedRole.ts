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
import { extraKeys, extrasOf, readExtras, writeExtras } from './roleExtras.ts';
import type { ExtraKey, ExtraProblem, RoleExtras } from './roleExtras.ts';

/** Colours that a role can have: VS Code's chart colours, which every theme defines. */
export const roleColors = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;

/** One of them. */
export type RoleColor = (typeof roleColors)[number];

/** A role that somebody saved in the settings, or that a folder suggests. */
export interface SavedRole extends RoleExtras {
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
export type RoleField = Exclude<keyof SavedRole, keyof RoleExtras> | ExtraKey;

/** What is wrong with a field: as for something typed, or missing, of a wrong type, no colour, a name that is taken. */
export type RoleProblem =
  | {
      readonly field: RoleField;
      readonly what: InputProblem | { readonly kind: ExtraProblem | 'missing' | 'notColor' | 'taken' };
    }
  /** The entry is no object at all, or there are more entries than are read. */
  | {
      readonly field: undefined;
      readonly what: { readonly kind: 'notRole' } | { readonly kind: 'tooMany'; readonly max: number };
    };

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

/**
 * What a folder may say of a role. Where calls go, which programs run, whose device codes come from and who the person
 * says to be (names, tags) are the person's. Less than the role may do, a folder may ask for.
 */
const suggestable: readonly RoleField[] = [
  'name',
  'roleArn',
  'sourceProfile',
  'externalId',
  'durationSeconds',
  'region',
  'color',
  'readOnly',
];

/** What an entry of a person's own settings may say. */
export const savable: readonly RoleField[] = [
  ...new Set([...suggestable, 'mfaSerial' as const, ...extraKeys]),
];

/** A folder with more wants to be in the way. */
const mostSuggested = 200;
/** As many as a tooltip can name. */
const mostIgnored = 20;

/** Reads the entries of `stsSessions.roles`. settings.json may hold anything: nothing in it is trusted. */
export function readSavedRoles(value: unknown): readonly RoleEntry[] {
  return readEntries(value, new Set(savable), true);
}

/** Reads the entries of `stsSessions.suggestedRoles` of one folder. */
export function readSuggestedRoles(value: unknown): readonly RoleEntry[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const entries = readEntries(list.slice(0, mostSuggested), new Set(suggestable), false);
  if (list.length <= mostSuggested) {
    return entries;
  }
  const problem: RoleProblem = { field: undefined, what: { kind: 'tooMany', max: mostSuggested } };
  return [...entries, { index: mostSuggested, name: '', role: undefined, problems: [problem], ignored: [] }];
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
    field: Exclude<RoleField, 'durationSeconds' | 'color' | ExtraKey>,
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
  const extras = readExtras(new Map([...raw].filter(([key]) => known.has(key))), (field, kind) =>
    problems.push({ field, what: { kind } }),
  );
  const role =
    problems.length > 0 || name === undefined || roleArn === undefined
      ? undefined
      : { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region, color, ...extras };
  return {
    index,
    name: readable(name ?? ''),
    role,
    problems,
    ignored: [...raw.keys()]
      .filter((key) => !known.has(key))
      .slice(0, mostIgnored)
      .map(readable),
  };
}

/** Characters that nobody sees, or that turn the order of others around: with them a text reads as another one. */
const unseen = '[\\p{Cc}\\p{Bidi_Control}\\p{Zl}\\p{Zp}\\u200b\\u2060\\ufeff]';

const longestName = 64;

/** A folder's name, or a member of its settings, as one short line that reads as what it is. */
export function readable(text: string): string {
  const line = text.replaceAll(new RegExp(unseen, 'gu'), ' ');
  return line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line;
}

/** What keeps `text` from being the name of a role: it is a label, so anything of one short line is. */
export function roleNameProblem(text: string): InputProblem | undefined {
  if (text.trim() === '') {
    return { kind: 'empty' };
  }
  const character = new RegExp(unseen, 'u').exec(text)?.[0];
  if (character !== undefined) {
    const code = character.codePointAt(0)?.toString(16).padStart(4, '0') ?? '';
    const shown = /\p{Cc}/u.test(character) ? JSON.stringify(character).slice(1, -1) : `\\u${code}`;
    return { kind: 'badCharacter', character: shown };
  }
  return text.length > longestName ? { kind: 'tooLong', max: longestName } : undefined;
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
export function entryOf(role: SavedRole): Readonly<Partial<Record<RoleField, unknown>>> {
  const { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region, color } = role;
  const basic = { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region, color };
  const set = Object.entries(basic).filter(([, value]) => value !== undefined && value !== '');
  return { ...Object.fromEntries(set), ...writeExtras(role) };
}

/** The part of a request that can be saved: all of it. */
export function roleOfRequest(request: Extract<SessionRequest, { kind: 'role' }>): SavedRole {
  const { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region } = request;
  const basic = { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region };
  return { ...basic, color: undefined, ...extrasOf(request) };
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
    ...extrasOf(role),
  };
}

/**
 * The text whose hash remembers that a person agreed to a folder's role. Everything that decides whose credentials go
 * where, with how much of the role, and under which name they are then shown takes part: a folder that changes any of it
 * asks again.
 */
export function consentText(folder: string, role: SavedRole, sourceProfile: string): string {
  const { name, roleArn, externalId, readOnly } = role;
  return JSON.stringify([2, folder, roleArn, sourceProfile, externalId ?? null, name, readOnly ?? false]);
}

/** `Admin` of the role's ARN. */
export function roleNameIn(roleArn: string): string {
  return parseRoleArn(roleArn)?.name ?? roleArn;
}
