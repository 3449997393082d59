import type { MfaQuestion } from '../../aws/effects.ts';
import { t } from './l10n.ts';

/** The words of the MFA box. */
export interface MfaPromptText {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  readonly invalid: string;
  /** Why it is asked again. */
  readonly error: string | undefined;
}

/** Says for which session and which device a code is wanted. */
export function mfaPromptText(question: MfaQuestion): MfaPromptText {
  return {
    // Both in the title: the prompt gives way to the sentence about a wrong code.
    title: t('MFA Code for {0} from Device {1}', question.session, deviceName(question.serial)),
    prompt:
      question.shared === true
        ? t('Enter the 6 digits that your device shows, one code is for all roles of: {0}', question.session)
        : t('Enter the 6 digits that your device shows'),
    placeholder: '123456',
    invalid: t('An MFA code has 6 digits'),
    error: whyAgain(question.retry),
  };
}

function whyAgain(retry: MfaQuestion['retry']): string | undefined {
  switch (retry) {
    case undefined:
      return undefined;
    case 'wrongCode':
      return t('AWS did not accept that code, and a code works once: wait for the next one');
    case 'usedCode':
      return t('This device’s code was used a moment ago: wait for the next one');
    case 'seedRefused':
      return t('AWS did not accept the stored authenticator’s code: type one from your device');
    case 'sourceFailed':
      return t('The profile’s mfa_process gave no code: type one from your device');
    case 'seedLost':
      return t('The stored authenticator cannot be read: type a code, and add the authenticator again');
  }
}

/** `arn:aws:iam::111122223333:mfa/alice` → `alice (1111-2222-3333)`; a hardware serial stays as it is. */
export function deviceName(serial: string): string {
  const match = /^arn:[^:]+:iam::(\d{4})(\d{4})(\d{4}):mfa\/(.+)$/.exec(serial);
  return match ? `${match[4]} (${match[1]}-${match[2]}-${match[3]})` : serial;
}
