import assert from 'node:assert/strict';
import type { Credentials } from '@aws-sdk/client-sts';
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

describe('sandbox: sessions and MFA', () => {
  const cases = new Cases();
  beforeEach(() => cases.start());
  afterEach(() => cases.stop());

  describe('durations', () => {
    it("grants the role's maximum and not a second more", async () => {
      cases.assertLife(
        (await cases.assume(keysOf('carol'), 'long', { DurationSeconds: 43_200 })).Credentials,
        43_200,
      );
      await assert.rejects(cases.assume(keysOf('carol'), 'plain', { DurationSeconds: 3601 }), {
        name: 'ValidationError',
        message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      });
    });

    it('grants one hour at most to a role from a role, and to a role from GetSessionToken credentials', async () => {
      const chains: [string, Credentials | undefined][] = [
        ['chained', (await cases.assume(keysOf('carol'), 'plain')).Credentials],
        ['long', await cases.sessionToken(keysOf('carol'))],
      ];
      for (const [name, source] of chains) {
        cases.assertLife((await cases.assume(source, name, { DurationSeconds: 3600 })).Credentials, 3600);
        await assert.rejects(cases.assume(source, name, { DurationSeconds: 3601 }), {
          name: 'ValidationError',
          message:
            'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
        });
      }
    });

    it('gives GetSessionToken 12 hours, 36 at most, and root one hour without a word', async () => {
      cases.assertLife(await cases.sessionToken(keysOf('carol')), 43_200);
      cases.assertLife(await cases.sessionToken(keysOf('carol'), { DurationSeconds: 129_600 }), 129_600);
      await assert.rejects(cases.sessionToken(keysOf('carol'), { DurationSeconds: 129_601 }), {
        name: 'ValidationError',
      });
      cases.assertLife(await cases.sessionToken(rootKeys(), { DurationSeconds: 43_200 }), 3600);
    });

    it('ends a session at its second', async () => {
      const { Credentials: plain } = await cases.assume(keysOf('carol'), 'plain');
      cases.ahead = 3590_000;
      await cases.whoIs(plain);
      cases.ahead = 3601_000;
      await assert.rejects(cases.whoIs(plain), {
        name: 'ExpiredToken',
        message: 'The security token included in the request is expired',
      });
      assert.equal(cases.sandbox.journal.at(-1)?.status, 403);
    });
  });

  describe('GetSessionToken', () => {
    it('refuses temporary keys', async () => {
      const { Credentials: plain } = await cases.assume(keysOf('carol'), 'plain');
      for (const keys of [plain, await cases.sessionToken(keysOf('carol'))]) {
        assert.ok(keys);
        await assert.rejects(cases.sessionToken(keys), {
          name: 'AccessDenied',
          message: 'Cannot call GetSessionToken with session credentials',
        });
      }
    });

    it('gives a token that belongs to its key and to no other', async () => {
      const [a, b] = [await cases.sessionToken(keysOf('carol')), await cases.sessionToken(keysOf('carol'))];
      await assert.rejects(cases.whoIs({ ...a, SessionToken: b.SessionToken }), {
        name: 'InvalidClientTokenId',
      });
      await assert.rejects(cases.whoIs({ ...a, SessionToken: undefined }), { name: 'InvalidClientTokenId' });
    });
  });

  describe('MFA', () => {
    const wrongCode = 'MultiFactorAuthentication failed with invalid MFA one time pass code.';
    const wrongSerial =
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.';
    const withCode = (TokenCode: string, SerialNumber = carolDevice) => ({ SerialNumber, TokenCode });

    it('takes a code once, for any operation', async () => {
      const code = cases.sandbox.currentCode('carol');
      await cases.assume(keysOf('carol'), 'mfa', withCode(code));
      await assert.rejects(cases.assume(keysOf('carol'), 'mfa', withCode(code)), {
        name: 'AccessDenied',
        message: wrongCode,
      });
      await assert.rejects(cases.sessionToken(keysOf('carol'), { code }), { message: wrongCode });
    });

    it('takes the neighbours of the current code and nothing further', async () => {
      const codes = [-60, -30, 30, 60].map((offset) => {
        cases.ahead += offset * 1000;
        const code = cases.sandbox.currentCode('carol');
        cases.ahead -= offset * 1000;
        return code;
      });
      const taken: boolean[] = [];
      for (const code of codes) {
        taken.push(
          await cases.sessionToken(keysOf('carol'), { code }).then(
            () => true,
            () => false,
          ),
        );
      }
      assert.deepEqual(taken, [false, true, true, false]);
    });

    it('gives tests three codes that work, then says that there is none', async () => {
      for (let count = 0; count < 3; count += 1) {
        await cases.sessionToken(keysOf('carol'), { code: cases.sandbox.unusedCode('carol') });
      }
      assert.throws(() => cases.sandbox.unusedCode('carol'), /used up/);
      assert.throws(() => cases.sandbox.currentCode('dave'), /nobody called dave/);
    });

    it("knows a user's devices, and nobody else's", async () => {
      await cases.assume(
        keysOf('carol'),
        'mfa',
        withCode(cases.sandbox.currentCode('GAHT12345678'), 'GAHT12345678'),
      );
      for (const serial of [carolArn, `arn:aws:iam::${main}:mfa/root-account-mfa-device`]) {
        await assert.rejects(
          cases.assume(keysOf('carol'), 'mfa', withCode(cases.sandbox.unusedCode('carol'), serial)),
          {
            name: 'AccessDenied',
            message: wrongSerial,
          },
        );
      }
      const { Credentials: plain } = await cases.assume(keysOf('carol'), 'plain');
      await assert.rejects(cases.assume(plain, 'mfa', withCode(cases.sandbox.unusedCode('carol'))), {
        message: wrongSerial,
      });
    });

    it('wants the serial and the code together', async () => {
      const message =
        'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.';
      await assert.rejects(cases.assume(keysOf('carol'), 'mfa', { SerialNumber: carolDevice }), { message });
      await assert.rejects(cases.assume(keysOf('carol'), 'mfa', { TokenCode: '123456' }), { message });
    });

    it('is what some roles want: without it, a plain refusal', async () => {
      for (const name of ['mfa', 'mfa-fresh']) {
        const message = notAuthorized(carolArn, 'sts:AssumeRole', role(name));
        await assert.rejects(cases.assume(keysOf('carol'), name), { name: 'AccessDenied', message });
      }
      // “…IfExists” lets long-term keys through: they have no MFA key at all. Temporary ones have it, as false.
      await cases.assume(keysOf('carol'), 'mfa-if-exists');
      await assert.rejects(cases.assume(await cases.sessionToken(keysOf('carol')), 'mfa-if-exists'), {
        name: 'AccessDenied',
      });
      // A Deny on “false, if it exists” stops both.
      for (const keys of [keysOf('carol'), await cases.sessionToken(keysOf('carol'))]) {
        await assert.rejects(cases.assume(keys, 'mfa-denied'), {
          message: `${notAuthorized(carolArn, 'sts:AssumeRole', role('mfa-denied'))} with an explicit deny in a resource-based policy`,
        });
      }
    });

    it('is carried by GetSessionToken credentials, with its age', async () => {
      const session = await cases.sessionToken(keysOf('carol'), { code: cases.sandbox.unusedCode('carol') });
      for (const name of ['mfa', 'mfa-fresh', 'mfa-denied']) {
        await cases.assume(session, name);
      }
      cases.ahead = 301_000;
      await cases.assume(session, 'mfa');
      await assert.rejects(cases.assume(session, 'mfa-fresh'), { name: 'AccessDenied' });
    });
  });
});
