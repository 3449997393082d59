import type { ProblemKind } from '../../aws/problems.ts';
import { kindWord } from './kindWord.ts';
import { t } from './l10n.ts';
import { policySentence, readOnlyHindranceSentence, tagSentence } from './policies.ts';
import { remaining } from './time.ts';

/** The kinds that planning finds, or that concern one profile's meaning rather than a line's form. */
export type PlanProblem = Exclude<ProblemKind, { readonly kind: FormKind }>;

type FormKind =
  | 'fileUnreadable'
  | 'fileIsDirectory'
  | 'fileTooLarge'
  | 'invalidUtf8'
  | 'byteOrderMark'
  | 'headerNotClosed'
  | 'textBeforeSection'
  | 'missingEquals'
  | 'emptyKey'
  | 'continuationWithoutProperty'
  | 'subPropertyWithoutEquals'
  | 'subPropertyWithoutName'
  | 'invalidPropertyName'
  | 'duplicateProperty'
  | 'duplicateSection'
  | 'colonInsteadOfEquals'
  | 'inlineComment'
  | 'textAfterHeader'
  | 'bracketAfterHeader'
  | 'indentedProperty'
  | 'indentedComment'
  | 'moreProblems'
  | 'invalidProfileName'
  | 'quotedProfileName'
  | 'missingProfilePrefix'
  | 'prefixInCredentials'
  | 'unknownSection'
  | 'pythonDefaultSection'
  | 'defaultShadowed'
  | 'keysSplitOverFiles'
  | 'includeIsForeign'
  | 'includeMissing'
  | 'includeLoop';

