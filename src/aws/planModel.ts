import type { CaBundle } from './faults.ts';
import type { Place, Problem } from './problems.ts';
import type { Secret } from './secret.ts';
import type { SignIn } from './sources/identityCenterApi.ts';

/** Where a plan's first credentials come from. */
export type Base =
  | {
      readonly kind: 'staticKeys';
      readonly profile: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: Secret;
      /** Set when the file holds temporary keys that somebody pasted. */
      readonly sessionToken: Secret | undefined;
      /** True for keys that are in our vault and not in the file. */
      readonly inVault?: true;
      readonly accountId: string | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'credentialSource';
      readonly profile: string;
      readonly source: 'Environment' | 'Ec2InstanceMetadata' | 'EcsContainer';
      readonly place: Place;
    }
  | {
      readonly kind: 'webIdentity';
      readonly profile: string;
      readonly roleArn: string;
      readonly accountId: string;
      readonly token: WebIdentityToken;
      readonly sessionName: string | undefined;
      /** Seconds; undefined leaves it to AWS (3600). */
      readonly durationSeconds: number | undefined;
      readonly policies?: SessionPolicies;
      /** Undefined for a role that is in no file. */
      readonly place: Place | undefined;
    }
  | {
      readonly kind: 'saml';
      readonly profile: string;
      readonly assertion: AssertionSource;
      /** Undefined until the person has chosen one of the assertion's roles. */
      readonly role: SamlRole | undefined;
      readonly accountId: string | undefined;
      /** Seconds; undefined leaves it to AWS (3600). The assertion's SessionDuration is a value for the console. */
      readonly durationSeconds: number | undefined;
      readonly policies?: SessionPolicies;
      readonly place: Place;
    }
  | {
      readonly kind: 'identityCenter';
      readonly profile: string;
      readonly signIn: SignIn;
      readonly accountId: string | undefined;
      readonly roleName: string | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'process';
      readonly profile: string;
      /** Undivided, as the file has it; an argument may hold a password. */
      readonly command: Secret;
      /** `aws_account_id`, for a program that names no account. */
      readonly accountId: string | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'login';
      readonly profile: string;
      readonly login: LoginSession;
      readonly accountId: string | undefined;
      readonly place: Place;
    };

/** Where the token of a web identity comes from. */
export type WebIdentityToken =
  | { readonly from: 'file'; readonly path: string }
  /** `web_identity_token_process`: a program that prints it. Undivided, an argument may hold a password. */
  | { readonly from: 'process'; readonly command: Secret }
  /** An issuer of the settings, where a person signs in. */
  | { readonly from: 'issuer'; readonly issuer: Issuer };

/** A named OpenID Connect issuer of the settings. */
export interface Issuer {
  readonly name: string;
  /** How its tokens are got: a sign-in of our own, or VS Code's Microsoft account. */
  readonly by: 'signIn' | 'microsoft';
  /** `https://idp.example/realms/corp`; the tenant's for `microsoft`. */
  readonly url: string;
  readonly clientId: string;
  /** What is asked for beside `openid`. */
  readonly scopes: readonly string[];
  /** The claim that RoleSessionName is taken from where the profile has none: `email`, `sub` … */
  readonly sessionNameClaim: string | undefined;
  /** The port that the browser comes back to, for issuers that want to know it before; any free one when absent. */
  readonly redirectPort?: number;
  /** The certificates that are trusted on the way to it, where the profile that names it says so. In no settings. */
  readonly caBundle?: CaBundle;
}

/** Where the SAML assertion comes from. */
export interface AssertionSource {
  /** The identity provider's page that ends with a POST to AWS; undefined where only `command` is known. */
  readonly loginUrl: string | undefined;
  /** `saml_process`: a program that prints the assertion. Undivided, an argument may hold a password. */
  readonly command: Secret | undefined;
  /** The way that the profile asks for (`saml_method`); undefined: what can run here, the best first. */
  readonly way: AssertionWay | undefined;
}

/** The ways to an assertion. */
export type AssertionWay = 'browser' | 'listener' | 'process' | 'paste';

/** One role that an assertion offers, with the provider that it belongs to. */
export interface SamlRole {
  readonly roleArn: string;
  readonly providerArn: string;
}

/** A sign-in of `aws login`. */
export interface LoginSession {
  /** The ARN in `login_session`, which names the file of its token. */
  readonly arn: string;
  /** The region whose sign-in service is asked. */
  readonly region: string;
  /** `https://eu-west-1.signin.aws.amazon.com`, or what AWS_ENDPOINT_URL_SIGNIN says. */
  readonly endpoint: string;
  /** Which certificates are trusted there; undefined: the usual ones. */
  readonly caBundle?: CaBundle;
}

