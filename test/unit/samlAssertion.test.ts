import assert from 'node:assert/strict';
import {
  groupByAccount,
  parseProviderArn,
  roleWithoutAsking,
  usableUntil,
} from '../../src/aws/saml/assertion.ts';
import type { AssertionTrouble, SamlAssertion } from '../../src/aws/saml/assertion.ts';
import { readAssertion } from '../../src/aws/saml/readAssertion.ts';
import { assertionXml, base64, responseXml, samlProviderArn, samlRoleArn } from '../support/saml.ts';
import type { ResponseParts } from '../support/saml.ts';
import { Seeded } from '../support/seeded.ts';

/** What is read of a response that must be readable. */
function read(text: string): SamlAssertion {
  const result = readAssertion(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.assertion;
}

function rolesOf(parts: ResponseParts): readonly string[] {
  return read(base64(responseXml(parts))).roles.map(
    ({ roleArn, providerArn }) => `${roleArn} ${providerArn}`,
  );
}

function troubleOf(text: string): AssertionTrouble | 'none' {
  const result = readAssertion(text);
  return result.ok ? 'none' : result.what;
}

const time = (text: string): number => Date.parse(text);

describe('reading a SAML response', () => {
  it('takes out of it what AWS will go by', () => {
    assert.deepEqual(read(base64(responseXml())), {
      encrypted: false,
      roles: [{ roleArn: samlRoleArn(), providerArn: samlProviderArn() }],
      sessionName: 'alice@example.com',
      sourceIdentity: 'alice',
      subject: 'alice@example.com',
      issuer: 'https://idp.example/metadata',
      consoleSeconds: 28_800,
      issuedAt: time('2026-11-23T05:00:00Z'),
      notOnOrAfter: time('2026-11-23T06:00:00Z'),
      sessionEndsAt: time('2026-11-23T13:00:00Z'),
      recipient: 'https://signin.aws.amazon.com/saml',
      audience: 'urn:amazon:webservices',
    });
  });

  it('reads roles in either order, with white space, line breaks and commas in a name, once each', () => {
    const [role, provider] = [samlRoleArn('a,b'), samlProviderArn()];
    assert.deepEqual(
      rolesOf({
        roles: [
          `${role},${provider}`,
          `${provider},${role}`,
          `\n      ${samlRoleArn('team/B')} ,\n ${provider}  `,
          `${samlRoleArn('C')},<!-- the old one -->${provider}`,
        ],
      }),
      [`${role} ${provider}`, `${samlRoleArn('team/B')} ${provider}`, `${samlRoleArn('C')} ${provider}`],
    );
  });

  it('leaves out what is no pair of a role and a provider', () => {
    const [role, provider] = [samlRoleArn(), samlProviderArn()];
    assert.deepEqual(
      rolesOf({
        roles: [
          role,
          provider,
          `${role},${role}`,
          `${provider},${provider}`,
          `${role},${provider},${role}`,
          ',',
          'x',
        ],
      }),
      [],
    );
  });

  for (const partition of [
    'aws',
    'aws-cn',
    'aws-us-gov',
    'aws-eusc',
    'aws-iso',
    'aws-iso-b',
    'aws-iso-e',
    'aws-iso-f',
  ]) {
    it(`reads roles of ${partition}`, () => {
      const [role, provider] = [
        samlRoleArn('R', '444455556666', partition),
        samlProviderArn('444455556666', partition),
      ];
      assert.deepEqual(rolesOf({ roles: [`${provider},${role}`] }), [`${role} ${provider}`]);
    });
  }

  it('knows AWS’s attributes by how their names end, as China’s documentation writes them', () => {
    const { roles, sessionName } = read(base64(responseXml({ names: 'http://www.amazonaws.cn' })));
    assert.equal(roles.length, 1);
    assert.equal(sessionName, 'alice@example.com');
  });

  it('goes by namespaces and not by prefixes', () => {
    const renamed = responseXml().replaceAll('samlp:', 'saml2p:').replaceAll('xmlns:samlp', 'xmlns:saml2p');
    const plain = assertionXml()
      .replaceAll('saml:', '')
      .replace('<Assertion', '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"');
    assert.equal(read(base64(renamed)).roles.length, 1);
    assert.equal(read(base64(responseXml({ assertion: plain }))).roles.length, 1);
    const foreign = responseXml().replace('SAML:2.0:protocol', 'SAML:1.1:protocol');
    assert.equal(troubleOf(base64(foreign)), 'notResponse');
    const undeclared = responseXml().replace('xmlns:saml="', 'xmlns:other="');
    assert.equal(troubleOf(base64(undeclared)), 'noAssertion');
  });

  it('takes the earliest of all ends, with and without a zone, and with any number of decimals', () => {
    for (const [confirmedUntil, end] of [
      ['2026-11-23T05:01:00Z', '2026-11-23T05:01:00Z'],
      ['2026-11-23T05:01:00.1234567Z', '2026-11-23T05:01:00.123Z'],
      ['2026-11-23T07:01:00+02:00', '2026-11-23T05:01:00Z'],
      ['2026-11-23T05:01:00', '2026-11-23T05:01:00Z'],
      ['tomorrow', '2026-11-23T06:00:00Z'],
    ] as const) {
      assert.equal(read(base64(responseXml({ confirmedUntil }))).notOnOrAfter, time(end), confirmedUntil);
    }
  });

  it('takes a response in the bare value, a form, a page, a body, a command and as XML', () => {
    const value = base64(
      responseXml({ roles: [`${samlRoleArn('Ä'.normalize())},x`, `${samlRoleArn()},${samlProviderArn()}`] }),
    );
    const encoded = encodeURIComponent(value);
    const texts = [
      value,
      `  ${value.replaceAll(/(.{64})/g, '$1\r\n')}  \n`,
      `<form method="post"><input type="hidden" name="SAMLResponse" value="${value}"/></form>`,
      `<html><INPUT VALUE='${value}' type=hidden NAME='SAMLResponse'><input name="RelayState" value="x"></html>`,
      `<input name=SAMLResponse value=${value.replaceAll('=', '&#61;').replaceAll('+', '&#x2b;')}>`,
      `<input name="SAMLResponse" value=""><input name="SAMLResponse" value="${value.replaceAll('=', '&equals;')}">`,
      `SAMLResponse=${encoded}&RelayState=`,
      `RelayState=a%20b&SAMLResponse=${encoded}`,
      `curl 'https://signin.aws.amazon.com/saml' -X POST --data-raw 'SAMLResponse=${encoded}&RelayState='`,
      `SAMLResponse=${value}`,
      `\uFEFF${responseXml()}`,
    ];
    for (const text of texts) {
      assert.equal(read(text).roles.length, 1, text.slice(0, 60));
    }
  });

  it('gives AWS the base64 without what was around it', () => {
    const value = base64(responseXml());
    for (const text of [
      `${value.slice(0, 10)}\n${value.slice(10)}`,
      `<input name="SAMLResponse" value="${value}">`,
    ]) {
      const result = readAssertion(text);
      assert.ok(result.ok);
      assert.equal(result.response.reveal(), value);
    }
  });

  it('reads other encodings than UTF-8 where the document says so', () => {
    const xml = responseXml().replaceAll('alice@', 'zoë@').replace('UTF-8', 'ISO-8859-1');
    assert.equal(read(Buffer.from(xml, 'latin1').toString('base64')).subject, 'zoë@example.com');
    const wide = `\uFEFF${responseXml().replace('UTF-8', 'UTF-16')}`;
    const little = Buffer.from(wide, 'utf16le');
    assert.equal(read(little.toString('base64')).roles.length, 1);
    assert.equal(read(Buffer.from(little).swap16().toString('base64')).roles.length, 1);
    assert.equal(read(little.subarray(2).toString('base64')).roles.length, 1);
  });

  it('says that an encrypted assertion keeps its roles to itself', () => {
    const sealed =
      '<saml:EncryptedAssertion><x xmlns="http://www.w3.org/2001/04/xmlenc#"/></saml:EncryptedAssertion>';
    const found = read(base64(responseXml({ assertion: sealed })));
    assert.deepEqual([found.encrypted, found.roles], [true, []]);
    assert.equal(found.issuedAt, time('2026-11-23T05:00:01Z'));
    const partly = '<saml:AttributeStatement><saml:EncryptedAttribute/></saml:AttributeStatement>';
    assert.equal(read(base64(responseXml({ roles: [], more: partly }))).encrypted, true);
    assert.equal(read(base64(responseXml({ roles: [] }))).encrypted, false);
  });

  it('lasts five minutes from its issue, or shorter, and never longer than that from when it came', () => {
    const issued = time('2026-11-23T05:00:00Z');
    const minute = 60_000;
    const until = (parts: ResponseParts, receivedAt: number): number =>
      (usableUntil(read(base64(responseXml(parts))), receivedAt) - issued) / minute;
    assert.equal(until({}, issued + minute), 5);
    assert.equal(until({ confirmedUntil: '2026-11-23T05:01:00Z' }, issued), 1);
    assert.equal(
      until({ notOnOrAfter: '2026-11-23T05:02:00Z', confirmedUntil: '2026-11-23T05:04:00Z' }, issued),
      2,
    );
    assert.equal(until({}, issued - 3 * minute), 2, 'issued in our future');
    assert.equal(until({ issueInstant: 'now' }, issued), 5, 'only the response says when');
  });

  it('groups roles by account', () => {
    const roles = [
      { roleArn: samlRoleArn('B', '999988887777'), providerArn: samlProviderArn('999988887777') },
      { roleArn: samlRoleArn('A'), providerArn: samlProviderArn() },
      { roleArn: samlRoleArn('A', '999988887777'), providerArn: samlProviderArn('999988887777') },
    ];
    assert.deepEqual(
      groupByAccount(roles).map(({ accountId, roles: of }) => [accountId, of.length]),
      [
        ['999988887777', 2],
        ['111122223333', 1],
      ],
    );
  });

  it('takes a role without asking only where it is the only one, and was chosen before', () => {
    const mine = { roleArn: samlRoleArn('A'), providerArn: samlProviderArn() };
    const other = { roleArn: samlRoleArn('A', '999988887777'), providerArn: samlProviderArn('999988887777') };
    assert.deepEqual(roleWithoutAsking([mine], mine), mine);
    // Somebody else's assertion that was posted here must be seen first.
    assert.equal(roleWithoutAsking([other], mine), undefined);
    assert.equal(roleWithoutAsking([mine], undefined), undefined);
    assert.equal(roleWithoutAsking([mine, other], mine), undefined);
    assert.equal(roleWithoutAsking([], mine), undefined);
  });

  it('knows a provider’s ARN', () => {
    assert.deepEqual(parseProviderArn(samlProviderArn('111122223333', 'aws-cn', 'corp.idp_1-x')), {
      partition: 'aws-cn',
      accountId: '111122223333',
    });
    for (const text of [
      '',
      samlRoleArn(),
      samlProviderArn('1'),
      `${samlProviderArn()}/x`,
      `${samlProviderArn()} `,
    ]) {
      assert.equal(parseProviderArn(text), undefined, text);
    }
  });
});

describe('hostile SAML responses', () => {
  const xml = responseXml();
  const table: readonly (readonly [title: string, text: () => string, AssertionTrouble | 'none'])[] = [
    ['nothing', () => ' \n', 'nothing'],
    ['a word', () => 'hello', 'nothing'],
    ['a sentence', () => 'This is not a response at all.', 'nothing'],
    ['a page without one', () => '<html><body>Sign in</body></html>', 'nothing'],
    ['ten megabytes', () => 'A'.repeat(10_000_000), 'tooLarge'],
    ['more base64 than AWS takes', () => base64(xml + ' '.repeat(80_000)), 'tooLarge'],
    ['base64 that was cut', () => base64(xml).slice(0, 1001), 'base64'],
    ['base64 with holes', () => base64(xml).replace('PD94', 'PD-_'), 'base64'],
    ['XML that was cut', () => base64(xml.slice(0, 900)), 'notXml'],
    ['a DOCTYPE', () => base64(xml.replace('<samlp:Response', '<!DOCTYPE a><samlp:Response')), 'doctype'],
    [
      'a file as an entity',
      () =>
        base64(`<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${responseXml({ roles: ['&x;'] })}`),
      'doctype',
    ],
    [
      'a billion laughs',
      () =>
        base64(
          `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><l>&c;</l>`,
        ),
      'doctype',
    ],
    ['an entity beyond the five', () => base64(responseXml({ roles: ['&nbsp;'] })), 'notXml'],
    ['100,000 levels', () => `<Response ${'<a>'.repeat(100_000)}`, 'tooLarge'],
    ['as many levels as fit', () => base64('<a>'.repeat(24_000)), 'notXml'],
    [
      'bytes that are no UTF-8',
      () => Buffer.from(xml.replace('alice', '\xff\xfe'), 'latin1').toString('base64'),
      'encoding',
    ],
    ['an encoding that nobody knows', () => base64(xml.replace('UTF-8', 'EBCDIC-X')), 'encoding'],
    ['UTF-7', () => base64(xml.replace('UTF-8', 'UTF-7')), 'encoding'],
    ['a request', () => base64(xml.replaceAll('samlp:Response', 'samlp:AuthnRequest')), 'notResponse'],
    [
      'an assertion by itself',
      () =>
        base64(
          assertionXml().replace(
            '<saml:Assertion',
            '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
          ),
        ),
      'notResponse',
    ],
    [
      'a refusal',
      () => base64(responseXml({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' })),
      'notSuccess',
    ],
    ['a response that is empty', () => base64(responseXml({ assertion: '' })), 'noAssertion'],
    [
      'an assertion that is wrapped in something else',
      () => base64(responseXml({ assertion: `<samlp:Extensions>${assertionXml()}</samlp:Extensions>` })),
      'noAssertion',
    ],
    ['broken percent signs', () => `SAMLResponse=${'%E0%A4%A'.repeat(20)}`, 'base64'],
  ];
  for (const [title, text, expected] of table) {
    it(title, () => {
      const started = performance.now();
      assert.equal(troubleOf(text()), expected);
      assert.ok(performance.now() - started < 2000, 'answers at once');
    });
  }

  it('says the identity provider’s own word for a refusal, and no more than a word', () => {
    const inner = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>';
    const refused = responseXml({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }).replace(
      'Responder"/>',
      `Responder">${inner}</samlp:StatusCode>`,
    );
    assert.deepEqual(readAssertion(base64(refused)), {
      ok: false,
      what: 'notSuccess',
      detail: 'AuthnFailed',
    });
    const long = readAssertion(base64(responseXml({ status: `x ${'y '.repeat(500)}` })));
    assert.ok(!long.ok && long.detail.length <= 60);
  });

  it('reads the roles of two assertions, and leaves it to AWS which of them counts', () => {
    const other = assertionXml({
      roles: [`${samlRoleArn('Other')},${samlProviderArn()}`],
      confirmedUntil: '2026-11-23T05:01:00Z',
    });
    const { roles, notOnOrAfter } = read(base64(responseXml({ assertion: `${assertionXml()}${other}` })));
    assert.deepEqual(
      roles.map(({ roleArn }) => roleArn),
      [samlRoleArn(), samlRoleArn('Other')],
    );
    assert.equal(notOnOrAfter, time('2026-11-23T05:01:00Z'));
  });

  it('sees only the assertion in its place where a signed one is wrapped in its signature', () => {
    const evil = assertionXml({
      roles: [`${samlRoleArn('Evil')},${samlProviderArn()}`],
      more: `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object>${assertionXml()}</Object></Signature>`,
    });
    const { roles } = read(base64(responseXml({ assertion: evil })));
    assert.deepEqual(
      roles.map(({ roleArn }) => roleArn),
      [samlRoleArn('Evil')],
    );
  });

  it('never throws, whatever is changed in a response (seeded)', () => {
    const random = new Seeded(20_261_123);
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(xml);
      for (let change = 0; change <= random.below(6); change++) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      const kinds = new Set(['boolean']);
      assert.ok(kinds.has(typeof readAssertion(bytes.toString('base64')).ok));
      assert.ok(kinds.has(typeof readAssertion(bytes.toString('latin1')).ok));
    }
  });
});
