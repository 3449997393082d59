import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fileKeys } from '../../src/files/fileKeys.ts';
import { keysIn } from '../../src/session/longTermKeys.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { LongTermKeys } from '../../src/session/longTermKeys.ts';
import type { RotationStep } from '../../src/session/rotationPorts.ts';
import type { RotationNote } from '../../src/session/rotationNote.ts';
import { sandboxClient } from '../sandbox/client.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { KeyRig, keysText } from '../support/rotationRig.ts';
import { keyWorld, oldKey, rootKey, secondKey, unusedKey } from '../support/rotationWorld.ts';

const never = new AbortController().signal;

describe('rotating keys', () => {
  let sandbox: Sandbox;
  let folder: string;
  let rig: KeyRig;
  beforeEach(async () => {
    sandbox = await startSandbox({ data: keyWorld() });
    folder = await mkdtemp(join(tmpdir(), 'sts-keys-'));
    rig = new KeyRig(sandbox, folder);
    await rig.fill();
  });
  afterEach(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  const operations = (): readonly string[] =>
    sandbox.journal.filter(({ status }) => status === 200).map(({ operation }) => operation);
  const works = (accessKeyId: string, secretAccessKey: string): Promise<boolean> =>
    sandboxClient(sandbox, { accessKeyId, secretAccessKey })
      .send(new GetCallerIdentityCommand())
      .then(
        () => true,
        () => false,
      );
  const inFile = async (profile: string): Promise<readonly [string, string]> => {
    const section = (await rig.text()).split(`[${profile}]`)[1] ?? '';
    return [/key_id = (\S+)/.exec(section)?.[1] ?? '', /access_key= ?(\S+)/.exec(section)?.[1] ?? ''];
  };
  const deactivated = async (): Promise<RotationNote> => {
    const rotated = await rig.rotation().rotate(never);
    assert.equal(rotated.kind, 'deactivated');
    return rotated.kind === 'deactivated' ? rotated.note : assert.fail();
  };
  /** The file, AWS and the notes are as if nothing had been. */
  const assertAsBefore = async (): Promise<void> => {
    assert.equal(await rig.text(), keysText());
    assert.equal(await works(oldKey.accessKeyId, oldKey.secretAccessKey), true);
    assert.deepEqual(rig.notes.list(), []);
    assert.equal(rig.old.size, 0);
    const made = operations().filter((operation) => operation === 'CreateAccessKey').length;
    assert.equal(operations().filter((operation) => operation === 'DeleteAccessKey').length, made);
  };

  it('creates, tests until the key is known everywhere, switches, switches the old one off, and deletes it last', async () => {
    const note = await deactivated();
    const [id, secret] = await inFile('rita');
    assert.equal(id, note.newId);
    assert.notEqual(id, oldKey.accessKeyId);
    assert.equal(await works(id, secret), true);
    assert.equal(await works(oldKey.accessKeyId, oldKey.secretAccessKey), false, 'the old one is off');
    assert.deepEqual(
      rig.succeeded.map(([next, old, text]) => [next, old, text.includes(next)]),
      [[id, oldKey.accessKeyId, false]],
      'windows learn what the new key is before they find it in the file',
    );
    const kinds = rig.steps.map((step) => (step.kind === 'testing' ? `testing ${step.count}` : step.kind));
    assert.deepEqual(kinds.slice(0, 2), ['looking', 'creating']);
    assert.deepEqual(
      kinds.filter((kind) => kind.startsWith('testing')),
      ['0', '0', '0', '1', '0', '1', '2', '3', '4'].map((count) => `testing ${count}`),
      'one right answer is not enough',
    );
    assert.deepEqual(kinds.slice(-2), ['switching', 'deactivating']);
    assert.equal(await rig.rotation().finish(note, never), undefined);
    assert.equal(operations().at(-1), 'DeleteAccessKey');
    assert.deepEqual(rig.notes.list(), []);
    assert.equal(rig.old.size, 0, 'the old secret is kept no longer than it is needed');
    assert.equal(await works(id, secret), true);
  });

  it('changes every profile that holds the key, and nothing else in the file', async () => {
    const note = await deactivated();
    const [id, secret] = await inFile('rita');
    assert.deepEqual(await inFile('rita-eu'), [id, secret]);
    const expected = keysText()
      .replaceAll(oldKey.accessKeyId, note.newId ?? '')
      .replaceAll(oldKey.secretAccessKey, secret)
      // A key and a value that are changed keep their line as it was written.
      .split('\n');
    assert.deepEqual(
      (await rig.text()).split('\n').map((line) => line.replace('key= ', 'key=')),
      expected,
    );
    assert.equal(await rig.mode(), 0o600);
  });

  it('makes no key where the store has not shown yet that it keeps them', async () => {
    const files = fileKeys({ config: join(folder, 'config'), credentials: rig.credentials });
    const keys = keysIn([{ ...files, isUnproven: () => Promise.resolve(true) }]);
    const rotated = await rig.rotation('rita', { keys }).rotate(never);
    assert.deepEqual(rotated, { kind: 'asBefore', trouble: { kind: 'unproven' } });
    assert.deepEqual(operations(), []);
    await assertAsBefore();
  });

  it('makes no key for another user, whose session the profile has, and takes none back as that one', async () => {
    const { accessKeyId, secretAccessKey } = rootKey;
    const others = { accessKeyId, secretAccessKey: new Secret(secretAccessKey), sessionToken: undefined };
    const asOther = { callerOf: () => ({ keys: others, target: rig.target('us-east-1') }) };
    assert.deepEqual(await rig.rotation('rita', asOther).rotate(never), {
      kind: 'asBefore',
      trouble: { kind: 'notListed' },
    });
    assert.deepEqual(operations(), ['ListAccessKeys']);
    await assertAsBefore();
    const note: RotationNote = {
      version: 1,
      profile: 'rita',
      oldId: oldKey.accessKeyId,
      before: [oldKey.accessKeyId],
      newId: 'AKIAEXAMPLENEW000001',
      phase: 'creating',
      startedAt: 0,
      isPutOff: false,
    };
    const back = await rig.rotation('rita', asOther).goBack(note);
    assert.deepEqual(back, { kind: 'stopped', note, trouble: { kind: 'notListed' } });
  });

  it('says that there are two keys, and makes none', async () => {
    const rotated = await rig.rotation('tom').rotate(never);
    assert.equal(rotated.kind === 'asBefore' && rotated.trouble.kind, 'twoKeys');
    const keys =
      rotated.kind === 'asBefore' && rotated.trouble.kind === 'twoKeys' ? rotated.trouble.keys : [];
    assert.deepEqual(
      keys.map(({ accessKeyId, isActive }) => [accessKeyId, isActive]),
      [
        [unusedKey.accessKeyId, true],
        [secondKey.accessKeyId, true],
      ],
    );
    assert.deepEqual(operations(), ['ListAccessKeys']);
  });

  it('says which permission is missing, and changes nothing', async () => {
    const rotated = await rig.rotation('sam').rotate(never);
    assert.ok(rotated.kind === 'asBefore' && rotated.trouble.kind === 'fault');
    assert.ok(rotated.trouble.fault.kind === 'accessDenied');
    assert.equal(rotated.trouble.fault.action, 'iam:ListAccessKeys');
    await assertAsBefore();
  });

  const untilSwitch: readonly RotationStep['kind'][] = ['looking', 'creating', 'testing', 'switching'];
  for (const kind of untilSwitch.slice(0, 3)) {
    it(`leaves everything as it was when it is cancelled while ${kind}`, async () => {
      const controller = new AbortController();
      rig.onStep = (step) => {
        if (step.kind === kind) {
          controller.abort();
        }
      };
      const rotated = await rig.rotation().rotate(controller.signal);
      assert.ok(rotated.kind === 'asBefore' && rotated.trouble.kind === 'fault');
      assert.equal(rotated.trouble.fault.kind, 'cancelled');
      await assertAsBefore();
    });
  }

  it('takes the new key back when the file cannot be written, and says so', async () => {
    rig.onStep = (step) => {
      if (step.kind === 'switching') {
        rig.onStep = () => undefined;
      }
    };
    await chmod(rig.credentials, 0o400);
    const rotated = await rig.rotation().rotate(never);
    assert.ok(rotated.kind === 'asBefore' && rotated.trouble.kind === 'notWritten');
    await assertAsBefore();
  });

  it('deletes no key that stands in a file, whatever the file’s editor says', async () => {
    const keys = rig.keys();
    let calls = 0;
    const broken: LongTermKeys = {
      ...keys,
      replace: async (...asked) => {
        calls += 1;
        await (calls === 1 ? keys.replace(...asked) : undefined);
        return { kind: 'failed', code: 'EROFS' };
      },
    };
    const stopped = await rig.rotation('rita', { keys: broken }).rotate(never);
    assert.ok(stopped.kind === 'stopped' && stopped.trouble.kind === 'notWritten');
    const [id, secret] = await inFile('rita');
    assert.equal(id, stopped.note.newId);
    assert.equal(await works(id, secret), true);
    assert.equal(await works(oldKey.accessKeyId, oldKey.secretAccessKey), true);
    assert.ok(rig.old.has(oldKey.accessKeyId), 'the old secret is kept');
    assert.equal((await rig.rotation().goBack(stopped.note)).kind, 'asBefore');
    await assertGoneBack();
  });

  it('deletes no key while nobody can say where it stands', async () => {
    const keys: LongTermKeys = {
      ...rig.keys(),
      replace: async () => ({ kind: 'failed', code: 'EIO' }),
      holds: () => Promise.reject(new Error('locked')),
    };
    const stopped = await rig.rotation('rita', { keys }).rotate(never);
    assert.ok(stopped.kind === 'stopped' && stopped.trouble.kind === 'notWritten');
    assert.ok(!operations().includes('DeleteAccessKey'));
    assert.deepEqual(rig.notes.list(), [stopped.note]);
  });

  it('overwrites no keys that somebody has put there meanwhile', async () => {
    const other = keysText().replaceAll(oldKey.accessKeyId, 'AKIAEXAMPLEOTHER0001');
    const written: Promise<void>[] = [];
    rig.onStep = (step) => {
      if (step.kind === 'testing' && step.count === 4) {
        written.push(writeFile(rig.credentials, other));
      }
    };
    const rotated = await rig
      .rotation('rita', { wait: async () => void (await Promise.all(written)) })
      .rotate(never);
    assert.ok(rotated.kind === 'asBefore' && rotated.trouble.kind === 'changed');
    assert.equal(await rig.text(), other);
    assert.deepEqual(operations().slice(-1), ['DeleteAccessKey']);
  });

  it('gives up a key that AWS never takes, within a minute and a half', async () => {
    const unknownKey = { kind: 'unknownKey', profile: '', accessKeyId: '' } as const;
    const rotated = await rig.rotation('rita', { identity: async () => unknownKey }).rotate(never);
    assert.ok(rotated.kind === 'asBefore' && rotated.trouble.kind === 'notEverywhere');
    await assertAsBefore();
  });

  it('deletes the key of an answer that was lost, and no key of somebody else’s', async () => {
    const { iam } = rig;
    const lost = await rig
      .rotation('rita', {
        iam: {
          ...iam,
          create: async (caller, signal) => {
            await iam.create(caller, signal);
            return { kind: 'network', host: 'iam', reason: 'reset', code: 'ECONNRESET' };
          },
        },
      })
      .rotate(never);
    assert.equal(lost.kind, 'asBefore');
    await assertAsBefore();
    // Somebody makes a key at the same moment, and uses it.
    const taken = await rig
      .rotation('rita', {
        iam: {
          ...iam,
          create: async (caller, signal) => {
            const made = await iam.create(caller, signal);
            assert.ok('keys' in made);
            const { accessKeyId, secretAccessKey } = made.keys;
            for (let call = 0; call < 5; call++) {
              await works(accessKeyId, secretAccessKey.reveal());
            }
            return { kind: 'refused', code: 'LimitExceeded', status: 409, message: '' };
          },
        },
      })
      .rotate(never);
    assert.equal(taken.kind, 'asBefore');
    assert.notEqual(operations().at(-1), 'DeleteAccessKey');
  });

  it('stops and says what stands when the old key cannot be switched off, then goes on or back', async () => {
    sandbox.control.fail(500, { operation: 'UpdateAccessKey', times: 4 });
    const stopped = await rig.rotation().rotate(never);
    assert.ok(stopped.kind === 'stopped');
    assert.equal(stopped.note.phase, 'deactivating');
    assert.equal((await inFile('rita'))[0], stopped.note.newId, 'the new key stays in its place');
    sandbox.control.clear();
    const further = await rig.rotation().goOn(stopped.note, never);
    assert.equal(further.kind, 'deactivated');
    const back = further.kind === 'deactivated' ? await rig.rotation().goBack(further.note) : undefined;
    assert.equal(back?.kind, 'asBefore');
    await assertGoneBack();
  });

  /** The file's lines keep their spelling; only the blank after `=` that setting a value adds may differ. */
  const assertGoneBack = async (): Promise<void> => {
    assert.equal((await rig.text()).replaceAll('key= ', 'key='), keysText());
    assert.equal(await works(oldKey.accessKeyId, oldKey.secretAccessKey), true);
    assert.deepEqual(rig.notes.list(), []);
    assert.equal(rig.old.size, 0);
  };

  it('tells again in whose place the new key has come, as a crash may have lost it, before it goes on', async () => {
    sandbox.control.fail(500, { operation: 'UpdateAccessKey', times: 4 });
    const stopped = await rig.rotation().rotate(never);
    assert.ok(stopped.kind === 'stopped');
    sandbox.control.clear();
    rig.succeeded.length = 0;
    const told: number[] = [];
    rig.onStep = ({ kind }) => void (kind === 'deactivating' && told.push(rig.succeeded.length));
    assert.equal((await rig.rotation().goOn(stopped.note, never)).kind, 'deactivated');
    assert.deepEqual(
      rig.succeeded.map(([next, old]) => [next, old]),
      [[stopped.note.newId, oldKey.accessKeyId]],
    );
    assert.deepEqual(told, [1]);
  });

  it('goes back from the last step but one', async () => {
    const note = await deactivated();
    assert.equal((await rig.rotation().goBack(note)).kind, 'asBefore');
    await assertGoneBack();
  });

  it('says that it cannot go back when the old secret is lost, and still goes on', async () => {
    const note = await deactivated();
    rig.old.clear();
    const back = await rig.rotation().goBack(note);
    assert.ok(back.kind === 'stopped' && back.trouble.kind === 'oldSecretLost');
    assert.equal(await rig.rotation().finish(note, never), undefined);
  });

  it('deletes nothing when other keys stand in the file, or when the new key does not work', async () => {
    const note = await deactivated();
    const good = await rig.text();
    await rig.fill();
    assert.equal((await rig.rotation().finish(note, never))?.kind, 'changed');
    await writeFile(rig.credentials, good.replaceAll(/(access_key= ?)EXAMPLE/g, '$1EXAMPLX'));
    const trouble = await rig.rotation().finish(note, never);
    assert.ok(trouble?.kind === 'fault' && trouble.fault.kind === 'wrongSecret');
    assert.ok(!operations().includes('DeleteAccessKey'));
  });

  it('shows the new secret to nobody', async () => {
    const note = await deactivated();
    const [, secret] = await inFile('rita');
    const seen = JSON.stringify([rig.steps, note, [...rig.stored], sandbox.journal]);
    assert.ok(!seen.includes(secret) && !seen.includes(oldKey.secretAccessKey));
  });

  // A crash is a window that does nothing more from some step on; another one finds the note.
  const steps: readonly RotationStep['kind'][] = ['creating', 'testing', 'switching', 'deactivating'];
  for (const kind of steps) {
    for (const way of ['goOn', 'goBack'] as const) {
      it(`is found after a crash while ${kind}, and ${way === 'goOn' ? 'goes on' : 'goes back'}`, async () => {
        class Crash extends Error {}
        rig.onStep = (step) => {
          if (step.kind === kind && (step.kind !== 'testing' || step.count === 2)) {
            throw new Crash();
          }
        };
        await assert.rejects(rig.rotation().rotate(never), Crash);
        rig.onStep = () => undefined;
        const [id, secret] = await inFile('rita');
        assert.equal(await works(id, secret), true, 'the key in the file works, whatever happens');
        const [note] = rig.notes.list();
        assert.ok(note);
        if (way === 'goBack') {
          assert.equal((await rig.rotation().goBack(note)).kind, 'asBefore');
          await assertGoneBack();
          return;
        }
        const further = await rig.rotation().goOn(note, never);
        assert.ok(further.kind === 'deactivated');
        assert.equal(await rig.rotation().finish(further.note, never), undefined);
        const left = await inFile('rita');
        assert.deepEqual(await rig.listed(...left), [left[0]], 'one key is left, the one in the file');
      });
    }
  }
});
