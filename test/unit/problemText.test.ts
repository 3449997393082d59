import assert from 'node:assert/strict';
import type { ProblemKind } from '../../src/aws/problems.ts';
import { problemSentence } from '../../src/ui/text/problems.ts';
import { assertGoodSentence } from '../support/sentence.ts';

type Table = { [Kind in ProblemKind['kind']]: [Omit<Extract<ProblemKind, { kind: Kind }>, 'kind'>, string] };

const name = 'prod-admin';

/** Typed by kind, so a new kind of problem does not compile without its sentence here. */
const table: Table = {
  fileUnreadable: [
    { file: 'config', path: '/home/alice/.aws/config', code: 'ELOOP' },
    'The config file cannot be read (ELOOP): /home/alice/.aws/config',
  ],
  fileIsDirectory: [
    { file: 'credentials', path: '/home/alice/.aws/credentials' },
    'A folder lies where the credentials file should be: /home/alice/.aws/credentials',
  ],
  fileTooLarge: [
    { file: 'config', path: '/home/alice/.aws/config', bytes: 40_000_001 },
    'The config file is too large to be read (41 MB): /home/alice/.aws/config',
  ],
  invalidUtf8: [
    { file: 'config' },
    'Names and values may look wrong until the config file is saved as UTF-8',
  ],
  byteOrderMark: [
    { file: 'credentials' },
    'The AWS CLI cannot read the credentials file: save it as UTF-8 without a byte order mark',
  ],
  headerNotClosed: [{}, 'The section header has no closing ]'],
  textBeforeSection: [{}, 'This line stands before the first [section]'],
  missingEquals: [{}, 'This line has no ='],
  emptyKey: [{}, 'There is no name before the ='],
  continuationWithoutProperty: [{}, 'This indented line continues nothing'],
  subPropertyWithoutEquals: [{}, 'This line of the nested block has no ='],
  subPropertyWithoutName: [{}, 'This line of the nested block has no name before the ='],
  invalidPropertyName: [
    { name: 'in valid' },
    'This property name is ignored, it has characters that are not allowed: in valid',
  ],
  duplicateProperty: [
    { name: 'region', firstLine: 3 },
    'The AWS CLI refuses the file, the property stands on line 3 already: region',
  ],
  duplicateSection: [
    { name: 'profile a', firstLine: 1 },
    'The AWS CLI refuses the file, the section stands on line 1 already: profile a',
  ],
  colonInsteadOfEquals: [
    { name: 'region' },
    'The AWS CLI reads a : here like an =, other tools do not: region',
  ],
  inlineComment: [{ name: 'region' }, 'The AWS CLI takes the comment for a part of the value: region'],
  textAfterHeader: [{}, 'The text after the ] is ignored by the AWS CLI and refused by other tools'],
  bracketAfterHeader: [{}, 'The AWS CLI takes the last ] of this line for the end of the name'],
  indentedProperty: [
    { name: 'region' },
    'An indented property with nothing to continue is refused by some tools: region',
  ],
  indentedComment: [
    { name: 'region' },
    'Some tools take this indented comment for a part of the value above: region',
  ],
  moreProblems: [{ count: 12 }, 'The file has 12 more problems'],
  invalidProfileName: [
    { name: 'my profile' },
    'The profile is ignored, its name has characters that are not allowed: my profile',
  ],
  quotedProfileName: [
    { name: 'my profile' },
    'Only the AWS CLI and boto3 read a profile name in quotes: my profile',
  ],
  missingProfilePrefix: [
    { name },
    'The section is ignored, in the config file it must be called [profile prod-admin]',
  ],
  prefixInCredentials: [
    { name },
    'The section is ignored, in the credentials file it must be called [prod-admin]',
  ],
  unknownSection: [{ name: 'plugins' }, 'The section is ignored, tools do not know its kind: plugins'],
  pythonDefaultSection: [
    {},
    'The AWS CLI gives the properties of [DEFAULT] to every profile: write [default]',
  ],
  defaultShadowed: [{}, 'The section is ignored, because [profile default] exists'],
  keysSplitOverFiles: [
    { name },
    'The access key and its secret stand in two files, the AWS CLI reads them from one only',
  ],
  unknownProfile: [{ name }, 'There is no such profile: prod-admin'],
  missingSourceProfile: [{ name, source: 'legacy' }, 'source_profile is missing: legacy'],
  managedSourceProfile: [
    { name, source: 'vscode' },
    'source_profile must not be a profile that STS Sessions manages: vscode',
  ],
  sourceLoop: [{ path: ['a', 'b', 'a'] }, 'source_profile goes round in a circle: a → b → a'],
  noSource: [{ name }, 'role_arn needs source_profile or credential_source'],
  bothSources: [{ name }, 'source_profile and credential_source exclude each other'],
  unknownCredentialSource: [
    { name, value: 'Ec2' },
    'credential_source must be Environment, Ec2InstanceMetadata or EcsContainer, not: Ec2',
  ],
  sourceWithoutRole: [{ name }, 'The source has no effect without role_arn'],
  noCredentials: [{ name }, 'No way to get credentials is set'],
  keysNotInVault: [
    { name },
    'The vault of this VS Code does not have the keys of this profile, add them again or use the editor that has them: prod-admin',
  ],
  missingSecretKey: [{ name }, 'aws_secret_access_key is missing beside aws_access_key_id'],
  missingAccessKey: [{ name }, 'aws_access_key_id is missing beside aws_secret_access_key'],
  tokenWithoutRole: [{ name, property: 'web_identity_token_file' }, 'web_identity_token_file needs role_arn'],
  severalTokens: [
    { name, property: 'web_identity_issuer', used: 'web_identity_token_file' },
    'web_identity_issuer is ignored, the profile has another one: web_identity_token_file',
  ],
  unknownIssuer: [{ name, issuer: 'corp' }, 'No issuer of this name is in the settings, add it there: corp'],
  brokenIssuer: [
    { name, issuer: 'corp', field: 'url' },
    'The issuer corp in the settings is not complete, correct its field: url',
  ],
  ssoMissingAccount: [{ name }, 'sso_account_id is missing'],
  ssoMissingRole: [{ name }, 'sso_role_name is missing'],
  ssoMissingProperty: [{ name, property: 'sso_region' }, 'Identity Center needs this property: sso_region'],
  ssoSessionMissing: [{ name, session: 'corp' }, 'The [sso-session] section is missing: corp'],
  ssoDisagrees: [
    { name, property: 'sso_region' },
    'The profile and its sso-session say different things: sso_region',
  ],
  severalKinds: [
    {
      name,
      kinds: ['staticKeys', 'process'],
      used: 'staticKeys',
      others: [
        { sdk: 'Java', kind: 'process' },
        { sdk: 'Rust', kind: 'process' },
      ],
    },
    'The profile has several kinds of credentials (IAM user, process), used as by the AWS CLI: IAM user, other SDKs use: process (Java, Rust)',
  ],
  invalidRoleArn: [{ name, value: 'admin' }, 'role_arn is not the ARN of a role: admin'],
  invalidMfaSerial: [{ name, value: 'x' }, 'mfa_serial is not the serial or ARN of an MFA device: x'],
  mfaSerialIsUser: [
    { name, value: 'arn:aws:iam::111122223333:user/alice' },
    'mfa_serial names a user, the device has :mfa/ instead of :user/: arn:aws:iam::111122223333:user/alice',
  ],
  mfaSerialIsSecurityKey: [
    { name, value: 'arn:aws:iam::111122223333:u2f/user/alice/key' },
    'Security keys and passkeys work in the console only, put a device that shows codes into mfa_serial: arn:aws:iam::111122223333:u2f/user/alice/key',
  ],
  invalidExternalId: [{ name }, 'external_id needs 2 to 1224 letters, digits or characters of +=,.@:/-'],
  invalidSessionName: [
    { name, value: 'a b' },
    'role_session_name needs 2 to 64 letters, digits or characters of +=,.@-: a b',
  ],
  credentialSourceCase: [
    { name, value: 'environment', source: 'Environment' },
    'Other tools read credential_source only in this case: Environment',
  ],
  includeIsForeign: [
    { name, included: 'base' },
    'include_profile is read by STS Sessions and aws-vault, not by the AWS CLI: base',
  ],
  includeMissing: [{ name, included: 'base' }, 'include_profile is missing: base'],
  includeLoop: [{ path: ['a', 'b', 'a'] }, 'include_profile goes round in a circle: a → b → a'],
  invalidSessionTags: [
    { name, why: 'form', tag: 'team' },
    'session_tags must be written key=value, key=value, not: team',
  ],
  inheritedTag: [
    { name, tag: 'team' },
    'A role before it passes this session tag on, which AWS takes only once: team',
  ],
  transitiveTagMissing: [
    { name, tag: 'team' },
    'transitive_session_tags names a tag that is not in session_tags: team',
  ],
  invalidSourceIdentity: [
    { name, value: 'aws:me' },
    'source_identity needs 2 to 64 letters, digits or characters of +=,.@- and no aws: in front: aws:me',
  ],
  endpointExcludes: [
    { name, property: 'use_fips_endpoint' },
    'This cannot go with the address of endpoint_url: use_fips_endpoint',
  ],
  invalidSessionPolicies: [
    { name, why: { kind: 'policiesTooLong', characters: 2049, max: 2048 } },
    'Session policies may have at most 2048 characters together, ARNs included, and not: 2049',
  ],
  policiesNotTaken: [
    { name, property: 'session_policy_arns' },
    'Only a role that is assumed takes session policies, move this into a role profile whose source is this one: session_policy_arns',
  ],
  cannotBeReadOnly: [
    { name, why: 'sessionToken' },
    'The keys of a user cannot be made read-only, assume a role with them that way',
  ],
  invalidFederatedName: [
    { name, value: 'a' },
    'A federated user’s name needs 2 to 32 letters, digits or characters of +=,.@-: a',
  ],
  invalidDuration: [{ name, value: '1h' }, 'duration_seconds is ignored, it is not a whole number: 1h'],
  durationOutOfRange: [
    { name, seconds: 60, max: 43_200 },
    'The duration must be 900 to 43200 seconds, not: 60',
  ],
  durationOverChaining: [
    { name, seconds: 7200 },
    'A role assumed from temporary credentials lasts at most 1 hour, not: 2h 00m',
  ],
  durationOverMfaSession: [
    { name, source: 'alice', seconds: 14_400 },
    'A role from the MFA session of alice lasts at most 1 hour, not: 4h 00m',
  ],
  invalidRegion: [{ name, value: 'Ireland' }, 'This is not the name of a region: Ireland'],
  invalidEndpointUrl: [{ name }, 'The address set for STS (endpoint_url) is not an http or https URL'],
  missingServicesSection: [{ name, section: 'local' }, 'The [services] section is missing: local'],
  needsLongTermKeys: [{ name }, 'An MFA session needs the long-term keys of an IAM user'],
  samlNoSource: [{ name }, 'A SAML sign-in needs saml_login_url or saml_process'],
  invalidSamlUrl: [{ name }, 'saml_login_url must be an https URL without blanks'],
  unknownSamlMethod: [
    { name, value: 'chrome' },
    'saml_method must be browser, listener, process or paste, not: chrome',
  ],
  samlMethodNeeds: [
    { name, method: 'browser', property: 'saml_login_url' },
    'saml_method = browser needs this property: saml_login_url',
  ],
  invalidSamlProvider: [{ name, value: 'corp' }, 'saml_provider_arn is not the ARN of a SAML provider: corp'],
  samlHalfRole: [
    { name, property: 'saml_provider_arn' },
    'role_arn and saml_provider_arn go together, this one is missing: saml_provider_arn',
  ],
  samlOtherAccount: [
    { name, value: 'arn:aws:iam::111122223333:saml-provider/corp' },
    'The SAML provider lies in another account than the role: arn:aws:iam::111122223333:saml-provider/corp',
  ],
  samlSourceWithoutRole: [
    { name: 'corp' },
    'A source profile with SAML must name its role (role_arn and saml_provider_arn): corp',
  ],
  notSaml: [{ name: 'corp' }, 'This profile has no SAML sign-in: corp'],
  partitionMismatch: [
    { name, arn: 'arn:aws-cn:iam::111122223333:role/admin', region: 'eu-west-1' },
    'The role lies in another AWS partition than the region eu-west-1: arn:aws-cn:iam::111122223333:role/admin',
  ],
};

describe('problems in words', () => {
  for (const [kind, [details, sentence]] of Object.entries(table)) {
    it(kind, () => {
      const what = { kind, ...details } as ProblemKind;
      const text = problemSentence({ what, severity: 'error', place: undefined, profile: undefined });
      assert.equal(text, sentence);
      assertGoodSentence(text);
    });
  }

  it('says plainly that a right is missing', () => {
    for (const code of ['EACCES', 'EPERM']) {
      const what = { kind: 'fileUnreadable', file: 'config', path: '/home/alice/.aws/config', code } as const;
      const text = problemSentence({ what, severity: 'error', place: undefined, profile: undefined });
      assert.equal(text, 'You have no permission to read the config file: /home/alice/.aws/config');
    }
  });

  it('counts one problem as one', () => {
    const what = { kind: 'moreProblems', count: 1 } as const;
    const text = problemSentence({ what, severity: 'warning', place: undefined, profile: undefined });
    assert.equal(text, 'The file has 1 more problem');
  });
});
