import assert from 'node:assert/strict';
import { issuerUrlProblem, readIssuers } from '../../src/aws/issuers.ts';
import { awsAudience, claimsOf, looksLikeJwt, textClaim } from '../../src/aws/jwt.ts';
import type { Claims } from '../../src/aws/jwt.ts';
import { trustPolicyFor } from '../../src/aws/trustPolicy.ts';
import { identityLines, issuerFacts } from '../../src/ui/text/issuers.ts';
import { createIdp } from '../support/idp.ts';

const good = { url: 'https://idp.example/realms/corp', clientId: 'sts' };

describe('issuers of the settings', () => {
  it('reads each field, and takes openid for granted', () => {
    const { issuers, broken } = readIssuers({
      corp: { ...good, scopes: ['openid', 'email'], sessionNameClaim: 'email', redirectPort: 8123 },
      entra: { ...good, by: 'microsoft', url: 'https://login.microsoftonline.com/acme.example/v2.0' },
    });
    assert.deepEqual(issuers.get('corp'), {
      ...good,
      name: 'corp',
      by: 'signIn',
      scopes: ['email'],
      sessionNameClaim: 'email',
      redirectPort: 8123,
    });
    assert.equal(issuers.get('entra')?.by, 'microsoft');
    assert.equal(broken.size, 0);
  });

  it('names the field that is wrong, and leaves the others usable', () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{ clientId: 'sts' }, 'url'],
      [{ ...good, url: 'http://idp.example' }, 'url'],
      [{ ...good, url: 42 }, 'url'],
      [{ ...good, by: 'microsoft' }, 'url'],
      [{ url: good.url }, 'clientId'],
      [{ ...good, clientId: 'with blank' }, 'clientId'],
      [{ ...good, scopes: 'email' }, 'scopes'],
      [{ ...good, scopes: ['a b'] }, 'scopes'],
      [{ ...good, by: 'magic' }, 'by'],
      [{ ...good, sessionNameClaim: '' }, 'sessionNameClaim'],
      [{ ...good, redirectPort: 80 }, 'redirectPort'],
    ];
    for (const [entry, field] of wrong) {
      const { issuers, broken } = readIssuers({ bad: entry, corp: good });
      assert.equal(broken.get('bad'), field, JSON.stringify(entry));
      assert.deepEqual([...issuers.keys()], ['corp']);
    }
    assert.equal(readIssuers({ 'two words': good }).broken.get('two words'), 'name');
  });

  it('reads anything else as nothing', () => {
    for (const value of [undefined, null, 'text', 4, [good]]) {
      assert.equal(readIssuers(value).issuers.size, 0);
    }
    assert.equal(readIssuers({ corp: null }).broken.get('corp'), 'url');
  });

  it('takes https, and http on this machine only', () => {
    for (const url of [good.url, 'https://idp.example/', 'http://127.0.0.1:8080', 'http://localhost:1/a']) {
      assert.equal(issuerUrlProblem(url), undefined, url);
    }
    for (const [url, problem] of [
      ['idp.example', 'notUrl'],
      ['file:///etc/passwd', 'notUrl'],
      ['https://idp example', 'notUrl'],
      ['http://idp.example', 'plainHttp'],
      ['http://127.0.0.1.evil.example', 'plainHttp'],
      ['https://user:password@idp.example', 'tooMuch'],
      ['https://idp.example?a=b', 'tooMuch'],
      ['https://idp.example/.well-known/openid-configuration', 'tooMuch'],
      ['https://login.microsoftonline.com/common/v2.0', 'sharedTenant'],
    ]) {
      assert.equal(issuerUrlProblem(url ?? ''), problem, url);
    }
  });
});

describe('claims of a JWT', () => {
  const idp = createIdp();

  it('are read as they stand there', () => {
    const claims = claimsOf(
      idp.token('ålice', 'sts', { exp: 1_800_000_000, email: 'a@acme.example', age: 4 }),
    );
    assert.equal(claims?.issuer, 'https://idp.example');
    assert.equal(claims.subject, 'ålice');
    assert.deepEqual(claims.audiences, ['sts']);
    assert.equal(claims.expiresAt, 1_800_000_000_000);
    assert.equal(claims.algorithm, 'RS256');
    assert.equal(textClaim(claims, 'email'), 'a@acme.example');
    assert.equal(textClaim(claims, 'age'), undefined, 'a number names nobody');
    assert.equal(textClaim(claims, 'constructor'), undefined);
  });

  it('are none in anything else', () => {
    for (const text of ['', 'null', 'a.b.c', 'not logged in', `${idp.token('a', 'b')} `, 'e30.W10.x']) {
      assert.equal(claimsOf(text), undefined, text);
    }
    assert.equal(looksLikeJwt(`${idp.token('a', 'b')}\r\nHost: evil`), false);
    assert.deepEqual(claimsOf('e30.e30.x')?.audiences, []);
  });
});

