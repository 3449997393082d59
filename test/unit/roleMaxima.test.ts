import assert from 'node:assert/strict';
import { RoleMaxima } from '../../src/ui/roleMaxima.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 10, 23);
const short = 'arn:aws:iam::111122223333:role/Short';
const other = 'arn:aws:iam::111122223333:role/Other';

function memento() {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T) => (values.get(key) as T | undefined) ?? otherwise,
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
  } as unknown as ConstructorParameters<typeof RoleMaxima>[0];
}

const found = (roleArn: string, byRole = true) => ({
  roleArn,
  askedSeconds: 28_800,
  grantedSeconds: 3600,
  byRole,
});

describe('RoleMaxima', () => {
  it('remembers for a month what a role refuses, across windows', async () => {
    const state = memento();
    await new RoleMaxima(state).learn([found(short)], now);
    await new RoleMaxima(state).learn([found(other)], now + 20 * day);
    const maxima = new RoleMaxima(state);
    assert.equal(maxima.refusedBy(short, now + 29 * day), 28_800);
    assert.equal(maxima.refusedBy(short, now + 31 * day), undefined);
    assert.equal(maxima.refusedBy(other, now + 31 * day), 28_800);
    assert.equal(maxima.refusedBy('arn:aws:iam::111122223333:role/Stranger', now), undefined);
  });

  it('does not take a chain’s limit for the role’s', async () => {
    const maxima = new RoleMaxima(memento());
    await maxima.learn([found(short, false)], now);
    assert.equal(maxima.refusedBy(short, now), undefined);
  });
});
