import type { StsCall } from '../effects.ts';
import type { Fault, SamlTrouble } from '../faults.ts';
import { redact } from '../redact.ts';

/** An error that AssumeRoleWithSAML was answered with. */
interface SamlError {
  readonly code: string;
  readonly message: string;
  readonly call: Extract<StsCall, { kind: 'saml' }>;
}

/**
 * AWS's sentences where its code alone does not tell:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
 */
const sentences: readonly (readonly [RegExp, SamlTrouble])[] = [
  [/RoleSessionName.* (?:is )?required/i, 'noSessionName'],
  [/RoleSessionName.* must match/i, 'badSessionName'],
  [/Source ?Identity/i, 'badSourceIdentity'],
  [/signature/i, 'signature'],
  [/provider doesn.t exist|no saml provider/i, 'noProvider'],
  [/issuer/i, 'issuer'],
  [/audience/i, 'audience'],
  [/recipient|destination/i, 'recipient'],
];

/** What an error of AssumeRoleWithSAML says about the assertion; undefined when it says nothing about it. */
export function samlRefusal({ code, message, call }: SamlError): Fault | undefined {
  switch (code) {
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return { kind: 'samlExpired', profile: '' };
    case 'IDPRejectedClaim':
    case 'IDPRejectedClaimException':
      return refused(call, message, 'rejected');
    case 'InvalidIdentityToken':
    case 'InvalidIdentityTokenException': {
      // https://github.com/Versent/saml2aws/issues/759: the same as an expired one, under another code.
      if (/response has expired|must be redeemed within/i.test(message)) {
        return { kind: 'samlExpired', profile: '' };
      }
      return refused(call, message, sentences.find(([words]) => words.test(message))?.[1] ?? 'invalid');
    }
    case 'AccessDenied':
    case 'AccessDeniedException':
      return refused(
        call,
        message,
        // https://docs.aws.amazon.com/singlesignon/latest/userguide/iam-auth-access-role.html
        /:role\/(?:.*\/)?AWSReservedSSO_/.test(call.roleArn) ? 'reservedRole' : 'notAuthorized',
      );
    default:
      return undefined;
  }
}

function refused({ roleArn, providerArn }: SamlError['call'], message: string, what: SamlTrouble): Fault {
  return { kind: 'samlRefused', what, roleArn, providerArn, detail: redact(message) };
}
