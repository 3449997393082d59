import assert from 'node:assert/strict';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { conditionHolds, like } from '../../src/aws/roles/conditions.ts';
import { readPolicy } from '../../src/aws/roles/policyDocument.ts';
import { judgeTrust } from '../../src/aws/roles/trust.ts';
import type { TrustCaller, TrustVerdict } from '../../src/aws/roles/trust.ts';
import { sandboxClient } from '../sandbox/client.ts';
import type { RoleData } from '../sandbox/data.ts';
import type { Statement } from '../sandbox/policy.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { Seeded } from '../support/seeded.ts';

const account = '111122223333';
const now = Date.UTC(2026, 10, 23, 12);
const user: TrustCaller = {
  partition: 'aws',
  accountId: account,
  arn: `arn:aws:iam::${account}:user/eng/alice`,
  roleArn: undefined,
  userId: 'AIDAEXAMPLEALICE00001',
};
const session: TrustCaller = {
  partition: 'aws',
  accountId: account,
  arn: `arn:aws:sts::${account}:assumed-role/hub/me`,
  roleArn: `arn:aws:iam::${account}:role/team/hub`,
  userId: 'AROAEXAMPLEHUB0000001:me',
};

function judge(statements: unknown, caller = user): TrustVerdict {
  const policy = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  assert.ok(policy);
  return judgeTrust(policy, caller, now);
}

