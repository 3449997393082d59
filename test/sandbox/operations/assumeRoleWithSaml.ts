import { createHash } from 'node:crypto';
import { invalidToken } from '../jwt.ts';
import { askTrust } from '../policy.ts';
import { accessDenied, validationError } from '../refusal.ts';
import { readResponse, type Assertion } from '../saml/response.ts';
import type { Role, SamlProvider, World } from '../world.ts';
import { packedXml, policyParameters, sessionPolicies } from '../sessionPolicies.ts';
import { accountIn, arnText, checkDuration } from './assumeRole.ts';
import { credentialsXml } from './common.ts';
import { sts, type OpenOperation } from './operation.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
export const assumeRoleWithSaml: OpenOperation = {
  name: 'AssumeRoleWithSAML',
  service: sts,
  unsigned: true,
  parameters: [
    { kind: 'text', name: 'RoleArn', required: true, min: 20, max: 2048, pattern: arnText },
    { kind: 'text', name: 'PrincipalArn', required: true, min: 20, max: 2048, pattern: arnText },
    { kind: 'text', name: 'SAMLAssertion', required: true, min: 4, max: 100_000 },
    { kind: 'integer', name: 'DurationSeconds', min: 900, max: 43_200 },
    ...policyParameters,
  ],
  run(parameters, world) {
    const roleArn = parameters.get('RoleArn') ?? '';
    const providerArn = parameters.get('PrincipalArn') ?? '';
    const response = parameters.get('SAMLAssertion') ?? '';
    world.noteSecret(response);
    if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn)) {
      throw validationError('Request ARN is invalid');
    }
    const policies = sessionPolicies(parameters, accountIn(roleArn));
    const provider = world.samlProvider(providerArn);
    if (provider === undefined) {
      throw invalidToken("Specified provider doesn't exist");
    }
    const assertion = readResponse(response, provider, world.now());
    const claims = claimsOf(assertion);
    const role = world.role(roleArn);
    if (
      role === undefined ||
      // What belongs to Identity Center can only be had from it.
      role.name.startsWith('AWSReservedSSO_') ||
      !claims.pairs.some((pair) => pair.has(roleArn) && pair.has(providerArn)) ||
      !isTrusted(role, provider, assertion, claims)
    ) {
      throw accessDenied('Not authorized to perform sts:AssumeRoleWithSAML');
    }
    const keys = world.issueRole(role, claims.sessionName, secondsOf(assertion, role, parameters, world), {
      mfaAt: undefined,
      sourceIdentity: claims.sourceIdentity,
      transitiveTags: new Map([...claims.tags].filter(([key]) => claims.transitive.includes(key))),
      policies: policies.statements,
    });
    return {
      AssumedRoleUser: { AssumedRoleId: keys.userId, Arn: keys.arn },
      Audience: assertion.recipient,
      Credentials: credentialsXml(keys),
      Issuer: assertion.issuer,
      NameQualifier: nameQualifier(assertion, provider),
      PackedPolicySize: packedXml(policies),
      SourceIdentity: claims.sourceIdentity,
      Subject: assertion.subject,
      SubjectType: assertion.subjectType,
    };
  },
};

/** What the attributes of AWS's say: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html */
interface Claims {
  readonly sessionName: string;
  readonly sourceIdentity: string | undefined;
  /** Role and provider, in whatever order. */
  readonly pairs: readonly ReadonlySet<string>[];
  readonly tags: ReadonlyMap<string, string>;
  readonly transitive: readonly string[];
}

/** Attribute names begin so; the documentation for China has a name of its own. */
const prefix = /^(?:https:\/\/aws\.amazon\.com|http:\/\/www\.amazonaws\.cn)\/SAML\/Attributes\//;
const namePattern = /^[a-zA-Z_0-9+=,.@-]{2,64}$/;

function claimsOf({ attributes }: Assertion): Claims {
  const own = new Map(
    [...attributes].flatMap(([name, values]): readonly (readonly [string, readonly string[]])[] =>
      prefix.test(name) ? [[name.replace(prefix, ''), values]] : [],
    ),
  );
  const sessionName = own.get('RoleSessionName')?.[0];
  if (sessionName === undefined) {
    throw invalidToken('RoleSessionName is required in AuthnResponse');
  }
  if (!namePattern.test(sessionName)) {
    throw invalidToken('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
  }
  const sourceIdentity = own.get('SourceIdentity')?.[0];
  if (
    sourceIdentity !== undefined &&
    (!namePattern.test(sourceIdentity) || sourceIdentity.startsWith('aws:'))
  ) {
    throw invalidToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"');
  }
  const tags = new Map(
    [...own].flatMap(([name, [value = '']]): readonly (readonly [string, string])[] =>
      name.startsWith('PrincipalTag:') ? [[name.slice('PrincipalTag:'.length), value]] : [],
    ),
  );
  return {
    sessionName,
    sourceIdentity,
    pairs: (own.get('Role') ?? []).map((value) => new Set(value.split(',').map((arn) => arn.trim()))),
    tags,
    transitive: own.get('TransitiveTagKeys') ?? [],
  };
}

/** Condition keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml */
function isTrusted(role: Role, provider: SamlProvider, assertion: Assertion, claims: Claims): boolean {
  const context = new Map([
    ['saml:aud', assertion.recipient],
    ['saml:iss', assertion.issuer],
    ['saml:sub', assertion.subject],
    ['saml:sub_type', assertion.subjectType],
    ['saml:doc', `${provider.account.id}/${provider.name}`],
    ['saml:namequalifier', nameQualifier(assertion, provider)],
    ['sts:rolesessionname', claims.sessionName],
    ...[...claims.tags].map(([key, value]) => [`aws:requesttag/${key.toLowerCase()}`, value] as const),
    ...(claims.sourceIdentity === undefined ? [] : [['sts:sourceidentity', claims.sourceIdentity] as const]),
  ]);
  const who = { accountId: provider.account.id, arn: provider.arn, roleArn: undefined };
  return [
    'sts:AssumeRoleWithSAML',
    ...(claims.tags.size > 0 ? ['sts:TagSession'] : []),
    ...(claims.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ].every((action) => askTrust(role.trust, who, { action, resource: role.arn, context }) === 'names-caller');
}

/** As long as was asked, but not longer than the identity provider's own session. */
function secondsOf(
  { sessionEnd }: Assertion,
  role: Role,
  parameters: ReadonlyMap<string, string>,
  world: World,
): number {
  const asked = checkDuration(parameters, undefined, role);
  return sessionEnd === undefined ? asked : Math.min(asked, Math.floor((sessionEnd - world.now()) / 1000));
}

function nameQualifier({ issuer }: Assertion, { account, name }: SamlProvider): string {
  return createHash('sha1').update(`${issuer}${account.id}/${name}`).digest('base64');
}
