import assert from 'node:assert/strict';
import {
  chooseSession,
  readLaunch,
  withOwnIdentity,
  withSession,
} from '../../src/outlets/debugEnvironment.ts';
import type { Launch } from '../../src/outlets/debugEnvironment.ts';
import { resolveLaunch } from '../../src/outlets/debugging.ts';
import type { DebuggingOptions } from '../../src/outlets/debugging.ts';
import { deliveryVariables } from '../../src/outlets/delivery.ts';
import { readEnvFile } from '../../src/outlets/envFile.ts';
import type { Session } from '../../src/session/types.ts';
import { debugText } from '../../src/ui/text/debug.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { sessionFor } from '../support/outletRig.ts';

const session = sessionFor('live-a', 'eu-west-1');
const { variables: delivery } = deliveryVariables({ mode: 'profile', session, inherited: {} });

/** What a program gets that leaves everything open. */
const ours = {
  AWS_PROFILE: 'vscode-eu-west-1',
  AWS_DEFAULT_PROFILE: 'vscode-eu-west-1',
  AWS_SDK_LOAD_CONFIG: '1',
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
  AWS_SECURITY_TOKEN: '',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  STS_SESSIONS_ID: 'live-a',
};

const launchOf = (type: string, more: object = {}): Launch => ({
  type,
  name: 'run',
  request: 'launch',
  ...more,
});

const byEndpoint = { mode: 'endpoint', port: 1, tokenFile: '/t', defaultProfileHasKeys: false } as const;

/** The environment of a program that says itself whom it runs as; `delivered`: what terminals get. */
function ownIdentity(delivered: ReadonlyMap<string, string>, type: string, more: object, file = ''): unknown {
  const launch = launchOf(type, more);
  const environment = readLaunch(launch, 'linux');
  assert.ok(environment);
  return withOwnIdentity(launch, environment, readEnvFile(file), delivered)['env'];
}

/** The configuration as it is launched under the session; undefined: it is left alone. */
function resolved(launch: Launch, platform: NodeJS.Platform = 'linux'): Launch | undefined {
  const environment = readLaunch(launch, platform);
  return environment && withSession(launch, environment, new Map(), delivery, session);
}

describe('what a debugged program gets', () => {
  for (const type of [
    'node',
    'pwa-node',
    'node-terminal',
    'python',
    'debugpy',
    'go',
    'java',
    'coreclr',
    'clr',
    'lldb',
    'lldb-dap',
    'rdbg',
    'php',
    'dart',
  ]) {
    it(`is in env for ${type}`, () => {
      assert.deepEqual(resolved(launchOf(type)), launchOf(type, { env: ours }));
      const kept = { PORT: 80, GONE: null };
      assert.deepEqual(resolved(launchOf(type, { env: kept }))?.['env'], { ...kept, ...ours });
    });
  }

  for (const type of ['cppdbg', 'cppvsdbg']) {
    it(`is in the list of environment for ${type}`, () => {
      const list = Object.entries(ours).map(([name, value]) => ({ name, value }));
      assert.deepEqual(resolved(launchOf(type)), launchOf(type, { environment: list }));
      const mine = [{ name: 'PORT', value: '80' }];
      assert.deepEqual(resolved(launchOf(type, { environment: mine }))?.['environment'], [...mine, ...list]);
    });
  }

  it('is in the lines of env where they are a list, as lldb-dap has them too', () => {
    const env = resolved(launchOf('lldb-dap', { env: ['HOME', 'PORT=80', 'STS_SESSIONS_ID=prod'] }))?.['env'];
    assert.deepEqual(env, ['HOME', 'PORT=80', ...Object.entries(ours).map((pair) => pair.join('='))]);
  });

  it('is in env for a type that nobody knows, when the configuration has one', () => {
    assert.deepEqual(resolved(launchOf('zig', { env: {} }))?.['env'], ours);
    assert.equal(resolved(launchOf('zig')), undefined);
    assert.equal(resolved(launchOf('zig', { env: 'production' })), undefined);
    assert.equal(resolved(launchOf('zig', { environment: 'production' })), undefined);
  });

  it('is nothing where no program of this machine is launched, or a part of one', () => {
    const alone: readonly Launch[] = [
      { ...launchOf('pwa-node', { env: {} }), request: 'attach' },
      launchOf('pwa-node', { __pendingTargetId: '1', env: {} }),
      launchOf('chrome', { env: {} }),
      launchOf('pwa-msedge', { env: {} }),
      launchOf('extensionHost', { env: {} }),
      launchOf('cppdbg', { pipeTransport: { pipeProgram: 'ssh' } }),
      launchOf('cppdbg', { miDebuggerServerAddress: 'localhost:1234' }),
      launchOf('coreclr', { pipeTransport: { pipeProgram: 'docker' }, env: {} }),
      launchOf('node', { stsSessions: false }),
    ];
    for (const launch of alone) {
      assert.equal(resolved(launch), undefined, JSON.stringify(launch));
    }
  });

  it('never takes the place of what the configuration sets', () => {
    const env = { AWS_SDK_LOAD_CONFIG: '0', AWS_REGION: 'us-east-1' };
    const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...rest } = ours;
    assert.deepEqual(resolved(launchOf('node', { env }))?.['env'], { ...rest, ...env });
    const lower = { Aws_Sdk_Load_Config: '0' };
    const onWindows = resolved(launchOf('node', { env: lower }), 'win32')?.['env'];
    assert.equal(Object.keys(onWindows ?? {}).filter((name) => /load/i.test(name)).length, 1);
  });

  it('is never a key', () => {
    const values = JSON.stringify(resolved(launchOf('node')));
    assert.doesNotMatch(values, /ASIA|EXAMPLEKEY|EXAMPLETOKEN/);
  });
});