/** What narrows a session below what its role allows: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session */
export interface SessionPolicies {
  /** JSON text. */
  readonly inline?: string;
  /** At most ten. */
  readonly arns?: readonly string[];
}

/** One call to STS, made with the credentials that the hop before it gave. */
export type Step =
  | {
      readonly kind: 'assumeRole';
      /** The role profile it comes from; undefined for a role typed in by hand. */
      readonly profile: string | undefined;
      readonly roleArn: string;
      readonly accountId: string;
      /** RoleSessionName; undefined lets `run` choose one. */
      readonly sessionName: string | undefined;
      readonly externalId: string | undefined;
      /** Seconds; undefined leaves it to AWS (3600). */
      readonly durationSeconds: number | undefined;
      /** Seconds that AWS can grant at most here: 3600 when the caller is itself temporary, else 43200. */
      readonly maxDurationSeconds: number;
      readonly mfaSerial: string | undefined;
      /** The device that the file names, where the person chose another. */
      readonly mfaSerialInFile?: string;
      readonly sourceIdentity?: string;
      /** `session_tags`. */
      readonly tags?: readonly SessionTag[];
      /** Keys among those of `tags` that later hops inherit. */
      readonly transitiveTagKeys?: readonly string[];
      readonly policies?: SessionPolicies;
      readonly target: StsTarget;
      readonly place: Place | undefined;
    }
  | {
      readonly kind: 'sessionToken';
      readonly profile: string;
      /** Seconds; undefined leaves it to AWS (43200). */
      readonly durationSeconds: number | undefined;
      readonly mfaSerial: string | undefined;
      /** As in a role's step. */
      readonly mfaSerialInFile?: string;
      readonly target: StsTarget;
      readonly place: Place | undefined;
    }
  | {
      readonly kind: 'federationToken';
      readonly profile: string;
      /** Name of the federated user, 2 to 32 characters. */
      readonly userName: string;
      /** Seconds; undefined leaves it to AWS (43200). */
      readonly durationSeconds: number | undefined;
      /** AWS takes no code here; the member is there so that every step has it. */
      readonly mfaSerial: undefined;
      readonly policies?: SessionPolicies;
      readonly tags?: readonly SessionTag[];
      readonly target: StsTarget;
      readonly place: Place | undefined;
    };

/** A session tag: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

/** Where a call is sent. */
export interface StsTarget {
  /** The region that signs the request. */
  readonly region: string;
  /** `https://sts.eu-west-1.amazonaws.com`, or what `endpoint_url` says. */
  readonly endpoint: string;
  /** Which certificates are trusted there; undefined: the usual ones. It decides nothing about what comes out. */
  readonly caBundle?: CaBundle;
}

/** How to get from what is in the files to a session: pure data, made before anything is asked or sent. */
export interface Plan {
  /** What the session is called where people see it: the profile's name, or what was typed for a role. */
  readonly name: string;
  readonly base: Base;
  readonly steps: readonly Step[];
  /** Where STS is asked with the credentials that come out. */
  readonly target: StsTarget;
  /** The region that tools should use with this session, when the profile or its environment names one. */
  readonly region: string | undefined;
  /** Warnings; a plan with an error is not a plan. */
  readonly problems: readonly Problem[];
  /** The session is for coding agents: another one than the same for a person. */
  readonly forAgents?: true;
}

/**
 * A hop as far as it could be followed, the profile that was asked for first and its sources after it; the tooltip of a
 * broken profile draws these. A source that does not exist is a hop too, without a place.
 */
export interface Hop {
  readonly profile: string;
  readonly roleArn: string | undefined;
  readonly place: Place | undefined;
  /** True for the hop at which the plan breaks. */
  readonly broken: boolean;
}

/** A plan, or why there is none. */
export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly hops: readonly Hop[] };

/** How a request for a role can ask for less than the role allows. */
interface Narrowed {
  /** With AWS's ReadOnlyAccess as session policy. */
  readonly readOnly?: true;
  /** For coding agents, beside the session that it is a part of; it is read-only too. */
  readonly forAgents?: true;
}

