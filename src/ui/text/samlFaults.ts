import { parseProviderArn } from '../../aws/saml/assertion.ts';
import type { Fault, SamlFault } from '../../aws/faults.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';
import { roleForReading } from './roles.ts';
import { accountForReading } from './time.ts';

type Of<Kind extends SamlFault['kind']> = Extract<Fault, { kind: Kind }>;

/** The faults that have to do with SAML; `session` stands in where AWS could not know the profile. */
export function samlFaultText(fault: SamlFault, session: string): FaultText {
  switch (fault.kind) {
    case 'samlRoleNotChosen':
      return {
        text: t('No role was chosen, start again and choose one: {0}', fault.profile),
        actions: ['signIn', 'openProfile'],
      };
    case 'samlNoWay':
      return {
        text: t('There is no way here to get the SAML assertion, add one to the profile: {0}', fault.profile),
        actions: ['openProfile'],
      };
    case 'samlProcess':
      return { text: processSentence(fault), actions: ['openProfile', 'retry'] };
    case 'samlUnreadable':
      return { text: unreadableSentence(fault), actions: ['signIn', 'openProfile'] };
    case 'samlNoRoles':
      return {
        text: t(
          'The SAML assertion offers no AWS role, ask the administrator of your identity provider: {0}',
          fault.profile,
        ),
        actions: ['signIn', 'openProfile'],
      };
    case 'samlRoleNotOffered':
      return { text: notOfferedSentence(fault), actions: ['openProfile', 'signIn'] };
    case 'samlExpired':
      return {
        text: t(
          'The SAML assertion was too old for AWS, which takes it for 5 minutes at most, sign in again: {0}',
          fault.profile || session,
        ),
        actions: ['signIn'],
      };
    case 'samlRefused':
      return {
        text: refusedSentence(fault),
        actions: fault.what === 'rejected' ? ['signIn', 'showLog'] : ['openProfile', 'signIn', 'showLog'],
      };
  }
}

/** Why a `saml_process` gave nothing. Neither its arguments nor what it printed are in it. */
function processSentence({ profile, what, detail }: Of<'samlProcess'>): string {
  switch (what) {
    case 'empty':
      return t('saml_process names no program: {0}', profile);
    case 'quotes':
      return t('A quotation mark or a backslash in saml_process is left over: {0}', profile);
    case 'notFound':
      return t('The program of saml_process was not found, give its whole path: {0}', profile);
    case 'notStarted':
      return t(
        'The program of saml_process could not be started, check its permissions: {0} ({1})',
        profile,
        detail,
      );
    case 'failed':
      return t(
        'saml_process failed with exit code {1}, run it in a terminal to see why: {0}',
        profile,
        detail,
      );
    case 'killed':
      return t('saml_process was ended by signal {1}, run it in a terminal to see why: {0}', profile, detail);
    case 'timedOut':
      return t(
        'saml_process did not finish within {1} seconds, run it in a terminal to see why: {0}',
        profile,
        detail,
      );
    case 'tooMuch':
      return t('saml_process printed far too much, it should print a SAML response: {0}', profile);
  }
}

function unreadableSentence({ profile, what, detail }: Of<'samlUnreadable'>): string {
  switch (what) {
    case 'nothing':
      return t('No SAML response came back, sign in again: {0}', profile);
    case 'tooLarge':
      return t(
        'The SAML response is larger than AWS takes, ask the administrator of your identity provider for fewer roles: {0}',
        profile,
      );
    case 'base64':
      return t('The SAML response is not whole, get all of it: {0}', profile);
    case 'encoding':
      return t('The SAML response is not in the encoding that it names: {0}', profile);
    case 'doctype':
      return t('The SAML response has a DOCTYPE, which is not safe, so nothing of it was kept: {0}', profile);
    case 'notXml':
      return t('What came back is not a SAML response, or only a part of it, sign in again: {0}', profile);
    case 'notResponse':
      return t(
        'What came back belongs to SAML but is no response, look for the field SAMLResponse: {0}',
        profile,
      );
    case 'notSuccess':
      return t('Your identity provider ended the sign-in without success: {0} ({1})', profile, detail);
    case 'noAssertion':
      return t(
        'The SAML response holds no assertion, ask the administrator of your identity provider: {0}',
        profile,
      );
  }
}

function notOfferedSentence({ roleArn, instead }: Of<'samlRoleNotOffered'>): string {
  return instead === undefined
    ? t(
        'The SAML assertion does not offer this role, correct role_arn or choose another: {0}',
        roleForReading(roleArn),
      )
    : t(
        'The SAML assertion offers a role that differs in upper and lower case, correct role_arn: {0}',
        roleForReading(instead),
      );
}

/** What AWS has against an assertion. */
function refusedSentence({ what, roleArn, providerArn, detail }: Of<'samlRefused'>): string {
  const role = roleForReading(roleArn);
  switch (what) {
    case 'rejected':
      return t('The identity provider does not vouch for this sign-in any more, sign in again: {0}', role);
    case 'signature':
      return t(
        'AWS finds the signature of the assertion invalid, the metadata in IAM may be out of date: {0}',
        providerForReading(providerArn),
      );
    case 'noProvider':
      return t(
        'The account has no SAML provider of this name, correct saml_provider_arn: {0}',
        providerForReading(providerArn),
      );
    case 'issuer':
      return t(
        'The assertion comes from another identity provider than the one in IAM: {0}',
        providerForReading(providerArn),
      );
    case 'noSessionName':
      return t(
        'The assertion lacks the attribute RoleSessionName, have it added at the identity provider: {0}',
        role,
      );
    case 'badSessionName':
      return t(
        'RoleSessionName in the assertion needs 2 to 64 letters, digits or characters of +=,.@-: {0}',
        role,
      );
    case 'badSourceIdentity':
      return t(
        'SourceIdentity in the assertion needs 2 to 64 letters, digits or characters of +=,.@- and no aws: in front: {0}',
        role,
      );
    case 'audience':
      return t('The assertion is not made for AWS, its audience must be urn:amazon:webservices: {0}', role);
    case 'recipient':
      return t(
        'The assertion is made for another address than AWS’s sign-in page in this partition: {0}',
        role,
      );
    case 'notAuthorized':
      return t(
        'AWS does not give this role for the assertion, its trust policy may not name the provider: {0}',
        role,
      );
    case 'reservedRole':
      return t(
        'Identity Center keeps this role for itself, sign in with Identity Center to use it: {0}',
        role,
      );
    case 'invalid':
      return detail === ''
        ? t('AWS does not take the assertion: {0}', role)
        : t('AWS does not take the assertion: {0} ({1})', role, detail.replace(/\.$/, ''));
  }
}

/** `arn:aws:iam::111122223333:saml-provider/corp` → `corp in 1111-2222-3333`. */
function providerForReading(providerArn: string): string {
  const account = parseProviderArn(providerArn)?.accountId;
  const name = providerArn.slice(providerArn.lastIndexOf('/') + 1);
  return account === undefined ? providerArn : t('{0} in {1}', name, accountForReading(account));
}
