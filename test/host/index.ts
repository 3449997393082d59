import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** Called by VS Code in its extension host: runs every compiled `*.test.cjs` beside this file. */
export async function run(): Promise<void> {
  const output = process.env['STS_SESSIONS_HOST_RESULTS'];
  const mocha = new Mocha({
    timeout: 20_000,
    forbidOnly: true,
    ...(output === undefined ? {} : { reporter: 'json', reporterOptions: { output } }),
  });
  for (const name of readdirSync(__dirname).filter((file) => file.endsWith('.test.cjs'))) {
    mocha.addFile(join(__dirname, name));
  }
  await mocha.loadFilesAsync();
  const failed = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failed > 0) {
    throw new Error(`${String(failed)} failed`);
  }
}
