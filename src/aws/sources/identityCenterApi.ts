import type { Credentials } from '../credentials.ts';
import type { CaBundle, Fault } from '../faults.ts';
import type { Secret } from '../secret.ts';

// What IAM Identity Center is asked, in our words. `clients/identityCenter.ts` does it over the AWS SDK:
// https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html (signing in)
// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/Welcome.html (accounts, roles, credentials)

/** A sign-in: where, for what, and under which name. Profiles with the same one share its token. */
export interface SignIn {
  /** Name of the [sso-session]; undefined where the profile itself says where to sign in, the older way. */
  readonly session: string | undefined;
  readonly startUrl: string;
  readonly region: string;
  readonly scopes: readonly string[];
  /** Where signing in is asked: `https://oidc.eu-west-1.amazonaws.com`. */
  readonly oidc: string;
  /** Where accounts, roles and credentials are asked: `https://portal.sso.eu-west-1.amazonaws.com`. */
  readonly portal: string;
  /** Which certificates are trusted at both; undefined: the usual ones. */
  readonly caBundle?: CaBundle;
}

/** What people call a sign-in. */
export function signInName(signIn: Pick<SignIn, 'session' | 'startUrl'>): string {
  return signIn.session ?? signIn.startUrl;
}

/** This editor as Identity Center knows it. */
export interface Registration {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Milliseconds UTC. */
  readonly expiresAt: number;
}

/** What a sign-in gives. */
export interface SignInToken {
  readonly accessToken: Secret;
  /** End of the access token, milliseconds UTC. */
  readonly expiresAt: number;
  /** Gets the next access token, together with the registration. */
  readonly refreshToken: Secret | undefined;
  readonly registration: Registration | undefined;
}

/** How a person signs in: a browser that comes back to this machine, or a code that is confirmed in any browser. */
export type SignInWay = 'browser' | 'deviceCode';

/** A sign-in that waits for a person to confirm its code. */
export interface DeviceCode {
  readonly deviceCode: Secret;
  /** What the person compares with the page. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same page with the code filled in. */
  readonly verificationUriComplete: string;
  /** Milliseconds UTC. */
  readonly expiresAt: number;
  /** Milliseconds to wait between two questions. */
  readonly intervalMs: number;
}

/** What is given for a token. */
export type Grant =
  | { readonly kind: 'code'; readonly code: Secret; readonly verifier: Secret; readonly redirectUri: string }
  | { readonly kind: 'device'; readonly deviceCode: Secret }
  | { readonly kind: 'refresh'; readonly refreshToken: Secret };

/** The person has not confirmed the code yet; `slowDown` when the question came too soon. */
export interface Pending {
  readonly pending: 'wait' | 'slowDown';
}

/** An account that the signed-in person may use. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** A page of a list; `next` asks for the one after it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** Identity Center. No call rejects: what went wrong is a Fault, cancelling included. Only faults have a `kind`. */
export interface IdentityCenterApi {
  /** RegisterClient. `redirectUri` is set for a sign-in in a browser that comes back here. */
  register(
    signIn: SignIn,
    redirectUri: string | undefined,
    signal: AbortSignal,
  ): Promise<Registration | Fault>;
  /** StartDeviceAuthorization. */
  startDevice(signIn: SignIn, registration: Registration, signal: AbortSignal): Promise<DeviceCode | Fault>;
  /** CreateToken. */
  redeem(
    signIn: SignIn,
    registration: Registration,
    grant: Grant,
    signal: AbortSignal,
  ): Promise<SignInToken | Pending | Fault>;
  /** GetRoleCredentials. */
  roleCredentials(
    signIn: SignIn,
    token: Secret,
    role: { readonly accountId: string; readonly roleName: string },
    signal: AbortSignal,
  ): Promise<Credentials | Fault>;
  /** A page of ListAccounts. */
  accounts(
    signIn: SignIn,
    token: Secret,
    page: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<Account> | Fault>;
  /** A page of the names that ListAccountRoles gives. */
  roles(
    signIn: SignIn,
    token: Secret,
    accountId: string,
    page: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<string> | Fault>;
  /** Logout: ends the sign-in at AWS, for everybody who uses this token. */
  logout(signIn: SignIn, token: Secret, signal: AbortSignal): Promise<Fault | undefined>;
}
