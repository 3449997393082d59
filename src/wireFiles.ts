import * as vscode from 'vscode';
import { editFile } from './files/safeWrite.ts';
import type { SharedFiles } from './files/sharedFiles.ts';
import type { FilesPort } from './ui/parts.ts';
import { t } from './ui/text/l10n.ts';

/** The shared files for the interface. What cannot be written is told here. */
export function wireFiles(files: SharedFiles): FilesPort {
  return {
    read: async () => (await files.read()).set,
    refresh: async () => {
      files.refresh();
      await files.read();
    },
    path: (file) => files.paths[file],
    create: async (file) => (await files.read()).exists[file] || createEmpty(files.paths[file]),
    edit: async (file, change) => {
      const { kind } = await editFile(files.paths[file], change);
      const done = kind === 'written' || kind === 'unchanged';
      if (!done) {
        void vscode.window.showErrorMessage(t('This file could not be written: {0}', files.paths[file]));
      }
      return done;
    },
  };
}

/** A comment, because a file is only made when there is something to write. */
async function createEmpty(path: string): Promise<boolean> {
  const { kind } = await editFile(path, (text) => text || '# AWS profiles\n');
  return kind === 'written' || kind === 'unchanged';
}
