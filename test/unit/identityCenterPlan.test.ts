import assert from 'node:assert/strict';
import type { Effects } from '../../src/aws/effects.ts';
import { canonicalPlan } from '../../src/aws/hash.ts';
import type { Plan, SessionRequest } from '../../src/aws/planModel.ts';
import { run } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import { fakeEffects, madeCredentials, scriptedSts } from '../support/fakeEffects.ts';
import { arn, goodPlan, planOf, problemsOf } from '../support/plans.ts';

const never = new AbortController().signal;
const session = '[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n';
const profile =
  '[profile dev]\nsso_session = corp\nsso_account_id = 555566667777\nsso_role_name = Developer\n';
const legacy =
  '[profile old]\nsso_start_url = https://corp.example/start\nsso_region = cn-north-1\nsso_account_id = 555566667777\nsso_role_name = Developer\n';
const role: SessionRequest = {
  kind: 'identityCenterRole',
  name: 'Sandbox/Developer',
  ssoSession: 'corp',
  accountId: '555566667777',
  roleName: 'Developer',
};

type Base = Extract<Plan['base'], { kind: 'identityCenter' }>;

function baseOf(plan: Plan): Base {
  assert.ok(plan.base.kind === 'identityCenter');
  return plan.base;
}

describe('planning an Identity Center profile', () => {
  it('takes the sign-in from its sso-session, with the scope that the AWS CLI asks for', () => {
    const base = baseOf(goodPlan({ config: session + profile, ask: 'dev' }));
    assert.deepEqual(base.signIn, {
      session: 'corp',
      startUrl: 'https://corp.example/start',
      region: 'eu-west-1',
      scopes: ['sso:account:access'],
      oidc: 'https://oidc.eu-west-1.amazonaws.com',
      portal: 'https://portal.sso.eu-west-1.amazonaws.com',
    });
    const scoped = `${session}sso_registration_scopes = sso:account:access, openid ,\n${profile}`;
    assert.deepEqual(baseOf(goodPlan({ config: scoped, ask: 'dev' })).signIn.scopes, [
      'sso:account:access',
      'openid',
    ]);
  });

  it('takes it from the profile itself, the older way, without a scope and in its partition', () => {
    const { signIn } = baseOf(goodPlan({ config: legacy, ask: 'old' }));
    assert.deepEqual([signIn.session, signIn.scopes], [undefined, []]);
    assert.equal(signIn.oidc, 'https://oidc.cn-north-1.amazonaws.com.cn');
    assert.equal(signIn.portal, 'https://portal.sso.cn-north-1.amazonaws.com.cn');
  });

  it('follows the endpoints that are configured, in the order of the SDKs', () => {
    const services = '[services local]\nsso =\n  endpoint_url = http://services:1\n';
    const own = `${profile}endpoint_url = http://own:1\n`;
    const endpoints = (config: string, env = {}): readonly string[] => {
      const { oidc, portal } = baseOf(goodPlan({ config: session + config, ask: 'dev', env })).signIn;
      return [oidc, portal];
    };
    assert.deepEqual(endpoints(own), ['http://own:1', 'http://own:1']);
    assert.deepEqual(endpoints(`${own}services = local\n${services}`), ['http://own:1', 'http://services:1']);
    const env = { identityCenter: { oidc: 'http://env:1', portal: 'http://env:2' } };
    assert.deepEqual(endpoints(`${own}services = local\n${services}`, env), ['http://env:1', 'http://env:2']);
  });

  it('plans a role that is in no profile, with a region for tools', () => {
    const plan = goodPlan({ config: session, ask: role });
    assert.deepEqual([plan.name, plan.steps, plan.region], ['Sandbox/Developer', [], 'eu-west-1']);
    assert.deepEqual([baseOf(plan).accountId, baseOf(plan).roleName], ['555566667777', 'Developer']);
    const result = planOf({ config: '', ask: role });
    assert.deepEqual(problemsOf(result), ['error ssoSessionMissing nowhere Sandbox/Developer']);
  });

  it('gives sessions of other roles, accounts and sign-ins other ids', () => {
    const idOf = (config: string, ask: string | SessionRequest = 'dev'): string =>
      canonicalPlan(goodPlan({ config, ask }));
    const ids = [
      idOf(session + profile),
      idOf(session + profile.replace('Developer', 'Admin')),
      idOf(session + profile.replace('555566667777', '666677778888')),
      idOf(session.replace('corp.example', 'other.example') + profile),
      idOf(session, role),
    ];
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(idOf(session + profile), idOf(`${session}\n\n${profile}# moved\n`));
  });
});

