import * as vscode from 'vscode';
import { appendProfile } from '../../aws/edit.ts';
import { isRegion } from '../../aws/endpoints.ts';
import {
  durationProblem,
  durations,
  externalIdProblem,
  mfaSerialProblem,
  parseDuration,
  profileNameProblem,
  roleArnProblem,
} from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { isManaged, kindOf } from '../../aws/profiles.ts';
import { extraProperties, extrasOf, isNarrowed } from '../../aws/roles/roleExtras.ts';
import {
  requestOf,
  roleColors,
  roleNameIn,
  roleNameProblem,
  roleOfRequest,
} from '../../aws/roles/savedRole.ts';
import type { ExtraKey } from '../../aws/roles/roleExtras.ts';
import type { RoleColor, RoleField, SavedRole } from '../../aws/roles/savedRole.ts';
import { settings, settingsSection } from '../ids.ts';
import type { CommandParts } from '../parts.ts';
import {
  addSavedRole,
  changeSavedRole,
  restoreSavedRole,
  savedRoleEntry,
  savedRoles,
} from '../roleSettings.ts';
import { durationWords, inputSentence } from '../text/input.ts';
import { kindLook } from '../text/kinds.ts';
import { t } from '../text/l10n.ts';
import { colorWord, fieldWord } from '../text/roleLists.ts';
import { accountForReading } from '../text/time.ts';
import { requestKey } from '../switcherModel.ts';
import { escapeIcons } from '../text/markdown.ts';
import { roleFormText, roleOptionLabel, roleOptionValue } from '../text/roleForm.ts';
import type { RoleOption } from '../text/roleForm.ts';
import { askPick, askText, separator } from './input.ts';
import { askRoleOption } from './roleOptions.ts';
import type { Answer, PickItem } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step, StepPosition } from './steps.ts';

type Parts = Pick<CommandParts, 'files' | 'recent' | 'sessions' | 'flow'>;

/** A saved role, and where it stands in the settings. */
export interface Saved {
  readonly index: number;
  readonly role: SavedRole;
}

