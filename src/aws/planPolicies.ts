import { parseRoleArn } from './arn.ts';
import type { Findings } from './findings.ts';
import { read } from './findings.ts';
import type { PolicyOwner } from './policies.ts';
import { compactPolicy, orNoPolicies, parsePolicyArns, policiesProblem } from './policies.ts';
import type { SourceKind } from './planKinds.ts';
import { kindsOf } from './planKinds.ts';
import type { SessionPolicies } from './planModel.ts';
import type { Section } from './profiles.ts';

/** What a step or a base has where it has session policies, and nothing where it has none. */
export interface Narrowing {
  readonly policies?: SessionPolicies;
}

/** Kinds of profile whose role is assumed by a call that takes session policies. */
const narrowable: ReadonlySet<SourceKind> = new Set(['role', 'credentialSource', 'webIdentity', 'saml']);

/**
 * `session_policy` (a policy's JSON) and `session_policy_arns` (ARNs, or names of AWS's own policies), keys of ours that
 * the AWS CLI and the SDKs ignore: there they would start the session with all that the role may do. AWS's limits are
 * errors, because it would refuse the call.
 */
export function sessionPoliciesOf(section: Section, roleArn: string, findings: Findings): Narrowing {
  const { name } = section;
  const owner = ownerOf(roleArn);
  const inline = read(section, 'session_policy');
  const arns = read(section, 'session_policy_arns');
  const policies = orNoPolicies({
    ...(inline && { inline: compactPolicy(inline.value) }),
    ...(arns && { arns: parsePolicyArns(arns.value, owner?.partition ?? 'aws') }),
  });
  if (policies === undefined) {
    return {};
  }
  const why = policiesProblem(policies, owner);
  if (why !== undefined) {
    const inArns = arns !== undefined && policiesProblem({ arns: policies.arns ?? [] }, owner) !== undefined;
    const place = (inArns ? arns : (inline ?? arns))?.place;
    findings.error(name, place, { kind: 'invalidSessionPolicies', name, why });
  }
  return { policies };
}

/**
 * An error where a profile has session policies, and what starts it takes none: the session would have every right in
 * spite of them. A role that is assumed through it is another session, with policies of its own.
 */
export function checkPoliciesTaken(section: Section, findings: Findings): void {
  const { name } = section;
  const [kind] = kindsOf(section, false);
  if (kind === undefined || narrowable.has(kind)) {
    return;
  }
  for (const property of ['session_policy', 'session_policy_arns'] as const) {
    const place = read(section, property)?.place;
    if (place !== undefined) {
      findings.error(name, place, { kind: 'policiesNotTaken', name, property });
    }
  }
}

/** The policies of a request. The prompts checked them, but a stored request may be older than they. */
export function checkedPolicies(
  name: string,
  policies: SessionPolicies | undefined,
  owner: PolicyOwner | undefined,
  findings: Findings,
): Narrowing {
  const given = policies && orNoPolicies(policies);
  if (given === undefined) {
    return {};
  }
  const why = policiesProblem(given, owner);
  if (why !== undefined) {
    findings.error(name, undefined, { kind: 'invalidSessionPolicies', name, why });
  }
  return { policies: given };
}

/** Where the session policies of a role must be; undefined for what is no role's ARN. */
export function ownerOf(roleArn: string): PolicyOwner | undefined {
  const arn = parseRoleArn(roleArn);
  // An account of another length is for AWS to judge, as the role itself is.
  return (
    arn && { partition: arn.partition, accountId: arn.accountId.length === 12 ? arn.accountId : undefined }
  );
}
