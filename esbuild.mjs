// Builds what the .vsix holds into dist/: the extension, one lazily loaded bundle per AWS service, and the helper
// that the AWS tools in a terminal run. `--watch` builds again at every save.
import { build, context, transform } from 'esbuild';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';

const CLIENTS = 'src/clients';
const HELPER = 'src/outlets/helper';

/** The services with a bundle of their own: `import('./clients/sts.ts')` becomes a require of `dist/sts.cjs`. */
const SERVICES = ['sts', 'identityCenter', 'oidc', 'signin', 'iam', 'consoleLink'];

/** Files that few people need, each a bundle of its own: `import('./aws/totp.ts')` becomes a require of `dist/totp.cjs`. */
const RARE = [
  'src/aws/totp.ts',
  'src/aws/saml/readAssertion.ts',
  'src/ui/qrPicture.ts',
  'src/ui/keyCare.ts',
  'src/ui/kept.ts',
  'src/outlets/debugging.ts',
  'src/session/enrolment.ts',
];

/** All that the extension does: loaded by its first command, or a moment after activation. */
const CORE = 'src/core.ts';

/** The licences of the packages that the bundles hold. */
const NOTICES = 'dist/THIRD-PARTY.txt';

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

/** Turns a dynamic import of a client or a rare file into a require of its bundle, and refuses a static one. */
const lazyFiles = {
  name: 'lazy-files',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      const service = basename(path, '.ts');
      if (kind === 'entry-point') {
        return undefined;
      }
      const isRare = [CORE, ...RARE].includes(relative('.', resolve(resolveDir, path)).replaceAll('\\', '/'));
      if (!isRare && !/\/clients\/[\w-]+\.ts$/.test(path)) {
        return undefined;
      }
      if (kind !== 'dynamic-import' || !(isRare || SERVICES.includes(service))) {
        const why = `${path}: load it with import() and list it in esbuild.mjs, so that activation stays cheap`;
        return { errors: [{ text: why }] };
      }
      return { path: `./${service}.cjs`, external: true };
    });
  },
};

/**
 * The editor's interface as it is, in every file that imports it. esbuild would copy it for each of them, name by name
 * (some 15,000 getters), a quarter of the time that loading the extension took.
 */
const editorAsItIs = {
  name: 'editor-as-it-is',
  setup({ onLoad }) {
    const imports = /^import \* as (\w+) from 'vscode';$/m;
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(imports, "import $1 = require('vscode');"),
      loader: 'ts',
    }));
  },
};

/** Of the SDK, a service bundle holds signing, retries and the protocol; keys and the connection come from us. */
const service = {
  ...shared,
  // The packages' `module` build can be tree-shaken, their `main` cannot.
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': './src/clients/noCredentialChain.ts',
    '@smithy/node-http-handler': './src/clients/noHttpHandler.ts',
  },
};

/** Every bundle: what to give to esbuild, and which of its inputs would be a mistake. */
function bundles() {
  return [
    {
      options: {
        ...shared,
        entryPoints: { extension: 'src/extension.ts', core: CORE },
        external: ['vscode'],
        plugins: [lazyFiles, editorAsItIs],
        // esbuild then writes require(): a CommonJS host needs no ESM loader for it.
        supported: { 'dynamic-import': false },
      },
      unwanted: /node_modules\/(@aws-sdk|@smithy)\//,
    },
    {
      options: {
        ...service,
        format: 'esm',
        splitting: true,
        write: false,
        plugins: [asCommonJs],
        entryPoints: Object.fromEntries(SERVICES.map((name) => [name, join(CLIENTS, `${name}.ts`)])),
      },
      unwanted: /credential-provider|token-providers|nested-clients/,
    },
    {
      options: {
        ...shared,
        entryPoints: RARE,
        entryNames: '[name]',
        external: ['vscode'],
        plugins: [editorAsItIs],
      },
      unwanted: /node_modules\/(@aws-sdk|@smithy)\//,
    },
    {
      options: {
        ...shared,
        entryPoints: helperFiles('.ts').map((name) => join(HELPER, name)),
        outdir: 'dist/helper',
      },
      unwanted: /node_modules/,
    },
  ];
}

