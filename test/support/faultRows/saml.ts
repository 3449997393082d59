import { roleArn, providerArn } from './row.ts';
import type { FaultTable } from './row.ts';

/** Sentences for SAML. */
export const samlRows: Pick<
  FaultTable,
  | 'samlRoleNotChosen'
  | 'samlNoWay'
  | 'samlProcess'
  | 'samlUnreadable'
  | 'samlNoRoles'
  | 'samlRoleNotOffered'
  | 'samlExpired'
  | 'samlRefused'
> = {
  samlRoleNotChosen: [
    [{ profile: 'corp' }, 'No role was chosen, start again and choose one: corp', ['signIn', 'openProfile']],
  ],
  samlNoWay: [
    [
      { profile: 'corp' },
      'There is no way here to get the SAML assertion, add one to the profile: corp',
      ['openProfile'],
    ],
  ],
  samlProcess: [
    [
      { profile: 'corp', what: 'empty', detail: '' },
      'saml_process names no program: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'quotes', detail: '' },
      'A quotation mark or a backslash in saml_process is left over: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'notFound', detail: '' },
      'The program of saml_process was not found, give its whole path: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'notStarted', detail: 'EACCES' },
      'The program of saml_process could not be started, check its permissions: corp (EACCES)',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'failed', detail: '3' },
      'saml_process failed with exit code 3, run it in a terminal to see why: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'killed', detail: 'SIGSEGV' },
      'saml_process was ended by signal SIGSEGV, run it in a terminal to see why: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'timedOut', detail: '60' },
      'saml_process did not finish within 60 seconds, run it in a terminal to see why: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'tooMuch', detail: '' },
      'saml_process printed far too much, it should print a SAML response: corp',
      ['openProfile', 'retry'],
    ],
  ],
  samlUnreadable: [
    [
      { profile: 'corp', what: 'nothing', detail: '' },
      'No SAML response came back, sign in again: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'tooLarge', detail: '' },
      'The SAML response is larger than AWS takes, ask the administrator of your identity provider for fewer roles: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'base64', detail: '' },
      'The SAML response is not whole, get all of it: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'encoding', detail: '' },
      'The SAML response is not in the encoding that it names: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'doctype', detail: '' },
      'The SAML response has a DOCTYPE, which is not safe, so nothing of it was kept: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'notXml', detail: '' },
      'What came back is not a SAML response, or only a part of it, sign in again: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'notResponse', detail: '' },
      'What came back belongs to SAML but is no response, look for the field SAMLResponse: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'notSuccess', detail: 'AuthnFailed' },
      'Your identity provider ended the sign-in without success: corp (AuthnFailed)',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'noAssertion', detail: '' },
      'The SAML response holds no assertion, ask the administrator of your identity provider: corp',
      ['signIn', 'openProfile'],
    ],
  ],
  samlNoRoles: [
    [
      { profile: 'corp' },
      'The SAML assertion offers no AWS role, ask the administrator of your identity provider: corp',
      ['signIn', 'openProfile'],
    ],
  ],
  samlRoleNotOffered: [
    [
      { profile: 'corp', roleArn, instead: undefined },
      'The SAML assertion does not offer this role, correct role_arn or choose another: admin in 1111-2222-3333',
      ['openProfile', 'signIn'],
    ],
    [
      { profile: 'corp', roleArn, instead: 'arn:aws:iam::111122223333:role/Admin' },
      'The SAML assertion offers a role that differs in upper and lower case, correct role_arn: Admin in 1111-2222-3333',
      ['openProfile', 'signIn'],
    ],
  ],
  samlExpired: [
    [
      { profile: 'corp' },
      'The SAML assertion was too old for AWS, which takes it for 5 minutes at most, sign in again: corp',
      ['signIn'],
    ],
  ],
  samlRefused: [
    [
      { what: 'rejected', roleArn, providerArn, detail: '' },
      'The identity provider does not vouch for this sign-in any more, sign in again: admin in 1111-2222-3333',
      ['signIn', 'showLog'],
    ],
    [
      { what: 'signature', roleArn, providerArn, detail: '' },
      'AWS finds the signature of the assertion invalid, the metadata in IAM may be out of date: corp in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'noProvider', roleArn, providerArn, detail: '' },
      'The account has no SAML provider of this name, correct saml_provider_arn: corp in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'issuer', roleArn, providerArn, detail: '' },
      'The assertion comes from another identity provider than the one in IAM: corp in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'noSessionName', roleArn, providerArn, detail: '' },
      'The assertion lacks the attribute RoleSessionName, have it added at the identity provider: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'badSessionName', roleArn, providerArn, detail: '' },
      'RoleSessionName in the assertion needs 2 to 64 letters, digits or characters of +=,.@-: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'badSourceIdentity', roleArn, providerArn, detail: '' },
      'SourceIdentity in the assertion needs 2 to 64 letters, digits or characters of +=,.@- and no aws: in front: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'audience', roleArn, providerArn, detail: '' },
      'The assertion is not made for AWS, its audience must be urn:amazon:webservices: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'recipient', roleArn, providerArn, detail: '' },
      'The assertion is made for another address than AWS’s sign-in page in this partition: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'notAuthorized', roleArn, providerArn, detail: '' },
      'AWS does not give this role for the assertion, its trust policy may not name the provider: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'reservedRole', roleArn, providerArn, detail: '' },
      'Identity Center keeps this role for itself, sign in with Identity Center to use it: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'invalid', roleArn, providerArn, detail: '' },
      'AWS does not take the assertion: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'invalid', roleArn, providerArn, detail: 'Broken.' },
      'AWS does not take the assertion: admin in 1111-2222-3333 (Broken)',
      ['openProfile', 'signIn', 'showLog'],
    ],
  ],
};
