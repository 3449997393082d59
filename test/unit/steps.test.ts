import assert from 'node:assert/strict';
import { askSteps, type Step } from '../../src/ui/prompts/steps.ts';

interface Form {
  readonly source: string;
  readonly role: string;
}

describe('askSteps', () => {
  it('goes back with the earlier answer kept, and forward again', async () => {
    const seen: string[] = [];
    const answers = ['a', 'back', 'b', 'r'];
    const step =
      (key: keyof Form): Step<Form> =>
      async (known, position) => {
        seen.push(
          `${position.step}/${position.totalSteps} ${key} ${known[key] ?? '-'} ${position.canGoBack}`,
        );
        const answer = answers.shift();
        return answer === 'back' ? { kind: 'back' } : { kind: 'value', value: { [key]: answer } };
      };
    assert.deepEqual(await askSteps<Form>({}, [step('source'), step('role')]), { source: 'b', role: 'r' });
    assert.deepEqual(seen, [
      '1/2 source - false',
      '2/2 role - true',
      '1/2 source a false',
      '2/2 role - true',
    ]);
  });

  it('gives nothing when the person leaves half way', async () => {
    const steps: Step<Form>[] = [
      async () => ({ kind: 'value', value: { source: 'a' } }),
      async () => ({ kind: 'cancel' }),
    ];
    assert.equal(await askSteps<Form>({}, steps), undefined);
  });
});
