/** An error's class only, for logs and faults: the message of a store or a lock may quote what it was given. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
