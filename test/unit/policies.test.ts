import assert from 'node:assert/strict';
import type { PolicyProblem } from '../../src/aws/policies.ts';
import {
  compactPolicy,
  orNoPolicies,
  parsePolicyArns,
  policiesProblem,
  readOnlyPolicyArn,
  statementCount,
} from '../../src/aws/policies.ts';
import { policySentence, policyText, readOnlyHindranceSentence } from '../../src/ui/text/policies.ts';
import type { ReadOnlyHindrance } from '../../src/aws/readOnly.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const owner = { partition: 'aws', accountId: '111122223333' };
const policy = (statement: unknown): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statement });
const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const own = (name: string): string => `arn:aws:iam::111122223333:policy/${name}`;

describe('session policies', () => {
  const good: readonly (readonly [string, Parameters<typeof policiesProblem>[0]])[] = [
    ['one statement by itself', { inline: policy(allow) }],
    ['a list', { inline: policy([allow, { Effect: 'Deny', NotAction: ['s3:*'], NotResource: ['x'] }]) }],
    ['without a Version', { inline: JSON.stringify({ Statement: allow }) }],
    [
      'line breaks, tabs and Latin letters',
      { inline: `{\r\n\t"Id": "é", "Statement": ${JSON.stringify(allow)}}` },
    ],
    ['ten ARNs', { arns: Array.from({ length: 10 }, (_, index) => own(`p${index}`)) }],
    ['AWS’s own, with a path', { arns: ['arn:aws:iam::aws:policy/job-function/ViewOnlyAccess'] }],
    ['both', { inline: policy(allow), arns: [own('team/x')] }],
  ];
  for (const [title, policies] of good) {
    it(`are good: ${title}`, () => {
      assert.equal(policiesProblem(policies, owner), undefined);
    });
  }

  const long = (characters: number): string => {
    const frame = policy({ ...allow, Sid: '' });
    return policy({ ...allow, Sid: 'a'.repeat(characters - frame.length) });
  };
  const bad: readonly (readonly [string, Parameters<typeof policiesProblem>[0], PolicyProblem])[] = [
    ['no JSON', { inline: '{ Statement }' }, { kind: 'policyNotJson' }],
    ['nothing', { inline: '' }, { kind: 'policyNotJson' }],
    ['a number', { inline: '7' }, { kind: 'policyShape', what: 'Statement' }],
    ['null', { inline: 'null' }, { kind: 'policyShape', what: 'Statement' }],
    ['a list', { inline: '[]' }, { kind: 'policyShape', what: 'Statement' }],
    ['no statement', { inline: policy([]) }, { kind: 'policyShape', what: 'Statement' }],
    ['a statement that is text', { inline: policy(['x']) }, { kind: 'policyShape', what: 'Statement' }],
    [
      'an effect in small letters',
      { inline: policy({ ...allow, Effect: 'allow' }) },
      { kind: 'policyShape', what: 'Effect' },
    ],
    [
      'no action',
      { inline: policy({ Effect: 'Allow', Resource: '*' }) },
      { kind: 'policyShape', what: 'Action' },
    ],
    [
      'no resource',
      { inline: policy({ Effect: 'Allow', Action: '*' }) },
      { kind: 'policyShape', what: 'Resource' },
    ],
    [
      'a principal',
      { inline: policy({ ...allow, Principal: '*' }) },
      { kind: 'policyShape', what: 'Principal' },
    ],
    [
      'a character of another script',
      { inline: policy({ ...allow, Sid: '日' }) },
      { kind: 'policyCharacter', character: '日' },
    ],
    ['an emoji, whole', { inline: '😀' }, { kind: 'policyCharacter', character: '😀' }],
    ['2,049 characters', { inline: long(2049) }, { kind: 'policiesTooLong', characters: 2049, max: 2048 }],
    [
      '2,048 characters with an ARN',
      { inline: long(2048), arns: [own('x')] },
      { kind: 'policiesTooLong', characters: 2048 + own('x').length, max: 2048 },
    ],
    [
      'eleven ARNs',
      { arns: Array.from({ length: 11 }, (_, index) => own(`p${index}`)) },
      { kind: 'policyArnsTooMany', count: 11, max: 10 },
    ],
    ['an ARN twice', { arns: [own('x'), own('x')] }, { kind: 'policyArnTwice', arn: own('x') }],
    [
      'a role’s ARN',
      { arns: ['arn:aws:iam::111122223333:role/x'] },
      { kind: 'notPolicyArn', arn: 'arn:aws:iam::111122223333:role/x' },
    ],
    [
      'an ARN that is cut off',
      { arns: ['arn:aws:iam::aws:po'] },
      { kind: 'notPolicyArn', arn: 'arn:aws:iam::aws:po' },
    ],
    [
      'another partition',
      { arns: ['arn:aws-cn:iam::aws:policy/ReadOnlyAccess'] },
      { kind: 'policyOfOtherPartition', arn: 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess', partition: 'aws' },
    ],
    [
      'another account',
      { arns: ['arn:aws:iam::444455556666:policy/x'] },
      { kind: 'policyOfOtherAccount', arn: 'arn:aws:iam::444455556666:policy/x', accountId: '111122223333' },
    ],
  ];
  for (const [title, policies, problem] of bad) {
    it(`say before the call what AWS would refuse: ${title}`, () => {
      assert.deepEqual(policiesProblem(policies, owner), problem);
      assertGoodSentence(policySentence(problem));
    });
  }

  it('of exactly 2,048 characters are good', () => {
    assert.equal(policiesProblem({ inline: long(2048) }, owner), undefined);
  });

  it('are not held against an account that is not known', () => {
    const arns = ['arn:aws:iam::444455556666:policy/x'];
    assert.equal(policiesProblem({ arns }, { partition: 'aws', accountId: undefined }), undefined);
    assert.equal(policiesProblem({ arns: ['arn:aws-cn:iam::aws:policy/x'] }, undefined), undefined);
  });

  it('lose the white space that AWS would count, and none inside of texts', () => {
    const text = '{\n  "Sid" : "a  b \\" c\\\\",\n\t"Statement": [ 1, 2 ]\r\n}\n';
    assert.equal(compactPolicy(text), '{"Sid":"a  b \\" c\\\\","Statement":[1,2]}');
    assert.deepEqual(JSON.parse(compactPolicy(text)), JSON.parse(text));
    assert.equal(compactPolicy(' { not json '), '{ not json');
  });

  it('are recognised by how many statements they have', () => {
    assert.equal(statementCount(policy([allow, allow])), 2);
    assert.equal(statementCount(policy(allow)), 1);
    assert.equal(statementCount('nothing'), 0);
  });

  it('are none when nothing is left of them', () => {
    assert.equal(orNoPolicies({}), undefined);
    assert.equal(orNoPolicies({ arns: [] }), undefined);
    assert.deepEqual(orNoPolicies({ inline: '{}', arns: [] }), { inline: '{}' });
  });

  it('may be named by AWS’s own names', () => {
    assert.deepEqual(parsePolicyArns(`ReadOnlyAccess, job-function/ViewOnlyAccess\n${own('x')},`, 'aws-cn'), [
      'arn:aws-cn:iam::aws:policy/ReadOnlyAccess',
      'arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess',
      own('x'),
    ]);
    assert.deepEqual(parsePolicyArns(' ', 'aws'), []);
    assert.equal(readOnlyPolicyArn('aws-us-gov'), 'arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess');
  });

  it('are spoken of in good sentences', () => {
    const hindrances: Record<ReadOnlyHindrance, true> = {
      sessionToken: true,
      federation: true,
      temporaryKeys: true,
      identityCenter: true,
      process: true,
      login: true,
      machine: true,
      ownPolicies: true,
    };
    const said = [
      ...Object.keys(hindrances).map((why) => readOnlyHindranceSentence(why as ReadOnlyHindrance)),
      policyText.readsStill(),
      policyText.readsStillHint('prod-admin'),
      policyText.packed(42),
      policyText.packedMuch('prod-admin', 97),
    ];
    assert.equal(new Set(said).size, said.length);
    for (const text of said) {
      assertGoodSentence(text);
    }
  });
});
