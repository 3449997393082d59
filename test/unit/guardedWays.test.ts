import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import type { Asker } from '../../src/session/happenings.ts';
import { commands, type CommandId } from '../../src/ui/ids.ts';
import {
  account,
  loadGuardedWorlds,
  providerArn,
  roleArn,
  rows,
  type GuardedWorlds,
} from '../support/guardedWorld.ts';

/** What starts a session, or has one started to work with. */
const startingCommands: readonly CommandId[] = [
  commands.startSession,
  commands.startMfaSession,
  commands.assumeRole,
  commands.assumeRoleWithWebIdentity,
  commands.startReadOnly,
  commands.startFederationSession,
  commands.decodeAuthorizationMessage,
  commands.switchSession,
  commands.makeActive,
  commands.findRoles,
  commands.refreshFoundRoles,
  commands.saveRole,
  commands.openConsole,
  commands.openConsoleAt,
  commands.copyConsoleLink,
  commands.copyCredentials,
  commands.writeCredentials,
  commands.runWithCredentials,
  commands.showIdentity,
  commands.openTerminal,
  commands.newTerminalAs,
  commands.useForFolder,
  commands.copySessionId,
  commands.addToolProfile,
  commands.removeToolProfile,
];

const requests: { readonly [K in SessionRequest['kind']]: Extract<SessionRequest, { kind: K }> } = {
  profile: { kind: 'profile', profile: 'role' },
  mfaSession: { kind: 'mfaSession', profile: 'keys', mfaSerial: undefined, durationSeconds: undefined },
  role: {
    kind: 'role',
    name: 'typed',
    sourceProfile: 'keys',
    roleArn,
    externalId: undefined,
    sessionName: undefined,
    durationSeconds: undefined,
    mfaSerial: undefined,
    region: undefined,
  },
  samlRole: { kind: 'samlRole', name: 'saml', profile: 'saml', roleArn, providerArn },
  webIdentityRole: {
    kind: 'webIdentityRole',
    name: 'web',
    issuer: 'idp',
    roleArn,
    sessionName: undefined,
    durationSeconds: undefined,
    region: undefined,
  },
  federation: { kind: 'federation', profile: 'keys', userName: 'ada', durationSeconds: undefined },
  identityCenterRole: {
    kind: 'identityCenterRole',
    name: 'Prod/Admin',
    ssoSession: 'corp',
    accountId: account,
    roleName: 'Admin',
  },
};

const askers: { readonly [K in Asker['kind']]: Extract<Asker, { kind: K }> } = {
  person: { kind: 'person' },
  tool: { kind: 'tool' },
  schedule: { kind: 'schedule' },
  extension: { kind: 'extension', id: 'acme.tool' },
  agent: { kind: 'agent' },
  accountsMenu: { kind: 'accountsMenu' },
  guard: { kind: 'guard' },
};

