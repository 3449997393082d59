import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  AssumeRoleCommand,
  AssumeRoleWithSAMLCommand,
  GetCallerIdentityCommand,
  type AssumeRoleWithSAMLCommandOutput,
} from '@aws-sdk/client-sts';
import { SignedXml } from 'xml-crypto';
import { sandboxClient } from '../sandbox/client.ts';
import {
  keyWithCertificate,
  startSamlIssuer,
  type SamlIssuer,
} from '../sandbox/identityProviders/samlIssuer.ts';
import type { SamlOrder } from '../sandbox/identityProviders/samlWorker.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { run as runTool } from '../support/outletRig.ts';
import {
  alicesRoles,
  samlAttributes,
  samlData,
  samlMain,
  samlProvider,
  samlRole,
} from '../support/samlWorld.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli } from '../support/stage.ts';

const minute = 60_000;
const signIn = 'https://signin.aws.amazon.com/saml';
const provider = samlProvider();
const pairOf = (name: string): string => `${samlRole(name)},${provider}`;

describe('sandbox: AssumeRoleWithSAML', () => {
  let issuer: SamlIssuer;
  let stranger: SamlIssuer;
  let sandbox: Sandbox;
  const sealed = keyWithCertificate('acme');

  before(() => {
    issuer = startSamlIssuer();
    stranger = startSamlIssuer();
  });
  after(() => Promise.all([issuer.close(), stranger.close()]));
  beforeEach(async () => {
    const { entityId, certificate } = issuer;
    sandbox = await startSandbox({ data: samlData({ entityId, certificate, decryptionKey: sealed.key }) });
  });
  afterEach(() => sandbox.close());

  interface Asked {
    readonly role?: string;
    readonly provider?: string;
    readonly seconds?: number;
  }

  function assume(response: string, asked: Asked = {}): Promise<AssumeRoleWithSAMLCommandOutput> {
    return sandboxClient(sandbox, undefined).send(
      new AssumeRoleWithSAMLCommand({
        RoleArn: asked.role ?? samlRole('Developer'),
        PrincipalArn: asked.provider ?? provider,
        SAMLAssertion: response,
        DurationSeconds: asked.seconds,
      }),
    );
  }

  const ordered = (order: Partial<SamlOrder> = {}): Promise<string> =>
    issuer.response({ attributes: samlAttributes(alicesRoles), ...order });
  const encode = (xml: string): string => Buffer.from(xml).toString('base64');

  async function who(reply: AssumeRoleWithSAMLCommandOutput): Promise<string | undefined> {
    return (await sandboxClient(sandbox, reply.Credentials).send(new GetCallerIdentityCommand())).Arn;
  }

  describe('accepts', () => {
    for (const signs of ['assertion', 'response', 'both'] as const) {
      it(`a response of samlp's that signs the ${signs}, plain or encrypted`, async () => {
        for (const encryptFor of [undefined, sealed.certificate]) {
          const reply = await assume(await ordered({ signs, encryptFor }));
          assert.equal(
            await who(reply),
            `arn:aws:sts::${samlMain}:assumed-role/Developer/alice@acme.example`,
          );
        }
      });
    }

    it('every role that is in it, and says who it is for', async () => {
      const response = await ordered();
      for (const pair of alicesRoles) {
        const [role = '', its = ''] = pair
          .split(',')
          .map((arn) => arn.trim())
          .toSorted((a, b) => Number(b.includes(':role/')) - Number(a.includes(':role/')));
        const reply = await assume(response, { role, provider: its });
        assert.equal(reply.Audience, signIn);
        assert.equal(reply.Issuer, issuer.entityId);
        assert.equal(reply.Subject, 'alice@acme.example');
        assert.equal(reply.SubjectType, 'persistent');
        const account = its.split(':')[4] ?? '';
        assert.equal(
          reply.NameQualifier,
          createHash('sha1').update(`${issuer.entityId}${account}/acme`).digest('base64'),
        );
      }
    });

    for (const [partition, host, region] of [
      ['aws', 'signin.aws.amazon.com', 'eu-west-1'],
      ['aws-cn', 'signin.amazonaws.cn', 'cn-north-1'],
      ['aws-us-gov', 'signin.amazonaws-us-gov.com', 'us-gov-west-1'],
      ['aws-eusc', 'signin.amazonaws-eusc.eu', 'eusc-de-east-1'],
      ['aws-iso', 'signin.c2shome.ic.gov', 'us-iso-east-1'],
      ['aws-iso-b', 'signin.sc2shome.sgov.gov', 'us-isob-east-1'],
      ['aws-iso-e', 'signin.csphome.adc-e.uk', 'eu-isoe-west-1'],
      ['aws-iso-f', 'signin.csphome.hci.ic.gov', 'us-isof-south-1'],
    ] as const) {
      it(`the sign-in pages of ${partition} for its accounts, and no other's`, async () => {
        const { entityId, certificate } = issuer;
        const arn = `arn:${partition}:iam::999900001111`;
        const its = `${arn}:saml-provider/idp`;
        const trust = {
          Statement: {
            Effect: 'Allow',
            Principal: { Federated: its },
            Action: 'sts:AssumeRoleWithSAML',
          },
        } as const;
        await sandbox.close();
        sandbox = await startSandbox({
          data: {
            accounts: [
              {
                id: '999900001111',
                partition,
                roles: [{ name: 'R', trust }],
                samlProviders: [{ name: 'idp', entityId, certificate }],
              },
            ],
          },
        });
        const attributes = samlAttributes([`${its},${arn}:role/R`]);
        const asked = { role: `${arn}:role/R`, provider: its };
        for (const recipient of [`https://${host}/saml`, `https://${region}.${host}/saml`]) {
          const reply = await assume(await issuer.response({ attributes, recipient }), asked);
          assert.equal(reply.Audience, recipient);
          assert.match(
            reply.AssumedRoleUser?.Arn ?? '',
            new RegExp(`^arn:${partition}:sts::999900001111:assumed-role/R/`),
          );
        }
        const other = partition === 'aws' ? 'signin.amazonaws.cn' : 'signin.aws.amazon.com';
        for (const recipient of [`https://${other}/saml`, `https://mars-north-1.${host}/saml`]) {
          await assert.rejects(assume(await issuer.response({ attributes, recipient }), asked), {
            name: 'InvalidIdentityTokenException',
            message: 'Response does not contain the required recipient',
          });
        }
      });
    }

    it('what China’s documentation calls the attributes', async () => {
      const attributes = Object.fromEntries(
        Object.entries(samlAttributes(alicesRoles)).map(([name, value]) => [
          name.replace('https://aws.amazon.com', 'http://www.amazonaws.cn'),
          value,
        ]),
      );
      assert.ok((await assume(await ordered({ attributes }))).Credentials);
    });

    it('tags and a source identity, which go on with the session', async () => {
      const attributes = samlAttributes([pairOf('Tagged')], {
        SourceIdentity: 'alice',
        'PrincipalTag:Team': 'blue',
        'PrincipalTag:Stage': 'dev',
        TransitiveTagKeys: ['Team'],
      });
      const reply = await assume(await ordered({ attributes }), { role: samlRole('Tagged') });
      assert.equal(reply.SourceIdentity, 'alice');
      const next = (tag: string) =>
        sandboxClient(sandbox, reply.Credentials).send(
          new AssumeRoleCommand({
            RoleArn: samlRole('Next'),
            RoleSessionName: 'robot',
            Tags: [{ Key: tag, Value: 'x' }],
          }),
        );
      assert.equal((await next('Stage')).SourceIdentity, 'alice');
      await assert.rejects(next('Team'), /conflicts with a transitive tag key/);
    });

    it('a duration up to the role’s own, whatever the assertion says of the console’s', async () => {
      const response = await ordered();
      const admin = { role: samlRole('Admin') };
      const left = (reply: AssumeRoleWithSAMLCommandOutput): number =>
        Math.round(((reply.Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / minute);
      assert.equal(left(await assume(response, admin)), 60);
      assert.equal(left(await assume(response, { ...admin, seconds: 7200 })), 120);
      await assert.rejects(assume(response, { ...admin, seconds: 28_800 }), {
        name: 'ValidationError',
        message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      });
    });

    it('the signature of another signer, with a prefix of its own, and ends with the provider’s session', async () => {
      const { key, certificate } = keyWithCertificate('by hand');
      await sandbox.close();
      sandbox = await startSandbox({ data: samlData({ entityId: issuer.entityId, certificate }) });
      const xml = await issuer.xml({ signs: 'nothing', attributes: samlAttributes(alicesRoles) });
      const end = new Date(Date.now() + 20 * minute).toISOString();
      const signer = new SignedXml({
        privateKey: key,
        signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
        canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
      });
      signer.addReference({
        xpath: "//*[local-name(.)='Assertion']",
        transforms: [
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/2001/10/xml-exc-c14n#',
        ],
        digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha512',
      });
      signer.computeSignature(
        xml.replace('<saml:AuthnStatement ', `<saml:AuthnStatement SessionNotOnOrAfter="${end}" `),
        {
          prefix: 'ds',
          location: {
            reference: "//*[local-name(.)='Assertion']/*[local-name(.)='Issuer']",
            action: 'after',
          },
        },
      );
      // As many write it: the prefix is declared once, around everything.
      const ns = ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
      const moved = signer
        .getSignedXml()
        .replace(ns, '')
        .replace('<samlp:Response ', `<samlp:Response${ns} `);
      const reply = await assume(encode(moved));
      const left = (reply.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
      assert.ok(left > 19 * minute && left <= 20 * minute, String(left));
    });

    it('a response until five minutes after it was made, and as often as one likes', async () => {
      const response = await ordered({ lifetimeSeconds: 3600 });
      sandbox.control.skewClock(4.9 * minute);
      await assume(response);
      await assume(response, { role: samlRole('Admin') });
    });
  });

  const invalid = (message: string) => ({ name: 'InvalidIdentityTokenException', message });
  const denied = { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithSAML' };
  const ofDiscovery = (start: string) => ({
    name: 'InvalidIdentityTokenException',
    message: new RegExp(`^${start} \\(Service: AWSOpenIdDiscoveryService; Status Code: 400; `),
  });
  const forged = invalid('Response signature invalid');

  describe('refuses what an identity provider got wrong:', () => {
    const tooLate = (message: string) => ({ name: 'ExpiredTokenException', message });
    const rows: readonly (readonly [string, Partial<SamlOrder>, object, Asked?])[] = [
      [
        'a failed sign-in',
        { status: 'Responder' },
        {
          name: 'IDPRejectedClaimException',
          message: 'The identity provider reported that authentication failed',
        },
      ],
      ['nothing signed', { signs: 'nothing' }, forged],
      [
        'another audience',
        { audience: 'urn:example' },
        invalid('Response does not contain the required audience'),
      ],
      [
        'a recipient on this machine',
        { recipient: 'http://127.0.0.1:8090/saml' },
        invalid('Response does not contain the required recipient'),
      ],
      [
        'a recipient that only looks like AWS’s',
        { recipient: 'https://signin.aws.amazon.com.example/saml' },
        invalid('Response does not contain the required recipient'),
      ],
      [
        'a clock that is behind',
        { ahead: -5 * minute, lifetimeSeconds: 3600 },
        tooLate('Token must be redeemed within 5 minutes of issuance'),
      ],
      ['a clock that is further behind', { ahead: -6 * minute }, tooLate('Response has expired')],
      ['a clock that is ahead', { ahead: 10 * minute }, invalid('Response is not yet valid')],
      [
        'no session name',
        { attributes: samlAttributes(alicesRoles, { RoleSessionName: [] }) },
        invalid('RoleSessionName is required in AuthnResponse'),
      ],
      [
        'a session name with a space',
        { attributes: samlAttributes(alicesRoles, { RoleSessionName: 'alice smith' }) },
        invalid('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}'),
      ],
      [
        'a source identity of AWS’s',
        { attributes: samlAttributes(alicesRoles, { SourceIdentity: 'aws:alice' }) },
        invalid('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'),
      ],
      ['no role', { attributes: samlAttributes([]) }, denied],
      [
        'tags, where the trust policy does not allow them',
        { attributes: samlAttributes(alicesRoles, { 'PrincipalTag:Team': 'blue' }) },
        denied,
      ],
      [
        'a source identity, where the trust policy does not allow it',
        { attributes: samlAttributes(alicesRoles, { SourceIdentity: 'alice' }) },
        denied,
      ],
      [
        'another sign-in page than the trust policy names',
        { recipient: 'https://eu-west-1.signin.aws.amazon.com/saml' },
        denied,
      ],
      [
        'a person whom the trust policy does not name',
        { attributes: samlAttributes([pairOf('OnlyBob')]) },
        denied,
        { role: samlRole('OnlyBob') },
      ],
    ];
    for (const [what, order, refusal, asked] of rows) {
      it(what, async () => assert.rejects(assume(await ordered(order), asked), refusal));
    }

    it('a minute that is over', async () => {
      const response = await ordered({ lifetimeSeconds: 60 });
      await assume(response);
      sandbox.control.skewClock(minute);
      await assert.rejects(assume(response), tooLate('Response has expired'));
    });

    it('an entity id that the provider does not have', async () => {
      await sandbox.close();
      const { certificate } = issuer;
      sandbox = await startSandbox({ data: samlData({ entityId: 'https://other.example', certificate }) });
      await assert.rejects(assume(await ordered()), ofDiscovery('Issuer not present in specified provider'));
    });

    it('an encryption that AWS has no key for', async () => {
      const other = keyWithCertificate('other');
      await assert.rejects(
        assume(await ordered({ encryptFor: other.certificate })),
        invalid('Unable to decrypt the SAML assertion'),
      );
      await sandbox.close();
      const { entityId, certificate } = issuer;
      sandbox = await startSandbox({ data: samlData({ entityId, certificate }) });
      await assert.rejects(
        assume(await ordered({ encryptFor: sealed.certificate })),
        invalid('Unable to decrypt the SAML assertion'),
      );
    });
  });

  describe('refuses what somebody asks for:', () => {
    const rows: readonly (readonly [string, Asked, object])[] = [
      ['no role’s ARN', { role: provider }, { name: 'ValidationError', message: 'Request ARN is invalid' }],
      [
        'a provider that is not there',
        { provider: samlProvider(samlMain, 'Acme') },
        invalid("Specified provider doesn't exist"),
      ],
      ['a role that the assertion does not have', { role: samlRole('Anywhere') }, denied],
      ['a role in other letters', { role: samlRole('developer') }, denied],
      ['a role with another account’s provider', { role: samlRole('ReadOnly', '444455556666') }, denied],
    ];
    for (const [what, asked, refusal] of rows) {
      it(what, async () => assert.rejects(assume(await ordered(), asked), refusal));
    }

    it('a role of Identity Center’s', async () => {
      const name = 'AWSReservedSSO_Admin_0123456789abcdef';
      const attributes = samlAttributes([pairOf(name)]);
      await assert.rejects(assume(await ordered({ attributes }), { role: samlRole(name) }), denied);
    });
  });

  describe('refuses what somebody forged:', () => {
    const evil = pairOf('Anywhere');
    const role = samlRole('Anywhere');
    const unreadable = ofDiscovery('Invalid base64 SAMLResponse');

    it('another key’s signature, which brings its own certificate along', async () => {
      const response = await stranger.response({ attributes: samlAttributes(alicesRoles) });
      await assert.rejects(assume(response), forged);
    });

    it('a role that was put in afterwards', async () => {
      for (const signs of ['assertion', 'response', 'both'] as const) {
        const xml = await issuer.xml({ signs, attributes: samlAttributes(alicesRoles) });
        await assert.rejects(assume(encode(xml.replace(pairOf('Developer'), evil)), { role }), forged);
      }
    });

    // Signature wrapping: https://www.usenix.org/conference/usenixsecurity12/technical-sessions/presentation/somorovsky
    it('a signed assertion that was moved aside for another', async () => {
      const xml = await issuer.xml({ attributes: samlAttributes(alicesRoles) });
      const signed = /<saml:Assertion [\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? '';
      const signature = /<Signature [\s\S]*?<\/Signature>/.exec(signed)?.[0] ?? '';
      const unsigned = signed.replace(signature, '').replace(pairOf('Developer'), evil);
      const renamed = unsigned.replace(/ ID="[^"]+"/, ' ID="_evil"');
      const aside = `<samlp:Extensions>${signed}</samlp:Extensions>`;
      for (const instead of [
        renamed + signed,
        signed + renamed,
        aside + renamed,
        // The signature stands in the false one and is for the true one, which hides in an extension, in it, or in the signature.
        aside + renamed.replace('</saml:Issuer>', `</saml:Issuer>${signature}`),
        renamed.replace('</saml:Issuer>', `</saml:Issuer>${signature}${signed}`),
        renamed.replace(
          '</saml:Issuer>',
          `</saml:Issuer>${signature.replace('</Signature>', `<Object>${signed}</Object></Signature>`)}`,
        ),
        // Two with the same ID.
        unsigned + signed,
        aside + unsigned.replace('</saml:Issuer>', `</saml:Issuer>${signature}`),
      ]) {
        assert.ok(xml.includes(signed) && instead.includes('Anywhere'));
        await assert.rejects(assume(encode(xml.replace(signed, instead)), { role }), forged);
      }
    });

    it('a comment that cuts a name in two', async () => {
      const attributes = samlAttributes([pairOf('Developer')], { RoleSessionName: 'alice.evil' });
      const xml = await issuer.xml({ attributes });
      const cut = xml.replace('>alice.evil<', '>alice<!-- -->.evil<');
      assert.notEqual(cut, xml);
      // Canonical XML has no comments, so the signature holds; what counts is the whole text.
      assert.match(await who(await assume(encode(cut))).then(String), /\/alice\.evil$/);
    });

    it('what is no response', async () => {
      const xml = await issuer.xml({ attributes: samlAttributes(alicesRoles) });
      for (const response of [
        '%%%%',
        encode('hello'),
        encode('<a>'),
        encode('<samlp:Response xmlns:samlp="urn:example"/>'),
        encode(`<!DOCTYPE x [<!ENTITY a "b">]>${xml}`),
        encode(xml).slice(0, -40),
        Buffer.from(xml, 'utf16le').toString('base64'),
      ]) {
        await assert.rejects(assume(response), unreadable);
      }
      await assert.rejects(assume('A'.repeat(100_001)), { name: 'ValidationError' });
    });
  });

  it('keeps responses out of the journal, and knows them for a search', async () => {
    const response = await ordered();
    await assume(response);
    const [call] = sandbox.journal;
    assert.equal(call?.operation, 'AssumeRoleWithSAML');
    assert.equal(call?.params['RoleArn'], samlRole('Developer'));
    assert.equal(call?.accessKeyId, undefined, 'it is not signed');
    assert.ok(!JSON.stringify(sandbox.journal).includes(response.slice(0, 40)));
    assert.ok(sandbox.secrets().includes(response));
  });

  it('can be held up, throttled and dropped like the others', async () => {
    sandbox.control.throttle({ operation: 'AssumeRoleWithSAML', times: 1 });
    await assert.rejects(assume(await ordered()), { name: 'Throttling' });
    await assume(await ordered());
  });

  describeIf(awsCli !== undefined, noAwsCli, 'the AWS CLI', () => {
    it('becomes the role, and is told what is wrong', async function () {
      // Python takes its time to start on a busy machine.
      this.timeout(60_000);
      const aws = (response: string, role: string) =>
        runTool(
          awsCli ?? '',
          (
            `sts assume-role-with-saml --endpoint-url ${sandbox.url} --region eu-central-1 --role-arn ${role} ` +
            `--principal-arn ${provider} --saml-assertion ${response} --query AssumedRoleUser.Arn --output text`
          ).split(' '),
          { PATH: process.env['PATH'] ?? '', AWS_PAGER: '' },
        );
      const good = await aws(await ordered(), samlRole('Developer'));
      assert.equal(good.stderr, '');
      assert.equal(good.stdout.trim(), `arn:aws:sts::${samlMain}:assumed-role/Developer/alice@acme.example`);
      const bad = await aws(await ordered(), samlRole('Anywhere'));
      assert.match(
        bad.stderr,
        /\(AccessDenied\) when calling the AssumeRoleWithSAML operation: Not authorized to perform sts:AssumeRoleWithSAML/,
      );
    });
  });
});
