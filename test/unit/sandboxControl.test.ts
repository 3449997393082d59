import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { sandboxClient } from '../sandbox/client.ts';
import { demoData } from '../sandbox/demo.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';

const alice = demoData().accounts[0]?.users?.[0]?.keys[0];
const whoAmI = new GetCallerIdentityCommand();
const billing = new AssumeRoleCommand({
  RoleArn: 'arn:aws:iam::111122223333:role/finance/billing-read',
  RoleSessionName: 'robot',
});

describe('sandbox: control', () => {
  let sandbox: Sandbox;
  beforeEach(async () => (sandbox = await startSandbox()));
  afterEach(() => sandbox.close());

  it('holds calls until they are released, and shows them in the journal meanwhile', async () => {
    const release = sandbox.control.hold({ operation: 'AssumeRole' });
    const client = sandboxClient(sandbox, alice);
    let answered = false;
    const reply = client.send(billing).finally(() => (answered = true));
    await sandbox.waitForCall((call) => call.operation === 'AssumeRole' && call.state === 'waiting');
    // Another operation is not held; its answer proves that time went by.
    await client.send(whoAmI);
    assert.equal(answered, false);
    release();
    assert.ok((await reply).Credentials);
    assert.equal(sandbox.journal[0]?.status, 200);
    await client.send(billing);
  });

  it('lets go of a held call whose caller has gone', async () => {
    sandbox.control.hold();
    const abort = new AbortController();
    const reply = sandboxClient(sandbox, alice).send(billing, { abortSignal: abort.signal });
    await sandbox.waitForCall((call) => call.state === 'waiting');
    abort.abort();
    await assert.rejects(reply);
    const call = await sandbox.waitForCall((call) => call.state === 'dropped');
    assert.equal(call.status, undefined);
  });

  it('answers late', async () => {
    sandbox.control.delay(50, { times: 1 });
    const started = performance.now();
    await sandboxClient(sandbox, alice).send(whoAmI);
    assert.ok(performance.now() - started >= 49);
  });

  it('drops, throttles, fails and goes back to normal after so many calls', async () => {
    const client = sandboxClient(sandbox, alice);
    sandbox.control.drop({ times: 1 });
    await assert.rejects(client.send(whoAmI), { code: 'ECONNRESET' });
    await sandbox.waitForCall((call) => call.state === 'dropped');
    sandbox.control.throttle({ operation: 'GetCallerIdentity', times: 2 });
    await client.send(billing);
    await assert.rejects(client.send(whoAmI), { name: 'Throttling', message: 'Rate exceeded' });
    await assert.rejects(client.send(whoAmI), { name: 'Throttling' });
    await client.send(whoAmI);
    sandbox.control.fail(503, { times: 1 });
    await assert.rejects(client.send(whoAmI), { name: 'ServiceUnavailable' });
    sandbox.control.fail(500);
    await assert.rejects(client.send(whoAmI), { name: 'InternalFailure' });
    sandbox.control.clear();
    await client.send(whoAmI);
    assert.deepEqual(
      sandbox.journal.map((call) => call.status),
      [undefined, 200, 400, 400, 200, 503, 500, 200],
    );
  });

  it('answers anything else in place of AWS', async () => {
    sandbox.control.raw({
      status: 502,
      headers: { 'Content-Type': 'text/html' },
      body: '<html>proxy</html>',
    });
    const response = await fetch(sandbox.url, { method: 'POST' });
    assert.equal(response.status, 502);
    assert.equal(response.headers.get('content-type'), 'text/html');
    assert.equal(response.headers.get('x-amzn-requestid'), null);
    assert.equal(await response.text(), '<html>proxy</html>');
  });

  it('grants what it is told to grant', async () => {
    sandbox.control.grantSeconds(-5);
    const { Credentials: dead } = await sandboxClient(sandbox, alice).send(billing);
    await assert.rejects(sandboxClient(sandbox, dead).send(whoAmI), { name: 'ExpiredToken' });
    sandbox.control.grantSeconds(undefined);
    const { Credentials: live } = await sandboxClient(sandbox, alice).send(billing);
    await sandboxClient(sandbox, live).send(whoAmI);
  });

  it('revokes the sessions that are, not those to come', async () => {
    const hub = new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::111122223333:role/hub',
      RoleSessionName: 'robot',
    });
    const spoke = new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::444455556666:role/spoke-a',
      RoleSessionName: 'robot',
    });
    const { Credentials: old } = await sandboxClient(sandbox, alice).send(hub);
    sandbox.control.revokeSessions('arn:aws:iam::111122223333:role/hub');
    await sandboxClient(sandbox, old).send(whoAmI);
    await assert.rejects(
      sandboxClient(sandbox, old).send(spoke),
      /with an explicit deny in an identity-based policy$/,
    );
    // A session of the millisecond of the revocation counts as revoked.
    sandbox.control.skewClock(1000);
    const { Credentials: fresh } = await sandboxClient(sandbox, alice).send(hub);
    await sandboxClient(sandbox, fresh).send(spoke);
  });
});

