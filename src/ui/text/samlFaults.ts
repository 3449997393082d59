import type { SamlFault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';

/** The faults that have to do with SAML. */
export function samlFaultText(fault: SamlFault): FaultText {
  switch (fault.kind) {
    case 'samlRoleNotChosen':
      return {
        text: t('No role was chosen, start again and choose one: {0}', fault.profile),
        actions: ['signIn', 'openProfile'],
      };
    case 'samlNoWay':
      return {
        text: t('There is no way here to get the SAML assertion, add one to the profile: {0}', fault.profile),
        actions: ['openProfile'],
      };
  }
}
