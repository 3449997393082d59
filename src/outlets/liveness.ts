import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/** A process, told apart from a later one with the same number where the system makes that cheap. */
export interface ProcessMark {
  readonly pid: number;
  /** Linux: start time in clock ticks since boot. Elsewhere undefined. */
  readonly born: string | undefined;
}

/** Where somebody may listen. */
export type Listener =
  { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'tcp'; readonly port: number };

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return { pid: process.pid, born: bornOf(process.pid) };
}

/**
 * False only when the process is surely over: no such number, or the number belongs to a younger process. Never throws.
 * Where nothing tells an old number from a new one, a reused number counts as alive; ask `listens` then.
 */
export function isRunning(mark: ProcessMark): boolean {
  // kill(2) takes 0 and below for groups.
  if (!Number.isInteger(mark.pid) || mark.pid <= 0) {
    return false;
  }
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return errorCode(error) === 'EPERM' && mark.born === undefined;
  }
  return mark.born === undefined || bornOf(mark.pid) === mark.born;
}

/**
 * False when nobody listens at the address (refused, no such file). Anything else counts as listening: a window that
 * is too busy to answer is alive.
 */
export function listens(address: Listener, limitMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket =
      address.kind === 'socket' ? connect(address.path) : connect({ host: '127.0.0.1', port: address.port });
    const end = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(limitMs, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(!isNobodyThere(error)));
  });
}

/** True for the errors of a connection that mean “no such listener”. */
export function isNobodyThere(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ENOTSOCK';
}

/** Node's error code (ENOENT …); undefined for anything that has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Field 22 of /proc/<pid>/stat (proc(5)); the name in field 2 may hold spaces and brackets, so count after the last. */
function bornOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has let go of everything: it is over, though its number is still taken.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