/** What can be asked for. It is stored with a session, and planned anew from today's files at each renewal. */
export type SessionRequest =
  | ({ readonly kind: 'profile'; readonly profile: string } & Narrowed)
  | {
      readonly kind: 'mfaSession';
      readonly profile: string;
      readonly mfaSerial: string | undefined;
      readonly durationSeconds: number | undefined;
    }
  | ({
      readonly kind: 'role';
      /** Called this in the tree and the status bar. */
      readonly name: string;
      readonly sourceProfile: string;
      readonly roleArn: string;
      readonly externalId: string | undefined;
      readonly sessionName: string | undefined;
      readonly durationSeconds: number | undefined;
      readonly mfaSerial: string | undefined;
      readonly region: string | undefined;
      readonly sourceIdentity?: string;
      readonly tags?: readonly SessionTag[];
      readonly transitiveTagKeys?: readonly string[];
      readonly policies?: SessionPolicies;
    } & Narrowed)
  /** A role of a SAML assertion that the profile does not name. */
  | ({
      readonly kind: 'samlRole';
      /** Called this in the tree and the status bar. */
      readonly name: string;
      /** The profile that says where the assertion comes from. */
      readonly profile: string;
      readonly roleArn: string;
      readonly providerArn: string;
    } & Narrowed)
  /** A role that an issuer of the settings opens, in no file. */
  | ({
      readonly kind: 'webIdentityRole';
      /** Called this in the tree and the status bar. */
      readonly name: string;
      /** The issuer's name in the settings. */
      readonly issuer: string;
      readonly roleArn: string;
      readonly sessionName: string | undefined;
      readonly durationSeconds: number | undefined;
      readonly region: string | undefined;
    } & Narrowed)
  /** GetFederationToken with the long-term keys of a profile. */
  | {
      readonly kind: 'federation';
      readonly profile: string;
      readonly userName: string;
      readonly durationSeconds: number | undefined;
      readonly policies?: SessionPolicies;
      readonly tags?: readonly SessionTag[];
    }
  /** A role of Identity Center that is in no profile. */
  | {
      readonly kind: 'identityCenterRole';
      /** Called this in the tree and the status bar. */
      readonly name: string;
      readonly ssoSession: string;
      readonly accountId: string;
      readonly roleName: string;
    };

/**
 * How the roles of a user get MFA: each with a code of its own, or all from one MFA session (GetSessionToken). AWS knows
 * both: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
 */
export type MfaUse = 'oneSession' | 'eachRole';

/** The part of the process environment that planning reads; environment.ts makes it. */
export interface PlanEnvironment {
  readonly region: string | undefined;
  /** AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. */
  readonly endpointUrl: string | undefined;
  readonly ignoreConfiguredEndpoints: boolean;
  /** AWS_CA_BUNDLE; it beats `ca_bundle` of the profile. */
  readonly caBundle?: string | undefined;
  /** REQUESTS_CA_BUNDLE, which the AWS CLI asks where neither is set. */
  readonly otherCaBundle?: string | undefined;
  /** The issuers of the settings, by name. */
  readonly issuers?: ReadonlyMap<string, Issuer>;
  /** The field that is wrong in each issuer of the settings that cannot be used, by the issuer's name. */
  readonly brokenIssuers?: ReadonlyMap<string, string>;
  /** What the person chose for the roles of a profile's keys, by that profile. */
  readonly mfaUse?: ReadonlyMap<string, MfaUse>;
  /** The MFA device that the person chose for a profile's keys, by that profile. */
  readonly mfaDevices?: ReadonlyMap<string, string>;
  /** Seconds that an MFA session for all roles lasts; undefined leaves it to AWS (43200). */
  readonly mfaSessionSeconds?: number;
  /** AWS_ENDPOINT_URL_IAM, else AWS_ENDPOINT_URL. */
  readonly iamEndpoint?: string | undefined;
  /** AWS_ENDPOINT_URL_SIGNIN, else AWS_ENDPOINT_URL. */
  readonly signInEndpoint?: string | undefined;
  /** AWS_ENDPOINT_URL_SSO and AWS_ENDPOINT_URL_SSO_OIDC, else AWS_ENDPOINT_URL. */
  readonly identityCenter?: { readonly portal: string | undefined; readonly oidc: string | undefined };
  /** AWS_STS_REGIONAL_ENDPOINTS; it beats `sts_regional_endpoints` of the profile. */
  readonly regionalEndpoints?: string | undefined;
  /** AWS_USE_FIPS_ENDPOINT; it beats `use_fips_endpoint` of the profile. */
  readonly fips?: boolean | undefined;
  /** AWS_USE_DUALSTACK_ENDPOINT; it beats `use_dualstack_endpoint` of the profile. */
  readonly dualStack?: boolean | undefined;
}
