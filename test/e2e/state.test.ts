import assert from 'node:assert/strict';
import { setStage } from '../support/stage.ts';

describe('the editor’s global state', () => {
  const stage = setStage();

  it('keeps every change that is made while others are on their way, which it does not by itself', async () => {
    const { alone, ordered } = await (await stage().page.companion).ask('rushState', { count: 200 });
    assert.equal(ordered, 200);
    // Should VS Code mend it, OrderedState has nothing left to do and goes.
    assert.ok(alone < 200, `VS Code lost none of ${String(alone)}`);
  });
});
