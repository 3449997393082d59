import { appendProfile, setProperty } from '../../aws/edit.ts';
import { profileNameProblem, startUrlProblem } from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import type { FileRole } from '../../aws/problems.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { t } from '../text/l10n.ts';
import { askText } from './input.ts';
import { askSteps } from './steps.ts';
import { sentenceOf, textStep } from './textStep.ts';

type Edit = (file: FileRole, change: (text: string) => string) => Promise<boolean>;

interface SignInForm {
  readonly startUrl: string;
  readonly region: string;
  readonly name: string;
}

const title = (): string => t('Sign In with Identity Center');

/**
 * Writes an [sso-session] from a few answers. Returns its name, or undefined when the person left or the file could not
 * be written (`edit` has said so).
 */
export async function addSignIn(set: ProfileSet, edit: Edit): Promise<string | undefined> {
  const form = await askSteps<SignInForm>({}, [
    textStep('startUrl', {
      title: title(),
      prompt: t('The start URL, as your administrator gave it to you'),
      placeholder: 'https://acme.awsapps.com/start',
      problem: startUrlProblem,
    }),
    textStep('region', {
      title: title(),
      prompt: t('The region of this Identity Center'),
      placeholder: 'eu-west-1',
      problem: regionProblem,
    }),
    async (known, position) => {
      const answer = await askText({
        ...position,
        title: title(),
        prompt: t('What it is to be called here and in the AWS CLI'),
        value: known.name ?? suggestedName(known.startUrl ?? '', set),
        validate: (text) =>
          set.ssoSessions.has(text.trim())
            ? t('There is a sign-in of this name already')
            : sentenceOf(profileNameProblem(text.trim())),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { name: answer.value } } : answer;
    },
  ]);
  const { startUrl, region, name } = form ?? {};
  if (startUrl === undefined || region === undefined || name === undefined) {
    return undefined;
  }
  const properties = [
    ['sso_start_url', startUrl],
    ['sso_region', region],
    ['sso_registration_scopes', 'sso:account:access'],
  ] as const;
  const written = await edit('config', (text) =>
    properties.reduce((edited, [key, value]) => setProperty(edited, `sso-session ${name}`, key, value), text),
  );
  return written ? name : undefined;
}

/** A role to be written into a profile. */
export interface RoleToSave {
  readonly ssoSession: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly roleName: string;
}

/** Writes a profile for a role of Identity Center. Returns its name; undefined as in `addSignIn`. */
export async function saveRole(set: ProfileSet, role: RoleToSave, edit: Edit): Promise<string | undefined> {
  const heading = t('Save as Profile');
  const form = await askSteps<{ readonly name: string; readonly region: string }>({}, [
    async (known, position) => {
      const answer = await askText({
        ...position,
        title: heading,
        prompt: t('The profile’s name'),
        value: known.name ?? slug(`${role.accountName}-${role.roleName}`),
        validate: (text) =>
          set.profiles.has(text.trim())
            ? t('There is a profile of this name already')
            : sentenceOf(profileNameProblem(text.trim())),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { name: answer.value } } : answer;
    },
    async (known, position) => {
      const answer = await askText({
        ...position,
        title: heading,
        prompt: t('Region, if tools should use one (leave it empty otherwise)'),
        placeholder: 'eu-west-1',
        value: known.region ?? '',
        validate: (text) => (text.trim() === '' ? undefined : sentenceOf(regionProblem(text.trim()))),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { region: answer.value } } : answer;
    },
  ]);
  const { name, region } = form ?? {};
  if (name === undefined) {
    return undefined;
  }
  const properties: (readonly [string, string])[] = [
    ['sso_session', role.ssoSession],
    ['sso_account_id', role.accountId],
    ['sso_role_name', role.roleName],
    ...(region ? [['region', region] as const] : []),
  ];
  return (await edit('config', (text) => appendProfile(text, name, properties, 'config'))) ? name : undefined;
}

function regionProblem(text: string): InputProblem | undefined {
  return /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text) ? undefined : { kind: 'notRegion' };
}

/** `https://acme.awsapps.com/start` → `acme`, unless that is taken. */
function suggestedName(startUrl: string, set: ProfileSet): string {
  const host = URL.canParse(startUrl) ? new URL(startUrl).hostname : '';
  const name = slug(host.split('.')[0] ?? '') || 'sso';
  return set.ssoSessions.has(name) ? '' : name;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
