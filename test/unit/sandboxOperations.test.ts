import assert from 'node:assert/strict';
import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import {
  carolArn,
  carolDevice,
  Cases,
  keysOf,
  main,
  notAuthorized,
  role,
  rootKeys,
} from '../sandbox/cases.ts';
import { sandboxClient } from '../sandbox/client.ts';

const daveArn = `arn:aws:iam::${main}:user/dave`;

describe('sandbox: operations', () => {
  const cases = new Cases();
  beforeEach(() => cases.start());
  afterEach(() => cases.stop());

  describe('GetCallerIdentity', () => {
    it('names users with their path, root, and role sessions without the path', async () => {
      assert.equal((await cases.whoIs(keysOf('carol'))).Arn, carolArn);
      assert.match((await cases.whoIs(keysOf('carol'))).UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
      const root = await cases.whoIs(rootKeys());
      assert.equal(root.Arn, `arn:aws:iam::${main}:root`);
      assert.equal(root.UserId, main);
      const reply = await cases.assume(keysOf('carol'), 'plain');
      assert.equal(
        (await cases.whoIs(reply.Credentials)).Arn,
        `arn:aws:sts::${main}:assumed-role/plain/robot`,
      );
    });

    it('names the user behind GetSessionToken credentials', async () => {
      assert.equal((await cases.whoIs(await cases.sessionToken(keysOf('carol')))).Arn, carolArn);
    });
  });

  describe('AssumeRole: who may', () => {
    const allowed: readonly [string, string, string][] = [
      ['a trusted account and an identity policy, in one account', 'carol', role('plain')],
      ['the same across accounts', 'carol', role('cross', '444455556666')],
      ['a trust policy that names the user, who needs no policy of its own', 'dave', role('names-dave')],
      ['a trust policy for everybody', 'dave', role('anyone')],
    ];
    for (const [why, user, arn] of allowed) {
      it(`allows ${why}`, async () => {
        const reply = await cases.assume(keysOf(user), arn);
        assert.match(reply.Credentials?.AccessKeyId ?? '', /^ASIAEXAMPLE[A-Z2-7]{9}$/);
        cases.assertLife(reply.Credentials, 3600);
      });
    }

    const refused: readonly [string, string, string, string][] = [
      [
        'a trusted account without an identity policy',
        'dave',
        role('plain'),
        notAuthorized(daveArn, 'sts:AssumeRole', role('plain')),
      ],
      [
        'a user that another account trusts, without an identity policy',
        'dave',
        role('cross-dave', '444455556666'),
        notAuthorized(daveArn, 'sts:AssumeRole', role('cross-dave', '444455556666')),
      ],
      [
        'a trust policy for somebody else',
        'carol',
        role('names-dave'),
        notAuthorized(carolArn, 'sts:AssumeRole', role('names-dave')),
      ],
      [
        'a role that does not exist, in the same words',
        'carol',
        role('nobody'),
        notAuthorized(carolArn, 'sts:AssumeRole', role('nobody')),
      ],
      [
        'an explicit deny',
        'erin',
        role('plain'),
        `${notAuthorized(`arn:aws:iam::${main}:user/erin`, 'sts:AssumeRole', role('plain'))} with an explicit deny in an identity-based policy`,
      ],
    ];
    for (const [why, user, arn, message] of refused) {
      it(`refuses ${why}`, async () => {
        await assert.rejects(cases.assume(keysOf(user), arn), { name: 'AccessDenied', message });
        assert.equal(cases.sandbox.journal[0]?.status, 403);
      });
    }

    it('refuses root', async () => {
      await assert.rejects(cases.assume(rootKeys(), 'plain'), {
        name: 'AccessDenied',
        message: 'Roles may not be assumed by root accounts.',
      });
    });

    it('follows chains by role and by session', async () => {
      const { Credentials: plain } = await cases.assume(keysOf('carol'), 'plain');
      const { Credentials: other } = await cases.assume(keysOf('carol'), 'plain', {
        RoleSessionName: 'other',
      });
      await cases.assume(plain, 'chained');
      await cases.assume(other, 'chained');
      await cases.assume(plain, 'robot-only');
      await assert.rejects(cases.assume(other, 'robot-only'), {
        message: notAuthorized(
          `arn:aws:sts::${main}:assumed-role/plain/other`,
          'sts:AssumeRole',
          role('robot-only'),
        ),
      });
      await assert.rejects(cases.assume(keysOf('carol'), 'chained'), { name: 'AccessDenied' });
    });

    it('asks for the external ID, any of several', async () => {
      for (const ExternalId of ['one', 'two']) {
        await cases.assume(keysOf('carol'), 'external', { ExternalId });
      }
      const message = notAuthorized(carolArn, 'sts:AssumeRole', role('external'));
      await assert.rejects(cases.assume(keysOf('carol'), 'external'), { message });
      await assert.rejects(cases.assume(keysOf('carol'), 'external', { ExternalId: 'ONE' }), { message });
    });

    it('keeps the keys of partitions apart', async () => {
      const chinese = sandboxClient(cases.sandbox, keysOf('li'), 'cn-north-1');
      const reply = await chinese.send(
        new AssumeRoleCommand({
          RoleArn: 'arn:aws-cn:iam::777788889999:role/reader',
          RoleSessionName: 'robot',
        }),
      );
      assert.equal(reply.AssumedRoleUser?.Arn, 'arn:aws-cn:sts::777788889999:assumed-role/reader/robot');
      await assert.rejects(cases.whoIs(keysOf('li')), { name: 'InvalidClientTokenId' });
    });
  });

  describe('AssumeRole: parameters', () => {
    const one = '1 validation error detected: ';
    const refused: readonly [Partial<AssumeRoleCommandInput>, string][] = [
      [
        { RoleArn: undefined },
        `${one}Value null at 'roleArn' failed to satisfy constraint: Member must not be null`,
      ],
      [
        { RoleArn: 'role/too-short' },
        `${one}Value 'role/too-short' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20`,
      ],
      [{ RoleArn: 'this-is-no-arn-at-all' }, 'Request ARN is invalid'],
      [{ RoleArn: `arn:aws:iam::${main}:user/carol` }, 'Request ARN is invalid'],
      [
        { RoleSessionName: 'a' },
        `${one}Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2`,
      ],
      [
        { RoleSessionName: 's'.repeat(65) },
        `${one}Value '${'s'.repeat(65)}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
      ],
      [
        { RoleSessionName: 'a:b' },
        `${one}Value 'a:b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
      ],
      [
        { DurationSeconds: 899 },
        `${one}Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
      ],
      [
        { DurationSeconds: 43_201 },
        `${one}Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200`,
      ],
      [
        { ExternalId: 'not this one' },
        `${one}Value 'not this one' at 'externalId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*`,
      ],
      [
        { SerialNumber: 'short', TokenCode: '123456' },
        `${one}Value 'short' at 'serialNumber' failed to satisfy constraint: Member must have length greater than or equal to 9`,
      ],
      [
        { SerialNumber: carolDevice, TokenCode: '12345x' },
        `${one}Value '12345x' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*`,
      ],
      [
        { RoleSessionName: 'a', DurationSeconds: 1 },
        "2 validation errors detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      ],
      [
        { Tags: [{ Key: 'a#', Value: '' }] },
        `${one}Value 'a#' at 'tags.member.1.Key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+`,
      ],
    ];
    for (const [change, message] of refused) {
      it(`says ${message.slice(0, 100)}`, async () => {
        await assert.rejects(cases.assume(keysOf('carol'), 'plain', change), {
          name: 'ValidationError',
          message,
        });
        assert.equal(cases.sandbox.journal[0]?.status, 400);
      });
    }

    it('counts tags and policies', async () => {
      const tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
      await assert.rejects(
        cases.assume(keysOf('carol'), 'tagged', { Tags: tags }),
        /at 'tags' .* length less than or equal to 50$/,
      );
      await assert.rejects(cases.assume(keysOf('carol'), 'plain', { Policy: '{' }), {
        name: 'MalformedPolicyDocumentException',
      });
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'a'.repeat(1900), Resource: '*' }],
      });
      const Tags = [{ Key: 'k', Value: 'v'.repeat(256) }];
      await assert.rejects(cases.assume(keysOf('carol'), 'tagged', { Policy, Tags }), {
        name: 'PackedPolicyTooLargeException',
        message: 'Packed policy consumes 110% of allotted space, please use smaller policy.',
      });
    });

    it('passes transitive tags and the source identity on, and guards both', async () => {
      const { Credentials: tagged, SourceIdentity } = await cases.assume(keysOf('carol'), 'tagged', {
        Tags: [{ Key: 'Team', Value: 'blue' }],
        TransitiveTagKeys: ['Team'],
        SourceIdentity: 'carol',
      });
      assert.equal(SourceIdentity, 'carol');
      const tag = { Tags: [{ Key: 'team', Value: 'red' }] };
      await assert.rejects(cases.assume(tagged, 'tagged', tag), /conflicts with a transitive tag key/);
      await assert.rejects(cases.assume(tagged, 'tagged', { SourceIdentity: 'dave' }), {
        name: 'AccessDenied',
      });
      assert.equal((await cases.assume(tagged, 'tagged')).SourceIdentity, 'carol');
      await assert.rejects(cases.assume(keysOf('carol'), 'plain', tag), {
        message: notAuthorized(carolArn, 'sts:TagSession', role('plain')),
      });
    });
  });

  describe('unknown things', () => {
    it('refuses an unknown key and a deleted one alike', async () => {
      const expected = {
        name: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      };
      await assert.rejects(
        cases.whoIs({ accessKeyId: 'AKIAEXAMPLENOBODY000', secretAccessKey: 'EXAMPLEKEY' }),
        expected,
      );
      cases.sandbox.control.deleteKey(keysOf('dave').accessKeyId);
      await assert.rejects(cases.whoIs(keysOf('dave')), expected);
    });

    it('refuses a wrong secret', async () => {
      await assert.rejects(cases.whoIs({ ...keysOf('dave'), secretAccessKey: 'EXAMPLEKEY/wrong' }), {
        name: 'SignatureDoesNotMatch',
      });
    });
  });
});