describe('running an Identity Center profile', () => {
  const token = (text: string) => ({
    accessToken: new Secret(text),
    expiresAt: 10_000_000,
    refreshToken: undefined,
    registration: undefined,
  });

  function play(over: Partial<Effects>, config = session + profile, ask = 'dev') {
    return run(goodPlan({ config, ask }), fakeEffects({ now: () => 0, ...over }), never);
  }

  it('gets the role’s credentials with the token of the sign-in', async () => {
    const asked: unknown[] = [];
    const result = await play({
      signInToken: (signIn, refused) => {
        asked.push([signIn.session, refused]);
        return Promise.resolve(token('EXAMPLE1'));
      },
      roleCredentials: (_signIn, given, wanted) => {
        asked.push([given.reveal(), wanted]);
        return Promise.resolve(madeCredentials('DEV', { accountId: wanted.accountId }));
      },
    });
    assert.ok(result.ok);
    assert.equal(result.credentials.accessKeyId, 'ASIAEXAMPLEDEV');
    assert.deepEqual(asked, [
      ['corp', undefined],
      ['EXAMPLE1', { accountId: '555566667777', roleName: 'Developer' }],
    ]);
  });

  it('gives back a token that AWS turns down, once', async () => {
    const tokens = ['EXAMPLE1', 'EXAMPLE2', 'EXAMPLE3'];
    const refusals: (string | undefined)[] = [];
    const effects: Partial<Effects> = {
      signInToken: (_signIn, refused) => {
        refusals.push(refused?.reveal());
        return Promise.resolve(token(tokens[refusals.length - 1] ?? ''));
      },
      roleCredentials: (_signIn, given) =>
        Promise.resolve(
          given.reveal() === 'EXAMPLE2' ? madeCredentials('DEV') : { kind: 'signInNeeded', signIn: 'corp' },
        ),
    };
    assert.ok((await play(effects)).ok);
    assert.deepEqual(refusals, [undefined, 'EXAMPLE1']);
    tokens.splice(0, 2, 'EXAMPLE3', 'EXAMPLE4');
    refusals.length = 0;
    const failed = await play(effects);
    assert.ok(!failed.ok && failed.fault.kind === 'signInNeeded' && failed.step === -1);
    assert.equal(refusals.length, 2);
  });

  it('is the source of a role chain', async () => {
    const { send, sent } = scriptedSts([
      { kind: 'credentials', credentials: madeCredentials('ROLE'), serverTime: undefined },
    ]);
    const chain = `${session}${profile}[profile far]\nrole_arn = ${arn('Far')}\nsource_profile = dev\n`;
    const result = await play(
      {
        send,
        signInToken: () => Promise.resolve(token('EXAMPLE1')),
        roleCredentials: () => Promise.resolve(madeCredentials('DEV')),
      },
      chain,
      'far',
    );
    assert.ok(result.ok);
    assert.equal(result.credentials.accessKeyId, 'ASIAEXAMPLEROLE');
    assert.equal(sent[0]?.keys?.accessKeyId, 'ASIAEXAMPLEDEV');
    const plan = goodPlan({ config: chain, ask: 'far' });
    assert.ok(plan.steps[0]?.kind === 'assumeRole');
    assert.equal(plan.steps[0].maxDurationSeconds, 3600, 'AWS gives an hour from temporary credentials');
  });

  it('asks nobody when the profile names no role', async () => {
    const bare = await play({}, `${session}[profile dev]\nsso_session = corp\n`);
    assert.ok(!bare.ok);
    assert.deepEqual(bare.fault, { kind: 'noRoleChosen', profile: 'dev' });
  });
});
