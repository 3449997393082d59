import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { RotationNote, RotationPhase } from '../../src/session/rotationNote.ts';
import { RotationNotes } from '../../src/session/rotationNote.ts';
import { keyLines } from '../../src/ui/keyLooks.ts';
import { KnownKeys } from '../../src/ui/keyFacts.ts';
import { keyCareText } from '../../src/ui/text/keyCare.ts';
import { FakeSecrets } from '../support/fakeSecrets.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const now = Date.UTC(2026, 10, 23);
const day = 86_400_000;
const id = 'AKIAEXAMPLERITA00001';
const note: RotationNote = {
  version: 1,
  profile: 'rita',
  oldId: id,
  before: [id],
  newId: 'AKIAEXAMPLERITA00002',
  phase: 'creating',
  startedAt: now,
  isPutOff: false,
};
const env = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };

describe('what is said about long-term keys', () => {
  it('keeps the rules for messages', () => {
    const phases: readonly RotationPhase[] = ['creating', 'switching', 'deactivating', 'deactivated'];
    for (const phase of phases) {
      for (const newId of [undefined, note.newId]) {
        assertGoodSentence(keyCareText.interrupted({ ...note, phase, newId }));
        assertGoodSentence(keyCareText.stopped({ ...note, phase, newId }, keyCareText.changed('rita')));
      }
    }
    for (const sentence of [
      keyCareText.noKeys('rita'),
      keyCareText.age(id, 1),
      keyCareText.age(id, 90),
      keyCareText.ageUnknown(id),
      keyCareText.isRoot('rita'),
      keyCareText.isOff(id),
      keyCareText.done(id),
      keyCareText.deleted('rita'),
      keyCareText.putOff('rita'),
      keyCareText.wentBack('rita'),
      keyCareText.notBegun('rita'),
      keyCareText.elsewhere('rita'),
      keyCareText.asBefore(keyCareText.notEverywhere(90)),
      keyCareText.notWritten('EACCES'),
      keyCareText.oldSecretLost(),
      keyCareText.notListed('rita'),
      keyCareText.unproven('rita'),
      keyCareText.interruptedShort(),
      keyCareText.ageLine(30, 90),
      keyCareText.ageAtLeastLine(30, 90),
      keyCareText.ageUnknownLine(),
      keyCareText.oldKeyLine(id),
    ]) {
      assertGoodSentence(sentence);
    }
  });

  it('calls a key old after the days of the setting, by words and not by a colour alone', () => {
    const set = readProfiles({
      config: undefined,
      credentials: `[rita]\naws_access_key_id = ${id}\naws_secret_access_key = EXAMPLEKEY/rita\n`,
    });
    const result = planFor(set, { kind: 'profile', profile: 'rita' }, env);
    const lines = (createdAt: number | undefined, oldAfterDays: number, replaced?: string) =>
      keyLines(result, { now, keys: () => ({ createdAt, oldAfterDays, replaced }) });
    assert.deepEqual(lines(now - 90 * day, 90), ['Access key is 90 days old']);
    assert.match(
      lines(now - 91 * day, 90)[0] ?? '',
      /^⚠ Access key is 91 days old, more than 90: “Rotate Keys…”/,
    );
    assert.deepEqual(lines(now - 4000 * day, 0), ['Access key is 4000 days old'], '0: never');
    assert.match(lines(undefined, 90)[0] ?? '', /“Check Key Age” asks AWS/);
    const seen = (seenAt: number, createdAt?: number) =>
      keyLines(result, {
        now,
        keys: () => ({ seenAt, createdAt, oldAfterDays: 90, replaced: undefined }),
      })[0];
    assert.match(seen(now - 90 * day) ?? '', /^Access key is at least 90 days old: “Check Key Age”/);
    assert.match(seen(now - 91 * day) ?? '', /^⚠ Access key is at least 91 days old, more than 90/);
    assert.match(seen(now) ?? '', /“Check Key Age” asks AWS/);
    assert.equal(seen(now - 5 * day, now - 7 * day), 'Access key is 7 days old', 'AWS knows better');
    assert.match(lines(now, 90, id)[1] ?? '', /switched off and not deleted yet: AKIA/);
    assert.deepEqual(keyLines(result, { now }), [], 'where nobody knows anything');
  });

  it('says nothing about keys of a profile that has none, or temporary ones', () => {
    const set = readProfiles({
      config: undefined,
      credentials: `[rita]\naws_access_key_id = ${id}\naws_secret_access_key = EXAMPLEKEY/rita\naws_session_token = EXAMPLE\n`,
    });
    const result = planFor(set, { kind: 'profile', profile: 'rita' }, env);
    const keys = () => ({ oldAfterDays: 90, replaced: undefined });
    assert.deepEqual(keyLines(result, { now, keys }), []);
  });
});

describe('what is remembered of long-term keys', () => {
  it('is added to, told of, and never more than enough', async () => {
    const { state, context } = stateful();
    const known = new KnownKeys(context.globalState);
    const told: string[] = [];
    known.onDidChange((key) => told.push(key));
    await known.learn(id, { createdAt: 1 });
    await known.learn(id, { isRoot: false, accountId: '111122223333', seenAt: 2 });
    assert.deepEqual(known.of(id), { createdAt: 1, seenAt: 2, isRoot: false, accountId: '111122223333' });
    assert.deepEqual(told, [id, id]);
    for (let key = 0; key < 250; key++) {
      await known.learn(`AKIAEXAMPLE${String(key)}`, { createdAt: key });
    }
    assert.equal(known.of(id), undefined);
    assert.equal(Object.keys(state.get('accessKeys') ?? {}).length, 200);
  });

  it('is nothing when it is broken, or a note of a newer version', () => {
    const { state, context } = stateful();
    state.set('accessKeys', { [id]: 'x', other: { createdAt: 'x', isRoot: 1 } });
    const known = new KnownKeys(context.globalState);
    assert.equal(known.of(id), undefined);
    assert.deepEqual(known.of('other'), {});
    const notes = new RotationNotes({
      keys: () => [...state.keys()],
      get: (key) => state.get(key),
      set: () => Promise.resolve(),
    });
    state.set('keyRotation rita', note);
    state.set('keyRotation tom', { ...note, version: 2 });
    state.set('keyRotation sam', { ...note, phase: 'later' });
    state.set('keyRotation eve', {});
    assert.deepEqual(notes.list(), [note]);
  });
});

function stateful() {
  const secrets = new FakeSecrets();
  return { state: secrets.state as Map<string, object>, context: secrets.context() };
}