/**
 * What several services need stands in chunks that they share. esbuild splits ES modules alone, and a CommonJS host loads
 * those later and slower: each is written as CommonJS afterwards.
 */
const asCommonJs = {
  name: 'as-common-js',
  setup({ onEnd }) {
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        const { code } = await transform(text, { format: 'cjs', target: shared.target, minify: true });
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, code);
      }
    });
  },
};

/** Builds once; returns the files of the bundle and what went into them. Fails when it holds what must not be in it. */
async function buildOne({ options, unwanted }) {
  const { metafile } = await build(options);
  const outputs = Object.keys(metafile.outputs);
  const stray = Object.keys(metafile.inputs).filter((input) => unwanted.test(input));
  if (stray.length > 0) {
    throw new Error(`${outputs.join()} holds ${stray.slice(0, 3).join(', ')}`);
  }
  if (outputs.some((output) => /\w\(require\("vscode"\)/.test(readFileSync(output, 'utf8')))) {
    throw new Error(`${outputs.join()} copies the editor's interface: import * as vscode from 'vscode'`);
  }
  // What has been shaken out of the tree is not in there.
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.keys(output.inputs).filter((input) => output.inputs[input].bytesInOutput > 0),
  );
  return { outputs, inputs };
}

/**
 * The licences of what the bundles hold of others: they ask for their text to go along, and minifying has taken it out of the
 * code. One file, each text once, with the packages that it is for. Fails for a package that says nothing.
 */
function writeNotices(inputs) {
  const folders = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  const packagesOf = new Map();
  for (const folder of folders) {
    const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(entry));
    if (file === undefined && license === undefined) {
      throw new Error(`${name} has no licence to go along with it`);
    }
    const owner = typeof author === 'object' ? author.name : author;
    const text =
      file === undefined
        ? [license, owner].filter(Boolean).join(', ')
        : readFileSync(join(folder, file), 'utf8').trim();
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), `${name} ${version}`]);
  }
  const parts = [...packagesOf].map(
    ([text, names]) => `${[...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1)).join('\n')}\n\n${text}\n`,
  );
  const ruler = `\n${'-'.repeat(80)}\n\n`;
  writeFileSync(
    NOTICES,
    [`STS Sessions for AWS holds parts of these packages.\n`, ...parts.sort()].join(ruler),
  );
  return NOTICES;
}

/** Scripts are copied as they are; what is TypeScript there is bundled beside them. Returns the copies. */
function copyHelper() {
  mkdirSync('dist/helper', { recursive: true });
  return ['.sh', '.cmd'].flatMap(helperFiles).map((name) => {
    const to = join('dist/helper', name);
    copyFileSync(join(HELPER, name), to);
    chmodSync(to, 0o755);
    return to;
  });
}

function helperFiles(extension) {
  return readdirSync(HELPER).filter((name) => extname(name) === extension);
}

/** Last, not first: whoever reads dist/ meanwhile finds every file in it. */
function removeAllBut(outputs) {
  const wanted = new Set(outputs.map((file) => resolve(file)));
  for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
    const file = resolve(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !wanted.has(file)) {
      rmSync(file, { force: true });
    }
  }
}

process.chdir(import.meta.dirname);
if (process.argv.includes('--watch')) {
  for (const { options } of bundles()) {
    const watching = await context({ ...options, logLevel: 'info' });
    await watching.watch();
  }
  copyHelper();
} else {
  const built = await Promise.all(bundles().map(buildOne));
  const notices = writeNotices(built.flatMap(({ inputs }) => inputs));
  removeAllBut([...built.flatMap(({ outputs }) => outputs), notices, ...copyHelper()]);
}
