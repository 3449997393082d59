import { like } from './conditions.ts';
import type { Simulated } from './iamApi.ts';
import type { PolicyStatement } from './policyDocument.ts';
import type { Needs, TrustVerdict } from './trust.ts';

/** A role that a caller may or might assume, and what it takes. It names nothing secret: an external ID is none at AWS. */
export interface FoundRole {
  readonly arn: string;
  /**
   * `yes`: as far as IAM can tell. `perhaps`: it depends on `unknown`. `named`: the caller's own policies name it, and its
   * trust policy cannot be read, as it is in another account or no permission allows it.
   */
  readonly verdict: 'yes' | 'perhaps' | 'named';
  readonly needs: Needs;
  /** Condition keys and permissions that could not be known; empty for `yes`. */
  readonly unknown: readonly string[];
}

/**
 * What the role's trust policy and the caller's own policies come to, for a role in the caller's account: a trust policy
 * that names the caller is enough unless the caller is denied it; one that names the account needs the caller's own
 * policies to allow it. `simulated` undefined: nobody could ask. Undefined: it cannot be assumed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function combine(
  arn: string,
  trust: TrustVerdict,
  simulated: Simulated | undefined,
): FoundRole | undefined {
  if (trust.kind === 'no' || simulated?.decision === 'explicitDeny') {
    return undefined;
  }
  const unknown = new Set(trust.kind === 'perhaps' ? trust.unknown : []);
  if (simulated?.decision === 'unknown') {
    // It may be a denial, which no trust policy makes up for.
    unknown.add('sts:AssumeRole');
  } else if (trust.by === 'account' && simulated?.decision !== 'allowed') {
    // A trust policy that names the caller would be enough, whatever else is not said.
    if (simulated?.missing.length === 0) {
      return undefined;
    }
    // Without an answer it is the permission itself that nobody knows of.
    for (const key of simulated?.missing ?? ['sts:AssumeRole']) {
      unknown.add(key);
    }
  }
  return {
    arn,
    verdict: unknown.size > 0 ? 'perhaps' : 'yes',
    needs: trust.needs,
    unknown: [...unknown],
  };
}

/** Roles that a caller's own policies let them assume by name, and patterns of names. */
export interface NamedRoles {
  readonly arns: readonly string[];
  readonly patterns: readonly string[];
}

/** Reads them out of identity policies. What another statement denies is left out. */
export function namedRoles(policies: readonly (readonly PolicyStatement[])[]): NamedRoles {
  const statements = policies.flat().filter(coversAssumeRole);
  const denied = statements
    .filter(({ effect, condition }) => effect === 'Deny' && condition.length === 0)
    .flatMap(({ resource }) => resource ?? []);
  const allowed = statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ resource }) => resource ?? []);
  const left = [...new Set(allowed)].filter((arn) => !denied.some((pattern) => like(pattern, arn)));
  const isName = (arn: string): boolean => /^arn:[\w-]+:iam::\d{12}:role\/[^*?$]+$/.test(arn);
  return {
    arns: left.filter(isName).toSorted(),
    patterns: left.filter((arn) => !isName(arn)).toSorted(),
  };
}

function coversAssumeRole({ action, notAction }: PolicyStatement): boolean {
  const fits = (one: string): boolean => like(one.toLowerCase(), 'sts:assumerole');
  return action === undefined ? notAction !== undefined && !notAction.some(fits) : action.some(fits);
}
