import { parseRoleArn } from '../../aws/arn.ts';
import {
  durationProblem,
  durations,
  externalIdProblem,
  mfaSerialProblem,
  parseDuration,
  roleArnProblem,
  sessionNameProblem,
} from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import type { SessionRequest } from '../../aws/planModel.ts';
import { kindOf } from '../../aws/profiles.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import type { RecentRole } from '../recent.ts';
import { durationWords, inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { accountForReading } from '../text/time.ts';
import { askPick, askText } from './input.ts';
import type { Answer, PickItem } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step } from './steps.ts';

/** The answers to “Assume Role…”, gathered step by step. */
type RoleForm = Omit<RecentRole, 'kind'>;

const title = (): string => t('Assume Role');

/** What belongs to one role; the MFA device belongs to the person. */
const nothingFilledIn = {
  externalId: undefined,
  sessionName: undefined,
  durationSeconds: undefined,
} as const satisfies Partial<RoleForm>;

/**
 * Asks for everything that a role in no file needs: source profile, ARN, external ID, MFA device, session name and
 * duration. Choosing a remembered role fills in the rest, `typed` is what stands there at first. Returns undefined when
 * the person left.
 */
export async function askRole(
  set: ProfileSet,
  recent: readonly RecentRole[],
  preferred: string | undefined,
  typed: RecentRole | undefined,
): Promise<Extract<SessionRequest, { kind: 'role' }> | undefined> {
  const steps: Step<RoleForm>[] = [
    (known, position) => askArn({ ...position, title: title() }, known, recent, set),
    (known, position) => askSource({ ...position, title: title() }, set, known.sourceProfile ?? preferred),
    optionalText('externalId', {
      prompt: t('External ID, if the role’s trust policy asks for one (leave it empty otherwise)'),
      problem: externalIdProblem,
    }),
    optionalText('mfaSerial', {
      prompt: t('MFA device by ARN or serial number, if the role asks for a code (leave it empty otherwise)'),
      placeholder: 'arn:aws:iam::111122223333:mfa/name',
      problem: mfaSerialProblem,
      initial: (known) => set.profiles.get(known.sourceProfile ?? '')?.properties.get('mfa_serial')?.value,
    }),
    optionalText('sessionName', {
      prompt: t('Session name, which CloudTrail shows (leave it empty and one is made)'),
      problem: sessionNameProblem,
    }),
    (known, position) =>
      askDuration(
        { ...position, title: title() },
        known.durationSeconds,
        maxDuration(set, known.sourceProfile),
      ),
  ];
  const form = await askSteps<RoleForm>(typed ?? {}, steps);
  if (form?.roleArn === undefined || form.sourceProfile === undefined) {
    return undefined;
  }
  return {
    kind: 'role',
    name: roleLabel(form.roleArn),
    sourceProfile: form.sourceProfile,
    roleArn: form.roleArn,
    externalId: form.externalId,
    sessionName: form.sessionName,
    durationSeconds: form.durationSeconds,
    mfaSerial: form.mfaSerial,
    region: undefined,
  };
}

type Position = Parameters<Step<RoleForm>>[1] & { readonly title: string };

