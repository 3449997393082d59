import assert from 'node:assert/strict';
import { deviceArn } from '../support/enrolWorld.ts';
import { EnrolRig } from '../support/enrolRig.ts';

const serial = deviceArn('bob');

describe('enrolling an MFA device, against the sandbox', () => {
  let rig: EnrolRig;
  beforeEach(async () => {
    rig = await EnrolRig.start();
  });
  afterEach(() => rig.sandbox.close());

  /** Nothing is left: no device, no seed, no page, no note. */
  const nothingLeft = async (): Promise<void> => {
    assert.deepEqual(await rig.serials('bob'), []);
    assert.ok(
      rig.calls().filter((call) => call === 'CreateVirtualMFADevice 200').length <=
        rig.calls().filter((call) => call === 'DeleteVirtualMFADevice 200').length,
    );
    assert.equal(rig.kept.size, 0);
    assert.equal(rig.open, 0);
    assert.deepEqual(await rig.pending.list(), []);
  };

  it('gives the user a device with codes from the phone, and keeps nothing of it', async () => {
    assert.deepEqual(await rig.enrol('bob'), { kind: 'enrolled', serial, isKept: false });
    assert.deepEqual(await rig.serials('bob'), [serial]);
    assert.deepEqual(rig.calls().slice(0, 4), [
      'GetCallerIdentity 200',
      'ListMFADevices 200',
      'CreateVirtualMFADevice 200',
      'EnableMFADevice 200',
    ]);
    assert.equal(rig.kept.size, 0);
    assert.equal(rig.open, 0);
    assert.deepEqual(await rig.pending.list(), []);
    assert.deepEqual(rig.spent, rig.codesOf(rig.shown[0]?.seed.secret.reveal() ?? ''));
    assert.ok(rig.shown[0]?.picture, 'there was a picture');
    assert.ok(!JSON.stringify(rig.shown).includes('EXAMPLESEED'), 'and neither can be printed by accident');
  });

  it('takes two codes in a row from a seed that is kept, and waits for the second', async () => {
    const began = rig.clock.now;
    const done = await rig.enrol('bob', { way: () => Promise.resolve('kept') });
    assert.deepEqual(done, { kind: 'enrolled', serial, isKept: true });
    assert.equal(rig.clock.now - began, 26_000, 'up to the next code, no longer');
    assert.equal(rig.spent.length, 2);
    assert.ok(rig.kept.has(serial));
  });

  it('goes on after the computer has slept through several codes', async () => {
    rig.onTimer = (_ms, callback) => setImmediate(() => ((rig.clock.now += 3_600_000), callback()));
    const done = await rig.enrol('bob', { way: () => Promise.resolve('kept') });
    assert.equal(done.kind, 'enrolled');
  });

  it('asks again after wrong codes, as often as it takes', async () => {
    const heard: unknown[] = [];
    const done = await rig.enrol('bob', {
      codes(again) {
        heard.push(again);
        return heard.length < 3
          ? ['000000', '000001']
          : rig.codesOf(rig.shown[0]?.seed.secret.reveal() ?? '');
      },
    });
    assert.equal(done.kind, 'enrolled');
    assert.deepEqual(heard, [undefined, 'wrongCodes', 'wrongCodes']);
  });

  for (const step of ['name', 'way', 'codes', 'nextCode', 'creating', 'enabling'] as const) {
    it(`leaves nothing behind when it is cancelled at: ${step}`, async () => {
      const done = await rig.enrol('bob', {
        ...(step === 'name' && { name: () => undefined }),
        ...(step === 'way' && { way: () => Promise.resolve(undefined) }),
        ...(step === 'codes' && { codes: () => undefined }),
        ...(step === 'nextCode' && { way: () => Promise.resolve('kept' as const), cancel: step }),
        ...((step === 'creating' || step === 'enabling') && { cancel: step }),
      });
      assert.deepEqual(done, step === 'name' ? { kind: 'left' } : { kind: 'undone', serial, why: 'left' });
      await nothingLeft();
    });
  }

  it('leaves nothing behind when nobody answers in time', async () => {
    const done = await rig.enrol('bob', {
      way: async (_again, signal) => {
        rig.late();
        assert.ok(signal.aborted);
        return Promise.resolve(undefined);
      },
    });
    assert.deepEqual(done, { kind: 'undone', serial, why: 'tooLate' });
    await nothingLeft();
  });

  it('deletes the device when AWS refuses to enable it, and says which permission is missing', async () => {
    const done = await rig.enrol('nora', { way: () => Promise.resolve('kept') });
    assert.ok(done.kind === 'undone' && typeof done.why === 'object' && done.why.kind === 'accessDenied');
    assert.equal(done.why.action, 'iam:EnableMFADevice');
    await nothingLeft();
  });

  it('deletes a device whose creation was never answered', async () => {
    rig.lost.add('create');
    const done = await rig.enrol('bob');
    assert.ok(done.kind === 'undone' && typeof done.why === 'object' && done.why.kind === 'timedOut');
    await nothingLeft();
  });

  it('never takes somebody else’s device for the one whose creation was not answered', async () => {
    rig.lost.add('create');
    const done = await rig.enrol('bob', { name: () => 'olga' });
    assert.ok(done.kind === 'failed' && done.fault.kind === 'timedOut', JSON.stringify(done));
    rig.lost.clear();
    assert.deepEqual(await rig.enrol('bob', { name: () => 'olga', cancel: 'creating' }), { kind: 'left' });
    assert.deepEqual(await rig.serials('olga'), [deviceArn('olga')]);
    assert.deepEqual(await rig.pending.list(), []);
  });

  it('is content when only the answer to the codes was lost: AWS had taken them', async () => {
    rig.lost.add('enable');
    const done = await rig.enrol('bob', { way: () => Promise.resolve('kept') });
    assert.deepEqual(done, { kind: 'enrolled', serial, isKept: true });
    assert.deepEqual(await rig.serials('bob'), [serial]);
    assert.ok(rig.kept.has(serial), 'the seed of a device that works is not thrown away');
    assert.deepEqual(await rig.pending.list(), []);
  });

  it('says that a device remains which cannot be deleted, remembers it, and deletes it later', async () => {
    rig.lost.add('remove');
    const done = await rig.enrol('bob', { codes: () => undefined });
    assert.equal(done.kind, 'remains');
    const [left] = await rig.pending.list();
    assert.deepEqual(left, { serial, profile: 'bob', user: 'bob', at: rig.clock.now });
    assert.ok(!JSON.stringify(rig.note).includes('EXAMPLESEED'), 'the note has no seed');
    rig.lost.clear();
    assert.equal(await rig.cleanUp('bob', serial), 'deleted');
    await nothingLeft();
    assert.equal(await rig.cleanUp('bob', serial), 'deleted', 'also when it is gone already');
  });

  it('never deletes a device that somebody has', async () => {
    await rig.enrol('bob');
    await rig.pending.add({ serial, profile: 'bob', user: 'bob', at: 0 });
    assert.equal(await rig.cleanUp('bob', serial), 'enabled');
    assert.deepEqual(await rig.serials('bob'), [serial]);
    assert.deepEqual(await rig.pending.list(), []);
  });

  it('asks for another name when the account has one of that name', async () => {
    const names: unknown[] = [];
    await rig.enrol('olga', { codes: () => undefined, name: (suggested) => suggested });
    const done = await rig.enrol('bob', {
      name(suggested, again) {
        names.push([suggested, again]);
        return names.length === 1 ? 'olga' : suggested;
      },
    });
    assert.deepEqual(names, [
      ['bob', undefined],
      ['bob', 'nameTaken'],
    ]);
    assert.deepEqual(done, { kind: 'enrolled', serial, isKept: false });
  });

  it('tells the root user, sessions, full users and those who may not, before there is a device', async () => {
    assert.deepEqual(await rig.enrol('root'), { kind: 'notUser', owner: { kind: 'root' } });
    assert.deepEqual(await rig.enrol('full'), { kind: 'full', user: 'full' });
    const refused = await rig.enrol('eve');
    assert.ok(refused.kind === 'failed' && refused.fault.kind === 'accessDenied');
    assert.equal(refused.fault.action, 'iam:CreateVirtualMFADevice');
    assert.equal(refused.devices, 0);
    assert.deepEqual(await rig.pending.list(), []);
    assert.deepEqual(
      rig.calls().filter((call) => call.startsWith('CreateVirtual')),
      ['CreateVirtualMFADevice 403'],
    );
  });

  for (const keeps of ['lost', 'throws'] as const) {
    it(`says when the store does not keep the seed (${keeps}), and takes codes from the phone`, async () => {
      rig.keeps = keeps;
      const heard: unknown[] = [];
      const done = await rig.enrol('bob', {
        way(again) {
          heard.push(again);
          return Promise.resolve(again === undefined ? 'kept' : 'typed');
        },
      });
      assert.deepEqual(heard, [undefined, 'notKept']);
      assert.deepEqual(done, { kind: 'enrolled', serial, isKept: false });
    });
  }

  it('asks how once more when somebody does not want the seed to be kept after all', async () => {
    const heard: unknown[] = [];
    const done = await rig.enrol('bob', {
      way(again) {
        heard.push(again);
        return Promise.resolve(heard.length === 1 ? 'kept' : 'typed');
      },
      mayKeep: () => false,
    });
    assert.equal(heard.length, 2);
    assert.deepEqual(done, { kind: 'enrolled', serial, isKept: false });
    assert.equal(rig.kept.size, 0);
  });

  it('takes a device for abandoned only when its window is gone', async () => {
    await rig.pending.during(serial, async () => {
      const asked = await Promise.race([
        rig.pending.ifAbandoned(serial, () => Promise.resolve('asked')),
        new Promise((resolve) => setImmediate(() => resolve('not yet'))),
      ]);
      assert.equal(asked, 'not yet');
    });
    assert.equal(await rig.pending.ifAbandoned(serial, () => Promise.resolve('asked')), 'asked');
  });

  it('asks about what a dead window left, and not about what was enrolled meanwhile', async () => {
    const asked: string[] = [];
    const ask = (device: { readonly serial: string }): Promise<void> => {
      asked.push(device.serial);
      return Promise.resolve();
    };
    const other = deviceArn('bob-2');
    await rig.pending.add({ serial, profile: 'bob', user: 'bob', at: 1 });
    await rig.pending.add({ serial: other, profile: 'bob', user: 'bob', at: 2 });
    let asking: Promise<void> | undefined;
    await rig.pending.during(serial, async () => {
      asking = rig.pending.forAbandoned(ask);
      await new Promise((resolve) => setImmediate(resolve));
      await rig.pending.remove(serial);
    });
    await asking;
    assert.deepEqual(asked, [other]);
  });

  it('trusts nothing in its note', async () => {
    for (const note of [null, 1, 'x', { pending: 1 }, { pending: [null, 1, { serial: 1 }] }]) {
      rig.note = note;
      assert.deepEqual(await rig.pending.list(), []);
    }
    await rig.pending.add({ serial, profile: 'bob', user: 'bob', at: 1 });
    assert.equal((await rig.pending.list()).length, 1);
  });
});
