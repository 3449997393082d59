import type { Findings } from '../findings.ts';
import { isLoopback } from '../loopback.ts';
import { placeOf, read } from '../findings.ts';
import type { AssertionSource, AssertionWay, Base, SamlRole, SessionRequest } from '../planModel.ts';
import { sessionPoliciesOf } from '../planPolicies.ts';
import { checkedDuration, checkedRoleArn, wholeSeconds } from '../planRole.ts';
import type { Property, Section } from '../profiles.ts';
import { samlKeys } from '../profiles.ts';
import { accountOfRole, parseProviderArn } from '../saml/assertion.ts';
import { Secret } from '../secret.ts';

type SamlBase = Extract<Base, { kind: 'saml' }>;

/** What `saml_method` may say. */
const ways: readonly AssertionWay[] = ['browser', 'listener', 'process', 'paste'];

/**
 * A SAML profile: where its assertion comes from, and the role to take, or none, so that the person picks one of those
 * that the assertion offers. Its keys are ours; the AWS CLI and the SDKs take no notice of them.
 */
export function samlBase(section: Section, findings: Findings): SamlBase | undefined {
  const place = samlKeys.map((key) => read(section, key)?.place).find((found) => found !== undefined);
  const assertion = assertionSource(section, findings);
  const role = fixedRole(section, findings);
  const own = place ?? placeOf(section);
  return own && samlBaseOf(section, { assertion, role, place: own }, findings);
}

/** The same for a role that the person picked, whatever the profile names itself. */
export function samlRoleBase(
  section: Section,
  {
    name,
    roleArn,
    providerArn,
  }: Pick<Extract<SessionRequest, { kind: 'samlRole' }>, 'name' | 'roleArn' | 'providerArn'>,
  findings: Findings,
): SamlBase | undefined {
  const place = samlKeys.map((key) => read(section, key)?.place).find((found) => found !== undefined);
  if (place === undefined) {
    findings.error(name, placeOf(section), { kind: 'notSaml', name: section.name });
    return undefined;
  }
  const assertion = assertionSource(section, findings);
  const role = { roleArn, providerArn };
  // The picker takes nothing else, but a stored request may be older than it.
  checkedRoleArn(name, roleArn, undefined, findings);
  checkProvider(name, { value: providerArn, place: undefined }, findings);
  return samlBaseOf(section, { assertion, role, place }, findings);
}

function samlBaseOf(
  section: Section,
  known: Pick<SamlBase, 'assertion' | 'role' | 'place'>,
  findings: Findings,
): SamlBase {
  const { name } = section;
  const duration = read(section, 'duration_seconds');
  const seconds = duration && wholeSeconds(name, duration.value, duration.place, findings);
  return {
    kind: 'saml',
    profile: name,
    ...known,
    accountId: known.role && (accountOfRole(known.role) || undefined),
    durationSeconds: checkedDuration(name, seconds, duration?.place, { chained: false }, findings),
    // Whichever role is picked: without one nothing is known of where its policies must be.
    ...sessionPoliciesOf(section, known.role?.roleArn ?? '', findings),
  };
}

/** `saml_login_url`, `saml_process` and `saml_method`. */
function assertionSource(section: Section, findings: Findings): AssertionSource {
  const { name } = section;
  const url = read(section, 'saml_login_url');
  const command = read(section, 'saml_process');
  const method = read(section, 'saml_method');
  if (url !== undefined && !isLoginUrl(url.value)) {
    findings.error(name, url.place, { kind: 'invalidSamlUrl', name });
  }
  const way = method && ways.find((known) => known === method.value.toLowerCase());
  if (method !== undefined && way === undefined) {
    findings.error(name, method.place, { kind: 'unknownSamlMethod', name, value: method.value });
  }
  if (url === undefined && command === undefined && method === undefined) {
    findings.error(name, placeOf(section), { kind: 'samlNoSource', name });
  }
  const needs = way === 'process' ? 'saml_process' : 'saml_login_url';
  // What is pasted may come from anywhere.
  if (way !== undefined && way !== 'paste' && read(section, needs) === undefined) {
    findings.error(name, method?.place, { kind: 'samlMethodNeeds', name, method: way, property: needs });
  }
  return { loginUrl: url?.value, command: command && new Secret(command.value), way };
}

/** True for a page that a browser may be sent to with a password to come: https, or this machine. */
export function isLoginUrl(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) {
    return false;
  }
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** `role_arn` with `saml_provider_arn`; neither leaves the choice to the person. */
function fixedRole(section: Section, findings: Findings): SamlRole | undefined {
  const { name } = section;
  const role = read(section, 'role_arn');
  const provider = read(section, 'saml_provider_arn');
  const arn = role && checkedRoleArn(name, role.value, role.place, findings);
  const owner = provider && checkProvider(name, provider, findings);
  if (role === undefined || provider === undefined) {
    if (role !== undefined || provider !== undefined) {
      const property = role === undefined ? 'role_arn' : 'saml_provider_arn';
      findings.error(name, (role ?? provider)?.place, { kind: 'samlHalfRole', name, property });
    }
    return undefined;
  }
  // A trust policy names a provider of its own account: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html
  if (arn !== undefined && owner !== undefined && arn.accountId !== owner.accountId) {
    findings.warning(name, provider.place, { kind: 'samlOtherAccount', name, value: provider.value });
  }
  return { roleArn: role.value, providerArn: provider.value };
}

function checkProvider(
  name: string,
  { value, place }: { readonly value: string; readonly place: Property['place'] | undefined },
  findings: Findings,
): { readonly accountId: string } | undefined {
  const owner = parseProviderArn(value);
  if (owner === undefined) {
    findings.error(name, place, { kind: 'invalidSamlProvider', name, value });
  }
  return owner;
}
