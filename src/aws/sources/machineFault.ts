import type { LocalAnswer } from '../effects.ts';
import type { Fault, MachineTrouble } from '../faults.ts';
import type { Secret } from '../secret.ts';

/** A value of `credential_source`. */
export type MachineSource = Extract<Fault, { kind: 'machine' }>['source'];

/** Makes the faults of one source. */
export function machineFault(source: MachineSource) {
  return (what: MachineTrouble, detail = ''): Fault => ({ kind: 'machine', source, what, detail });
}

/** The body of an answer with status 200, or what came instead. */
export function bodyOf(
  answer: LocalAnswer,
  host: string,
  trouble: ReturnType<typeof machineFault>,
): Secret | Fault {
  switch (answer.kind) {
    case 'answer':
      return answer.status === 200 ? answer.body : trouble('refused', `HTTP ${answer.status}`);
    case 'timedOut':
      return trouble('timedOut', host);
    case 'tooLarge':
      return trouble('notJson', host);
    case 'failed':
      return trouble('unreachable', `${host}, ${answer.code}`);
    case 'cancelled':
      return { kind: 'cancelled' };
  }
}
