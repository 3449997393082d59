import type { Inventory, KeptFile, NotDeleted } from '../inventory.ts';
import type { SecretPlace } from './authenticators.ts';
import { t } from './l10n.ts';

/** What is said about all that is kept here, and about deleting it. */
export const keptText = {
  documentName: (number: number) =>
    number === 1 ? t('What STS Sessions Keeps') : t('What STS Sessions Keeps {0}', number),
  shown: () => t('This is all that STS Sessions keeps here'),
  deleteAll: () => t('Delete All…'),
  confirm: () => t('Delete all that STS Sessions keeps on this computer?'),
  confirmDetail: (inventory: Inventory) =>
    [
      ...(inventory.sessions.length === 0
        ? []
        : [
            t(
              'Sessions end, and terminals and tools that use them get no credentials any more: {0}.',
              inventory.sessions.join(', '),
            ),
          ]),
      ...(inventory.authenticators.length === 0
        ? []
        : [
            t(
              'Authenticators go for good, make sure that another device shows their codes: {0}.',
              inventory.authenticators.join(', '),
            ),
          ]),
      ...(inventory.rotations.length === 0
        ? []
        : [
            t(
              'Rotations of access keys that are not over can no longer go on or back, and leave a second key at AWS. Finish them with Rotate Keys first: {0}.',
              inventory.rotations.join(', '),
            ),
          ]),
      ...(inventory.managed.length === 0
        ? []
        : [t('These profiles are taken out of the config file: {0}.', inventory.managed.join(', '))]),
      t(
        'Your settings, your own profiles and keys in the shared files, and sign-ins that the AWS CLI shares stay. What AWS has given stays valid there until its end.',
      ),
    ].join('\n\n'),
  yes: () => t('Delete All'),
  onlyCopies: () => t('Delete the only copy of these access keys too?'),
  onlyCopiesDetail: (keys: readonly string[]) =>
    t(
      'They stand in no file, and AWS shows a secret access key only once: {0}. If you still need them, keep them and move them back into the file first.',
      keys.join(', '),
    ),
  deleteKeys: () => t('Delete Keys Too'),
  keepKeys: () => t('Keep the Keys'),
  deleting: () => t('Deleting what STS Sessions keeps'),
  deleted: () => t('All of it is deleted'),
  deletedButKeys: () => t('All is deleted but the access keys, which are still in the secret store'),
  notDeleted: (left: readonly NotDeleted[]) =>
    t('Some of it could not be deleted, look at it and try again: {0}', left.map(leftWord).join(', ')),
  showRest: () => t('Show What Is Left'),
  familyWord: (name: string) => families[name]?.() ?? t('Others'),
};

function leftWord({ what, name }: NotDeleted): string {
  switch (what) {
    case 'secrets':
      return t('secrets');
    case 'state':
      return t('state of VS Code');
    case 'browser':
      return t('browser window of {0}', name);
    case 'other':
      return name;
  }
}

const families: Readonly<Record<string, (() => string) | undefined>> = {
  session: () => t('Sessions, ended ones for a while too'),
  issuer: () => t('Sign-ins at issuers'),
  authenticator: () => t('Seeds of authenticators'),
  keys: () => t('Access keys in the vault'),
  rotation: () => t('Old access keys, of rotations that are not over'),
  probe: () => t('Mark that shows whether the store outlives a restart'),
};

const places: Readonly<Record<SecretPlace, () => string>> = {
  browser: () =>
    t(
      'This VS Code runs in a browser: the store is the browser’s own storage, encrypted with a key of which the server has half. It is weaker than a keychain, and another tab can overwrite it.',
    ),
  remote: () =>
    t(
      'The store is on the computer that shows this window, in its keychain. If that is a Linux without a keyring, it is weakly encrypted or in memory only, which cannot be seen from here.',
    ),
  linux: () =>
    t(
      'The store is encrypted with a key in your keyring. Without a keyring it is weakly encrypted or in memory only.',
    ),
  keychain: () => t('The store is encrypted with a key in the keychain of this computer.'),
};

/** The inventory as a page in Markdown, which is read as it stands. */
export function keptPage(inventory: Inventory): string {
  const { secrets, ofOthers, managed, written, files, browsers } = inventory;
  const list = (lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [t('Nothing.')] : lines.map((line) => `- ${line}`);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [
      t('Secrets'),
      [
        places[inventory.place](),
        ...(inventory.isWeak
          ? [
              t(
                'It is encrypted weakly here, because the runtime arguments of VS Code say so (password-store).',
              ),
            ]
          : []),
        ...(inventory.place === 'remote' ? [] : [restartSentence(inventory.outlives)]),
        '',
        ...(secrets === undefined
          ? [t('The store failed, so that nobody knows what is in it.')]
          : list([
              ...secrets.map(({ name, count }) => `${keptText.familyWord(name)}: ${count}`),
              ...(ofOthers === 0 ? [] : [t('Of other computers, in the same store: {0}', ofOthers)]),
            ])),
        ...named(t('Sessions'), inventory.sessions),
        ...named(t('Authenticators'), inventory.authenticators),
        ...named(t('Access keys that stand nowhere else'), inventory.onlyCopies),
      ],
    ],
    [
      t('Files'),
      list([
        ...files.map(({ what, path }) => `${fileWords[what]()}: ${path}`),
        ...(managed.length === 0
          ? []
          : [t('Profiles in {0}, without a key in them: {1}', inventory.configPath, managed.join(', '))]),
        ...written.map((where) => t('Credentials in clear text, because you asked for them: {0}', where)),
        ...browsers.map((host) => t('Browser window that remembers you: {0}', host)),
      ]),
    ],
    [
      t('VS Code’s state'),
      list([
        t(
          'Entries without a secret, such as what you started last and what you agreed to: {0}',
          inventory.stateEntries,
        ),
      ]),
    ],
    [
      t('What is not ours'),
      list([
        t('Your own profiles and keys in the shared files, which are only read until you ask for a change.'),
        t(
          'Sign-ins below ~/.aws/sso/cache and ~/.aws/login/cache, which the AWS CLI shares: Sign Out ends them.',
        ),
        t('Your settings.'),
      ]),
    ],
    [
      t('Deleting it'),
      [t('“STS: Delete All That Is Kept Here…” deletes all but what is not ours, after asking.')],
    ],
  ];
  const title = t('What STS Sessions keeps on this computer');
  const body = sections.map(([heading, lines]) => `## ${heading}\n\n${lines.join('\n')}\n`);
  return `# ${title}\n\n${t('No secret is on this page.')}\n\n${body.join('\n')}`;
}

function restartSentence(outlives: boolean | undefined): string {
  switch (outlives) {
    case true:
      return t('What is stored has outlived a restart.');
    case false:
      return t('What is stored is gone after a restart: the store is in memory only, or was emptied.');
    case undefined:
      return t('Whether it outlives a restart is known after the next one.');
  }
}

function named(heading: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : ['', `${heading}:`, ...names.map((name) => `- ${name}`)];
}

const fileWords: Readonly<Record<KeptFile['what'], () => string>> = {
  helper: () =>
    t(
      'The helper that terminals run, what windows tell each other, and the id by which seeds and sessions are found in the store (leave it there), without a key in it',
    ),
  auditLog: () => t('The audit log, without a key in it'),
  browser: () => t('Browser windows of their own for accounts'),
};