describe('whom a debugged program runs as', () => {
  const choiceOf = (env: object, file = ''): unknown => {
    const environment = readLaunch(launchOf('node', { env }), 'linux');
    assert.ok(environment);
    return chooseSession(environment, readEnvFile(file));
  };

  it('is the session of the folder where nothing is said', () => {
    assert.deepEqual(choiceOf({ PORT: '80', AWS_REGION: 'us-east-1' }, 'A=1\n'), { kind: 'ofFolder' });
  });

  it('is what the configuration or its env file says, whole', () => {
    for (const name of [
      'AWS_PROFILE',
      'AWS_DEFAULT_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'AWS_SESSION_TOKEN',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
      'AWS_CONFIG_FILE',
      'AWS_SHARED_CREDENTIALS_FILE',
    ]) {
      for (const value of ['x', '', null]) {
        assert.deepEqual(choiceOf({ [name]: value, STS_SESSIONS_ID: 'live-a' }), { kind: 'none' }, name);
      }
      assert.deepEqual(choiceOf({}, `export ${name}=x`), { kind: 'none' }, name);
    }
  });

  it('is the session that it names, by id or by name', () => {
    assert.deepEqual(choiceOf({ STS_SESSIONS_ID: 'prod' }), { kind: 'named', text: 'prod' });
    assert.deepEqual(choiceOf({}, 'STS_SESSIONS_ID="a b"'), { kind: 'named', text: 'a b' });
    assert.deepEqual(choiceOf({ STS_SESSIONS_ID: 'x' }, 'STS_SESSIONS_ID=y'), { kind: 'named', text: 'x' });
  });

  it('is nobody when it says none', () => {
    for (const value of ['none', '', null]) {
      assert.deepEqual(choiceOf({ STS_SESSIONS_ID: value }), { kind: 'none' });
    }
  });

  it('stays what it says in a terminal that runs under the active session', () => {
    const mended = (type: string, more: object, file = ''): unknown =>
      ownIdentity(delivery, type, more, file);
    const both = { AWS_PROFILE: 'hub', AWS_DEFAULT_PROFILE: 'hub' };
    assert.deepEqual(mended('debugpy', { env: { AWS_PROFILE: 'hub' } }), both);
    assert.deepEqual(mended('debugpy', {}, 'AWS_PROFILE=hub'), { AWS_DEFAULT_PROFILE: 'hub' });
    const other = { AWS_PROFILE: 'hub', AWS_DEFAULT_PROFILE: 'spoke' };
    assert.deepEqual(mended('debugpy', { env: other }), other);
    const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'EXAMPLE' };
    const inTerminal = { console: 'integratedTerminal', env: keys };
    assert.deepEqual(mended('pwa-node', inTerminal), { ...keys, AWS_PROFILE: '' });
    assert.deepEqual(mended('coreclr', inTerminal), { ...keys, AWS_PROFILE: '' });
    assert.deepEqual(mended('debugpy', inTerminal), keys);
    const outside = { console: 'externalTerminal', env: keys };
    assert.deepEqual(mended('pwa-node', outside), keys, 'that one gets nothing of ours');
    assert.deepEqual(mended('pwa-node', { console: 'internalConsole', env: keys }), keys);
    assert.deepEqual(mended('pwa-node', { env: keys }), keys);
    const hub = { env: { AWS_PROFILE: 'hub' } };
    for (const type of ['node', 'go', 'coreclr']) {
      assert.deepEqual(mended(type, hub), hub.env, type);
    }
    const none = { console: 'integratedTerminal', env: { STS_SESSIONS_ID: 'none' } };
    assert.deepEqual(mended('pwa-node', none), none.env);
  });

  it('stays what it says in a terminal that has the endpoint or keys of the active session', () => {
    const { variables: endpoint } = deliveryVariables({ ...byEndpoint, session, inherited: {} });
    const inTerminal = { console: 'integratedTerminal' };
    const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'EXAMPLE' };
    const noEndpoint = { AWS_CONTAINER_CREDENTIALS_FULL_URI: '' };
    // A blank AWS_PROFILE would break the AWS CLI that this program starts.
    assert.deepEqual(ownIdentity(endpoint, 'pwa-node', { ...inTerminal, env: keys }), {
      ...keys,
      ...noEndpoint,
    });
    const hub = { AWS_PROFILE: 'hub' };
    assert.deepEqual(ownIdentity(endpoint, 'debugpy', { env: hub }), { ...hub, ...noEndpoint });

    const { variables: plain } = deliveryVariables({ mode: 'environment', session, inherited: {} });
    const noKeys = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_SESSION_TOKEN: '',
      AWS_CREDENTIAL_EXPIRATION: '',
    };
    assert.deepEqual(ownIdentity(plain, 'debugpy', { env: hub }), { ...noKeys, ...hub });
    // Keys of the launch file with the token of the session would be nobody's.
    assert.deepEqual(ownIdentity(plain, 'debugpy', { env: keys }), { ...noKeys, ...keys });
  });

  it('is nobody in a terminal of the active session, whichever way that gets there', () => {
    const nobody = { STS_SESSIONS_ID: 'none' };
    for (const value of ['none', '', null]) {
      assert.deepEqual(ownIdentity(delivery, 'debugpy', { env: { STS_SESSIONS_ID: value } }), nobody);
    }
    const { variables: endpoint } = deliveryVariables({ ...byEndpoint, session, inherited: {} });
    assert.deepEqual(ownIdentity(endpoint, 'debugpy', { env: nobody }), {
      ...nobody,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: '',
    });
    const untouched = { console: 'internalConsole', env: nobody };
    assert.equal(ownIdentity(delivery, 'debugpy', untouched), nobody);
    assert.equal(ownIdentity(new Map(), 'debugpy', { env: nobody }), nobody);
  });
});

