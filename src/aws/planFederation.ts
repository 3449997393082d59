import type { Findings } from './findings.ts';
import { placeOf, read } from './findings.ts';
import { durations, federatedNameProblem } from './limits.ts';
import { partitionOfRegion } from './partitions.ts';
import { checkedPolicies } from './planPolicies.ts';
import type { SessionRequest, Step, StsTarget } from './planModel.ts';
import type { Section } from './profiles.ts';
import { checkedTagging } from './tags.ts';

/** The GetFederationToken step that gives a part of a user's rights away under another name. */
export function federationStep(
  section: Section,
  request: Extract<SessionRequest, { kind: 'federation' }>,
  target: StsTarget,
  findings: Findings,
): Step {
  const { name } = section;
  const { userName, durationSeconds, tags } = request;
  if (federatedNameProblem(userName) !== undefined) {
    findings.error(name, undefined, { kind: 'invalidFederatedName', name, value: userName });
  }
  const max = durations.maxSessionToken;
  if (durationSeconds !== undefined && (durationSeconds < durations.min || durationSeconds > max)) {
    findings.error(name, undefined, { kind: 'durationOutOfRange', name, seconds: durationSeconds, max });
  }
  // Where the account is known, its policies are: those of the user whose keys these are.
  const partition = partitionOfRegion(target.region)?.id;
  const accountId = read(section, 'aws_account_id')?.value;
  const owner = partition === undefined ? undefined : { partition, accountId };
  const tagging = checkedTagging(name, tags === undefined ? {} : { tags }, findings);
  return {
    kind: 'federationToken',
    profile: name,
    userName,
    durationSeconds,
    mfaSerial: undefined,
    ...checkedPolicies(name, request.policies, owner, findings),
    ...(tagging.tags && { tags: tagging.tags }),
    target,
    place: placeOf(section),
  };
}
