import assert from 'node:assert/strict';
import * as limits from '../../src/aws/limits.ts';
import { partitions } from '../../src/aws/partitions.ts';

type Check = (text: string) => limits.InputProblem | undefined;

/** Each text beside what is wrong with it: nothing, or the kind and its details. */
function table(
  check: Check,
  rows: readonly (readonly [text: string, problem: limits.InputProblem | undefined])[],
): void {
  for (const [text, problem] of rows) {
    assert.deepEqual(check(text), problem, `${text.slice(0, 60)} (${text.length} characters)`);
  }
}

describe('limits of typed input', () => {
  it('role ARN, of every partition', () => {
    for (const { id } of partitions) {
      table(limits.roleArnProblem, [[`arn:${id}:iam::111122223333:role/team/A`, undefined]]);
    }
    table(limits.roleArnProblem, [
      ['', { kind: 'empty' }],
      ['Admin', { kind: 'notRoleArn' }],
      ['arn:aws:iam::111122223333:user/alice', { kind: 'notRoleArn' }],
      ['arn:aws:sts::111122223333:assumed-role/A/alice', { kind: 'assumedRoleArn' }],
      ['arn:aws:iam::1111:role/A', { kind: 'badAccount' }],
      ['arn:aws-moon:iam::111122223333:role/A', { kind: 'unknownPartition', partition: 'aws-moon' }],
      [`arn:aws:iam::111122223333:role/${'a'.repeat(2048)}`, { kind: 'tooLong', max: 2048 }],
    ]);
  });

  it('external ID', () => {
    table(limits.externalIdProblem, [
      ['a:b/c+=,.@-_9', undefined],
      ['x'.repeat(1224), undefined],
      ['', { kind: 'empty' }],
      ['x', { kind: 'tooShort', min: 2 }],
      ['x'.repeat(1225), { kind: 'tooLong', max: 1224 }],
      ['a b', { kind: 'badCharacter', character: ' ' }],
      ['a😀', { kind: 'badCharacter', character: '😀' }],
      ['é', { kind: 'badCharacter', character: 'é' }],
    ]);
  });

  it('session name', () => {
    table(limits.sessionNameProblem, [
      ['al', undefined],
      ['x'.repeat(64), undefined],
      ['x'.repeat(65), { kind: 'tooLong', max: 64 }],
      ['x', { kind: 'tooShort', min: 2 }],
      ['a:b', { kind: 'badCharacter', character: ':' }],
    ]);
  });

  it('a session name made from anything is one', () => {
    for (const text of ['', 'x', 'é', 'DOMAIN\\jürgen von', 'a'.repeat(200), '😀', 'alice@example.com']) {
      assert.equal(limits.sessionNameProblem(limits.toSessionName(text)), undefined, text);
    }
    assert.equal(limits.toSessionName('alice@example.com'), 'alice@example.com');
  });

  it('MFA serial, virtual and hardware', () => {
    table(limits.mfaSerialProblem, [
      ['arn:aws:iam::111122223333:mfa/alice', undefined],
      ['GAHT12345678', undefined],
      ['', { kind: 'empty' }],
      ['12345678', { kind: 'tooShort', min: 9 }],
      ['arn:aws:iam::111122223333:user/alice', { kind: 'mfaSerialIsUser' }],
      ['arn:aws-cn:iam::111122223333:user/a/b', { kind: 'mfaSerialIsUser' }],
      ['arn:aws:iam::111122223333:u2f/user/alice/key-ABC', { kind: 'mfaSerialIsSecurityKey' }],
      ['GAHT 12345678', { kind: 'badCharacter', character: ' ' }],
      ['x'.repeat(257), { kind: 'tooLong', max: 256 }],
    ]);
  });

  it('MFA code', () => {
    for (const text of ['', '12345', '1234567', '12345x', ' 123456', '123 456', '１２３４５６', '123456\n']) {
      table(limits.mfaCodeProblem, [[text, { kind: 'notSixDigits' }]]);
    }
    table(limits.mfaCodeProblem, [['000000', undefined]]);
  });

  it('profile name', () => {
    table(limits.profileNameProblem, [
      ['prod-admin_1/eu.west%@:+', undefined],
      ['', { kind: 'empty' }],
      ['my profile', { kind: 'badCharacter', character: ' ' }],
      ['a]b', { kind: 'badCharacter', character: ']' }],
      ['a\nb', { kind: 'badCharacter', character: '\n' }],
      ['x'.repeat(257), { kind: 'tooLong', max: 256 }],
    ]);
  });

  it('duration', () => {
    for (const [text, seconds] of [
      ['3600', 3600],
      [' 900 ', 900],
      ['1h', 3600],
      ['90m', 5400],
      ['90 min', 5400],
      ['1h 30m', 5400],
      ['1h30m15s', 5415],
      ['12 H', 43_200],
      ['0', 0],
    ] as const) {
      assert.equal(limits.parseDuration(text), seconds, text);
    }
    for (const text of ['', ' ', 'h', '1.5h', '-1h', '30m 1h', '1d', '1h x', '9'.repeat(20)]) {
      assert.equal(limits.parseDuration(text), undefined, text);
    }
    const check: Check = (text) => limits.durationProblem(text, 900, 43_200);
    table(check, [
      ['15m', undefined],
      ['12h', undefined],
      [' ', { kind: 'empty' }],
      ['soon', { kind: 'notDuration' }],
      ['14m', { kind: 'outOfRange', min: 900, max: 43_200 }],
      ['12h 1s', { kind: 'outOfRange', min: 900, max: 43_200 }],
    ]);
  });
});
