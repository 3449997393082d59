import type { StsReply } from './effects.ts';
import type { AssertionTrouble } from './saml/assertion.ts';

/**
 * Why an operation did not give credentials: a value with a kind, never a message to compare.
 * AWS's codes: facts in the API model of STS (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html).
 */
export type Fault =
  /** The person said no. Nothing is shown. */
  | { readonly kind: 'cancelled' }
  /** No answer within `seconds`. */
  | { readonly kind: 'timedOut'; readonly host: string; readonly seconds: number }
  | {
      readonly kind: 'network';
      readonly host: string;
      readonly reason: 'refused' | 'reset' | 'dns' | 'tls' | 'proxy' | 'unreachable' | 'other';
      /** Node's error code (ECONNREFUSED, CERT_HAS_EXPIRED …), for the log and the sentence. */
      readonly code: string;
      /** The proxy in between, `host:port`, where it is known which. */
      readonly proxy?: string;
    }
  /** The CA bundle that is set cannot be used, so nothing was sent. */
  | {
      readonly kind: 'caBundle';
      readonly bundle: CaBundle;
      readonly what: 'missing' | 'notAFile' | 'tooLarge' | 'empty' | 'notPem' | 'unreadable';
      /** The system's error code where there is one. */
      readonly code: string;
    }
  /** Something answered, but not AWS: a proxy's page, another service's XML, nothing, or far too much. */
  | {
      readonly kind: 'notAws';
      readonly host: string;
      readonly status: number;
      readonly what: 'html' | 'otherXml' | 'empty' | 'tooLarge' | 'other';
    }
  | { readonly kind: 'throttled'; readonly host: string }
  /** AWS itself failed (5xx). */
  | { readonly kind: 'unavailable'; readonly host: string; readonly status: number }
  /**
   * The caller's own session is over. `profile` is whose credentials they were: empty as it comes from
   * `faultFromAws`, which cannot know, and filled in by `run`. So it is in the kinds below.
   */
  | { readonly kind: 'sourceExpired'; readonly profile: string }
  /** AWS does not know the key: deleted, another partition, or a token that does not belong to it. */
  | { readonly kind: 'unknownKey'; readonly profile: string; readonly accessKeyId: string }
  | { readonly kind: 'wrongSecret'; readonly profile: string }
  /** `minutes` > 0: our clock is ahead of AWS's. */
  | { readonly kind: 'clockSkew'; readonly minutes: number }
  | { readonly kind: 'mfaWrongCode'; readonly serial: string }
  | { readonly kind: 'mfaUnknownDevice'; readonly serial: string }
  /** A code must be typed, and the renewal runs in the background: nobody is asked out of the blue. */
  | { readonly kind: 'mfaNeedsPerson'; readonly serial: string }
  | { readonly kind: 'rootCannotAssume' }
  /** GetSessionToken or GetFederationToken called with temporary keys. */
  | { readonly kind: 'needsLongTermKeys'; readonly profile: string }
  | {
      readonly kind: 'accessDenied';
      readonly action: string;
      /** What could be wrong, most likely first, from what is known of the plan. */
      readonly hints: readonly AccessDeniedHint[];
      readonly roleArn: string | undefined;
      readonly caller: string | undefined;
    }
  | { readonly kind: 'durationOverMaximum'; readonly seconds: number; readonly roleArn: string }
  | { readonly kind: 'durationOverChaining'; readonly seconds: number; readonly roleArn: string }
  | { readonly kind: 'regionDisabled'; readonly region: string }
  /** The role's ARN belongs to another partition than the endpoint. */
  | { readonly kind: 'wrongPartition'; readonly roleArn: string; readonly region: string }
  /** Any other refusal of AWS's; `message` is AWS's own, cut and stripped of anything secret. */
  | { readonly kind: 'refused'; readonly code: string; readonly status: number; readonly message: string }
  /** The token file of a web identity cannot be used. */
  | {
      readonly kind: 'tokenFile';
      readonly path: string;
      readonly what: 'missing' | 'notAFile' | 'tooLarge' | 'empty' | 'unreadable' | 'notToken';
      /** The system's error code where there is one. */
      readonly code: string;
    }
  /** AWS does not take the token of a web identity. */
  | {
      readonly kind: 'webIdentity';
      readonly what: WebIdentityTrouble;
      readonly roleArn: string;
      /** Where the token came from, and the issuer or the profile that says so; absent as it comes from `faultFromAws`. */
      readonly from?: 'file' | 'process' | 'issuer';
      readonly source?: string;
      /** The issuer where AWS names it, else AWS's own words, cut and stripped of anything secret. */
      readonly detail: string;
    }
  /** A `credential_process` gave no credentials. */
  | {
      readonly kind: 'process';
      readonly profile: string;
      readonly what: ProcessTrouble;
      /** An exit status, a field's name, an error code: never an argument, nothing that it printed. */
      readonly detail: string;
    }
  /** A `credential_source` gave no credentials. */
  | {
      readonly kind: 'machine';
      readonly source: 'Environment' | 'Ec2InstanceMetadata' | 'EcsContainer';
      readonly what: MachineTrouble;
      /** A variable, a host, a status, a field: whatever the sentence names. Never a value of a secret. */
      readonly detail: string;
    }
  | SamlFault
  | IssuerFault
  | PolicyFault
  | LoginFault
  | IamFault
  /** AWS answered with credentials that are already over. */
  | { readonly kind: 'deadOnArrival' }
  /** Today's files no longer give the plan that the session was started with: end it and start it again. */
  | { readonly kind: 'planChanged'; readonly profile: string }
  /** A renewal is still under way after the `seconds` a fetch may be held; the next fetch joins it. */
  | { readonly kind: 'stillRenewing'; readonly seconds: number }
  /** A person must sign in (`signIn` is what people call the sign-in), and this was done without one. */
  | { readonly kind: 'signInNeeded'; readonly signIn: string }
  /** A sign-in was begun and gave nothing. */
  | { readonly kind: 'signInFailed'; readonly signIn: string; readonly why: SignInFailure }
  /** Identity Center does not give this role to whoever is signed in. */
  | {
      readonly kind: 'roleNotAssigned';
      readonly accountId: string;
      readonly roleName: string;
      readonly signIn: string;
    }
  /** An Identity Center profile that names no account or no role: it can sign in, and that is all. */
  | { readonly kind: 'noRoleChosen'; readonly profile: string }
  /** A mistake of ours; `message` holds no secret and goes to the log. */
  | { readonly kind: 'internal'; readonly message: string };

