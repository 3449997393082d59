import type { Effects } from '../effects.ts';
import type { Fault, TokenProcessTrouble } from '../faults.ts';
import { looksLikeJwt } from '../jwt.ts';
import { Secret } from '../secret.ts';
import { runCommand } from './process.ts';

/**
 * `web_identity_token_process`: a program that prints a JWT, run as `credential_process` is. What it prints beside is
 * nobody's to see. The key is aws-vault's (https://github.com/99designs/aws-vault/blob/master/USAGE.md).
 */
export async function processToken(
  profile: string,
  command: Secret,
  effects: Pick<Effects, 'platform' | 'runProcess'>,
  signal: AbortSignal,
): Promise<Secret | Fault> {
  const trouble = (what: TokenProcessTrouble, detail: string | number = ''): Fault => ({
    kind: 'tokenProcess',
    profile,
    what,
    detail: String(detail),
  });
  const output = await runCommand(command, effects, trouble, signal);
  if ('kind' in output) {
    return output;
  }
  const token = output.reveal().trim();
  return looksLikeJwt(token) ? new Secret(token) : trouble(token === '' ? 'nothing' : 'notJwt');
}
