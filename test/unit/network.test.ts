import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StsCall } from '../../src/aws/effects.ts';
import type { CaBundle, Fault } from '../../src/aws/faults.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { Issuer } from '../../src/aws/planModel.ts';
import { createIam } from '../../src/clients/iam.ts';
import { createIdentityCenter } from '../../src/clients/identityCenter.ts';
import { Network } from '../../src/clients/network.ts';
import { networkFetch } from '../../src/clients/networkFetch.ts';
import type { EditorNetwork, NetworkSettings } from '../../src/aws/network.ts';
import { createIssuers } from '../../src/clients/oidc.ts';
import { createLogin } from '../../src/clients/signin.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { trustOf } from '../../src/clients/trust.ts';
import { WireFault } from '../../src/clients/wireFault.ts';
import { networkSettings } from '../../src/ui/settingValues.ts';
import { closedPort, startFakeSts } from '../support/fakeSts.ts';
import type { FakeSts, Play } from '../support/fakeSts.ts';
import { startProxy } from '../support/proxy.ts';
import type { ProxyOptions, TestProxy } from '../support/proxy.ts';
import { privateAuthority } from '../support/selfSigned.ts';
import { describeIf } from '../support/skip.ts';

const name = 'sts.corp.example';
const certificates = privateAuthority(name);
const noOpenssl = 'there is no openssl';
const grant: Play = { kind: 'grant' };
const keys = {
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: new Secret('EXAMPLEKEY'),
  sessionToken: undefined,
};
const whoAmI: StsCall = { kind: 'callerIdentity' };
const withCode: StsCall = {
  kind: 'sessionToken',
  durationSeconds: 3600,
  mfa: { serial: 'arn:aws:iam::111122223333:mfa/alice', code: new Secret('123456') },
};

