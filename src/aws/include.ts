import type { Property } from './ini.ts';
import type { Problem, ProblemKind } from './problems.ts';

/** A profile whose properties may be added to. */
interface OpenProfile {
  readonly name: string;
  properties: ReadonlyMap<string, Property>;
}

/**
 * What a profile takes over from the one that it includes: aws-vault's list (populateFromConfigFile in vault/config.go).
 * Keys are not in it, so that nobody's long-term keys turn up where nobody wrote them.
 */
const inherited = [
  'mfa_serial',
  'mfa_process',
  'role_arn',
  'external_id',
  'region',
  'role_session_name',
  'duration_seconds',
  'source_profile',
  'source_identity',
  'session_tags',
  'transitive_session_tags',
  'sso_session',
  'sso_start_url',
  'sso_region',
  'sso_registration_scopes',
  'sso_account_id',
  'sso_role_name',
  'web_identity_token_file',
  'web_identity_token_process',
  'credential_process',
  'sts_regional_endpoints',
  'endpoint_url',
] as const;

/** Ways to open a role, keys of our own among them: taken over where a profile has no other of the same kind. */
const openings = [
  { taken: ['web_identity_issuer'], beside: ['web_identity_token_file', 'web_identity_token_process'] },
  { taken: ['saml_login_url', 'saml_process', 'saml_method', 'saml_provider_arn'], beside: [] },
] as const;

/** What narrows the role; taken over from one profile together, or not at all. */
const policyKeys = ['session_policy', 'session_policy_arns'] as const;
/** What has a role, or finds one: without it there is nothing to narrow. */
const roleKeys = ['role_arn', 'saml_login_url', 'saml_process'] as const;

/**
 * `include_profile`: a profile takes over what it does not say itself, through any number of profiles. Only what is named is
 * included: aws-vault adds [default] to every profile, the AWS CLI never. Changes `profiles`, and returns the problems.
 * https://github.com/99designs/aws-vault/blob/master/USAGE.md
 *
 * @param mayInclude false for a profile that nobody is to build on.
 */
export function includeProfiles(
  profiles: ReadonlyMap<string, OpenProfile>,
  mayInclude: (profile: OpenProfile) => boolean,
): readonly Problem[] {
  const problems: Problem[] = [];
  // All read before the first is changed: what a profile includes does not depend on where it stands.
  const own = new Map<string, ReadonlyMap<string, Property>>();
  for (const { name, properties } of profiles.values()) {
    if (includeOf(properties) !== undefined) {
      own.set(name, properties);
    }
  }
  for (const [name, properties] of own) {
    const merged = new Map(properties);
    const policies = new Narrowing(merged);
    const seen = [name];
    for (let include = includeOf(properties); include !== undefined;) {
      const problem = (severity: Problem['severity'], what: ProblemKind): void =>
        void problems.push({ what, severity, place: include?.place, profile: name });
      const included: string = include.value.trim();
      const profile = profiles.get(included);
      if (seen.includes(included)) {
        problem('warning', { kind: 'includeLoop', path: [...seen, included] });
        break;
      }
      if (profile === undefined || !mayInclude(profile)) {
        problem('warning', { kind: 'includeMissing', name, included });
        break;
      }
      if (seen.length === 1) {
        problem('warning', { kind: 'includeIsForeign', name, included });
      }
      seen.push(included);
      const given = own.get(included) ?? profile.properties;
      takeOver(merged, given, name);
      policies.takeOver(given);
      include = includeOf(given);
    }
    const profile = profiles.get(name);
    if (profile !== undefined) {
      profile.properties = merged;
    }
  }
  return problems;
}

function takeOver(merged: Map<string, Property>, given: ReadonlyMap<string, Property>, name: string): void {
  const keys: string[] = [...inherited];
  for (const { taken, beside } of openings) {
    if ([...taken, ...beside].every((key) => isBlank(merged, key))) {
      keys.push(...taken);
    }
  }
  for (const key of keys) {
    const property = given.get(key);
    // A profile that would become its own source by inclusion has none.
    if (
      property !== undefined &&
      isBlank(merged, key) &&
      !(key === 'source_profile' && property.value === name)
    ) {
      merged.set(key, property);
    }
  }
}

/**
 * The policies that come with a role that is taken over: it must not come without what narrows it. One's own role is not
 * another's to narrow; and AWS allows what either of two policies allows, so that who has one of their own gets no second.
 */
class Narrowing {
  readonly #merged: Map<string, Property>;
  readonly #isOver: boolean;
  /** Met on the way to the role; undefined: none yet. */
  #met: ReadonlyMap<string, Property> | undefined;
  #isTaken = false;

  constructor(merged: Map<string, Property>) {
    this.#merged = merged;
    this.#isOver = [...roleKeys, ...policyKeys].some((key) => !isBlank(merged, key));
  }

  /** After `given` was taken over. */
  takeOver(given: ReadonlyMap<string, Property>): void {
    if (this.#isOver || this.#isTaken) {
      return;
    }
    if (this.#met === undefined && policyKeys.some((key) => !isBlank(given, key))) {
      this.#met = given;
    }
    this.#isTaken = roleKeys.some((key) => !isBlank(this.#merged, key));
    for (const key of this.#isTaken ? policyKeys : []) {
      const property = this.#met?.get(key);
      if (property !== undefined) {
        this.#merged.set(key, property);
      }
    }
  }
}

/** Blank counts as absent. */
function isBlank(properties: ReadonlyMap<string, Property>, key: string): boolean {
  return (properties.get(key)?.value ?? '').trim() === '';
}

function includeOf(properties: ReadonlyMap<string, Property>): Property | undefined {
  const property = properties.get('include_profile');
  return property === undefined || property.value.trim() === '' ? undefined : property;
}
