import type { LoginFault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';
import { identityForReading } from './identity.ts';

/** The faults that have to do with `aws login`. */
export function loginFaultText(fault: LoginFault): FaultText {
  switch (fault.kind) {
    case 'loginNeeded':
      return { text: neededSentence(fault), actions: ['signIn'] };
    case 'loginNotPermitted':
      return {
        text: t(
          'AWS does not let you use the console sign-in here, ask your administrator for the policy SignInLocalDevelopmentAccess: {0}',
          fault.profile,
        ),
        actions: ['signIn', 'showLog'],
      };
    case 'loginOther':
      return {
        text: t(
          'The browser is signed in as {0}, choose {1} there for this profile: {2}',
          identityForReading(fault.got),
          identityForReading(fault.wanted),
          fault.profile,
        ),
        actions: ['signIn', 'openProfile'],
      };
    case 'loginCodeRefused':
      return {
        text: t(
          'AWS did not take this sign-in, it was late or used before, sign in again: {0}',
          fault.profile,
        ),
        actions: ['signIn'],
      };
  }
}

function neededSentence({ profile, why }: Extract<LoginFault, { kind: 'loginNeeded' }>): string {
  switch (why) {
    case 'none':
      return t('Nobody is signed in to the console here, sign in to go on: {0}', profile);
    case 'over':
      return t('The console sign-in is over, sign in again to go on: {0}', profile);
    case 'changed':
      return t(
        'The password or the permissions behind the console sign-in have changed, sign in again: {0}',
        profile,
      );
  }
}
