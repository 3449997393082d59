/** Texts of SAML responses for tests of what reads them. None is signed: reading proves nothing. */

/** A role's ARN. */
export const samlRoleArn = (name = 'Admin', account = '111122223333', partition = 'aws'): string =>
  `arn:${partition}:iam::${account}:role/${name}`;
/** A provider's ARN. */
export const samlProviderArn = (account = '111122223333', partition = 'aws', name = 'corp'): string =>
  `arn:${partition}:iam::${account}:saml-provider/${name}`;

/** What differs from response to response; times as they stand in the XML. */
export interface ResponseParts {
  /** Values of the attribute Role. */
  readonly roles?: readonly string[];
  readonly issueInstant?: string;
  readonly notOnOrAfter?: string;
  readonly confirmedUntil?: string;
  /** The host in the names of AWS's attributes. */
  readonly names?: string;
  /** More of the assertion, behind the attributes. */
  readonly more?: string;
  /** In place of the whole assertion. */
  readonly assertion?: string;
  readonly status?: string;
}

const attribute = (name: string, values: readonly string[]): string =>
  `<saml:Attribute Name="${name}">${values
    .map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
    .join('')}</saml:Attribute>`;

/** An assertion's XML; its prefix `saml` is declared by the response. */
export function assertionXml(parts: ResponseParts = {}): string {
  const {
    roles = [`${samlRoleArn()},${samlProviderArn()}`],
    issueInstant = '2026-11-23T05:00:00Z',
    notOnOrAfter = '2026-11-23T06:00:00Z',
    confirmedUntil = notOnOrAfter,
    names = 'https://aws.amazon.com',
    more = '',
  } = parts;
  return `<saml:Assertion ID="_a" Version="2.0" IssueInstant="${issueInstant}">
  <saml:Issuer>https://idp.example/metadata</saml:Issuer>
  <saml:Subject><saml:NameID>alice@example.com</saml:NameID>
    <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
      <saml:SubjectConfirmationData NotOnOrAfter="${confirmedUntil}" Recipient="https://signin.aws.amazon.com/saml"/>
    </saml:SubjectConfirmation></saml:Subject>
  <saml:Conditions NotBefore="${issueInstant}" NotOnOrAfter="${notOnOrAfter}">
    <saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction>
  </saml:Conditions>
  <saml:AuthnStatement SessionNotOnOrAfter="2026-11-23T13:00:00Z"/>
  <saml:AttributeStatement>
    ${attribute(`${names}/SAML/Attributes/Role`, roles)}
    ${attribute(`${names}/SAML/Attributes/RoleSessionName`, ['alice@example.com'])}
    ${attribute(`${names}/SAML/Attributes/SessionDuration`, ['28800'])}
    ${attribute(`${names}/SAML/Attributes/SourceIdentity`, ['alice'])}
  </saml:AttributeStatement>${more}
</saml:Assertion>`;
}

/** A response's XML. */
export function responseXml(parts: ResponseParts = {}): string {
  const status = parts.status ?? 'urn:oasis:names:tc:SAML:2.0:status:Success';
  return `<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
  ID="_r" Version="2.0" IssueInstant="2026-11-23T05:00:01Z" Destination="https://signin.aws.amazon.com/saml">
  <saml:Issuer>https://idp.example/metadata</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>
  ${parts.assertion ?? assertionXml(parts)}
</samlp:Response>`;
}

/** Base64 of a text in UTF-8. */
export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
