import assert from 'node:assert/strict';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { Recent } from '../../src/ui/recent.ts';

function memento() {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T) => (values.get(key) as T | undefined) ?? otherwise,
    update: (key: string, value: unknown) => {
      values.set(key, value);
      return Promise.resolve();
    },
  } as unknown as ConstructorParameters<typeof Recent>[0];
}

function role(name: string): SessionRequest {
  return {
    kind: 'role',
    name,
    sourceProfile: 'default',
    roleArn: `arn:aws:iam::111122223333:role/${name}`,
    externalId: undefined,
    sessionName: undefined,
    durationSeconds: undefined,
    mfaSerial: undefined,
    region: undefined,
  };
}

describe('what was started last', () => {
  it('stands with the newest first, each once', async () => {
    const recent = new Recent(memento());
    for (const profile of ['a', 'b', 'a']) {
      await recent.add({ kind: 'profile', profile });
    }
    assert.deepEqual(recent.requests(), [
      { kind: 'profile', profile: 'a' },
      { kind: 'profile', profile: 'b' },
    ]);
  });

  it('keeps roles that were typed in, however many profiles are started after them', async () => {
    const recent = new Recent(memento());
    await recent.add(role('Audit'));
    for (let number = 0; number < 30; number++) {
      await recent.add({ kind: 'profile', profile: `p${number}` });
    }
    assert.deepEqual(recent.roles(), [role('Audit')]);
    assert.equal(recent.requests().length, 13);
  });

  it('forgets the oldest role after twelve', async () => {
    const recent = new Recent(memento());
    for (let number = 0; number < 14; number++) {
      await recent.add(role(`R${number}`));
    }
    assert.equal(recent.roles().length, 12);
    assert.deepEqual(recent.roles()[0], role('R13'));
  });
});
