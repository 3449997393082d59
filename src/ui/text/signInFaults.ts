import type { Fault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';
import { accountForReading } from './time.ts';

type SignInFault = Extract<
  Fault,
  { kind: 'signInNeeded' | 'signInFailed' | 'roleNotAssigned' | 'noRoleChosen' }
>;

/** The faults that have to do with signing in at Identity Center. */
export function signInFaultText(fault: SignInFault): FaultText {
  switch (fault.kind) {
    case 'signInNeeded':
      return {
        text: t('The sign-in is over, sign in again to go on: {0}', fault.signIn),
        actions: ['signIn'],
      };
    case 'signInFailed':
      return failedText(fault);
    case 'roleNotAssigned':
      return {
        text: t(
          'Identity Center does not give you the role {0} in {1}, ask its administrator: {2}',
          fault.roleName,
          accountForReading(fault.accountId),
          fault.signIn,
        ),
        actions: ['openProfile', 'retry'],
      };
    case 'noRoleChosen':
      return {
        text: t(
          'This profile names no account and no role, start one of those below its sign-in: {0}',
          fault.profile,
        ),
        actions: ['openProfile'],
      };
  }
}

function failedText({ signIn, why }: Extract<Fault, { kind: 'signInFailed' }>): FaultText {
  switch (why) {
    case 'denied':
      return { text: t('The sign-in was denied in the browser: {0}', signIn), actions: ['signIn'] };
    case 'tooLate':
      return {
        text: t('Nobody finished the sign-in in time, sign in again: {0}', signIn),
        actions: ['signIn'],
      };
    case 'wrongState':
      return {
        text: t(
          'The browser came back with the answer to another sign-in, nothing of it was kept: {0}',
          signIn,
        ),
        actions: ['signIn'],
      };
    case 'noListener':
      return {
        text: t(
          'This computer has no port for the browser to come back to, sign in with a code: {0}',
          signIn,
        ),
        actions: ['openSignInSetting', 'signIn'],
      };
    case 'portTaken':
      return {
        text: t(
          'Another program has the redirectPort of this issuer, end it or sign in with a code: {0}',
          signIn,
        ),
        actions: ['signIn', 'openIssuers'],
      };
    case 'noBrowser':
      return {
        text: t('No browser could be opened for the sign-in, sign in with a code: {0}', signIn),
        actions: ['openSignInSetting', 'signIn'],
      };
    case 'unknownStartUrl':
      return {
        text: t('Identity Center does not know this start URL, correct sso_start_url: {0}', signIn),
        actions: ['openProfile', 'signIn'],
      };
    case 'notTaken':
      return {
        text: t('AWS does not take what this sign-in gave, it may be too old: sign in again to {0}', signIn),
        actions: ['signIn', 'showLog'],
      };
    case 'scopes':
      return {
        text: t('Identity Center does not give these scopes, correct sso_registration_scopes: {0}', signIn),
        actions: ['openProfile', 'signIn'],
      };
    case 'redirect':
      return {
        text: t('This Identity Center lets no browser come back to here, sign in with a code: {0}', signIn),
        actions: ['openSignInSetting', 'signIn'],
      };
    case 'wrongRegion':
      return {
        text: t('This Identity Center is in another region, correct sso_region: {0}', signIn),
        actions: ['openProfile', 'signIn'],
      };
  }
}
