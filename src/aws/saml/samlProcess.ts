import type { Effects, ProcessEnd } from '../effects.ts';
import type { Fault, SamlFault } from '../faults.ts';
import type { Secret } from '../secret.ts';
import { splitCommand } from '../splitCommand.ts';

/** As long and as much as a `credential_process` gets: see there. A response is 100 kB at most, a page around it larger. */
const limits = { ms: 60_000, bytes: 1_000_000 } as const;

type Trouble = Extract<SamlFault, { kind: 'samlProcess' }>['what'];

/**
 * What a `saml_process` prints: a SAML response, unread. It is divided and run as a `credential_process` is; its arguments
 * and what it says beside stay unseen.
 */
export async function samlProcessOutput(
  { profile, command }: { readonly profile: string; readonly command: Secret },
  effects: Pick<Effects, 'platform' | 'runProcess'>,
  signal: AbortSignal,
): Promise<Secret | Fault> {
  const trouble = (what: Trouble, detail: string | number = ''): Fault => ({
    kind: 'samlProcess',
    profile,
    what,
    detail: String(detail),
  });
  const argv = splitCommand(command.reveal(), effects.platform === 'win32');
  if (argv === undefined) {
    return trouble('quotes');
  }
  if ((argv[0] ?? '') === '') {
    return trouble('empty');
  }
  const end = await effects.runProcess(argv, limits, signal);
  return end.kind === 'exited' && end.status === 0 ? end.output : badEnd(end, trouble);
}

function badEnd(end: ProcessEnd, trouble: (what: Trouble, detail?: string | number) => Fault): Fault {
  switch (end.kind) {
    case 'exited':
      return trouble('failed', end.status);
    case 'killed':
      return trouble('killed', end.signal);
    case 'notStarted':
      return end.code === 'ENOENT' ? trouble('notFound') : trouble('notStarted', end.code);
    case 'timedOut':
      return trouble('timedOut', limits.ms / 1000);
    case 'tooMuch':
      return trouble('tooMuch');
    case 'cancelled':
      return { kind: 'cancelled' };
  }
}
