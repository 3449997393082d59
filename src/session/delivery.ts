/** How the active session reaches terminals: values that outlets/ makes and ui/ puts into words. */

/** The setting `stsSessions.delivery`. */
export type DeliveryMode = 'profile' | 'endpoint' | 'environment';

/** Why a tool in the terminal may use something else than the session, or that a region is not the session's. */
export type DeliveryWarning =
  /** `variable` was there when VS Code started, and tools prefer it to the profile's region. */
  | { readonly kind: 'inheritedRegion'; readonly variable: string; readonly value: string }
  /** `variable` names a profile that wins over the endpoint, or over keys in the environment in some SDKs. */
  | { readonly kind: 'inheritedProfile'; readonly variable: string; readonly value: string }
  /** The AWS CLI takes keys of [default] before it asks the endpoint. */
  | { readonly kind: 'defaultProfileWins' }
  /** AWS_CONTAINER_CREDENTIALS_RELATIVE_URI was there when VS Code started, and wins over the endpoint. */
  | { readonly kind: 'relativeUriWins' }
  /** AWS_CONFIG_FILE names something that is not an absolute path: each terminal's folder decides where it leads. */
  | { readonly kind: 'relativeConfigFile'; readonly value: string };

/** How the managed profiles in the config file stand. */
export type ManagedState =
  | { readonly kind: 'ok' }
  /** The person has not said yes. */
  | { readonly kind: 'noConsent' }
  | { readonly kind: 'readOnly' }
  /** The file belongs to another machine as well, whose helper lies elsewhere. */
  | { readonly kind: 'shared'; readonly host: string }
  /** The person has a profile of that name. */
  | { readonly kind: 'nameTaken'; readonly name: string }
  /** There is no folder for the helper that can be trusted. */
  | { readonly kind: 'noFolder'; readonly path: string }
  /** `code`: Node's, or EBUSY when the file changed underneath at every try. */
  | { readonly kind: 'failed'; readonly code: string };

/** A profile for tools outside the editor: it names its session itself, where those of terminals leave it open. */
export interface ToolProfile {
  readonly name: string;
  readonly sessionId: string;
  readonly region: string | undefined;
}

/** How the active session is delivered now, or why it is not. */
export type DeliveryReport =
  | {
      readonly kind: 'delivered';
      readonly mode: DeliveryMode;
      /** Why it is not the mode that the person chose; undefined when it is. */
      readonly instead: Exclude<ManagedState, { kind: 'ok' }> | undefined;
      /** AWS_PROFILE in terminals, in the mode `profile`. */
      readonly profile: string | undefined;
      readonly warnings: readonly DeliveryWarning[];
    }
  /** The folder is not trusted. */
  | { readonly kind: 'untrusted' }
  /** Preparing it failed; the log says more. */
  | { readonly kind: 'failed' };
