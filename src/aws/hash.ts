import { mfaSessionOf } from './planMfa.ts';
import type { Plan, SessionPolicies, Step, WebIdentityToken } from './planModel.ts';

/** How many hex digits of the digest an id keeps: 80 bits, and short enough for a socket path and a log line. */
const idLength = 20;

/**
 * The id of the session that a plan leads to. The same plan has the same id in every window and after a reload; a plan
 * that leads to anything else has another. Everything that decides which credentials come out takes part in it; secrets,
 * lines of files, problems and the name on display do not.
 *
 * The digest is a parameter because this folder imports nothing: `sha256Hex` answers the SHA-256 of the text's UTF-8 in
 * lower-case hex. It must be a cryptographic one, since the id selects credentials. `firstKeyOf` answers the access key
 * ID in whose place this one has come by rotations, or itself: a session goes on with the new key of the same user.
 */
export function planId(
  plan: Plan,
  sha256Hex: (text: string) => string,
  firstKeyOf: (accessKeyId: string) => string = (accessKeyId) => accessKeyId,
): string {
  return sha256Hex(canonicalPlan(plan, firstKeyOf)).slice(0, idLength);
}

/**
 * The text that is hashed: JSON of arrays, so that neither the order of keys nor a missing value changes it. The number
 * in front changes when the meaning of a position does.
 */
export function canonicalPlan(
  plan: Plan,
  firstKeyOf: (accessKeyId: string) => string = (accessKeyId) => accessKeyId,
): string {
  return JSON.stringify([
    1,
    basePart(plan, firstKeyOf),
    stepParts(plan),
    plan.region ?? null,
    ...(plan.forAgents ? ['forAgents'] : []),
  ]);
}

type Part = readonly (string | number | null)[];

function basePart({ base, target }: Plan, firstKeyOf: (accessKeyId: string) => string): Part {
  switch (base.kind) {
    case 'staticKeys':
      return [base.kind, base.profile, firstKeyOf(base.accessKeyId)];
    case 'credentialSource':
      return [base.kind, base.profile, base.source];
    case 'webIdentity':
      return [
        base.kind,
        base.profile,
        base.roleArn,
        ...tokenPart(base.token),
        base.sessionName ?? null,
        base.durationSeconds ?? null,
        target.region,
        target.endpoint,
        ...policyPart(base),
      ];
    case 'saml':
      return [
        base.kind,
        base.profile,
        base.assertion.loginUrl ?? null,
        base.role?.roleArn ?? null,
        base.role?.providerArn ?? null,
        base.durationSeconds ?? null,
        target.region,
        target.endpoint,
        ...policyPart(base),
      ];
    case 'identityCenter':
      return [
        base.kind,
        base.profile,
        base.signIn.session ?? null,
        base.signIn.startUrl,
        base.signIn.region,
        base.signIn.portal,
        base.accountId ?? null,
        base.roleName ?? null,
      ];
    case 'process':
      // The command may hold a password, so it takes no part.
      return [base.kind, base.profile];
    case 'login':
      return [base.kind, base.profile, base.login.arn, base.login.endpoint];
  }
}

/**
 * One role session is the same whichever way its code went and whichever device gave it: who changes their mind goes on
 * with it, instead of having it twice.
 */
function stepParts(plan: Plan): readonly Part[] {
  const session = mfaSessionOf(plan);
  const [, first, ...rest] = plan.steps;
  if (session === undefined || first?.kind !== 'assumeRole') {
    return plan.steps.map(stepPart);
  }
  return [{ ...first, mfaSerial: session.mfaSerialInFile ?? session.mfaSerial }, ...rest].map(stepPart);
}

function stepPart(step: Step): Part {
  const target = [step.target.region, step.target.endpoint] as const;
  switch (step.kind) {
    case 'assumeRole':
      return [
        step.kind,
        step.profile ?? null,
        step.roleArn,
        step.sessionName ?? null,
        step.externalId ?? null,
        step.durationSeconds ?? null,
        step.mfaSerialInFile ?? step.mfaSerial ?? null,
        ...target,
        ...taggedPart(step),
        ...policyPart(step),
      ];
    case 'sessionToken':
      return [
        step.kind,
        step.profile,
        step.durationSeconds ?? null,
        step.mfaSerialInFile ?? step.mfaSerial ?? null,
        ...target,
      ];
    case 'federationToken':
      return [
        step.kind,
        step.profile,
        step.userName,
        step.durationSeconds ?? null,
        JSON.stringify(step.tags?.map(({ key, value }) => [key, value]) ?? null),
        ...target,
        ...policyPart(step),
      ];
  }
}

/** Nothing where there is nothing, so that a session from before these could be set keeps its id. */
function taggedPart(step: Extract<Step, { kind: 'assumeRole' }>): Part {
  const { sourceIdentity, tags = [], transitiveTagKeys = [] } = step;
  return sourceIdentity === undefined && tags.length === 0
    ? []
    : [
        sourceIdentity ?? null,
        JSON.stringify(tags.map(({ key, value }) => [key, value])),
        JSON.stringify(transitiveTagKeys),
      ];
}

/** The path alone for a file, as before there were other places. A command may hold a password and takes no part. */
function tokenPart(token: WebIdentityToken): Part {
  switch (token.from) {
    case 'file':
      return [token.path];
    case 'process':
      return ['', token.from];
    case 'issuer':
      return ['', token.from, token.issuer.by, token.issuer.url, token.issuer.clientId];
  }
}

/** Nothing where there is nothing, for the same reason as in `taggedPart`. */
function policyPart({ policies }: { readonly policies?: SessionPolicies }): Part {
  return policies === undefined
    ? []
    : ['policies', policies.inline ?? null, JSON.stringify(policies.arns ?? [])];
}
