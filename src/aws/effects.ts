import type { Credentials, Keys } from './credentials.ts';
import type { Fault } from './faults.ts';
import type { StsTarget } from './plan.ts';
import type { Secret } from './secret.ts';

/** All that `aws/` may ask of the world. Tests give fakes that throw on anything they did not expect. */
export interface Effects {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Sends one call to STS. Never throws: what went wrong is a Fault, cancelling included. */
  send(call: StsCall, keys: Keys, target: StsTarget, signal: AbortSignal): Promise<StsReply | Fault>;
  /**
   * Gets a six-digit code, from what is stored or from the person; undefined when they cancel, a fault when nobody is
   * there to type one.
   */
  askMfa(question: MfaQuestion, signal: AbortSignal): Promise<Secret | Fault | undefined>;
}

/** One STS operation with its parameters, under AWS's own names. */
export type StsCall =
  | {
      readonly kind: 'assumeRole';
      readonly roleArn: string;
      readonly sessionName: string;
      readonly externalId: string | undefined;
      readonly durationSeconds: number | undefined;
      readonly mfa: MfaCode | undefined;
    }
  | {
      readonly kind: 'sessionToken';
      readonly durationSeconds: number | undefined;
      readonly mfa: MfaCode | undefined;
    }
  | { readonly kind: 'callerIdentity' };

/** SerialNumber and TokenCode. */
export interface MfaCode {
  readonly serial: string;
  readonly code: Secret;
}

/** What STS answered. `serverTime` is its Date header in milliseconds UTC: it tells the clock skew. */
export type StsReply =
  | {
      readonly kind: 'credentials';
      readonly credentials: Credentials;
      readonly serverTime: number | undefined;
    }
  | { readonly kind: 'identity'; readonly identity: CallerIdentity; readonly serverTime: number | undefined };

/** GetCallerIdentity's answer. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

/** What the MFA prompt must be able to say. */
export interface MfaQuestion {
  /** The session that is being started, as people call it. */
  readonly session: string;
  readonly serial: string;
  /**
   * Why it is asked again; undefined the first time. 'usedCode': this code was accepted a moment ago for an earlier
   * call of the same start, and AWS takes each code once, so the next one must be waited for. 'seedRefused': the code
   * that AWS refused came from the stored authenticator; 'seedLost': its seed is not in the store any more;
   * 'sourceFailed': the profile's `mfa_process` gave no code.
   */
  readonly retry: 'wrongCode' | 'usedCode' | 'seedRefused' | 'seedLost' | 'sourceFailed' | undefined;
}
