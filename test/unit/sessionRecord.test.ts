import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { Secret } from '../../src/aws/secret.ts';
import { isOutdated, merge, newer, tombstone, validUntil, type HeldSession } from '../../src/session/kept.ts';
import { fromRecord, fromStored, judgeRecord, toRecord } from '../../src/session/record.ts';
import { aboutKept } from '../../src/session/view.ts';
import { hour, minute, noon } from '../support/sessionWindows.ts';

const held: HeldSession = {
  id: 'a1b2c3',
  name: 'prod-admin',
  request: { kind: 'profile', profile: 'prod-admin' },
  region: 'eu-west-1',
  accountId: '222233334444',
  roleArn: 'arn:aws:iam::222233334444:role/admin',
  needsPerson: true,
  mfaSerials: ['arn:aws:iam::111122223333:mfa/ada'],
  durationSeconds: 3600,
  startedAt: noon,
  changedAt: noon,
  credentials: {
    accessKeyId: 'ASIAEXAMPLE1',
    secretAccessKey: new Secret('EXAMPLEKEY1'),
    sessionToken: new Secret('EXAMPLETOKEN1'),
    expiresAt: noon + hour,
    accountId: '222233334444',
    arn: undefined,
  },
  endedValidUntil: undefined,
};

const requests = [
  { kind: 'profile', profile: 'p' },
  { kind: 'mfaSession', profile: 'p', mfaSerial: 'GAHT12345678', durationSeconds: 900 },
  { kind: 'mfaSession', profile: 'p', mfaSerial: undefined, durationSeconds: undefined },
  {
    kind: 'role',
    name: 'n',
    sourceProfile: 'p',
    roleArn: 'arn:aws:iam::222233334444:role/admin',
    externalId: 'e',
    sessionName: 's',
    durationSeconds: 900,
    mfaSerial: 'm',
    region: 'r',
  },
  {
    kind: 'identityCenterRole',
    name: 'Sandbox/Admin',
    ssoSession: 'corp',
    accountId: '222233334444',
    roleName: 'Admin',
  },
  { kind: 'profile', profile: 'p', readOnly: true },
  { kind: 'profile', profile: 'p', readOnly: true, forAgents: true },
  {
    kind: 'role',
    name: 'n',
    sourceProfile: 'p',
    roleArn: 'a',
    externalId: undefined,
    sessionName: undefined,
    durationSeconds: undefined,
    mfaSerial: undefined,
    region: undefined,
    sourceIdentity: 'i',
    tags: [{ key: 'k', value: '' }],
    transitiveTagKeys: ['k'],
    policies: { inline: '{\n}', arns: ['arn'] },
    readOnly: true,
  },
  { kind: 'samlRole', name: 'n', profile: 'p', roleArn: 'a', providerArn: 'b', readOnly: true },
  {
    kind: 'webIdentityRole',
    name: 'n',
    issuer: 'i',
    roleArn: 'a',
    sessionName: 's',
    durationSeconds: 900,
    region: 'r',
  },
  {
    kind: 'federation',
    profile: 'p',
    userName: 'u',
    durationSeconds: 900,
    policies: { arns: ['arn'] },
    tags: [{ key: 'k', value: 'v' }],
  },
] as const satisfies readonly SessionRequest[];

