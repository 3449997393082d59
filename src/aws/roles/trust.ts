import { allOf, anyOf, conditionHolds, fillIn, like } from './conditions.ts';
import type { KeyLookup, KeyValue, Maybe } from './conditions.ts';
import type { PolicyStatement, Principals } from './policyDocument.ts';

/** Who would assume a role, as trust policies can name them. */
export interface TrustCaller {
  readonly partition: string;
  readonly accountId: string;
  /** GetCallerIdentity's: a user's, or a session's of a role (`assumed-role`). */
  readonly arn: string;
  /** The role's own ARN, with its path, for a session of one. */
  readonly roleArn: string | undefined;
  /** `AIDA…` or `AROA…:session`. */
  readonly userId: string;
}

/** What a person has to bring so that a role lets them in. */
export interface Needs {
  readonly mfa: boolean;
  /** The external ID as the policy has it; it may hold `*` and `?`. */
  readonly externalId?: string;
  readonly sourceIdentity?: string;
  readonly sessionName?: string;
}

/** What a trust policy says about a caller. */
export type TrustVerdict =
  /**
   * It lets them in. `by` tells whom it names: the caller itself, or only their account, whose own policies then have to
   * allow it as well.
   */
  | { readonly kind: 'yes'; readonly by: 'caller' | 'account'; readonly needs: Needs }
  /** It depends on condition keys that only AWS knows. */
  | {
      readonly kind: 'perhaps';
      readonly by: 'caller' | 'account';
      readonly needs: Needs;
      /** The keys as the policy writes them; never empty. */
      readonly unknown: readonly string[];
    }
  | { readonly kind: 'no' };

/** A choice of what to bring, as a call of AssumeRole would. */
interface Offer {
  readonly mfa: boolean;
  readonly externalId: Chosen | undefined;
  readonly sourceIdentity: Chosen | undefined;
  readonly sessionName: Chosen | undefined;
}

/** A value of a policy, and one that fits it where it holds wildcards. */
interface Chosen {
  readonly written: string;
  readonly value: string;
}

/** A policy with more values than this is tried with its first ones only: each is a choice more to go through. */
const mostChoices = 12;

/**
 * Whether the trust policy of a role lets a caller in by AssumeRole, and what they have to bring. It is asked once for
 * each thing that could be brought, the least first, with every condition key that can be known; what cannot be known
 * (a network, an organisation, a tag) makes the answer `perhaps`. `now` in ms UTC.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function judgeTrust(
  policy: readonly PolicyStatement[],
  caller: TrustCaller,
  now: number,
): TrustVerdict {
  // Most of an account's roles are for services and for others: they are not worth going through every choice.
  if (!policy.some((statement) => statement.effect === 'Allow' && namedBy(statement, caller) !== 'nobody')) {
    return { kind: 'no' };
  }
  let perhaps: TrustVerdict | undefined;
  for (const offer of offers(policy, caller, now)) {
    const unknown = new Set<string>();
    const asked = { caller, offer, now, unknown };
    const answer = decide(policy, 'sts:AssumeRole', asked);
    // A source identity is set by an action of its own.
    const also =
      offer.sourceIdentity === undefined ? true : decide(policy, 'sts:SetSourceIdentity', asked).allowed;
    const allowed = allOf([answer.allowed, also]);
    if (allowed === true) {
      return { kind: 'yes', by: answer.by, needs: needsOf(offer) };
    }
    if (allowed === 'unknown' && perhaps === undefined) {
      perhaps = { kind: 'perhaps', by: answer.by, needs: needsOf(offer), unknown: [...unknown] };
    }
  }
  return perhaps ?? { kind: 'no' };
}

interface Asked {
  readonly caller: TrustCaller;
  readonly offer: Offer;
  readonly now: number;
  /** Gathers the keys that could not be known. */
  readonly unknown: Set<string>;
}

function decide(
  policy: readonly PolicyStatement[],
  action: string,
  asked: Asked,
): { readonly allowed: Maybe; readonly by: 'caller' | 'account' } {
  const denied: Maybe[] = [];
  const allowed: Maybe[] = [];
  let by: 'caller' | 'account' = 'account';
  for (const statement of policy) {
    const named = namedBy(statement, asked.caller);
    if (named === 'nobody' || !covers(statement, action)) {
      continue;
    }
    const holds = allOf([
      named === 'unknown' ? 'unknown' : true,
      ...statement.condition.map((condition) => {
        const result = conditionHolds(condition, (key) => keyOf(key, asked));
        if (result === 'unknown') {
          asked.unknown.add(condition.shownKey);
        }
        return result;
      }),
    ]);
    if (statement.effect === 'Deny') {
      denied.push(holds);
    } else {
      allowed.push(holds);
      if (holds !== false && named === 'caller') {
        by = 'caller';
      }
    }
    if (named === 'unknown') {
      asked.unknown.add('NotPrincipal');
    }
  }
  const deny = anyOf(denied);
  return { allowed: allOf([anyOf(allowed), deny === 'unknown' ? deny : !deny]), by };
}

function covers({ action, notAction }: PolicyStatement, wanted: string): boolean {
  const fits = (one: string): boolean => like(one.toLowerCase(), wanted.toLowerCase());
  return action === undefined ? notAction !== undefined && !notAction.some(fits) : action.some(fits);
}

