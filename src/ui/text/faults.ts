import type { AccessDeniedHint, Fault } from '../../aws/faults.ts';
import type { FaultAction } from './faultActions.ts';
import { t } from './l10n.ts';
import { iamFaultText } from './iamFaults.ts';
import { issuerFaultText } from './issuerFaults.ts';
import { loginFaultText } from './loginFaults.ts';
import { caBundleSentence, networkSentence, notAwsSentence, unknownAuthority } from './networkFaults.ts';
import { policyFaultText } from './policyFaults.ts';
import { roleForReading } from './roles.ts';
import { samlFaultText } from './samlFaults.ts';
import { signInFaultText } from './signInFaults.ts';
import { machineSentence, processSentence, tokenFileSentence } from './sourceFaults.ts';
import { remaining } from './time.ts';
import { webIdentityText } from './webIdentityFaults.ts';

/** A fault as people read it: one sentence, and the buttons that help, the most helpful first. */
export interface FaultText {
  /** Empty for what is to stay silent. */
  readonly text: string;
  readonly actions: readonly FaultAction[];
}

/** What is known around a fault. */
export interface FaultContext {
  /** The session's name, for faults that name nothing themselves. */
  readonly session: string;
}

/** Says a fault in one sentence: what happened, why if that is known, and what to do next. */
export function faultSentence(fault: Fault, context: FaultContext): FaultText {
  switch (fault.kind) {
    case 'cancelled':
      return say('');
    case 'timedOut':
      return say(
        t('AWS did not answer within {0} seconds: {1}', fault.seconds, fault.host),
        'retry',
        'showLog',
      );
    case 'network':
      return { text: networkSentence(fault), actions: networkActions(fault) };
    case 'caBundle':
      return say(
        caBundleSentence(fault),
        ...(fault.bundle.from === 'ca_bundle' ? (['openProfile', 'retry'] as const) : (['retry'] as const)),
      );
    case 'notAws':
      return say(notAwsSentence(fault), 'retry', 'showLog');
    case 'throttled':
      return say(t('AWS is getting too many calls, try again in a moment: {0}', fault.host), 'retry');
    case 'unavailable':
      return say(
        t('AWS failed on its side, try again in a moment: {0} (HTTP {1})', fault.host, fault.status),
        'retry',
      );
    case 'sourceExpired':
      return say(
        t(
          'The temporary credentials that this starts from have expired, put fresh ones in the profile: {0}',
          fault.profile || context.session,
        ),
        'openProfile',
        'retry',
      );
    case 'unknownKey':
      return say(
        t(
          'AWS does not know this access key, it may be deleted, switched off or from another partition: {0} ({1})',
          fault.accessKeyId,
          fault.profile || context.session,
        ),
        'openProfile',
      );
    case 'wrongSecret':
      return say(
        t(
          'The secret access key does not fit the access key in the profile: {0}',
          fault.profile || context.session,
        ),
        'openProfile',
      );
    case 'clockSkew':
      return say(clockSentence(fault.minutes), 'retry');
    case 'mfaWrongCode':
      return say(
        t('AWS did not accept the MFA code, it was wrong, late or used before: wait for the next code'),
        'enterCodeAgain',
      );
    case 'mfaNeedsPerson':
      return say(
        t('An MFA code must be typed, renew the session to enter it: {0}', context.session),
        'enterCodeAgain',
      );
    case 'mfaUnknownDevice':
      return say(mfaDeviceSentence(fault.serial), 'openProfile', 'chooseDevice');
    case 'rootCannotAssume':
      return say(
        t(
          "An account's root user cannot assume roles, use the keys of an IAM user to start: {0}",
          context.session,
        ),
        'openProfile',
      );
    case 'needsLongTermKeys':
      return say(
        t(
          'AWS wants the long-term keys of an IAM user for this, and the profile has temporary ones: {0}',
          fault.profile || context.session,
        ),
        'openProfile',
      );
    case 'accessDenied':
      return accessDeniedText(fault);
    case 'durationOverMaximum':
      return say(
        t(
          'The role does not allow sessions as long as {0}: {1}',
          duration(fault.seconds),
          roleForReading(fault.roleArn),
        ),
        'startWithMaximum',
        'openProfile',
      );
    case 'durationOverChaining':
      return say(
        t(
          'A role assumed from temporary credentials lasts at most 1 hour, not {0}: {1}',
          duration(fault.seconds),
          roleForReading(fault.roleArn),
        ),
        'startWithMaximum',
        'openProfile',
      );
    case 'regionDisabled':
      return say(
        t(
          'The account has not switched this region on for STS, use another one or ask its administrator: {0}',
          fault.region,
        ),
        'openProfile',
      );
    case 'wrongPartition':
      return say(
        t(
          'The role lies in another AWS partition than the region {0}, choose a region of its partition: {1}',
          fault.region,
          fault.roleArn,
        ),
        'openProfile',
      );
    case 'refused':
      return say(refusedSentence(fault), 'showLog');
    case 'tokenFile':
      return say(tokenFileSentence(fault), 'retry', 'openProfile');
    case 'webIdentity':
      return webIdentityText(fault, roleForReading(fault.roleArn));
    case 'process':
      return say(processSentence(fault), 'openProfile', 'retry');
    case 'machine':
      return say(machineSentence(fault), 'retry', 'openProfile');
    case 'deadOnArrival':
      return say(
        t(
          'AWS gave credentials that are already over, check the clock of this computer to start: {0}',
          context.session,
        ),
        'retry',
      );
    case 'planChanged':
      return say(
        t('The profile has changed since this session began, start it again: {0}', fault.profile),
        'startAgain',
        'openProfile',
      );
    case 'stillRenewing':
      return say(
        t(
          'The session is still being renewed after {0} seconds, try again: {1}',
          fault.seconds,
          context.session,
        ),
        'retry',
      );
    case 'samlRoleNotChosen':
    case 'samlNoWay':
    case 'samlProcess':
    case 'samlUnreadable':
    case 'samlNoRoles':
    case 'samlRoleNotOffered':
    case 'samlExpired':
    case 'samlRefused':
      return samlFaultText(fault, context.session);
    case 'issuerUnknown':
    case 'issuerUnreachable':
    case 'issuerAnswer':
    case 'issuerRefused':
    case 'issuerToken':
    case 'microsoftAccount':
    case 'tokenProcess':
      return issuerFaultText(fault);
    case 'policyTooLarge':
    case 'policyMalformed':
    case 'messageUnreadable':
      return policyFaultText(fault);
    case 'iamNeedsMfa':
      return iamFaultText(fault);
    case 'loginNeeded':
    case 'loginNotPermitted':
    case 'loginOther':
    case 'loginCodeRefused':
      return loginFaultText(fault);
    case 'signInNeeded':
    case 'signInFailed':
    case 'roleNotAssigned':
    case 'noRoleChosen':
      return signInFaultText(fault);
    case 'internal':
      return say(
        t('Something went wrong inside STS Sessions, the log has more: {0}', context.session),
        'showLog',
      );
  }
}

