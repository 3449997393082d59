import assert from 'node:assert/strict';
import type { Fault } from '../../src/aws/faults.ts';
import { planFor } from '../../src/aws/plan.ts';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { run } from '../../src/aws/run.ts';
import type { RunResult } from '../../src/aws/run.ts';
import { readAssertion } from '../../src/aws/saml/readAssertion.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { Assertions } from '../../src/session/assertions.ts';
import { startSamlIssuer, type SamlIssuer } from '../sandbox/identityProviders/samlIssuer.ts';
import type { SamlOrder } from '../sandbox/identityProviders/samlWorker.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { fakeEffects } from '../support/fakeEffects.ts';
import { FakeHost } from '../support/fakePeers.ts';
import { bareEnvironment } from '../support/plans.ts';
import {
  alicesRoles,
  samlAttributes,
  samlData,
  samlMain,
  samlProd,
  samlProvider,
  samlRole,
} from '../support/samlWorld.ts';

const never = new AbortController().signal;
const minute = 60_000;
const url = 'saml_login_url = https://idp.example/app/aws';
const fixed = (role: string, provider = samlProvider()): string =>
  `${url}\nrole_arn = ${role}\nsaml_provider_arn = ${provider}`;

describe('SAML from the profile to the session, against the sandbox', () => {
  let issuer: SamlIssuer;
  let sandbox: Sandbox;

  before(async () => {
    issuer = startSamlIssuer();
    const { entityId, certificate } = issuer;
    sandbox = await startSandbox({ data: samlData({ entityId, certificate }) });
  });
  after(() => Promise.all([issuer.close(), sandbox.close()]));
  afterEach(() => sandbox.control.clear());

  /** A window in front of which somebody signs in at once; `orders`: what the provider says each time. */
  function windowWith(...orders: readonly Partial<SamlOrder>[]) {
    let signIns = 0;
    const assertions = new Assertions({
      signIn: async () => {
        const order = orders[Math.min(signIns, orders.length - 1)] ?? {};
        signIns += 1;
        const text = await issuer.response({ attributes: samlAttributes(alicesRoles), ...order });
        const read = readAssertion(text);
        return read.ok ? read : { kind: 'samlUnreadable', profile: '', what: read.what, detail: '' };
      },
      peers: new FakeHost().open(() => []),
      now: Date.now,
      skewMs: () => undefined,
      setTimer: () => ({ dispose: () => undefined }),
      log: () => undefined,
    });
    const send = createStsSender({ now: Date.now });
    const start = async (lines: string, ask: SessionRequest | 'corp' = 'corp'): Promise<RunResult> => {
      const set = readProfiles({ config: `[profile corp]\n${lines}\n`, credentials: undefined });
      const request: SessionRequest = ask === 'corp' ? { kind: 'profile', profile: ask } : ask;
      const planned = planFor(set, request, {
        ...bareEnvironment,
        endpointUrl: sandbox.url,
        region: 'eu-west-1',
      });
      assert.ok(planned.ok, JSON.stringify(planned));
      const effects = fakeEffects({
        now: Date.now,
        send,
        samlAssertion: async ({ profile, source, refused }, signal) => {
          const held = await assertions.get({ profile, source }, { refused, interactive: true }, signal);
          return 'kind' in held ? held : held.response;
        },
      });
      return run(planned.plan, effects, never);
    };
    return { start, signIns: () => signIns };
  }

  /** The fault of a start that must fail, in two words. */
  async function refusal(lines: string, order: Partial<SamlOrder> = {}): Promise<string> {
    const result = await windowWith(order).start(lines);
    assert.ok(!result.ok);
    const { fault }: { fault: Fault } = result;
    return fault.kind === 'samlRefused' ? `samlRefused ${fault.what}` : fault.kind;
  }

  it('starts several roles, in two accounts, after one sign-in', async () => {
    const { start, signIns } = windowWith();
    const roles = [
      [samlRole('Developer'), samlProvider()],
      [samlRole('team/Deploy', samlProd), samlProvider(samlProd)],
    ] as const;
    for (const [roleArn, providerArn] of roles) {
      const result = await start(url, { kind: 'samlRole', name: 'r', profile: 'corp', roleArn, providerArn });
      assert.ok(result.ok, JSON.stringify(result));
      assert.match(result.credentials.arn ?? '', /assumed-role\/(?:Developer|Deploy)\/alice@acme\.example$/);
    }
    assert.equal(signIns(), 1);
    const fixedOne = await start(fixed(samlRole('Admin')));
    assert.ok(fixedOne.ok);
    assert.equal(fixedOne.credentials.accountId, samlMain);
    assert.equal(signIns(), 1, 'the same page');
  });

  it('asks for an hour where the role allows less than the profile wants, and not for what the console gets', async () => {
    const { start, signIns } = windowWith();
    const result = await start(`${fixed(samlRole('Admin'))}\nduration_seconds = 10800`);
    assert.ok(result.ok);
    assert.deepEqual(
      result.shortened?.map(({ grantedSeconds }) => grantedSeconds),
      [3600],
    );
    assert.equal(signIns(), 1);
  });

  it('signs in once more for an assertion that AWS finds too old, and no oftener', async () => {
    const late = { ahead: -6 * minute };
    const again = windowWith(late, {});
    assert.ok((await again.start(fixed(samlRole('Admin')))).ok);
    assert.equal(again.signIns(), 2);
    const hopeless = windowWith(late);
    const result = await hopeless.start(fixed(samlRole('Admin')));
    assert.ok(!result.ok && result.fault.kind === 'samlExpired');
    assert.equal(hopeless.signIns(), 2);
  });

  const attributesWith = (more: Readonly<Record<string, string>>): Partial<SamlOrder> => ({
    attributes: samlAttributes(alicesRoles, more),
  });
  const pair = (role: string, provider: string): Partial<SamlOrder> => ({
    attributes: samlAttributes([`${role},${provider}`]),
  });
  const nameless: Partial<SamlOrder> = {
    attributes: Object.fromEntries(
      Object.entries(samlAttributes(alicesRoles)).filter(([name]) => !name.endsWith('/RoleSessionName')),
    ),
  };
  const reserved = samlRole('AWSReservedSSO_Admin_0123456789abcdef');
  const table: readonly (readonly [title: string, lines: string, order: Partial<SamlOrder>, said: string])[] =
    [
      ['a role that is not in it', fixed(samlRole('Anywhere')), {}, 'samlRefused notAuthorized'],
      [
        'a role that does not trust the person',
        fixed(samlRole('OnlyBob')),
        pair(samlRole('OnlyBob'), samlProvider()),
        'samlRefused notAuthorized',
      ],
      [
        'a role of Identity Center',
        fixed(reserved),
        pair(reserved, samlProvider()),
        'samlRefused reservedRole',
      ],
      [
        'a provider that does not exist',
        fixed(samlRole('Admin'), samlProvider(samlMain, 'gone')),
        pair(samlRole('Admin'), samlProvider(samlMain, 'gone')),
        'samlRefused noProvider',
      ],
      ['nobody’s signature', fixed(samlRole('Admin')), { signs: 'nothing' }, 'samlRefused signature'],
      [
        'a session name that AWS does not take',
        fixed(samlRole('Admin')),
        attributesWith({ RoleSessionName: 'a b' }),
        'samlRefused badSessionName',
      ],
      ['no session name', fixed(samlRole('Admin')), nameless, 'samlRefused noSessionName'],
      [
        'a source identity of AWS’s own',
        fixed(samlRole('Admin')),
        attributesWith({ SourceIdentity: 'aws:alice' }),
        'samlRefused badSourceIdentity',
      ],
      ['another audience', fixed(samlRole('Admin')), { audience: 'urn:other' }, 'samlRefused audience'],
      [
        'another recipient',
        fixed(samlRole('Admin')),
        { recipient: 'https://sp.example/saml' },
        'samlRefused recipient',
      ],
      ['a refusal of the provider’s', fixed(samlRole('Admin')), { status: 'Responder' }, 'samlUnreadable'],
    ];
  for (const [title, lines, order, said] of table) {
    it(`knows what AWS has against ${title}`, async () => {
      assert.equal(await refusal(lines, order), said);
    });
  }
});