/** Behind a host's name that only the proxy knows, so that whatever arrives came through it. */
describeIf(certificates !== undefined, noOpenssl, 'through a proxy', () => {
  let folder: string;
  let bundle: CaBundle;
  let fake: FakeSts;
  let proxy: TestProxy;
  let lines: string[];

  before(() => {
    assert.ok(certificates);
    folder = mkdtempSync(join(tmpdir(), 'sts-sessions-net-'));
    const path = join(folder, 'corp.pem');
    writeFileSync(path, `# Example Corp\n${certificates.authority}`);
    bundle = { path, from: 'ca_bundle' };
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    lines = [];
  });

  afterEach(async () => {
    fake.close();
    await proxy.close();
    assert.doesNotMatch(lines.join('\n'), /EXAMPLE(KEY|PASSWORD)|123456/, 'no secret in the log');
  });

  async function stage(
    options: ProxyOptions = {},
    { secure = true, plays = [grant] }: { secure?: boolean; plays?: readonly Play[] } = {},
  ): Promise<void> {
    fake = await startFakeSts({
      plays,
      ...(secure && { tls: certificates?.server ?? { key: '', cert: '' } }),
    });
    proxy = await startProxy({ names: { [name]: fake.host }, ...options });
  }

  function env(variables: Readonly<Record<string, string>>): NetworkSettings {
    return { env: variables, editor: () => undefined };
  }

  function sender(network: NetworkSettings, trusted: CaBundle | 'usual' = bundle) {
    const send = createStsSender({ now: Date.now, network, log: (line) => lines.push(line) });
    return (call: StsCall, endpoint = `https://${name}`, signal = new AbortController().signal) =>
      send(
        call,
        keys,
        { region: 'eu-west-1', endpoint, ...(trusted !== 'usual' && { caBundle: trusted }) },
        signal,
      );
  }

  it('calls go by CONNECT, with TLS inside, over one connection', async () => {
    await stage();
    const send = sender(env({ HTTPS_PROXY: proxy.url }));
    assert.equal((await send(whoAmI)).kind, 'identity');
    assert.equal((await send(whoAmI)).kind, 'identity');
    assert.deepEqual(
      proxy.requests.map(({ line }) => line),
      [`CONNECT ${name}:443`],
    );
    assert.deepEqual(
      fake.requests.map(({ connection }) => connection),
      [1, 1],
    );
  });

  it('a call with an MFA code gets a connection of its own', async () => {
    await stage();
    const send = sender(env({ HTTPS_PROXY: proxy.url }));
    await send(whoAmI);
    await send(withCode);
    await send(whoAmI);
    assert.deepEqual(
      fake.requests.map(({ connection }) => connection),
      [1, 2, 1],
    );
  });

  it('plain HTTP asks the proxy for the whole URL', async () => {
    await stage({ login: 'me:EXAMPLEPASSWORD' }, { secure: false });
    const send = sender(env({ HTTP_PROXY: `http://me:EXAMPLEPASSWORD@${proxy.host}` }));
    assert.equal((await send(whoAmI, `http://${name}`)).kind, 'identity');
    assert.equal(proxy.requests[0]?.line, `POST http://${name}/`);
    assert.equal(fake.requests[0]?.headers.host, name);
  });

  it('a proxy over TLS carries the tunnel', async () => {
    await stage(certificates === undefined ? {} : { tls: certificates.server });
    const send = sender(env({ HTTPS_PROXY: proxy.url }));
    assert.equal((await send(whoAmI)).kind, 'identity');
    assert.equal(proxy.requests.length, 1);
  });

  it("a proxy's own certificate counts, unless the editor says that it does not", async () => {
    await stage(certificates === undefined ? {} : { tls: certificates.server });
    const refused = await sender(env({ HTTPS_PROXY: proxy.url }), 'usual')(whoAmI);
    assert.deepEqual(refused, {
      kind: 'network',
      host: name,
      reason: 'proxy',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      proxy: proxy.host,
    });
    const editor: EditorNetwork = {
      ...networkSettings(() => undefined),
      proxy: proxy.url,
      strictSsl: false,
    };
    // AWS's certificate is checked all the same.
    const inside = await sender({ env: {}, editor: () => editor }, 'usual')(whoAmI);
    assert.ok(inside.kind === 'network' && inside.reason === 'tls', JSON.stringify(inside));
    assert.equal((await sender({ env: {}, editor: () => editor })(whoAmI)).kind, 'identity');
  });

  it('name and password in its address are sent to it, and to nobody else', async () => {
    await stage({ login: 'me:EXAMPLEPASSWORD/%' });
    const send = sender(env({ HTTPS_PROXY: `http://me:EXAMPLEPASSWORD%2F%25@${proxy.host}` }));
    assert.equal((await send(whoAmI)).kind, 'identity');
    assert.equal(fake.requests[0]?.headers['proxy-authorization'], undefined);
  });

  it("the editor's http.proxyAuthorization is sent too", async () => {
    await stage({ login: 'me:EXAMPLEPASSWORD' });
    const authorization = `Basic ${Buffer.from('me:EXAMPLEPASSWORD').toString('base64')}`;
    const editor = { ...networkSettings(() => undefined), proxy: proxy.url, authorization };
    assert.equal((await sender({ env: {}, editor: () => editor })(whoAmI)).kind, 'identity');
    assert.equal(fake.requests[0]?.headers['proxy-authorization'], undefined);
  });

  const failures: readonly (readonly [
    what: string,
    options: ProxyOptions,
    code: string,
    /** A call may be tried twice. */
    attempts: number,
  ])[] = [
    ['that wants a name and a password', { login: 'me:EXAMPLEPASSWORD' }, 'HTTP_407', 1],
    ['that forbids it', { refuse: 403 }, 'HTTP_403', 1],
    ['that cannot reach AWS', { refuse: 502 }, 'HTTP_502', 2],
  ];
  for (const [what, options, code, attempts] of failures) {
    it(`a proxy ${what} is named`, async () => {
      await stage(options);
      const fault = await sender(env({ HTTPS_PROXY: proxy.url }))(withCode);
      assert.deepEqual(fault, { kind: 'network', host: name, reason: 'proxy', code, proxy: proxy.host });
      assert.equal(proxy.requests.length, attempts);
      assert.equal(fake.requests.length, 0);
    });
    it(`a proxy ${what} is named for plain HTTP`, async () => {
      if (options.refuse !== undefined) {
        return;
      }
      await stage(options, { secure: false });
      const fault = await sender(env({ HTTP_PROXY: proxy.url }))(whoAmI, `http://${name}`);
      assert.deepEqual(fault, { kind: 'network', host: name, reason: 'proxy', code, proxy: proxy.host });
    });
  }

  it('a proxy that is not there is named', async () => {
    await stage();
    const gone = await closedPort();
    for (const variables of [{ HTTPS_PROXY: `http://${gone}` }, { HTTP_PROXY: `http://${gone}` }]) {
      const scheme = 'HTTPS_PROXY' in variables ? 'https' : 'http';
      const fault = await sender(env(variables))(whoAmI, `${scheme}://${name}`);
      assert.deepEqual(fault, {
        kind: 'network',
        host: name,
        reason: 'proxy',
        code: 'ECONNREFUSED',
        proxy: gone,
      });
    }
  });

  it('a proxy that says nothing can be waited for no longer', async () => {
    await stage({ silent: true });
    const stop = new AbortController();
    const waiting = sender(env({ HTTPS_PROXY: proxy.url }))(whoAmI, undefined, stop.signal);
    setTimeout(() => stop.abort(), 50);
    assert.deepEqual(await waiting, { kind: 'cancelled' });
  });

  it('a proxy of another kind is not passed by', async () => {
    await stage();
    const fault = await sender(env({ HTTPS_PROXY: 'socks5://127.0.0.1:1080' }))(whoAmI);
    assert.deepEqual(fault, { kind: 'network', host: name, reason: 'proxy', code: 'SCHEME_socks5' });
  });

  it('what NO_PROXY names does not go through it', async () => {
    await stage();
    const network = env({ HTTPS_PROXY: proxy.url, NO_PROXY: '.example' });
    const fault = await sender(network)(whoAmI);
    // Only the proxy knows the name.
    assert.ok(fault.kind === 'network' && fault.reason === 'dns', JSON.stringify(fault));
    assert.equal(proxy.requests.length, 0);
  });

  it('nothing on this machine goes through it', async () => {
    await stage();
    const network = env({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url });
    assert.equal((await sender(network)(whoAmI, fake.url)).kind, 'identity');
    assert.equal(proxy.requests.length, 0);
  });

  it('a fetch for a library goes the same way', async () => {
    await stage({ login: 'me:EXAMPLEPASSWORD' });
    const network = new Network(env({ HTTPS_PROXY: `http://me:EXAMPLEPASSWORD@${proxy.host}` }));
    const fetch = networkFetch(network, { caBundle: bundle });
    const answer = await fetch(`https://${name}/?x=1`, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'GetCallerIdentity' }),
    });
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<GetCallerIdentityResponse/);
    assert.equal(
      fake.requests[0]?.headers['content-type'],
      'application/x-www-form-urlencoded;charset=UTF-8',
    );
    assert.equal(proxy.requests[0]?.line, `CONNECT ${name}:443`);
  });

  const corp: Issuer = {
    name: 'corp',
    by: 'signIn',
    url: `https://${name}`,
    clientId: 'sts',
    scopes: [],
    sessionNameClaim: undefined,
  };
  const discovery: Play = {
    kind: 'raw',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ issuer: corp.url, authorization_endpoint: `${corp.url}/auth` }),
  };
  const never = new AbortController().signal;

  it('an issuer is asked the same way, with the certificates that its profile names, else those of the environment', async () => {
    await stage({}, { plays: [discovery] });
    const network = env({ HTTPS_PROXY: proxy.url });
    const gone: CaBundle = { path: join(folder, 'gone.pem'), from: 'AWS_CA_BUNDLE' };
    const look = (issuer: Issuer, caBundle?: CaBundle) =>
      createIssuers({ network, caBundle, now: Date.now }).look(issuer, never);
    const known = { scopes: [], deviceCode: false };
    assert.deepEqual(await look({ ...corp, caBundle: bundle }, gone), known);
    assert.deepEqual(await look(corp, bundle), known);
    const untrusted = await look(corp);
    assert.ok('kind' in untrusted && untrusted.kind === 'issuerUnreachable', JSON.stringify(untrusted));
    assert.equal(untrusted.reason, 'tls');
    assert.deepEqual(new Set(proxy.requests.map(({ line }) => line)), new Set([`CONNECT ${name}:443`]));
  });

  const target = (): { region: string; endpoint: string; caBundle: CaBundle } => ({
    region: 'eu-west-1',
    endpoint: `https://${name}`,
    caBundle: bundle,
  });
  const others: readonly (readonly [what: string, ask: (network: NetworkSettings) => Promise<unknown>])[] = [
    [
      'aws login',
      (network) =>
        createLogin({ network, now: Date.now }).redeem(
          target(),
          {
            clientId: 'arn:aws:signin:::devtools/same-device',
            code: new Secret('EXAMPLECODE'),
            verifier: new Secret('EXAMPLEVERIFIER'),
            redirectUri: 'http://127.0.0.1/oauth/callback',
          },
          never,
        ),
    ],
    [
      'IAM',
      (network) => createIam({ network, now: Date.now }).role({ keys, target: target() }, 'admin', never),
    ],
    [
      'a sign-in at Identity Center',
      (network) =>
        createIdentityCenter({ network, now: Date.now }).register(
          {
            session: 'acme',
            startUrl: 'https://acme.example/start',
            region: 'eu-west-1',
            scopes: [],
            oidc: `https://${name}`,
            portal: `https://${name}`,
            caBundle: bundle,
          },
          undefined,
          never,
        ),
    ],
  ];
  for (const [what, ask] of others) {
    it(`${what} goes the same way, and trusts the same`, async () => {
      await stage({}, { plays: [{ kind: 'raw', status: 400, body: '{}' }] });
      await ask(env({ HTTPS_PROXY: proxy.url }));
      assert.equal(proxy.requests[0]?.line, `CONNECT ${name}:443`);
      assert.ok(fake.requests.length > 0, 'it arrived');
    });
  }

  it("an issuer's proxy that wants a name and a password is named", async () => {
    await stage({ login: 'me:EXAMPLEPASSWORD' });
    const api = createIssuers({ network: env({ HTTPS_PROXY: proxy.url }), caBundle: bundle, now: Date.now });
    const { host } = proxy;
    assert.deepEqual(await api.look(corp, never), {
      kind: 'issuerUnreachable',
      issuer: 'corp',
      host: name,
      reason: 'proxy',
      code: 'HTTP_407',
      proxy: host,
    });
  });
});

