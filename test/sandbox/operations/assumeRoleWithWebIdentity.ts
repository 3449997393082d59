import { checkJwt, invalidToken, readJwt } from '../jwt.ts';
import { publishedKeys } from '../jwks.ts';
import { askTrust } from '../policy.ts';
import { accessDenied, Refusal, validationError } from '../refusal.ts';
import { packedXml, policyParameters, sessionPolicies } from '../sessionPolicies.ts';
import { accountIn, arnText, checkDuration } from './assumeRole.ts';
import { credentialsXml } from './common.ts';
import { sts, type OpenOperation } from './operation.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
export const assumeRoleWithWebIdentity: OpenOperation = {
  name: 'AssumeRoleWithWebIdentity',
  service: sts,
  unsigned: true,
  parameters: [
    { kind: 'text', name: 'RoleArn', required: true, min: 20, max: 2048, pattern: arnText },
    {
      kind: 'text',
      name: 'RoleSessionName',
      required: true,
      min: 2,
      max: 64,
      pattern: String.raw`[\w+=,.@-]*`,
    },
    { kind: 'text', name: 'WebIdentityToken', required: true, min: 4, max: 20_000 },
    { kind: 'text', name: 'ProviderId', min: 4, max: 2048 },
    { kind: 'integer', name: 'DurationSeconds', min: 900, max: 43_200 },
    ...policyParameters,
  ],
  async run(parameters, world) {
    const roleArn = parameters.get('RoleArn') ?? '';
    const token = parameters.get('WebIdentityToken') ?? '';
    world.noteSecret(token);
    if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn)) {
      throw validationError('Request ARN is invalid');
    }
    const policies = sessionPolicies(parameters, accountIn(roleArn));
    const jwt = readJwt(token);
    const { iss, aud, azp, sub, exp, amr } = jwt.claims;
    const role = world.role(roleArn);
    if (role === undefined) {
      throw notAuthorized();
    }
    const provider = world.oidcProvider(role, String(iss));
    if (provider === undefined) {
      throw invalidToken(`No OpenIDConnect provider found in your account for ${String(iss)}`);
    }
    checkJwt(jwt, provider.keys ?? (await publishedKeys(provider.issuer)));
    const now = Math.floor(world.now() / 1000);
    if (typeof exp !== 'number' || exp <= now) {
      throw new Refusal(
        400,
        'ExpiredTokenException',
        `Token expired: current date/time ${now} must be before the expiration date/time ${String(exp)}`,
      );
    }
    // The authorized party is the audience where there is one.
    const audiences = typeof azp === 'string' ? [azp] : Array.isArray(aud) ? aud.map(String) : [String(aud)];
    const audience = audiences.find((one) => provider.clientIds.includes(one));
    if (audience === undefined) {
      throw invalidToken('Incorrect token audience');
    }
    const name = provider.issuer.replace(/^https?:\/\//, '').toLowerCase();
    const context = new Map([
      [`${name}:aud`, audience],
      [`${name}:sub`, String(sub)],
      // IAM has a list here; the sandbox's policies ask for one method.
      ...(Array.isArray(amr) ? [[`${name}:amr`, amr.join(' ')] as const] : []),
      ['sts:rolesessionname', parameters.get('RoleSessionName') ?? ''],
    ]);
    const who = { accountId: role.account.id, arn: provider.arn, roleArn: undefined };
    const question = { action: 'sts:AssumeRoleWithWebIdentity', resource: roleArn, context };
    if (askTrust(role.trust, who, question) !== 'names-caller') {
      throw notAuthorized();
    }
    const seconds = checkDuration(parameters, undefined, role);
    const keys = world.issueRole(role, parameters.get('RoleSessionName') ?? '', seconds, {
      mfaAt: undefined,
      sourceIdentity: undefined,
      transitiveTags: new Map(),
      policies: policies.statements,
    });
    return {
      AssumedRoleUser: { AssumedRoleId: keys.userId, Arn: keys.arn },
      Audience: audience,
      Credentials: credentialsXml(keys),
      PackedPolicySize: packedXml(policies),
      Provider: provider.arn,
      SubjectFromWebIdentityToken: String(sub),
    };
  },
};

function notAuthorized(): Refusal {
  return accessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity');
}