/** Allows the account of the callers to assume the role, with whatever is said over it. */
function allow(over: object = {}): object {
  return { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole', ...over };
}

const no = 'no';
const ask = (condition: object): object => allow({ Condition: condition });

describe('trust policies', () => {
  const principals: readonly [what: string, principal: unknown, caller: TrustCaller, verdict: string][] = [
    ['the account by its number', { AWS: account }, user, 'yes account'],
    ['the account by its root', { AWS: `arn:aws:iam::${account}:root` }, user, 'yes account'],
    ['the account among others', { AWS: ['999988887777', account] }, session, 'yes account'],
    ['another account', { AWS: '999988887777' }, user, no],
    ['the same account of another partition', { AWS: `arn:aws-cn:iam::${account}:root` }, user, no],
    ['the user', { AWS: user.arn }, user, 'yes caller'],
    ['a user of another path', { AWS: `arn:aws:iam::${account}:user/alice` }, user, no],
    ['a user by wildcard, which IAM does not take', { AWS: `arn:aws:iam::${account}:user/*` }, user, no],
    ['the role of a session', { AWS: session.roleArn }, session, 'yes caller'],
    ['the session itself', { AWS: session.arn }, session, 'yes caller'],
    ['another session of the role', { AWS: `${session.arn}2` }, session, no],
    ['the role, asked by a user', { AWS: session.roleArn }, user, no],
    ['everybody', '*', user, 'yes caller'],
    ['everybody, the longer way', { AWS: '*' }, session, 'yes caller'],
    ['a user that was deleted', { AWS: 'AIDAEXAMPLEGONE000001' }, user, no],
    ['a role that was deleted', { AWS: 'AROAEXAMPLEGONE000001' }, session, no],
    ['a service', { Service: 'ec2.amazonaws.com' }, user, no],
    ['an identity provider', { Federated: `arn:aws:iam::${account}:saml-provider/x` }, user, no],
    ['a service and the account', { Service: 'ec2.amazonaws.com', AWS: account }, user, 'yes account'],
    ['nobody', undefined, user, no],
  ];
  for (const [what, principal, caller, verdict] of principals) {
    it(`name ${what}`, () => {
      const result = judge(allow({ Principal: principal }), caller);
      assert.equal(result.kind === 'no' ? 'no' : `${result.kind} ${result.by}`, verdict);
    });
  }

  const actions: readonly [action: unknown, verdict: string][] = [
    ['sts:AssumeRole', 'yes'],
    ['STS:assumerole', 'yes'],
    ['sts:*', 'yes'],
    ['*', 'yes'],
    ['sts:Assume*', 'yes'],
    ['sts:AssumeRole?', no],
    [['sts:TagSession', 'sts:AssumeRole'], 'yes'],
    ['sts:AssumeRoleWithSAML', no],
    ['sts:TagSession', no],
    [undefined, no],
  ];
  for (const [action, verdict] of actions) {
    it(`allow ${JSON.stringify(action)}`, () => assert.equal(judge(allow({ Action: action })).kind, verdict));
  }

  it('know NotAction and NotPrincipal', () => {
    assert.equal(judge(allow({ Action: undefined, NotAction: 'sts:TagSession' })).kind, 'yes');
    assert.equal(judge(allow({ Action: undefined, NotAction: 'sts:*' })).kind, no);
    const spare = (names: readonly string[]): object => ({
      Effect: 'Deny',
      NotPrincipal: { AWS: names },
      Action: 'sts:*',
    });
    assert.equal(judge([allow(), spare([session.arn])]).kind, no);
    assert.equal(judge([allow(), spare([user.arn, account])]).kind, 'yes');
    const result = judge([allow(), spare([user.arn])]);
    assert.deepEqual(result.kind === 'perhaps' && result.unknown, ['NotPrincipal']);
  });

  it('deny before they allow', () => {
    const deny = (condition: object = {}): object => ({ ...allow(), Effect: 'Deny', Condition: condition });
    assert.equal(judge([allow(), deny()]).kind, no);
    assert.equal(judge([allow(), { ...deny(), Principal: { AWS: '999988887777' } }]).kind, 'yes');
    const unlessMfa = judge([allow(), deny({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })]);
    assert.deepEqual(unlessMfa, { kind: 'yes', by: 'account', needs: { mfa: true } });
    const network = judge([allow(), deny({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })]);
    assert.deepEqual(network.kind === 'perhaps' && network.unknown, ['aws:SourceIp']);
  });

  const mfa = { kind: 'yes', by: 'account', needs: { mfa: true } };
  const plain = { kind: 'yes', by: 'account', needs: { mfa: false } };
  const depends = (...unknown: string[]): object => ({
    kind: 'perhaps',
    by: 'account',
    needs: { mfa: false },
    unknown,
  });
  const needs = (more: object): object => ({ kind: 'yes', by: 'account', needs: { mfa: false, ...more } });
  const conditions: readonly [condition: object, caller: TrustCaller, verdict: object][] = [
    [{ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, user, mfa],
    [{ Bool: { 'AWS:multifactorauthpresent': [true] } }, user, mfa],
    [{ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }, user, plain],
    [{ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }, session, { kind: no }],
    [{ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, session, { kind: no }],
    [{ Null: { 'aws:MultiFactorAuthAge': 'false' } }, user, mfa],
    [{ NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }, user, mfa],
    // A role's session cannot bring a code, so that none of its age is known either.
    [{ NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }, session, { kind: no }],
    [{ StringEquals: { 'sts:ExternalId': 'acme-4711' } }, user, needs({ externalId: 'acme-4711' })],
    [{ StringLike: { 'sts:ExternalId': 'acme-*' } }, user, needs({ externalId: 'acme-*' })],
    [{ StringEquals: { 'sts:SourceIdentity': 'alice' } }, user, { kind: no }],
    [{ StringEquals: { 'aws:PrincipalArn': user.arn } }, user, plain],
    [{ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/eng/*` } }, user, plain],
    [{ ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/*` } }, session, { kind: no }],
    [{ ArnEquals: { 'aws:PrincipalArn': session.roleArn } }, session, plain],
    [{ StringEquals: { 'aws:PrincipalAccount': account } }, user, plain],
    [{ StringNotEquals: { 'aws:PrincipalAccount': account } }, user, { kind: no }],
    [{ StringEquals: { 'aws:username': 'alice' } }, user, plain],
    [{ StringEquals: { 'aws:PrincipalOrgID': 'o-12345' } }, user, depends('aws:PrincipalOrgID')],
    [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, user, depends('aws:SourceIp')],
    [{ StringEquals: { 'aws:PrincipalTag/team': 'ops' } }, user, depends('aws:PrincipalTag/team')],
    [
      { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/*' } },
      user,
      depends('aws:PrincipalOrgPaths'),
    ],
    [{ StringEquals: { 'aws:RequestTag/team': 'ops' } }, user, { kind: no }],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }, user, plain],
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team'] } }, user, { kind: no }],
    [{ StringEquals: { 'sts:RoleSessionName': '${aws:username}' } }, user, needs({ sessionName: 'alice' })],
    [{ DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, user, { kind: no }],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, user, plain],
    [{ SomethingNew: { 'aws:PrincipalAccount': account } }, user, depends('aws:PrincipalAccount')],
  ];
  for (const [condition, caller, verdict] of conditions) {
    it(`ask for ${JSON.stringify(condition)} of ${caller === user ? 'a user' : 'a session'}`, () =>
      assert.deepEqual(judge(ask(condition), caller), verdict));
  }

  it('ask for a source identity where the role also lets one be set', () => {
    const result = judge(
      allow({
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
        Condition: { StringEquals: { 'sts:SourceIdentity': 'alice' } },
      }),
    );
    assert.deepEqual(result, needs({ sourceIdentity: 'alice' }));
  });

  it('ask for a code and an external ID together', () => {
    const result = judge(
      ask({
        Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        StringEquals: { 'sts:ExternalId': ['a-1', 'a-2'] },
      }),
    );
    assert.deepEqual(result, { kind: 'yes', by: 'account', needs: { mfa: true, externalId: 'a-1' } });
  });

  it('are nothing when they cannot be read', () => {
    for (const text of ['', '{', '[]', '{"Statement":[3]}', '{"Statement":{"Effect":"Maybe"}}']) {
      assert.equal(readPolicy(text), undefined);
    }
  });

  it('take no time for patterns that are made to take it', () => {
    // Of the processor, not of the clock: other programs of a loaded machine take none of it.
    const before = process.cpuUsage();
    assert.equal(like(`${'*a'.repeat(200)}b`, 'a'.repeat(2000)), false);
    assert.ok(process.cpuUsage(before).user < 500_000);
    assert.equal(like('a*?c*', 'abbbc'), true);
    assert.equal(like('', ''), true);
    assert.equal(like('*', ''), true);
    assert.equal(like('?', ''), false);
  });

  it('leave unknown what a variable hides', () => {
    const condition = {
      operator: 'StringEquals',
      key: 'a',
      shownKey: 'a',
      values: ['${aws:PrincipalTag/x}'],
    };
    assert.equal(
      conditionHolds(condition, (key) => (key === 'a' ? ['b'] : 'unknown')),
      'unknown',
    );
  });
});

describe('trust policies: against the engine of the sandbox', function () {
  this.timeout(60_000);
  const alice = { accessKeyId: 'AKIAEXAMPLETRUST0001', secretAccessKey: 'EXAMPLEKEY/trust/0123456789' };
  const serial = `arn:aws:iam::${account}:mfa/alice`;
  const externalIds = ['acme-1', 'acme-2'] as const;

  /** A trust policy as somebody might write it, or get it wrong. */
  function randomPolicy(chance: Seeded): readonly Statement[] {
    return chance.many(1 + chance.below(3), () => ({
      Effect: chance.chance(75) ? ('Allow' as const) : ('Deny' as const),
      Principal: chance.pick([
        { AWS: account },
        { AWS: `arn:aws:iam::${account}:root` },
        { AWS: user.arn },
        { AWS: [`arn:aws:iam::${account}:user/bob`, '999988887777'] },
        '*' as const,
      ]),
      Action: chance.pick([
        'sts:AssumeRole',
        'sts:*',
        'sts:TagSession',
        ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      ]),
      Condition: Object.fromEntries(
        chance.many(chance.below(3), () =>
          chance.pick([
            ['Bool', { 'aws:MultiFactorAuthPresent': 'true' }],
            ['BoolIfExists', { 'aws:MultiFactorAuthPresent': chance.pick(['true', 'false']) }],
            ['StringEquals', { 'sts:ExternalId': chance.pick(externalIds) }],
            ['StringNotEquals', { 'sts:ExternalId': chance.pick(externalIds) }],
            ['StringLike', { 'sts:ExternalId': chance.pick(['acme-*', '*-2', 'x?']) }],
            ['Null', { 'sts:ExternalId': chance.pick(['true', 'false']) }],
            ['StringEqualsIgnoreCase', { 'sts:SourceIdentity': 'alice' }],
            [
              'ArnLike',
              { 'aws:PrincipalArn': chance.pick([user.arn, 'arn:aws:iam::*:user/*', 'arn:*:role/*']) },
            ],
            ['StringEquals', { 'aws:PrincipalAccount': chance.pick([account, '999988887777']) }],
            ['NumericLessThan', { 'aws:MultiFactorAuthAge': '600' }],
          ]),
        ),
      ),
    }));
  }

  it('says yes where AWS says yes with what it asks for, and no where nothing helps', async () => {
    const seed = Number(process.env['SEED'] ?? 20_261_123);
    const chance = new Seeded(seed);
    const roles: RoleData[] = chance.many(250, () => ({
      name: `r-${String(chance.below(1_000_000_000))}`,
      trust: { Statement: randomPolicy(chance) },
    }));
    let moved = 0;
    const sandbox = await startSandbox({
      clock: () => Date.now() + moved,
      data: {
        accounts: [
          {
            id: account,
            users: [
              {
                name: 'alice',
                path: '/eng/',
                keys: [alice],
                mfa: [{ serial, seed: 'SANDBOXSEEDOFALICEFORTESTSONLY23' }],
                policies: [
                  { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'], Resource: '*' },
                ],
              },
            ],
            roles,
          },
        ],
      },
    });
    try {
      const client = sandboxClient(sandbox, alice);
      const allowed = async (
        role: RoleData,
        given: { mfa: boolean; externalId?: string | undefined; sourceIdentity?: string | undefined },
      ): Promise<boolean> => {
        if (given.mfa) {
          // A code is good once.
          moved += 30_000;
          client.config.systemClockOffset = moved;
        }
        try {
          await client.send(
            new AssumeRoleCommand({
              RoleArn: `arn:aws:iam::${account}:role/${role.name}`,
              RoleSessionName: 'me',
              ExternalId: given.externalId,
              SourceIdentity: given.sourceIdentity,
              ...(given.mfa && { SerialNumber: serial, TokenCode: sandbox.unusedCode('alice') }),
            }),
          );
          return true;
        } catch (error) {
          assert.equal((error as Error).name, 'AccessDenied');
          return false;
        }
      };
      const verdicts = { yes: 0, no: 0 };
      for (const role of roles) {
        const verdict = judge(role.trust.Statement);
        const shown = `seed ${seed}: ${JSON.stringify(role.trust)}`;
        assert.notEqual(verdict.kind, 'perhaps', shown);
        if (verdict.kind === 'yes') {
          verdicts.yes += 1;
          const { mfa, externalId, sourceIdentity } = verdict.needs;
          const filled = externalId?.replaceAll('*', 'xx').replaceAll('?', 'x');
          const given = { mfa, externalId: filled, sourceIdentity };
          assert.ok(await allowed(role, given), `${shown} ${JSON.stringify(given)}`);
        } else {
          verdicts.no += 1;
          for (const mfa of [false, true]) {
            for (const externalId of [undefined, ...externalIds, 'xy', 'zz-2']) {
              for (const sourceIdentity of [undefined, 'alice']) {
                if (mfa && chance.chance(80)) {
                  continue;
                }
                assert.ok(!(await allowed(role, { mfa, externalId, sourceIdentity })), shown);
              }
            }
          }
        }
      }
      assert.ok(verdicts.yes > 50 && verdicts.no > 50, JSON.stringify(verdicts));
    } finally {
      await sandbox.close();
    }
  });
});
