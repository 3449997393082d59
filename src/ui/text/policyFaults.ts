import type { PolicyFault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';

/** The faults that have to do with session policies and tags, and with a message that is to be decoded. */
export function policyFaultText(fault: PolicyFault): FaultText {
  switch (fault.kind) {
    case 'policyTooLarge':
      return {
        text:
          fault.percent === undefined
            ? t('The session policies and tags are too large for AWS, shorten them or use fewer')
            : t(
                'The session policies and tags take more than AWS allows, shorten them or use fewer: {0} %',
                fault.percent,
              ),
        actions: ['openProfile'],
      };
    case 'policyMalformed':
      return {
        text:
          fault.detail === ''
            ? t('AWS cannot read the session policy, correct it')
            : t('AWS cannot read the session policy, correct it: {0}', fault.detail.replace(/\.$/, '')),
        actions: ['openProfile'],
      };
    case 'messageUnreadable':
      return {
        text: t('AWS cannot read this message, copy all of it and use a session of the same partition'),
        actions: ['retry'],
      };
  }
}
