import type { Fault } from '../faults.ts';
import type { Issuer } from '../planModel.ts';
import type { Secret } from '../secret.ts';
import type { DeviceCode, Pending } from './identityCenterApi.ts';

// What an OpenID Connect issuer is asked, in our words. `clients/oidc.ts` does it over openid-client.

/** What a sign-in at an issuer gives. The ID token has been checked: signature, issuer, audience, end. */
export interface IssuerToken {
  readonly idToken: Secret;
  /** End of the ID token, milliseconds UTC. */
  readonly expiresAt: number;
  /** Gets the next ID token without a person. */
  readonly refreshToken: Secret | undefined;
}

/** What is remembered of a sign-in beyond its ID token. */
export interface KeptSignIn {
  readonly refreshToken: Secret;
  /** Whose it is: a refresh may not turn into somebody else. */
  readonly subject: string;
}

/** What a page in the browser is opened with. */
export interface PageRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: Secret;
  /** The code challenge (RFC 7636), method S256. */
  readonly challenge: string;
}

/** What is given for a token. */
export type IssuerGrant =
  | {
      readonly kind: 'code';
      /** The whole address that the browser came back to, query included. */
      readonly address: Secret;
      readonly state: string;
      readonly nonce: Secret;
      readonly verifier: Secret;
    }
  | { readonly kind: 'device'; readonly deviceCode: Secret }
  | ({ readonly kind: 'refresh' } & KeptSignIn);

/** What an issuer says it can do. */
export interface IssuerFacts {
  readonly scopes: readonly string[];
  /** Codes that are confirmed in any browser (RFC 8628). */
  readonly deviceCode: boolean;
}

/** An OpenID Connect issuer. No call rejects: what went wrong is a Fault, cancelling included. */
export interface IssuerApi {
  /** Reads the issuer's discovery document. */
  look(issuer: Issuer, signal: AbortSignal): Promise<IssuerFacts | Fault>;
  /** The address of the issuer's sign-in page. */
  page(issuer: Issuer, request: PageRequest, signal: AbortSignal): Promise<string | Fault>;
  startDevice(issuer: Issuer, signal: AbortSignal): Promise<DeviceCode | Fault>;
  redeem(issuer: Issuer, grant: IssuerGrant, signal: AbortSignal): Promise<IssuerToken | Pending | Fault>;
  /** Ends a refresh token at the issuer, where it can be told (RFC 7009). */
  revoke(issuer: Issuer, refreshToken: Secret, signal: AbortSignal): Promise<Fault | undefined>;
  /** The page on which a person ends their sign-in in the browser, where there is one. */
  endPage(issuer: Issuer, signal: AbortSignal): Promise<string | undefined>;
}
