import assert from 'node:assert/strict';
import type { Credentials } from '../../src/aws/credentials.ts';
import type { Fault } from '../../src/aws/faults.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { Session } from '../../src/session/types.ts';
import { commands } from '../../src/ui/ids.ts';
import type { CommandParts } from '../../src/ui/parts.ts';
import { deviceArn } from '../support/enrolWorld.ts';
import { like, type FakePerson } from '../support/fakeVscode.ts';
import { loadGuardedWorlds, type GuardedWorlds } from '../support/guardedWorld.ts';

const set = readProfiles({
  config: `[profile bob]\nmfa_serial = ${deviceArn('bob')}\n`,
  credentials: '[bob]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE\n',
});
const withMfa: Credentials = {
  accessKeyId: 'ASIAEXAMPLEMFA',
  secretAccessKey: new Secret('EXAMPLE'),
  sessionToken: new Secret('EXAMPLE'),
  expiresAt: undefined,
  accountId: undefined,
  arn: undefined,
};
const denied: Fault = {
  kind: 'accessDenied',
  action: 'iam:DeleteVirtualMFADevice',
  hints: [],
  roleArn: undefined,
  caller: undefined,
};
/** From before the user had a device, and live still. */
const old = like<Session>({
  request: { kind: 'profile', profile: 'bob' },
  state: { kind: 'live', credentials: { ...withMfa, accessKeyId: 'ASIAEXAMPLEOLD' } },
});

describe('the credentials that enroll a device and delete one that was left behind', function () {
  this.timeout(120_000);
  let worlds: GuardedWorlds;
  let enrolCommands: typeof import('../../src/ui/commands/enrolCommands.ts');
  /** The live MFA session's. */
  let live: Credentials | undefined;
  let used: (string | undefined)[];
  let said: string[];

  before(async () => {
    worlds = await loadGuardedWorlds();
    enrolCommands = await import('../../src/ui/commands/enrolCommands.ts');
  });
  beforeEach(() => {
    [live, used, said] = [undefined, [], []];
  });

  const parts = like<CommandParts>({
    files: like<CommandParts['files']>({ read: async () => set }),
    sessions: like<CommandParts['sessions']>({
      get: () => undefined,
      list: () => [old],
      mfaSession: () => live,
    }),
    mfa: like<CommandParts['mfa']>({ device: () => undefined }),
    enrolment: like<CommandParts['enrolment']>({
      enrol: async (_profile: string, credentials: Credentials | undefined) => {
        used.push(credentials?.accessKeyId);
        return { kind: 'left' };
      },
      cleanUp: async (_profile: string, credentials: Credentials | undefined) => {
        used.push(credentials?.accessKeyId);
        return credentials === undefined ? denied : 'deleted';
      },
      abandoned: (ask: (profile: string, serial: string) => Promise<void>) => ask('bob', deviceArn('bob-2')),
    }),
    isAsking: () => false,
  });

  it('are those of a session that a code was given for, else the keys: never of one without a code', async () => {
    const table = enrolCommands.enrolCommands(parts);
    await table[commands.enrolDevice]('bob');
    live = withMfa;
    await table[commands.enrolDevice]('bob');
    assert.deepEqual(used, [undefined, 'ASIAEXAMPLEMFA']);
  });

  it('are got with a code where AWS refuses the keys alone', async () => {
    const person: FakePerson = {
      prefers: /bob/,
      says: (text, buttons) => {
        said.push(`${text} [${buttons.join(', ')}]`);
        return buttons[0];
      },
      execute: (id, profile) => {
        assert.deepEqual([id, profile], [commands.startMfaSession, 'bob']);
        live = withMfa;
      },
    };
    await worlds.inFrontOf(person, async () => {
      enrolCommands.askAboutDevices(parts);
      while (!said.some((text) => text.startsWith('Nothing is left'))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    assert.deepEqual(used, [undefined, 'ASIAEXAMPLEMFA']);
    assert.equal(said.length, 4);
    assert.match(
      said[1] ?? '',
      /start an MFA session first.*\[Start MFA Session, Delete Device, Leave It There\]$/,
    );
    assert.match(said[2] ?? '', /could not be deleted at AWS.*\[Delete Device, Leave It There\]$/);
  });
});
