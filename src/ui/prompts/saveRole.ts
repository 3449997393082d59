import * as vscode from 'vscode';
import { appendProfile } from '../../aws/edit.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { extraProperties, isNarrowed } from '../../aws/roles/roleExtras.ts';
import { requestOf, roleNameIn, roleOfRequest } from '../../aws/roles/savedRole.ts';
import type { SavedRole } from '../../aws/roles/savedRole.ts';
import { settings, settingsSection } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import {
  addSavedRole,
  changeSavedRole,
  restoreSavedRole,
  savedRoleEntry,
  savedRoles,
} from '../roleSettings.ts';
import { t } from '../text/l10n.ts';
import { fieldWord } from '../text/roleLists.ts';
import { accountForReading } from '../text/time.ts';
import { requestKey } from '../switcherModel.ts';
import { escapeIcons } from '../text/markdown.ts';
import { roleFormText, roleOptionLabel, roleOptionValue } from '../text/roleForm.ts';
import { askPick, askText, separator } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step } from './steps.ts';
import {
  asPart,
  askChange,
  askColor,
  askRegion,
  askSource,
  fields,
  moreOptions,
  profileName,
  savedName,
  shown,
} from './savedRoleFields.ts';
import type { Editable, SaveForm } from './savedRoleFields.ts';

type Parts = Pick<CommandParts, 'files' | 'recent' | 'sessions' | 'flow'>;

/** A saved role, and where it stands in the settings. */
export interface Saved {
  readonly index: number;
  readonly role: SavedRole;
}

/**
 * Saves a role, in the user's settings or as a profile that every AWS tool knows: as the person wants. `given` undefined:
 * one that was used before.
 */
export async function saveRole(parts: Parts, given: SavedRole | undefined): Promise<void> {
  const role = given ?? (await chooseRecent(parts));
  if (role === undefined) {
    return;
  }
  const set = await parts.files.read();
  const title = t('Save Role');
  const form = await askSteps<SaveForm>(role, [
    async (known, position) =>
      asPart(
        'where',
        await askPick<'settings' | 'profile'>({
          ...position,
          title,
          placeholder: t('Where should {0} be saved?', roleNameIn(role.roleArn)),
          items: [
            {
              label: t('$(gear) In your settings'),
              description: t('for this editor, with a color if you like'),
              value: 'settings',
            },
            {
              label: t('$(file) As a profile in the AWS config file'),
              description: isNarrowed(role)
                ? t('for every AWS tool; others ignore session policies and start the whole role')
                : t('for every AWS tool'),
              value: 'profile',
            },
          ],
          active: (item) => item.value === known.where,
        }),
      ),
    async (known, position) =>
      asPart(
        'name',
        await askText({
          ...position,
          title,
          prompt: known.where === 'profile' ? t('The profile’s name') : t('The role’s name'),
          value: known.name ?? '',
          validate: (text) =>
            known.where === 'profile' ? profileName(text.trim(), set) : savedName(text.trim(), undefined),
        }),
      ),
    ...(role.sourceProfile === undefined ? [sourceStep(set, title)] : []),
    async (known, position) =>
      asPart(
        'region',
        await askRegion(
          { ...position, title },
          // Tools take no region from a profile's source, as a role in the settings does.
          known.region ?? (known.where === 'profile' ? regionOf(set, known.sourceProfile) : undefined),
        ),
      ),
    async (known, position) =>
      known.where === 'profile'
        ? { kind: 'value', value: {} }
        : asPart('color', await askColor({ ...position, title }, known.color)),
  ]);
  const { where, name, sourceProfile, ...rest } = form ?? {};
  if (where === undefined || name === undefined || sourceProfile === undefined) {
    return;
  }
  const saved: SavedRole = { ...role, ...rest, name, sourceProfile };
  await (where === 'profile' ? writeProfile(parts, saved) : writeSetting(parts, saved));
}

function regionOf(set: ProfileSet, profile: string | undefined): string | undefined {
  return set.profiles.get(profile ?? '')?.properties.get('region')?.value;
}

function sourceStep(set: ProfileSet, title: string): Step<SaveForm> {
  return async (known, position) =>
    asPart('sourceProfile', await askSource({ ...position, title }, set, known.sourceProfile));
}

async function writeSetting(parts: Parts, role: SavedRole): Promise<void> {
  await addSavedRole(role);
  await offerStart(parts, role, t('Role saved: {0}', role.name));
}

async function writeProfile(parts: Parts, role: SavedRole): Promise<void> {
  const { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region } = role;
  const properties = [
    ['role_arn', roleArn],
    ['source_profile', sourceProfile],
    ['external_id', externalId],
    ['mfa_serial', mfaSerial],
    ['duration_seconds', durationSeconds?.toString()],
    ['region', region],
  ].flatMap(([key, value]) => (key !== undefined && value ? [[key, value] as const] : []));
  const written = [...properties, ...extraProperties(role)];
  if (await parts.files.edit('config', (text) => appendProfile(text, name, written, 'config'))) {
    await parts.files.refresh();
    const start = t('Start Session');
    const choice = await vscode.window.showInformationMessage(t('Profile added: {0}', name), start);
    if (choice === start) {
      await parts.flow.start({ kind: 'profile', profile: name });
    }
  }
}

