import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import type { Base, PlanResult } from '../../src/aws/planModel.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { hasConformance, noConformance, readConformance } from '../support/conformance.ts';
import { describeIf } from '../support/skip.ts';

type Sections = Record<string, Record<string, string>>;

interface ChainCase {
  docs: string;
  input: { profiles: Sections; sso_sessions?: Sections; selected_profile: string };
  output: { ProfileChain?: unknown[]; Error?: string };
}

/** Which of our errors answers the suite's sentence; the words are Rust's, so a piece of them is enough. */
const errors: readonly (readonly [string, string])[] = [
  ['profile must contain `source_profile`', 'noSource'],
  ['both source_profile and credential_source', 'bothSources'],
  ['missing aws_secret_access_key', 'missingSecretKey'],
  ['missing aws_access_key_id', 'missingAccessKey'],
  ['did not contain credential information', 'noCredentials'],
  ['could not find source profile', 'missingSourceProfile'],
  ['No profiles were defined', 'unknownProfile'],
  ['infinite loop', 'sourceLoop'],
  ['`role_arn` was missing', 'tokenWithoutRole'],
  ['`sso_account_id` must also be set', 'ssoMissingAccount'],
  ['`sso_role_name` must also be set', 'ssoMissingRole'],
  ['can only be specified in the [sso-session]', 'ssoMissingProperty'],
  ['was not found', 'ssoSessionMissing'],
];

describeIf(hasConformance, noConformance, 'the chain cases of the SDKs (smithy-rs)', () => {
  const cases: ChainCase[] = JSON.parse(readConformance('smithy-rs/assume-role-tests.json'));

  it('are all there', () => {
    assert.equal(cases.length, 28);
  });

  for (const [index, { docs, input, output }] of cases.entries()) {
    it(`${index}: ${docs}`, () => {
      const config = sections('profile', input.profiles) + sections('sso-session', input.sso_sessions ?? {});
      const set = readProfiles({ config, credentials: undefined });
      assert.deepEqual(set.problems, []);
      const env = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
      const result = planFor(set, { kind: 'profile', profile: input.selected_profile }, env);
      if (output.ProfileChain !== undefined) {
        assert.deepEqual(chainOf(result), output.ProfileChain);
        return;
      }
      const expected = errors.find(([words]) => output.Error?.includes(words))?.[1];
      assert.ok(expected, `no kind of ours for: ${output.Error}`);
      assert.ok(!result.ok, 'there is a plan');
      const kinds = result.problems
        .filter(({ severity }) => severity === 'error')
        .map(({ what }) => what.kind);
      assert.ok(kinds.includes(expected as (typeof kinds)[number]), `${kinds.join()} and not ${expected}`);
    });
  }
});

function sections(prefix: string, named: Sections): string {
  const header = ([name, properties]: [string, Record<string, string>]): string =>
    [
      `[${prefix} ${name}]`,
      ...Object.entries(properties).map(([key, value]) => `${key} = ${value}`),
      '',
    ].join('\n');
  return Object.entries(named).map(header).join('');
}

/** Our plan in the suite's words. The suite knows no GetSessionToken: a profile of keys alone is a chain of one. */
function chainOf(result: PlanResult): unknown[] {
  assert.ok(result.ok, JSON.stringify(result));
  const { base, steps } = result.plan;
  const roles = steps.flatMap((step) =>
    step.kind === 'assumeRole'
      ? [
          {
            AssumeRole: given({
              role_arn: step.roleArn,
              external_id: step.externalId,
              role_session_name: step.sessionName,
            }),
          },
        ]
      : [],
  );
  return [baseOf(base), ...roles];
}

function baseOf(base: Base): unknown {
  switch (base.kind) {
    case 'staticKeys':
      return {
        AccessKey: given({
          access_key_id: base.accessKeyId,
          secret_access_key: base.secretAccessKey.reveal(),
          account_id: base.accountId,
        }),
      };
    case 'credentialSource':
      return { NamedSource: base.source };
    case 'webIdentity':
      return {
        WebIdentityToken: given({
          role_arn: base.roleArn,
          web_identity_token_file: base.token.from === 'file' ? base.token.path : '',
          role_session_name: base.sessionName,
        }),
      };
    case 'identityCenter':
      return {
        Sso: given({
          sso_session: base.signIn.session,
          sso_account_id: base.accountId,
          sso_role_name: base.roleName,
          sso_region: base.signIn.region,
          sso_start_url: base.signIn.startUrl,
        }),
      };
    default:
      return assert.fail(`the suite has no ${base.kind}`);
  }
}

function given(values: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
