// `npm run test:e2e`, or `npm run test:e2e -- test/e2e/one.test.ts` for some of it.
import { installRig } from './installRig.ts';
import { runE2e } from './parts.ts';
import { conclude } from './report.ts';

await installRig();
const files = process.argv.slice(2);
process.exitCode = conclude([await (files.length > 0 ? runE2e(files) : runE2e())]);
