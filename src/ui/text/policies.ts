import type { PolicyProblem } from '../../aws/policies.ts';
import type { ReadOnlyHindrance } from '../../aws/readOnly.ts';
import type { TagProblem } from '../../aws/tags.ts';
import { t } from './l10n.ts';
import { accountForReading } from './time.ts';

/** What is wrong with session policies, found before AWS is asked. */
export function policySentence(problem: PolicyProblem): string {
  switch (problem.kind) {
    case 'policyNotJson':
      return t('The session policy is not JSON');
    case 'policyShape':
      return shapeSentence(problem.what);
    case 'policyCharacter':
      return t('AWS does not take this character in a session policy: {0}', problem.character);
    case 'policiesTooLong':
      return t(
        'Session policies may have at most {0} characters together, ARNs included, and not: {1}',
        problem.max,
        problem.characters,
      );
    case 'policyArnsTooMany':
      return t('At most {0} policy ARNs can go with a session, not: {1}', problem.max, problem.count);
    case 'policyArnTwice':
      return t('This policy is there twice: {0}', problem.arn);
    case 'notPolicyArn':
      return t(
        'A policy’s ARN looks like arn:aws:iam::111122223333:policy/name, this does not: {0}',
        problem.arn,
      );
    case 'policyOfOtherPartition':
      return t(
        'The policy must be in the partition {0}, as the role is: {1}',
        problem.partition,
        problem.arn,
      );
    case 'policyOfOtherAccount':
      return t(
        'The policy must be in account {0}, as the role is: {1}',
        accountForReading(problem.accountId),
        problem.arn,
      );
  }
}

function shapeSentence(what: Extract<PolicyProblem, { kind: 'policyShape' }>['what']): string {
  switch (what) {
    case 'Statement':
      return t('The session policy is JSON, but it has no Statement with an object or a list of objects');
    case 'Effect':
      return t('Each statement of the session policy needs an Effect of Allow or Deny');
    case 'Action':
      return t('Each statement of the session policy needs an Action or a NotAction');
    case 'Resource':
      return t('Each statement of the session policy needs a Resource or a NotResource');
    case 'Principal':
      return t('A session policy applies to the session, take the Principal out of it');
  }
}

/** Why a session cannot be read-only, and what can be done instead. */
export function readOnlyHindranceSentence(why: ReadOnlyHindrance): string {
  switch (why) {
    case 'sessionToken':
      return t('The keys of a user cannot be made read-only, assume a role with them that way');
    case 'federation':
      return t('A federation session is read-only when it is started with ReadOnlyAccess as its policy');
    case 'temporaryKeys':
      return t('Temporary keys from a file stay as they are, assume a role with them read-only');
    case 'identityCenter':
      return t(
        'Identity Center takes no session policy, choose a role there that only reads, or assume one through this profile',
      );
    case 'process':
      return t('Keys that a program prints stay as they are, assume a role with them read-only');
    case 'login':
      return t('Keys of a console sign-in stay as they are, assume a role with them read-only');
    case 'machine':
      return t('Keys of this machine stay as they are, assume a role with them read-only');
    case 'ownPolicies':
      return t(
        'The role has session policies already, and AWS allows what either allows: take them out to start it read-only',
      );
  }
}

/** What is wrong with session tags that were typed. */
export function tagSentence({ why, tag }: TagProblem): string {
  switch (why) {
    case 'form':
      return t('Tags are written key=value, key=value, and not: {0}', tag);
    case 'key':
      return t('The key of a session tag needs 1 to 128 letters, digits or characters of _.:/=+-@: {0}', tag);
    case 'value':
      return t(
        'The value of this session tag needs at most 256 letters, digits or characters of _.:/=+-@: {0}',
        tag,
      );
    case 'twice':
      return t('This session tag is there twice, upper and lower case count as one: {0}', tag);
    case 'tooMany':
      return t('A session has at most 50 tags, not: {0}', tag);
  }
}

/** What is said about read-only sessions and about how full the policies are. */
export const policyText = {
  /** Of a session; in its row and its tooltip. */
  readOnly: () => t('read-only'),
  readsStill: () => t('Read-only: it changes nothing at AWS, but it still reads data'),
  /** The same, once, after the first start. */
  readsStillHint: (name: string) =>
    t('This session changes nothing at AWS, but it still reads what the role may read, data too: {0}', name),
  packed: (percent: number) => t('Session policies and tags take {0} % of what AWS allows', percent),
  packedMuch: (name: string, percent: number) =>
    t(
      'The session policies and tags take {1} % of what AWS allows, a little more and it will not start: {0}',
      name,
      percent,
    ),
};
