import type { Fault } from '../../aws/faults.ts';
import type { SessionRequest } from '../../aws/planModel.ts';
import { t } from './l10n.ts';

/** What a person can do about a fault; the commands that do it are wired elsewhere. */
export type FaultAction =
  | 'enterCodeAgain'
  /** Opens the shared file at the profile. */
  | 'openProfile'
  /** Asks again for a role that was typed in, with what was typed. */
  | 'changeRole'
  /** Starts a role that was typed in with a code of the source's own MFA device. */
  | 'startWithCode'
  /** From now on each role of the source's keys gets a code of its own; starts again. */
  | 'mfaEachRole'
  /** Asks which MFA device gives the codes. */
  | 'chooseDevice'
  /** Asks again for a federation session, with what was typed. */
  | 'changeFederation'
  | 'retry'
  /** Starts the role for the longest time that is sure to be granted. */
  | 'startWithMaximum'
  /** Ends the session and starts it from today's files. */
  | 'startAgain'
  | 'openProxySettings'
  /** Does again what failed, which has the person sign in. */
  | 'signIn'
  /** Opens the setting that says how people sign in. */
  | 'openSignInSetting'
  /** Opens the setting that names the issuers. */
  | 'openIssuers'
  /** Shows what is in the web identity that AWS did not take. */
  | 'showClaims'
  /** Lists the plan's hops, the failed one marked. */
  | 'showPlan'
  | 'showLog';

/** With these the source profile is what is wrong, whoever named the role. */
const faultsOfKeys: ReadonlySet<Fault['kind']> = new Set([
  'sourceExpired',
  'unknownKey',
  'wrongSecret',
  'rootCannotAssume',
  'needsLongTermKeys',
  'planChanged',
]);

/** The buttons for a role that was typed in: what was wrong with it stands in no file, so it is asked for again. */
export function actionsForTypedRole(fault: Fault, actions: readonly FaultAction[]): readonly FaultAction[] {
  return faultsOfKeys.has(fault.kind)
    ? actions
    : actions.map((action) => (action === 'openProfile' ? 'changeRole' : action));
}

/** The buttons for a role that an issuer opens: it stands in no file, and a refusal is compared with what AWS was told. */
export function actionsForWebIdentityRole(
  fault: Fault,
  actions: readonly FaultAction[],
): readonly FaultAction[] {
  return fault.kind === 'accessDenied'
    ? ['showClaims', 'changeRole']
    : actions.map((action) => (action === 'openProfile' ? 'changeRole' : action));
}

/**
 * True when a code may be all that is missing. It is not sent of itself: a session with a code cannot be renewed without
 * a person, and most roles ask for none.
 */
function mayWantCode(request: SessionRequest, fault: Fault): boolean {
  return (
    request.kind === 'role' &&
    request.mfaSerial === undefined &&
    fault.kind === 'accessDenied' &&
    fault.hints.includes('mfaRequired')
  );
}

/**
 * The buttons for a request: what was typed stands in no file, so it is asked for again. `device`: the MFA device of the
 * source's user, where there is one.
 */
export function actionsForRequest(
  request: SessionRequest,
  fault: Fault,
  actions: readonly FaultAction[],
  device?: string,
): readonly FaultAction[] {
  switch (request.kind) {
    case 'role': {
      const typed = actionsForTypedRole(fault, actions);
      return device !== undefined && mayWantCode(request, fault) ? ['startWithCode', ...typed] : typed;
    }
    case 'webIdentityRole':
      return actionsForWebIdentityRole(fault, actions);
    case 'federation':
      return fault.kind === 'policyTooLarge' || fault.kind === 'policyMalformed'
        ? actions.map((action) => (action === 'openProfile' ? 'changeFederation' : action))
        : actions;
    default:
      return actions;
  }
}

/** The title of the button. */
export function faultActionTitle(action: FaultAction): string {
  switch (action) {
    case 'enterCodeAgain':
      return t('Enter Code Again');
    case 'openProfile':
      return t('Open Profile');
    case 'changeRole':
      return t('Change Role');
    case 'startWithCode':
      return t('Start with MFA Code');
    case 'mfaEachRole':
      return t('Use MFA with Each Role');
    case 'chooseDevice':
      return t('Change Device');
    case 'changeFederation':
      return t('Change Session');
    case 'retry':
      return t('Try Again');
    case 'startWithMaximum':
      // A role's own maximum cannot be read without rights in IAM; an hour every role allows.
      return t('Start for 1 Hour');
    case 'startAgain':
      return t('Start Again');
    case 'openProxySettings':
      return t('Open Proxy Settings');
    case 'signIn':
      return t('Sign In');
    case 'openSignInSetting':
      return t('Open Sign-In Setting');
    case 'openIssuers':
      return t('Open Issuers');
    case 'showClaims':
      return t('Show Claims');
    case 'showPlan':
      return t('Show Plan');
    case 'showLog':
      return t('Show Log');
  }
}
