import type { KeyData, SandboxData } from '../sandbox/data.ts';

const key = (name: string): KeyData => ({
  accessKeyId: `AKIAEXAMPLE${name.toUpperCase().padEnd(9, '0')}`,
  secretAccessKey: `EXAMPLEKEY/${name}/0123456789abcdefghijkl`.slice(0, 40),
});

/** Rita's key: her only one, and old. */
export const oldKey: KeyData = { ...key('ritaold'), createdAt: '2026-03-01T00:00:00Z' };
/** One of the two keys that Tom has, the one in his file. */
export const secondKey: KeyData = { ...key('tomsecond'), createdAt: '2026-10-20T00:00:00Z' };
/** Tom's other key, which no file names. */
export const unusedKey: KeyData = { ...key('tomfirst'), createdAt: '2025-01-31T00:00:00Z' };
/** Sam may do nothing in IAM. */
export const strangerKey: KeyData = key('sam');
export const rootKey: KeyData = key('root');

/** An account whose people manage their own keys: Rita has one, Tom two, Sam may not, and root has one. */
export function keyWorld(): SandboxData {
  const own = { Effect: 'Allow', Action: 'iam:*AccessKey*' } as const;
  const user = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
  return {
    accounts: [
      {
        id: '111122223333',
        root: { keys: [rootKey] },
        users: [
          { name: 'rita', keys: [oldKey], policies: [{ ...own, Resource: user('rita') }] },
          { name: 'tom', keys: [unusedKey, secondKey], policies: [{ ...own, Resource: user('tom') }] },
          { name: 'sam', keys: [strangerKey] },
        ],
      },
    ],
  };
}
