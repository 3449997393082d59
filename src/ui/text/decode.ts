import type { Authorization } from '../../aws/authorizationMessage.ts';
import { t } from './l10n.ts';

/** The words of “Decode Authorization Message”. */
export const decodeText = {
  title: () => t('Decode Authorization Message'),
  prompt: () => t('Paste the encoded message, or the whole error with it'),
  notFound: () =>
    t('There is no encoded message in this text, it follows “Encoded authorization failure message”'),
  decoding: (session: string) => t('Decoding the message as {0}', session),
  /** File name of the document that shows it. */
  documentName: (number: number) => t('Authorization message {0}', number),
  notAllowed: (session: string) =>
    t(
      'Decoding needs the permission sts:DecodeAuthorizationMessage, which this session does not have: {0}',
      session,
    ),
  otherSession: () => t('Choose Other Session'),
  unknown: () => t('AWS decoded the message, it is shown in the editor'),
};

/** A decoded message in one sentence: who was refused what, and by which rule. */
export function authorizationSentence(authorization: Authorization): string {
  const { allowed, explicitDeny, principal, statements } = authorization;
  const what = [authorization.action, authorization.resource]
    .filter((part) => part !== undefined)
    .join(' → ');
  if (allowed) {
    return principal === undefined
      ? t('The caller was allowed to do this: {0}', what)
      : t('{0} was allowed to do this: {1}', nameOf(principal), what);
  }
  const who = principal === undefined ? t('the caller') : nameOf(principal);
  if (!explicitDeny) {
    return t('No policy allows {0} to do this: {1}', who, what);
  }
  return statements.length === 0
    ? t('A policy denies {0} this explicitly: {1}', who, what)
    : t('A policy denies {0} this explicitly, by its statement {1}: {2}', who, statements.join(', '), what);
}

/** `alice`, `admin/vscode-alice`: what stands behind the kind in an ARN. */
function nameOf(arn: string): string {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:[\w-]+\/(.+)$/.exec(arn)?.[1] ?? arn;
}
