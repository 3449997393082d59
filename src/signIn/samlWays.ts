import type { Secret } from '../aws/secret.ts';

/** What a person is to be signed in for. */
export interface SamlWayRequest {
  /** The identity provider's page whose last step is a POST to AWS: http or https, checked when the profile is read. */
  readonly loginUrl: string;
  /** The profile's name, for what a person reads on the way. */
  readonly profile: string;
}

/**
 * A way in which a person signs in at their identity provider, ending with the SAML response that it makes for AWS. Never
 * rejects. Whatever it opened (browser, listener) is gone when it resolves, and at once when the signal aborts.
 */
export interface SamlWay {
  (request: SamlWayRequest, signal: AbortSignal): Promise<WayResult>;
}

/** How a way ended. */
export type WayResult =
  /** `SAMLResponse` as it was posted: base64, neither checked nor read. */
  | { readonly kind: 'response'; readonly response: Secret }
  /** It cannot be gone from here; the next one is offered at once. */
  | { readonly kind: 'unavailable'; readonly why: WayObstacle }
  /** The person closed the window. */
  | { readonly kind: 'closed' }
  /** Nobody finished within ten minutes. */
  | { readonly kind: 'tooLate' }
  /** What was posted is larger than any SAML response: over a megabyte. */
  | { readonly kind: 'tooLarge' }
  /** The signal aborted. */
  | { readonly kind: 'cancelled' };

/** Why a way cannot be gone. */
export type WayObstacle =
  /** No Chromium-based browser was found, or the one that the settings name is not there. */
  | 'noBrowser'
  /** A window would have no screen to appear on where the extension runs. */
  | 'noScreen'
  /** A browser is there and did not start, or ended before it showed a page. */
  | 'browserFailed'
  /** An administrator's policy forbids that a browser is driven. */
  | 'browserForbidden'
  /** The port that the provider posts to is taken by somebody else. */
  | 'portTaken'
  /** Another sign-in of ours, in any window, listens there still: it may be over in a moment. */
  | 'portBusy'
  /** The person's browser runs on another machine, and that one's port is taken. */
  | 'notReachable'
  /** The person's own browser could not be opened. */
  | 'notOpened';
