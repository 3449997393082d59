import type { InputProblem } from '../../aws/limits.ts';
import { t } from './l10n.ts';

/** What is wrong with a text that somebody is typing, in one sentence. */
export function inputSentence(problem: InputProblem): string {
  switch (problem.kind) {
    case 'empty':
      return t('Type something here');
    case 'tooShort':
      return t('This needs at least {0} characters', problem.min);
    case 'tooLong':
      return t('This may have at most {0} characters', problem.max);
    case 'badCharacter':
      return problem.character === ' '
        ? t('AWS does not take blanks here')
        : t('AWS does not take this character here: {0}', problem.character);
    case 'notRoleArn':
      return t('A role’s ARN looks like this: arn:aws:iam::111122223333:role/name');
    case 'assumedRoleArn':
      return t(
        'That is the ARN of a session, the role’s looks like this: arn:aws:iam::111122223333:role/name',
      );
    case 'badAccount':
      return t('The account in the ARN needs 12 digits');
    case 'unknownPartition':
      return t('No AWS partition has this name: {0}', problem.partition);
    case 'mfaSerialIsUser':
      return t('That is the ARN of a user, the device’s has “:mfa/” in it');
    case 'mfaSerialIsSecurityKey':
      return t('Security keys and passkeys work in the console only, choose a device that shows codes');
    case 'notSixDigits':
      return t('An MFA code has 6 digits');
    case 'notAccessKeyId':
      return t('An access key ID has 16 or more letters and digits, such as AKIA…');
    case 'notRegion':
      return t('A region looks like this: eu-west-1');
    case 'notStartUrl':
      return t('A start URL looks like this: https://acme.awsapps.com/start');
    case 'beginsWithAws':
      return t('AWS keeps what begins with “aws:” for itself');
    case 'notATag':
      return t('Only a tag of this session can be passed on, and this is none: {0}', problem.tag);
    case 'notDuration':
      return t('Write a duration as 1h, 90m or 3600 (seconds)');
    case 'outOfRange':
      return t('This may be from {0} to {1}', durationWords(problem.min), durationWords(problem.max));
  }
}

/** `3600` → `1h`, `5400` → `1h 30m`, `900` → `15m`; for seconds that people choose. */
export function durationWords(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  return [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', rest > 0 ? `${rest}s` : '']
    .filter((part) => part !== '')
    .join(' ');
}
