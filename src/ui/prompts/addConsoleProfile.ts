import { appendProfile } from '../../aws/edit.ts';
import { profileNameProblem } from '../../aws/limits.ts';
import type { FileRole } from '../../aws/problems.ts';
import { kindOf } from '../../aws/profiles.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { consoleText } from '../text/console.ts';
import { inputSentence } from '../text/input.ts';
import { kindLook } from '../text/kinds.ts';
import { t } from '../text/l10n.ts';
import { askText } from './input.ts';
import { askSteps } from './steps.ts';

/** What making a profile of a console sign-in takes. */
export interface ConsoleProfileParts {
  /** False when the file could not be written; says so itself. */
  edit(this: void, file: FileRole, change: (text: string) => string): Promise<boolean>;
  /** Has the person sign in; the ARN of who they are, or undefined: they have been told why not. */
  signIn(this: void, name: string, region: string): Promise<string | undefined>;
}

/** Where AWS signs in whoever names no region: what the AWS CLI offers. */
const usualRegion = 'us-east-1';

/**
 * Asks for name and region, has the person sign in, and writes a profile for who they are. A profile that has credentials
 * already is not touched, as in the AWS CLI: they would still come first. Returns its name; undefined when they left.
 */
export async function addConsoleProfile(
  set: ProfileSet,
  { edit, signIn }: ConsoleProfileParts,
): Promise<string | undefined> {
  const title = t('Add Profile');
  const form = await askSteps<{ readonly name: string; readonly region: string }>({}, [
    async (known, position) => {
      const answer = await askText({
        ...position,
        title,
        prompt: t('The profile’s name'),
        placeholder: 'my-console',
        value: known.name ?? (set.profiles.size === 0 ? 'default' : ''),
        validate: (text) => nameProblem(set, text.trim()),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { name: answer.value } } : answer;
    },
    async (known, position) => {
      const answer = await askText({
        ...position,
        title,
        prompt: t('Region to sign in at, which tools use too'),
        placeholder: usualRegion,
        value:
          known.region ?? set.profiles.get(known.name ?? '')?.properties.get('region')?.value ?? usualRegion,
        validate: (text) =>
          /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text.trim()) ? undefined : inputSentence({ kind: 'notRegion' }),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { region: answer.value } } : answer;
    },
  ]);
  const { name, region } = form ?? {};
  if (name === undefined || region === undefined) {
    return undefined;
  }
  const arn = await signIn(name, region);
  if (arn === undefined) {
    return undefined;
  }
  const properties = [
    ['login_session', arn],
    ['region', region],
  ] as const;
  return (await edit('config', (text) => appendProfile(text, name, properties, 'config'))) ? name : undefined;
}

function nameProblem(set: ProfileSet, name: string): string | undefined {
  const section = set.profiles.get(name);
  const kind = section && kindOf(section);
  if (kind !== undefined && kind !== 'none') {
    return consoleText.taken(kindLook(kind).word);
  }
  const problem = profileNameProblem(name);
  return problem === undefined ? undefined : inputSentence(problem);
}
