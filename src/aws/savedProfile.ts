import { Findings } from './findings.ts';
import type { SamlRole } from './planModel.ts';
import { sessionPoliciesOf } from './planPolicies.ts';
import type { Section } from './profiles.ts';
import { extraProperties } from './roles/roleExtras.ts';

type Properties = readonly (readonly [key: string, value: string])[];

/** What a saved role takes over of the profile whose sign-in offered it, beside its session policies. */
const inherited = [
  'saml_login_url',
  'saml_process',
  'saml_method',
  'duration_seconds',
  'endpoint_url',
  'services',
  'ignore_configured_endpoint_urls',
  'sts_regional_endpoints',
  'use_fips_endpoint',
  'use_dualstack_endpoint',
  'ca_bundle',
] as const;

/** The lines of a profile for a role of an assertion: its session may do no more than one of `source`, which offered it. */
export function samlRoleProperties(source: Section | undefined, role: SamlRole, region: string): Properties {
  const { roleArn, providerArn } = role;
  // What is wrong with the policies is said at the lines of both profiles.
  const narrowing = source && sessionPoliciesOf(source, roleArn, new Findings());
  return [
    ['role_arn', roleArn],
    ['saml_provider_arn', providerArn],
    ...inherited.flatMap((key) => {
      const value = source?.properties.get(key)?.value ?? '';
      return value === '' ? [] : [[key, value] as const];
    }),
    ...extraProperties({ roleArn, ...narrowing }),
    ...regionLine(region),
  ];
}

/** What of a role goes into a profile. */
export interface IssuerRole {
  readonly issuer: string;
  readonly roleArn: string;
  readonly sessionName: string | undefined;
  readonly durationSeconds: number | undefined;
  readonly readOnly?: true;
}

/** The lines of a profile for a role that an issuer of the settings opens; of a read-only one, with the policy that makes it that. */
export function issuerRoleProperties(role: IssuerRole, region: string): Properties {
  const { roleArn, issuer, sessionName, durationSeconds, readOnly } = role;
  return [
    ['role_arn', roleArn],
    ['web_identity_issuer', issuer],
    ...(sessionName === undefined ? [] : [['role_session_name', sessionName] as const]),
    ...(durationSeconds === undefined ? [] : [['duration_seconds', String(durationSeconds)] as const]),
    ...extraProperties({ roleArn, ...(readOnly && { readOnly }) }),
    ...regionLine(region),
  ];
}

function regionLine(region: string): Properties {
  return region === '' ? [] : [['region', region]];
}
