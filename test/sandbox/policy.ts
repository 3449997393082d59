/** A statement of an IAM policy, in IAM's own JSON. What is not listed here is refused when the data is read. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  /** In a trust policy: `"*"`, AWS principals (account id, root, user, role or assumed-role ARN), or identity providers. */
  readonly Principal?:
    '*' | { readonly AWS: string | readonly string[] } | { readonly Federated: string | readonly string[] };
  readonly Action: string | readonly string[];
  /** In an identity policy: ARNs, with `*` and `?`. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}

/** operator → key → values */
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, string | boolean | number | readonly string[]>>>
>;

/** A policy document: IAM's version string and statements. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
}

/** Condition keys in lower case → value. A key that is not there is absent, which `…IfExists` and `Null` can see. */
export type PolicyContext = ReadonlyMap<string, string>;

/** What is asked of the policies. */
export interface PolicyQuestion {
  readonly action: string;
  readonly resource: string;
  readonly context: PolicyContext;
}

/** Who asks, in the forms in which a trust policy can name them. */
export interface PolicyPrincipal {
  readonly accountId: string;
  /** User, root or assumed-role ARN. */
  readonly arn: string;
  /** The role's own ARN for a role session. */
  readonly roleArn: string | undefined;
}

/** What an identity's own policies say; `none` is IAM's implicit deny. */
export type IdentityVerdict = 'allow' | 'deny' | 'none';

/** A trust policy can name the caller itself, or only the caller's account, which then has to allow it as well. */
export type TrustVerdict = 'names-caller' | 'names-account' | 'deny' | 'none';

/** Evaluates identity policies (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). */
export function askIdentity(statements: readonly Statement[], question: PolicyQuestion): IdentityVerdict {
  const hits = statements.filter(
    (statement) =>
      applies(statement, question) &&
      list(statement.Resource ?? []).some((one) => like(one, question.resource)),
  );
  return hits.some((hit) => hit.Effect === 'Deny') ? 'deny' : hits.length > 0 ? 'allow' : 'none';
}

/** Evaluates a role's trust policy for a caller. */
export function askTrust(
  trust: PolicyDocument,
  caller: PolicyPrincipal,
  question: PolicyQuestion,
): TrustVerdict {
  let verdict: TrustVerdict = 'none';
  for (const statement of statementsOf(trust)) {
    const match = matchPrincipal(statement.Principal, caller);
    if (match === 'none' || !applies(statement, question)) {
      continue;
    }
    if (statement.Effect === 'Deny') {
      return 'deny';
    }
    if (verdict !== 'names-caller') {
      verdict = match;
    }
  }
  return verdict;
}

/** The statements of a document, which IAM lets stand alone or in a list. */
export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return isList(document.Statement) ? document.Statement : [document.Statement];
}

/** True for a condition operator that `askTrust` and `askIdentity` know. */
export function isOperator(operator: string): boolean {
  return operators.has(operator.replace(/IfExists$/, ''));
}

function applies(statement: Statement, question: PolicyQuestion): boolean {
  return (
    list(statement.Action).some((action) => like(action.toLowerCase(), question.action.toLowerCase())) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, question.context.get(key.toLowerCase()), list(wanted).map(String)),
      ),
    )
  );
}

function matchPrincipal(
  principal: Statement['Principal'],
  caller: PolicyPrincipal,
): 'names-caller' | 'names-account' | 'none' {
  if (principal === undefined) {
    return 'none';
  }
  if (principal !== '*' && 'Federated' in principal) {
    // The caller is who its identity provider says that it is: all of the provider or nobody.
    return list(principal.Federated).includes(caller.arn) ? 'names-caller' : 'none';
  }
  const names = principal === '*' ? ['*'] : list(principal.AWS);
  if (names.some((name) => name === '*' || name === caller.arn || name === caller.roleArn)) {
    return 'names-caller';
  }
  const account = new RegExp(`^(${caller.accountId}|arn:[^:]+:iam::${caller.accountId}:root)$`);
  return names.some((name) => account.test(name)) ? 'names-account' : 'none';
}

type Comparison = (actual: string, wanted: readonly string[]) => boolean;
const equal: Comparison = (actual, wanted) => wanted.includes(actual);
const equalIgnoringCase: Comparison = (actual, wanted) =>
  wanted.some((one) => one.toLowerCase() === actual.toLowerCase());
const alike: Comparison = (actual, wanted) => wanted.some((one) => like(one, actual));
const number =
  (compare: (actual: number, wanted: number) => boolean): Comparison =>
  (actual, wanted) =>
    wanted.some((one) => compare(Number(actual), Number(one)));

/** The operators that role policies use in the field; `negated` ones hold for an absent key, as IAM's do. */
const operators: ReadonlyMap<string, { readonly negated: boolean; readonly compare: Comparison }> = new Map([
  ['StringEquals', { negated: false, compare: equal }],
  ['StringNotEquals', { negated: true, compare: equal }],
  ['StringEqualsIgnoreCase', { negated: false, compare: equalIgnoringCase }],
  ['StringLike', { negated: false, compare: alike }],
  ['StringNotLike', { negated: true, compare: alike }],
  ['ArnEquals', { negated: false, compare: alike }],
  ['ArnLike', { negated: false, compare: alike }],
  ['Bool', { negated: false, compare: equalIgnoringCase }],
  ['NumericEquals', { negated: false, compare: number((a, b) => a === b) }],
  ['NumericLessThan', { negated: false, compare: number((a, b) => a < b) }],
  ['NumericLessThanEquals', { negated: false, compare: number((a, b) => a <= b) }],
  ['NumericGreaterThan', { negated: false, compare: number((a, b) => a > b) }],
  ['NumericGreaterThanEquals', { negated: false, compare: number((a, b) => a >= b) }],
  ['Null', { negated: false, compare: equal }],
]);

function holds(operator: string, actual: string | undefined, wanted: readonly string[]): boolean {
  if (operator === 'Null') {
    return wanted.includes(String(actual === undefined));
  }
  const known = operators.get(operator.replace(/IfExists$/, ''));
  if (known === undefined) {
    throw new Error(`condition operator ${operator} is unknown to the sandbox`);
  }
  if (actual === undefined) {
    return known.negated || operator.endsWith('IfExists');
  }
  return known.compare(actual, wanted) !== known.negated;
}

/** IAM's wildcards: `*` is any text, `?` any one character. */
function like(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function list<T extends string | number | boolean>(value: T | readonly T[]): readonly T[] {
  return isList(value) ? value : [value];
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
