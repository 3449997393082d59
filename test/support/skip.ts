/** Registers a suite, or, when it cannot run here, one pending test whose title says why. */
export function describeIf(ok: boolean, reason: string, title: string, body: () => void): void {
  if (ok) {
    describe(title, body);
  } else {
    it(`${title} (skipped: ${reason})`);
  }
}
