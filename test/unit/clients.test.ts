import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MfaCode, StsCall } from '../../src/aws/effects.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createStsSender, type StsSenderOptions } from '../../src/clients/sts.ts';
import { startFakeSts, type FakeSts, type FakeStsOptions, type Play } from '../support/fakeSts.ts';

const run = promisify(execFile);
const minute = 60_000;
const keys = {
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: new Secret('EXAMPLEKEY'),
  sessionToken: new Secret('EXAMPLETOKEN'),
};
const mfa: MfaCode = { serial: 'arn:aws:iam::111122223333:mfa/alice', code: new Secret('123456') };
const whoAmI: StsCall = { kind: 'callerIdentity' };
const mfaSession: StsCall = { kind: 'sessionToken', durationSeconds: 3600, mfa };
const grant: Play = { kind: 'grant' };

/** STS's clock rule: a signature more than 15 minutes off is refused, before anything else is looked at. */
function clockRule(clock: () => number, then: Play = grant): FakeStsOptions['plays'] {
  return [
    ({ headers }) => {
      const date = String(headers['x-amz-date']).replace(
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
        '$1-$2-$3T$4:$5:$6Z',
      );
      const refusal: Play = {
        kind: 'refuse',
        status: 403,
        code: 'SignatureDoesNotMatch',
        message: 'Signature expired',
      };
      return Math.abs(Date.parse(date) - clock()) > 15 * minute ? refusal : then;
    },
  ];
}

