import type { Guard } from '../aws/guards.ts';
import type { RoleColor } from '../aws/roles/savedRole.ts';
import type { Session } from '../session/types.ts';
import { chartColors } from './chartColors.ts';

/** How the terminals of a session look: three ways to tell them apart, so that colour is never the only one. */
export interface Appearance {
  readonly name: string;
  /** A codicon. */
  readonly icon: string;
  /** The id of a theme colour. */
  readonly color: string;
}

/** What a session looks like follows from. */
export interface AppearanceInput {
  readonly session: Pick<Session, 'id' | 'name' | 'request' | 'roleArn'>;
  readonly guard: Pick<Guard, 'name' | 'color'> | undefined;
  /** The colour that the person gave to the saved role. */
  readonly saved: RoleColor | undefined;
  /** The colours of the terminals that are open under other sessions. */
  readonly taken: ReadonlySet<string>;
}

/**
 * What is given to the others, which nobody chose. No red: that is for what needs care. `terminal.ansi*` is what VS Code
 * recommends for terminals, because every theme makes them legible there.
 */
const freeColors = [
  'terminal.ansiBlue',
  'terminal.ansiGreen',
  'terminal.ansiMagenta',
  'terminal.ansiCyan',
  'terminal.ansiYellow',
] as const;

/** Where those are used up: brighter, and so not far from the first. */
const brightColors = [
  'terminal.ansiBrightBlue',
  'terminal.ansiBrightGreen',
  'terminal.ansiBrightMagenta',
] as const;

/** The same session looks the same every time, unless another one that is open beside it has that colour already. */
export function appearanceOf({ session, guard, saved, taken }: AppearanceInput): Appearance {
  const chosen = guard?.color ?? saved ?? (guard && 'red');
  return {
    name: guard === undefined ? session.name : `${guard.name} ${session.name}`,
    icon: guard === undefined ? iconOf(session) : 'warning',
    color: chosen === undefined ? freeColor(session.id, taken) : chartColors[chosen],
  };
}

function iconOf({ request, roleArn }: AppearanceInput['session']): string {
  switch (request.kind) {
    case 'identityCenterRole':
      return 'organization';
    case 'samlRole':
    case 'webIdentityRole':
      return 'globe';
    case 'mfaSession':
    case 'federation':
      return 'key';
    case 'role':
      return 'shield';
    case 'profile':
      return roleArn === undefined ? 'key' : 'shield';
  }
}

function freeColor(id: string, taken: ReadonlySet<string>): string {
  let start = 0;
  for (const character of id) {
    start = (start * 31 + (character.codePointAt(0) ?? 0)) % freeColors.length;
  }
  const ordered = [...freeColors.slice(start), ...freeColors.slice(0, start), ...brightColors];
  const [first = freeColors[0]] = ordered;
  return ordered.find((color) => !taken.has(color)) ?? first;
}
