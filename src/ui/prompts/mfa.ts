import type { Effects, MfaQuestion } from '../../aws/effects.ts';
import { Secret } from '../../aws/secret.ts';
import { mfaPromptText } from '../text/prompts.ts';
import { askText } from './input.ts';

/**
 * Asks for MFA codes, one box at a time: a second caller waits until the first box is gone, so that no box ever
 * replaces another that somebody is typing into.
 */
export function createMfaPrompt(): Effects['askMfa'] {
  let last: Promise<unknown> = Promise.resolve();
  return (question, signal) => {
    const turn = last.then(() => askCode(question, signal));
    last = turn;
    return turn;
  };
}

async function askCode(question: MfaQuestion, signal: AbortSignal): Promise<Secret | undefined> {
  const text = mfaPromptText(question);
  const answer = await askText({
    title: text.title,
    prompt: text.prompt,
    placeholder: text.placeholder,
    ...(text.error !== undefined && { error: text.error }),
    validate: (code) => (/^\d{6}$/.test(code.replaceAll(' ', '')) ? undefined : text.invalid),
    signal,
  });
  // Authenticators show “123 456”, and people copy it as it stands.
  return answer.kind === 'value' ? new Secret(answer.value.replaceAll(' ', '')) : undefined;
}
