import { commands } from '../ids.ts';
import type { CommandParts } from '../parts.ts';

/** Looking at all that is kept on this computer, and deleting it. */
export function keptCommands(parts: CommandParts) {
  return {
    [commands.showKept]: () => parts.kept.show(),
    [commands.deleteKept]: () => parts.kept.deleteAll(),
  };
}