/** A problem of a plan in one short sentence; `problemSentence` is the way in. */
export function planProblemSentence(what: PlanProblem): string {
  switch (what.kind) {
    case 'unknownProfile':
      return t('There is no such profile: {0}', what.name);
    case 'missingSourceProfile':
      return t('source_profile is missing: {0}', what.source);
    case 'managedSourceProfile':
      return t('source_profile must not be a profile that STS Sessions manages: {0}', what.source);
    case 'sourceLoop':
      return t('source_profile goes round in a circle: {0}', what.path.join(' → '));
    case 'noSource':
      return t('role_arn needs source_profile or credential_source');
    case 'bothSources':
      return t('source_profile and credential_source exclude each other');
    case 'unknownCredentialSource':
      return t(
        'credential_source must be Environment, Ec2InstanceMetadata or EcsContainer, not: {0}',
        what.value,
      );
    case 'credentialSourceCase':
      return t('Other tools read credential_source only in this case: {0}', what.source);
    case 'sourceWithoutRole':
      return t('The source has no effect without role_arn');
    case 'noCredentials':
      return t('No way to get credentials is set');
    case 'keysNotInVault':
      return t(
        'The vault of this VS Code does not have the keys of this profile, add them again or use the editor that has them: {0}',
        what.name,
      );
    case 'missingSecretKey':
      return t('aws_secret_access_key is missing beside aws_access_key_id');
    case 'missingAccessKey':
      return t('aws_access_key_id is missing beside aws_secret_access_key');
    case 'tokenWithoutRole':
      return t('{0} needs role_arn', what.property);
    case 'severalTokens':
      return t('{0} is ignored, the profile has another one: {1}', what.property, what.used);
    case 'unknownIssuer':
      return t('No issuer of this name is in the settings, add it there: {0}', what.issuer);
    case 'brokenIssuer':
      return t(
        'The issuer {0} in the settings is not complete, correct its field: {1}',
        what.issuer,
        what.field,
      );
    case 'ssoMissingAccount':
      return t('sso_account_id is missing');
    case 'ssoMissingRole':
      return t('sso_role_name is missing');
    case 'ssoMissingProperty':
      return t('Identity Center needs this property: {0}', what.property);
    case 'ssoSessionMissing':
      return t('The [sso-session] section is missing: {0}', what.session);
    case 'ssoDisagrees':
      return t('The profile and its sso-session say different things: {0}', what.property);
    case 'severalKinds':
      return severalKindsSentence(what);
    case 'invalidRoleArn':
      return t('role_arn is not the ARN of a role: {0}', what.value);
    case 'invalidMfaSerial':
      return t('mfa_serial is not the serial or ARN of an MFA device: {0}', what.value);
    case 'mfaSerialIsUser':
      return t('mfa_serial names a user, the device has :mfa/ instead of :user/: {0}', what.value);
    case 'mfaSerialIsSecurityKey':
      return t(
        'Security keys and passkeys work in the console only, put a device that shows codes into mfa_serial: {0}',
        what.value,
      );
    case 'invalidExternalId':
      return t('external_id needs 2 to 1224 letters, digits or characters of +=,.@:/-');
    case 'invalidSessionName':
      return t('role_session_name needs 2 to 64 letters, digits or characters of +=,.@-: {0}', what.value);
    case 'invalidSessionTags':
      return what.why === 'form'
        ? t('session_tags must be written key=value, key=value, not: {0}', what.tag)
        : tagSentence(what);
    case 'transitiveTagMissing':
      return t('transitive_session_tags names a tag that is not in session_tags: {0}', what.tag);
    case 'inheritedTag':
      return t('A role before it passes this session tag on, which AWS takes only once: {0}', what.tag);
    case 'invalidSourceIdentity':
      return t(
        'source_identity needs 2 to 64 letters, digits or characters of +=,.@- and no aws: in front: {0}',
        what.value,
      );
    case 'invalidSessionPolicies':
      return policySentence(what.why);
    case 'policiesNotTaken':
      return t(
        'Only a role that is assumed takes session policies, move this into a role profile whose source is this one: {0}',
        what.property,
      );
    case 'cannotBeReadOnly':
      return readOnlyHindranceSentence(what.why);
    case 'invalidFederatedName':
      return t(
        'A federated user’s name needs 2 to 32 letters, digits or characters of +=,.@-: {0}',
        what.value,
      );
    case 'invalidDuration':
      return t('duration_seconds is ignored, it is not a whole number: {0}', what.value);
    case 'durationOutOfRange':
      return t('The duration must be 900 to {0} seconds, not: {1}', what.max, what.seconds);
    case 'durationOverChaining':
      return t(
        'A role assumed from temporary credentials lasts at most 1 hour, not: {0}',
        remaining(what.seconds * 1000),
      );
    case 'durationOverMfaSession':
      return t(
        'A role from the MFA session of {0} lasts at most 1 hour, not: {1}',
        what.source,
        remaining(what.seconds * 1000),
      );
    case 'invalidRegion':
      return t('This is not the name of a region: {0}', what.value);
    case 'invalidEndpointUrl':
      return t('The address set for STS (endpoint_url) is not an http or https URL');
    case 'endpointExcludes':
      return t('This cannot go with the address of endpoint_url: {0}', what.property);
    case 'missingServicesSection':
      return t('The [services] section is missing: {0}', what.section);
    case 'needsLongTermKeys':
      return what.wanted === 'federation'
        ? t('A federation session needs the long-term keys of an IAM user')
        : t('An MFA session needs the long-term keys of an IAM user');
    case 'samlNoSource':
      return t('A SAML sign-in needs saml_login_url or saml_process');
    case 'invalidSamlUrl':
      return t('saml_login_url must be an https URL without blanks');
    case 'unknownSamlMethod':
      return t('saml_method must be browser, listener, process or paste, not: {0}', what.value);
    case 'samlMethodNeeds':
      return t('saml_method = {0} needs this property: {1}', what.method, what.property);
    case 'invalidSamlProvider':
      return t('saml_provider_arn is not the ARN of a SAML provider: {0}', what.value);
    case 'samlHalfRole':
      return t('role_arn and saml_provider_arn go together, this one is missing: {0}', what.property);
    case 'samlOtherAccount':
      return t('The SAML provider lies in another account than the role: {0}', what.value);
    case 'samlSourceWithoutRole':
      return t(
        'A source profile with SAML must name its role (role_arn and saml_provider_arn): {0}',
        what.name,
      );
    case 'notSaml':
      return t('This profile has no SAML sign-in: {0}', what.name);
    case 'partitionMismatch':
      return t('The role lies in another AWS partition than the region {0}: {1}', what.region, what.arn);
  }
}

function severalKindsSentence({
  kinds,
  used,
  others,
}: Extract<ProblemKind, { kind: 'severalKinds' }>): string {
  const all = kinds.map(kindWord).join(', ');
  if (others.length === 0) {
    return t(
      'The profile has several kinds of credentials ({0}), used as by the AWS CLI: {1}',
      all,
      kindWord(used),
    );
  }
  const elsewhere = [...new Set(others.map(({ kind }) => kind))].map((kind) => {
    const sdks = others.filter((each) => each.kind === kind).map(({ sdk }) => sdk);
    return `${kindWord(kind)} (${sdks.join(', ')})`;
  });
  return t(
    'The profile has several kinds of credentials ({0}), used as by the AWS CLI: {1}, other SDKs use: {2}',
    all,
    kindWord(used),
    elsewhere.join(', '),
  );
}
