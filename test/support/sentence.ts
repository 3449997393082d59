import assert from 'node:assert/strict';

/** Fails unless the text keeps the product's rules for a message (words, one sentence, nothing left unfilled). */
export function assertGoodSentence(text: string): void {
  assert.match(text, /^[\p{Lu}\p{Ll}]/u, `begins with a word: ${text}`);
  assert.doesNotMatch(text, /\.$/, `ends without a full stop: ${text}`);
  assert.doesNotMatch(text, /[.!?] \p{Lu}/u, `is one sentence: ${text}`);
  assert.doesNotMatch(text, /\{\d|undefined|NaN|\[object/, `has every part filled in: ${text}`);
  assert.doesNotMatch(
    text,
    /\b(log ?in|token|authenticate|refresh|kill)\b/i,
    `uses the product's words: ${text}`,
  );
  assert.ok(text.length <= 170, `is short: ${text}`);
}
