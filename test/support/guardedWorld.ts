import { createHash } from 'node:crypto';
import type * as vscode from 'vscode';
import { planEnvironment } from '../../src/aws/environment.ts';
import { planId } from '../../src/aws/hash.ts';
import { readIssuers } from '../../src/aws/issuers.ts';
import { planFor } from '../../src/aws/plan.ts';
import type { Plan, SessionRequest } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { SavedRole } from '../../src/aws/roles/savedRole.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { WindowHost } from '../../src/outlets/windowHost.ts';
import type { Happening } from '../../src/session/happenings.ts';
import type { Sessions } from '../../src/session/sessions.ts';
import type { Session } from '../../src/session/types.ts';
import type { CommandId } from '../../src/ui/ids.ts';
import { HostState } from '../../src/ui/hostState.ts';
import { ownRow } from '../../src/ui/ownRows.ts';
import type { CommandParts, ConsolePort, RolesPort } from '../../src/ui/parts.ts';
import type { SessionFlow } from '../../src/ui/sessionFlow.ts';
import type { TreeNode } from '../../src/ui/treeModel.ts';
import { anything, fakeVscode, like, type FakePerson, type FakeVscode } from './fakeVscode.ts';
import { Machine, Window } from './sessionWindows.ts';

export const account = '111122223333';
export const roleArn = `arn:aws:iam::${account}:role/admin`;
export const providerArn = `arn:aws:iam::${account}:saml-provider/idp`;
const config = `
[profile role]
role_arn = ${roleArn}
source_profile = keys
region = eu-west-1
[profile keys]
mfa_serial = arn:aws:iam::${account}:mfa/ada
region = eu-west-1
[profile web]
role_arn = ${roleArn}
web_identity_token_file = /token
region = eu-west-1
[profile saml]
saml_login_url = https://idp.example/start
region = eu-west-1
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
`;
const set = readProfiles({
  config,
  credentials: '[keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE\n',
});
const { issuers } = readIssuers({ idp: { url: 'https://idp.example', clientId: 'client' } });
const environment = planEnvironment({});

const saved: SavedRole = {
  name: 'saved',
  roleArn,
  sourceProfile: 'keys',
  externalId: undefined,
  mfaSerial: undefined,
  durationSeconds: undefined,
  region: undefined,
  color: undefined,
};
const found = { arn: roleArn, verdict: 'yes' as const, needs: { mfa: false }, unknown: [] };

/** What a command can be called with: a row of each kind that something can be started from, a name, or nothing. */
export const rows: Readonly<Record<string, unknown>> = {
  'no row': undefined,
  'a name': 'role',
  'a profile': ownRow({ kind: 'profile', id: '1', profile: 'role' }),
  'a profile with keys': ownRow({ kind: 'profile', id: '2', profile: 'keys' }),
  'a role of Identity Center': ownRow({
    kind: 'ssoRole',
    id: '3',
    ssoSession: 'corp',
    accountId: account,
    accountName: 'Prod',
    roleName: 'Admin',
  }),
  'a role of a SAML response': ownRow({
    kind: 'samlRole',
    id: '4',
    profile: 'saml',
    name: 'saml',
    roleArn,
    providerArn,
  }),
  'a saved role': ownRow({
    kind: 'role',
    id: '5',
    role: saved,
    ignored: [],
    origin: { kind: 'saved', index: 0 },
  }),
  'a suggested role': ownRow({
    kind: 'role',
    id: '6',
    role: saved,
    ignored: [],
    origin: { kind: 'suggested', folder: 'file:///w', folderName: 'w' },
  }),
  'a found role': ownRow({
    kind: 'role',
    id: '7',
    role: saved,
    ignored: [],
    origin: { kind: 'found', found },
  }),
} satisfies Record<string, undefined | string | TreeNode | object>;

const guardsName = 'stsSessions.guards';
const askingGuards: readonly object[] = [{ match: { name: '*' }, name: 'CARE', askBeforeStart: true }];

/** Everything is guarded, agents get what is read-only, and an MCP server is to get a session. */
const settings = new Map<string, unknown>([
  [guardsName, askingGuards],
  ['stsSessions.agentAccess', 'readOnly'],
  ['stsSessions.mcpServers', [{ label: 'given', profile: 'role', command: 'server' }]],
]);

/** What the person says to a guard. */
export type Answer = 'yes' | 'no';

/** One window in which everything is guarded, as `core.ts` puts it together. */
export interface World {
  /** AWS was called for a session, by its plan's name. */
  readonly called: string[];
  /** A guard asked about a session, by the question. */
  readonly asked: string[];
  /** What happened to sessions, as the audit log hears of it. */
  readonly told: readonly Happening[];
  readonly person: FakePerson;
  /** Gets the MFA session that roles share; `unattended`: for a renewal. */
  shareMfa(this: void, unattended: boolean): Promise<unknown>;
  readonly sessions: Sessions;
  readonly flow: SessionFlow;
  readonly table: Readonly<Record<CommandId, (argument: unknown) => unknown>>;
  readonly ways: Readonly<Record<string, () => unknown>>;
  dispose(): void;
}

