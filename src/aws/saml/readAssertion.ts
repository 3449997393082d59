import { parseXml } from '@rgrove/parse-xml';
import { parseRoleArn } from '../arn.ts';
import type { SamlRole } from '../planModel.ts';
import { redact } from '../redact.ts';
import { Secret } from '../secret.ts';
import { parseProviderArn } from './assertion.ts';
import type { AssertionTrouble, ReadResult, SamlAssertion } from './assertion.ts';
import { responseIn } from './responseText.ts';
import { NamedElement } from './xml.ts';

// https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf
const samlp = 'urn:oasis:names:tc:SAML:2.0:protocol';
const saml = 'urn:oasis:names:tc:SAML:2.0:assertion';
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/**
 * AWS takes 100,000 characters of base64 (SAMLAssertion in the API model of STS); what is larger is refused there in any
 * case, and is not even read here. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
 */
const longestBase64 = 100_000;

/**
 * Reads a SAML response out of whatever holds it. It proves nothing and trusts nothing: a hostile one gives a false
 * answer or a trouble, and AWS checks the signature. Never throws.
 */
export function readAssertion(text: string): ReadResult {
  const found = responseIn(text);
  if (!found.ok) {
    return trouble(found.what);
  }
  if (found.base64.length > longestBase64) {
    return trouble('tooLarge');
  }
  const xml = textOf(found.base64);
  if (typeof xml !== 'string') {
    return trouble(xml.what);
  }
  // Also where it stands in a comment: no identity provider writes one.
  if (/<!DOCTYPE/i.test(xml)) {
    return trouble('doctype');
  }
  try {
    const { root } = parseXml(xml);
    return root === null ? trouble('notXml') : readRoot(new NamedElement(root), found.base64);
  } catch {
    // A syntax error, an entity beyond the five, or elements nested deeper than the parser's stack.
    return trouble('notXml');
  }
}

function trouble(what: AssertionTrouble, detail = ''): ReadResult {
  return { ok: false, what, detail };
}

function readRoot(root: NamedElement, base64: string): ReadResult {
  if (!root.is(samlp, 'Response')) {
    return trouble('notResponse');
  }
  const status = root.children(samlp, 'Status')[0]?.children(samlp, 'StatusCode')[0];
  const code = status?.attribute('Value');
  if (code !== undefined && code !== success) {
    // The inner code is the telling one: AuthnFailed, RequestDenied.
    const inner = status?.children(samlp, 'StatusCode')[0]?.attribute('Value');
    return trouble('notSuccess', redact((inner ?? code).replace(/^.*:/, '')).slice(0, 60));
  }
  const plain = root.children(saml, 'Assertion');
  const sealed = root.children(saml, 'EncryptedAssertion');
  if (plain.length === 0 && sealed.length === 0) {
    return trouble('noAssertion');
  }
  return { ok: true, response: new Secret(base64), assertion: assertionOf(root, plain, sealed.length > 0) };
}

