import type { IssuerFault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';

/** The faults that have to do with signing in at an OpenID Connect issuer. */
export function issuerFaultText(fault: IssuerFault): FaultText {
  switch (fault.kind) {
    case 'issuerUnknown':
      return {
        text: t('No issuer of this name is in the settings, add it there: {0}', fault.issuer),
        actions: ['openProfile'],
      };
  }
}