function say(text: string, ...actions: FaultAction[]): FaultText {
  return { text, actions };
}

function networkActions({ reason, code }: Extract<Fault, { kind: 'network' }>): readonly FaultAction[] {
  if (code === 'ERR_INVALID_URL') {
    return ['openProfile'];
  }
  if (reason === 'tls' && unknownAuthority.test(code)) {
    return ['openProfile', 'openProxySettings', 'retry'];
  }
  return reason === 'tls' || reason === 'proxy'
    ? ['openProxySettings', 'retry', 'showLog']
    : ['retry', 'showLog'];
}

function clockSentence(minutes: number): string {
  const off = Math.abs(minutes);
  if (off === 1) {
    return minutes > 0
      ? t("This computer's clock is 1 minute ahead of AWS's, set it right and try again")
      : t("This computer's clock is 1 minute behind AWS's, set it right and try again");
  }
  return minutes > 0
    ? t("This computer's clock is {0} minutes ahead of AWS's, set it right and try again", off)
    : t("This computer's clock is {0} minutes behind AWS's, set it right and try again", off);
}

function mfaDeviceSentence(serial: string): string {
  return /:user\//.test(serial)
    ? t('mfa_serial names the user, not the device (:mfa/ instead of :user/), correct it: {0}', serial)
    : t('AWS does not know this MFA device for this user, correct mfa_serial: {0}', serial);
}

function accessDeniedText({
  action,
  hints,
  roleArn,
  caller,
}: Extract<Fault, { kind: 'accessDenied' }>): FaultText {
  const usual: readonly FaultAction[] = ['openProfile', 'showLog'];
  const actions: readonly FaultAction[] = hints.includes('mfaSession') ? ['mfaEachRole', ...usual] : usual;
  if (roleArn === undefined) {
    const text =
      caller === undefined
        ? t('AWS does not allow this: {0}', action)
        : t('AWS does not allow {0} to do this: {1}', caller, action);
    return { text, actions };
  }
  // More than two guesses help nobody.
  const [first, second] = hints.map(hintWords);
  const role = roleForReading(roleArn);
  if (first === undefined) {
    return { text: t('AWS does not let you assume the role: {0}', role), actions };
  }
  const text =
    second === undefined
      ? t('AWS does not let you assume the role, {0}: {1}', first, role)
      : t('AWS does not let you assume the role, {0}, or {1}: {2}', first, second, role);
  return { text, actions };
}

function hintWords(hint: AccessDeniedHint): string {
  switch (hint) {
    case 'mfaRequired':
      return t('it may ask for an MFA code (mfa_serial)');
    case 'mfaSession':
      return t('it may ask for an MFA code of its own');
    case 'externalId':
      return t('it may ask for an external ID (external_id)');
    case 'trustPolicy':
      return t('its trust policy may not name you');
    case 'identityPolicy':
      return t('you may lack the permission sts:AssumeRole');
    case 'roleName':
      return t('its name may be misspelt');
    case 'tagSession':
      return t('session tags are not allowed for it (sts:TagSession)');
    case 'setSourceIdentity':
      return t('a source identity is not allowed for it (sts:SetSourceIdentity)');
    case 'organization':
      return t('a policy of the organization forbids it');
    case 'boundary':
      return t('a permissions boundary leaves it out');
    case 'sessionPolicy':
      return t('the session that asks is narrowed by a policy');
    case 'endpointPolicy':
      return t('the policy of a VPC endpoint leaves it out');
  }
}

function refusedSentence({ code, message, status }: Extract<Fault, { kind: 'refused' }>): string {
  const words = message.trim().replace(/\.$/, '');
  return words === ''
    ? t('AWS refused: {0} (HTTP {1})', code, status)
    : t('AWS refused: {0} ({1}, HTTP {2})', words, code, status);
}

function duration(seconds: number): string {
  return remaining(seconds * 1000);
}
