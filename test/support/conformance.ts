import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of test data that others wrote (the SDKs' own cases, RFC vectors). It is no part of the repository:
 * STS_SESSIONS_CONFORMANCE names it, or it lies beside the project.
 */
export const conformanceFolder =
  process.env['STS_SESSIONS_CONFORMANCE'] ?? join(import.meta.dirname, '../../../shared/conformance');

/** Whether the data is here; suites that need it are registered with `describeIf(hasConformance, …)`. */
export const hasConformance = existsSync(conformanceFolder);

/** Why such a suite is skipped. */
export const noConformance = 'no conformance data; set STS_SESSIONS_CONFORMANCE';

/** The text of one file of it, for JSON.parse. Throws when the file is missing. */
export function readConformance(name: string): string {
  return readFileSync(join(conformanceFolder, name), 'utf8');
}
