import type { Credentials, Keys } from './credentials.ts';
import type { Fault } from './faults.ts';
import type {
  AssertionSource,
  Issuer,
  LoginSession,
  SamlRole,
  SessionPolicies,
  SessionTag,
  StsTarget,
} from './planModel.ts';
import type { Secret } from './secret.ts';
import type { IdentityCenterApi, SignIn, SignInToken } from './sources/identityCenterApi.ts';

/** All that `aws/` may ask of the world. Tests give fakes that throw on anything they did not expect. */
export interface Effects {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /**
   * Sends one call to STS; `keys` undefined: unsigned, as AssumeRoleWithWebIdentity is. Never throws: what went wrong is a
   * Fault, cancelling included.
   */
  send(
    call: StsCall,
    keys: Keys | undefined,
    target: StsTarget,
    signal: AbortSignal,
  ): Promise<StsReply | Fault>;
  /**
   * Gets a six-digit code, from what is stored or from the person; undefined when they cancel, a fault when nobody is
   * there to type one.
   */
  askMfa(question: MfaQuestion, signal: AbortSignal): Promise<Secret | Fault | undefined>;
  /** The credentials of the MFA session that roles share: kept, or got now for a code. */
  mfaSession(wanted: MfaSessionWanted, signal: AbortSignal): Promise<Credentials | Fault>;
  /** `process.platform`; only `win32` matters. */
  readonly platform: string;
  /** A variable of the environment that we run in; undefined when it is unset or blank. */
  env(name: string): string | undefined;
  /** The text of a regular file of at most `maxBytes`. `~` at the start is the home folder, where a relative path starts. */
  readFile(path: string, maxBytes: number): Promise<FileRead>;
  /** Runs a program without a shell, gives it nothing to read, and kills it and its children when the signal aborts. */
  runProcess(argv: readonly string[], limits: ProcessLimits, signal: AbortSignal): Promise<ProcessEnd>;
  /** Asks a service of this machine over HTTP, past any proxy. Follows no redirect. */
  fetchLocal(request: LocalRequest, signal: AbortSignal): Promise<LocalAnswer>;
  /**
   * The token of a sign-in: kept, refreshed, or from a person who signs in now. `refused` is a token that AWS has just
   * turned down: never that one again.
   */
  signInToken(signIn: SignIn, refused: Secret | undefined, signal: AbortSignal): Promise<SignInToken | Fault>;
  /** GetRoleCredentials. Never throws. */
  roleCredentials: IdentityCenterApi['roleCredentials'];
  /**
   * A SAML response that AWS should still take: one that is at hand, or a new one for which a person signs in. `role` is
   * the one it is wanted for. `refused` is one that AWS has just turned down: never that one again.
   */
  samlAssertion(wanted: AssertionWanted, signal: AbortSignal): Promise<Secret | Fault>;
  /**
   * An ID token of an issuer: kept, refreshed, or from a person who signs in now. Before the first use for a role the
   * person is shown what is in it, and may say no.
   */
  idToken(wanted: IdTokenWanted, signal: AbortSignal): Promise<Secret | Fault>;
  /** The credentials of an `aws login`: kept, refreshed, or from a person who signs in now. `profile` is what they read. */
  loginCredentials(login: LoginSession, profile: string, signal: AbortSignal): Promise<Credentials | Fault>;
}

/** Which MFA session is wanted. */
export interface MfaSessionWanted {
  /** What is started from it, as people call it. */
  readonly session: string;
  /** The profile with the long-term keys. */
  readonly profile: string;
  readonly serial: string;
  /** Seconds; undefined leaves it to AWS (43200). */
  readonly durationSeconds: number | undefined;
  /** The access key of one that AWS has just called over: never that one again. */
  readonly refused: string | undefined;
}

/** Which assertion is wanted. */
export interface AssertionWanted {
  readonly profile: string;
  readonly source: AssertionSource;
  readonly role: SamlRole;
  readonly refused: Secret | undefined;
}