describe('a stored session', () => {
  it('comes back from JSON as it was', () => {
    for (const request of requests) {
      const record = toRecord({ ...held, request });
      assert.deepEqual(fromRecord(JSON.parse(JSON.stringify(record))), record);
      assert.deepEqual(toRecord(fromStored(record)), record);
    }
    const ended = toRecord(tombstone(held, noon + minute));
    assert.deepEqual(fromRecord(JSON.parse(JSON.stringify(ended))), ended);
    assert.ok(!JSON.stringify(ended).includes('EXAMPLE'), 'a tombstone holds no secret');
  });

  it('shows no secret when it is printed', () => {
    assert.doesNotMatch(inspect(fromStored(toRecord(held)), { depth: 9 }), /EXAMPLEKEY|EXAMPLETOKEN/);
  });

  it('of a newer version is not used, and not taken for broken', () => {
    assert.deepEqual(judgeRecord({ ...toRecord(held), version: 2 }), { kind: 'newerVersion' });
    assert.equal(fromRecord({ ...toRecord(held), version: 2 }), undefined);
  });

  it('is not believed when a single field is wrong', () => {
    const good = JSON.parse(JSON.stringify(toRecord(held))) as Record<string, unknown>;
    const wrong: readonly (readonly [string, unknown])[] = [
      ['version', 0],
      ['version', '1'],
      ['id', '../../etc'],
      ['id', ''],
      ['id', 'a\nb'],
      ['id', 7],
      ['name', ''],
      ['name', 'two\r\nlines'],
      ['request', null],
      ['request', { kind: 'other' }],
      ['request', { kind: 'profile', profile: 1 }],
      ['request', ['profile']],
      ['region', 5],
      ['accountId', null],
      ['needsPerson', 'true'],
      ['mfaSerials', 'arn'],
      ['mfaSerials', [1]],
      ['startedAt', 'now'],
      ['startedAt', -1],
      ['changedAt', null],
      ['durationSeconds', 'long'],
      ['endedValidUntil', {}],
      ['credentials', 'ASIAEXAMPLE1'],
      ['credentials', null],
      ['credentials', { accessKeyId: 'ASIAEXAMPLE1' }],
      ['credentials', { accessKeyId: 'ASIAEXAMPLE1', secretAccessKey: 'x\ny' }],
    ];
    for (const [name, value] of wrong) {
      assert.deepEqual(
        judgeRecord({ ...good, [name]: value }),
        { kind: 'broken' },
        `${name}: ${String(value)}`,
      );
    }
    for (const name of ['version', 'id', 'name', 'request', 'needsPerson', 'startedAt', 'changedAt']) {
      const { [name]: _, ...rest } = good;
      assert.deepEqual(judgeRecord(rest), { kind: 'broken' }, `without ${name}`);
    }
    for (const value of [undefined, null, 1, 'text', [], [good], () => good]) {
      assert.deepEqual(judgeRecord(value), { kind: 'broken' });
    }
  });

  it('says what a guard counts from and looks at, and that nothing comes after it', () => {
    const guarded = { begunAt: noon, permissionSet: 'Admin' } as const;
    const last = toRecord({ ...held, ...guarded, credentials: { ...held.credentials, last: true } });
    const again = fromRecord(JSON.parse(JSON.stringify(last)));
    assert.deepEqual([again?.begunAt, again?.permissionSet, again?.credentials?.last], [noon, 'Admin', true]);
  });

  it('says how full its policies are where AWS said so, and reads without it', () => {
    const record = toRecord({ ...held, packedPolicyPercent: 42 });
    assert.equal(fromRecord(JSON.parse(JSON.stringify(record)))?.packedPolicyPercent, 42);
    assert.deepEqual(judgeRecord({ ...record, packedPolicyPercent: 'much' }), { kind: 'broken' });
    const read = fromRecord(JSON.parse(JSON.stringify(toRecord(held))));
    assert.ok(read !== undefined && !('packedPolicyPercent' in read));
  });

  it('says whether it takes another sign-in, and reads without it', () => {
    const record = toRecord({ ...held, signsInAnew: true });
    const read = fromRecord(JSON.parse(JSON.stringify(record)));
    assert.ok(read?.signsInAnew === true && aboutKept(fromStored(read)).signsInAnew === true);
    assert.deepEqual(judgeRecord({ ...record, signsInAnew: 'yes' }), { kind: 'broken' });
  });

  it('of version 0.1 names no device', () => {
    const { mfaSerials: _, ...old } = toRecord(held);
    assert.deepEqual(fromRecord(JSON.parse(JSON.stringify(old)))?.mfaSerials, []);
  });

  it('brings nothing along that we do not know', () => {
    const good = JSON.parse(JSON.stringify(toRecord(held))) as Record<string, unknown>;
    const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as Record<
      string,
      unknown
    >;
    const record = fromRecord({ ...good, ...hostile, extra: 1 });
    assert.deepEqual(record, toRecord(held));
    assert.equal(Object.hasOwn(record ?? {}, 'constructor'), false);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('of two records of one session', () => {
  const later: HeldSession = { ...held, changedAt: noon + 1 };
  const ended = tombstone(held, noon + minute);
  const all = [
    held,
    later,
    ended,
    { ...ended, changedAt: noon },
    { ...held, credentials: { ...held.credentials, expiresAt: undefined } },
    { ...held, credentials: { ...held.credentials, expiresAt: noon + 2 * hour } },
    { ...ended, endedValidUntil: undefined },
  ];

  it('the later wish wins, at the same moment the end', () => {
    assert.equal(newer(held, later), later);
    assert.equal(newer(ended, later), ended);
    const sameMoment = { ...ended, changedAt: noon };
    assert.equal(newer(held, sameMoment), sameMoment);
  });

  it('both windows choose the same one, in whatever order they meet', () => {
    for (const a of all) {
      assert.deepEqual(merge(a, a), a);
      for (const b of all) {
        assert.deepEqual(newer(a, b), newer(b, a));
        assert.deepEqual(merge(a, b), merge(b, a));
        for (const c of all) {
          assert.deepEqual(newer(newer(a, b), c), newer(a, newer(b, c)));
        }
      }
    }
  });

  it('a tombstone learns how long the other window’s credentials last', () => {
    const longer: HeldSession = {
      ...held,
      changedAt: noon + 1,
      credentials: { ...held.credentials, expiresAt: noon + 3 * hour },
    };
    assert.equal(merge(ended, longer).endedValidUntil, noon + 3 * hour);
    assert.equal(merge(ended, held), ended);
  });
});

describe('the end of a session', () => {
  it('is later than what it ends, even when the clock was set back', () => {
    assert.equal(tombstone(held, noon - hour).changedAt, noon + 1);
  });

  it('knows the latest end of everything that was handed out', () => {
    assert.equal(tombstone(held, noon).endedValidUntil, noon + hour);
    assert.equal(validUntil({ ...held, endedValidUntil: noon + 5 * hour }), noon + 5 * hour);
    const endless = { ...held, credentials: { ...held.credentials, expiresAt: undefined } };
    assert.equal(tombstone(endless, noon).endedValidUntil, undefined);
  });

  it('is remembered until a day after that', () => {
    const ended = tombstone(held, noon);
    assert.equal(isOutdated(ended, noon + 25 * hour - 1), false);
    assert.equal(isOutdated(ended, noon + 25 * hour), true);
    assert.equal(isOutdated(held, noon + 25 * hour - 1), false);
    assert.equal(isOutdated(held, noon + 25 * hour), true);
    const unknown = { ...ended, endedValidUntil: undefined };
    assert.equal(isOutdated(unknown, noon + 59 * hour), false);
    assert.equal(isOutdated(unknown, noon + 61 * hour), true);
  });
});
