import { isLoopback } from '../../aws/loopback.ts';
import type { IssuerUrlProblem } from '../../aws/issuers.ts';
import { textClaim } from '../../aws/jwt.ts';
import type { Claims } from '../../aws/jwt.ts';
import type { IssuerState } from '../../session/issuerSignIns.ts';
import { roleForReading } from './roles.ts';
import { t } from './l10n.ts';
import { clockTime, remaining } from './time.ts';

/** What is shown of a web identity. The token itself is never part of it. */
export interface ShownIdentity {
  readonly claims: Claims;
  /** Undefined where no role is known yet. */
  readonly roleArn: string | undefined;
  /** RoleSessionName that would be sent; undefined for one of our own. */
  readonly sessionName: string | undefined;
}

/** IAM compares at most so many characters of a subject; what is longer would hide the rest of the dialog. */
const longestClaim = 255;

/** The words around issuers and their web identities. */
export const issuerText = {
  beforeFirstUse: (issuer: string) => t('This is what AWS is about to learn from the issuer {0}', issuer),
  identityOf: (name: string) => t('The web identity of {0}', name),
  policyCopied: () => t('The trust policy is on the clipboard, put it into the role in IAM.'),
  policyNeeded: () =>
    t(
      'The trust policy of the role must name issuer, subject and audience. The account needs the issuer as an identity provider in IAM.',
    ),
  plainHttp: () => t('AWS takes https issuers only: this one works with a local test setup alone.'),
  copyPolicy: () => t('Copy Trust Policy'),
  goOn: () => t('Go On'),
  signedOut: (issuer: string) =>
    t('You are signed out of {0} (sessions that were started with it last until their own end)', issuer),
  signedOutHere: (issuer: string) =>
    t('You are signed out of {0} on this computer, but the issuer could not be told', issuer),
  signOutInBrowser: () => t('Sign Out in Browser'),
  microsoftStays: (issuer: string) =>
    t('VS Code keeps the Microsoft account itself, sign out of it in the Accounts menu: {0}', issuer),
  useTenant: (issuer: string) =>
    t('This VS Code does not pass on the identity of a Microsoft account: {0}', issuer),
  useTenantDetail: () =>
    t(
      'You can sign in at the tenant itself, in the browser. The app registered there must allow the redirect http://127.0.0.1/oauth/callback.',
    ),
  signInAtTenant: () => t('Sign In at Tenant'),
  microsoftDetail: (issuer: string) => t('To start AWS sessions with the issuer {0}', issuer),
};

/** Issuer, subject, audience, end: what a trust policy is written from, one line each. */
export function identityLines(
  { claims, roleArn, sessionName }: ShownIdentity,
  now: number,
): readonly string[] {
  const { issuer, subject, audiences, expiresAt } = claims;
  const audience = textClaim(claims, 'azp') ?? audiences.join(' ');
  return [
    t('Issuer: {0}', asOneLine(issuer)),
    t('Subject: {0}', asOneLine(subject)),
    t('Audience: {0}', asOneLine(audience)),
    ...(expiresAt === undefined ? [] : [t('Valid until: {0}', endWords(expiresAt, now))]),
    ...(sessionName === undefined ? [] : [t('Session name: {0}', sessionName)]),
    ...(roleArn === undefined ? [] : [t('Role: {0}', roleForReading(roleArn))]),
  ];
}

/** A token may say anything: it must not write lines of its own into what a person agrees to. */
function asOneLine(claim: string): string {
  const text = claim.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return text.length > longestClaim ? `${text.slice(0, longestClaim)}…` : text;
}

function endWords(expiresAt: number, now: number): string {
  return expiresAt > now
    ? t('{0} ({1})', clockTime(expiresAt, now), remaining(expiresAt - now))
    : t('{0}, which is over', clockTime(expiresAt, now));
}

/** True for an issuer that AWS itself cannot reach. */
export function isLocalIssuer(issuer: string): boolean {
  return URL.canParse(issuer) && isLoopback(new URL(issuer));
}

/** What a row says of an issuer beside its name. */
export function issuerFacts(url: string, state: IssuerState, now: number): string {
  const { host } = new URL(url);
  switch (state.kind) {
    case 'out':
      return t('{0} · not signed in', host);
    case 'refreshable':
      return t('{0} · signed in', host);
    case 'in':
      return t('{0} · sign-in until {1}', host, clockTime(state.until, now));
  }
}

/** What is wrong with an issuer's address that somebody types. */
export function issuerUrlSentence(problem: IssuerUrlProblem): string {
  switch (problem) {
    case 'notUrl':
      return t('An issuer looks like this: https://idp.example/realms/corp');
    case 'plainHttp':
      return t('The address must begin with https://');
    case 'tooMuch':
      return t('The address is the issuer alone, without a query, a password or /.well-known/');
    case 'sharedTenant':
      return t('AWS needs the tenant itself, put its ID in the place of common or organizations');
  }
}
