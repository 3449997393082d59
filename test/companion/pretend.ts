import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { extensions, UIKind } from 'vscode';
import type { Pretence } from './protocol.ts';

const file = (folder: string): string => join(folder, 'pretence');

interface Loader {
  readonly _load: (
    this: void,
    request: string,
    parent: { readonly filename: string },
    isMain: boolean,
  ) => object;
}

/**
 * Lets STS Sessions take this workbench, which runs in a browser, for one on the desktop, or for one that shows another
 * machine. It changes what VS Code's interface says to that extension, in this extension host and those to come: the
 * extension itself has no way to be told so.
 */
export function pretend(id: string, folder: string, pretence: Pretence | undefined): void {
  if (pretence === undefined) {
    rmSync(file(folder), { force: true });
  } else {
    writeFileSync(file(folder), JSON.stringify(pretence));
  }
  pretendAsBefore(id, folder);
}

/** The same at the start of an extension host, before the extension asks. */
export function pretendAsBefore(id: string, folder: string): void {
  const pretence = existsSync(file(folder))
    ? (JSON.parse(readFileSync(file(folder), 'utf8')) as Pretence)
    : undefined;
  const path = extensions.getExtension(id)?.extensionPath;
  if (path === undefined) {
    return;
  }
  const { _load: load } = createRequire(__filename)('node:module') as Loader;
  // VS Code gives each extension an object of its own, by the path of who asks for it.
  const api = load('vscode', { filename: join(path, 'dist', 'core.cjs') }, false) as { env: object };
  real ??= api.env;
  const env: object = Object.create(real, {
    ...(pretence && {
      uiKind: { value: UIKind.Desktop },
      remoteName: { value: pretence.remoteName },
    }),
  }) as object;
  Object.defineProperty(api, 'env', { value: env, configurable: true, enumerable: true });
}

let real: object | undefined;
