import type { Effects, MfaQuestion } from '../../aws/effects.ts';
import { Secret } from '../../aws/secret.ts';
import { mfaPromptText } from '../text/prompts.ts';
import { askText } from './input.ts';
import { OpenBoxes } from './openBoxes.ts';

/** The prompt for MFA codes. */
export interface MfaPrompt {
  readonly ask: Effects['askMfa'];
  /** True while a box is open. */
  isAsking(): boolean;
}

/**
 * Asks for MFA codes, one box at a time: a second caller waits until the first box is gone, so that no box ever
 * replaces another that somebody is typing into.
 */
export function createMfaPrompt(): MfaPrompt {
  let last: Promise<unknown> = Promise.resolve();
  const boxes = new OpenBoxes();
  return {
    isAsking: () => boxes.any,
    ask: (question, signal) => {
      const turn = last.then(() => boxes.counted(() => askCode(question, signal)));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function askCode(question: MfaQuestion, signal: AbortSignal): Promise<Secret | undefined> {
  const text = mfaPromptText(question);
  const answer = await askText({
    title: text.title,
    prompt: text.prompt,
    placeholder: text.placeholder,
    // Hidden, as the AWS CLI asks for it: a browser that shows VS Code writes what stands in other boxes into the file
    // that restores its tabs (form state in Chromium's Sessions folder).
    password: true,
    ...(text.error !== undefined && { error: text.error }),
    validate: (code) => (/^\d{6}$/.test(code.replaceAll(' ', '')) ? undefined : text.invalid),
    signal,
  });
  // Authenticators show “123 456”, and people copy it as it stands.
  return answer.kind === 'value' ? new Secret(answer.value.replaceAll(' ', '')) : undefined;
}