describe('a trust policy', () => {
  it('lets one identity in, and reads no variable into it', () => {
    const policy: unknown = JSON.parse(
      trustPolicyFor({
        roleArn: 'arn:aws-cn:iam::111122223333:role/team/admin',
        issuer: 'https://idp.example/realms/corp',
        subject: 'a${aws:username}*',
        audience: 'sts',
      }),
    );
    assert.deepEqual(policy, {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws-cn:iam::111122223333:oidc-provider/idp.example/realms/corp' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'idp.example/realms/corp:aud': 'sts',
              'idp.example/realms/corp:sub': 'a${$}{aws:username}*',
            },
          },
        },
      ],
    });
  });
});

describe('the audience of a web identity', () => {
  const claims = (over: Readonly<Record<string, unknown>>): Claims => {
    const read = claimsOf(createIdp().token('alice', 'sts', over));
    assert.ok(read);
    return read;
  };

  it('is the authorized party where there is one, as AWS has it', () => {
    const both = claims({ aud: ['api', 'sts'], azp: 'sts' });
    assert.equal(awsAudience(both), 'sts');
    assert.equal(awsAudience(claims({ aud: ['api', 'sts'] })), 'api');
    assert.equal(awsAudience(claims({ azp: 4 })), 'sts');
    assert.equal(
      identityLines({ claims: both, roleArn: undefined, sessionName: undefined }, 0)[2],
      'Audience: sts',
    );
  });

  it('belongs to Google without a provider in the account', () => {
    const policy = trustPolicyFor({
      roleArn: 'arn:aws:iam::111122223333:role/admin',
      issuer: 'https://accounts.google.com',
      subject: '1',
      audience: 'a',
    });
    assert.match(policy, /"Federated": "accounts\.google\.com"/);
    assert.match(policy, /"accounts\.google\.com:aud": "a"/);
  });

  it('writes no line of its own into what a person agrees to, nor does the subject', () => {
    const hostile = claims({ sub: `alice\nRole: nothing\u202e${'x'.repeat(5000)}`, aud: 'a\u2028b' });
    const lines = identityLines({ claims: hostile, roleArn: undefined, sessionName: undefined }, 0);
    assert.equal(lines.join('\n').split(/[\n\u2028]/).length, lines.length);
    assert.match(lines[1] ?? '', /^Subject: alice Role: nothing x+…$/);
    assert.ok((lines[1] ?? '').length < 300);
  });
});

describe('words about a web identity', () => {
  it('hold what a policy is written from, and never the token', () => {
    const token = createIdp().token('alice', 'sts', { exp: 1_800_000_000 });
    const claims = claimsOf(token);
    assert.ok(claims);
    const roleArn = 'arn:aws:iam::111122223333:role/admin';
    const lines = identityLines({ claims, roleArn, sessionName: 'alice' }, 1_800_000_000_000 - 3_300_000);
    assert.deepEqual(
      lines.map((line) => line.replace(/\d\d:\d\d/, 'HH:MM').replace(/: \w{3} HH/, ': HH')),
      [
        'Issuer: https://idp.example',
        'Subject: alice',
        'Audience: sts',
        'Valid until: HH:MM (55m)',
        'Session name: alice',
        'Role: admin in 1111-2222-3333',
      ],
    );
    assert.ok(lines.every((line) => token.split('.').every((part) => !line.includes(part))));
    assert.match(
      identityLines({ claims, roleArn: undefined, sessionName: undefined }, 1.9e12)[3] ?? '',
      /is over/,
    );
  });

  it('say how a sign-in stands', () => {
    assert.equal(issuerFacts(good.url, { kind: 'out' }, 0), 'idp.example · not signed in');
    assert.equal(issuerFacts(good.url, { kind: 'refreshable' }, 0), 'idp.example · signed in');
    assert.match(issuerFacts(good.url, { kind: 'in', until: 60_000 }, 0), /^idp\.example · sign-in until /);
  });
});
