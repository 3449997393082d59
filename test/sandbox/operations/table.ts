import { accessKeyOperations } from './iamAccessKeys.ts';
import { assumeRole } from './assumeRole.ts';
import { assumeRoleWithSaml } from './assumeRoleWithSaml.ts';
import { assumeRoleWithWebIdentity } from './assumeRoleWithWebIdentity.ts';
import { createAccountAlias } from './createAccountAlias.ts';
import { decodeAuthorizationMessage } from './decodeAuthorizationMessage.ts';
import { getCallerIdentity } from './getCallerIdentity.ts';
import { getFederationToken } from './getFederationToken.ts';
import { getSessionToken } from './getSessionToken.ts';
import { getPolicy, getPolicyVersion, listGroupsForUser, policyReads } from './iamPolicies.ts';
import { getRole, listRoles } from './iamRoles.ts';
import { listAccountAliases } from './listAccountAliases.ts';
import { mfaDeviceOperations } from './mfaDevices.ts';
import { ec2, iam, sts, type OpenOperation, type Operation, type Service } from './operation.ts';
import { simulatePrincipalPolicy } from './simulatePrincipalPolicy.ts';
import { stopInstances } from './stopInstances.ts';

const services = [sts, iam, ec2] as const;
const operations: readonly (Operation | OpenOperation)[] = [
  assumeRole,
  assumeRoleWithSaml,
  assumeRoleWithWebIdentity,
  createAccountAlias,
  decodeAuthorizationMessage,
  getCallerIdentity,
  getFederationToken,
  getPolicy,
  getPolicyVersion,
  getRole,
  getSessionToken,
  listAccountAliases,
  listGroupsForUser,
  listRoles,
  ...mfaDeviceOperations,
  ...policyReads,
  ...accessKeyOperations,
  simulatePrincipalPolicy,
  stopInstances,
];

/** The service that an API version belongs to; STS when nobody knows it. */
export function serviceOf(version: string | undefined): Service {
  return services.find((service) => service.version === version) ?? sts;
}

/** The operation with this name in this service. */
export function operationOf(service: Service, name: string): Operation | OpenOperation | undefined {
  return operations.find((operation) => operation.service === service && operation.name === name);
}