describe('sandbox: answers and journal', () => {
  let sandbox: Sandbox;
  beforeEach(async () => (sandbox = await startSandbox()));
  afterEach(() => sandbox.close());

  it("has the form of AWS's query protocol", async () => {
    const response = await fetch(sandbox.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    assert.equal(response.status, 403);
    assert.equal(response.headers.get('content-type'), 'text/xml');
    const requestId = response.headers.get('x-amzn-requestid') ?? '';
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.equal(
      await response.text(),
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>MissingAuthenticationToken</Code>
    <Message>Request is missing Authentication Token</Message>
  </Error>
  <RequestId>${requestId}</RequestId>
</ErrorResponse>
`,
    );
  });

  it('refuses an operation that it does not know, and a body that is no call', async () => {
    const client = sandboxClient(sandbox, alice);
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string };
        request.body = request.body.replace('GetCallerIdentity', 'DecodeEverything');
        return next(args);
      },
      { step: 'build', priority: 'high' },
    );
    await assert.rejects(client.send(whoAmI), {
      name: 'InvalidAction',
      message: 'Could not find operation DecodeEverything for version 2011-06-15',
    });
    const response = await fetch(sandbox.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
    assert.equal(response.status, 413);
  });

  it('writes down who did what, and no secret', async () => {
    const code = sandbox.currentCode('alice');
    const serial = 'arn:aws:iam::111122223333:mfa/alice';
    const { Credentials: session } = await sandboxClient(sandbox, alice).send(
      new GetSessionTokenCommand({ SerialNumber: serial, TokenCode: code }),
    );
    await sandboxClient(sandbox, session).send(billing);
    const [first, second] = sandbox.journal;
    assert.equal(first?.operation, 'GetSessionToken');
    assert.deepEqual(first.params, { SerialNumber: serial });
    assert.equal(first.accessKeyId, alice?.accessKeyId);
    assert.equal(first.caller, 'arn:aws:iam::111122223333:user/alice');
    assert.equal(first.region, 'eu-central-1');
    assert.equal(first.status, 200);
    assert.match(first.userAgent, /aws-sdk-js/);
    assert.equal(second?.params['RoleSessionName'], 'robot');

    const secrets = sandbox.secrets();
    for (const secret of [code, alice?.secretAccessKey, session?.SecretAccessKey, session?.SessionToken]) {
      assert.ok(secrets.includes(secret ?? ''), 'the sandbox knows its secrets');
    }
    const written = JSON.stringify(sandbox.journal);
    // Six digits can stand in a time or an id by chance.
    for (const secret of secrets.filter((secret) => secret.length > 6)) {
      assert.ok(!written.includes(secret), 'no secret is in the journal');
    }
  });

  it('waits for a call, and says what came instead', async () => {
    const soon = sandbox.waitForCall((call) => call.status === 200);
    await sandboxClient(sandbox, alice).send(whoAmI);
    assert.equal((await soon).operation, 'GetCallerIdentity');
    await assert.rejects(
      sandbox.waitForCall((call) => call.operation === 'AssumeRole', { timeoutMs: 20 }),
      /no such call within 20 ms; seen: GetCallerIdentity 200/,
    );
    await assert.rejects(
      sandbox.waitForCall(() => true, { timeoutMs: 20, from: 1 }),
      /seen: nothing/,
    );
  });
});

describe('sandbox: as a process', () => {
  it('prints its address, obeys whoever has the control token, and ends on SIGTERM', async () => {
    const main = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));
    const data = fileURLToPath(new URL('../fixtures/sandbox/cases.json', import.meta.url));
    const child = spawn(process.execPath, [main, '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const { url, controlToken } = JSON.parse(line) as { url: string; controlToken: string };
      const ask = async (path: string, token: string, command?: unknown) => {
        const response = await fetch(`${url}/_sandbox/${path}`, {
          headers: { Authorization: `Bearer ${token}` },
          ...(command === undefined ? {} : { method: 'POST', body: JSON.stringify(command) }),
        });
        const json: unknown = await response.json();
        return { status: response.status, json };
      };
      for (const path of ['journal', 'secrets', 'code?user=carol', 'anything']) {
        assert.equal((await ask(path, 'guess')).status, 401);
      }
      assert.equal((await ask('control', controlToken, { do: 'throttle', times: 1 })).status, 200);
      const keys = { accessKeyId: 'AKIAEXAMPLECAROL0000', secretAccessKey: 'EXAMPLEKEY' };
      await assert.rejects(sandboxClient({ url }, keys).send(whoAmI), { name: 'Throttling' });
      await assert.rejects(sandboxClient({ url }, keys).send(whoAmI), { name: 'SignatureDoesNotMatch' });
      const { json: journal } = await ask('journal', controlToken);
      assert.deepEqual(
        (journal as { status: number }[]).map((call) => call.status),
        [400, 403],
      );
      assert.match(((await ask('code?user=carol', controlToken)).json as { code: string }).code, /^\d{6}$/);
      assert.ok(
        ((await ask('secrets', controlToken)).json as string[]).includes('SANDBOXSEEDOFCAROLFORTESTSONLY23'),
      );
      assert.deepEqual(await ask('control', controlToken, { do: 'fly' }), {
        status: 400,
        json: { error: 'the sandbox cannot fly' },
      });
      assert.equal((await ask('code?user=nobody', controlToken)).status, 400);
      assert.equal((await ask('nothing', controlToken)).status, 404);
    } finally {
      child.kill('SIGTERM');
    }
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit');
    }
    assert.equal(child.exitCode, 0);
  });
});
