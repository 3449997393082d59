import type { LoginFault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';

/** The faults that have to do with `aws login`. */
export function loginFaultText(fault: LoginFault): FaultText {
  switch (fault.kind) {
    case 'loginNeeded':
      return {
        text: t('The console sign-in is over, sign in again to go on: {0}', fault.profile),
        actions: ['signIn'],
      };
  }
}
