import { parseArnOwner, parseRoleArn } from '../arn.ts';
import type { SamlRole } from '../planModel.ts';
import type { Secret } from '../secret.ts';

/**
 * What a SAML response says, as far as it can be read here. Nothing in it is proven: its signature is AWS's to check, so it
 * is shown and chosen from, and AWS decides. Times are milliseconds UTC of the identity provider's clock.
 */
export interface SamlAssertion {
  /** True when what it says about roles is readable for AWS alone. */
  readonly encrypted: boolean;
  /** Every role that it offers, once each, in its own order. */
  readonly roles: readonly SamlRole[];
  /** RoleSessionName: whom the session at AWS is called after. */
  readonly sessionName: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** NameID: who signed in, in the provider's words. */
  readonly subject: string | undefined;
  /** The provider's own name (its entity id). */
  readonly issuer: string | undefined;
  /**
   * SessionDuration, seconds. It is a value for the console: AssumeRoleWithSAML takes no notice of it, and sending it as
   * DurationSeconds fails where the role allows less. https://github.com/Nike-Inc/gimme-aws-creds/issues/54
   */
  readonly consoleSeconds: number | undefined;
  readonly issuedAt: number | undefined;
  /** The earliest NotOnOrAfter of Conditions and SubjectConfirmationData. */
  readonly notOnOrAfter: number | undefined;
  /** SessionNotOnOrAfter: AWS ends the session then at the latest. */
  readonly sessionEndsAt: number | undefined;
  readonly recipient: string | undefined;
  readonly audience: string | undefined;
}

/** A response in the form that AWS takes, and what it says. */
export interface ReadResponse {
  /** Base64 without white space. */
  readonly response: Secret;
  readonly assertion: SamlAssertion;
}

/** Why a text gives no assertion. */
export type AssertionTrouble =
  /** There is no SAMLResponse in it. */
  | 'nothing'
  | 'tooLarge'
  /** Base64 that was cut off, or is none. */
  | 'base64'
  /** Not the encoding that it claims, or one that nobody knows. */
  | 'encoding'
  /** It has a DOCTYPE, which no response needs and attacks do. */
  | 'doctype'
  | 'notXml'
  /** XML, but not a SAML 2.0 response: a request, metadata, a bare assertion. */
  | 'notResponse'
  /** A response that says that the sign-in did not succeed. */
  | 'notSuccess'
  /** A response without an assertion. */
  | 'noAssertion';

/** What came of reading. `detail` is a status code or nothing, never a part of the assertion. */
export type ReadResult =
  | ({ readonly ok: true } & ReadResponse)
  | { readonly ok: false; readonly what: AssertionTrouble; readonly detail: string };

/**
 * “Token must be redeemed within 5 minutes of issuance”:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
 */
const redeemWithinMs = 5 * 60_000;

/**
 * Until when AWS takes an assertion that came at `receivedAt`, both ms UTC by AWS's clock. Never more than five minutes from
 * then, whatever it says of itself.
 */
export function usableUntil(assertion: SamlAssertion, receivedAt: number): number {
  const { issuedAt, notOnOrAfter } = assertion;
  return Math.min(
    (issuedAt ?? receivedAt) + redeemWithinMs,
    notOnOrAfter ?? Infinity,
    receivedAt + redeemWithinMs,
  );
}

/** True when both name the same role; AWS compares letter by letter, case included. */
export function sameRole(one: SamlRole, other: SamlRole): boolean {
  return one.roleArn === other.roleArn && one.providerArn === other.providerArn;
}

/**
 * The role that is taken without asking: the only one, if it is the one that was chosen before. Nothing proves whose
 * assertion it is: a page elsewhere may have posted one of its own, and whoever works on with its role works in somebody
 * else's account. So a role is seen by a person, with whom it was made for, before it is used for the first time.
 */
export function roleWithoutAsking(
  roles: readonly SamlRole[],
  last: SamlRole | undefined,
): SamlRole | undefined {
  const [only, ...more] = roles;
  return only !== undefined && more.length === 0 && last !== undefined && sameRole(only, last)
    ? only
    : undefined;
}

/** The account of a role's ARN, digits; empty when it cannot be told. */
export function accountOfRole({ roleArn }: Pick<SamlRole, 'roleArn'>): string {
  return parseRoleArn(roleArn)?.accountId ?? parseArnOwner(roleArn)?.accountId ?? '';
}

/** The roles of one account. */
export interface AccountRoles {
  /** Digits. */
  readonly accountId: string;
  readonly roles: readonly SamlRole[];
}

/** The roles by account, accounts and roles in the order in which they come first. */
export function groupByAccount(roles: readonly SamlRole[]): readonly AccountRoles[] {
  const groups = new Map<string, SamlRole[]>();
  for (const role of roles) {
    const accountId = accountOfRole(role);
    const group = groups.get(accountId);
    if (group === undefined) {
      groups.set(accountId, [role]);
    } else {
      group.push(role);
    }
  }
  return Array.from(groups, ([accountId, ofAccount]) => ({ accountId, roles: ofAccount }));
}

// SAMLProviderArn in the API model of STS, and the name as IAM's CreateSAMLProvider takes it.
const providerArn = /^arn:(aws[a-z-]*):iam::(\d{12}):saml-provider\/[\w._-]{1,128}$/;

/** The partition and account of a SAML provider's ARN; undefined when it is none. */
export function parseProviderArn(text: string): { partition: string; accountId: string } | undefined {
  const [, partition, accountId] = text.length > 2048 ? [] : (providerArn.exec(text) ?? []);
  return partition === undefined || accountId === undefined ? undefined : { partition, accountId };
}
