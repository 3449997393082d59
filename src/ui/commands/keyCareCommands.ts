import { commands } from '../ids.ts';
import { profileIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { t } from '../text/l10n.ts';
import { chooseProfile } from './target.ts';

/** Looking after long-term keys. */
export function keyCareCommands(parts: CommandParts) {
  return {
    [commands.rotateKeys]: async (argument: CommandArgument) => {
      const profile = await profileWithKeys(parts, argument, t('Rotate Keys'));
      await (profile === undefined ? undefined : parts.keyCare.rotate(profile));
    },
    [commands.checkKeyAge]: async (argument: CommandArgument) => {
      const profile = await profileWithKeys(parts, argument, t('Check Key Age'));
      await (profile === undefined ? undefined : parts.keyCare.checkAge(profile));
    },
  };
}

/** The profile that is meant; without one the person chooses among those with keys. */
async function profileWithKeys(
  parts: CommandParts,
  argument: CommandArgument,
  title: string,
): Promise<string | undefined> {
  return (
    profileIn(parts.sessions, argument) ??
    chooseProfile(await parts.files.read(), title, (kind) => kind === 'staticKeys')
  );
}
