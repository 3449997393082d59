import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { sandboxClient } from '../sandbox/client.ts';
import { startSamlIdp, type SamlIdp } from '../sandbox/identityProviders/samlIdp.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { alicesRoles, samlAttributes, samlData, samlProvider, samlRole } from '../support/samlWorld.ts';

const person = { user: 'alice', password: 'EXAMPLEPASSWORD', isCode: (code: string) => code === '123456' };

describe('the SAML identity provider of the tests', () => {
  let idp: SamlIdp;

  beforeEach(async () => {
    idp = await startSamlIdp({ person, order: { attributes: samlAttributes(alicesRoles) } });
  });
  afterEach(() => idp.close());

  /** Sends a form, as the page in front of a person does. */
  async function send(path: string, fields: Record<string, string>): Promise<Response> {
    return fetch(new URL(path, idp.loginUrl), { method: 'POST', body: new URLSearchParams(fields) });
  }
  const hidden = (html: string, name: string): string =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';

  async function signIn(): Promise<{ readonly html: string; readonly cookie: string }> {
    const asked = await (await send('sso', { user: 'alice', password: 'EXAMPLEPASSWORD' })).text();
    const done = await send('code', { ticket: hidden(asked, 'ticket'), code: '123456' });
    return {
      html: await done.text(),
      cookie: (done.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
    };
  }

  it('asks for a password and a code, and posts to AWS what AWS takes', async () => {
    assert.match(await (await fetch(idp.loginUrl)).text(), /name="password"/);
    const { html } = await signIn();
    assert.match(html, /<form method="post" action="https:\/\/signin\.aws\.amazon\.com\/saml">/);
    const { entityId, certificate } = idp;
    const sandbox = await startSandbox({ data: samlData({ entityId, certificate }) });
    try {
      const reply = await sandboxClient(sandbox, undefined).send(
        new AssumeRoleWithSAMLCommand({
          RoleArn: samlRole('Developer'),
          PrincipalArn: samlProvider(),
          SAMLAssertion: hidden(html, 'SAMLResponse'),
        }),
      );
      assert.match(reply.AssumedRoleUser?.Arn ?? '', /assumed-role\/Developer\/alice@acme\.example$/);
    } finally {
      await sandbox.close();
    }
    assert.deepEqual(idp.responses, [hidden(html, 'SAMLResponse')]);
  });

  it('refuses a wrong password and a wrong code, and a code without a password', async () => {
    assert.match(await (await send('sso', { user: 'alice', password: 'x' })).text(), /password is wrong/);
    const asked = await (await send('sso', { user: 'alice', password: 'EXAMPLEPASSWORD' })).text();
    const ticket = hidden(asked, 'ticket');
    assert.match(await (await send('code', { ticket, code: '000000' })).text(), /code is wrong/);
    assert.match(await (await send('code', { ticket: 'x', code: '123456' })).text(), /name="password"/);
    assert.deepEqual([idp.signIns, idp.responses.length], [0, 0]);
  });

  it('knows who has signed in until its sessions end', async () => {
    const { cookie } = await signIn();
    const again = async () => (await fetch(idp.loginUrl, { headers: { cookie } })).text();
    assert.notEqual(hidden(await again(), 'SAMLResponse'), '');
    assert.deepEqual([idp.signIns, idp.responses.length], [1, 2]);
    idp.endSessions();
    assert.match(await again(), /name="password"/);
  });

  it('posts elsewhere while the response stays AWS’s', async () => {
    idp.postTo('http://127.0.0.1:1/saml');
    const { html } = await signIn();
    assert.match(html, /action="http:\/\/127\.0\.0\.1:1\/saml"/);
    const xml = Buffer.from(hidden(html, 'SAMLResponse'), 'base64').toString();
    assert.match(xml, /Recipient="https:\/\/signin\.aws\.amazon\.com\/saml"/);
  });

  it('signs with a certificate that Node reads, and that its own key has made', () => {
    const certificate = new X509Certificate(idp.certificate);
    assert.equal(certificate.subject, `CN=${idp.entityId}`);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(certificate.validToDate.getTime() > Date.now());
  });
});