describe('every way to a start', function () {
  this.timeout(120_000);
  let worlds: GuardedWorlds;
  const drive: GuardedWorlds['drive'] = (...given) => worlds.drive(...given);

  before(async () => {
    worlds = await loadGuardedWorlds();
  });

  it('by a command asks the guard first, whatever row it is called for', async () => {
    const starting = new Set<CommandId>();
    for (const id of Object.values(commands)) {
      for (const [row, argument] of Object.entries(rows)) {
        const title = `${id} for ${row}`;
        const refused = await drive('no', ({ table }) => table[id](argument));
        assert.deepEqual(refused.called, [], `${title}: nothing starts after a no`);
        const agreed = await drive('yes', ({ table }) => table[id](argument));
        assert.equal(refused.asked.length > 0, agreed.asked.length > 0, title);
        assert.ok(agreed.called.length <= agreed.asked.length, `${title}: each start is asked about`);
        if (agreed.called.length > 0) {
          starting.add(id);
        }
      }
    }
    // One that is missing below starts something since lately, and one that does not any more was not driven to its end.
    assert.deepEqual([...starting].sort(), [...startingCommands].sort());
  });

  it('by whatever else there is asks it too', async () => {
    for (const name of worlds.ways) {
      const refused = await drive('no', ({ ways }) => ways[name]?.());
      assert.deepEqual([refused.asked.length > 0, refused.called], [true, []], `${name}: nothing after a no`);
      const agreed = await drive('yes', ({ ways }) => ways[name]?.());
      assert.deepEqual([agreed.asked.length, agreed.called.length], [1, 1], name);
    }
  });

  it('asks for each kind of session, whoever wants it and however', async () => {
    for (const [kind, request] of Object.entries(requests)) {
      for (const by of Object.values(askers)) {
        for (const more of [{}, { aside: true }, { force: true }, { durationSeconds: 900 }]) {
          const title = `${kind} by ${by.kind} ${JSON.stringify(more)}`;
          const refused = await drive('no', ({ flow }) => flow.start(request, { by, ...more }));
          assert.deepEqual([refused.asked.length, refused.called], [1, []], title);
          const agreed = await drive('yes', ({ flow }) => flow.start(request, { by, ...more }));
          assert.deepEqual([agreed.asked.length, agreed.called.length], [1, 1], title);
        }
      }
    }
  });

  it('asks afterwards where only AWS knows the account, and ends it after a no', async () => {
    const guards = [{ match: { account: '222233334444' }, name: 'CARE', askBeforeStart: true }];
    const { federation } = requests;
    for (const answer of ['no', 'yes'] as const) {
      let started = false;
      const { asked, called } = await drive(
        answer,
        async ({ flow }) => {
          started = (await flow.start(federation)) !== undefined;
        },
        guards,
      );
      assert.deepEqual([asked.length, called.length, started], [1, 1, answer === 'yes']);
    }
  });

  it('leaves terminals with what they have until the person has said that they keep it', async () => {
    const guards = [{ match: { account: '222233334444' }, name: 'CARE', askBeforeStart: true }];
    for (const answer of ['no', 'yes', 'ended'] as const) {
      let before: string | undefined;
      let started: string | undefined;
      let after: string | undefined;
      const active = new Set<string | undefined>();
      const { called } = await drive(
        answer === 'no' ? 'no' : 'yes',
        async ({ flow, sessions, asked, person }) => {
          // There before it was guarded.
          await sessions.start(requests.role, new AbortController().signal);
          before = sessions.activeId;
          sessions.onDidChange(() => asked.length === 0 && active.add(sessions.activeId));
          const says: typeof person.says = (text, buttons) => {
            const [latest] = sessions.list().filter(({ id }) => id !== before);
            if (asked.length === 0) {
              active.add(sessions.activeId);
            }
            if (answer === 'ended' && latest) {
              void sessions.end(latest.id);
            }
            return person.says(text, buttons);
          };
          const start = () => flow.start(requests.federation);
          started = (await worlds.inFrontOf({ ...person, says }, start))?.id;
          after = sessions.activeId;
        },
        guards,
      );
      assert.equal(called.length, 2);
      assert.notEqual(before, undefined);
      assert.deepEqual([...active], [before], answer);
      assert.equal(started === undefined, answer !== 'yes', answer);
      assert.equal(after, answer === 'yes' ? started : before, answer);
    }
  });

  it('makes a session active that is started, or was there already, unless it stands aside', async () => {
    const { called } = await drive(
      'yes',
      async ({ flow, sessions }) => {
        const role = await flow.start(requests.role);
        assert.equal(sessions.activeId, role?.id);
        const web = await flow.start(requests.webIdentityRole);
        assert.equal(sessions.activeId, web?.id);
        await flow.start(requests.role);
        assert.equal(sessions.activeId, role?.id);
        await flow.start(requests.webIdentityRole, { aside: true });
        await flow.start(requests.samlRole, { aside: true });
        await flow.start(requests.role, { force: true });
        assert.equal(sessions.activeId, role?.id);
      },
      [],
    );
    assert.equal(called.length, 4);
  });

  it('starts no guarded MFA session for a renewal of a role, which leaves it to a person', async () => {
    for (const guard of [{ askBeforeStart: true }, { readOnlyByDefault: true }]) {
      let answer: unknown;
      const { called, asked } = await drive(
        'yes',
        async ({ shareMfa }) => {
          answer = await shareMfa(true);
        },
        [{ match: { name: 'keys' }, name: 'CARE', ...guard }],
      );
      const serial = `arn:aws:iam::${account}:mfa/ada`;
      assert.deepEqual([called, asked, answer], [[], [], { kind: 'mfaNeedsPerson', serial }]);
    }
    const { called } = await drive('yes', ({ shareMfa }) => shareMfa(true), []);
    assert.deepEqual(called, ['keys']);
  });

  it('leads through one of two places, and VS Code knows no other entrance', () => {
    const source = join(import.meta.dirname, '../../src');
    const places: string[] = [];
    const entrances = new Set<string>();
    for (const file of globSync('**/*.ts', { cwd: source })) {
      const text = readFileSync(join(source, file), 'utf8');
      for (const [, name] of text.matchAll(/\.(register(?!ForAgents\b)[A-Z]\w*)/g)) {
        entrances.add(name ?? '');
      }
      // The one start that calls AWS; what else is called so only leads there.
      places.push(...Array.from(text.matchAll(/[sS]essions(?:\(\))?\s*\.start\b/g), () => file));
    }
    // After `GuardPort.allow`, an agent's after AgentConsent, one that roles share after AllowMfaSession, and nowhere else.
    assert.deepEqual(places.sort(), ['session/agentTwins.ts', 'session/mfaSessions.ts', 'ui/sessionFlow.ts']);
    assert.deepEqual([...entrances].sort(), [
      'registerAuthenticationProvider',
      'registerCommand',
      // It starts nothing by itself: its message runs the command.
      'registerDebugConfigurationProvider',
      'registerMcpServerDefinitionProvider',
      'registerTerminalProfileProvider',
      // It shows texts.
      'registerTextDocumentContentProvider',
      'registerTool',
    ]);
  });
});
