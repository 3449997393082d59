import type { Fault } from '../faults.ts';
import { redact } from '../redact.ts';
import type { Grant, SignIn } from './identityCenterApi.ts';
import { signInName } from './identityCenterApi.ts';

/** What was asked when an error came. */
export type Asked =
  | { readonly kind: 'register' }
  | { readonly kind: 'startDevice' }
  | { readonly kind: 'redeem'; readonly grant: Grant['kind'] }
  | { readonly kind: 'roleCredentials'; readonly accountId: string; readonly roleName: string }
  | { readonly kind: 'accounts' }
  | { readonly kind: 'roles' }
  | { readonly kind: 'logout' };

/** An error as Identity Center sent it. */
export interface IdentityCenterError {
  /** `UnauthorizedException` and so on. */
  readonly code: string;
  readonly message: string;
  /** HTTP status. */
  readonly status: number;
  readonly host: string;
  readonly asked: Asked;
  readonly signIn: Pick<SignIn, 'session' | 'startUrl' | 'region'>;
}

/**
 * What an error of Identity Center's means. Codes, by operation:
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
 */
export function faultFromIdentityCenter(error: IdentityCenterError): Fault {
  const { code, status, host, asked } = error;
  const signIn = signInName(error.signIn);
  if (status === 429 || code === 'TooManyRequestsException') {
    return { kind: 'throttled', host };
  }
  if (status >= 500) {
    return { kind: 'unavailable', host, status };
  }
  // A token, a client or a refresh token that is not taken any more: whatever the word, it takes a new sign-in.
  const wantsSignIn: Fault = { kind: 'signInNeeded', signIn };
  switch (code) {
    case 'UnauthorizedException':
      return wantsSignIn;
    case 'ResourceNotFoundException':
    case 'ForbiddenException':
      return asked.kind === 'roleCredentials'
        ? { kind: 'roleNotAssigned', accountId: asked.accountId, roleName: asked.roleName, signIn }
        : refused(error);
    case 'InvalidRequestRegionException':
      return failed(error, 'wrongRegion');
    case 'InvalidRequestException':
      if (asked.kind === 'redeem') {
        return asked.grant === 'refresh' ? wantsSignIn : failed(error, 'notTaken');
      }
      return asked.kind === 'startDevice' || asked.kind === 'register'
        ? failed(error, 'unknownStartUrl')
        : refused(error);
    case 'InvalidScopeException':
      return failed(error, 'scopes');
    case 'InvalidRedirectUriException':
      return failed(error, 'redirect');
    case 'AccessDeniedException':
      return asked.kind === 'redeem' && asked.grant !== 'refresh' ? failed(error, 'denied') : wantsSignIn;
    case 'ExpiredTokenException':
      return asked.kind === 'redeem' && asked.grant !== 'refresh' ? failed(error, 'tooLate') : wantsSignIn;
    case 'InvalidGrantException':
    case 'InvalidClientException':
    case 'UnauthorizedClientException':
      return asked.kind === 'redeem' && asked.grant === 'refresh' ? wantsSignIn : failed(error, 'notTaken');
    default:
      return refused(error);
  }
}

function failed(
  { signIn }: IdentityCenterError,
  why: Extract<Fault, { kind: 'signInFailed' }>['why'],
): Fault {
  return { kind: 'signInFailed', signIn: signInName(signIn), why };
}

function refused({ code, status, message }: IdentityCenterError): Fault {
  return { kind: 'refused', code, status, message: redact(message) };
}