/** A file of certificates that are to be trusted in the place of the usual ones, and what names it. */
export interface CaBundle {
  readonly path: string;
  readonly from: 'ca_bundle' | 'AWS_CA_BUNDLE' | 'REQUESTS_CA_BUNDLE';
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors */
export type WebIdentityTrouble =
  | 'expired'
  /** IDPRejectedClaim: the provider says that the token is void. */
  | 'rejected'
  | 'noProvider'
  | 'audience'
  | 'invalid'
  /** IDPCommunicationError: AWS did not reach the identity provider. */
  | 'providerUnreachable';

/** Why a program of the config file could not be run to its end. */
export type RunTrouble =
  'empty' | 'quotes' | 'notFound' | 'notStarted' | 'failed' | 'killed' | 'timedOut' | 'tooMuch';

/** Why a `credential_process` gave nothing. */
export type ProcessTrouble = RunTrouble | 'notJson' | 'version' | 'field' | 'expired';

/** Why a `web_identity_token_process` gave nothing. */
export type TokenProcessTrouble = RunTrouble | 'nothing' | 'notJwt';

/** Why this machine gave nothing. */
export type MachineTrouble =
  /** A variable is not set. */
  | 'noVariable'
  | 'disabled'
  | 'badAddress'
  /** A host that must not be asked over plain HTTP. */
  | 'hostNotAllowed'
  | 'badToken'
  | 'unreachable'
  | 'timedOut'
  | 'refused'
  | 'noRole'
  | 'notJson'
  | 'field'
  | 'expired';
/**
 * Why a sign-in gave nothing: the person or their administrator said no, nobody confirmed it in time, the browser came
 * back with another sign-in's answer, no page could be opened for it on this machine, the start URL or its region is
 * not Identity Center's, what the sign-in gave is not taken, its scopes are not given, or a browser may not come back here.
 */
export type SignInFailure =
  | 'denied'
  | 'tooLate'
  | 'wrongState'
  | 'noListener'
  /** The one port that the issuer's settings name (`redirectPort`) is somebody else's. */
  | 'portTaken'
  | 'noBrowser'
  | 'unknownStartUrl'
  | 'wrongRegion'
  | 'notTaken'
  | 'scopes'
  | 'redirect';

/** What goes wrong on the way to and with a SAML assertion. */
export type SamlFault =
  /** A profile whose assertion offers roles, and none was chosen. */
  | { readonly kind: 'samlRoleNotChosen'; readonly profile: string }
  /** There is no assertion to be had by any way that can run here. */
  | { readonly kind: 'samlNoWay'; readonly profile: string }
  /** The `saml_process` of a profile gave nothing. */
  | {
      readonly kind: 'samlProcess';
      readonly profile: string;
      readonly what: RunTrouble;
      /** An exit status, an error code, seconds: never an argument, nothing that it printed. */
      readonly detail: string;
    }
  /** What came is no SAML response that anybody could read. `detail`: a status of the identity provider's, or nothing. */
  | {
      readonly kind: 'samlUnreadable';
      readonly profile: string;
      readonly what: AssertionTrouble;
      readonly detail: string;
    }
  /** A good assertion that offers no role at all. */
  | { readonly kind: 'samlNoRoles'; readonly profile: string }
  /** A good assertion without the role that is wanted; `instead`: one that differs in upper and lower case only. */
  | {
      readonly kind: 'samlRoleNotOffered';
      readonly profile: string;
      readonly roleArn: string;
      readonly instead: string | undefined;
    }
  /** It was over before it could be used: by our reckoning, or in AWS's words. */
  | { readonly kind: 'samlExpired'; readonly profile: string }
  /** AWS does not take it. */
  | {
      readonly kind: 'samlRefused';
      readonly what: SamlTrouble;
      readonly roleArn: string;
      readonly providerArn: string;
      /** AWS's own words, cut and stripped of anything secret. */
      readonly detail: string;
    };

/**
 * What AWS has against a SAML assertion: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html and
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html#API_AssumeRoleWithSAML_Errors
 */
export type SamlTrouble =
  /** IDPRejectedClaim: the provider's answer is void. */
  | 'rejected'
  | 'signature'
  /** The SAML provider of that name does not exist in the account. */
  | 'noProvider'
  /** The assertion comes from another identity provider than the metadata in IAM say. */
  | 'issuer'
  | 'noSessionName'
  | 'badSessionName'
  | 'badSourceIdentity'
  /** Made for somebody else than AWS, or for AWS in another partition. */
  | 'audience'
  | 'recipient'
  /** The role is not in the assertion, or does not trust the provider. */
  | 'notAuthorized'
  /** Roles that Identity Center keeps for itself. */
  | 'reservedRole'
  /** Anything else in it. */
  | 'invalid';

/** What goes wrong at an OpenID Connect issuer. `issuer` is its name in the settings. */
export type IssuerFault =
  /** A profile or a role names an issuer that the settings do not have. */
  | { readonly kind: 'issuerUnknown'; readonly issuer: string }
  | {
      readonly kind: 'issuerUnreachable';
      readonly issuer: string;
      readonly host: string;
      readonly reason: Extract<Fault, { kind: 'network' }>['reason'] | 'timedOut';
      /** Node's error code, or the seconds that were waited. */
      readonly code: string;
      /** As above. */
      readonly proxy?: string;
    }
  /** Something answered that is no OpenID Connect issuer, or not this one. */
  | {
      readonly kind: 'issuerAnswer';
      readonly issuer: string;
      readonly host: string;
      readonly what: IssuerAnswerTrouble;
      /** An HTTP status, another issuer, a field: whatever the sentence names. */
      readonly detail: string;
    }
  /** The issuer says no, in one of OAuth's words (RFC 6749, 5.2). */
  | { readonly kind: 'issuerRefused'; readonly issuer: string; readonly error: string }
  /** The ID token of the issuer cannot be used. */
  | { readonly kind: 'issuerToken'; readonly issuer: string; readonly what: IssuerTokenTrouble }
  /** VS Code gives no ID token of a Microsoft account. */
  | {
      readonly kind: 'microsoftAccount';
      readonly issuer: string;
      /** This VS Code cannot; nobody is signed in; its account provider failed. */
      readonly what: 'tooOld' | 'failed';
    }
  /** A `web_identity_token_process` gave no token. */
  | {
      readonly kind: 'tokenProcess';
      readonly profile: string;
      readonly what: TokenProcessTrouble;
      /** An exit status, an error code: never an argument, nothing that it printed. */
      readonly detail: string;
    };

/** Why an answer is not the issuer's. */
export type IssuerAnswerTrouble =
  | 'status'
  /** It wants a sign-in of HTTP's own, as a gateway does that stands in between. */
  | 'challenge'
  | 'redirect'
  | 'notJson'
  | 'tooLarge'
  | 'otherIssuer'
  | 'insecure'
  | 'incomplete'
  | 'noDeviceCode'
  | 'noKeys';

/** What is wrong with an ID token. */
export type IssuerTokenTrouble =
  | 'missing'
  | 'signature'
  /** AWS takes RS256, RS384, RS512, ES256, ES384 and ES512: API_AssumeRoleWithWebIdentity, WebIdentityToken. */
  | 'algorithm'
  | 'issuer'
  | 'audience'
  | 'subject'
  | 'nonce'
  | 'time'
  | 'malformed';

/** What AWS has against session policies and tags, and against a message that is to be decoded. */
export type PolicyFault =
  /** PackedPolicyTooLarge; percent of what AWS allows, undefined when it did not say. */
  | { readonly kind: 'policyTooLarge'; readonly percent: number | undefined }
  /** MalformedPolicyDocument; AWS's own words, cut and stripped. */
  | { readonly kind: 'policyMalformed'; readonly detail: string }
  /** InvalidAuthorizationMessage: what was to be decoded is no such message, or not all of it. */
  | { readonly kind: 'messageUnreadable' };

/** What goes wrong with `aws login`. */
export type LoginFault =
  /**
   * A person must sign in, and this was done without one: nobody has signed in yet, the sign-in is over, or what stood
   * behind it has changed at AWS (a password, a permission).
   */
  | {
      readonly kind: 'loginNeeded';
      /** Empty as the sign-ins give it; filled in by `run`. So it is in the kinds below. */
      readonly profile: string;
      readonly why: 'none' | 'over' | 'changed';
    }
  /** Who signed in lacks the permissions of AWS's policy SignInLocalDevelopmentAccess. */
  | { readonly kind: 'loginNotPermitted'; readonly profile: string }
  /** The browser was signed in as somebody else. Both are ARNs. */
  | {
      readonly kind: 'loginOther';
      readonly profile: string;
      readonly wanted: string;
      readonly got: string;
    }
  /** AWS does not take the code that the browser brought: it was used, or came too late. */
  | { readonly kind: 'loginCodeRefused'; readonly profile: string };

/** True when a person who signs in mends it, and nobody was asked to. */
export function wantsSignIn(fault: Fault): boolean {
  return fault.kind === 'signInNeeded' || fault.kind === 'loginNeeded';
}

/** What goes wrong at IAM, where roles are looked for. */
export type IamFault =
  /** Keys of GetSessionToken without a code, or of GetFederationToken: IAM takes none of them. `profile` as above. */
  { readonly kind: 'iamNeedsMfa'; readonly profile: string };

/** What an AccessDenied on AssumeRole may come from. */
export type AccessDeniedHint =
  | 'mfaRequired'
  /** The code went with the MFA session and not with the role; a policy can tell (aws:MultiFactorAuthAge). */
  | 'mfaSession'
  | 'externalId'
  | 'trustPolicy'
  | 'identityPolicy'
  | 'roleName'
  /** Tags, or a source identity, were sent, and each wants a permission of its own. */
  | 'tagSession'
  | 'setSourceIdentity'
  /** AWS names one of its other sorts of policy: of the organization, a boundary, the caller's session, a VPC endpoint. */
  | 'organization'
  | 'boundary'
  | 'sessionPolicy'
  | 'endpointPolicy';

const replyKinds: ReadonlySet<string> = new Set<StsReply['kind']>(['credentials', 'identity', 'decoded']);

/** True for a Fault, false for anything else that `Effects.send` may answer. */
export function isFault(value: { readonly kind: string }): value is Fault {
  return !replyKinds.has(value.kind);
}
