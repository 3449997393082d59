// `npm test`: everything, one after another, going on after a failure; the last line holds the counts.
import { rm } from 'node:fs/promises';
import { packagedExtension } from '../support/packaged.ts';
import { resultsFolder } from '../support/rig.ts';
import { installRig } from './installRig.ts';
import { checkFormat, checkLint, checkTypes, runE2e, runHost, runUnit, timed } from './parts.ts';
import { conclude, type Report, summaryLine } from './report.ts';

await rm(resultsFolder, { recursive: true, force: true });
await installRig();

const packageOnce = (): Promise<Report> =>
  timed('package', async () => {
    process.env['STS_SESSIONS_VSIX'] = await packagedExtension();
    return { passed: 1, failures: [], skipped: [] };
  });

const reports: Report[] = [];
for (const part of [checkTypes, checkLint, checkFormat, runUnit, packageOnce, runHost, runE2e]) {
  const report = await part();
  console.log(summaryLine(report));
  reports.push(report);
}
process.exitCode = conclude(reports);
