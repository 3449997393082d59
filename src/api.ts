/**
 * What STS Sessions offers to other extensions. Types only, with nothing imported: copy this file into your extension.
 *
 * ```ts
 * const extension = vscode.extensions.getExtension<StsSessionsExports>('sts-sessions.sts-sessions');
 * const api = (await extension?.activate())?.getApi(1, context.extension.id);
 * const [session] = (await api?.list()) ?? [];
 * const client = new S3Client({ credentials: api.provider(session.id), region: session.region });
 * ```
 *
 * VS Code runs extensions side by side in one process and does not keep them apart: an extension can pretend to be
 * another one, and can read what another one was given. The questions that the person is asked are courtesy between
 * extensions and a record of who got what, not a wall against one that means harm.
 */

/** What activating STS Sessions gives. */
export interface StsSessionsExports {
  /**
   * The interface for one extension. `extensionId`: your own, `context.extension.id`; the person sees its name in every
   * question. Throws for a version that is not there, and for an extension that is not installed. Nothing is loaded
   * before the first call of what it returns.
   */
  getApi(version: 1, extensionId: string): StsSessionsApi;
}

/** Version 1. Every promise that rejects, rejects with a `StsSessionsError`. Members may be added within a version. */
export interface StsSessionsApi {
  /** The sessions of this machine, ordered by name. Asks nobody, and holds no secret. */
  list(): Promise<readonly SessionInfo[]>;
  /** Fires when `list` gives something else than before; not when time passes. */
  onDidChangeSessions(listener: () => void): { dispose(): void };
  /**
   * The credentials of a session. The person is asked first, for each extension and each session: “Allow” holds for the
   * credentials that are there now, “Always Allow” until it is taken back. What is due is renewed first, and a renewal
   * that needs a person (an MFA code, a sign-in) asks them.
   */
  getCredentials(session: SessionRef, options?: CallOptions): Promise<AwsCredentials>;
  /**
   * A function for the `credentials` of an AWS SDK for JavaScript client: each call is one of `getCredentials`, and the
   * SDK calls again when what it has is about to end.
   */
  provider(session: SessionRef): () => Promise<AwsCredentials>;
  /**
   * Starts the session of a profile after the person has agreed; one that is live is taken as it is. The session that
   * the person works under stays as it is, and the credentials are asked for separately.
   */
  start(profile: string, options?: CallOptions): Promise<SessionInfo>;
}

/** A session by its `id`, or by the `accessToken` of its `vscode.AuthenticationSession` (see below). */
export type SessionRef = string | { readonly handle: string };

/** Stops waiting, by whichever of the two you have. What the person is being asked stays on the screen. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** A `vscode.CancellationToken`. */
  readonly token?: {
    readonly isCancellationRequested: boolean;
    onCancellationRequested(listener: () => void): { dispose(): void };
  };
}

/** What can be known of a session without asking. */
export interface SessionInfo {
  /** The same in every window and after a renewal, a restart or a reload, as long as the profile says the same. */
  readonly id: string;
  /** The profile's name, or what the person called the role. */
  readonly name: string;
  /** 12 digits, where they are known. */
  readonly accountId: string | undefined;
  readonly roleArn: string | undefined;
  /** The region for clients, where the profile names one. */
  readonly region: string | undefined;
  /** `expired`: over, and `getCredentials` renews it. `failed`: its first start gave nothing. */
  readonly state: 'starting' | 'live' | 'expired' | 'failed';
  /** When the present credentials end; undefined when nobody knows. */
  readonly ends: Date | undefined;
  /** True when a renewal needs a person. */
  readonly needsPerson: boolean;
  /** True for the session that new terminals of this window get. */
  readonly active: boolean;
  /** True when your extension gets the credentials without a question. */
  readonly allowed: boolean;
}

/** The `AwsCredentialIdentity` of the AWS SDK for JavaScript. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Absent when nobody knows. */
  readonly expiration?: Date;
  readonly accountId?: string;
}

/** Why a call gave nothing. `message` is a sentence for people, in their language. */
export interface StsSessionsError extends Error {
  readonly name: 'StsSessionsError';
  readonly code: StsSessionsErrorCode;
}

/**
 * - `NotAllowed`: the person said no, or did so less than a minute ago.
 * - `Ended`: there is no such session, or the person ended it.
 * - `NeedsPerson`: an answer, a code or a sign-in is needed, and did not come in time. A later call may work.
 * - `Cancelled`: your signal, or the person while it started.
 * - `Failed`: anything else; the message says what.
 */
export type StsSessionsErrorCode = 'NotAllowed' | 'Ended' | 'NeedsPerson' | 'Cancelled' | 'Failed';

/**
 * The sessions also stand in VS Code's Accounts menu, by the authentication provider of this id. Its scopes are words
 * that a session must have: its name, its account ID or its role ARN; none is any session. The `accessToken` holds no
 * credentials: it is a handle that `getCredentials` takes, for as long as the window is open and the session is not
 * ended.
 */
export type AuthenticationProviderId = 'sts-sessions';
