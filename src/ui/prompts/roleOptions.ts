import { parseRoleArn } from '../../aws/arn.ts';
import {
  durationProblem,
  durations,
  externalIdProblem,
  mfaSerialProblem,
  parseDuration,
  sessionNameProblem,
  sourceIdentityProblem,
} from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import { ownerOf } from '../../aws/planPolicies.ts';
import type { SessionPolicies } from '../../aws/planModel.ts';
import { orNoPolicies } from '../../aws/policies.ts';
import { kindOf } from '../../aws/profiles.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { deviceOfKeys } from '../../aws/sources/staticKeys.ts';
import { parseTagKeys, parseTags, tagKeysProblem, writeTags } from '../../aws/tags.ts';
import { durationWords, inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { escapeIcons } from '../text/markdown.ts';
import { tagSentence } from '../text/policies.ts';
import { roleFormText, roleOptionLabel, roleOptionValue } from '../text/roleForm.ts';
import type { RoleForm, RoleOption } from '../text/roleForm.ts';
import { accountForReading } from '../text/time.ts';
import { askPick, askText, separator } from './input.ts';
import type { Answer, PickItem, PickSeparator, StepOptions } from './input.ts';
import { askInlinePolicy, askPolicyArns } from './sessionPolicy.ts';

/** What the form must know beside the answers. */
export interface RoleFormContext {
  readonly set: ProfileSet;
  /** RoleSessionName of a session that is called so here, where none is typed. */
  defaultSessionName(session: string): string;
}

/** The two boxes that the form shares with its first part. */
interface OtherBoxes {
  askRole(known: RoleForm): Promise<Answer<RoleForm>>;
  askSource(known: RoleForm): Promise<Answer<RoleForm>>;
}

/** How the list of options is left: started, to the box before with what was answered, or altogether. */
export type OptionsAnswer =
  | { readonly kind: 'value'; readonly value: RoleForm }
  | { readonly kind: 'back'; readonly form: RoleForm }
  | { readonly kind: 'cancel' };

type Row = RoleOption | 'start' | 'role' | 'source';

/**
 * Everything about a role at a glance: a row each, with what it is set to. A row is changed in a box of its own, after
 * which the list is there again, its first row marked, so that Enter starts. Escape in such a box only leaves the box.
 */
export async function askRoleOptions(
  initial: RoleForm,
  context: RoleFormContext & OtherBoxes,
): Promise<OptionsAnswer> {
  let form = initial;
  for (;;) {
    const answer = await askPick<Row>({
      title: roleFormText.titleOf(roleName(form)),
      canGoBack: true,
      placeholder: roleFormText.optionsPlaceholder(),
      items: rowsOf(form, context),
      active: (item) => item.value === 'start',
    });
    if (answer.kind === 'cancel') {
      return answer;
    }
    if (answer.kind === 'back') {
      return { kind: 'back', form };
    }
    const ready = form.roleArn !== undefined && form.sourceProfile !== undefined;
    if (answer.value === 'start' && ready) {
      return { kind: 'value', value: form };
    }
    const changed = await askRow(answer.value === 'start' ? 'source' : answer.value, form, context);
    form = changed.kind === 'value' ? { ...form, ...changed.value } : form;
  }
}

function rowsOf(form: RoleForm, context: RoleFormContext): (PickItem<Row> | PickSeparator)[] {
  const arn = parseRoleArn(form.roleArn ?? '');
  const role = arn === undefined ? '' : `${arn.name} · ${accountForReading(arn.accountId)}`;
  const known = { defaultSessionName: context.defaultSessionName(roleName(form)) };
  const option = (value: RoleOption): PickItem<Row> => ({
    label: roleOptionLabel(value),
    description: escapeIcons(roleOptionValue(value, form, known)),
    value,
  });
  return [
    {
      label: `$(play) ${roleFormText.start()}`,
      description: escapeIcons(roleFormText.startDescription(roleName(form), form.sourceProfile)),
      value: 'start',
    },
    { label: roleFormText.role(), description: escapeIcons(role), value: 'role' },
    {
      label: roleFormText.sourceProfile(),
      description: escapeIcons(form.sourceProfile ?? roleFormText.notSet()),
      value: 'source',
    },
    separator(roleFormText.askedByRole()),
    option('externalId'),
    option('mfaSerial'),
    separator(roleFormText.ofSession()),
    option('durationSeconds'),
    option('sessionName'),
    option('sourceIdentity'),
    option('tags'),
    // Only what is set can be passed on.
    ...(form.tags === undefined ? [] : [option('transitiveTagKeys')]),
    separator(roleFormText.lessThanRole()),
    option('readOnly'),
    option('inline'),
    option('arns'),
  ];
}

async function askRow(
  row: Exclude<Row, 'start'>,
  form: RoleForm,
  context: RoleFormContext & OtherBoxes,
): Promise<Answer<RoleForm>> {
  switch (row) {
    case 'role':
      return context.askRole(form);
    case 'source':
      return context.askSource(form);
    default:
      return askRoleOption(
        { title: roleFormText.titleOf(roleName(form)), canGoBack: true },
        row,
        form,
        context,
      );
  }
}

/** Asks for one thing that can be set beside the role and its source; the answer is what it changes. */
export async function askRoleOption(
  at: StepOptions,
  option: RoleOption,
  form: RoleForm,
  context: RoleFormContext,
): Promise<Answer<RoleForm>> {
  switch (option) {
    case 'externalId':
      return askLine(at, {
        prompt: t('External ID, as the role’s trust policy asks for it (empty: none)'),
        value: form.externalId,
        problem: externalIdProblem,
        read: (externalId) => ({ externalId }),
      });
    case 'mfaSerial':
      return askLine(at, {
        prompt: t('MFA device by ARN or serial number, where the role asks for a code (empty: none)'),
        placeholder: 'arn:aws:iam::111122223333:mfa/name',
        value: form.mfaSerial ?? deviceOf(context.set, form.sourceProfile),
        problem: mfaSerialProblem,
        read: (mfaSerial) => ({ mfaSerial }),
      });
    case 'durationSeconds':
      return askDuration(at, form, maxDuration(context.set, form.sourceProfile));
    case 'sessionName':
      return askLine(at, {
        prompt: t('Session name, which CloudTrail shows (empty: by the setting Role Session Name)'),
        placeholder: context.defaultSessionName(roleName(form)),
        value: form.sessionName,
        problem: sessionNameProblem,
        read: (sessionName) => ({ sessionName }),
      });
    case 'sourceIdentity':
      return askLine(at, {
        prompt: t('Source identity: who stands behind the session, through every later role (empty: none)'),
        value: form.sourceIdentity,
        problem: sourceIdentityProblem,
        read: (sourceIdentity) => ({ sourceIdentity }),
      });
    case 'tags':
      return askTags(at, form);
    case 'transitiveTagKeys':
      return askLine(at, {
        prompt: t('Keys of the tags that roles assumed from this session inherit, commas between them'),
        placeholder: form.tags?.map(({ key }) => key).join(', ') ?? '',
        value: form.transitiveTagKeys?.join(', '),
        problem: (text) => tagKeysProblem(text, form.tags ?? []),
        read: (text) => ({ transitiveTagKeys: text === undefined ? undefined : parseTagKeys(text) }),
      });
    case 'readOnly':
      // AWS allows what any of several session policies allows, so that it cannot go with others.
      return {
        kind: 'value',
        value: form.readOnly ? { readOnly: undefined } : { readOnly: true, policies: undefined },
      };
    case 'inline': {
      const answer = await askInlinePolicy(at, form.policies ?? {}, ownerOf(form.roleArn ?? ''));
      return answer.kind === 'value' ? narrowed({ ...form.policies, inline: answer.value }) : answer;
    }
    case 'arns': {
      const answer = await askPolicyArns(at, form.policies ?? {}, ownerOf(form.roleArn ?? ''));
      return answer.kind === 'value' ? narrowed({ ...form.policies, arns: answer.value }) : answer;
    }
  }
}

function narrowed({
  inline,
  arns,
}: {
  readonly [Key in keyof SessionPolicies]: SessionPolicies[Key] | undefined;
}): Answer<RoleForm> {
  const policies = orNoPolicies({
    ...(inline !== undefined && { inline }),
    ...(arns !== undefined && { arns }),
  });
  return { kind: 'value', value: policies === undefined ? { policies } : { policies, readOnly: undefined } };
}

/** One line of text, where nothing means none. */
async function askLine(
  at: StepOptions,
  line: {
    readonly prompt: string;
    readonly placeholder?: string;
    readonly value: string | undefined;
    readonly problem: (text: string) => InputProblem | undefined;
    readonly read: (text: string | undefined) => RoleForm;
  },
): Promise<Answer<RoleForm>> {
  const answer = await askText({
    ...at,
    prompt: line.prompt,
    placeholder: line.placeholder ?? '',
    value: line.value ?? '',
    validate: (text) => (text.trim() === '' ? undefined : sentenceOf(line.problem(text.trim()))),
  });
  return answer.kind === 'value'
    ? { kind: 'value', value: line.read(answer.value === '' ? undefined : answer.value) }
    : answer;
}

async function askTags(at: StepOptions, form: RoleForm): Promise<Answer<RoleForm>> {
  const answer = await askText({
    ...at,
    prompt: t('Session tags, written key=value, key=value (empty: none)'),
    placeholder: 'team=blue, stage=dev',
    value: writeTags(form.tags ?? []),
    validate: (text) => {
      const [problem] = parseTags(text).problems;
      return problem === undefined ? undefined : tagSentence(problem);
    },
  });
  if (answer.kind !== 'value') {
    return answer;
  }
  const { tags } = parseTags(answer.value);
  const kept = form.transitiveTagKeys?.filter((key) => tags.some((tag) => tag.key === key)) ?? [];
  return {
    kind: 'value',
    value: {
      tags: tags.length === 0 ? undefined : tags,
      transitiveTagKeys: kept.length === 0 ? undefined : kept,
    },
  };
}

async function askDuration(at: StepOptions, form: RoleForm, max: number): Promise<Answer<RoleForm>> {
  const { durationSeconds: seconds } = form;
  const answer = await askText({
    ...at,
    prompt:
      max === durations.maxChained
        ? t('How long? From 15m to 1h, because the source is a session itself (empty: 1h)')
        : t('How long? From 15m to 12h, as far as the role allows (empty: 1h)'),
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

/** One hour when the caller is certainly temporary itself (role chaining), twelve otherwise: then AWS decides. */
function maxDuration(set: ProfileSet, source: string | undefined): number {
  const section = set.profiles.get(source ?? '');
  const kind = section && kindOf(section);
  const lasting = kind === undefined || kind === 'staticKeys' || kind === 'process';
  const temporary = section?.properties.has('aws_session_token') === true || !lasting;
  return temporary ? durations.maxChained : durations.maxRole;
}

function deviceOf(set: ProfileSet, source: string | undefined): string | undefined {
  const section = set.profiles.get(source ?? '');
  return section && deviceOfKeys(section);
}

function roleName({ roleArn }: RoleForm): string {
  return parseRoleArn(roleArn ?? '')?.name ?? roleArn ?? '';
}

function sentenceOf(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
