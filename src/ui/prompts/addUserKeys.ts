import * as vscode from 'vscode';
import { isAccessKeyId, isSecretKey, keysInCsv, longestCsv } from '../../aws/keysCsv.ts';
import type { CsvKeys } from '../../aws/keysCsv.ts';
import { profileNameProblem } from '../../aws/limits.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import { Secret } from '../../aws/secret.ts';
import { vaultIdIn } from '../../aws/vaultPointer.ts';
import type { UserKeys } from '../../aws/vaultPointer.ts';
import { keysText } from '../text/keys.ts';
import { askPick, askText } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step } from './steps.ts';
import { sentenceOf, textStep } from './textStep.ts';

/** The keys of an IAM user, and the profile that they are to have. */
export interface NewUserKeys {
  readonly name: string;
  readonly keys: UserKeys;
  readonly region: string | undefined;
  /** Set when the profile is there and leads to keys that are lost: these take their place. */
  readonly vaultId: string | undefined;
  /** They still stand on the clipboard. */
  readonly fromClipboard: boolean;
}

interface Form {
  readonly name: string;
  readonly id: string;
  /** Of what was typed; the text is never put into a box again. */
  readonly secret: Secret;
  readonly region: string;
}

/** Asks for keys, typed or as the console's CSV, and for a profile. Undefined when the person left. */
export async function askUserKeys(set: ProfileSet): Promise<NewUserKeys | undefined> {
  const way = await askPick<'clipboard' | 'file' | 'typed'>({
    title: keysText.addTitle(),
    placeholder: keysText.addPlaceholder(),
    items: [
      { label: keysText.wayClipboard(), description: keysText.wayClipboardDetail(), value: 'clipboard' },
      { label: keysText.wayFile(), description: keysText.wayFileDetail(), value: 'file' },
      { label: keysText.wayTyped(), value: 'typed' },
    ],
  });
  if (way.kind !== 'value') {
    return undefined;
  }
  if (way.value === 'typed') {
    return finish(
      set,
      await askSteps<Form>({}, [nameStep(set, ''), idStep, secretStep, regionStep()]),
      false,
    );
  }
  const text = way.value === 'clipboard' ? await vscode.env.clipboard.readText() : await textOfFile();
  const keys = text === undefined ? undefined : await chooseRow(text);
  if (keys === undefined) {
    return undefined;
  }
  const form = await askSteps<Form>({ id: keys.accessKeyId, secret: keys.secretAccessKey }, [
    nameStep(set, keys.userName ?? ''),
    regionStep(),
  ]);
  return finish(set, form, way.value === 'clipboard');
}

function finish(
  set: ProfileSet,
  form: Partial<Form> | undefined,
  fromClipboard: boolean,
): NewUserKeys | undefined {
  const { name, id, secret, region = '' } = form ?? {};
  return name === undefined || id === undefined || secret === undefined
    ? undefined
    : {
        name,
        keys: { accessKeyId: id, secretAccessKey: secret },
        region: region === '' ? undefined : region,
        vaultId: lostIdOf(set, name),
        fromClipboard,
      };
}

async function textOfFile(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: keysText.addTitle(),
      openLabel: keysText.readCsv(),
      filters: { [keysText.csvFilter()]: ['csv', 'txt'] },
    })) ?? [];
  if (!file) {
    return undefined;
  }
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    return size > longestCsv ? '' : new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    void vscode.window.showErrorMessage(keysText.unreadableCsv());
    return undefined;
  }
}

/** The keys of a CSV; of several users the one that the person picks. Undefined when there are none: it has been said. */
async function chooseRow(text: string): Promise<CsvKeys | undefined> {
  const rows = keysInCsv(text);
  const [only] = rows;
  if (only === undefined) {
    void vscode.window.showErrorMessage(keysText.noKeysInCsv());
    return undefined;
  }
  if (rows.length === 1) {
    return only;
  }
  const answer = await askPick<CsvKeys>({
    title: keysText.addTitle(),
    placeholder: keysText.whichRow(),
    items: rows.map((row) => ({
      label: row.userName ?? keysText.lastDigits(row.accessKeyId),
      description: row.userName === undefined ? '' : keysText.lastDigits(row.accessKeyId),
      value: row,
    })),
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

/** The id that a profile leads to whose keys are not there; undefined for any other profile. */
function lostIdOf(set: ProfileSet, name: string): string | undefined {
  const section = set.profiles.get(name);
  return section === undefined || section.vaultId !== undefined ? undefined : vaultIdIn(section);
}

function nameStep(set: ProfileSet, suggested: string): Step<Form> {
  // A user's name may hold what a profile's cannot; and two users may have one name in two accounts.
  const guess = suggested.replaceAll(/[^\w\-/.%@:+]/g, '-');
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title: keysText.addTitle(),
      prompt: keysText.namePrompt(),
      placeholder: 'alice',
      value: known.name ?? (set.profiles.has(guess) ? '' : guess),
      validate: (text) =>
        set.profiles.has(text.trim()) && lostIdOf(set, text.trim()) === undefined
          ? keysText.nameTaken()
          : sentenceOf(profileNameProblem(text.trim())),
    });
    return answer.kind === 'value' ? { kind: 'value', value: { name: answer.value } } : answer;
  };
}

const idStep: Step<Form> = async (known, position) => {
  const answer = await askText({
    ...position,
    title: keysText.addTitle(),
    prompt: keysText.idPrompt(),
    placeholder: 'AKIA…',
    value: known.id ?? '',
    validate: (text) => (isAccessKeyId(text.trim()) ? undefined : sentenceOf({ kind: 'notAccessKeyId' })),
  });
  return answer.kind === 'value' ? { kind: 'value', value: { id: answer.value } } : answer;
};

const secretStep: Step<Form> = async (_known, position) => {
  const answer = await askText({
    ...position,
    title: keysText.addTitle(),
    prompt: keysText.secretPrompt(),
    password: true,
    validate: (text) => (isSecretKey(text.trim()) ? undefined : keysText.notSecret()),
  });
  return answer.kind === 'value' ? { kind: 'value', value: { secret: new Secret(answer.value) } } : answer;
};

function regionStep(): Step<Form> {
  return textStep('region', {
    title: keysText.addTitle(),
    prompt: keysText.regionPrompt(),
    placeholder: 'eu-west-1',
    problem: (text) => (/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text) ? undefined : { kind: 'notRegion' }),
    optional: true,
  });
}
