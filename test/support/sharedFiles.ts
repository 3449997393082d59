import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SharedFiles } from '../../src/files/sharedFiles.ts';
import type { SharedFilesOptions, SharedPaths } from '../../src/files/sharedFiles.ts';
import { useFolder } from './folder.ts';

/** What a suite about `SharedFiles` works with: a home folder for each test, and the one that reads it. */
export interface SharedFilesBench {
  /** The home folder of this test. */
  readonly folder: () => string;
  /** Of both files in `.aws` below it. */
  readonly paths: () => SharedPaths;
  /** The one under test; it is disposed of after the test. */
  readonly open: (options?: SharedFilesOptions, at?: SharedPaths) => SharedFiles;
  /** Writes one of the two files, and makes `.aws` where it is missing. */
  readonly write: (name: 'config' | 'credentials', text: string | Buffer) => void;
  /** The profiles' names as they are read now. */
  readonly names: (shared: SharedFiles) => Promise<string[]>;
  /** Resolves once a change has been told after which the profiles' names are these. */
  readonly told: (shared: SharedFiles, expected: readonly string[]) => Promise<void>;
}

/** Sets it up for each test of the suite that calls this. */
export function useSharedFiles(): SharedFilesBench {
  const folder = useFolder();
  let files: SharedFiles | undefined;

  afterEach(() => {
    files?.dispose();
    files = undefined;
  });

  const paths = (): SharedPaths => ({
    config: join(folder(), '.aws', 'config'),
    credentials: join(folder(), '.aws', 'credentials'),
  });

  const names = async (shared: SharedFiles): Promise<string[]> => [
    ...(await shared.read()).set.profiles.keys(),
  ];

  return {
    folder,
    paths,
    open: (options, at = paths()) => {
      files = new SharedFiles(at, options);
      return files;
    },
    write: (name, text) => {
      mkdirSync(join(folder(), '.aws'), { recursive: true });
      writeFileSync(join(folder(), '.aws', name), text);
    },
    names,
    told: (shared, expected) =>
      new Promise((resolve, reject) => {
        const check = async (): Promise<void> => {
          if ((await names(shared)).join() === expected.join()) {
            subscription.dispose();
            resolve();
          }
        };
        const subscription = shared.onDidChange(() => {
          void check().catch(reject);
        });
      }),
  };
}
