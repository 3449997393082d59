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
import { extrasOf } from '../../aws/roles/roleExtras.ts';
import { roleColors, roleNameProblem } from '../../aws/roles/savedRole.ts';
import type { ExtraKey } from '../../aws/roles/roleExtras.ts';
import type { RoleColor, RoleField, SavedRole } from '../../aws/roles/savedRole.ts';
import { savedRoles } from '../roleSettings.ts';
import { durationWords, inputSentence } from '../text/input.ts';
import { kindLook } from '../text/kinds.ts';
import { t } from '../text/l10n.ts';
import { colorWord } from '../text/roleLists.ts';
import { roleFormText } from '../text/roleForm.ts';
import type { RoleOption } from '../text/roleForm.ts';
import { askPick, askText } from './input.ts';
import { askRoleOption } from './roleOptions.ts';
import type { Answer, PickItem } from './input.ts';
import type { StepPosition } from './steps.ts';

/** A role as it is being saved: in the settings or in a profile. */
export interface SaveForm extends SavedRole {
  readonly where: 'settings' | 'profile';
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
/** What can be changed of a saved role, one box each. */
export type Editable = Field | (typeof moreOptions)[number];

/** What is asked as “Assume Role…” asks it. */
export const moreOptions = [
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
export async function askChange(
  set: ProfileSet,
  role: SavedRole,
  field: Editable,
): Promise<Answer<SavedRole>> {
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

/** The fields of a saved role that have a box of their own, in the order in which they are offered. */
export const fields: readonly Field[] = [
  'name',
  'roleArn',
  'sourceProfile',
  'externalId',
  'mfaSerial',
  'durationSeconds',
  'region',
  'color',
];

/** A field's value as the list of fields shows it; empty where it has none. */
export function shown(role: SavedRole, field: Field): string {
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

/** Asks which profile's credentials assume the role. */
export async function askSource(
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

/** Asks for the region that tools should use with the role; nothing is an answer too. */
export async function askRegion(
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

/** Asks for the colour of the role's row; nothing is an answer too. */
export async function askColor(
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

/** An answer as the part of the form that it fills in. */
export function asPart<Key extends keyof SaveForm>(
  key: Key,
  answer: Answer<SaveForm[Key]>,
): Answer<Partial<SaveForm>> {
  return answer.kind === 'value' ? { kind: 'value', value: { [key]: answer.value } } : answer;
}

function emptyIsNothing(answer: Answer<string>): Answer<string | undefined> {
  return answer.kind === 'value' && answer.value === '' ? { kind: 'value', value: undefined } : answer;
}

/** What keeps `text` from being the name of a saved role, as a sentence; `own` is the name that it has now. */
export function savedName(text: string, own: string | undefined): string | undefined {
  return text !== own && savedRoles().some(({ name }) => name === text)
    ? t('There is a saved role of this name already')
    : sentence(roleNameProblem(text));
}

/** What keeps `text` from being the name of a new profile, as a sentence. */
export function profileName(text: string, set: ProfileSet): string | undefined {
  return set.profiles.has(text)
    ? t('There is a profile of this name already')
    : sentence(profileNameProblem(text));
}

function sentence(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
