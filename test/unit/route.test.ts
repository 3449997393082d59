import assert from 'node:assert/strict';
import { bypasses, proxyName, routeOf } from '../../src/clients/route.ts';
import type { EditorNetwork } from '../../src/aws/network.ts';
import { networkSettings } from '../../src/ui/settingValues.ts';

const sts = { secure: true, hostname: 'sts.eu-west-1.amazonaws.com', port: 443 };
const plain = { secure: false, hostname: 'sts.corp.example', port: 80 };

const defaults: EditorNetwork = networkSettings(() => undefined);

/** A route, its proxy as people read it. */
function route(
  env: Readonly<Record<string, string>>,
  editor: Partial<EditorNetwork> | undefined,
  to: typeof sts = sts,
) {
  const found = routeOf(to, { env, editor: () => editor && { ...defaults, ...editor } });
  return 'proxy' in found && found.proxy !== undefined ? { ...found, proxy: found.proxy.href } : found;
}

const proxied = (proxy: string) => ({ by: 'proxy', proxy, authorization: undefined, strict: true });

describe('the way that a call takes', () => {
  it('is direct where nothing is set, and to this machine whatever is set', () => {
    assert.deepEqual(route({}, undefined), { by: 'direct' });
    for (const hostname of ['localhost', '127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      const to = { secure: true, hostname, port: 4566 };
      const env = { HTTPS_PROXY: 'http://gateway.example:3128' };
      assert.deepEqual(route(env, { proxy: 'http://gateway.example:3128' }, to), { by: 'direct' }, hostname);
      assert.deepEqual(route(env, undefined, to), { by: 'direct' }, hostname);
    }
  });

  it('follows the environment as the AWS CLI does where VS Code keeps out', () => {
    for (const editor of [undefined, { support: 'off', proxy: 'http://other.example:1' } as const]) {
      const env = { HTTPS_PROXY: 'http://up.example:1', https_proxy: 'http://low.example:2' };
      assert.deepEqual(route(env, editor), proxied('http://low.example:2/'));
      assert.deepEqual(
        route({ HTTPS_PROXY: ' http://up.example:1 ' }, editor),
        proxied('http://up.example:1/'),
      );
      assert.deepEqual(route({ HTTPS_PROXY: 'up.example:3128' }, editor), proxied('http://up.example:3128/'));
      assert.deepEqual(route({ HTTPS_PROXY: '' }, editor), { by: 'direct' });
      // Each protocol has its own.
      assert.deepEqual(route({ HTTP_PROXY: 'http://up.example:1' }, editor), { by: 'direct' });
      assert.deepEqual(
        route({ HTTP_PROXY: 'http://up.example:1' }, editor, plain),
        proxied('http://up.example:1/'),
      );
      assert.deepEqual(route({ ...env, NO_PROXY: 'amazonaws.com' }, editor), { by: 'direct' });
      assert.deepEqual(route({ HTTPS_PROXY: 'socks5://s.example:1080' }, editor), {
        by: 'nothing',
        what: 'socks5',
      });
      assert.deepEqual(route({ HTTPS_PROXY: 'http://' }, editor), { by: 'nothing', what: '' });
    }
  });

  it('leaves it to VS Code where VS Code has it in hand', () => {
    const proxy = 'http://gateway.example:3128';
    const env = { HTTPS_PROXY: 'http://env.example:1' };
    const by = (name: string | undefined, dropAgent = false) => ({ by: 'editor', dropAgent, proxy: name });
    assert.deepEqual(route({}, {}), by(undefined));
    assert.deepEqual(route(env, {}), by('http://env.example:1/'));
    assert.deepEqual(route(env, { proxy }), by(`${proxy}/`));
    assert.deepEqual(route(env, { proxy, support: 'fallback' }), by(`${proxy}/`));
    // “on” means: only requests that bring no agent of their own.
    assert.deepEqual(route(env, { proxy, support: 'on' }), by(`${proxy}/`, true));
    assert.deepEqual(route({}, { proxy: 'socks5://s.example:1080' }), by('socks5://s.example:1080'));
  });

  it('steps in where VS Code does not do what is set', () => {
    const proxy = 'http://gateway.example:3128';
    const authorization = 'Basic RVhBTVBMRQ==';
    assert.deepEqual(route({}, { proxy, authorization }), { ...proxied(`${proxy}/`), authorization });
    const secureProxy = 'https://gateway.example:3128';
    assert.deepEqual(route({}, { proxy: secureProxy, strictSsl: false }), {
      ...proxied(`${secureProxy}/`),
      strict: false,
    });
    assert.equal(route({}, { proxy, strictSsl: false }).by, 'editor');
    const inside = { secure: true, hostname: '10.1.2.3', port: 443 };
    assert.deepEqual(route({ NO_PROXY: '10.0.0.0/8' }, { proxy }, inside), { by: 'direct' });
    // A list in the settings stands in the place of the variable, as in VS Code.
    assert.equal(route({ NO_PROXY: '10.0.0.0/8' }, { proxy, noProxy: ['x.example'] }, inside).by, 'editor');
  });

  it('names a proxy without what opens it', () => {
    assert.equal(proxyName(new URL('http://me:EXAMPLEPASSWORD@gateway.example')), 'gateway.example:80');
    assert.equal(proxyName(new URL('https://gateway.example')), 'gateway.example:443');
    assert.equal(proxyName(new URL('http://me@[::1]:3128')), '[::1]:3128');
  });
});

describe('NO_PROXY', () => {
  const rows: readonly (readonly [entry: string, host: string, port: number, expected: boolean])[] = [
    ['*', 'sts.amazonaws.com', 443, true],
    ['', 'sts.amazonaws.com', 443, false],
    ['.', 'sts.amazonaws.com', 443, false],
    ['amazonaws.com', 'sts.amazonaws.com', 443, true],
    ['.amazonaws.com', 'sts.amazonaws.com', 443, true],
    ['*.amazonaws.com', 'sts.amazonaws.com', 443, true],
    ['.amazonaws.com', 'amazonaws.com', 443, true],
    ['AmazonAWS.com', 'STS.amazonaws.COM', 443, true],
    ['amazonaws.com', 'sts.amazonaws.com.', 443, true],
    ['amazonaws.com', 'evilamazonaws.com', 443, false],
    ['ws.com', 'sts.amazonaws.com', 443, false],
    ['sts.amazonaws.com', 'amazonaws.com', 443, false],
    ['amazonaws.com:443', 'sts.amazonaws.com', 443, true],
    ['amazonaws.com:8443', 'sts.amazonaws.com', 443, false],
    ['10.1.2.3', '10.1.2.3', 443, true],
    ['10.1.2.3:443', '10.1.2.3', 443, true],
    ['10.1.2.3:80', '10.1.2.3', 443, false],
    ['10.0.0.0/8', '10.255.0.1', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/33', '10.0.0.1', 443, false],
    ['0.0.0.0/0', '8.8.8.8', 443, true],
    ['2.3', '10.1.2.3', 443, false],
    ['fd00::/8', 'fd00:ec2::23', 443, true],
    ['fd00:ec2::23', 'fd00:ec2:0::23', 443, true],
    ['[fd00:ec2::23]:443', 'fd00:ec2::23', 443, true],
    ['[fd00:ec2::23]:80', 'fd00:ec2::23', 443, false],
    ['10.0.0.0/8', 'fd00::1', 443, false],
  ];
  for (const [entry, hostname, port, expected] of rows) {
    it(`“${entry}” ${expected ? 'lets' : 'does not let'} ${hostname}:${port} go past the proxy`, () => {
      assert.equal(bypasses([entry], { secure: true, hostname, port }), expected);
      assert.equal(bypasses(['other.example', ` ${entry} `], { secure: true, hostname, port }), expected);
    });
  }
});

describe("VS Code's network settings", () => {
  it("are VS Code's own defaults where they are not set or hold what they may not", () => {
    const expected = {
      support: 'override',
      proxy: '',
      noProxy: [],
      authorization: undefined,
      strictSsl: true,
      systemCertificates: true,
    };
    assert.deepEqual(
      networkSettings(() => undefined),
      expected,
    );
    assert.deepEqual(
      networkSettings(() => 7),
      expected,
    );
  });

  it('are taken as they are', () => {
    const values: Readonly<Record<string, unknown>> = {
      proxySupport: 'fallback',
      proxy: 'http://gateway.example:3128',
      noProxy: ['a.example', 7],
      proxyAuthorization: 'Basic RVhBTVBMRQ==',
      proxyStrictSSL: false,
      systemCertificates: false,
    };
    assert.deepEqual(
      networkSettings((name) => values[name]),
      {
        support: 'fallback',
        proxy: 'http://gateway.example:3128',
        noProxy: ['a.example'],
        authorization: 'Basic RVhBTVBMRQ==',
        strictSsl: false,
        systemCertificates: false,
      },
    );
  });
});
