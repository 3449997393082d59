import type { Effects } from '../effects.ts';
import type { Fault } from '../faults.ts';
import type { Secret } from '../secret.ts';
import { runCommand } from '../sources/process.ts';

/**
 * What a `saml_process` prints: a SAML response, unread. It is divided, run and bounded as a `credential_process` is; its
 * arguments and what it says beside stay unseen.
 */
export function samlProcessOutput(
  { profile, command }: { readonly profile: string; readonly command: Secret },
  effects: Pick<Effects, 'platform' | 'runProcess'>,
  signal: AbortSignal,
): Promise<Secret | Fault> {
  return runCommand(
    command,
    effects,
    (what, detail = '') => ({ kind: 'samlProcess', profile, what, detail: String(detail) }),
    signal,
  );
}
