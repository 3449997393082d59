import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownAgentVariable } from '../session/agentAccess.ts';
import { writePrivately } from './folder.ts';
import type { HelperFolder } from './folder.ts';

/**
 * Tells the helper which environment variables mark a coding agent: `names` and our own mark, one a line, which
 * `sh` reads without evaluating anything. The folder is shared by every editor of the person; the last one that started says. Throws
 * Node's error.
 */
export async function placeAgentVariables(
  folder: Pick<HelperFolder, 'path'>,
  names: readonly string[],
): Promise<void> {
  const path = join(folder.path, 'agents');
  const text = [...names, ownAgentVariable].map((name) => `${name}\n`).join('');
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before !== text) {
    await writePrivately(path, text);
  }
}
