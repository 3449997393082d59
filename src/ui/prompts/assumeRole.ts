import { parseRoleArn } from '../../aws/arn.ts';
import { roleArnProblem } from '../../aws/limits.ts';
import type { SessionRequest } from '../../aws/planModel.ts';
import { isManaged, kindOf } from '../../aws/profiles.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import type { RecentRole } from '../recent.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { roleFormText } from '../text/roleForm.ts';
import type { RoleForm } from '../text/roleForm.ts';
import { accountForReading } from '../text/time.ts';
import { askPick, askText, separator } from './input.ts';
import type { Answer, PickItem, StepOptions } from './input.ts';
import { askRoleOptions } from './roleOptions.ts';
import type { RoleFormContext } from './roleOptions.ts';

/** What belongs to one role; the MFA device belongs to the person. */
const nothingFilledIn = {
  externalId: undefined,
  sessionName: undefined,
  durationSeconds: undefined,
} as const satisfies RoleForm;

/** How the second box ends: with the source that starts it, or with the wish for more. */
type SourceAnswer = { readonly kind: 'start'; readonly sourceProfile: string } | { readonly kind: 'more' };

/** What the form is opened with. */
export interface RoleFormOptions extends RoleFormContext {
  /** Roles that were assumed by hand before, the newest first. */
  readonly recent: readonly RecentRole[];
  /** The profile whose credentials are suggested. */
  readonly preferred: string | undefined;
  /** A role that is to be changed: then it begins with all of it at a glance. */
  readonly typed: RecentRole | undefined;
}

/**
 * Asks for a role that is in no file: its ARN and whose credentials may assume it, and there Enter starts it. The rest is
 * behind “More Options…”. Choosing a remembered role fills in everything. Returns undefined when the person left.
 */
export async function askRole(
  options: RoleFormOptions,
): Promise<Extract<SessionRequest, { kind: 'role' }> | undefined> {
  const { set, recent, preferred, typed } = options;
  let form: RoleForm = typed ?? {};
  let at: 'role' | 'source' | 'options' = typed === undefined ? 'role' : 'options';
  for (;;) {
    switch (at) {
      case 'role': {
        const answer = await askArn(position(1), form, recent, set);
        if (answer.kind !== 'value') {
          return undefined;
        }
        form = { ...form, ...answer.value };
        at = 'source';
        break;
      }
      case 'source': {
        const suggested = form.sourceProfile ?? preferred;
        const answer = await askSource(position(2), set, form, suggested);
        if (answer.kind === 'cancel') {
          return undefined;
        }
        if (answer.kind === 'back') {
          at = 'role';
        } else if (answer.value.kind === 'more') {
          // The one that Enter would have taken.
          form = { ...form, sourceProfile: suggested ?? sourceItems(set)[0]?.value };
          at = 'options';
        } else {
          return requestOf({ ...form, sourceProfile: answer.value.sourceProfile });
        }
        break;
      }
      case 'options': {
        const answer = await askRoleOptions(form, {
          ...options,
          askRole: (known) => askArn({ title: roleFormText.title(), canGoBack: true }, known, [], set),
          askSource: (known) => askSourceOnly(set, known.sourceProfile),
        });
        if (answer.kind === 'cancel') {
          return undefined;
        }
        if (answer.kind === 'value') {
          return requestOf(answer.value);
        }
        form = answer.form;
        at = 'source';
        break;
      }
    }
  }
}

function position(step: 1 | 2): StepOptions {
  return { title: roleFormText.title(), step, totalSteps: 2, canGoBack: step > 1 };
}

function requestOf(form: RoleForm): Extract<SessionRequest, { kind: 'role' }> | undefined {
  const { roleArn, sourceProfile, sourceIdentity, tags, transitiveTagKeys, policies, readOnly } = form;
  if (roleArn === undefined || sourceProfile === undefined) {
    return undefined;
  }
  return {
    kind: 'role',
    name: roleLabel(roleArn),
    sourceProfile,
    roleArn,
    externalId: form.externalId,
    sessionName: form.sessionName,
    durationSeconds: form.durationSeconds,
    mfaSerial: form.mfaSerial,
    region: form.region,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(tags !== undefined && { tags }),
    ...(transitiveTagKeys !== undefined && { transitiveTagKeys }),
    ...(policies !== undefined && { policies }),
    ...(readOnly && { readOnly }),
  };
}

