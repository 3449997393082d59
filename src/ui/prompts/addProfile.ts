import { appendProfile } from '../../aws/edit.ts';
import { mfaSerialProblem, profileNameProblem, roleArnProblem } from '../../aws/limits.ts';
import type { FileRole } from '../../aws/problems.ts';
import { kindOf } from '../../aws/profiles.ts';
import type { ProfileSet, Section } from '../../aws/profiles.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { addSaml } from './addSaml.ts';
import { addIssuerProfile } from './addIssuerProfile.ts';
import type { AskIssuer } from './addIssuerProfile.ts';
import { askPick, askText } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step } from './steps.ts';
import { sentenceOf, textStep } from './textStep.ts';

type Edit = (file: FileRole, change: (text: string) => string) => Promise<boolean>;

const title = (): string => t('Add Profile');

/** What making a profile takes. */
export interface AddProfileParts {
  readonly edit: Edit;
  readonly askIssuer: AskIssuer;
  /** Makes one of a console sign-in (`aws login`). */
  fromConsole(this: void): Promise<string | undefined>;
}

/**
 * Writes a new profile from a few answers: a role that another profile assumes, an IAM user's access keys, a SAML or a
 * console sign-in, or a role that an issuer opens. Returns its name, or undefined when the person left or the file could
 * not be written (`edit` has said so).
 */
export async function addProfile(
  set: ProfileSet,
  { edit, askIssuer, fromConsole }: AddProfileParts,
): Promise<string | undefined> {
  const hasSources = [...set.profiles.values()].some(isSource);
  const kind = await askPick<'role' | 'keys' | 'saml' | 'issuer' | 'console'>({
    title: title(),
    placeholder: t('What kind of profile?'),
    items: [
      ...(hasSources
        ? [
            {
              label: t('$(shield) A role'),
              description: t('assumed from a profile that you have'),
              value: 'role' as const,
            },
          ]
        : []),
      { label: t('$(key) An IAM user'), description: t('with access keys'), value: 'keys' },
      {
        label: t('$(globe) A SAML sign-in'),
        description: t('at the identity provider of your company'),
        value: 'saml',
      },
      {
        label: t('$(globe) A web identity'),
        description: t('a role for which you sign in at an OpenID Connect issuer'),
        value: 'issuer',
      },
      {
        label: t('$(account) A console sign-in'),
        description: t('with your browser, as aws login does'),
        value: 'console',
      },
    ],
  });
  if (kind.kind !== 'value') {
    return undefined;
  }
  switch (kind.value) {
    case 'role':
      return addRole(set, edit);
    case 'keys':
      return addKeys(set, edit);
    case 'saml':
      return addSaml(set, edit);
    case 'issuer':
      return addIssuerProfile(set, askIssuer, edit);
    case 'console':
      return fromConsole();
  }
}

/** True for a profile whose credentials may assume a role. */
function isSource(section: Section): boolean {
  return ['staticKeys', 'role', 'login'].includes(kindOf(section));
}

/** What the new profile will hold, under the keys of the shared files; '' leaves a key out. */
type Form = Readonly<
  Record<
    | 'name'
    | 'role_arn'
    | 'source_profile'
    | 'aws_access_key_id'
    | 'aws_secret_access_key'
    | 'mfa_serial'
    | 'region',
    string
  >
>;

async function addRole(set: ProfileSet, edit: Edit): Promise<string | undefined> {
  const form = await askSteps<Form>({}, [
    nameStep(set),
    textStep('role_arn', {
      title: title(),
      prompt: t('The ARN of the role'),
      placeholder: 'arn:aws:iam::111122223333:role/name',
      problem: roleArnProblem,
    }),
    async (known, position) => {
      const answer = await askPick<string>({
        ...position,
        title: title(),
        placeholder: t('Whose credentials assume it?'),
        items: [...set.profiles.values()]
          .filter(isSource)
          .map((section) => ({ label: section.name, value: section.name })),
        active: (item) => item.value === known.source_profile,
      });
      return answer.kind === 'value' ? { kind: 'value', value: { source_profile: answer.value } } : answer;
    },
    textStep('mfa_serial', {
      title: title(),
      prompt: t('MFA device, if the role asks for a code (leave it empty otherwise)'),
      placeholder: 'arn:aws:iam::111122223333:mfa/name',
      problem: mfaSerialProblem,
      optional: true,
    }),
    regionStep(),
  ]);
  return form?.name !== undefined && (await write(form, edit, 'config')) ? form.name : undefined;
}

async function addKeys(set: ProfileSet, edit: Edit): Promise<string | undefined> {
  const form = await askSteps<Form>({}, [
    nameStep(set),
    textStep('aws_access_key_id', {
      title: title(),
      prompt: t('Access key ID'),
      placeholder: 'AKIA…',
      problem: (text) => (/^\w{16,128}$/.test(text) ? undefined : { kind: 'notAccessKeyId' }),
    }),
    async (_known, position) => {
      const answer = await askText({
        ...position,
        title: title(),
        prompt: t(
          'Secret access key (it is written to the credentials file, where the AWS CLI keeps it too)',
        ),
        password: true,
        validate: (text) => (text.trim() === '' ? inputSentence({ kind: 'empty' }) : undefined),
      });
      return answer.kind === 'value'
        ? { kind: 'value', value: { aws_secret_access_key: answer.value } }
        : answer;
    },
    textStep('mfa_serial', {
      title: title(),
      prompt: t('MFA device of this user (leave it empty if there is none)'),
      placeholder: 'arn:aws:iam::111122223333:mfa/name',
      problem: mfaSerialProblem,
      optional: true,
    }),
    regionStep(),
  ]);
  if (form?.name === undefined) {
    return undefined;
  }
  const { aws_access_key_id, aws_secret_access_key, ...rest } = form;
  const keys = { name: form.name, aws_access_key_id, aws_secret_access_key };
  const written = (await write(keys, edit, 'credentials')) && (await write(rest, edit, 'config'));
  return written ? form.name : undefined;
}

function nameStep(set: ProfileSet): Step<Form> {
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title: title(),
      prompt: t('The profile’s name'),
      placeholder: 'prod-admin',
      value: known.name ?? (set.profiles.size === 0 ? 'default' : ''),
      validate: (text) =>
        set.profiles.has(text.trim())
          ? t('There is a profile of this name already')
          : sentenceOf(profileNameProblem(text.trim())),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { name: answer.value } } : answer;
  };
}

function regionStep(): Step<Form> {
  return textStep('region', {
    title: title(),
    prompt: t('Region, if tools should use one (leave it empty otherwise)'),
    placeholder: 'eu-west-1',
    problem: (text) => (/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text) ? undefined : { kind: 'notRegion' }),
    optional: true,
  });
}

async function write(
  { name, ...properties }: Record<string, string | undefined>,
  edit: Edit,
  file: FileRole,
): Promise<boolean> {
  const filled = Object.entries(properties).flatMap(([key, value]) => (value ? [[key, value] as const] : []));
  if (name === undefined || (filled.length === 0 && file === 'config')) {
    return true;
  }
  return edit(file, (text) => appendProfile(text, name, filled, file));
}
