import type { Keys } from '../credentials.ts';
import type { Fault } from '../faults.ts';
import type { StsTarget } from '../planModel.ts';

/** Who asks IAM, and where. */
export interface IamCaller {
  readonly keys: Keys;
  readonly target: StsTarget;
}

/** A role as IAM lists it. */
export interface IamRole {
  readonly arn: string;
  /** JSON, decoded; empty when IAM gave none. */
  readonly trustPolicy: string;
  /** Seconds; undefined when IAM did not say, as ListRoles may not. */
  readonly maxSessionSeconds: number | undefined;
}

/** A page of a list; `next` asks for the one after it. */
export interface IamPage<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** A user, role or group whose policies are read. */
export interface IamOwner {
  readonly kind: 'user' | 'role' | 'group';
  readonly name: string;
}

/** What SimulatePrincipalPolicy says about one role. */
export interface Simulated {
  readonly roleArn: string;
  /** `unknown`: AWS did not say, or said less of the role than of the whole. */
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny' | 'unknown';
  /** Condition keys that it would have needed. */
  readonly missing: readonly string[];
}

/** The part of IAM that knows a user's MFA devices. Never rejects; only faults have a `kind`. */
export interface IamDevices {
  /** ListMFADevices for the caller itself: serials, those of security keys too. */
  listMfaDevices(caller: IamCaller, signal: AbortSignal): Promise<readonly string[] | Fault>;
}

/** The part of IAM that finding roles needs: reading only. No call rejects; only faults have a `kind`. */
export interface IamApi {
  /** A page of ListRoles. */
  roles(
    caller: IamCaller,
    marker: string | undefined,
    signal: AbortSignal,
  ): Promise<IamPage<IamRole> | Fault>;
  /** GetRole; only in the caller's own account. */
  role(caller: IamCaller, name: string, signal: AbortSignal): Promise<IamRole | Fault>;
  /** SimulatePrincipalPolicy for sts:AssumeRole, one answer a role; `mfa`: as if a code had been given. */
  simulate(
    caller: IamCaller,
    asked: { readonly principalArn: string; readonly roleArns: readonly string[]; readonly mfa: boolean },
    signal: AbortSignal,
  ): Promise<readonly Simulated[] | Fault>;
  /** ListGroupsForUser. */
  groups(
    caller: IamCaller,
    user: string,
    marker: string | undefined,
    signal: AbortSignal,
  ): Promise<IamPage<string> | Fault>;
  /** Names of inline policies: ListUserPolicies and its like. */
  inlinePolicies(
    caller: IamCaller,
    owner: IamOwner,
    marker: string | undefined,
    signal: AbortSignal,
  ): Promise<IamPage<string> | Fault>;
  /** GetUserPolicy and its like: JSON, decoded. */
  inlinePolicy(
    caller: IamCaller,
    owner: IamOwner,
    name: string,
    signal: AbortSignal,
  ): Promise<string | Fault>;
  /** ARNs of ListAttachedUserPolicies and its like. */
  attachedPolicies(
    caller: IamCaller,
    owner: IamOwner,
    marker: string | undefined,
    signal: AbortSignal,
  ): Promise<IamPage<string> | Fault>;
  /** The default version of a managed policy (GetPolicy, GetPolicyVersion): JSON, decoded. */
  managedPolicy(caller: IamCaller, arn: string, signal: AbortSignal): Promise<string | Fault>;
}
