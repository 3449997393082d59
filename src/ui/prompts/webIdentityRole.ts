import { parseRoleArn } from '../../aws/arn.ts';
import {
  durationProblem,
  durations,
  parseDuration,
  roleArnProblem,
  sessionNameProblem,
} from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import type { Issuer, SessionRequest } from '../../aws/planModel.ts';
import { narrowedAs } from '../../aws/readOnly.ts';
import { durationWords, inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { accountForReading } from '../text/time.ts';
import { askPick, askText } from './input.ts';
import type { Answer } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step, StepPosition } from './steps.ts';

/** A role that an issuer opens. */
export type WebIdentityRole = Extract<SessionRequest, { kind: 'webIdentityRole' }>;

interface RoleForm {
  readonly issuer: Issuer;
  readonly roleArn: string;
  readonly sessionName: string | undefined;
  readonly durationSeconds: number | undefined;
}

/** What asking for such a role needs. */
export interface WebIdentityRoleParts {
  readonly issuers: readonly { readonly issuer: Issuer; readonly facts: string }[];
  /** Roles that were used before, the newest first. */
  readonly recent: readonly WebIdentityRole[];
  /** What stands there at first. */
  readonly typed: WebIdentityRole | undefined;
  /** Asks for an issuer that is not there yet. */
  add(): Promise<Issuer | undefined>;
}

const title = (): string => t('Assume Role with Web Identity');

/** Asks for issuer, role, session name and duration. Returns undefined when the person left. */
export async function askWebIdentityRole(parts: WebIdentityRoleParts): Promise<WebIdentityRole | undefined> {
  const { typed } = parts;
  const known = parts.issuers.find(({ issuer }) => issuer.name === typed?.issuer)?.issuer;
  const form = await askSteps<RoleForm>(
    {
      ...(known && { issuer: known }),
      ...(typed && {
        roleArn: typed.roleArn,
        sessionName: typed.sessionName,
        durationSeconds: typed.durationSeconds,
      }),
    },
    [
      (form, position) => askIssuer(parts, position, form.issuer),
      (form, position) => askArn(parts, position, form),
      async (form, position) => {
        const claim = form.issuer?.sessionNameClaim;
        const answer = await askText({
          ...position,
          title: title(),
          prompt:
            claim === undefined
              ? t('Session name, which CloudTrail shows (leave it empty and one is made)')
              : t('Session name, which CloudTrail shows (leave it empty for the claim {0})', claim),
          value: form.sessionName ?? '',
          validate: (text) => optional(text, sessionNameProblem),
        });
        return answer.kind === 'value'
          ? { kind: 'value', value: { sessionName: answer.value || undefined } }
          : answer;
      },
      async (form, position) => {
        const answer = await askText({
          ...position,
          title: title(),
          prompt: t('How long? From 15m to 12h, as far as the role allows (empty means 1h)'),
          placeholder: '1h',
          value: form.durationSeconds === undefined ? '' : durationWords(form.durationSeconds),
          validate: (text) =>
            optional(text, (each) => durationProblem(each, durations.min, durations.maxRole)),
        });
        return answer.kind === 'value'
          ? { kind: 'value', value: { durationSeconds: parseDuration(answer.value) } }
          : answer;
      },
    ],
  );
  if (form?.issuer === undefined || form.roleArn === undefined) {
    return undefined;
  }
  const { issuer, roleArn, sessionName, durationSeconds } = form;
  const name = parseRoleArn(roleArn)?.name ?? roleArn;
  return {
    kind: 'webIdentityRole',
    name,
    issuer: issuer.name,
    roleArn,
    sessionName,
    durationSeconds,
    region: undefined,
    ...(typed && narrowedAs(typed)),
  };
}

/** Picks an issuer, or describes one that is not there yet. */
export async function pickIssuer(
  { issuers, add }: Pick<WebIdentityRoleParts, 'issuers' | 'add'>,
  position: Partial<StepPosition> & { readonly title: string },
  chosen: Issuer | undefined,
): Promise<Answer<Issuer>> {
  const answer = await askPick<Issuer | 'add'>({
    ...position,
    placeholder:
      issuers.length > 0 ? t('Which issuer says who you are?') : t('No issuer is in the settings yet'),
    items: [
      ...issuers.map(({ issuer, facts }) => ({
        label: `$(globe) ${issuer.name}`,
        description: facts,
        value: issuer,
      })),
      { label: t('$(add) Add an issuer…'), value: 'add' as const },
    ],
    active: ({ value }) => typeof value === 'object' && value.name === chosen?.name,
  });
  if (answer.kind !== 'value' || answer.value !== 'add') {
    return answer.kind === 'value' && answer.value !== 'add'
      ? { kind: 'value', value: answer.value }
      : left(answer);
  }
  const added = await add();
  return added === undefined ? { kind: 'cancel' } : { kind: 'value', value: added };
}

function left(answer: Answer<Issuer | 'add'>): Answer<Issuer> {
  return answer.kind === 'back' ? { kind: 'back' } : { kind: 'cancel' };
}

async function askIssuer(
  parts: WebIdentityRoleParts,
  position: StepPosition,
  chosen: Issuer | undefined,
): Promise<Answer<Partial<RoleForm>>> {
  const answer = await pickIssuer(parts, { ...position, title: title() }, chosen);
  return answer.kind === 'value' ? { kind: 'value', value: { issuer: answer.value } } : answer;
}

async function askArn(
  { recent }: WebIdentityRoleParts,
  position: StepPosition,
  known: Partial<RoleForm>,
): ReturnType<Step<RoleForm>> {
  const usable = recent.filter(({ issuer }) => issuer === known.issuer?.name);
  if (usable.length === 0) {
    const answer = await askText({
      ...position,
      title: title(),
      prompt: t('The ARN of the role'),
      placeholder: 'arn:aws:iam::111122223333:role/name',
      value: known.roleArn ?? '',
      validate: (text) => sentenceOf(roleArnProblem(text.trim())),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { roleArn: answer.value } } : answer;
  }
  return askPick<Partial<RoleForm>>({
    ...position,
    title: title(),
    placeholder: t('Choose a role that you used before, or type the ARN of another'),
    text: usable.some((role) => role.roleArn === known.roleArn) ? '' : (known.roleArn ?? ''),
    active: (item) => item.value.roleArn === known.roleArn,
    items: usable.map(({ roleArn, sessionName, durationSeconds }) => ({
      ...rowOf(roleArn),
      value: { roleArn, sessionName, durationSeconds },
    })),
    fromText: (text) => {
      const problem = roleArnProblem(text);
      if (problem !== undefined) {
        // Somebody who types part of a name is looking through the list, not writing an ARN.
        return text.startsWith('arn:') ? inputSentence(problem) : undefined;
      }
      return { ...rowOf(text), value: { roleArn: text } };
    },
  });
}

function rowOf(roleArn: string): {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
} {
  const arn = parseRoleArn(roleArn);
  return {
    label: arn?.name ?? roleArn,
    description: accountForReading(arn?.accountId ?? ''),
    detail: roleArn,
  };
}

function optional(text: string, problem: (text: string) => InputProblem | undefined): string | undefined {
  return text.trim() === '' ? undefined : sentenceOf(problem(text.trim()));
}

function sentenceOf(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