describe('the STS client', () => {
  let fake: FakeSts;
  let lines: string[];

  beforeEach(() => {
    lines = [];
  });

  afterEach(() => {
    fake.close();
    for (const line of lines) {
      assert.doesNotMatch(line, /EXAMPLEKEY|EXAMPLETOKEN|123456/, 'no secret in the log');
    }
  });

  function sender(options: Partial<StsSenderOptions> = {}) {
    const send = createStsSender({ now: Date.now, log: (line) => lines.push(line), ...options });
    return (call: StsCall, signal = new AbortController().signal) =>
      send(call, keys, { region: 'eu-west-1', endpoint: fake.url }, signal);
  }

  describe('asks and answers', () => {
    it('AssumeRole, with everything that was given and nothing else', async () => {
      const clock = Date.parse('2026-11-23T12:00:00Z');
      fake = await startFakeSts({ plays: [grant], clock: () => clock });
      const call: StsCall = {
        kind: 'assumeRole',
        roleArn: 'arn:aws:iam::111122223333:role/admin',
        sessionName: 'me',
        externalId: 'a:b/c=1',
        durationSeconds: 900,
        mfa,
      };
      const reply = await sender({ now: () => clock })(call);
      assert.deepEqual(Object.fromEntries(fake.requests[0]?.body ?? []), {
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: 'arn:aws:iam::111122223333:role/admin',
        RoleSessionName: 'me',
        ExternalId: 'a:b/c=1',
        DurationSeconds: '900',
        SerialNumber: mfa.serial,
        TokenCode: '123456',
      });
      assert.ok(reply.kind === 'credentials');
      const { secretAccessKey, sessionToken, ...open } = reply.credentials;
      assert.equal(secretAccessKey.reveal(), 'EXAMPLEKEY');
      assert.equal(sessionToken?.reveal(), 'EXAMPLETOKEN+/=');
      assert.deepEqual(open, {
        accessKeyId: 'ASIAEXAMPLE',
        expiresAt: clock + 60 * minute,
        accountId: '111122223333',
        arn: 'arn:aws:sts::111122223333:assumed-role/admin/me',
      });
      assert.equal(reply.serverTime, clock);
    });

    it('GetSessionToken, which names no account', async () => {
      fake = await startFakeSts({ plays: [grant] });
      const reply = await sender()({ kind: 'sessionToken', durationSeconds: undefined, mfa: undefined });
      assert.deepEqual([...(fake.requests[0]?.body.keys() ?? [])], ['Action', 'Version']);
      assert.ok(reply.kind === 'credentials');
      assert.equal(reply.credentials.accountId, undefined);
      assert.equal(reply.credentials.arn, undefined);
    });

    it('GetCallerIdentity, signed for the region with the keys and their session token', async () => {
      fake = await startFakeSts({ plays: [grant] });
      const reply = await sender({ userAgent: 'sts-sessions/1.2.3' })(whoAmI);
      assert.ok(reply.kind === 'identity');
      assert.deepEqual(reply.identity, {
        accountId: '111122223333',
        arn: 'arn:aws:iam::111122223333:user/alice',
        userId: 'AIDAEXAMPLE',
      });
      const headers = fake.requests[0]?.headers ?? {};
      assert.match(
        String(headers.authorization),
        /Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/sts\/aws4_request/,
      );
      assert.equal(headers['x-amz-security-token'], 'EXAMPLETOKEN');
      assert.match(String(headers['user-agent']), /^sts-sessions\/1\.2\.3 /);
      assert.equal(headers['x-amz-date'] === undefined, false);
    });

    it('logs one line a call, with the request id that AWS support asks for', async () => {
      fake = await startFakeSts({ plays: [grant, { kind: 'raw', status: 403, body: '<html>' }] });
      const send = sender();
      await send(whoAmI);
      await send(mfaSession);
      assert.equal(lines.length, 2);
      assert.match(
        lines[0] ?? '',
        /^GetCallerIdentity at 127\.0\.0\.1:\d+: ok in \d+ ms, request request-1$/,
      );
      assert.match(lines[1] ?? '', /^GetSessionToken at 127\.0\.0\.1:\d+: notAws html 403 in \d+ ms$/);
    });

    // A pipe without a writer holds whoever opens it for ever, so reading one shared file would be seen.
    const windows = process.platform === 'win32';
    const title = `looks nothing up, neither in the environment nor in files${windows ? ' (skipped: no pipes)' : ''}`;
    it(title, windows ? undefined : nothingLookedUp);

    async function nothingLookedUp(): Promise<void> {
      fake = await startFakeSts({ plays: [grant] });
      const folder = mkdtempSync(join(tmpdir(), 'sts-sessions-poison-'));
      const files = ['config', 'credentials'].map((name) => join(folder, name));
      await run('mkfifo', files);
      const env = {
        PATH: process.env['PATH'],
        HOME: folder,
        AWS_CONFIG_FILE: files[0],
        AWS_SHARED_CREDENTIALS_FILE: files[1],
        AWS_ACCESS_KEY_ID: 'AKIAOTHER',
        AWS_SECRET_ACCESS_KEY: 'OTHERKEY',
        AWS_REGION: 'mars-north-1',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9',
        AWS_MAX_ATTEMPTS: 'poison',
        AWS_RETRY_MODE: 'poison',
        AWS_DEFAULTS_MODE: 'poison',
        AWS_USE_FIPS_ENDPOINT: 'poison',
        AWS_USE_DUALSTACK_ENDPOINT: 'poison',
        AWS_SDK_UA_APP_ID: 'poison',
      };
      try {
        const script = join(import.meta.dirname, '../support/oneCall.ts');
        const { stdout } = await run(process.execPath, [script, fake.url], { env, timeout: 15_000 });
        assert.equal(stdout.trim(), 'identity');
        const { authorization, 'user-agent': agent } = fake.requests[0]?.headers ?? {};
        assert.match(String(authorization), /AKIAEXAMPLE.*eu-west-1/);
        assert.doesNotMatch(String(agent), /poison/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  });

  describe('cancelling', () => {
    it('sends nothing when it is too late already', async () => {
      fake = await startFakeSts({ plays: [grant] });
      assert.deepEqual(await sender()(whoAmI, AbortSignal.abort()), { kind: 'cancelled' });
      assert.equal(fake.requests.length, 0);
    });

    it('ends a call that hangs', async () => {
      fake = await startFakeSts({ plays: [{ kind: 'hang' }] });
      const controller = new AbortController();
      const pending = sender()(whoAmI, controller.signal);
      await fake.nextRequest();
      controller.abort();
      assert.deepEqual(await pending, { kind: 'cancelled' });
    });

    it('ends the wait before a second attempt', async () => {
      fake = await startFakeSts({
        plays: [{ kind: 'refuse', status: 400, code: 'Throttling', message: '' }],
      });
      const controller = new AbortController();
      const pending = sender()(whoAmI, controller.signal);
      await fake.nextRequest();
      controller.abort();
      assert.deepEqual(await pending, { kind: 'cancelled' });
      assert.equal(fake.requests.length, 1);
    });
  });

  describe('trying again', () => {
    const passing: Record<string, Play> = {
      'a broken connection': { kind: 'reset' },
      'a failure of AWS': { kind: 'refuse', status: 500, code: 'InternalFailure', message: '' },
      'a failing gateway': { kind: 'raw', status: 502, body: '<html>Bad Gateway</html>' },
      throttling: { kind: 'refuse', status: 400, code: 'Throttling', message: 'Rate exceeded' },
    };
    for (const [name, play] of Object.entries(passing)) {
      it(`once after ${name}`, async () => {
        fake = await startFakeSts({ plays: [play, grant] });
        assert.equal((await sender()(whoAmI)).kind, 'identity');
        assert.equal(fake.requests.length, 2);
      });

      it(`never after ${name} with an MFA code, which AWS may have used up`, async () => {
        fake = await startFakeSts({ plays: [play, grant] });
        assert.notEqual((await sender()(mfaSession)).kind, 'credentials');
        assert.equal(fake.requests.length, 1);
      });
    }

    it('not at all when told so', async () => {
      fake = await startFakeSts({ plays: [{ kind: 'reset' }, grant] });
      assert.equal((await sender({ maxAttempts: 1 })(whoAmI)).kind, 'network');
      assert.equal(fake.requests.length, 1);
    });

    it('never after a refusal', async () => {
      fake = await startFakeSts({
        plays: [{ kind: 'refuse', status: 403, code: 'AccessDenied', message: 'no' }, grant],
      });
      assert.equal((await sender()(whoAmI)).kind, 'accessDenied');
      assert.equal(fake.requests.length, 1);
    });
  });

  describe('connections', () => {
    it('one for all calls, but an MFA code goes over its own', async () => {
      fake = await startFakeSts({ plays: [grant] });
      const send = sender();
      await send(whoAmI);
      await send(whoAmI);
      await send(mfaSession);
      await send(whoAmI);
      assert.deepEqual(
        fake.requests.map(({ connection }) => connection),
        [1, 1, 2, 1],
      );
    });
  });

  describe('clocks', () => {
    for (const off of [-20 * minute, 20 * minute, 26 * 60 * minute]) {
      it(`corrects a clock that is ${-off / minute} minutes ahead, once`, async () => {
        const clock = (): number => Date.now() + off;
        fake = await startFakeSts({ plays: clockRule(clock), clock });
        const send = sender();
        const reply = await send(mfaSession);
        assert.ok(reply.kind === 'credentials');
        assert.ok(Math.abs((reply.serverTime ?? 0) - clock()) < minute);
        assert.equal(fake.requests.length, 2, 'refused, then corrected');
        await send(whoAmI);
        assert.equal(fake.requests.length, 3, 'remembered');
      });
    }

    it('signs by the clock it is given', async () => {
      const clock = (): number => Date.now() + 24 * 60 * minute;
      fake = await startFakeSts({ plays: clockRule(clock), clock });
      assert.equal((await sender({ now: clock })(whoAmI)).kind, 'identity');
      assert.equal(fake.requests.length, 1);
    });

    it('follows a clock that is set right meanwhile', async () => {
      let off = 20 * minute;
      const clock = (): number => Date.now() + off;
      fake = await startFakeSts({ plays: clockRule(clock), clock });
      const send = sender();
      assert.equal((await send(whoAmI)).kind, 'identity');
      off = 0;
      assert.equal((await send(whoAmI)).kind, 'identity');
      assert.equal((await send(whoAmI)).kind, 'identity');
      assert.equal(fake.requests.length, 5, 'refused, corrected, refused, corrected, right');
    });

    it('does not send a wrong MFA code twice because the clock is off as well', async () => {
      const clock = (): number => Date.now() + 10 * minute;
      const wrongCode: Play = {
        kind: 'refuse',
        status: 403,
        code: 'AccessDenied',
        message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      };
      fake = await startFakeSts({ plays: clockRule(clock, wrongCode), clock });
      assert.deepEqual(await sender()(mfaSession), { kind: 'mfaWrongCode', serial: mfa.serial });
      assert.equal(fake.requests.length, 1);
    });

    it('says by how many minutes when correcting does not help', async () => {
      const clock = (): number => Date.now() - 25 * minute;
      const refusal: Play = { kind: 'refuse', status: 403, code: 'SignatureDoesNotMatch', message: 'no' };
      fake = await startFakeSts({ plays: [refusal], clock });
      assert.deepEqual(await sender()(whoAmI), { kind: 'clockSkew', minutes: 25 });
    });
  });

  it('keeps a session token that cannot be a header out of the fault', async () => {
    fake = await startFakeSts({ plays: [grant] });
    const broken = { ...keys, sessionToken: new Secret('EXAMPLETOKEN\nEXAMPLETOKEN') };
    const send = createStsSender({ now: Date.now, log: (line) => lines.push(line) });
    const target = { region: 'eu-west-1', endpoint: fake.url };
    const fault = await send(whoAmI, broken, target, new AbortController().signal);
    assert.deepEqual(fault, { kind: 'internal', message: 'TypeError ERR_INVALID_CHAR' });
    assert.equal(fake.requests.length, 0);
  });
});
