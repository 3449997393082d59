import type { AccessDeniedHint } from '../../aws/faults.ts';
import { t } from './l10n.ts';

/** The words around a plan that is shown as a list. */
export const planText = {
  title: (name: string) => t('Plan: {0}', name),
  placeholder: () => t('Choose a line to open it in its file, or to change what it says'),
  choices: () => t('How MFA is used'),
  placeholderFailed: () => t('The hop that failed is marked, choose a line to open it in its file'),
  copy: () => t('Copy Plan as Text'),
  copied: () => t('The plan is on the clipboard, no key is in it'),
  checks: () => t('What to check, the most likely first'),
  problems: () => t('In the files'),
  hop: (profile: string, roleArn: string) => t('{0}: assume role {1}', profile, roleArn),
  breaksHere: () => t('breaks here'),
  missing: () => t('does not exist'),
  state(state: 'passed' | 'failed' | 'notReached' | 'unknown'): string {
    switch (state) {
      case 'passed':
        return t('done');
      case 'failed':
        return t('failed');
      case 'notReached':
        return t('not reached');
      case 'unknown':
        return '';
    }
  },
};

/**
 * One thing to check after an AccessDenied on a role, and what to do about it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html
 */
export function checkText(
  hint: AccessDeniedHint,
  { caller, roleArn }: { readonly caller: string | undefined; readonly roleArn: string },
): { readonly what: string; readonly todo: string } {
  const you = caller ?? t('you');
  switch (hint) {
    case 'mfaRequired':
      return {
        what: t('Does the role ask for an MFA code?'),
        todo: t('Add mfa_serial with the ARN of your device to the profile'),
      };
    case 'mfaSession':
      return {
        what: t('Does the role take an MFA session, and one as old as this?'),
        todo: t('Choose MFA with each role: its code then goes with the call for the role'),
      };
    case 'externalId':
      return {
        what: t('Does the role ask for an external ID?'),
        todo: t('Ask its owner for it and add external_id to the profile'),
      };
    case 'trustPolicy':
      return {
        what: t('Does the trust policy of the role let you in?'),
        todo: t('Its owner must name this caller there: {0}', you),
      };
    case 'identityPolicy':
      return {
        what: t('Are you allowed to assume it?'),
        todo: t('Your administrator must allow sts:AssumeRole on this role to: {0}', you),
      };
    case 'roleName':
      return {
        what: t('Is the role spelt as in its account, upper and lower case too?'),
        todo: t('Compare account and name with the console: {0}', roleArn),
      };
    case 'tagSession':
      return {
        what: t('May the session carry tags?'),
        todo: t(
          'The trust policy of the role must allow sts:TagSession, or take session_tags out of the profile',
        ),
      };
    case 'setSourceIdentity':
      return {
        what: t('May the session carry a source identity?'),
        todo: t(
          'The trust policy of the role must allow sts:SetSourceIdentity, or take source_identity out of the profile',
        ),
      };
    case 'organization':
      return {
        what: t('Does a policy of the organization forbid it?'),
        todo: t('Ask who runs the organization, its service or resource control policy says no to: {0}', you),
      };
    case 'boundary':
      return {
        what: t('Does a permissions boundary leave it out?'),
        todo: t('Your administrator must allow sts:AssumeRole in the boundary of: {0}', you),
      };
    case 'sessionPolicy':
      return {
        what: t('Was the session that asks narrowed by a policy?'),
        todo: t('Start the session that it comes from without a session policy: {0}', you),
      };
    case 'endpointPolicy':
      return {
        what: t('Does the policy of a VPC endpoint leave it out?'),
        todo: t('Ask who runs the network to allow sts:AssumeRole in it to: {0}', you),
      };
  }
}