/** Windows in which everything is guarded. */
export interface GuardedWorlds {
  /** The ways that are no commands. */
  readonly ways: readonly string[];
  /** For modules that a test loads itself, once the worlds are. */
  readonly inFrontOf: FakeVscode['inFrontOf'];
  readonly registered: FakeVscode['registered'];
  /**
   * Goes a way to its end, in a window of its own, in front of a person who says `answer` to guards and yes to all else.
   * `guards`: others than one that asks about everything.
   */
  drive(answer: Answer, way: (world: World) => unknown, guards?: readonly object[]): Promise<World>;
}

let loading: Promise<GuardedWorlds> | undefined;

/** Loads what stands in front of VS Code, with one that is faked; once in a process, as modules are. */
export function loadGuardedWorlds(): Promise<GuardedWorlds> {
  return (loading ??= load());
}

async function load(): Promise<GuardedWorlds> {
  const fake = fakeVscode(settings);
  const { commandTable } = await import('../../src/ui/commands.ts');
  const { Recent } = await import('../../src/ui/recent.ts');
  const { SessionFlow: Flow } = await import('../../src/ui/sessionFlow.ts');
  const { terminalProfile } = await import('../../src/ui/commands/terminalCommands.ts');
  const { wireAgents } = await import('../../src/wireAgents.ts');
  const { wireApi } = await import('../../src/wireApi.ts');
  const { wireFolders } = await import('../../src/wireFolders.ts');
  const { wireGuards } = await import('../../src/wireGuards.ts');
  const { wireMfa } = await import('../../src/wireMfa.ts');
  const open = (answer: Answer): World => {
    const machine = new Machine();
    const called: string[] = [];
    const asked: string[] = [];
    const says: FakePerson['says'] = (text, [first]) => {
      // A guard's own question, and the one before an agent gets something guarded.
      if (/guarded as CARE|of a guarded session/.test(text)) {
        asked.push(text);
        return answer === 'yes' ? first : undefined;
      }
      return first;
    };
    const now = (): number => machine.clock.now();
    const plan = async (request: SessionRequest) => planFor(set, request, { ...environment, issuers });
    const id = (planned: Plan): string =>
      planId(planned, (text) => createHash('sha256').update(text).digest('hex'));
    let isRefused = false;
    machine.onCall = (call) => {
      called.push(call.plan.name);
      queueMicrotask(() => (isRefused ? call.refuse({ kind: 'deadOnArrival' }) : call.grant()));
    };
    const { peers, sessions } = new Window(machine, 'A', { plan, planId: id });
    const told: Happening[] = [];
    sessions.onDidHappen((happening) => told.push(happening));
    const host = Promise.resolve(like<WindowHost>({ folder: undefined }));
    const state = new Map<string, unknown>();
    const globalState = like<vscode.Memento>({
      get: (name: string, otherwise?: unknown) => state.get(name) ?? otherwise,
      update: async (name: string, value: unknown) => void state.set(name, value),
      keys: () => [...state.keys()],
    });
    const context = like<vscode.ExtensionContext>({
      globalState,
      workspaceState: globalState,
      subscriptions: [],
    });
    const log = anything as never;
    const files = async () => set;
    const guards = wireGuards({
      sessions,
      host,
      log,
      plan,
      planId: id,
      aliasOf: () => undefined,
      flow: () => flow,
      now,
    });
    const delivery = like<CommandParts['delivery']>({
      consent: async () => undefined,
      openTerminal: async () => undefined,
      prepareTerminal: async () => ({ options: {} }),
      runCommand: async () => undefined,
    });
    const recent = new Recent(globalState);
    const mfa = wireMfa({
      context,
      iam: anything as never,
      log,
      codes: anything as never,
      sessions: () => sessions,
      flow: () => flow,
      guards: () => guards,
      plan,
      files,
      environment: { now: environment, changed: () => undefined },
      now,
    });
    const flow: SessionFlow = new Flow({
      sessions,
      recent,
      delivery,
      globalState,
      isAsking: () => false,
      requestToStart: async (request) => ({ request }),
      guards,
      deviceOf: async () => undefined,
      waitsUntil: () => undefined,
      askedAgain: async () => false,
      mfa: mfa.advice,
      showLog: () => undefined,
      showPlan: async () => undefined,
      now,
    });
    const agents = wireAgents({
      sessions,
      flow: () => flow,
      delivery: () => ({ pointers: async () => new Map([['AWS_PROFILE', 'p']]) }),
      files,
      guards,
      plan,
      host,
      log,
      now,
    });
    const api = wireApi({ context, sessions, guards, flow, host, peers, log, files, now });
    const hostState = new HostState(globalState, Promise.resolve('here'));
    const folders = wireFolders({ hostState, sessions, flow: () => flow, delivery: () => delivery });
    const profiles = { read: files, onDidChange: () => ({ dispose: () => undefined }) };
    const parts = like<CommandParts>({
      sessions,
      flow,
      files: like({ read: files, path: () => '/config', edit: async () => true }),
      recent,
      delivery,
      folders,
      plan,
      console: like<ConsolePort>({
        link: async () => ({ link: new Secret('https://signin.example/EXAMPLE') }),
        open: async () => 'opened',
      }),
      clipboard: like({ put: async () => 0, clear: async () => undefined }),
      written: like({
        list: () => [],
        mayBeCommitted: async () => false,
        write: async () => ({ kind: 'written' }),
      }),
      tools: like({ list: async () => [] }),
      terminals: like({ all: async () => [] }),
      extensionAccess: like({ list: () => [] }),
      issuers: like({ settings: () => ({ issuers, broken: new Map() }), check: async () => ({}) }),
      roles: like<RolesPort>({
        lists: () => ({ saved: [], suggested: [], found: () => undefined }),
        agreed: () => true,
      }),
      switcher: {
        profiles,
        sessions,
        plan: (_set: unknown, profile: string) =>
          planFor(set, { kind: 'profile', profile }, { ...environment, issuers }),
        now,
        warnMs: () => 0,
        guardOf: guards.of,
        recent: () => [],
        saved: () => [],
        aliasOf: () => undefined,
      },
      isAsking: () => false,
      showLog: () => undefined,
      now,
    });
    const table = commandTable(parts);
    const person: FakePerson = {
      says,
      prefers: /admin|role|corp|idp/i,
      execute: (name, argument) => Object.entries(table).find(([known]) => known === name)?.[1](argument),
    };
    const extension = like<vscode.Extension<unknown>>({
      id: 'acme.tool',
      packageJSON: { displayName: 'Tool' },
    });
    const token = like<vscode.CancellationToken>({
      onCancellationRequested: () => ({ dispose: () => undefined }),
    });
    const [, , provider] = fake.registered.get('registerAuthenticationProvider') ?? [];
    const menu = provider as vscode.AuthenticationProvider;
    const startBeside = async (): Promise<Session | undefined> => {
      // There before it was guarded, as far as anybody asks: what agents get of it is what is looked at.
      const request: SessionRequest = { kind: 'profile', profile: 'role' };
      const result = await sessions.start(request, new AbortController().signal);
      called.splice(0);
      return result.ok ? result.session : undefined;
    };
    const shareMfa = (unattended: boolean): Promise<unknown> =>
      mfa.session(unattended)(
        {
          session: 'role',
          profile: 'keys',
          serial: `arn:aws:iam::${account}:mfa/ada`,
          durationSeconds: undefined,
          refused: undefined,
        },
        new AbortController().signal,
      );
    const ways = {
      'an MFA session that roles share': () => shareMfa(false),
      'the same for two roles at once': () => Promise.all([shareMfa(false), shareMfa(false)]),
      'the interface for extensions': () => api.of(extension).start('role'),
      'the Accounts menu': () => menu.createSession(['role'], {}),
      'the language-model tool': () => agents.tools.invoke('sts_sessions_start', { profile: 'role' }, token),
      'a coding agent’s terminal': async () => {
        const session = await startBeside();
        return agents.supply(session?.id ?? '', {
          holdMs: 30_000,
          signal: new AbortController().signal,
          agent: true,
        });
      },
      'a folder’s session': () => folders.start({ kind: 'profile', profile: 'role' }),
      'a start that failed, once more': async () => {
        isRefused = true;
        await startBeside();
        isRefused = false;
        const [failed] = sessions.list();
        return failed && flow.renew(failed);
      },
      'a terminal of our profile': () => terminalProfile(parts, log),
      'an MCP server': async () => {
        const [server] = agents.servers.provide();
        return server && agents.servers.resolve(server, token);
      },
    };
    const dispose = (): void => {
      sessions.dispose();
      guards.dispose();
      agents.dispose();
    };
    return { person, called, asked, told, sessions, flow, shareMfa, table, ways, dispose };
  };

  return {
    ways: Object.keys(open('no').ways),
    inFrontOf: fake.inFrontOf,
    registered: fake.registered,
    async drive(answer, way, guards = askingGuards) {
      settings.set(guardsName, guards);
      const world = open(answer);
      const run = async (): Promise<unknown> => way(world);
      // Whoever is refused may reject, as the interface for extensions does.
      await fake.inFrontOf(world.person, run).catch(() => undefined);
      world.dispose();
      return world;
    },
  };
}