async function offerStart(parts: Parts, role: SavedRole, text: string): Promise<void> {
  const start = t('Start Session');
  const { sourceProfile } = role;
  const choice = await vscode.window.showInformationMessage(text, start);
  if (choice === start && sourceProfile !== undefined) {
    await parts.flow.start(requestOf(role, sourceProfile));
  }
}

async function chooseRecent(parts: Parts): Promise<SavedRole | undefined> {
  const live = parts.sessions.list().flatMap(({ request }) => (request.kind === 'role' ? [request] : []));
  const byArn = new Map(
    // A read-only session of a role is another one than the role's own.
    [...parts.recent.roles(), ...live].map((role) => [requestKey(role), role]),
  );
  if (byArn.size === 0) {
    void vscode.window.showInformationMessage(
      t('No role has been used that could be saved, assume one first'),
    );
    return undefined;
  }
  const answer = await askPick<SavedRole>({
    title: t('Save Role'),
    placeholder: t('Choose a role that you used before'),
    items: Array.from(byArn.values(), (role) => ({
      label: role.name,
      description: [
        accountForReading(/:(\d{12}):/.exec(role.roleArn)?.[1] ?? ''),
        ...roleFormText.summary(role),
      ].join(' · '),
      detail: t('{0} through {1}', role.roleArn, role.sourceProfile),
      value: roleOfRequest(role),
    })),
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

/** Changes a saved role field by field; each answer is written at once. `given` undefined: the person chooses. */
export async function editRole(parts: Parts, given: Saved | undefined): Promise<void> {
  const chosen = given ?? (await chooseSaved(t('Edit Saved Role')));
  if (chosen === undefined) {
    return;
  }
  const { index } = chosen;
  let { role } = chosen;
  for (let last: Editable | undefined; ;) {
    const at = last;
    const answer = await askPick<Editable | 'settings'>({
      title: t('Edit {0}', role.name),
      placeholder: t('What should change? Escape when you are done'),
      items: [
        ...fields.map((field) => ({
          label: fieldWord(field),
          description: shown(role, field),
          value: field,
        })),
        separator(roleFormText.more()),
        ...moreOptions
          // Only what is set can be passed on.
          .filter((option) => option !== 'transitiveTagKeys' || role.tags !== undefined)
          .map((option) => ({
            label: roleOptionLabel(option),
            description: escapeIcons(
              roleOptionValue(option, role, { defaultSessionName: roleFormText.notSet() }),
            ),
            value: option,
          })),
        separator(''),
        { label: t('$(go-to-file) Open the settings file'), value: 'settings' as const },
      ],
      active: (item) => item.value === at,
    });
    if (answer.kind !== 'value') {
      return;
    }
    if (answer.value === 'settings') {
      await openRoles();
      return;
    }
    const change = await askChange(await parts.files.read(), role, answer.value);
    last = answer.value;
    if (change.kind !== 'value') {
      continue;
    }
    const changed = change.value;
    if (!(await changeSavedRole(index, role.name, changed))) {
      tellMoved();
      return;
    }
    role = changed;
  }
}

/** Takes a saved role out of the settings; it can be put back from the message. */
export async function removeRole(_parts: Parts, given: Saved | undefined): Promise<void> {
  const chosen = given ?? (await chooseSaved(t('Remove Saved Role')));
  if (chosen === undefined) {
    return;
  }
  const { index, role } = chosen;
  const entry = savedRoleEntry(index);
  if (!(await changeSavedRole(index, role.name, undefined))) {
    tellMoved();
    return;
  }
  const undo = t('Undo');
  const choice = await vscode.window.showInformationMessage(t('Saved role removed: {0}', role.name), undo);
  if (choice === undo) {
    await restoreSavedRole(index, entry);
  }
}

/** Opens the settings at the roles: the user's own, or those of the folder. */
export async function openRoles(inFolder = false): Promise<void> {
  const name = inFolder ? settings.suggestedRoles : settings.roles;
  await vscode.commands.executeCommand(
    inFolder ? 'workbench.action.openWorkspaceSettingsFile' : 'workbench.action.openSettingsJson',
    { revealSetting: { key: `${settingsSection}.${name}`, edit: false } },
  );
}

function tellMoved(): void {
  void vscode.window.showInformationMessage(t('The saved roles have changed meanwhile, try again'));
}

async function chooseSaved(title: string): Promise<Saved | undefined> {
  const items = savedRoles().flatMap(({ index, role }) =>
    role === undefined
      ? []
      : [
          {
            label: role.name,
            description: accountForReading(/:(\d{12}):/.exec(role.roleArn)?.[1] ?? ''),
            detail: t('{0} through {1}', role.roleArn, role.sourceProfile ?? ''),
            value: { index, role },
          },
        ],
  );
  if (items.length === 0) {
    void vscode.window.showInformationMessage(t('No role is saved in your settings'));
    return undefined;
  }
  const answer = await askPick<Saved>({ title, placeholder: t('Choose a saved role'), items });
  return answer.kind === 'value' ? answer.value : undefined;
}
