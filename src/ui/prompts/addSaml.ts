import { appendProfile } from '../../aws/edit.ts';
import { profileNameProblem } from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import type { AssertionWay, SamlRole } from '../../aws/planModel.ts';
import type { FileRole } from '../../aws/problems.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { samlRoleProperties } from '../../aws/savedProfile.ts';
import { isLoginUrl } from '../../aws/sources/saml.ts';
import { listenerAddress } from '../../signIn/samlListener.ts';
import { samlListenerPort } from '../settings.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { wayLook } from '../text/saml.ts';
import { askPick, askText } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step } from './steps.ts';

type Edit = (file: FileRole, change: (text: string) => string) => Promise<boolean>;

interface SamlForm {
  readonly name: string;
  readonly way: AssertionWay;
  /** The page or the command; empty for a paste without a page. */
  readonly from: string;
  readonly region: string;
}

const ways: readonly AssertionWay[] = ['browser', 'listener', 'process', 'paste'];

/**
 * Writes a SAML profile from a few answers; its role is picked at each start. Returns its name, or undefined when the
 * person left or the file could not be written (`edit` has said so).
 */
export async function addSaml(set: ProfileSet, edit: Edit): Promise<string | undefined> {
  const title = t('Add Profile');
  const form = await askSteps<SamlForm>({}, [
    nameStep(set, title),
    async (known, position) => {
      const answer = await askPick<AssertionWay>({
        ...position,
        title,
        placeholder: t('How do you sign in at your identity provider?'),
        items: ways.map((way) => ({ ...wayLook(way, listenerAddress(samlListenerPort())), value: way })),
        active: (item) => item.value === known.way,
      });
      return answer.kind === 'value' ? { kind: 'value', value: { way: answer.value } } : answer;
    },
    async (known, position) => {
      const { way } = known;
      const command = way === 'process';
      const answer = await askText({
        ...position,
        title,
        prompt: fromPrompt(way),
        placeholder: command ? 'get-saml-response --user alice' : 'https://idp.example.com/app/aws/sso/saml',
        value: known.from ?? '',
        validate: (text) => fromProblem(way, text.trim()),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { from: answer.value } } : answer;
    },
    regionStep(title),
  ]);
  const { name, way, from = '', region = '' } = form ?? {};
  if (name === undefined || way === undefined) {
    return undefined;
  }
  const properties: (readonly [string, string])[] = [
    ...(from === '' ? [] : [[way === 'process' ? 'saml_process' : 'saml_login_url', from] as const]),
    // The browser is what is taken anyway, and where none can be opened the next way is.
    ...(way === 'listener' || way === 'paste' ? [['saml_method', way] as const] : []),
    ...(region === '' ? [] : [['region', region] as const]),
  ];
  return (await edit('config', (text) => appendProfile(text, name, properties, 'config'))) ? name : undefined;
}

function fromPrompt(way: AssertionWay | undefined): string {
  switch (way) {
    case 'process':
      return t('The command that prints the SAML response (it is run without a shell)');
    case 'paste':
      return t(
        'The page where you sign in for AWS, if it is to be opened for you (leave it empty otherwise)',
      );
    default:
      return t('The page where you sign in for AWS, as your identity provider’s portal links to it');
  }
}

function fromProblem(way: AssertionWay | undefined, text: string): string | undefined {
  if (text === '') {
    return way === 'paste' ? undefined : inputSentence({ kind: 'empty' });
  }
  // It has no white space, without which neither # nor ; begins a comment: many a portal has its pages behind a #.
  if (way === 'process' || isLoginUrl(text)) {
    return undefined;
  }
  return t('This needs to be an https URL');
}

/** Writes a profile for a role of an assertion. Returns its name; undefined as in `addSaml`. */
export async function saveSamlRole(
  set: ProfileSet,
  role: SamlRole & { readonly profile: string; readonly name: string },
  edit: Edit,
): Promise<string | undefined> {
  const title = t('Save as Profile');
  const source = set.profiles.get(role.profile);
  const form = await askSteps<Pick<SamlForm, 'name' | 'region'>>(
    { region: source?.properties.get('region')?.value ?? '' },
    [nameStep(set, title, suggestedName(role.name, set)), regionStep(title)],
  );
  const { name, region = '' } = form ?? {};
  if (name === undefined) {
    return undefined;
  }
  const properties = samlRoleProperties(source, role, region);
  return (await edit('config', (text) => appendProfile(text, name, properties, 'config'))) ? name : undefined;
}

function nameStep<T extends { readonly name: string }>(
  set: ProfileSet,
  title: string,
  suggested = '',
): Step<T> {
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title,
      prompt: t('The profile’s name'),
      placeholder: 'corp',
      value: known.name ?? suggested,
      validate: (text) =>
        set.profiles.has(text.trim())
          ? t('There is a profile of this name already')
          : sentence(profileNameProblem(text.trim())),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { ...known, name: answer.value } } : answer;
  };
}

function regionStep<T extends { readonly region: string }>(title: string): Step<T> {
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title,
      prompt: t('Region, if tools should use one (leave it empty otherwise)'),
      placeholder: 'eu-west-1',
      value: known.region ?? '',
      validate: (text) => (text.trim() === '' ? undefined : sentence(regionProblem(text.trim()))),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { ...known, region: answer.value } } : answer;
  };
}

function regionProblem(text: string): InputProblem | undefined {
  return /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text) ? undefined : { kind: 'notRegion' };
}

/** `1111-2222-3333/Admin` → `1111-2222-3333-admin`, unless that is taken. */
function suggestedName(name: string, set: ProfileSet): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return set.profiles.has(slug) ? '' : slug;
}

function sentence(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
