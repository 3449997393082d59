import type { PolicyProblem } from './policies.ts';
import type { ReadOnlyHindrance } from './readOnly.ts';

/** What an SDK takes a profile for, where that is not what the AWS CLI takes it for. */
export interface OtherUse {
  /** The SDK's language. */
  readonly sdk: string;
  readonly kind: string;
}

/** Which of the two shared files a line stands in. */
export type FileRole = 'config' | 'credentials';

/** A line of a shared file, counted from 1 as people read it. */
export interface Place {
  readonly file: FileRole;
  readonly line: number;
}

/**
 * Something in the user's files that keeps a profile from working ('error'), or that other tools will read
 * differently ('warning'). A value, not a sentence: `ui/text` turns it into words.
 */
export interface Problem {
  readonly what: ProblemKind;
  readonly severity: 'error' | 'warning';
  /** The line it comes from; undefined only where there is none (a whole file, a profile nobody wrote). */
  readonly place: Place | undefined;
  /** The profile on whose node it is shown; undefined for a problem of a whole file. */
  readonly profile: string | undefined;
}

/** The kinds of problem, each with what its sentence needs to say. Names and numbers only, never a secret. */
export type ProblemKind =
  // A whole file (found by whoever reads it from disk).
  | { readonly kind: 'fileUnreadable'; readonly file: FileRole; readonly path: string; readonly code: string }
  | { readonly kind: 'fileIsDirectory'; readonly file: FileRole; readonly path: string }
  | { readonly kind: 'fileTooLarge'; readonly file: FileRole; readonly path: string; readonly bytes: number }
  | { readonly kind: 'invalidUtf8'; readonly file: FileRole }
  | { readonly kind: 'byteOrderMark'; readonly file: FileRole }
  // A line (ini.ts). The suite decides what parses; warnings say what the AWS CLI makes of the line.
  | { readonly kind: 'headerNotClosed' }
  | { readonly kind: 'textBeforeSection' }
  | { readonly kind: 'missingEquals' }
  | { readonly kind: 'emptyKey' }
  | { readonly kind: 'continuationWithoutProperty' }
  | { readonly kind: 'subPropertyWithoutEquals' }
  | { readonly kind: 'subPropertyWithoutName' }
  | { readonly kind: 'invalidPropertyName'; readonly name: string }
  | { readonly kind: 'duplicateProperty'; readonly name: string; readonly firstLine: number }
  | { readonly kind: 'duplicateSection'; readonly name: string; readonly firstLine: number }
  | { readonly kind: 'colonInsteadOfEquals'; readonly name: string }
  | { readonly kind: 'inlineComment'; readonly name: string }
  /** `[profile a] text`: the AWS CLI reads the header and drops the text, SDKs refuse it. */
  | { readonly kind: 'textAfterHeader' }
  /** `[profile a] # see [b]`: the AWS CLI takes the last `]` of the line for the end of the name. */
  | { readonly kind: 'bracketAfterHeader' }
  /** An indented property where none can be continued: read by the AWS CLI and JS, refused by other SDKs. */
  | { readonly kind: 'indentedProperty'; readonly name: string }
  /** An indented comment below a property: a comment for the AWS CLI and JS, a part of the value for other SDKs. */
  | { readonly kind: 'indentedComment'; readonly name: string }
  /** More problems in this file than are kept. */
  | { readonly kind: 'moreProblems'; readonly count: number }
  // A section (profiles.ts).
  | { readonly kind: 'invalidProfileName'; readonly name: string }
  /** `[profile "my profile"]`: the AWS CLI and boto3 read it, other SDKs do not. */
  | { readonly kind: 'quotedProfileName'; readonly name: string }
  | { readonly kind: 'missingProfilePrefix'; readonly name: string }
  | { readonly kind: 'prefixInCredentials'; readonly name: string }
  | { readonly kind: 'unknownSection'; readonly name: string }
  | { readonly kind: 'pythonDefaultSection' }
  | { readonly kind: 'defaultShadowed' }
  | { readonly kind: 'keysSplitOverFiles'; readonly name: string }
  /** `include_profile` is aws-vault's: the AWS CLI and the SDKs do not read it. */
  | { readonly kind: 'includeIsForeign'; readonly name: string; readonly included: string }
  | { readonly kind: 'includeMissing'; readonly name: string; readonly included: string }
  | { readonly kind: 'includeLoop'; readonly path: readonly string[] }
  // A plan (plan.ts).
  | { readonly kind: 'unknownProfile'; readonly name: string }
  | { readonly kind: 'missingSourceProfile'; readonly name: string; readonly source: string }
  | { readonly kind: 'managedSourceProfile'; readonly name: string; readonly source: string }
  | { readonly kind: 'sourceLoop'; readonly path: readonly string[] }
  | { readonly kind: 'noSource'; readonly name: string }
  | { readonly kind: 'bothSources'; readonly name: string }
  | { readonly kind: 'unknownCredentialSource'; readonly name: string; readonly value: string }
  /** The right word in the wrong case: other tools refuse it. */
  | {
      readonly kind: 'credentialSourceCase';
      readonly name: string;
      readonly value: string;
      readonly source: string;
    }
  | { readonly kind: 'sourceWithoutRole'; readonly name: string }
  | { readonly kind: 'noCredentials'; readonly name: string }
  /** The profile leads to keys in our vault that are not there. */
  | { readonly kind: 'keysNotInVault'; readonly name: string }
  | { readonly kind: 'missingSecretKey'; readonly name: string }
  | { readonly kind: 'missingAccessKey'; readonly name: string }
  /** `property` is web_identity_token_file, web_identity_token_process or web_identity_issuer. */
  | { readonly kind: 'tokenWithoutRole'; readonly name: string; readonly property: string }
  /** A second place for the token of a web identity. */
  | {
      readonly kind: 'severalTokens';
      readonly name: string;
      readonly property: string;
      readonly used: string;
    }
  | { readonly kind: 'unknownIssuer'; readonly name: string; readonly issuer: string }
  /** `field` of this issuer in the settings is not what it must be. */
  | {
      readonly kind: 'brokenIssuer';
      readonly name: string;
      readonly issuer: string;
      readonly field: string;
    }
  | { readonly kind: 'ssoMissingAccount'; readonly name: string }
  | { readonly kind: 'ssoMissingRole'; readonly name: string }
  | { readonly kind: 'ssoMissingProperty'; readonly name: string; readonly property: string }
  | { readonly kind: 'ssoSessionMissing'; readonly name: string; readonly session: string }
  | { readonly kind: 'ssoDisagrees'; readonly name: string; readonly property: string }
  | {
      readonly kind: 'severalKinds';
      readonly name: string;
      readonly kinds: readonly string[];
      readonly used: string;
      /** SDKs that use another of them. */
      readonly others: readonly OtherUse[];
    }
  | { readonly kind: 'invalidRoleArn'; readonly name: string; readonly value: string }
  | { readonly kind: 'invalidMfaSerial'; readonly name: string; readonly value: string }
  | { readonly kind: 'mfaSerialIsUser'; readonly name: string; readonly value: string }
  /** A FIDO security key or passkey, which signs in to the console only. */
  | { readonly kind: 'mfaSerialIsSecurityKey'; readonly name: string; readonly value: string }
  | { readonly kind: 'invalidExternalId'; readonly name: string }
  | { readonly kind: 'invalidSessionName'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'invalidSessionTags';
      readonly name: string;
      readonly why: 'form' | 'key' | 'value' | 'twice' | 'tooMany';
      /** The tag's key, what stands in its place, or how many there are. */
      readonly tag: string;
    }
  | { readonly kind: 'transitiveTagMissing'; readonly name: string; readonly tag: string }
  /** A tag that an earlier hop of the chain passes on. */
  | { readonly kind: 'inheritedTag'; readonly name: string; readonly tag: string }
  | { readonly kind: 'invalidSourceIdentity'; readonly name: string; readonly value: string }
  | { readonly kind: 'invalidSessionPolicies'; readonly name: string; readonly why: PolicyProblem }
  /** Session policies (`property`) in a profile that is started by a call that takes none. */
  | { readonly kind: 'policiesNotTaken'; readonly name: string; readonly property: string }
  | { readonly kind: 'cannotBeReadOnly'; readonly name: string; readonly why: ReadOnlyHindrance }
  | { readonly kind: 'invalidFederatedName'; readonly name: string; readonly value: string }
  | { readonly kind: 'invalidDuration'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'durationOutOfRange';
      readonly name: string;
      readonly seconds: number;
      readonly max: number;
    }
  | { readonly kind: 'durationOverChaining'; readonly name: string; readonly seconds: number }
  /** The role wants longer than AWS grants from the MFA session of `source`. */
  | {
      readonly kind: 'durationOverMfaSession';
      readonly name: string;
      readonly source: string;
      readonly seconds: number;
    }
  | { readonly kind: 'invalidRegion'; readonly name: string; readonly value: string }
  /** `endpoint_url` or AWS_ENDPOINT_URL is no http(s) URL. Its value is left out: it may hold a password. */
  | { readonly kind: 'invalidEndpointUrl'; readonly name: string }
  /** FIPS or dual-stack endpoints are AWS's own: `property` cannot go with `endpoint_url`. */
  | { readonly kind: 'endpointExcludes'; readonly name: string; readonly property: string }
  | { readonly kind: 'missingServicesSection'; readonly name: string; readonly section: string }
  /** A SAML profile that says neither where to sign in nor what to run. */
  | { readonly kind: 'samlNoSource'; readonly name: string }
  /** `saml_login_url` is no https URL. Its value is left out: it may hold a password. */
  | { readonly kind: 'invalidSamlUrl'; readonly name: string }
  | { readonly kind: 'unknownSamlMethod'; readonly name: string; readonly value: string }
  /** `saml_method` chooses a way that lacks this property. */
  | {
      readonly kind: 'samlMethodNeeds';
      readonly name: string;
      readonly method: string;
      readonly property: string;
    }
  | { readonly kind: 'invalidSamlProvider'; readonly name: string; readonly value: string }
  /** `role_arn` and `saml_provider_arn` go together: `property` is the one that is missing. */
  | { readonly kind: 'samlHalfRole'; readonly name: string; readonly property: string }
  /** The role and its SAML provider lie in two accounts. */
  | { readonly kind: 'samlOtherAccount'; readonly name: string; readonly value: string }
  /** A SAML profile that leaves the role to the person is somebody's source. */
  | { readonly kind: 'samlSourceWithoutRole'; readonly name: string }
  /** A role of an assertion was asked for from a profile that is not, or not any more, a SAML profile. */
  | { readonly kind: 'notSaml'; readonly name: string }
  /** GetSessionToken or GetFederationToken was asked for, but the profile holds no long-term keys. */
  | { readonly kind: 'needsLongTermKeys'; readonly name: string; readonly wanted?: 'federation' }
  | {
      readonly kind: 'partitionMismatch';
      readonly name: string;
      readonly arn: string;
      readonly region: string;
    };
