/** The code of a system error (`ENOENT`), or undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An error as the system would throw it, for what the system itself lets pass. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