describe('an env file', () => {
  it('is read as its variables, whatever else is in it', () => {
    const text = [
      '\uFEFF# AWS_PROFILE=commented',
      'PLAIN = value # why',
      'export EXPORTED=1',
      "SINGLE='a # b'",
      'LINES="one',
      'AWS_PROFILE=inside the quotes',
      'three"',
      'OPEN="never closed',
      'not an assignment',
      'EMPTY=',
      '=nameless',
      'LAST=`x`',
    ].join('\r\n');
    assert.deepEqual(Object.fromEntries(readEnvFile(text)), {
      PLAIN: 'value',
      EXPORTED: '1',
      SINGLE: 'a # b',
      LINES: 'one\nAWS_PROFILE=inside the quotes\nthree',
      OPEN: '"never closed',
      EMPTY: '',
      LAST: 'x',
    });
  });

  it('takes no time to speak of when it is hostile', () => {
    const started = performance.now();
    readEnvFile(`${'A="x\n'.repeat(20_000)}${' '.repeat(200_000)}`);
    assert.ok(performance.now() - started < 2000);
  });
});

describe('a launch', () => {
  interface World {
    readonly sessions?: readonly Session[];
    readonly active?: Session;
    readonly absent?: string;
    readonly files?: Readonly<Record<string, string | undefined>>;
    readonly on?: boolean;
    readonly pointers?: DebuggingOptions<string>['pointers'];
    readonly pythonEnvFile?: string;
  }

  async function launched(
    launch: Launch,
    world: World = { active: session },
  ): Promise<{ launch: Launch; told: string[] }> {
    const told: string[] = [];
    const options: DebuggingOptions<string> = {
      platform: 'linux',
      isOn: () => world.on !== false,
      sessions: () => world.sessions ?? [session],
      sessionFor: () => world.active,
      absentFor: () => world.absent,
      read: (file) => {
        told.push(`read ${file}`);
        const { files = {} } = world;
        return Promise.resolve(file in files ? files[file] : '');
      },
      pythonEnvFile: () => world.pythonEnvFile,
      wake: ({ name }) => {
        told.push(`wake ${name}`);
        return Promise.resolve();
      },
      pointers:
        world.pointers ??
        ((wanted) => Promise.resolve(deliveryVariables({ mode: 'profile', session: wanted, inherited: {} }))),
      delivered: () => (world.active === undefined ? new Map() : delivery),
      notFound: (text, why) => told.push(`${why} ${text}`),
      inTheWay: (name, warning) => told.push(`${warning.kind} ${name}`),
      failed: (name) => told.push(`failed ${name}`),
    };
    return { launch: await resolveLaunch(options, 'folder', launch, new AbortController().signal), told };
  }

  it('runs under the session of its folder, which is woken first', async () => {
    const { launch, told } = await launched(launchOf('node'));
    assert.deepEqual([launch['env'], told], [ours, ['wake live-a']]);
  });

  it('is left as it is without a session, when turned off, and where the folder is not trusted', async () => {
    const plain = launchOf('node', { envFile: 'a.env' });
    assert.equal((await launched(plain, {})).launch, plain);
    const hub = launchOf('debugpy', { env: { AWS_PROFILE: 'hub' } });
    assert.equal((await launched(hub, {})).launch, hub);
    const off = await launched(plain, { active: session, on: false });
    assert.deepEqual([off.launch, off.told], [plain, []]);
  });

  it('follows its env files, one or several, and is not held up by one that is missing', async () => {
    const files = { 'b.env': 'AWS_PROFILE=hub' };
    const several = launchOf('go', { envFile: ['a.env', 'b.env'], console: 'integratedTerminal' });
    const { launch } = await launched(several, { active: session, files });
    assert.deepEqual(launch['env'], { AWS_DEFAULT_PROFILE: 'hub' });
    const missing = await launched(launchOf('go', { envFile: 'gone.env' }));
    assert.deepEqual(missing.launch['env'], ours);
    assert.deepEqual(missing.told, ['read gone.env', 'wake live-a']);
  });

  it('is left as it is when its env file is too large to know', async () => {
    const huge = launchOf('node', { envFile: 'huge.env' });
    assert.equal((await launched(huge, { active: session, files: { 'huge.env': undefined } })).launch, huge);
  });

  it('follows the env file of the Python extension where it names none', async () => {
    const world = { active: session, pythonEnvFile: '/p/.env', files: { '/p/.env': 'AWS_PROFILE=hub' } };
    assert.deepEqual((await launched(launchOf('debugpy'), world)).launch['env'], {
      AWS_DEFAULT_PROFILE: 'hub',
    });
    assert.deepEqual((await launched(launchOf('node'), world)).launch['env'], ours);
    const own = await launched(launchOf('debugpy', { envFile: 'a.env' }), world);
    assert.deepEqual(own.launch['env'], ours);
  });

  it('follows what .NET’s launch settings say', async () => {
    const text =
      '{ // mine\n"profiles": { "web": { "environmentVariables": { "AWS_PROFILE": "hub", "A": "1" } } } }';
    const world = { active: session, files: { '/p/Properties/launchSettings.json': text, 'own.json': '{}' } };
    const dotnet = launchOf('coreclr', { cwd: '/p' });
    assert.equal((await launched(dotnet, world)).launch, dotnet);
    const own = launchOf('coreclr', { cwd: '/p', launchSettingsFilePath: 'own.json' });
    assert.deepEqual((await launched(own, world)).launch['env'], ours);
  });

  it('gets the session that it names, in its region, whatever is active', async () => {
    const other = { ...sessionFor('live-b', 'us-west-2'), name: 'prod admin' };
    const world = { sessions: [session, other], active: session };
    for (const text of ['live-b', 'prod admin']) {
      const { launch } = await launched(launchOf('node', { env: { STS_SESSIONS_ID: text } }), world);
      const env = Object(launch['env']) as Record<string, string>;
      assert.equal(env['STS_SESSIONS_ID'], 'live-b');
      assert.equal(env['AWS_REGION'], 'us-west-2');
      assert.equal(env['AWS_PROFILE'], 'vscode-us-west-2');
    }
  });

  it('never runs as somebody else when the session that it names is not there', async () => {
    const twice = [
      { ...sessionFor('live-b'), name: 'prod' },
      { ...sessionFor('live-c'), name: 'prod' },
    ];
    for (const [sessions, why] of [
      [[session], 'nobody prod'],
      [twice, 'several prod'],
    ] as const) {
      const launch = launchOf('node', { env: { STS_SESSIONS_ID: 'prod' } });
      const run = await launched(launch, { sessions, active: session });
      assert.deepEqual(run.told, [why]);
      const env = Object(run.launch['env']) as Record<string, string>;
      assert.deepEqual([env['AWS_PROFILE'], env['STS_SESSIONS_ID']], ['vscode', 'prod']);
    }
  });

  it('never runs as the active session while that of its folder is not there', async () => {
    const world = { active: session, absent: 'prod' };
    const run = await launched(launchOf('node'), world);
    assert.deepEqual(run.told, ['nobody prod']);
    const env = Object(run.launch['env']) as Record<string, string>;
    assert.deepEqual([env['AWS_PROFILE'], env['STS_SESSIONS_ID']], ['vscode', 'prod']);
    const chosen = await launched(launchOf('node', { env: { STS_SESSIONS_ID: 'live-a' } }), world);
    assert.deepEqual(chosen.launch['env'], ours);
  });

  it('means the only live one of several of a name', async () => {
    const over: Session = {
      ...sessionFor('live-c'),
      name: 'prod',
      state: { kind: 'expired', at: 0, renewing: false },
    };
    const live = { ...sessionFor('live-b'), name: 'prod' };
    const launch = launchOf('node', { env: { STS_SESSIONS_ID: 'prod' } });
    const run = await launched(launch, { sessions: [over, live] });
    assert.equal((Object(run.launch['env']) as Record<string, string>)['STS_SESSIONS_ID'], 'live-b');
  });

  it('starts without a session, and it is told, when none can be delivered', async () => {
    const plain = launchOf('node');
    const pointers = () => Promise.reject(new Error('no'));
    const run = await launched(plain, { active: session, pointers });
    assert.deepEqual([run.launch, run.told], [plain, ['wake live-a', 'failed live-a']]);
  });

  it('gets no session when it opts out, in a terminal of the session neither', async () => {
    const inside = launchOf('node', { stsSessions: false });
    assert.equal((await launched(inside)).launch, inside);
    const python = await launched(launchOf('debugpy', { stsSessions: false }));
    assert.deepEqual([python.launch['env'], python.told], [{ STS_SESSIONS_ID: 'none' }, []]);
    const own = await launched(launchOf('debugpy', { stsSessions: false, env: { AWS_PROFILE: 'hub' } }));
    assert.deepEqual(own.launch['env'], { AWS_PROFILE: 'hub', AWS_DEFAULT_PROFILE: 'hub' });
    const nothing = launchOf('debugpy', { stsSessions: false });
    assert.equal((await launched(nothing, {})).launch, nothing);
  });

  it('is told when the profile that VS Code was started with may win over the endpoint', async () => {
    const inherited = { AWS_PROFILE: 'work' };
    const pointers = () => Promise.resolve(deliveryVariables({ ...byEndpoint, session, inherited }));
    const python = await launched(launchOf('debugpy'), { active: session, pointers });
    assert.deepEqual(python.told, ['wake live-a', 'inheritedProfile live-a']);
    assert.equal('AWS_PROFILE' in Object(python.launch['env']), false, 'botocore cannot do with a blank one');
    const node = await launched(launchOf('node'), { active: session, pointers });
    assert.deepEqual(node.told, ['wake live-a']);
    assert.equal((Object(node.launch['env']) as Record<string, string>)['AWS_PROFILE'], '');
    const byProfile = () => Promise.resolve(deliveryVariables({ mode: 'profile', session, inherited }));
    const wins = await launched(launchOf('node'), { active: session, pointers: byProfile });
    assert.deepEqual([wins.launch['env'], wins.told], [ours, ['wake live-a']]);
  });

  it('is told of in good sentences', () => {
    assertGoodSentence(debugText.inTheWay('prod', 'why'));
    assertGoodSentence(debugText.nobody('prod'));
    assertGoodSentence(debugText.several('prod'));
    assertGoodSentence(debugText.failed('prod'));
  });
});
