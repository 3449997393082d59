import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProfiles } from '../../src/aws/profiles.ts';
import { Secret } from '../../src/aws/secret.ts';
import { KeyVault } from '../../src/session/keyVault.ts';
import type { KeyItems } from '../../src/session/keyRecords.ts';
import { keysIn } from '../../src/session/longTermKeys.ts';
import type { LongTermKeys } from '../../src/session/longTermKeys.ts';
import { vaultKeys } from '../../src/session/vaultKeys.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { keyPorts, type Step } from '../support/keyWorld.ts';
import { KeyRig } from '../support/rotationRig.ts';
import { keyWorld, oldKey } from '../support/rotationWorld.ts';

const never = new AbortController().signal;
const old = { accessKeyId: oldKey.accessKeyId, secretAccessKey: new Secret(oldKey.secretAccessKey) };
const boot = { extension: 'one', window: 'first' };
const next = { extension: 'two', window: 'second' };

// Rita's key is in the vault twice, and once in a file.
describe('rotating keys in the vault', () => {
  let sandbox: Sandbox;
  let folder: string;
  let rig: KeyRig;
  beforeEach(async () => {
    sandbox = await startSandbox({ data: keyWorld() });
    folder = await mkdtemp(join(tmpdir(), 'sts-vault-'));
    rig = new KeyRig(sandbox, folder);
    const vault = new KeyVault(keyPorts(folder, boot));
    await vault.add('rita', old, undefined);
    await vault.add('carol', old, 'eu-west-1');
    await new KeyVault(keyPorts(folder, next)).settle();
    const { accessKeyId, secretAccessKey } = oldKey;
    const text = `[dora]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    await writeFile(rig.credentials, text, { mode: 0o600 });
  });
  afterEach(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As a window has them; `step` is called around each write of the store, `over` breaks the store. */
  const places = (step?: Step, over: Partial<KeyItems> = {}): LongTermKeys => {
    const ports = keyPorts(folder, boot, step);
    const items = ports.items.then((all) => ({ ...all, ...over }));
    const profiles = async () =>
      readProfiles({ config: await readFile(join(folder, 'config'), 'utf8'), credentials: await rig.text() });
    const vault = new KeyVault({ ...ports, items });
    return keysIn([rig.keys(), vaultKeys({ vault, profiles, log: () => undefined })]);
  };
  const idsOf = (): Promise<readonly (string | undefined)[]> =>
    Promise.all(['rita', 'carol', 'dora'].map(async (name) => (await places().read(name))?.accessKeyId));
  const deleted = (): number =>
    sandbox.journal.filter(({ operation, status }) => operation === 'DeleteAccessKey' && status === 200)
      .length;
  const assertDone = async (newId: string | undefined): Promise<void> => {
    assert.deepEqual(await idsOf(), [newId, newId, newId]);
    const left = await places().read('carol');
    assert.deepEqual(await rig.listed(newId ?? '', left?.secretAccessKey.reveal() ?? ''), [newId]);
    assert.deepEqual(rig.notes.list(), []);
  };
  const assertAsBefore = async (): Promise<void> => {
    const { accessKeyId, secretAccessKey } = oldKey;
    assert.deepEqual(await idsOf(), [accessKeyId, accessKeyId, accessKeyId]);
    assert.deepEqual(await rig.listed(accessKeyId, secretAccessKey), [accessKeyId]);
    assert.deepEqual(rig.notes.list(), []);
  };

  it('makes no key while a copy has not outlived a restart', async () => {
    await new KeyVault(keyPorts(folder, next)).add('eve', old, undefined);
    const rotated = await rig.rotation('dora', { keys: places() }).rotate(never);
    assert.deepEqual(rotated, { kind: 'asBefore', trouble: { kind: 'unproven' } });
  });

  for (const profile of ['rita', 'dora']) {
    it(`changes every copy of the key, in the vault and in files, from ${profile}`, async () => {
      const rotated = await rig.rotation(profile, { keys: places() }).rotate(never);
      assert.ok(rotated.kind === 'deactivated');
      assert.equal(await rig.rotation(profile, { keys: places() }).finish(rotated.note, never), undefined);
      await assertDone(rotated.note.newId);
    });
  }

  it('changes no copy when one of them cannot be stored', async () => {
    let writes = 0;
    const items = await keyPorts(folder, boot).items;
    const keys = places(undefined, {
      write: async (...asked) => {
        writes += 1;
        await (writes === 2 ? Promise.reject(new Error('full')) : items.write(...asked));
      },
    });
    const rotated = await rig.rotation('rita', { keys }).rotate(never);
    assert.ok(rotated.kind === 'asBefore' && rotated.trouble.kind === 'notWritten');
    await assertAsBefore();
  });

  const breaks: Readonly<Record<string, () => Promise<undefined>>> = {
    fails: () => Promise.reject(new Error('locked')),
    'shows nothing': () => Promise.resolve(undefined),
  };
  for (const [name, read] of Object.entries(breaks)) {
    it(`deletes no key that a store has taken which ${name} then`, async () => {
      const items = await keyPorts(folder, boot).items;
      let isBroken = false;
      const keys = places(undefined, {
        write: async (...asked) => {
          await (isBroken ? Promise.reject(new Error('locked')) : items.write(...asked));
          isBroken = true;
        },
        read: (id) => (isBroken ? read() : items.read(id)),
      });
      const stopped = await rig.rotation('rita', { keys }).rotate(never);
      assert.ok(stopped.kind === 'stopped' && stopped.trouble.kind === 'notWritten');
      assert.equal(deleted(), 0);
      assert.ok(rig.old.has(oldKey.accessKeyId));
      // The store is mended, and the person goes back.
      assert.equal((await rig.rotation('rita', { keys: places() }).goBack(stopped.note)).kind, 'asBefore');
      await assertAsBefore();
    });
  }

  // A killed window is one whose next write never ends.
  for (const fatal of [1, 2, 3, 4]) {
    for (const way of ['goOn', 'goBack'] as const) {
      it(`is found when it was killed at write ${fatal} of the switch, and ${way} works`, async () => {
        let steps = 0;
        await new Promise<void>((resolve, reject) => {
          const keys = places(() => {
            steps += 1;
            return steps < fatal ? Promise.resolve() : new Promise<never>(() => resolve());
          });
          void rig
            .rotation('rita', { keys })
            .rotate(never)
            .then(({ kind }) => reject(new Error(kind)), reject);
        });
        const [note] = rig.notes.list();
        assert.ok(note);
        const later = rig.rotation('rita', { keys: places() });
        if (way === 'goBack') {
          assert.equal((await later.goBack(note)).kind, 'asBefore');
          await assertAsBefore();
          return;
        }
        const further = await later.goOn(note, never);
        assert.ok(further.kind === 'deactivated');
        assert.equal(await later.finish(further.note, never), undefined);
        await assertDone(further.note.newId);
      });
    }
  }
});