async function askArn(
  at: StepOptions,
  known: RoleForm,
  recent: readonly RecentRole[],
  set: ProfileSet,
): Promise<Answer<RoleForm>> {
  const usable = recent.filter((role) => set.profiles.has(role.sourceProfile));
  if (usable.length === 0) {
    const answer = await askText({
      ...at,
      prompt: t('The ARN of the role'),
      placeholder: 'arn:aws:iam::111122223333:role/name',
      value: known.roleArn ?? '',
      validate: (text) => {
        const problem = roleArnProblem(text.trim());
        return problem === undefined ? undefined : inputSentence(problem);
      },
    });
    return answer.kind === 'value' ? { kind: 'value', value: { roleArn: answer.value } } : answer;
  }
  return askPick<RoleForm>({
    ...at,
    placeholder: t('Choose a role that you used before, or type the ARN of another'),
    text: usable.some((role) => role.roleArn === known.roleArn) ? '' : (known.roleArn ?? ''),
    active: (item) => item.value.roleArn === known.roleArn,
    items: usable.map((role) => ({
      label: roleLabel(role.roleArn),
      description: [accountOf(role.roleArn), ...roleFormText.summary(role)].join(' · '),
      detail: t('{0} through {1}', role.roleArn, role.sourceProfile),
      // Another role's answers must not shine through where this one has none.
      value: { ...nothingElse, ...role },
    })),
    fromText: (text) => {
      const problem = roleArnProblem(text);
      if (problem !== undefined) {
        // Somebody who types part of a name is looking through the list, not writing an ARN.
        return text.startsWith('arn:') ? inputSentence(problem) : undefined;
      }
      // What a remembered role filled in before must not go to another one.
      const value =
        text === known.roleArn ? { roleArn: text } : { ...nothingElse, ...nothingFilledIn, roleArn: text };
      return { label: roleLabel(text), description: accountOf(text), detail: text, value };
    },
  });
}

async function askSource(
  at: StepOptions,
  set: ProfileSet,
  form: RoleForm,
  suggested: string | undefined,
): Promise<Answer<SourceAnswer>> {
  const sources = sourceItems(set);
  return askPick<SourceAnswer>({
    ...at,
    placeholder:
      sources.length > 0
        ? t('Whose credentials may assume the role? Enter starts the session')
        : t('No profile holds keys or a role to start from, add a profile first'),
    items: [
      ...sources.map(({ value, ...item }) => ({
        ...item,
        value: { kind: 'start', sourceProfile: value } as const,
      })),
      separator(''),
      {
        label: `$(settings-gear) ${roleFormText.more()}`,
        description: roleFormText.summary(form).join(' · '),
        detail: roleFormText.moreDetail(),
        alwaysShow: true,
        value: { kind: 'more' } as const,
      },
    ],
    active: ({ value }) => value.kind === 'start' && value.sourceProfile === suggested,
  });
}

async function askSourceOnly(set: ProfileSet, suggested: string | undefined): Promise<Answer<RoleForm>> {
  const answer = await askPick({
    title: roleFormText.title(),
    canGoBack: true,
    placeholder: t('Whose credentials may assume the role?'),
    items: sourceItems(set),
    active: (item) => item.value === suggested,
  });
  return answer.kind === 'value' ? { kind: 'value', value: { sourceProfile: answer.value } } : answer;
}

/** Every profile whose credentials can call AssumeRole. */
function sourceItems(set: ProfileSet): PickItem<string>[] {
  const items: PickItem<string>[] = [];
  for (const section of set.profiles.values()) {
    const kind = kindOf(section);
    const arn = section.properties.get('role_arn')?.value;
    // A SAML profile lends the session of its own role, if it names one.
    const lends = kind === 'saml' ? arn !== undefined : kind !== 'none';
    if (lends && !isManaged(section)) {
      const description = roleFormText.source(kind, arn === undefined ? undefined : accountOf(arn));
      items.push({ label: section.name, description, value: section.name });
    }
  }
  return items;
}

function roleLabel(arn: string): string {
  return parseRoleArn(arn)?.name ?? arn;
}

function accountOf(arn: string): string {
  return accountForReading(parseRoleArn(arn)?.accountId ?? '');
}

/** Everything that a role may have beside what every one has, as absent. */
const nothingElse = {
  sourceIdentity: undefined,
  tags: undefined,
  transitiveTagKeys: undefined,
  policies: undefined,
  readOnly: undefined,
} as const;
