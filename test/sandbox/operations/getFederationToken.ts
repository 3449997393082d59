import { integer } from '../parameters.ts';
import { accessDenied, notAuthorized } from '../refusal.ts';
import { askCaller, packedXml, policyParameters, sessionPolicies } from '../sessionPolicies.ts';
import { credentialsXml, tagParameters } from './common.ts';
import { sts, type Operation } from './operation.ts';

const hour = 3600;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export const getFederationToken: Operation = {
  name: 'GetFederationToken',
  service: sts,
  parameters: [
    { kind: 'text', name: 'Name', required: true, min: 2, max: 32, pattern: String.raw`[\w+=,.@-]*` },
    { kind: 'integer', name: 'DurationSeconds', min: 900, max: 129_600 },
    ...policyParameters,
    ...tagParameters,
  ],
  run({ caller, parameters }, world) {
    if (caller.session !== undefined) {
      throw accessDenied('Cannot call GetFederationToken with session credentials');
    }
    const { accountId, partition } = caller;
    const name = parameters.get('Name') ?? '';
    const arn = `arn:${partition}:sts::${accountId}:federated-user/${name}`;
    const policies = sessionPolicies(parameters, { id: accountId, partition });
    const question = { action: 'sts:GetFederationToken', resource: arn, context: new Map<string, string>() };
    const verdict = askCaller(caller, question);
    if (caller.kind !== 'root' && verdict !== 'allow') {
      throw notAuthorized(caller.arn, question.action, arn, verdict === 'deny');
    }
    const asked = integer(parameters, 'DurationSeconds');
    // As with GetSessionToken, AWS shortens root's without a word.
    const seconds = caller.kind === 'root' ? Math.min(asked ?? hour, hour) : (asked ?? 12 * hour);
    const userId = `${accountId}:${name}`;
    const everything = [{ Effect: 'Allow', Action: '*', Resource: '*' }] as const;
    const own = caller.kind === 'root' ? everything : caller.policies;
    const keys = world.issue({ ...caller, kind: 'federated', arn, userId, policies: own, mfa: [] }, seconds, {
      mfaAt: undefined,
      sourceIdentity: undefined,
      transitiveTags: new Map(),
      // Without a policy the session may do what resources' own policies allow it, and the sandbox has none of these.
      policies: policies.statements ?? [],
    });
    return {
      Credentials: credentialsXml(keys),
      FederatedUser: { FederatedUserId: userId, Arn: arn },
      PackedPolicySize: packedXml(policies),
    };
  },
};
