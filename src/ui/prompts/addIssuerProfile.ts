import { appendProfile } from '../../aws/edit.ts';
import { profileNameProblem, roleArnProblem } from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import type { Issuer } from '../../aws/planModel.ts';
import type { FileRole } from '../../aws/problems.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { issuerRoleProperties } from '../../aws/savedProfile.ts';
import type { IssuerRole } from '../../aws/savedProfile.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { askText } from './input.ts';
import type { Answer } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step, StepPosition } from './steps.ts';

type Edit = (file: FileRole, change: (text: string) => string) => Promise<boolean>;

/** Asks which issuer says who one is. */
export type AskIssuer = (
  position: StepPosition & { readonly title: string },
  chosen: string | undefined,
) => Promise<Answer<Issuer>>;

interface Form {
  readonly name: string;
  readonly issuer: string;
  readonly roleArn: string;
  readonly region: string;
}

/** Writes a profile whose role an issuer of the settings opens. Returns its name; undefined as in `addProfile`. */
export async function addIssuerProfile(
  set: ProfileSet,
  askIssuer: AskIssuer,
  edit: Edit,
): Promise<string | undefined> {
  const title = t('Add Profile');
  const form = await askSteps<Form>({}, [
    nameStep(set, title, ''),
    async (known, position) => {
      const answer = await askIssuer({ ...position, title }, known.issuer);
      return answer.kind === 'value' ? { kind: 'value', value: { issuer: answer.value.name } } : answer;
    },
    async (known, position) => {
      const answer = await askText({
        ...position,
        title,
        prompt: t('The ARN of the role'),
        placeholder: 'arn:aws:iam::111122223333:role/name',
        value: known.roleArn ?? '',
        validate: (text) => sentenceOf(roleArnProblem(text.trim())),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { roleArn: answer.value } } : answer;
    },
    regionStep(title),
  ]);
  const { issuer, roleArn } = form ?? {};
  return form === undefined || issuer === undefined || roleArn === undefined
    ? undefined
    : write(form, { issuer, roleArn, sessionName: undefined, durationSeconds: undefined }, edit);
}

/** Writes a profile for a role that was started without one. Returns its name; undefined as in `addProfile`. */
export async function saveIssuerRole(
  set: ProfileSet,
  role: IssuerRole & { readonly name: string },
  edit: Edit,
): Promise<string | undefined> {
  const title = t('Save as Profile');
  const form = await askSteps<Form>({}, [nameStep(set, title, role.name), regionStep(title)]);
  return form && write(form, role, edit);
}

async function write(
  { name, region = '' }: Partial<Form>,
  role: IssuerRole,
  edit: Edit,
): Promise<string | undefined> {
  if (name === undefined) {
    return undefined;
  }
  const properties = issuerRoleProperties(role, region);
  return (await edit('config', (text) => appendProfile(text, name, properties, 'config'))) ? name : undefined;
}

function nameStep(set: ProfileSet, title: string, suggested: string): Step<Form> {
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title,
      prompt: t('The profile’s name'),
      placeholder: 'prod-admin',
      value: known.name ?? (set.profiles.has(suggested) ? '' : suggested),
      validate: (text) =>
        set.profiles.has(text.trim())
          ? t('There is a profile of this name already')
          : sentenceOf(profileNameProblem(text.trim())),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { name: answer.value } } : answer;
  };
}

function regionStep(title: string): Step<Form> {
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title,
      prompt: t('Region, if tools should use one (leave it empty otherwise)'),
      placeholder: 'eu-west-1',
      value: known.region ?? '',
      validate: (text) =>
        text.trim() === '' || /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text.trim())
          ? undefined
          : inputSentence({ kind: 'notRegion' }),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { region: answer.value } } : answer;
  };
}

function sentenceOf(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
