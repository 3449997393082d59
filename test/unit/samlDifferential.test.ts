import assert from 'node:assert/strict';
import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { usableUntil } from '../../src/aws/saml/assertion.ts';
import { readAssertion } from '../../src/aws/saml/readAssertion.ts';
import { sandboxClient } from '../sandbox/client.ts';
import {
  keyWithCertificate,
  startSamlIssuer,
  type SamlIssuer,
} from '../sandbox/identityProviders/samlIssuer.ts';
import { postPage } from '../sandbox/identityProviders/samlPages.ts';
import type { SamlOrder } from '../sandbox/identityProviders/samlWorker.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import {
  alicesRoles,
  samlAttributes,
  samlData,
  samlMain,
  samlProd,
  samlProvider,
  samlRole,
} from '../support/samlWorld.ts';

type Read = Extract<ReturnType<typeof readAssertion>, { ok: true }>;

/** Milliseconds: the whole second at which AWS looks at the time is not ours to hit. */
const second = 1000;

describe('what we read in a response, beside what AWS does with it', () => {
  let issuer: SamlIssuer;
  let sandbox: Sandbox;
  /** Where AWS's clock stands still, ms UTC. */
  let stands: number | undefined;
  const sealed = keyWithCertificate('acme');

  before(async () => {
    issuer = startSamlIssuer();
    const { entityId, certificate } = issuer;
    sandbox = await startSandbox({
      data: samlData({ entityId, certificate, decryptionKey: sealed.key }),
      clock: () => stands ?? Date.now(),
    });
  });
  after(() => Promise.all([issuer.close(), sandbox.close()]));
  afterEach(() => {
    sandbox.control.clear();
    stands = undefined;
  });

  const ordered = (order: Partial<SamlOrder> = {}): Promise<string> =>
    issuer.response({ attributes: samlAttributes(alicesRoles), ...order });

  function read(text: string): Read {
    const result = readAssertion(text);
    assert.ok(result.ok, JSON.stringify(result));
    return result;
  }

  /** AWS's answer: `yes`, or the name of its error. */
  async function aws(response: string, roleArn: string, providerArn: string): Promise<string> {
    try {
      await sandboxClient(sandbox, undefined).send(
        new AssumeRoleWithSAMLCommand({
          RoleArn: roleArn,
          PrincipalArn: providerArn,
          SAMLAssertion: response,
        }),
      );
      return 'yes';
    } catch (error) {
      return error instanceof Error ? error.name : String(error);
    }
  }

  /** Every pair that this world could think of. */
  const everyPair: readonly (readonly [string, string])[] = [
    [samlRole('Developer'), samlProvider()],
    [samlRole('Admin'), samlProvider()],
    [samlRole('Anywhere'), samlProvider()],
    [samlRole('ReadOnly', samlProd), samlProvider(samlProd)],
    [samlRole('team/Deploy', samlProd), samlProvider(samlProd)],
    [samlRole('ReadOnly', samlProd), samlProvider()],
    [samlRole('Developer'), samlProvider(samlProd)],
  ];

  for (const [what, order] of [
    ['a signed assertion', {}],
    ['a signed response', { signs: 'response' }],
    ['both signed', { signs: 'both' }],
    [
      'one role, written with spaces',
      { attributes: samlAttributes([` ${samlRole('Admin')} , ${samlProvider()} `]) },
    ],
    [
      'a role twice, in either order',
      {
        attributes: samlAttributes([
          `${samlRole('Admin')},${samlProvider()}`,
          `${samlProvider()},${samlRole('Admin')}`,
        ]),
      },
    ],
    ['no role', { attributes: samlAttributes([]) }],
    [
      'China’s names',
      {
        attributes: Object.fromEntries(
          Object.entries(samlAttributes(alicesRoles)).map(([name, value]) => [
            name.replace('https://aws.amazon.com', 'http://www.amazonaws.cn'),
            value,
          ]),
        ),
      },
    ],
  ] as const satisfies readonly (readonly [string, Partial<SamlOrder>])[]) {
    it(`${what}: the roles that we offer are the roles that AWS gives`, async () => {
      const response = await ordered(order);
      const { assertion, response: sent } = read(response);
      assert.equal(sent.reveal(), response);
      const given: string[] = [];
      for (const [role, provider] of everyPair) {
        if ((await aws(response, role, provider)) === 'yes') {
          given.push(`${role} ${provider}`);
        }
      }
      assert.deepEqual(
        assertion.roles.map(({ roleArn, providerArn }) => `${roleArn} ${providerArn}`).toSorted(),
        given.toSorted(),
      );
    });
  }

  for (const [what, lifetimeSeconds] of [
    ['five minutes after it was made', 3600],
    ['when it says so', 90],
  ] as const) {
    it(`it ends ${what}, for us at the moment for AWS`, async () => {
      const response = await ordered({ lifetimeSeconds });
      const { assertion } = read(response);
      const { issuedAt = 0 } = assertion;
      const until = usableUntil(assertion, Date.now());
      const lives = until - issuedAt;
      assert.ok(Math.abs(lives - Math.min(lifetimeSeconds * second, 300 * second)) < second, String(lives));
      const [role, provider] = [samlRole('Developer'), samlProvider()];
      stands = until - second;
      assert.equal(await aws(response, role, provider), 'yes');
      stands = until + second;
      assert.equal(await aws(response, role, provider), 'ExpiredTokenException');
    });
  }

  it('an encrypted one keeps its roles from us, not from AWS', async () => {
    const response = await ordered({ encryptFor: sealed.certificate });
    const { assertion } = read(response);
    assert.deepEqual([assertion.encrypted, assertion.roles], [true, []]);
    assert.equal(await aws(response, samlRole('Developer'), samlProvider()), 'yes');
  });

  it('who it is for, and how long the console would have it', async () => {
    const { assertion } = read(await ordered());
    assert.deepEqual(
      [assertion.sessionName, assertion.subject, assertion.issuer, assertion.consoleSeconds],
      ['alice@acme.example', 'alice@acme.example', issuer.entityId, 28_800],
    );
    assert.equal(assertion.recipient, 'https://signin.aws.amazon.com/saml');
  });

  it('the page that a browser is sent to AWS with, as a person copies it', async () => {
    const response = await ordered();
    const page = postPage('https://signin.aws.amazon.com/saml', response);
    assert.equal(read(page).response.reveal(), response);
    const body = new URLSearchParams({ SAMLResponse: response, RelayState: '' }).toString();
    assert.equal(read(body).response.reveal(), response);
  });

  it('a failed sign-in: neither takes it', async () => {
    const response = await ordered({ status: 'Responder' });
    const result = readAssertion(response);
    assert.deepEqual([result.ok, !result.ok && result.what], [false, 'notSuccess']);
    assert.equal(await aws(response, samlRole('Developer'), samlProvider()), 'IDPRejectedClaimException');
  });

  it('a role that somebody put in: we may offer it, AWS refuses it', async () => {
    const xml = await issuer.xml({
      attributes: samlAttributes([`${samlRole('Developer')},${samlProvider()}`]),
    });
    const forged = Buffer.from(xml.replace(samlRole('Developer'), samlRole('Admin'))).toString('base64');
    assert.deepEqual(
      read(forged).assertion.roles.map(({ roleArn }) => roleArn),
      [`arn:aws:iam::${samlMain}:role/Admin`],
    );
    assert.equal(await aws(forged, samlRole('Admin'), samlProvider()), 'InvalidIdentityTokenException');
  });
});
