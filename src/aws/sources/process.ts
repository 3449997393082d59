import type { Credentials } from '../credentials.ts';
import type { Effects, ProcessEnd } from '../effects.ts';
import type { Fault, ProcessTrouble, RunTrouble } from '../faults.ts';
import { read } from '../findings.ts';
import type { Base } from '../planModel.ts';
import type { Property, Section } from '../profiles.ts';
import { Secret } from '../secret.ts';
import { splitCommand } from '../splitCommand.ts';
import { jsonFields, keysFrom } from './givenKeys.ts';

/**
 * A minute, as the Go SDK allows: programs that open a browser for a sign-in need most of it. The AWS CLI waits for ever.
 * A real answer is below 5 kB; a megabyte leaves room for a chatty one.
 */
const limits = { ms: 60_000, bytes: 1_000_000 } as const;

type ProcessBase = Extract<Base, { kind: 'process' }>;

/** `credential_process`: a program that prints credentials. */
export function processBase(section: Section, command: Property): Base {
  const account = read(section, 'aws_account_id')?.value;
  return {
    kind: 'process',
    profile: section.name,
    command: new Secret(command.value),
    accountId: account !== undefined && /^\d{12}$/.test(account) ? account : undefined,
    place: command.place,
  };
}

/**
 * Runs the program and checks what it printed. Its arguments and what it says beside stay unseen: both may hold a secret.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export async function processKeys(
  base: ProcessBase,
  effects: Pick<Effects, 'platform' | 'runProcess'>,
  signal: AbortSignal,
): Promise<Credentials | Fault> {
  const trouble = (what: ProcessTrouble, detail: string | number = ''): Fault => ({
    kind: 'process',
    profile: base.profile,
    what,
    detail: String(detail),
  });
  const output = await runCommand(base.command, effects, trouble, signal);
  if ('kind' in output) {
    return output;
  }
  const fields = jsonFields(output.reveal());
  if (fields === undefined) {
    return trouble('notJson');
  }
  // A number: the AWS CLI refuses "1" too.
  if (fields['Version'] !== 1) {
    return trouble('version');
  }
  const keys = keysFrom(fields, { token: 'SessionToken', temporary: false });
  if ('kind' in keys) {
    return keys.kind === 'field' ? trouble('field', keys.name) : trouble('notJson');
  }
  return { ...keys, accountId: keys.accountId ?? base.accountId };
}

/**
 * Splits a command as the AWS CLI does, runs it, and gives what it printed; `trouble` makes a fault of what went wrong.
 */
export async function runCommand(
  command: Secret,
  effects: Pick<Effects, 'platform' | 'runProcess'>,
  trouble: (what: RunTrouble, detail?: string | number) => Fault,
  signal: AbortSignal,
): Promise<Secret | Fault> {
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

function badEnd(end: ProcessEnd, trouble: (what: RunTrouble, detail?: string | number) => Fault): Fault {
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
