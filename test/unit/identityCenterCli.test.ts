import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import http from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { useFolder } from '../support/folder.ts';
import { openSignInRig, signInAt, type SignInRig } from '../support/signInRig.ts';
import { selfSigned } from '../support/selfSigned.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli } from '../support/stage.ts';
import { cleanEnvironment } from '../support/workbench.ts';

const never = new AbortController().signal;
const certificate = selfSigned(
  '*.amazonaws.com',
  '*.eu-central-1.amazonaws.com',
  '*.sso.eu-central-1.amazonaws.com',
);

/**
 * Stands between the AWS CLI and AWS: whatever host it wants, it gets the sandbox. That is how a CLI that lets nobody
 * name another Identity Center can be tested.
 */
async function openProxy(sandboxUrl: string, tls: { key: string; cert: string }): Promise<Proxy> {
  const target = new URL(sandboxUrl);
  const secure: Server = createServer(tls, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const { hostname, port } = target;
    const forwarded = http.request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.once('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  const proxy = http.createServer();
  const hosts: string[] = [];
  proxy.on('connect', (request, socket) => {
    hosts.push(request.url ?? '');
    const inner = connect((secure.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      inner.pipe(socket).pipe(inner);
    });
    inner.once('error', () => socket.destroy());
    socket.once('error', () => inner.destroy());
  });
  await Promise.all(
    [secure, proxy].map((server) => new Promise<void>((up) => server.listen(0, '127.0.0.1', up))),
  );
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    hosts,
    close() {
      for (const server of [secure, proxy]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

interface Proxy {
  readonly url: string;
  /** What was asked for, as `host:port`. */
  readonly hosts: readonly string[];
  close(): void;
}

const why = awsCli === undefined ? noAwsCli : 'there is no openssl';

describeIf(awsCli !== undefined && certificate !== undefined, why, 'the AWS CLI and a sign-in', () => {
  const home = useFolder();
  let rig: SignInRig;
  let proxy: Proxy;

  beforeEach(async () => {
    rig = await openSignInRig(home());
    assert.ok(certificate);
    proxy = await openProxy(rig.sandbox.url, certificate);
    await mkdir(join(home(), '.aws'), { recursive: true });
    await writeFile(join(home(), 'ca.pem'), certificate.cert);
    await writeFile(
      join(home(), '.aws', 'config'),
      `[profile dev]\nsso_session = acme\nsso_account_id = 444455556666\nsso_role_name = Developer\nregion = eu-central-1\n` +
        `[profile old]\nsso_start_url = https://acme.example/start\nsso_region = eu-central-1\nsso_account_id = 444455556666\nsso_role_name = ReadOnly\nregion = eu-central-1\n` +
        `[sso-session acme]\nsso_start_url = https://acme.example/start\nsso_region = eu-central-1\nsso_registration_scopes = sso:account:access\n`,
    );
  });
  afterEach(async () => {
    proxy.close();
    await rig.close();
  });

  /** Runs the CLI with everything it sends going to the sandbox; resolves with its output. */
  function aws(...args: string[]): Promise<{ readonly code: number | null; readonly text: string }> {
    const child = spawn(awsCli ?? 'aws', args, {
      env: {
        ...cleanEnvironment(process.env),
        HOME: home(),
        HTTPS_PROXY: proxy.url,
        // What this machine's network wants says the same in small letters, and those win.
        https_proxy: proxy.url,
        NO_PROXY: '',
        no_proxy: '',
        AWS_CA_BUNDLE: join(home(), 'ca.pem'),
        AWS_PAGER: '',
        // No browser may open in a test, and the CLI looks for one.
        BROWSER: 'true',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const code = /^([A-Z]{4}-[A-Z]{4})$/m.exec(text)?.[1];
      if (code !== undefined && rig.sandbox.identityCenter?.deviceOf(code)?.verdict === 'waiting') {
        rig.sandbox.identityCenter.decide(code, 'allowed');
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
  }

  const whoAmI = (profile: string) =>
    aws('sts', 'get-caller-identity', '--profile', profile, '--query', 'Arn', '--output', 'text');

  it('uses a sign-in that was made here', async () => {
    const signIn = signInAt(rig.sandbox);
    const token = await rig.window().token(signIn, { interactive: true }, never);
    assert.ok(!('kind' in token));
    const { code, text } = await whoAmI('dev');
    assert.match(text, /assumed-role\/AWSReservedSSO_Developer_[0-9a-f]+\/alice@acme\.example/);
    assert.equal(code, 0);
    assert.ok(proxy.hosts.includes('portal.sso.eu-central-1.amazonaws.com:443'));
  }).timeout(60_000);

  it('uses one of the older kind that was made here', async () => {
    const legacy = signInAt(rig.sandbox, { session: undefined, scopes: [] });
    assert.ok(!('kind' in (await rig.window().token(legacy, { interactive: true }, never))));
    const { code, text } = await whoAmI('old');
    assert.match(text, /assumed-role\/AWSReservedSSO_ReadOnly_/);
    assert.equal(code, 0);
  }).timeout(60_000);

  it('refreshes one that was made here, and what it writes is used here', async () => {
    const signIn = signInAt(rig.sandbox);
    const window = rig.window();
    const first = await window.token(signIn, { interactive: true }, never);
    assert.ok(!('kind' in first));
    // Its end comes near, in the file alone.
    const path = rig.cache.path(signIn);
    const soon = new Date(Date.now() + 5 * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/("expiresAt":)"[^"]+"/, `$1"${soon}"`));
    assert.equal((await whoAmI('dev')).code, 0);
    const refreshed = await window.token(signIn, { interactive: false }, never);
    assert.ok(!('kind' in refreshed));
    assert.notEqual(refreshed.accessToken.reveal(), first.accessToken.reveal());
    const granted = rig.sandbox.journal.filter(
      ({ operation, status, userAgent }) =>
        operation === 'CreateToken' && status === 200 && userAgent.startsWith('aws-cli'),
    );
    assert.equal(granted.length, 1);
  }).timeout(60_000);

  it('makes one by `aws sso login` that is used here without asking', async () => {
    const { code, text } = await aws('sso', 'login', '--profile', 'dev', '--no-browser');
    assert.equal(code, 0, text);
    const token = await rig.window().token(signInAt(rig.sandbox), { interactive: false }, never);
    assert.ok(!('kind' in token), JSON.stringify(token));
    assert.ok(token.refreshToken);
    assert.deepEqual(rig.shown, []);
    assert.ok(rig.sandbox.identityCenter?.takes(token.accessToken.reveal()));
  }).timeout(60_000);

  it('does not find one any more that was ended here', async () => {
    const signIn = signInAt(rig.sandbox);
    const window = rig.window();
    assert.ok(!('kind' in (await window.token(signIn, { interactive: true }, never))));
    await window.signOut(signIn, never);
    const { code, text } = await whoAmI('dev');
    assert.notEqual(code, 0);
    assert.match(text, /Token for acme does not exist/);
  }).timeout(60_000);
});