interface SaveForm extends SavedRole {
  readonly where: 'settings' | 'profile';
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

/** Asks whose credentials assume a role; undefined when the person left. */
export async function chooseSource(
  set: ProfileSet,
  title: string,
  preferred: string | undefined,
): Promise<string | undefined> {
  const answer = await askSource({ title }, set, preferred);
  return answer.kind === 'value' ? answer.value : undefined;
}

type Field = Exclude<RoleField, ExtraKey>;
type Editable = Field | (typeof moreOptions)[number];

/** What is asked as “Assume Role…” asks it. */
const moreOptions = [
  'sessionName',
  'sourceIdentity',
  'tags',
  'transitiveTagKeys',
  'readOnly',
  'inline',
  'arns',
] as const satisfies readonly RoleOption[];

function isMore(field: Editable): field is (typeof moreOptions)[number] {
  return moreOptions.some((option) => option === field);
}

/** The role as it is after a box of its own for one of its fields. */
async function askChange(set: ProfileSet, role: SavedRole, field: Editable): Promise<Answer<SavedRole>> {
  if (!isMore(field)) {
    const answer = await askField(set, role, field);
    return answer.kind === 'value' ? { kind: 'value', value: { ...role, ...answer.value } } : answer;
  }
  const at = { title: t('Edit {0}', role.name), canGoBack: true };
  const answer = await askRoleOption(at, field, role, { set, defaultSessionName: roleFormText.notSet });
  return answer.kind === 'value'
    ? { kind: 'value', value: { ...withoutExtras(role), ...extrasOf({ ...role, ...answer.value }) } }
    : answer;
}

function withoutExtras(role: SavedRole): SavedRole {
  const { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region, color } = role;
  return { name, roleArn, sourceProfile, externalId, mfaSerial, durationSeconds, region, color };
}

const fields: readonly Field[] = [
  'name',
  'roleArn',
  'sourceProfile',
  'externalId',
  'mfaSerial',
  'durationSeconds',
  'region',
  'color',
];

function shown(role: SavedRole, field: Field): string {
  switch (field) {
    case 'durationSeconds':
      return role.durationSeconds === undefined ? '' : durationWords(role.durationSeconds);
    case 'color':
      return colorWord(role.color) ?? '';
    default:
      return role[field] ?? '';
  }
}

async function askField(set: ProfileSet, role: SavedRole, field: Field): Promise<Answer<Partial<SavedRole>>> {
  const title = t('Edit {0}', role.name);
  const text = async (
    key: 'name' | 'roleArn' | 'externalId' | 'mfaSerial',
    prompt: string,
    problem: (value: string) => string | undefined,
    optional = true,
  ): Promise<Answer<Partial<SavedRole>>> => {
    const answer = await askText({
      title,
      prompt,
      canGoBack: true,
      value: role[key] ?? '',
      validate: (value) => (optional && value.trim() === '' ? undefined : problem(value.trim())),
    });
    return asPart(key, emptyIsNothing(answer));
  };
  const checked =
    (problem: (value: string) => InputProblem | undefined) =>
    (value: string): string | undefined =>
      sentence(problem(value));
  switch (field) {
    case 'name':
      return text('name', t('The role’s name'), (value) => savedName(value, role.name), false);
    case 'roleArn':
      return text('roleArn', t('The ARN of the role'), checked(roleArnProblem), false);
    case 'externalId':
      return text(
        'externalId',
        t('External ID, if the role’s trust policy asks for one (leave it empty otherwise)'),
        checked(externalIdProblem),
      );
    case 'mfaSerial':
      return text(
        'mfaSerial',
        t('MFA device by ARN or serial number, if the role asks for a code (leave it empty otherwise)'),
        checked(mfaSerialProblem),
      );
    case 'sourceProfile':
      return asPart('sourceProfile', await askSource({ title, canGoBack: true }, set, role.sourceProfile));
    case 'region':
      return asPart('region', await askRegion({ title, canGoBack: true }, role.region));
    case 'color':
      return asPart('color', await askColor({ title, canGoBack: true }, role.color));
    case 'durationSeconds': {
      const answer = await askText({
        title,
        canGoBack: true,
        prompt: t('How long? From 15m to 12h, as far as the role allows (empty means 1h)'),
        placeholder: '1h',
        value: shown(role, field),
        validate: (value) =>
          value.trim() === ''
            ? undefined
            : sentence(durationProblem(value.trim(), durations.min, durations.maxRole)),
      });
      return answer.kind === 'value'
        ? { kind: 'value', value: { durationSeconds: parseDuration(answer.value) } }
        : answer;
    }
  }
}

type Position = Partial<StepPosition> & { readonly title: string };

async function askSource(
  position: Position,
  set: ProfileSet,
  preferred: string | undefined,
): Promise<Answer<string>> {
  const items = [...set.profiles.values()]
    .filter((section) => kindOf(section) !== 'none' && !isManaged(section))
    .map((section) => ({
      label: section.name,
      description: kindLook(kindOf(section)).word,
      value: section.name,
    }));
  return askPick({
    ...position,
    placeholder:
      items.length > 0
        ? t('Whose credentials may assume the role?')
        : t('No profile holds keys or a role to start from, add a profile first'),
    items,
    active: (item) => item.value === preferred,
  });
}

async function askRegion(
  position: Position,
  region: string | undefined,
): Promise<Answer<string | undefined>> {
  return emptyIsNothing(
    await askText({
      ...position,
      prompt: t('Region, if tools should use one (leave it empty otherwise)'),
      placeholder: 'eu-west-1',
      value: region ?? '',
      validate: (text) =>
        text.trim() === '' || isRegion(text.trim()) ? undefined : inputSentence({ kind: 'notRegion' }),
    }),
  );
}

async function askColor(
  position: Position,
  color: RoleColor | undefined,
): Promise<Answer<RoleColor | undefined>> {
  const items: PickItem<RoleColor | 'none'>[] = [
    { label: t('No color'), value: 'none' },
    ...roleColors.map((each) => ({
      label: colorWord(each) ?? each,
      value: each,
    })),
  ];
  const answer = await askPick({
    ...position,
    placeholder: t('Which color should its icon have?'),
    items,
    active: (item) => item.value === (color ?? 'none'),
  });
  return answer.kind === 'value'
    ? { kind: 'value', value: answer.value === 'none' ? undefined : answer.value }
    : answer;
}

function asPart<Key extends keyof SaveForm>(
  key: Key,
  answer: Answer<SaveForm[Key]>,
): Answer<Partial<SaveForm>> {
  return answer.kind === 'value' ? { kind: 'value', value: { [key]: answer.value } } : answer;
}

function emptyIsNothing(answer: Answer<string>): Answer<string | undefined> {
  return answer.kind === 'value' && answer.value === '' ? { kind: 'value', value: undefined } : answer;
}

function savedName(text: string, own: string | undefined): string | undefined {
  return text !== own && savedRoles().some(({ name }) => name === text)
    ? t('There is a saved role of this name already')
    : sentence(roleNameProblem(text));
}

function profileName(text: string, set: ProfileSet): string | undefined {
  return set.profiles.has(text)
    ? t('There is a profile of this name already')
    : sentence(profileNameProblem(text));
}

function sentence(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
