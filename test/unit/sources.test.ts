import assert from 'node:assert/strict';
import type { Credentials } from '../../src/aws/credentials.ts';
import type { Effects, FileRead, LocalAnswer, LocalRequest, ProcessEnd } from '../../src/aws/effects.ts';
import type { Fault } from '../../src/aws/faults.ts';
import { run } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import { machineKeys } from '../../src/aws/sources/credentialSource.ts';
import { parseInstant } from '../../src/aws/sources/givenKeys.ts';
import { processKeys } from '../../src/aws/sources/process.ts';
import { fakeEffects, madeCredentials, scriptedSts } from '../support/fakeEffects.ts';
import { arn, goodPlan, role } from '../support/plans.ts';

const never = new AbortController().signal;
const now = Date.UTC(2026, 10, 23, 12);
const later = '2026-11-23T13:00:00Z';
const given = {
  Version: 1,
  AccessKeyId: 'ASIAEXAMPLEPROCESS',
  SecretAccessKey: 'EXAMPLEKEY',
  SessionToken: 'EXAMPLETOKEN',
  Expiration: later,
};
const { Version: _version, SessionToken: Token, ...rest } = given;
const served = { ...rest, Token };

function text(value: string): FileRead {
  return { kind: 'text', text: new Secret(value) };
}

/** Either the key's id and its end, or the fault. */
function brief(result: Credentials | Fault): unknown {
  return 'kind' in result ? result : [result.accessKeyId, result.expiresAt];
}

const good = ['ASIAEXAMPLEPROCESS', Date.UTC(2026, 10, 23, 13)];

describe('credential_process', () => {
  const config = '[profile vault]\ncredential_process = "/opt/acme keys" --password hunter2\n';
  const plan = goodPlan({ config, ask: 'vault' });
  const { base } = plan;
  assert.ok(base.kind === 'process');

  async function play(end: ProcessEnd): Promise<Credentials | Fault> {
    assert.ok(base.kind === 'process');
    return processKeys(base, fakeEffects({ runProcess: () => Promise.resolve(end) }), never);
  }
  const printed = (output: string): ProcessEnd => ({ kind: 'exited', status: 0, output: new Secret(output) });
  const fault = (what: string, detail = ''): unknown => ({ kind: 'process', profile: 'vault', what, detail });

  it('runs the program as the AWS CLI would divide its command, for a minute at most', async () => {
    const seen: unknown[] = [];
    const runProcess: Effects['runProcess'] = (argv, limits) => {
      seen.push(argv, limits.ms);
      return Promise.resolve(printed(JSON.stringify(given)));
    };
    const result = await run(plan, fakeEffects({ runProcess, now: () => now }), never);
    assert.deepEqual(seen, [['/opt/acme keys', '--password', 'hunter2'], 60_000]);
    assert.ok(result.ok);
    assert.equal(result.credentials.expiresAt, good[1]);
    assert.equal(result.credentials.sessionToken?.reveal(), 'EXAMPLETOKEN');
  });

  const fields: readonly (readonly [string, unknown, unknown])[] = [
    ['what AWS documents', given, good],
    [
      'keys without an end and without a token',
      { ...given, SessionToken: null, Expiration: '' },
      [good[0], undefined],
    ],
    ['fields that nobody knows', { ...given, Extra: { a: 1 } }, good],
    ['an end with another zone', { ...given, Expiration: '2026-11-23T14:00:00.000+01:00' }, good],
    ['another version', { ...given, Version: 2 }, fault('version')],
    ['the version as text', { ...given, Version: '1' }, fault('version')],
    ['no version', { ...given, Version: undefined }, fault('version')],
    ['no key', { ...given, AccessKeyId: undefined }, fault('field', 'AccessKeyId')],
    [
      'a key with a line break',
      { ...given, AccessKeyId: `${given.AccessKeyId}\n` },
      fault('field', 'AccessKeyId'),
    ],
    ['a number for a secret', { ...given, SecretAccessKey: 1 }, fault('field', 'SecretAccessKey')],
    ['a blank secret', { ...given, SecretAccessKey: '' }, fault('field', 'SecretAccessKey')],
    ['a token in two lines', { ...given, SessionToken: 'a\r\nX: y' }, fault('field', 'SessionToken')],
    ['an end without a zone', { ...given, Expiration: '2026-11-23T13:00:00' }, fault('field', 'Expiration')],
    ['an end as a number', { ...given, Expiration: 1_800_000_000 }, fault('field', 'Expiration')],
    ['a list', [given], fault('notJson')],
    ['null', null, fault('notJson')],
  ];
  for (const [title, json, expected] of fields) {
    it(`answers with ${title}`, async () => {
      assert.deepEqual(brief(await play(printed(JSON.stringify(json)))), expected);
    });
  }

  const ends: readonly (readonly [string, ProcessEnd, unknown])[] = [
    ['nothing', printed(''), fault('notJson')],
    ['a secret that is no JSON', printed('hunter2'), fault('notJson')],
    ['a byte order mark', printed(`\uFEFF${JSON.stringify(given)}`), good],
    ['a failure', { kind: 'exited', status: 3, output: new Secret('hunter2') }, fault('failed', '3')],
    ['a crash', { kind: 'killed', signal: 'SIGSEGV' }, fault('killed', 'SIGSEGV')],
    ['no program', { kind: 'notStarted', code: 'ENOENT' }, fault('notFound')],
    ['a program that must not run', { kind: 'notStarted', code: 'EACCES' }, fault('notStarted', 'EACCES')],
    ['no end', { kind: 'timedOut' }, fault('timedOut', '60')],
    ['no end of output', { kind: 'tooMuch' }, fault('tooMuch')],
    ['cancelling', { kind: 'cancelled' }, { kind: 'cancelled' }],
  ];
  for (const [title, end, expected] of ends) {
    it(`says what is wrong with ${title}, and nothing of the command or the output`, async () => {
      const result = brief(await play(end));
      assert.deepEqual(result, expected);
      assert.ok(!JSON.stringify(result).includes('hunter2'));
    });
  }

  it('runs nothing for a command that cannot be divided', async () => {
    for (const [command, what] of [
      [`a "b`, 'quotes'],
      [`""`, 'empty'],
    ] as const) {
      const odd = goodPlan({ config: `[profile vault]\ncredential_process = ${command}\n`, ask: 'vault' });
      const result = await run(odd, fakeEffects({}), never);
      assert.deepEqual(result, { ok: false, fault: fault(what), step: -1 });
    }
  });

  it('refuses credentials that are over', async () => {
    const runProcess = () => Promise.resolve(printed(JSON.stringify(given)));
    const effects = fakeEffects({ runProcess, now: () => Date.parse(later) });
    assert.deepEqual(await run(plan, effects, never), { ok: false, fault: fault('expired'), step: -1 });
  });

  it('takes the account of the profile where the program names none', async () => {
    const own = goodPlan({ config: `${config}aws_account_id = 111122223333\n`, ask: 'vault' });
    for (const [AccountId, expected] of [
      [undefined, '111122223333'],
      ['222233334444', '222233334444'],
      ['mine', '111122223333'],
    ] as const) {
      const runProcess = () => Promise.resolve(printed(JSON.stringify({ ...given, AccountId })));
      const result = await run(own, fakeEffects({ runProcess, now: () => now }), never);
      assert.ok(result.ok);
      assert.equal(result.credentials.accountId, expected);
    }
  });
});

