import assert from 'node:assert/strict';
import { parseArnOwner, parseRoleArn } from '../../src/aws/arn.ts';

describe('parseRoleArn', () => {
  it('takes a role apart, path included', () => {
    for (const [text, partition, accountId, path, name] of [
      ['arn:aws:iam::111122223333:role/Admin', 'aws', '111122223333', '/', 'Admin'],
      [
        'arn:aws-cn:iam::111122223333:role/team/ops/Ad+m=i,n.@-_',
        'aws-cn',
        '111122223333',
        '/team/ops/',
        'Ad+m=i,n.@-_',
      ],
      [
        'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_A_0123',
        'aws',
        '111122223333',
        '/aws-reserved/sso.amazonaws.com/eu-west-1/',
        'AWSReservedSSO_A_0123',
      ],
      ['arn:aws-us-gov:iam::1:role/R', 'aws-us-gov', '1', '/', 'R'],
    ] as const) {
      assert.deepEqual(parseRoleArn(text), { partition, accountId, path, name });
    }
  });

  it('takes nothing else for a role', () => {
    for (const text of [
      '',
      'arn:foo',
      'Admin',
      'arn:aws:iam::111122223333:user/alice',
      'arn:aws:iam::111122223333:role/',
      'arn:aws:iam::111122223333:role/path/',
      'arn:aws:iam::111122223333:role/a b',
      'arn:aws:iam:eu-west-1:111122223333:role/A',
      'arn:aws:iam::account:role/A',
      'arn:aws:sts::111122223333:assumed-role/A/session',
      'arn:azure:iam::111122223333:role/A',
      ' arn:aws:iam::111122223333:role/A',
      'arn:aws:iam::111122223333:role/A\n',
      `arn:aws:iam::111122223333:role/${'a'.repeat(65)}`,
      `arn:aws:iam::111122223333:role/${'a/'.repeat(2000)}A`,
    ]) {
      assert.equal(parseRoleArn(text), undefined, text);
    }
  });
});

describe('parseArnOwner', () => {
  it('tells partition and account of any ARN', () => {
    for (const [text, partition, accountId] of [
      ['arn:aws:iam::111122223333:mfa/alice', 'aws', '111122223333'],
      ['arn:aws:sts::111122223333:assumed-role/A/s', 'aws', '111122223333'],
      ['arn:aws-cn:iam::111122223333:user/alice', 'aws-cn', '111122223333'],
      ['arn:aws:signin:::devtools/same-device', 'aws', ''],
    ] as const) {
      assert.deepEqual(parseArnOwner(text), { partition, accountId });
    }
    for (const text of ['', 'GAHT12345678', 'arn:aws:iam::', 'arn:aws']) {
      assert.equal(parseArnOwner(text), undefined, text);
    }
  });
});
