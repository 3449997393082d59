import { read } from './findings.ts';
import type { ProfileSet } from './profiles.ts';
import { isManaged } from './profiles.ts';
import { Secret } from './secret.ts';

/**
 * The command that prints codes of a device: `mfa_process` of a profile that names the device, `session`'s own profile
 * before others. The AWS CLI does not know the key; aws-vault made it
 * (https://github.com/99designs/aws-vault/blob/master/USAGE.md). The command may hold a secret.
 */
export function mfaProcessOf(set: ProfileSet, serial: string, session: string): Secret | undefined {
  const commands = [...set.profiles.values()]
    .filter((section) => !isManaged(section) && read(section, 'mfa_serial')?.value === serial)
    .sort((a, b) => Number(b.name === session) - Number(a.name === session))
    .map((section) => read(section, 'mfa_process')?.value)
    .filter((command) => command !== undefined);
  return commands[0] === undefined ? undefined : new Secret(commands[0]);
}

/** The six digits in what was printed or copied, as `123456` or `123 456` with white space around; else undefined. */
export function sixDigits(text: string): string | undefined {
  const plain = text.trim();
  return /^\d{3} ?\d{3}$/.test(plain) ? plain.replace(' ', '') : undefined;
}