async function askArn(
  position: Position,
  known: Partial<RoleForm>,
  recent: readonly RecentRole[],
  set: ProfileSet,
): Promise<Answer<Partial<RoleForm>>> {
  const usable = recent.filter((role) => set.profiles.has(role.sourceProfile));
  if (usable.length === 0) {
    const answer = await askText({
      ...position,
      prompt: t('The ARN of the role'),
      placeholder: 'arn:aws:iam::111122223333:role/name',
      value: known.roleArn ?? '',
      validate: (text) => sentenceOf(roleArnProblem(text.trim())),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { roleArn: answer.value } } : answer;
  }
  return askPick<Partial<RoleForm>>({
    ...position,
    placeholder: t('Choose a role that you used before, or type the ARN of another'),
    text: usable.some((role) => role.roleArn === known.roleArn) ? '' : (known.roleArn ?? ''),
    active: (item) => item.value.roleArn === known.roleArn,
    items: usable.map((role) => ({
      label: roleLabel(role.roleArn),
      description: accountOf(role.roleArn),
      detail: t('{0} through {1}', role.roleArn, role.sourceProfile),
      value: role,
    })),
    fromText: (text) => {
      const problem = roleArnProblem(text);
      if (problem !== undefined) {
        // Somebody who types part of a name is looking through the list, not writing an ARN.
        return text.startsWith('arn:') ? inputSentence(problem) : undefined;
      }
      // What a remembered role filled in before must not go to another one.
      const value = text === known.roleArn ? { roleArn: text } : { ...nothingFilledIn, roleArn: text };
      return { label: roleLabel(text), description: accountOf(text), detail: text, value };
    },
  });
}

function askSource(
  position: Position,
  set: ProfileSet,
  preferred: string | undefined,
): Promise<Answer<Partial<RoleForm>>> {
  const items: PickItem<Partial<RoleForm>>[] = [];
  for (const section of set.profiles.values()) {
    const kind = kindOf(section);
    // A SAML profile lends the session of its own role, if it names one.
    const lends = kind === 'saml' && section.properties.has('role_arn');
    if (kind === 'staticKeys' || kind === 'role' || lends) {
      const arn = section.properties.get('role_arn')?.value;
      items.push({
        label: section.name,
        description: kind !== 'staticKeys' && arn !== undefined ? t('role, {0}', accountOf(arn)) : t('keys'),
        value: { sourceProfile: section.name },
      });
    }
  }
  return askPick({
    ...position,
    placeholder:
      items.length > 0
        ? t('Whose credentials may assume the role?')
        : t('No profile holds keys or a role to start from, add a profile first'),
    items,
    active: (item) => item.value.sourceProfile === preferred,
  });
}

function optionalText(
  key: 'externalId' | 'mfaSerial' | 'sessionName',
  options: {
    readonly prompt: string;
    readonly placeholder?: string;
    readonly problem: (text: string) => InputProblem | undefined;
    readonly initial?: (known: Partial<RoleForm>) => string | undefined;
  },
): Step<RoleForm> {
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title: title(),
      prompt: options.prompt,
      placeholder: options.placeholder ?? '',
      // What was left empty on purpose stays empty.
      value: (key in known ? known[key] : options.initial?.(known)) ?? '',
      validate: (text) => (text.trim() === '' ? undefined : sentenceOf(options.problem(text.trim()))),
    });
    return answer.kind === 'value'
      ? { kind: 'value', value: { [key]: answer.value === '' ? undefined : answer.value } }
      : answer;
  };
}

async function askDuration(
  position: Position,
  seconds: number | undefined,
  max: number,
): Promise<Answer<Partial<RoleForm>>> {
  const answer = await askText({
    ...position,
    prompt:
      max === durations.maxChained
        ? t('How long? From 15m to 1h, because the source is a role itself (empty means 1h)')
        : t('How long? From 15m to 12h, as far as the role allows (empty means 1h)'),
    placeholder: '1h',
    value: seconds === undefined ? '' : durationWords(seconds),
    validate: (text) =>
      text.trim() === '' ? undefined : sentenceOf(durationProblem(text.trim(), durations.min, max)),
  });
  return answer.kind === 'value'
    ? {
        kind: 'value',
        value: { durationSeconds: answer.value === '' ? undefined : parseDuration(answer.value) },
      }
    : answer;
}

/** One hour when the caller is itself temporary (role chaining), twelve otherwise. */
function maxDuration(set: ProfileSet, source: string | undefined): number {
  const section = set.profiles.get(source ?? '');
  const temporary =
    section?.properties.has('aws_session_token') || (section && ['role', 'saml'].includes(kindOf(section)));
  return temporary ? durations.maxChained : durations.maxRole;
}

function roleLabel(arn: string): string {
  return parseRoleArn(arn)?.name ?? arn;
}

function accountOf(arn: string): string {
  return accountForReading(parseRoleArn(arn)?.accountId ?? '');
}

function sentenceOf(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
