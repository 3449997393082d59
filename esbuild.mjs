// Builds what the .vsix holds into dist/: the extension, one lazily loaded bundle per AWS service, and the helper
// that the AWS tools in a terminal run. `--watch` builds again at every save.
import { build, context } from 'esbuild';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const CLIENTS = 'src/clients';
const HELPER = 'src/outlets/helper';

/** The services with a bundle of their own: `import('./clients/sts.ts')` becomes a require of `dist/sts.cjs`. */
const SERVICES = ['sts'];

/** What every bundle shares. VS Code 1.101 brings Node 22; code-server and forks reach back to 20. */
const shared = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  outExtension: { '.js': '.cjs' },
  outdir: 'dist',
};

/** Turns a dynamic import of a client into a require of its bundle, and refuses a static one. */
const lazyClients = {
  name: 'lazy-clients',
  setup({ onResolve }) {
    onResolve({ filter: /\/clients\/[\w-]+\.ts$/ }, ({ path, kind }) => {
      const service = basename(path, '.ts');
      if (kind !== 'dynamic-import' || !SERVICES.includes(service)) {
        const why = `${path}: load clients with import() and list them in esbuild.mjs, so that activation stays cheap`;
        return { errors: [{ text: why }] };
      }
      return { path: `./${service}.cjs`, external: true };
    });
  },
};

/** No AWS SDK code may be in the bundle that activation loads. */
function checkExtensionBundle({ metafile }) {
  const stray = Object.keys(metafile.inputs).filter((input) =>
    /node_modules\/(@aws-sdk|@smithy)\//.test(input),
  );
  if (stray.length > 0) {
    throw new Error(`AWS SDK code in dist/extension.cjs: ${stray.slice(0, 3).join(', ')}`);
  }
}

/** The bundles that the sources at hand ask for. */
export function bundles() {
  const services = SERVICES.filter((name) => existsSync(join(CLIENTS, `${name}.ts`)));
  const helpers = helperFiles('.ts');
  return [
    {
      ...shared,
      entryPoints: { extension: 'src/extension.ts' },
      external: ['vscode'],
      plugins: [lazyClients],
      // So that esbuild writes require(), which loads in half the time of import().
      supported: { 'dynamic-import': false },
    },
    ...(services.length > 0
      ? [
          {
            ...shared,
            entryPoints: Object.fromEntries(services.map((name) => [name, join(CLIENTS, `${name}.ts`)])),
          },
        ]
      : []),
    ...(helpers.length > 0
      ? [{ ...shared, entryPoints: helpers.map((name) => join(HELPER, name)), outdir: 'dist/helper' }]
      : []),
  ];
}

/** Scripts are copied as they are; what is TypeScript there is bundled beside them. */
function copyHelper() {
  mkdirSync('dist/helper', { recursive: true });
  for (const name of [...helperFiles('.sh'), ...helperFiles('.cmd'), ...helperFiles('.cjs')]) {
    const to = join('dist/helper', name);
    copyFileSync(join(HELPER, name), to);
    chmodSync(to, 0o755);
  }
}

function helperFiles(extension) {
  return existsSync(HELPER) ? readdirSync(HELPER).filter((name) => extname(name) === extension) : [];
}

async function main() {
  if (process.argv.includes('--watch')) {
    for (const options of bundles()) {
      const watching = await context({ ...options, logLevel: 'info' });
      await watching.watch();
    }
    copyHelper();
    return;
  }
  rmSync('dist', { recursive: true, force: true });
  const [extension] = await Promise.all(bundles().map((options) => build(options)));
  checkExtensionBundle(extension);
  copyHelper();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.chdir(import.meta.dirname);
  await main();
}
