import type { IamFault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';

/** What goes wrong at IAM, where roles are looked for. */
export function iamFaultText(fault: IamFault): FaultText {
  return {
    text: t(
      'IAM takes these credentials only when an MFA code was given for them, start an MFA session first: {0}',
      fault.profile,
    ),
    actions: ['retry', 'openProfile'],
  };
}
