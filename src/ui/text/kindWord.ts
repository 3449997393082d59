import { kindLook } from './kinds.ts';

/** The word for a kind of profile or of a plan's base; one that is not known stays as it is. */
export function kindWord(kind: string): string {
  switch (kind) {
    case 'staticKeys':
    case 'role':
    case 'webIdentity':
    case 'identityCenter':
    case 'login':
    case 'process':
    case 'credentialSource':
    case 'saml':
    case 'none':
      return kindLook(kind).word;
    default:
      return kind;
  }
}
