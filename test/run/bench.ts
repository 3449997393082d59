// `npm run bench`: what the product costs, each figure beside its limit; ratios come from one and the same run.
// Ends with 1 when a limit is missed. `npm run bench -- parse` measures only what is named so.
import { benchActivation, benchSize } from '../bench/activation.ts';
import { benchFetch } from '../bench/fetch.ts';
import { benchKinds } from '../bench/kinds.ts';
import { benchLive } from '../bench/live.ts';
import { benchLoad } from '../bench/load.ts';
import { benchParse } from '../bench/parse.ts';
import type { BenchRow } from '../bench/row.ts';
import { benchSave } from '../bench/save.ts';
import { benchStart } from '../bench/start.ts';
import { benchViews } from '../bench/views.ts';
import { runOrThrow } from '../support/processes.ts';
import { root } from '../support/rig.ts';
import { installRig } from './installRig.ts';

const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  parse: benchParse,
  views: benchViews,
  save: benchSave,
  load: () => benchLoad(),
  start: () => benchStart(),
  kinds: benchKinds,
  fetch: benchFetch,
  size: benchSize,
  activation: benchActivation,
  live: benchLive,
};

const chosen = process.argv.slice(2);
await installRig();
await runOrThrow(process.execPath, ['esbuild.mjs'], { cwd: root });
let missed = 0;
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) {
    continue;
  }
  for (const { ok, ours, limit, what } of await bench()) {
    missed += ok ? 0 : 1;
    console.log(`${ok ? 'ok    ' : 'MISSED'} ${ours.padStart(10)}  (limit ${limit.padStart(7)})  ${what}`);
  }
}
process.exitCode = missed > 0 ? 1 : 0;