describe('web_identity_token_file', () => {
  const config = `[profile ci]\nrole_arn = ${arn('Ci')}\nweb_identity_token_file = ~/jwt\nduration_seconds = 28800\nregion = eu-west-1\n${role('deploy', 'ci')}`;
  const plan = goodPlan({ config, ask: 'ci' });

  it('sends the file’s text without white space, unsigned, to the profile’s region', async () => {
    const sts = scriptedSts([
      { kind: 'credentials', credentials: madeCredentials('CI'), serverTime: undefined },
    ]);
    const readFile: Effects['readFile'] = (path) =>
      Promise.resolve(text(path === '~/jwt' ? ' a.b.c\r\n' : 'no'));
    const result = await run(plan, fakeEffects({ send: sts.send, readFile, now: () => 0 }), never);
    assert.ok(result.ok);
    const [sent] = sts.sent;
    assert.ok(sent?.call.kind === 'webIdentity');
    assert.equal(sent.call.token.reveal(), 'a.b.c');
    assert.equal(sent.call.durationSeconds, 28_800);
    assert.equal(sent.call.roleArn, arn('Ci'));
    assert.equal(sent.keys, undefined);
    assert.deepEqual(sent.target, { region: 'eu-west-1', endpoint: 'https://sts.eu-west-1.amazonaws.com' });
  });

  it('is a source like any other, whose role asks for an hour at most', async () => {
    const sts = scriptedSts([
      { kind: 'credentials', credentials: madeCredentials('CI'), serverTime: undefined },
      { kind: 'credentials', credentials: madeCredentials('DEPLOY'), serverTime: undefined },
    ]);
    const chain = goodPlan({ config, ask: 'deploy' });
    assert.equal(chain.steps[0]?.kind === 'assumeRole' && chain.steps[0].maxDurationSeconds, 3600);
    const effects = fakeEffects({
      send: sts.send,
      readFile: () => Promise.resolve(text('x.y.z')),
      now: () => 0,
    });
    assert.ok((await run(chain, effects, never)).ok);
    assert.equal(sts.sent[1]?.keys?.accessKeyId, 'ASIAEXAMPLECI');
  });

  it('reads the file anew for each start, and says what is wrong with it', async () => {
    for (const [found, what, code] of [
      [{ kind: 'missing' }, 'missing', ''],
      [{ kind: 'notAFile' }, 'notAFile', ''],
      [{ kind: 'tooLarge' }, 'tooLarge', ''],
      [{ kind: 'unreadable', code: 'EACCES' }, 'unreadable', 'EACCES'],
      [text(' \n'), 'empty', ''],
    ] as const) {
      const result = await run(plan, fakeEffects({ readFile: () => Promise.resolve(found) }), never);
      assert.deepEqual(result, {
        ok: false,
        fault: { kind: 'tokenFile', path: '~/jwt', what, code },
        step: -1,
      });
    }
  });

  it('asks for an hour after AWS has refused more', async () => {
    const refusal = { kind: 'durationOverMaximum', seconds: 28_800, roleArn: arn('Ci') } as const;
    const sts = scriptedSts([
      refusal,
      { kind: 'credentials', credentials: madeCredentials('CI'), serverTime: undefined },
    ]);
    const effects = fakeEffects({
      send: sts.send,
      readFile: () => Promise.resolve(text('x.y.z')),
      now: () => 0,
    });
    const result = await run(plan, effects, never);
    assert.ok(result.ok);
    assert.deepEqual(
      sts.sent.map(({ call }) => call.kind === 'webIdentity' && call.durationSeconds),
      [28_800, 3600],
    );
    assert.deepEqual(result.shortened, [
      { roleArn: arn('Ci'), askedSeconds: 28_800, grantedSeconds: 3600, byRole: true },
    ]);
  });

  it('belongs to its role’s partition', () => {
    const china = goodPlan({
      config: `[profile cn]\nrole_arn = arn:aws-cn:iam::111122223333:role/A\nweb_identity_token_file = /t\n`,
      ask: 'cn',
    });
    assert.equal(china.target.endpoint, 'https://sts.cn-north-1.amazonaws.com.cn');
  });
});

