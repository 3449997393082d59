import type { Place, Problem } from './problems.ts';
import type { Secret } from './secret.ts';

/** Where a plan's first credentials come from. Only `staticKeys` can be started so far; the rest say “not yet”. */
export type Base =
  | {
      readonly kind: 'staticKeys';
      readonly profile: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: Secret;
      /** Set when the file holds temporary keys that somebody pasted. */
      readonly sessionToken: Secret | undefined;
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
      readonly tokenFile: string;
      readonly sessionName: string | undefined;
      readonly place: Place;
    }
  | {
      readonly kind: 'identityCenter';
      readonly profile: string;
      readonly ssoSession: string | undefined;
      readonly startUrl: string;
      readonly ssoRegion: string;
      readonly accountId: string | undefined;
      readonly roleName: string | undefined;
      readonly place: Place;
    }
  | { readonly kind: 'process'; readonly profile: string; readonly command: Secret; readonly place: Place }
  | {
      readonly kind: 'login';
      readonly profile: string;
      readonly loginSession: string;
      readonly place: Place;
    };

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
      readonly target: StsTarget;
      readonly place: Place | undefined;
    }
  | {
      readonly kind: 'sessionToken';
      readonly profile: string;
      /** Seconds; undefined leaves it to AWS (43200). */
      readonly durationSeconds: number | undefined;
      readonly mfaSerial: string | undefined;
      readonly target: StsTarget;
      readonly place: Place | undefined;
    };

/** Where a call is sent. */
export interface StsTarget {
  /** The region that signs the request. */
  readonly region: string;
  /** `https://sts.eu-west-1.amazonaws.com`, or what `endpoint_url` says. */
  readonly endpoint: string;
}

/** How to get from what is in the files to a session: pure data, made before anything is asked or sent. */
export interface Plan {
  /** What the session is called where people see it: the profile's name, or what was typed for a role. */
  readonly name: string;
  readonly base: Base;
  readonly steps: readonly Step[];
  /** The region that tools should use with this session, when the profile or its environment names one. */
  readonly region: string | undefined;
  /** Warnings; a plan with an error is not a plan. */
  readonly problems: readonly Problem[];
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

/** What can be asked for. It is stored with a session, and planned anew from today's files at each renewal. */
export type SessionRequest =
  | { readonly kind: 'profile'; readonly profile: string }
  | {
      readonly kind: 'mfaSession';
      readonly profile: string;
      readonly mfaSerial: string | undefined;
      readonly durationSeconds: number | undefined;
    }
  | {
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
    };

/** The part of the process environment that planning reads; environment.ts makes it. */
export interface PlanEnvironment {
  readonly region: string | undefined;
  /** AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. */
  readonly endpointUrl: string | undefined;
  readonly ignoreConfiguredEndpoints: boolean;
  /** AWS_STS_REGIONAL_ENDPOINTS; it beats `sts_regional_endpoints` of the profile. */
  readonly regionalEndpoints?: string | undefined;
}
