import type { Credentials } from './credentials.ts';
import type { StsCall } from './effects.ts';
import type { Fault } from './faults.ts';
import { durations, toSessionName } from './limits.ts';

/** What may differ from start to start of one plan; none of it is part of the plan's id. */
export interface RunOptions {
  /**
   * Seconds: the duration of the last step whatever the plan says, and the most that an earlier step asks for. Kept
   * within what AWS can grant to each step. It is how “start with the maximum” goes on after `durationOverMaximum`.
   */
  readonly durationSeconds?: number;
  /** RoleSessionName where the plan has none; CloudTrail shows it. Other characters than AWS's are replaced. */
  readonly defaultSessionName?: string;
  /** Seconds that a role was found to refuse on an earlier start; undefined: nobody knows. Less may still be allowed. */
  refusedBy?(roleArn: string): number | undefined;
}

/** A role that was assumed for less than was asked for. */
export interface Shortened {
  readonly roleArn: string;
  readonly askedSeconds: number;
  readonly grantedSeconds: number;
  /** True when the role's own maximum was the reason, which will be so the next time; false for a chain's limit. */
  readonly byRole: boolean;
}

/** What one call gave. */
export interface StepDone {
  readonly credentials: Credentials;
  readonly serverSkewMs: number | undefined;
  /** Percent of what AWS allows policies and tags to take; undefined where there were none. */
  readonly packedPolicyPercent?: number | undefined;
}

/** RoleSessionName of a call: the plan's, else the person's, else ours. */
export function sessionNameOf(
  { sessionName }: { readonly sessionName: string | undefined },
  options: RunOptions,
): string {
  return sessionName ?? toSessionName(options.defaultSessionName ?? 'vscode');
}

/** Seconds that a call asks for, before anything is known of its role: see `RunOptions.durationSeconds`. */
export function secondsOf(
  own: number | undefined,
  {
    durationSeconds: asked,
    isLast,
    max,
  }: { readonly durationSeconds?: number; readonly isLast: boolean; readonly max: number },
): number | undefined {
  // A role may ask for more in the file than it can have on the way that the person chose.
  if (asked === undefined) {
    return own === undefined ? undefined : Math.min(own, max);
  }
  if (!isLast) {
    return own === undefined ? undefined : Math.min(own, asked, max);
  }
  return Math.max(durations.min, Math.min(asked, max));
}

/**
 * How long the roles of one run are asked for. A role's maximum cannot be read without rights in IAM, so it is tried: after
 * a refusal once more with an hour, which every role and every chain allows (MaxSessionDuration is at least 3600).
 */
export class Durations {
  readonly shortened: Shortened[] = [];
  readonly #options: RunOptions;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /**
   * Seconds to ask for where `wanted` is wished: an hour in place of what the role is known to refuse. What is less than
   * that is tried, for the role's maximum lies somewhere between.
   */
  of(roleArn: string, wanted: number | undefined): number | undefined {
    const now = this.shortened.findLast((one) => one.roleArn === roleArn)?.askedSeconds;
    const refused = now ?? this.#options.refusedBy?.(roleArn);
    return wanted === undefined || refused === undefined || wanted < refused
      ? wanted
      : Math.min(wanted, durations.maxChained);
  }

  /** True when the call failed because it asked for too long, and is worth another go with what `of` says from now on. */
  shorten(call: StsCall, fault: Fault): boolean {
    if (
      !('roleArn' in call) ||
      (fault.kind !== 'durationOverMaximum' && fault.kind !== 'durationOverChaining') ||
      (call.durationSeconds ?? 0) <= durations.maxChained
    ) {
      return false;
    }
    this.shortened.push({
      roleArn: call.roleArn,
      askedSeconds: call.durationSeconds ?? 0,
      grantedSeconds: durations.maxChained,
      byRole: fault.kind === 'durationOverMaximum',
    });
    return true;
  }
}
