import { invalidToken } from '../jwt.ts';
import { Refusal } from '../refusal.ts';
import { isSignInPage, type Partition } from '../regions.ts';
import type { SamlProvider } from '../world.ts';
import { decrypt } from './decrypt.ts';
import { signatureInvalid, signedPart } from './signature.ts';
import { childrenOf, find, is, readXml, type Element } from './xml.ts';

/** An assertion that its provider has signed, that is for AWS, and that is not over. */
export interface Assertion {
  readonly issuer: string;
  /** The sign-in page that it was made for. */
  readonly recipient: string;
  readonly subject: string;
  /** `persistent`, `transient`, or the whole URI of another format. */
  readonly subjectType: string;
  /** Milliseconds; when the identity provider ends the session. */
  readonly sessionEnd: number | undefined;
  /** Values by attribute name. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

const minute = 60_000;

/** Reads a SAMLResponse and checks everything that AWS checks of it, or throws AWS's refusal. `now` is milliseconds. */
export function readResponse(base64: string, provider: SamlProvider, now: number): Assertion {
  const { text, response } = decode(base64);
  const status = find(response, 'protocol', 'Status', 'StatusCode')?.attributes.get('Value');
  if (!status?.endsWith(':Success')) {
    throw new Refusal(403, 'IDPRejectedClaim', 'The identity provider reported that authentication failed');
  }
  const assertion = signedAssertion(response, text, provider);
  const issuer = find(assertion, 'assertion', 'Issuer')?.text.trim();
  if (issuer !== provider.entityId) {
    throw ofDiscovery('Issuer not present in specified provider');
  }
  checkTimes(assertion, now);
  const partition = provider.account.partition ?? 'aws';
  checkAudience(assertion, partition);
  const nameId = find(assertion, 'assertion', 'Subject', 'NameID');
  const authentication = find(assertion, 'assertion', 'AuthnStatement');
  return {
    issuer,
    recipient: recipientOf(assertion, partition),
    subject: nameId?.text.trim() ?? '',
    subjectType: (nameId?.attributes.get('Format') ?? '').replace(
      /^urn:oasis:names:tc:SAML:2\.0:nameid-format:/,
      '',
    ),
    sessionEnd: authentication && timeOf(authentication, 'SessionNotOnOrAfter'),
    attributes: attributesOf(assertion),
  };
}

function decode(base64: string): { readonly text: string; readonly response: Element } {
  try {
    if (!/^[A-Za-z0-9+/\s]+=*\s*$/.test(base64)) {
      throw new Error('not base64');
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
    const response = readXml(text);
    if (!is(response, 'protocol', 'Response')) {
      throw new Error('not a response');
    }
    return { text, response };
  } catch {
    throw ofDiscovery('Invalid base64 SAMLResponse');
  }
}

/** The one assertion, as the provider has signed it: in a signed response, or by itself. */
function signedAssertion(response: Element, text: string, provider: SamlProvider): Element {
  const whole = signedPart(response, text, provider.certificate);
  const around = whole ?? response;
  const plain = childrenOf(around, 'assertion', 'Assertion');
  const encrypted = childrenOf(around, 'assertion', 'EncryptedAssertion');
  if (plain.length + encrypted.length !== 1) {
    throw signatureInvalid();
  }
  const [sealed] = encrypted;
  const opened = sealed && decrypted(sealed, provider);
  const assertion = opened?.assertion ?? plain[0];
  const document = opened?.text ?? (whole === undefined ? text : undefined);
  if (assertion === undefined) {
    throw signatureInvalid();
  }
  // In a signed response the assertion's own signature, if it has one, is covered by the response's.
  const own = document === undefined ? undefined : signedPart(assertion, document, provider.certificate);
  const signed = own ?? (whole === undefined ? undefined : assertion);
  if (signed === undefined) {
    throw signatureInvalid();
  }
  return signed;
}

function decrypted(
  sealed: Element,
  provider: SamlProvider,
): { readonly text: string; readonly assertion: Element } {
  try {
    const text = decrypt(sealed, provider.decryptionKey ?? '');
    const assertion = readXml(text);
    if (is(assertion, 'assertion', 'Assertion')) {
      return { text, assertion };
    }
  } catch {
    // Below: AWS says the same for a wrong key and for rubbish.
  }
  throw invalidToken('Unable to decrypt the SAML assertion');
}

/**
 * Five minutes from the issue (https://github.com/Nike-Inc/gimme-aws-creds/issues/251), and not after any NotOnOrAfter
 * (https://github.com/Versent/saml2aws/issues/759).
 */
function checkTimes(assertion: Element, now: number): void {
  const issued = timeOf(assertion, 'IssueInstant') ?? 0;
  const limited = [
    find(assertion, 'assertion', 'Conditions'),
    find(assertion, 'assertion', 'Subject', 'SubjectConfirmation', 'SubjectConfirmationData'),
  ].flatMap((element) => (element === undefined ? [] : [element]));
  if (limited.some((element) => now >= (timeOf(element, 'NotOnOrAfter') ?? Infinity))) {
    throw expired('Response has expired');
  }
  if (now >= issued + 5 * minute) {
    throw expired('Token must be redeemed within 5 minutes of issuance');
  }
  // AWS is as patient with a provider whose clock is ahead.
  if (limited.some((element) => now < (timeOf(element, 'NotBefore') ?? 0) - 5 * minute)) {
    throw invalidToken('Response is not yet valid');
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html#troubleshoot_saml_required-audience */
function checkAudience(assertion: Element, partition: Partition): void {
  const conditions = find(assertion, 'assertion', 'Conditions');
  const restrictions =
    conditions === undefined ? [] : childrenOf(conditions, 'assertion', 'AudienceRestriction');
  const audiences = restrictions.flatMap((one) =>
    childrenOf(one, 'assertion', 'Audience').map((audience) => audience.text.trim()),
  );
  if (!audiences.some((one) => one === 'urn:amazon:webservices' || isSignInPage(one, partition))) {
    throw invalidToken('Response does not contain the required audience');
  }
}

function recipientOf(assertion: Element, partition: Partition): string {
  const subject = find(assertion, 'assertion', 'Subject');
  const confirmations = subject === undefined ? [] : childrenOf(subject, 'assertion', 'SubjectConfirmation');
  for (const confirmation of confirmations) {
    const recipient = find(confirmation, 'assertion', 'SubjectConfirmationData')?.attributes.get('Recipient');
    if (
      confirmation.attributes.get('Method') === 'urn:oasis:names:tc:SAML:2.0:cm:bearer' &&
      recipient !== undefined &&
      isSignInPage(recipient, partition)
    ) {
      return recipient;
    }
  }
  throw invalidToken('Response does not contain the required recipient');
}

function attributesOf(assertion: Element): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const statement of childrenOf(assertion, 'assertion', 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, 'assertion', 'Attribute')) {
      const name = attribute.attributes.get('Name') ?? '';
      const values = childrenOf(attribute, 'assertion', 'AttributeValue').map((value) => value.text.trim());
      found.set(name, [...(found.get(name) ?? []), ...values]);
    }
  }
  return found;
}

function timeOf(element: Element, attribute: string): number | undefined {
  const text = element.attributes.get(attribute);
  const time = text === undefined ? undefined : Date.parse(text);
  if (Number.isNaN(time)) {
    throw ofDiscovery('Invalid base64 SAMLResponse');
  }
  return time;
}

function expired(message: string): Refusal {
  return new Refusal(400, 'ExpiredTokenException', message);
}

/** STS passes on what the service behind it said: https://github.com/dbeaver/cloudbeaver/issues/3112 */
function ofDiscovery(message: string): Error {
  return invalidToken(
    `${message} (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: AuthSamlInvalidSamlResponseException; Request ID: 00000000-0000-0000-0000-000000000000; Proxy: null)`,
  );
}
