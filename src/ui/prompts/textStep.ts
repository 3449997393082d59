import type { InputProblem } from '../../aws/limits.ts';
import { inputSentence } from '../text/input.ts';
import { askText } from './input.ts';
import type { Step } from './steps.ts';

/** A question whose answer is a line of text. */
export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  /** What is wrong with an answer; undefined when nothing is. */
  readonly problem: (text: string) => InputProblem | undefined;
  /** An empty answer is one, too. */
  readonly optional?: boolean;
}

/** A step that asks for a line of text and keeps it under `key`; what was answered before stands in the box. */
export function textStep<Key extends string>(
  key: Key,
  { title, prompt, placeholder, problem, optional = false }: TextQuestion,
): Step<Record<Key, string>> {
  return async (known, position) => {
    const answer = await askText({
      ...position,
      title,
      prompt,
      placeholder,
      value: known[key] ?? '',
      validate: (text) => (optional && text.trim() === '' ? undefined : sentenceOf(problem(text.trim()))),
    });
    const form: Partial<Record<string, string>> = {};
    if (answer.kind === 'value') {
      form[key] = answer.value;
    }
    return answer.kind === 'value' ? { kind: 'value', value: form } : answer;
  };
}

/** The sentence for what is wrong; undefined when nothing is. */
export function sentenceOf(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
