import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRegistration } from '../../src/outlets/registration.ts';

/** The files of the helper's folder that do not hold what they should: none, whenever whoever wrote them was killed. */
export function damagedFiles(helperFolder: string): readonly string[] {
  const spaces = namesIn(join(helperFolder, 'locks'));
  return [
    ...damagedIn(join(helperFolder, 'w'), (text) => parseRegistration(text) !== undefined),
    ...spaces.flatMap((space) => damagedIn(join(helperFolder, 'locks', space), isJson)),
    ...damagedIn(helperFolder, (text, name) =>
      name === 'codes' || name === 'renewals' || name === 'skew' || name === 'access'
        ? isJson(text)
        : name === 'id'
          ? /^[0-9a-f]{32}\n$/.test(text)
          : text.endsWith('\n'),
    ),
  ];
}

/** The same of any folder; what has not got its own name yet (a leading dot, `.own`) is nobody's to read. */
export function damagedIn(
  folder: string,
  isWhole: (text: string, name: string) => boolean,
): readonly string[] {
  return namesIn(folder).flatMap((name) => {
    const half = name.startsWith('.') || name.endsWith('.own') || name.startsWith('id.');
    const text = half ? undefined : readIfThere(join(folder, name));
    return text === undefined || isWhole(text, name) ? [] : [`${join(folder, name)}: ${text.slice(0, 80)}`];
  });
}

/** The value in a JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  return parseJson(text) !== undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Undefined for what is gone by now, and for a folder or a socket. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
