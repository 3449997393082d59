import { durationProblem, durations, federatedNameProblem, parseDuration } from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import { awsPolicyArn, isReadOnlyPolicy, orNoPolicies, readOnlyPolicyArn } from '../../aws/policies.ts';
import type { PolicyOwner } from '../../aws/policies.ts';
import type { SessionPolicies, SessionRequest } from '../../aws/planModel.ts';
import { durationWords, inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { arnWords, inlineWords } from '../text/roleForm.ts';
import { askPick, askText } from './input.ts';
import type { Answer, StepOptions } from './input.ts';
import { askInlinePolicy, askPolicyArns } from './sessionPolicy.ts';
import { askSteps } from './steps.ts';

type FederationRequest = Extract<SessionRequest, { kind: 'federation' }>;

interface FederationForm {
  readonly userName: string;
  readonly policies: SessionPolicies | undefined;
  readonly durationSeconds: number;
}

/** What the session may be given: a policy of AWS's, some of one's own, or nothing. */
type Choice = 'readOnly' | 'administrator' | 'arns' | 'inline' | 'none';

/** AWS's policy that allows everything; the session still has no more than the user has. */
const administrator = 'AdministratorAccess';

const title = (profile: string): string => t('Federation Session from {0}', profile);

/**
 * Asks for the federated user's name, what the session may do, and for how long. `known` fills in what was answered
 * before. Returns undefined when the person left.
 */
export async function askFederation(
  profile: string,
  owner: PolicyOwner,
  known: { readonly userName: string } & Partial<FederationRequest>,
): Promise<FederationRequest | undefined> {
  const initial: Partial<FederationForm> = {
    userName: known.userName,
    ...(known.policies && { policies: known.policies }),
    ...(known.durationSeconds !== undefined && { durationSeconds: known.durationSeconds }),
  };
  const form = await askSteps<FederationForm>(initial, [
    async ({ userName }, position) => {
      const answer = await askText({
        ...position,
        title: title(profile),
        prompt: t('Name of the federated user, which CloudTrail shows'),
        value: userName ?? '',
        validate: (text) => sentenceOf(federatedNameProblem(text.trim())),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { userName: answer.value } } : answer;
    },
    (form, position) => askPolicies({ ...position, title: title(profile) }, form.policies, owner),
    async ({ durationSeconds }, position) => {
      const answer = await askText({
        ...position,
        title: title(profile),
        prompt: t('How long? From 15m to 36h, with the keys of a root user at most 1h'),
        value: durationWords(durationSeconds ?? durations.maxRole),
        validate: (text) =>
          sentenceOf(durationProblem(text.trim(), durations.min, durations.maxSessionToken)),
      });
      const seconds = answer.kind === 'value' ? parseDuration(answer.value) : undefined;
      return answer.kind === 'value'
        ? { kind: 'value', value: seconds === undefined ? {} : { durationSeconds: seconds } }
        : answer;
    },
  ]);
  if (form?.userName === undefined) {
    return undefined;
  }
  const { userName, policies, durationSeconds } = form;
  return {
    kind: 'federation',
    profile,
    userName,
    durationSeconds,
    ...(policies !== undefined && { policies }),
  };
}

/** The policies, chosen from a list; a box for those of one's own leads back to the list. */
async function askPolicies(
  at: StepOptions,
  known: SessionPolicies | undefined,
  owner: PolicyOwner,
): Promise<Answer<Partial<FederationForm>>> {
  for (;;) {
    const answer = await askPick<Choice>({
      ...at,
      placeholder: t('What may it do? Never more than the user, no IAM, in STS only GetCallerIdentity'),
      items: choices(known),
      active: (item) => item.value === choiceOf(known),
    });
    if (answer.kind !== 'value') {
      return answer;
    }
    const { partition } = owner;
    const box = { ...at, canGoBack: true };
    switch (answer.value) {
      case 'readOnly':
        return policies({ arns: [readOnlyPolicyArn(partition)] });
      case 'administrator':
        return policies({ arns: [awsPolicyArn(partition, administrator)] });
      case 'none':
        return policies({});
      case 'arns': {
        const arns = await askPolicyArns(box, { arns: known?.arns ?? [] }, owner);
        if (arns.kind === 'cancel') {
          return arns;
        }
        if (arns.kind === 'value' && arns.value !== undefined) {
          return policies({ arns: arns.value });
        }
        break;
      }
      case 'inline': {
        const inline = await askInlinePolicy(box, {}, owner);
        if (inline.kind === 'cancel') {
          return inline;
        }
        if (inline.kind === 'value' && inline.value !== undefined) {
          return policies({ inline: inline.value });
        }
        break;
      }
    }
  }
}

function choices(known: SessionPolicies | undefined) {
  const chosen = choiceOf(known);
  return [
    {
      label: 'ReadOnlyAccess',
      description: t('reads whatever the user may read, data too'),
      value: 'readOnly',
    },
    { label: administrator, description: t('all that the user may do otherwise'), value: 'administrator' },
    {
      label: t('Other managed policies…'),
      description: chosen === 'arns' ? arnWords(known?.arns ?? []) : t('up to ten, by ARN or by AWS’s name'),
      value: 'arns',
    },
    {
      label: t('A policy of your own…'),
      description:
        chosen === 'inline'
          ? inlineWords(known?.inline ?? '')
          : t('from the clipboard, the editor or a file'),
      value: 'inline',
    },
    {
      label: t('No policy'),
      description: t('it may do nothing, but for what a resource’s own policy grants it'),
      value: 'none',
    },
  ] satisfies { label: string; description: string; value: Choice }[];
}

function choiceOf(known: SessionPolicies | undefined): Choice {
  const [first, second] = known?.arns ?? [];
  if (known?.inline !== undefined) {
    return 'inline';
  }
  if (first === undefined || (second === undefined && isReadOnlyPolicy(first))) {
    return 'readOnly';
  }
  return second === undefined && first.endsWith(`:aws:policy/${administrator}`) ? 'administrator' : 'arns';
}

function policies(given: SessionPolicies): Answer<Partial<FederationForm>> {
  return { kind: 'value', value: { policies: orNoPolicies(given) } };
}

function sentenceOf(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