describe('a fetch for a library', () => {
  const network = new Network({ env: {}, editor: () => undefined });
  let fake: FakeSts;

  afterEach(() => fake.close());

  const faultOf = async (call: Promise<unknown>): Promise<Fault> => {
    const error: unknown = await call.then(
      () => assert.fail('it was to fail'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof WireFault, String(error));
    return error.fault;
  };

  it('returns a redirect and follows none', async () => {
    fake = await startFakeSts({
      plays: [{ kind: 'raw', status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    });
    const answer = await networkFetch(network)(fake.url, { redirect: 'manual' } as object);
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get('location'), 'http://127.0.0.1:1/');
    assert.equal(fake.requests.length, 1);
  });

  it('keeps several headers of one name apart, and takes 204', async () => {
    fake = await startFakeSts({
      plays: [{ kind: 'raw', status: 204, headers: { 'www-authenticate': 'DPoP' }, body: '' }],
    });
    const answer = await networkFetch(network)(new URL(fake.url), { headers: new Headers({ 'x-one': '1' }) });
    assert.equal(answer.status, 204);
    assert.equal(fake.requests[0]?.headers['x-one'], '1');
  });

  it('ends after its time, when it is told to, and where an answer never ends', async () => {
    fake = await startFakeSts({ plays: [{ kind: 'hang' }] });
    assert.deepEqual(await faultOf(networkFetch(network, { timeoutMs: 50 })(fake.url)), {
      kind: 'timedOut',
      host: fake.host,
      seconds: 0.05,
    });
    assert.deepEqual(await faultOf(networkFetch(network)(fake.url, { signal: AbortSignal.abort() })), {
      kind: 'cancelled',
    });
    fake.close();
    fake = await startFakeSts({ plays: [{ kind: 'flood', bytes: 5_000_000, announced: false }] });
    const flooded = await faultOf(networkFetch(network, { maxBytes: 1000 })(fake.url));
    assert.deepEqual(flooded, { kind: 'notAws', host: fake.host, status: 200, what: 'tooLarge' });
  });

  it('asks only over HTTP', async () => {
    fake = await startFakeSts({ plays: [grant] });
    const fault = await faultOf(networkFetch(network)('file:///etc/passwd'));
    assert.ok(fault.kind === 'network' && fault.code === 'ERR_INVALID_URL');
  });
});

describe('a CA bundle', () => {
  let folder: string;
  let path: string;
  let fake: FakeSts | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sts-sessions-ca-'));
    path = join(folder, 'corp.pem');
  });

  afterEach(() => {
    fake?.close();
    fake = undefined;
    rmSync(folder, { recursive: true });
  });

  const bundle = (): CaBundle => ({ path, from: 'AWS_CA_BUNDLE' });

  async function ask(caBundle: CaBundle | undefined): Promise<string> {
    assert.ok(certificates !== undefined);
    fake ??= await startFakeSts({ plays: [grant], tls: certificates.server });
    const send = createStsSender({ now: Date.now });
    const target = { region: 'eu-west-1', endpoint: fake.url, ...(caBundle && { caBundle }) };
    const reply = await send(whoAmI, keys, target, new AbortController().signal);
    return reply.kind === 'network' ? `${reply.reason} ${reply.code}` : reply.kind;
  }

  describeIf(certificates !== undefined, noOpenssl, 'of a private authority', () => {
    it('lets a server of its authority be trusted, alone and among others', async () => {
      assert.ok(certificates);
      assert.equal(await ask(undefined), 'tls UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      const other = privateAuthority()?.authority ?? '';
      writeFileSync(path, `${other}\nsubject: ours\n${certificates.authority}`);
      assert.equal(await ask(bundle()), 'identity');
    });

    it('stands in the place of the usual authorities, as in the AWS CLI', async () => {
      const other = privateAuthority();
      assert.ok(other);
      writeFileSync(path, other.authority);
      const trust = await trustOf(bundle());
      assert.ok(!('kind' in trust));
      assert.equal(trust.certificates?.length, 1);
      assert.equal(await ask(bundle()), 'tls UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    });

    it('is read again when it has changed, and only then', async () => {
      const other = privateAuthority();
      assert.ok(certificates && other);
      writeFileSync(path, other.authority);
      assert.equal(await ask(bundle()), 'tls UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      const before = await trustOf(bundle());
      assert.equal(await trustOf(bundle()), before);
      writeFileSync(path, certificates.authority);
      utimesSync(path, new Date(), new Date(Date.now() + 5000));
      assert.equal(await ask(bundle()), 'identity');
    });
  });

  it('that cannot be used keeps the call from being sent', async () => {
    const fault = (what: string, code = '') => ({ kind: 'caBundle', bundle: bundle(), what, code });
    assert.deepEqual(await trustOf(bundle()), fault('missing', 'ENOENT'));
    writeFileSync(path, '');
    assert.deepEqual(await trustOf(bundle()), fault('empty'));
    writeFileSync(path, 'not a certificate');
    assert.deepEqual(await trustOf(bundle()), fault('notPem'));
    writeFileSync(path, '-----BEGIN CERTIFICATE-----\nRVhBTVBMRQ==\n-----END CERTIFICATE-----\n');
    assert.deepEqual(await trustOf(bundle()), fault('notPem'));
    writeFileSync(path, Buffer.alloc(4_000_001));
    assert.deepEqual(await trustOf(bundle()), fault('tooLarge'));
    const inFolder: CaBundle = { path: folder, from: 'AWS_CA_BUNDLE' };
    assert.deepEqual(await trustOf(inFolder), {
      kind: 'caBundle',
      bundle: inFolder,
      what: 'notAFile',
      code: '',
    });
    fake = await startFakeSts({ plays: [grant], ...(certificates && { tls: certificates.server }) });
    const send = createStsSender({ now: Date.now });
    rmSync(path);
    const target = { region: 'eu-west-1', endpoint: `https://${fake.host}`, caBundle: bundle() };
    const reply = await send(whoAmI, keys, target, new AbortController().signal);
    assert.deepEqual(reply, fault('missing', 'ENOENT'));
    assert.equal(fake.requests.length, 0);
  });
});
