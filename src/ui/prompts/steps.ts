import type { Answer } from './input.ts';

/** One question of a series: reads what is known so far, and says what it adds. */
export type Step<T> = (known: Partial<T>, position: StepPosition) => Promise<Answer<Partial<T>>>;

/** What a box needs to show where it stands. */
export interface StepPosition {
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

/**
 * Asks a series of questions; back goes to the one before with its answer kept. Returns everything together, or
 * undefined when the person left.
 */
export async function askSteps<T>(
  initial: Partial<T>,
  steps: readonly Step<T>[],
): Promise<Partial<T> | undefined> {
  let known = initial;
  let index = 0;
  while (index < steps.length) {
    const step = steps[index];
    if (!step) {
      break;
    }
    const answer = await step(known, { step: index + 1, totalSteps: steps.length, canGoBack: index > 0 });
    if (answer.kind === 'cancel') {
      return undefined;
    }
    if (answer.kind === 'back') {
      index = Math.max(0, index - 1);
    } else {
      known = { ...known, ...answer.value };
      index += 1;
    }
  }
  return known;
}