/** Which ID token is wanted. */
export interface IdTokenWanted {
  readonly issuer: Issuer;
  /** The role that it is for. */
  readonly roleArn: string;
  /** One that AWS has just turned down: never that one again. */
  readonly refused: Secret | undefined;
}

/** A file's text, or why there is none. `code` is the system's (EACCES). */
export type FileRead =
  | { readonly kind: 'text'; readonly text: Secret }
  | { readonly kind: 'missing' | 'notAFile' | 'tooLarge' }
  | { readonly kind: 'unreadable'; readonly code: string };

/** How far a program may go. */
export interface ProcessLimits {
  readonly ms: number;
  /** Of its standard output. */
  readonly bytes: number;
}

/** How a program ended. What it wrote to standard error is nobody's to see: it may hold anything. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly status: number; readonly output: Secret }
  | { readonly kind: 'killed'; readonly signal: string }
  /** The system could not start it (ENOENT, EACCES). */
  | { readonly kind: 'notStarted'; readonly code: string }
  | { readonly kind: 'timedOut' | 'tooMuch' | 'cancelled' };

/** A request to the metadata service of an instance, or to the credential endpoint of a container. */
export interface LocalRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  /** Of one attempt, ms. */
  readonly timeoutMs: number;
  /** How often it is tried in all, a second apart, until it is answered with 200. */
  readonly attempts: number;
}

/** What such a service answered, or why it did not. */
export type LocalAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: Secret }
  | { readonly kind: 'timedOut' | 'tooLarge' | 'cancelled' }
  /** `code` is Node's (ECONNREFUSED). */
  | { readonly kind: 'failed'; readonly code: string };

/** One STS operation with its parameters, under AWS's own names. */
export type StsCall =
  | {
      readonly kind: 'assumeRole';
      readonly roleArn: string;
      readonly sessionName: string;
      readonly externalId: string | undefined;
      readonly durationSeconds: number | undefined;
      readonly mfa: MfaCode | undefined;
      readonly sourceIdentity?: string;
      readonly tags?: readonly SessionTag[];
      readonly transitiveTagKeys?: readonly string[];
      readonly policies?: SessionPolicies;
    }
  | {
      readonly kind: 'webIdentity';
      readonly roleArn: string;
      readonly sessionName: string;
      readonly durationSeconds: number | undefined;
      /** The identity provider's JWT. */
      readonly token: Secret;
      readonly policies?: SessionPolicies;
    }
  | {
      readonly kind: 'saml';
      readonly roleArn: string;
      /** PrincipalArn. */
      readonly providerArn: string;
      /** Base64. */
      readonly assertion: Secret;
      readonly durationSeconds: number | undefined;
      readonly policies?: SessionPolicies;
    }
  | {
      readonly kind: 'federationToken';
      readonly userName: string;
      readonly durationSeconds: number | undefined;
      readonly policies?: SessionPolicies;
      readonly tags?: readonly SessionTag[];
    }
  /** DecodeAuthorizationMessage. */
  | { readonly kind: 'decodeMessage'; readonly encoded: string }
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
      /** Percent of what AWS allows policies and tags to take; undefined where there were none. */
      readonly packedPolicyPercent?: number | undefined;
    }
  /** What an encoded authorization message says: JSON text. */
  | { readonly kind: 'decoded'; readonly message: string; readonly serverTime: number | undefined }
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
  /** True where the code is for a session that roles share and that one of them waits for. */
  readonly shared?: boolean;
  /**
   * Why it is asked again; undefined the first time. 'usedCode': this code was accepted a moment ago for an earlier
   * call of the same start, and AWS takes each code once, so the next one must be waited for. 'seedRefused': the code
   * that AWS refused came from the stored authenticator; 'seedLost': its seed is not in the store any more;
   * 'sourceFailed': the profile's `mfa_process` gave no code.
   */
  readonly retry: 'wrongCode' | 'usedCode' | 'seedRefused' | 'seedLost' | 'sourceFailed' | undefined;
}