/** One that says something twice is taken at the stricter word; the roles are those of all assertions together. */
function assertionOf(
  root: NamedElement,
  assertions: readonly NamedElement[],
  hasSealed: boolean,
): SamlAssertion {
  const each = (...path: readonly (readonly [uri: string, name: string])[]): readonly NamedElement[] =>
    path.reduce((found, [uri, name]) => found.flatMap((one) => one.children(uri, name)), assertions);
  const statements = each([saml, 'AttributeStatement']);
  const attributes = statements.flatMap((statement) => statement.children(saml, 'Attribute'));
  // China's documentation has another host in these names: https://docs.amazonaws.cn/en_us/IAM/latest/UserGuide/troubleshoot_saml.html
  const values = (name: string): readonly string[] =>
    attributes
      .filter((attribute) => attribute.attribute('Name')?.endsWith(`/SAML/Attributes/${name}`))
      .flatMap((attribute) => attribute.children(saml, 'AttributeValue'))
      .flatMap(({ text }) => (text === undefined ? [] : [text]));
  const roles = distinct(values('Role').flatMap((value) => rolePair(value) ?? []));
  const confirmations = each(
    [saml, 'Subject'],
    [saml, 'SubjectConfirmation'],
    [saml, 'SubjectConfirmationData'],
  );
  const sealedAttributes = statements.some(
    (statement) => statement.children(saml, 'EncryptedAttribute').length > 0,
  );
  const consoleSeconds = values('SessionDuration')[0];
  return {
    encrypted: roles.length === 0 && (hasSealed || sealedAttributes),
    roles,
    sessionName: values('RoleSessionName')[0],
    sourceIdentity: values('SourceIdentity')[0],
    subject: each([saml, 'Subject'], [saml, 'NameID'])[0]?.text,
    issuer: (assertions[0]?.children(saml, 'Issuer')[0] ?? root.children(saml, 'Issuer')[0])?.text,
    consoleSeconds:
      consoleSeconds !== undefined && /^\d{1,6}$/.test(consoleSeconds) ? Number(consoleSeconds) : undefined,
    issuedAt: earliest([...assertions, root].map((element) => element.attribute('IssueInstant'))),
    notOnOrAfter: earliest(
      [...each([saml, 'Conditions']), ...confirmations].map((element) => element.attribute('NotOnOrAfter')),
    ),
    sessionEndsAt: earliest(
      each([saml, 'AuthnStatement']).map((element) => element.attribute('SessionNotOnOrAfter')),
    ),
    recipient: confirmations[0]?.attribute('Recipient') ?? root.attribute('Destination'),
    audience: each([saml, 'Conditions'], [saml, 'AudienceRestriction'], [saml, 'Audience'])[0]?.text,
  };
}

/**
 * “roleARN,providerARN” in either order. A role's name may hold a comma, so the cut is where the second ARN begins.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
 */
function rolePair(value: string): SamlRole | undefined {
  const [one = '', other = '', ...more] = value.split(/\s*,\s*(?=arn:)/);
  const [roleArn, providerArn] = one.includes(':saml-provider/') ? [other, one] : [one, other];
  const good =
    more.length === 0 && parseRoleArn(roleArn) !== undefined && parseProviderArn(providerArn) !== undefined;
  return good ? { roleArn, providerArn } : undefined;
}

function distinct(roles: readonly SamlRole[]): readonly SamlRole[] {
  const kept = new Map(roles.map((role) => [`${role.roleArn} ${role.providerArn}`, role]));
  return [...kept.values()];
}

/** ms UTC of the earliest; undefined when none of them is a time. */
function earliest(times: readonly (string | undefined)[]): number | undefined {
  const known = times.map(instant).filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** An xs:dateTime, ms UTC; SAML has them all in UTC, also those without a zone (core, 1.3.3). */
function instant(text: string | undefined): number | undefined {
  const [, date, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,3})?\d*(Z|[+-]\d\d:\d\d)?$/.exec(text ?? '') ?? [];
  const time = Date.parse(`${date}${fraction}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The XML as text. A byte order mark or the first bytes tell UTF-16, else the XML declaration the encoding, else it is
 * UTF-8: https://www.w3.org/TR/xml/#sec-guessing
 */
function textOf(base64: string): string | { readonly what: AssertionTrouble } {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return { what: 'base64' };
  }
  // Any word is base64 of something; a document begins with `<`, behind a byte order mark at most.
  if (!bytes.subarray(0, 8).includes(0x3c)) {
    return { what: 'nothing' };
  }
  const [first, second] = bytes;
  const sixteen =
    (first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)
      ? 'utf-16le'
      : (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)
        ? 'utf-16be'
        : undefined;
  // The declaration is ASCII in every encoding that is not told by its first bytes.
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const [, declared] =
    /^(?:\u00EF\u00BB\u00BF)?<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]{1,40})["']/.exec(head) ?? [];
  try {
    return new TextDecoder(sixteen ?? declared ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { what: 'encoding' };
  }
}
