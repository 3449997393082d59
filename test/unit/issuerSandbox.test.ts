import assert from 'node:assert/strict';
import type { Fault } from '../../src/aws/faults.ts';
import { isFault } from '../../src/aws/faults.ts';
import { claimsOf } from '../../src/aws/jwt.ts';
import type { Issuer } from '../../src/aws/planModel.ts';
import { run } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import type { RunResult } from '../../src/aws/run.ts';
import type { IssuerToken } from '../../src/aws/sources/issuerApi.ts';
import { createIssuers } from '../../src/clients/oidc.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { authorizeAtIssuer } from '../../src/signIn/issuer.ts';
import type { SignInScreen } from '../../src/signIn/screen.ts';
import { startOidcIdp, type OidcIdp } from '../sandbox/identityProviders/oidcIdp.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { fakeEffects } from '../support/fakeEffects.ts';
import { createIdp } from '../support/idp.ts';
import { issuerRole, issuerWorld } from '../support/issuerWorld.ts';
import { OidcPerson } from '../support/oidcPerson.ts';
import { goodPlan } from '../support/plans.ts';

const never = new AbortController().signal;
const hour = 3_600_000;

describe('a real OpenID Connect provider and AWS', () => {
  let idp: OidcIdp;
  let sandbox: Sandbox;
  let moved = 0;
  const now = (): number => Date.now() + moved;
  const issuer = (): Issuer => ({
    name: 'corp',
    by: 'signIn',
    url: idp.issuer,
    clientId: idp.clientId,
    scopes: ['email', 'offline_access'],
    sessionNameClaim: 'email',
  });
  const api = createIssuers({ now });
  beforeEach(async () => {
    moved = 0;
    idp = await startOidcIdp();
    sandbox = await startSandbox({ data: issuerWorld(idp), clock: now });
  });
  afterEach(async () => {
    await sandbox.close();
    await idp.close();
  });

  async function signIn(
    name: string,
    way: 'browser' | 'deviceCode',
    says = true,
  ): Promise<IssuerToken | Fault> {
    const person = new OidcPerson(name);
    const screen: SignInScreen = {
      openBrowser: (url) => {
        void person.visit(url, says).then((back) => fetch(back));
        return Promise.resolve(true);
      },
      confirmCode: async (_name, { verificationUriComplete }) => {
        await person.visit(verificationUriComplete, says);
        return true;
      },
      waiting: (_name, _code, signal, work) => work(signal),
      pageTexts: () => ({
        title: 'Signed in',
        done: 'You can close this page',
        failed: 'It did not work',
        other: 'This one is over',
      }),
    };
    const parts = { api, screen, way: () => way, now, wait: () => Promise.resolve() };
    return authorizeAtIssuer(parts, issuer(), never);
  }

  async function assume(token: IssuerToken): Promise<RunResult> {
    const plan = goodPlan({
      ask: {
        kind: 'webIdentityRole',
        name: 'web-admin',
        issuer: 'corp',
        roleArn: issuerRole,
        sessionName: undefined,
        durationSeconds: 7200,
        region: 'eu-central-1',
      },
      env: { issuers: new Map([['corp', issuer()]]), endpointUrl: sandbox.url },
    });
    const send = createStsSender({ now });
    return run(plan, fakeEffects({ now, send, idToken: () => Promise.resolve(token.idToken) }), never);
  }

  const faultOf = (result: RunResult): Fault => {
    assert.ok(!result.ok, 'AWS refuses');
    return result.fault;
  };

  for (const way of ['browser', 'deviceCode'] as const) {
    it(`sign a person in (${way}) and open the role for them, under the name of their claim`, async () => {
      const token = await signIn('alice', way);
      assert.ok('idToken' in token, JSON.stringify(token));
      assert.equal(claimsOf(token.idToken.reveal())?.subject, 'alice');
      const result = await assume(token);
      assert.ok(result.ok, JSON.stringify(result));
      assert.equal(
        result.credentials.arn,
        'arn:aws:sts::444455556666:assumed-role/web-admin/alice@acme.example',
      );
    });

    it(`give nothing to somebody who says no (${way})`, async () => {
      assert.deepEqual(await signIn('alice', way, false), {
        kind: 'signInFailed',
        signIn: 'corp',
        why: 'denied',
      });
    });
  }

  it('give the role to nobody else', async () => {
    const token = await signIn('bob', 'browser');
    assert.ok('idToken' in token);
    assert.equal(faultOf(await assume(token)).kind, 'accessDenied');
  });

  it('refuse a token that somebody else has signed, and one that has expired', async () => {
    const token = await signIn('alice', 'browser');
    assert.ok('idToken' in token);
    const forged = createIdp(idp.issuer).token('alice', idp.clientId);
    const refused = faultOf(await assume({ ...token, idToken: new Secret(forged) }));
    assert.deepEqual([refused.kind, 'what' in refused && refused.what], ['webIdentity', 'invalid']);
    moved = 2 * hour;
    const late = faultOf(await assume(token));
    assert.deepEqual(
      [late.kind, 'what' in late && late.what, 'source' in late && late.source],
      ['webIdentity', 'expired', 'corp'],
    );
  });

  it('refresh after the end, and tell a refresh token that was used, revoked or is over', async () => {
    const token = await signIn('alice', 'browser');
    assert.ok('idToken' in token && token.refreshToken);
    moved = 2 * hour;
    await idp.moveClock(2 * hour);
    const grant = { kind: 'refresh', refreshToken: token.refreshToken, subject: 'alice' } as const;
    const next = await api.redeem(issuer(), grant, never);
    assert.ok('idToken' in next && next.refreshToken, JSON.stringify(next));
    assert.notEqual(next.refreshToken.reveal(), token.refreshToken.reveal());
    assert.ok((await assume(next)).ok);
    assert.equal(await api.revoke(issuer(), next.refreshToken, never), undefined);
    for (const refreshToken of [token.refreshToken, next.refreshToken]) {
      const fault = await api.redeem(issuer(), { ...grant, refreshToken }, never);
      assert.deepEqual(fault, { kind: 'signInNeeded', signIn: 'corp' });
    }
  });

  it('say what the issuer can do, and where one signs out of it', async () => {
    const facts = await api.look(issuer(), never);
    assert.ok(!('kind' in facts));
    assert.ok(facts.deviceCode && facts.scopes.includes('offline_access'));
    assert.equal(await api.endPage(issuer(), never), `${idp.issuer}/session/end?client_id=sts-sessions`);
    const fault = await api.look({ ...issuer(), url: `${idp.issuer}/nobody` }, never);
    assert.ok('kind' in fault && isFault(fault) && fault.kind === 'issuerAnswer');
  });
});
