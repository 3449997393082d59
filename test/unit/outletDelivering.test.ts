import assert from 'node:assert/strict';
import { Delivering, reportOf } from '../../src/outlets/delivering.ts';
import { ManagedProfiles } from '../../src/outlets/managedProfiles.ts';
import type { EditOutcome } from '../../src/outlets/managedProfiles.ts';
import type { DeliveryMode } from '../../src/session/delivery.ts';
import { sessionFor } from '../support/outletRig.ts';

const session = sessionFor('live-a', 'eu-west-1');
const other = sessionFor('live-b', 'us-east-1');

interface World {
  readonly mode?: DeliveryMode;
  readonly consented?: boolean;
  readonly outcome?: EditOutcome;
  readonly defaultKeys?: boolean;
}

/** A delivering of this mode, with the config file that it writes and how often it started the endpoint. */
function deliveringIn(world: World) {
  const seen = { config: '', endpoints: 0 };
  const managed = new ManagedProfiles({
    configPath: () => '/c',
    readCredentials: () => Promise.resolve(''),
    editFile: (_, edit) => {
      const outcome = world.outcome ?? { kind: 'written' };
      seen.config = outcome.kind === 'written' ? edit(seen.config) : seen.config;
      return Promise.resolve(outcome);
    },
    consented: () => world.consented ?? true,
    folderId: 'f'.repeat(32),
    command: '/bin/sh /h/.sts-sessions/fetch',
  });
  const delivering = new Delivering({
    mode: () => world.mode ?? 'profile',
    managed: () => Promise.resolve(managed),
    endpoint: () => {
      seen.endpoints += 1;
      return Promise.resolve({ port: 4321, tokenFile: '/t' });
    },
    defaultProfileHasKeys: () => Promise.resolve(world.defaultKeys ?? false),
    inherited: {},
  });
  return { delivering, seen };
}

describe('delivering', () => {
  it('writes the managed profile of the region before terminals are told its name', async () => {
    const { delivering, seen } = deliveringIn({});
    const prepared = await delivering.prepare(session);
    assert.equal(prepared.variables.get('AWS_PROFILE'), 'vscode-eu-west-1');
    assert.match(seen.config, /^\[profile vscode-eu-west-1\]$/m);
    assert.equal(seen.endpoints, 0, 'nothing listens that nobody needs');
    assert.deepEqual(reportOf(prepared, session), {
      kind: 'delivered',
      mode: 'profile',
      instead: undefined,
      profile: 'vscode-eu-west-1',
      warnings: [],
    });
  });

  it('takes the endpoint where there can be no managed profile, and knows why', async () => {
    for (const [world, instead] of [
      [{ consented: false }, { kind: 'noConsent' }],
      [{ outcome: { kind: 'readOnly' } }, { kind: 'readOnly' }],
      [{ outcome: { kind: 'busy' } }, { kind: 'failed', code: 'EBUSY' }],
    ] as const) {
      const { delivering } = deliveringIn({ ...world, defaultKeys: true });
      const prepared = await delivering.prepare(session);
      assert.deepEqual([prepared.mode, prepared.instead], ['endpoint', instead]);
      assert.equal(prepared.variables.has('AWS_PROFILE'), false);
      assert.deepEqual(prepared.warnings, [{ kind: 'defaultProfileWins' }]);
    }
  });

  it('writes nothing and starts nothing for plain keys', async () => {
    const { delivering, seen } = deliveringIn({ mode: 'environment' });
    assert.equal((await delivering.prepare(session)).variables.get('AWS_ACCESS_KEY_ID'), 'ASIAEXAMPLELIVEA');
    assert.deepEqual(seen, { config: '', endpoints: 0 });
  });

  it('gives a terminal a session of its own beside the active one, its region’s profile included', async () => {
    const { delivering, seen } = deliveringIn({});
    for (const activeId of [undefined, session.id, other.id]) {
      const prepared = await delivering.toTerminal(other, [activeId]);
      assert.equal(prepared?.variables.get('STS_SESSIONS_ID'), 'live-b');
      assert.equal(prepared?.variables.get('AWS_REGION'), 'us-east-1');
      assert.equal(prepared?.variables.get('AWS_PROFILE'), 'vscode-us-east-1');
    }
    assert.match(seen.config, /vscode-us-east-1/);
  });

  it('gives it none beside another where the collection would win', async () => {
    for (const mode of ['endpoint', 'environment'] as const) {
      const { delivering } = deliveringIn({ mode });
      assert.equal(await delivering.toTerminal(other, [session.id]), undefined);
      assert.equal((await delivering.toTerminal(other, [undefined, other.id]))?.mode, mode);
      assert.equal((await delivering.toTerminal(other, []))?.mode, mode);
    }
  });

  it('leads to nobody where a session is not there, whichever way the active one is delivered', async () => {
    const byProfile = await deliveringIn({}).delivering.absent('prod admin/eu');
    assert.equal(byProfile.variables.get('AWS_PROFILE'), 'vscode');
    assert.equal(byProfile.variables.get('STS_SESSIONS_DEFAULT'), 'prod-admin-eu', 'as the helper takes it');
    const byEndpoint = await deliveringIn({ mode: 'endpoint' }).delivering.absent('prod');
    assert.match(byEndpoint.variables.get('AWS_CONTAINER_CREDENTIALS_FULL_URI') ?? '', /\/container\/prod$/);
    const keys = deliveringIn({ mode: 'environment' });
    const active = (await keys.delivering.prepare(session)).variables;
    const absent = (await keys.delivering.absent('prod')).variables;
    for (const [name] of [...active].filter(([each, value]) => value !== '' && !each.endsWith('REGION'))) {
      assert.equal(absent.get(name), '', `${name} is switched off`);
    }
  });

  it('takes the managed profiles out, or says why not', async () => {
    const { delivering, seen } = deliveringIn({});
    await delivering.prepare(session);
    assert.deepEqual(await delivering.removeManaged('all'), { kind: 'ok' });
    assert.equal(seen.config, '');
    const refused = deliveringIn({ outcome: { kind: 'readOnly' } }).delivering;
    assert.deepEqual(await refused.removeManaged('all'), { kind: 'readOnly' });
  });
});
