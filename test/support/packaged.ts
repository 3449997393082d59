import { existsSync, rmSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runOrThrow } from './processes.ts';
import { root } from './rig.ts';

let extension: Promise<string> | undefined;
let companion: Promise<string> | undefined;

/**
 * The packaged extension's path, built and packaged once per process. STS_SESSIONS_VSIX names a ready one, so that a
 * run of several processes packages only once.
 */
export function packagedExtension(): Promise<string> {
  const ready = process.env['STS_SESSIONS_VSIX'];
  extension ??=
    ready !== undefined && existsSync(ready) ? Promise.resolve(ready) : packageFolder(root, 'sts-sessions');
  return extension;
}

/** The packaged companion extension (test/companion). */
export function packagedCompanion(): Promise<string> {
  companion ??= packageCompanion();
  return companion;
}

async function packageCompanion(): Promise<string> {
  const source = join(root, 'test/companion');
  const folder = join(root, 'out/companion');
  await mkdir(folder, { recursive: true });
  await copyFile(join(source, 'package.json'), join(folder, 'package.json'));
  await build({
    entryPoints: [join(source, 'extension.ts')],
    outfile: join(folder, 'extension.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return packageFolder(folder, 'companion', ['--skip-license']);
}

/** As in package.json's `package`: no repository is named yet, so links cannot be made absolute. */
const VSCE = ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];

/**
 * Packages a folder as a .vsix below out/, which goes when this process ends: two runs in one clone must not write
 * into each other's. Rejects with what vsce printed.
 */
export async function packageFolder(
  folder: string,
  name: string,
  more: readonly string[] = [],
): Promise<string> {
  const out = join(root, 'out');
  await mkdir(out, { recursive: true });
  const file = join(out, `${name}-${String(process.pid)}.vsix`);
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  await runOrThrow(process.execPath, [vsce, ...VSCE, '--out', file, ...more], { cwd: folder });
  process.once('exit', () => rmSync(file, { force: true }));
  return file;
}

/** `publisher.name` of the extension under test, as its package.json says. */
export async function extensionId(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    publisher: string;
    name: string;
  };
  return `${manifest.publisher}.${manifest.name}`;
}
