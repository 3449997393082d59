import assert from 'node:assert/strict';
import { keysInCsv } from '../../src/aws/keysCsv.ts';

const id = 'AKIAEXAMPLEALICE0001';
const secret = 'EXAMPLEKEY/alice/0123456789abcdefghijklm';
const older = 'User name,Password,Access key ID,Secret access key,Console login link';

/** What was read, as plain texts. */
function read(text: string): (string | undefined)[][] {
  return keysInCsv(text).map(({ userName, accessKeyId, secretAccessKey }) => [
    userName,
    accessKeyId,
    secretAccessKey.reveal(),
  ]);
}

describe('a CSV of the console', () => {
  const texts: Readonly<Record<string, string>> = {
    'as the console gives it': `\ufeffAccess key ID,Secret access key\r\n${id},${secret}\r\n`,
    'without a mark and an end': `Access key ID,Secret access key\n${id},${secret}`,
    'in quotes': `"Access key ID","Secret access key"\n"${id}","${secret}"\n`,
    'the other way round': `Secret access key,Access key ID\n${secret},${id}\n`,
    'in another case, with blanks': ` ACCESS KEY ID , secret access key \n ${id} , ${secret} \n\n`,
    'out of a spreadsheet': `Access key ID\tSecret access key\n${id}\t${secret}\n`,
    'the two values alone': `${id},${secret}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    it(`is read ${name}`, () => assert.deepEqual(read(text), [[undefined, id, secret]]));
  }

  it('is read in its older form, with every user in it', () => {
    const rows = `alice,,${id},${secret},https://x\n"bob, the builder",,AKIAEXAMPLEBOB000001,EXAMPLEKEY/bob/0123456789abcdefghijklmno,https://x\n`;
    assert.deepEqual(read(`${older}\n${rows}`), [
      ['alice', id, secret],
      ['bob, the builder', 'AKIAEXAMPLEBOB000001', 'EXAMPLEKEY/bob/0123456789abcdefghijklmno'],
    ]);
    assert.deepEqual(read(`${older}\nalice,pw,,,https://x\n`), [], 'a user without keys');
  });

  it('gives nothing where there are no keys', () => {
    for (const text of [
      '',
      '\ufeff',
      'hello',
      'Access key ID,Secret access key\n',
      `Access key ID,Secret access key\n${id}\n`,
      `Access key ID,Secret access key\n${id},"EXAMPLE\nKEY/alice/0123456789abcdefghijklmn"\n`,
      `${id},too-short`,
      `${secret},${id}`,
      `${id},${secret},more`,
      `"unclosed,${id}\n`,
      'x,'.repeat(60_000),
    ]) {
      assert.deepEqual(read(text), [], text.slice(0, 60));
    }
  });

  it('shows no secret by accident', () => {
    assert.ok(!JSON.stringify(keysInCsv(`${id},${secret}`)).includes(secret));
  });
});