describe('credential_source', () => {
  interface Answers {
    readonly env: Readonly<Record<string, string>>;
    readonly file?: FileRead;
    /** By method and path; what is not here is refused with 404. */
    readonly http?: Readonly<Record<string, LocalAnswer | string>>;
  }
  async function ask(
    source: Parameters<typeof machineKeys>[0],
    { env, file, http = {} }: Answers,
  ): Promise<{ result: unknown; requests: readonly LocalRequest[] }> {
    const requests: LocalRequest[] = [];
    const result = await machineKeys(
      source,
      fakeEffects({
        env: (name) => env[name],
        ...(file && { readFile: () => Promise.resolve(file) }),
        fetchLocal: (request) => {
          requests.push(request);
          const found = http[`${request.method} ${new URL(request.url).pathname}`];
          return Promise.resolve(
            typeof found === 'string'
              ? { kind: 'answer', status: 200, body: new Secret(found) }
              : (found ?? { kind: 'answer', status: 404, body: new Secret('') }),
          );
        },
      }),
      never,
    );
    return { result: brief(result), requests };
  }

  describe('Environment', () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'EXAMPLEKEY' };

    it('reads the variables, the older token first', async () => {
      const all = {
        ...env,
        AWS_SESSION_TOKEN: 'NEW',
        AWS_SECURITY_TOKEN: 'OLD',
        AWS_CREDENTIAL_EXPIRATION: later,
        AWS_ACCOUNT_ID: '111122223333',
      };
      const result = await machineKeys(
        'Environment',
        fakeEffects({ env: (name) => new Map(Object.entries(all)).get(name) }),
        never,
      );
      assert.ok(!('kind' in result));
      assert.equal(result.sessionToken?.reveal(), 'OLD');
      assert.equal(result.expiresAt, good[1]);
      assert.equal(result.accountId, '111122223333');
    });

    it('names the variable that is missing', async () => {
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const) {
        const { [name]: _left, ...others } = env;
        const { result } = await ask('Environment', { env: others });
        assert.deepEqual(result, {
          kind: 'machine',
          source: 'Environment',
          what: 'noVariable',
          detail: name,
        });
      }
    });
  });

  describe('EcsContainer', () => {
    const url = 'http://127.0.0.1:1/creds';
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: url };
    const http = { 'GET /creds': JSON.stringify(served) };
    const fault = (what: string, detail: string): unknown => ({
      kind: 'machine',
      source: 'EcsContainer',
      what,
      detail,
    });

    it('asks the address of ECS before any other, three times within two seconds each', async () => {
      const { requests } = await ask('EcsContainer', {
        env: { ...env, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials?id=1' },
      });
      assert.deepEqual(
        requests.map(({ url, timeoutMs, attempts }) => [url, timeoutMs, attempts]),
        [['http://169.254.170.2/v2/credentials?id=1', 2000, 3]],
      );
    });

    it('shows the text of the token’s file before the variable’s', async () => {
      const tokens = {
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'variable',
      };
      const { result, requests } = await ask('EcsContainer', {
        env: { ...env, ...tokens },
        file: text('Basic file'),
        http,
      });
      assert.deepEqual(result, good);
      const shown = requests[0]?.headers['Authorization'];
      assert.ok(shown instanceof Secret);
      assert.equal(shown.reveal(), 'Basic file');
      assert.ok(!JSON.stringify(requests).includes('Basic file'));
    });

    it('sends no token with a line break', async () => {
      const AWS_CONTAINER_AUTHORIZATION_TOKEN = 'a\nX-Forged: 1';
      const { result, requests } = await ask('EcsContainer', {
        env: { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN },
      });
      assert.deepEqual(result, fault('badToken', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'));
      assert.deepEqual(requests, []);
    });

    it('asks nobody else over plain HTTP', async () => {
      for (const host of [
        '127.0.0.1',
        '127.9.9.9',
        'localhost',
        '[::1]',
        '169.254.170.2',
        '169.254.170.23',
        '[fd00:ec2::23]',
      ]) {
        const { result } = await ask('EcsContainer', {
          env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/creds` },
          http,
        });
        assert.deepEqual(result, good, host);
      }
      for (const host of [
        '169.254.169.254',
        'idp.example',
        '127.0.0.1.evil.test',
        'localhost.evil.test',
        '[::2]',
        '10.0.0.1:127',
      ]) {
        const { result, requests } = await ask('EcsContainer', {
          env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/creds` },
          http,
        });
        assert.deepEqual(result, fault('hostNotAllowed', host));
        assert.deepEqual(requests, []);
      }
      const tls = await ask('EcsContainer', {
        env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'https://idp.example/creds' },
        http,
      });
      assert.deepEqual(tls.result, good);
    });

    it('says what is wrong', async () => {
      const full = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
      const refused: LocalAnswer = { kind: 'answer', status: 401, body: new Secret('{"Message":"hunter2"}') };
      const table: readonly (readonly [Answers, unknown])[] = [
        [{ env: {} }, fault('noVariable', full)],
        [{ env: { [full]: 'creds' } }, fault('badAddress', full)],
        [{ env: { [full]: 'file:///etc/passwd' } }, fault('badAddress', full)],
        [{ env, http: { 'GET /creds': refused } }, fault('refused', 'HTTP 401')],
        [{ env, http: { 'GET /creds': '<html>' } }, fault('notJson', '127.0.0.1:1')],
        [{ env, http: { 'GET /creds': '{}' } }, fault('field', 'AccessKeyId')],
        [{ env, http: { 'GET /creds': JSON.stringify(given) } }, fault('field', 'Token')],
        [{ env, http: { 'GET /creds': { kind: 'timedOut' } } }, fault('timedOut', '127.0.0.1:1')],
        [
          { env, http: { 'GET /creds': { kind: 'failed', code: 'ECONNREFUSED' } } },
          fault('unreachable', '127.0.0.1:1, ECONNREFUSED'),
        ],
        [{ env, http: { 'GET /creds': { kind: 'cancelled' } } }, { kind: 'cancelled' }],
      ];
      for (const [answers, expected] of table) {
        assert.deepEqual((await ask('EcsContainer', answers)).result, expected);
      }
    });
  });

  describe('Ec2InstanceMetadata', () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' };
    const roles = '/latest/meta-data/iam/security-credentials/';
    const http = {
      'PUT /latest/api/token': 'EXAMPLEIMDS==',
      [`GET ${roles}`]: 'Worker\n',
      [`GET ${roles}Worker`]: JSON.stringify({ Code: 'Success', ...served }),
    };
    const fault = (what: string, detail: string): unknown => ({
      kind: 'machine',
      source: 'Ec2InstanceMetadata',
      what,
      detail,
    });

    it('shows a token with each request', async () => {
      const { result, requests } = await ask('Ec2InstanceMetadata', { env, http });
      assert.deepEqual(result, good);
      assert.deepEqual(
        requests.map(({ url, headers }) => {
          const token = headers['x-aws-ec2-metadata-token'];
          return [url, token instanceof Secret ? token.reveal() : token];
        }),
        [
          ['http://127.0.0.1:1/latest/api/token', undefined],
          [`http://127.0.0.1:1${roles}`, 'EXAMPLEIMDS=='],
          [`http://127.0.0.1:1${roles}Worker`, 'EXAMPLEIMDS=='],
        ],
      );
    });

    it('asks without one where the service knows none, unless that is forbidden', async () => {
      const { ['PUT /latest/api/token']: _token, ...old } = http;
      const { result, requests } = await ask('Ec2InstanceMetadata', { env, http: old });
      assert.deepEqual(result, good);
      assert.deepEqual(requests[1]?.headers, {});
      const slow = { ...old, 'PUT /latest/api/token': { kind: 'timedOut' } as const };
      assert.deepEqual((await ask('Ec2InstanceMetadata', { env, http: slow })).result, good);
      const strict = { ...env, AWS_EC2_METADATA_V1_DISABLED: 'TRUE' };
      assert.deepEqual(
        (await ask('Ec2InstanceMetadata', { env: strict, http: old })).result,
        fault('disabled', 'AWS_EC2_METADATA_V1_DISABLED'),
      );
    });

    it('asks the address of the variable, of the mode, or the usual one', async () => {
      for (const [variables, base] of [
        [{}, 'http://169.254.169.254/'],
        [{ AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }, 'http://[fd00:ec2::254]/'],
        [{ ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }, 'http://127.0.0.1:1/'],
        [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://localhost:9/below/' }, 'http://localhost:9/below/'],
      ] as const) {
        const { requests } = await ask('Ec2InstanceMetadata', { env: { ...variables } });
        assert.equal(requests[0]?.url, `${base}latest/api/token`);
      }
    });

    it('says what is wrong', async () => {
      const answer = (status: number): LocalAnswer => ({ kind: 'answer', status, body: new Secret('') });
      const table: readonly (readonly [Answers, unknown])[] = [
        [{ env: { AWS_EC2_METADATA_DISABLED: 'true' } }, fault('disabled', 'AWS_EC2_METADATA_DISABLED')],
        [
          { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'x' } },
          fault('badAddress', 'AWS_EC2_METADATA_SERVICE_ENDPOINT'),
        ],
        [
          { env, http: { 'PUT /latest/api/token': { kind: 'failed', code: 'EHOSTUNREACH' } } },
          fault('unreachable', '127.0.0.1:1, EHOSTUNREACH'),
        ],
        [{ env, http: { 'PUT /latest/api/token': answer(400) } }, fault('refused', 'HTTP 400')],
        [{ env, http: { 'PUT /latest/api/token': 'a\r\nb' } }, fault('badToken', '127.0.0.1:1')],
        [{ env, http: { 'PUT /latest/api/token': 'T' } }, fault('noRole', '127.0.0.1:1')],
        [{ env, http: { ...http, [`GET ${roles}`]: '../../user-data' } }, fault('noRole', '127.0.0.1:1')],
        [{ env, http: { ...http, [`GET ${roles}`]: answer(500) } }, fault('refused', 'HTTP 500')],
        [{ env, http: { ...http, [`GET ${roles}Worker`]: '{' } }, fault('notJson', '127.0.0.1:1')],
        [
          { env, http: { ...http, [`GET ${roles}Worker`]: '{"Code":"AssumeRoleUnauthorizedAccess"}' } },
          fault('refused', 'AssumeRoleUnauthorizedAccess'),
        ],
        [{ env, http: { ...http, 'PUT /latest/api/token': { kind: 'cancelled' } } }, { kind: 'cancelled' }],
      ];
      for (const [answers, expected] of table) {
        assert.deepEqual((await ask('Ec2InstanceMetadata', answers)).result, expected);
      }
    });
  });
});

describe('parseInstant', () => {
  it('takes RFC 3339 and nothing else', () => {
    for (const text of [
      later,
      '2026-11-23 13:00:00z',
      '2026-11-23T14:00:00+0100',
      '2026-11-23t13:00:00.000000Z',
    ]) {
      assert.equal(parseInstant(text), good[1], text);
    }
    for (const text of [
      '',
      'tomorrow',
      '2026-11-23',
      '2026-11-23T13:00:00',
      '2026-99-23T13:00:00Z',
      '1800000000',
      `${later}\n`,
    ]) {
      assert.equal(parseInstant(text), undefined, text);
    }
  });
});
