// `npm run test:host`
import { installRig } from './installRig.ts';
import { runHost } from './parts.ts';
import { conclude } from './report.ts';

await installRig();
process.exitCode = conclude([await runHost()]);