/** Whom a statement names: the caller, their account, nobody of them, or something on which AWS's own pages waver. */
function namedBy(
  { principal, notPrincipal, effect }: PolicyStatement,
  caller: TrustCaller,
): 'caller' | 'account' | 'nobody' | 'unknown' {
  if (principal !== undefined) {
    return among(principal, caller);
  }
  if (notPrincipal === undefined) {
    return 'nobody';
  }
  const spared = among(notPrincipal, caller);
  if (spared === 'nobody') {
    return 'caller';
  }
  // To spare a user from a Deny the account has to be spared as well, which the policy may do by another name.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
  return effect === 'Deny' &&
    spared === 'caller' &&
    !names(notPrincipal).some((name) => isAccount(name, caller))
    ? 'unknown'
    : 'nobody';
}

function among(principals: Principals, caller: TrustCaller): 'caller' | 'account' | 'nobody' {
  const listed = names(principals);
  // An ARN of a user that was deleted is shown as its unique id, which is nobody's any more.
  const own = [caller.arn, caller.roleArn, caller.userId.split(':')[0]];
  if (listed.some((name) => name === '*' || own.includes(name))) {
    return 'caller';
  }
  return listed.some((name) => isAccount(name, caller)) ? 'account' : 'nobody';
}

/** Services and identity providers never call AssumeRole with keys. */
function names(principals: Principals): readonly string[] {
  return principals === '*' ? ['*'] : (principals.get('AWS') ?? []);
}

function isAccount(name: string, { partition, accountId }: TrustCaller): boolean {
  return name === accountId || name === `arn:${partition}:iam::${accountId}:root`;
}

/** Condition keys of a call of AssumeRole: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function keyOf(key: string, { caller, offer, now }: Asked): KeyValue {
  const one = (value: string | undefined): KeyValue => (value === undefined ? 'absent' : [value]);
  const isUser = caller.roleArn === undefined;
  switch (key) {
    case 'aws:principalarn':
      return [caller.roleArn ?? caller.arn];
    case 'aws:principalaccount':
      return [caller.accountId];
    case 'aws:principaltype':
      return [isUser ? 'User' : 'AssumedRole'];
    case 'aws:userid':
      return [caller.userId];
    case 'aws:username':
      return isUser ? one(/:user\/(?:.*\/)?([^/]+)$/.exec(caller.arn)?.[1]) : 'absent';
    case 'aws:multifactorauthpresent':
      // Long-term keys have no such key unless a code comes along; a role's session cannot bring one.
      return isUser ? (offer.mfa ? ['true'] : 'absent') : ['false'];
    case 'aws:multifactorauthage':
      return isUser && offer.mfa ? ['0'] : 'absent';
    case 'sts:externalid':
      return one(offer.externalId?.value);
    case 'sts:sourceidentity':
      // A role's session may have brought one, which stays with it.
      return isUser || offer.sourceIdentity !== undefined ? one(offer.sourceIdentity?.value) : 'unknown';
    case 'sts:rolesessionname':
      return offer.sessionName === undefined ? 'unknown' : [offer.sessionName.value];
    case 'aws:securetransport':
      return ['true'];
    case 'aws:viaawsservice':
    case 'aws:principalisawsservice':
      return ['false'];
    case 'aws:currenttime':
      return [new Date(now).toISOString()];
    case 'aws:epochtime':
      return [String(Math.floor(now / 1000))];
    case 'aws:tagkeys':
    case 'sts:transitivetagkeys':
    case 'aws:calledvia':
      return 'absent';
    default:
      return key.startsWith('aws:requesttag/') ? 'absent' : 'unknown';
  }
}

/** What could be brought, the least first: nothing, then a code, then what the policy's own conditions name. */
function offers(policy: readonly PolicyStatement[], caller: TrustCaller, now: number): readonly Offer[] {
  const known = { caller, offer: nothing, now, unknown: new Set<string>() };
  const written = (key: string): readonly (Chosen | undefined)[] => {
    const asked = policy.flatMap(({ condition }) => condition.filter((each) => each.key === key));
    const values = asked.flatMap(({ operator, values: named }) =>
      // `Null` asks for any value at all.
      operator.toLowerCase() === 'null' ? ['*'] : named,
    );
    return [
      undefined,
      ...[...new Set(values)]
        .slice(0, mostChoices)
        .map((value) => chosen(value, (name) => keyOf(name, known))),
    ];
  };
  const asksMfa = policy.some((statement) =>
    statement.condition.some(({ key }) => key.startsWith('aws:multifactorauth')),
  );
  const result: Offer[] = [];
  for (const sessionName of written('sts:rolesessionname')) {
    for (const sourceIdentity of written('sts:sourceidentity')) {
      for (const externalId of written('sts:externalid')) {
        for (const mfa of asksMfa ? [false, true] : [false]) {
          result.push({ mfa, externalId, sourceIdentity, sessionName });
        }
      }
    }
  }
  return result;
}

const nothing: Offer = {
  mfa: false,
  externalId: undefined,
  sourceIdentity: undefined,
  sessionName: undefined,
};

/** A text that the pattern fits; AWS takes no value of less than two characters. */
function chosen(written: string, lookup: KeyLookup): Chosen | undefined {
  const filled = fillIn(written, lookup);
  return filled === undefined
    ? undefined
    : { written: filled, value: filled.replaceAll('*', 'xx').replaceAll('?', 'x') };
}

function needsOf({ mfa, externalId, sourceIdentity, sessionName }: Offer): Needs {
  return {
    mfa,
    ...(externalId && { externalId: externalId.written }),
    ...(sourceIdentity && { sourceIdentity: sourceIdentity.written }),
    ...(sessionName && { sessionName: sessionName.written }),
  };
}

/** True for what a person still has to fill in: the policy names a pattern and no value. */
export function isPattern(value: string): boolean {
  return /[*?]/.test(value);
}
