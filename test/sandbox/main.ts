import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readData } from './data.ts';
import { demoData } from './demo.ts';
import { startSandbox } from './sandbox.ts';

// Runs the sandbox as a process of its own: `node test/sandbox/main.ts [--data file.json] [--port N]`.
// Prints one line of JSON when it is ready; SIGTERM and SIGINT end it.
const { values } = parseArgs({ options: { data: { type: 'string' }, port: { type: 'string' } } });
const sandbox = await startSandbox({
  data: values.data === undefined ? demoData() : readData(JSON.parse(readFileSync(values.data, 'utf8'))),
  port: Number(values.port ?? 0),
});
console.log(JSON.stringify({ url: sandbox.url, controlToken: sandbox.controlToken }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void sandbox.close());
}
