import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type AssumeRoleCommandInput,
  type Credentials,
} from '@aws-sdk/client-sts';
import { sandboxClient } from '../sandbox/client.ts';
import { readData, type KeyData } from '../sandbox/data.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';

const data = readData(
  JSON.parse(readFileSync(new URL('../fixtures/sandbox/cases.json', import.meta.url), 'utf8')),
);
const main = '111122223333';
const carolDevice = `arn:aws:iam::${main}:mfa/carol`;

function keysOf(name: string): KeyData {
  const key = data.accounts.flatMap((account) => account.users ?? []).find((user) => user.name === name)
    ?.keys[0];
  assert.ok(key, `the data has a user ${name}`);
  return key;
}

function rootKeys(): KeyData {
  const key = data.accounts[0]?.root?.keys[0];
  assert.ok(key);
  return key;
}

const role = (name: string, account = main): string => `arn:aws:iam::${account}:role/${name}`;
const notAuthorized = (who: string, action: string, arn: string): string =>
  `User: ${who} is not authorized to perform: ${action} on resource: ${arn}`;
const carolArn = `arn:aws:iam::${main}:user/eng/carol`;
const daveArn = `arn:aws:iam::${main}:user/dave`;

describe('sandbox: operations', () => {
  let sandbox: Sandbox;
  /** The sandbox is given a clock, so that hours pass at once; the SDK is told how far it is from the machine's. */
  let ahead = 0;

  beforeEach(async () => {
    ahead = 0;
    sandbox = await startSandbox({ data, clock: () => Date.now() + ahead });
  });
  afterEach(() => sandbox.close());

  function client(keys: KeyData | Credentials | undefined) {
    const made = sandboxClient(sandbox, keys);
    made.config.systemClockOffset = ahead;
    return made;
  }

  async function assume(
    keys: KeyData | Credentials | undefined,
    name: string,
    more: Partial<AssumeRoleCommandInput> = {},
  ) {
    return client(keys).send(
      new AssumeRoleCommand({
        RoleArn: name.startsWith('arn:') ? name : role(name),
        RoleSessionName: 'robot',
        ...more,
      }),
    );
  }

  async function sessionToken(
    keys: KeyData | Credentials,
    more: { DurationSeconds?: number; code?: string } = {},
  ) {
    const { code, ...rest } = more;
    const reply = await client(keys).send(
      new GetSessionTokenCommand({
        ...rest,
        ...(code === undefined ? {} : { SerialNumber: carolDevice, TokenCode: code }),
      }),
    );
    assert.ok(reply.Credentials);
    return reply.Credentials;
  }

  const whoIs = async (keys: KeyData | Credentials | undefined) =>
    client(keys).send(new GetCallerIdentityCommand());
  const seconds = (credentials: Credentials | undefined): number =>
    Math.round(((credentials?.Expiration?.getTime() ?? 0) - Date.now() - ahead) / 1000);
  const about = (actual: number, expected: number): void =>
    assert.ok(Math.abs(actual - expected) <= 5, `${actual} s is not about ${expected} s`);

  describe('GetCallerIdentity', () => {
    it('names users with their path, root, and role sessions without the path', async () => {
      assert.equal((await whoIs(keysOf('carol'))).Arn, carolArn);
      assert.match((await whoIs(keysOf('carol'))).UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
      const root = await whoIs(rootKeys());
      assert.equal(root.Arn, `arn:aws:iam::${main}:root`);
      assert.equal(root.UserId, main);
      const reply = await assume(keysOf('carol'), 'plain');
      assert.equal((await whoIs(reply.Credentials)).Arn, `arn:aws:sts::${main}:assumed-role/plain/robot`);
    });

    it('names the user behind GetSessionToken credentials', async () => {
      assert.equal((await whoIs(await sessionToken(keysOf('carol')))).Arn, carolArn);
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
        const reply = await assume(keysOf(user), arn);
        assert.match(reply.Credentials?.AccessKeyId ?? '', /^ASIAEXAMPLE[A-Z2-7]{9}$/);
        about(seconds(reply.Credentials), 3600);
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
        await assert.rejects(assume(keysOf(user), arn), { name: 'AccessDenied', message });
        assert.equal(sandbox.journal[0]?.status, 403);
      });
    }

    it('refuses root', async () => {
      await assert.rejects(assume(rootKeys(), 'plain'), {
        name: 'AccessDenied',
        message: 'Roles may not be assumed by root accounts.',
      });
    });

    it('follows chains by role and by session', async () => {
      const { Credentials: plain } = await assume(keysOf('carol'), 'plain');
      const { Credentials: other } = await assume(keysOf('carol'), 'plain', { RoleSessionName: 'other' });
      await assume(plain, 'chained');
      await assume(other, 'chained');
      await assume(plain, 'robot-only');
      await assert.rejects(assume(other, 'robot-only'), {
        message: notAuthorized(
          `arn:aws:sts::${main}:assumed-role/plain/other`,
          'sts:AssumeRole',
          role('robot-only'),
        ),
      });
      await assert.rejects(assume(keysOf('carol'), 'chained'), { name: 'AccessDenied' });
    });

    it('asks for the external ID, any of several', async () => {
      for (const ExternalId of ['one', 'two']) {
        await assume(keysOf('carol'), 'external', { ExternalId });
      }
      const message = notAuthorized(carolArn, 'sts:AssumeRole', role('external'));
      await assert.rejects(assume(keysOf('carol'), 'external'), { message });
      await assert.rejects(assume(keysOf('carol'), 'external', { ExternalId: 'ONE' }), { message });
    });

    it('keeps the keys of partitions apart', async () => {
      const chinese = sandboxClient(sandbox, keysOf('li'), 'cn-north-1');
      const reply = await chinese.send(
        new AssumeRoleCommand({
          RoleArn: 'arn:aws-cn:iam::777788889999:role/reader',
          RoleSessionName: 'robot',
        }),
      );
      assert.equal(reply.AssumedRoleUser?.Arn, 'arn:aws-cn:sts::777788889999:assumed-role/reader/robot');
      await assert.rejects(whoIs(keysOf('li')), { name: 'InvalidClientTokenId' });
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
        await assert.rejects(assume(keysOf('carol'), 'plain', change), {
          name: 'ValidationError',
          message,
        });
        assert.equal(sandbox.journal[0]?.status, 400);
      });
    }

    it('counts tags and policies', async () => {
      const tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
      await assert.rejects(
        assume(keysOf('carol'), 'tagged', { Tags: tags }),
        /at 'tags' .* length less than or equal to 50$/,
      );
      await assert.rejects(assume(keysOf('carol'), 'plain', { Policy: '{' }), {
        name: 'MalformedPolicyDocumentException',
      });
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'a'.repeat(2048), Resource: '*' }],
      });
      await assert.rejects(assume(keysOf('carol'), 'plain', { Policy }), {
        name: 'PackedPolicyTooLargeException',
      });
    });

    it('passes transitive tags and the source identity on, and guards both', async () => {
      const { Credentials: tagged, SourceIdentity } = await assume(keysOf('carol'), 'tagged', {
        Tags: [{ Key: 'Team', Value: 'blue' }],
        TransitiveTagKeys: ['Team'],
        SourceIdentity: 'carol',
      });
      assert.equal(SourceIdentity, 'carol');
      const tag = { Tags: [{ Key: 'team', Value: 'red' }] };
      await assert.rejects(assume(tagged, 'tagged', tag), /conflicts with a transitive tag key/);
      await assert.rejects(assume(tagged, 'tagged', { SourceIdentity: 'dave' }), { name: 'AccessDenied' });
      assert.equal((await assume(tagged, 'tagged')).SourceIdentity, 'carol');
      await assert.rejects(assume(keysOf('carol'), 'plain', tag), {
        message: notAuthorized(carolArn, 'sts:TagSession', role('plain')),
      });
    });
  });

  describe('durations', () => {
    it("grants the role's maximum and not a second more", async () => {
      about(
        seconds((await assume(keysOf('carol'), 'long', { DurationSeconds: 43_200 })).Credentials),
        43_200,
      );
      await assert.rejects(assume(keysOf('carol'), 'plain', { DurationSeconds: 3601 }), {
        name: 'ValidationError',
        message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      });
    });

    it('grants one hour at most to a role from a role, and to a role from GetSessionToken credentials', async () => {
      const chains: [string, Credentials | undefined][] = [
        ['chained', (await assume(keysOf('carol'), 'plain')).Credentials],
        ['long', await sessionToken(keysOf('carol'))],
      ];
      for (const [name, source] of chains) {
        about(seconds((await assume(source, name, { DurationSeconds: 3600 })).Credentials), 3600);
        await assert.rejects(assume(source, name, { DurationSeconds: 3601 }), {
          name: 'ValidationError',
          message:
            'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
        });
      }
    });

    it('gives GetSessionToken 12 hours, 36 at most, and root one hour without a word', async () => {
      about(seconds(await sessionToken(keysOf('carol'))), 43_200);
      about(seconds(await sessionToken(keysOf('carol'), { DurationSeconds: 129_600 })), 129_600);
      await assert.rejects(sessionToken(keysOf('carol'), { DurationSeconds: 129_601 }), {
        name: 'ValidationError',
      });
      about(seconds(await sessionToken(rootKeys(), { DurationSeconds: 43_200 })), 3600);
    });

    it('ends a session at its second', async () => {
      const { Credentials: plain } = await assume(keysOf('carol'), 'plain');
      ahead = 3590_000;
      await whoIs(plain);
      ahead = 3601_000;
      await assert.rejects(whoIs(plain), {
        name: 'ExpiredToken',
        message: 'The security token included in the request is expired',
      });
      assert.equal(sandbox.journal.at(-1)?.status, 403);
    });
  });

  describe('GetSessionToken', () => {
    it('refuses temporary keys', async () => {
      const { Credentials: plain } = await assume(keysOf('carol'), 'plain');
      for (const keys of [plain, await sessionToken(keysOf('carol'))]) {
        assert.ok(keys);
        await assert.rejects(sessionToken(keys), {
          name: 'AccessDenied',
          message: 'Cannot call GetSessionToken with session credentials',
        });
      }
    });

    it('gives a token that belongs to its key and to no other', async () => {
      const [a, b] = [await sessionToken(keysOf('carol')), await sessionToken(keysOf('carol'))];
      await assert.rejects(whoIs({ ...a, SessionToken: b.SessionToken }), { name: 'InvalidClientTokenId' });
      await assert.rejects(whoIs({ ...a, SessionToken: undefined }), { name: 'InvalidClientTokenId' });
    });
  });

  describe('MFA', () => {
    const wrongCode = 'MultiFactorAuthentication failed with invalid MFA one time pass code.';
    const wrongSerial =
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.';
    const withCode = (TokenCode: string, SerialNumber = carolDevice) => ({ SerialNumber, TokenCode });

    it('takes a code once, for any operation', async () => {
      const code = sandbox.currentCode('carol');
      await assume(keysOf('carol'), 'mfa', withCode(code));
      await assert.rejects(assume(keysOf('carol'), 'mfa', withCode(code)), {
        name: 'AccessDenied',
        message: wrongCode,
      });
      await assert.rejects(sessionToken(keysOf('carol'), { code }), { message: wrongCode });
    });

    it('takes the neighbours of the current code and nothing further', async () => {
      // In the middle of a step, so that the test's own time does not matter.
      ahead = 15_000 - (Date.now() % 30_000);
      const codes = [-60, -30, 30, 60].map((offset) => {
        ahead += offset * 1000;
        const code = sandbox.currentCode('carol');
        ahead -= offset * 1000;
        return code;
      });
      const taken: boolean[] = [];
      for (const code of codes) {
        taken.push(
          await sessionToken(keysOf('carol'), { code }).then(
            () => true,
            () => false,
          ),
        );
      }
      assert.deepEqual(taken, [false, true, true, false]);
    });

    it('gives tests three codes that work, then says that there is none', async () => {
      ahead = 15_000 - (Date.now() % 30_000);
      for (let count = 0; count < 3; count += 1) {
        await sessionToken(keysOf('carol'), { code: sandbox.unusedCode('carol') });
      }
      assert.throws(() => sandbox.unusedCode('carol'), /used up/);
      assert.throws(() => sandbox.currentCode('dave'), /nobody called dave/);
    });

    it("knows a user's devices, and nobody else's", async () => {
      await assume(keysOf('carol'), 'mfa', withCode(sandbox.currentCode('GAHT12345678'), 'GAHT12345678'));
      for (const serial of [carolArn, `arn:aws:iam::${main}:mfa/root-account-mfa-device`]) {
        await assert.rejects(assume(keysOf('carol'), 'mfa', withCode(sandbox.unusedCode('carol'), serial)), {
          name: 'AccessDenied',
          message: wrongSerial,
        });
      }
      const { Credentials: plain } = await assume(keysOf('carol'), 'plain');
      await assert.rejects(assume(plain, 'mfa', withCode(sandbox.unusedCode('carol'))), {
        message: wrongSerial,
      });
    });

    it('wants the serial and the code together', async () => {
      const message =
        'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.';
      await assert.rejects(assume(keysOf('carol'), 'mfa', { SerialNumber: carolDevice }), { message });
      await assert.rejects(assume(keysOf('carol'), 'mfa', { TokenCode: '123456' }), { message });
    });

    it('is what some roles want: without it, a plain refusal', async () => {
      for (const name of ['mfa', 'mfa-fresh']) {
        const message = notAuthorized(carolArn, 'sts:AssumeRole', role(name));
        await assert.rejects(assume(keysOf('carol'), name), { name: 'AccessDenied', message });
      }
      // “…IfExists” lets long-term keys through: they have no MFA key at all. Temporary ones have it, as false.
      await assume(keysOf('carol'), 'mfa-if-exists');
      await assert.rejects(assume(await sessionToken(keysOf('carol')), 'mfa-if-exists'), {
        name: 'AccessDenied',
      });
      // A Deny on “false, if it exists” stops both.
      for (const keys of [keysOf('carol'), await sessionToken(keysOf('carol'))]) {
        await assert.rejects(assume(keys, 'mfa-denied'), {
          message: `${notAuthorized(carolArn, 'sts:AssumeRole', role('mfa-denied'))} with an explicit deny in a resource-based policy`,
        });
      }
    });

    it('is carried by GetSessionToken credentials, with its age', async () => {
      const session = await sessionToken(keysOf('carol'), { code: sandbox.unusedCode('carol') });
      for (const name of ['mfa', 'mfa-fresh', 'mfa-denied']) {
        await assume(session, name);
      }
      ahead = 301_000;
      await assume(session, 'mfa');
      await assert.rejects(assume(session, 'mfa-fresh'), { name: 'AccessDenied' });
    });
  });

  describe('unknown things', () => {
    it('refuses an unknown key and a deleted one alike', async () => {
      const expected = {
        name: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      };
      await assert.rejects(
        whoIs({ accessKeyId: 'AKIAEXAMPLENOBODY000', secretAccessKey: 'EXAMPLEKEY' }),
        expected,
      );
      sandbox.control.deleteKey(keysOf('dave').accessKeyId);
      await assert.rejects(whoIs(keysOf('dave')), expected);
    });

    it('refuses a wrong secret', async () => {
      await assert.rejects(whoIs({ ...keysOf('dave'), secretAccessKey: 'EXAMPLEKEY/wrong' }), {
        name: 'SignatureDoesNotMatch',
      });
    });
  });
});
