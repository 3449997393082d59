import type { Problem } from '../../aws/problems.ts';
import type { Base, Plan } from '../../aws/planModel.ts';
import { kindOf } from '../../aws/profiles.ts';
import type { ProfileKind, Section } from '../../aws/profiles.ts';
import type { Session } from '../../session/types.ts';
import { endOf, leftOf } from '../sessionPhase.ts';
import type { SessionPhase } from '../sessionPhase.ts';
import { credentialSourceLook, kindLook } from './kinds.ts';
import type { KindLook } from './kinds.ts';
import { t } from './l10n.ts';
import { problemSentence } from './problems.ts';
import { accountForReading, clockTime, remaining, remainingWords } from './time.ts';

/** A row's description holds at most this many facts: more is cut off in a narrow side bar anyway. */
const maxFacts = 3;

/** Between two facts of a description. */
const between = ' · ';

/** Joins what is known, leaving out what is not. */
export function joinFacts(facts: readonly (string | undefined)[]): string {
  return facts
    .filter((fact) => fact !== undefined && fact !== '')
    .slice(0, maxFacts)
    .join(between);
}

/** `Admin` of `arn:aws:iam::111122223333:role/team/Admin`; undefined for what is not a role's ARN. */
export function roleNameOf(roleArn: string | undefined): string | undefined {
  return roleArn === undefined ? undefined : /:role\/(?:.*\/)?([^/]+)$/.exec(roleArn)?.[1];
}

/** Icon and word of a profile, told by its section alone. */
export function lookOfSection(section: Section): KindLook {
  const kind: ProfileKind = kindOf(section);
  return kind === 'credentialSource'
    ? credentialSourceLook(section.properties.get('credential_source')?.value ?? '')
    : kindLook(kind);
}

/** What a profile's row says beside its name while nothing is live. */
export function planFacts(section: Section, plan: Plan): string {
  const last = plan.steps.findLast((step) => step.kind === 'assumeRole');
  const asksMfa = plan.steps.some((step) => step.mfaSerial !== undefined) ? t('MFA') : undefined;
  if (!last) {
    const facts = joinFacts([...baseFacts(plan.base, section.name), asksMfa]);
    // Below its sso-session a profile need not say again what that is.
    const told =
      plan.base.kind === 'identityCenter' && plan.base.signIn.session !== undefined && facts !== '';
    return told ? facts : joinFacts([lookOfSection(section).word, ...facts.split(between)]);
  }
  const role = unless(section.name, roleNameOf(last.roleArn));
  const start = [accountForReading(last.accountId), role, asksMfa].filter((fact) => fact !== undefined);
  const chained = plan.steps.filter((step) => step.kind === 'assumeRole').length > 1;
  const through = chained
    ? plan.steps.filter((step) => step.kind === 'assumeRole').at(-2)?.profile
    : undefined;
  const shortest = last.maxDurationSeconds <= 3600 ? t('at most 1h') : undefined;
  // The tree's shape already says what it goes through; the limit is the news where there is room for one only.
  return joinFacts(
    start.length < 2 && through !== undefined
      ? [...start, t('through {0}', through), shortest]
      : [...start, shortest],
  );
}

/** Account and role of a profile that needs no call of ours to STS. */
function baseFacts(base: Base, name: string): (string | undefined)[] {
  switch (base.kind) {
    case 'staticKeys':
      return [
        base.accountId === undefined ? undefined : accountForReading(base.accountId),
        base.inVault ? t('in the vault') : undefined,
      ];
    case 'identityCenter':
      return [
        base.accountId === undefined ? undefined : accountForReading(base.accountId),
        unless(name, base.roleName),
      ];
    case 'webIdentity':
      return [unless(name, roleNameOf(base.roleArn))];
    case 'saml':
      return [
        base.accountId === undefined ? undefined : accountForReading(base.accountId),
        unless(name, roleNameOf(base.role?.roleArn)),
      ];
    case 'login':
      return [base.accountId === undefined ? undefined : accountForReading(base.accountId)];
    case 'credentialSource':
    case 'process':
      return [];
  }
}

function unless(name: string, fact: string | undefined): string | undefined {
  return fact === name ? undefined : fact;
}

/** What a row says beside its name while a session stands behind it. */
export function sessionFacts(
  session: Session,
  phase: SessionPhase,
  now: number,
  marks: { readonly active: boolean; readonly several: boolean },
): string {
  // Its name is the profile's: what it is must be said beside it.
  const kind = session.request.kind === 'mfaSession' ? t('MFA session') : undefined;
  const account =
    kind ?? (session.accountId === undefined ? undefined : accountForReading(session.accountId));
  const active = marks.active && marks.several ? t('active') : undefined;
  switch (phase) {
    case 'starting':
      return t('starting');
    case 'failed':
      return t('could not start');
    case 'expired':
      return joinFacts([endedText(session, now), active, account]);
    case 'renewing':
      return joinFacts([t('renewing'), active, account]);
    case 'ending':
      return joinFacts([leftText(session, now), active, renewalFact(session), account]);
    case 'live':
      return joinFacts([leftText(session, now), active, account, session.region]);
  }
}

/** What a SAML sign-in gave is had again by signing in again; for all else nobody need do anything, or type a code. */
function renewalFact({ needsPerson, signsInAnew }: Session): string | undefined {
  if (signsInAnew === true) {
    return t('sign-in');
  }
  return needsPerson ? t('MFA') : t('renews itself');
}

function leftText(session: Session, now: number): string {
  const left = leftOf(session, now);
  return left === undefined || left === Infinity ? t('live') : remaining(left);
}

function endedText(session: Session, now: number): string {
  const end = endOf(session);
  return end === undefined ? t('expired') : t('expired {0}', clockTime(end, now));
}

/** The state of a session in words, for a screen reader. */
export function phaseWords(session: Session, phase: SessionPhase, now: number): string {
  const left = leftOf(session, now);
  const known = left !== undefined && left !== Infinity;
  switch (phase) {
    case 'starting':
      return t('starting');
    case 'renewing':
      return t('renewing');
    case 'failed':
      return t('could not start');
    case 'expired':
      return t('expired');
    case 'ending':
      return known ? t('ends soon, {0} left', remainingWords(left)) : t('ends soon');
    case 'live':
      return known ? t('live, {0} left', remainingWords(left)) : t('live');
  }
}

/** Words of the rows that are no profile and no session. */
export function groupLabel(group: 'live' | 'profiles' | 'saved' | 'suggested'): string {
  switch (group) {
    case 'live':
      return t('Live');
    case 'profiles':
      return t('Profiles');
    case 'saved':
      return t('Saved roles');
    case 'suggested':
      return t('Suggested by this folder');
  }
}

/** The row of a shared file in which something could not be read. */
export function fileProblemsText(
  file: 'config' | 'credentials',
  problems: readonly Problem[],
): { readonly label: string; readonly description: string } {
  const [first] = problems;
  return {
    label: file === 'config' ? t('config file') : t('credentials file'),
    description:
      first !== undefined && problems.length === 1
        ? problemSentence(first)
        : t('{0} problems', problems.length),
  };
}

/** The row of one such problem. */
export function problemLabel(problem: Problem): { readonly label: string; readonly description: string } {
  return {
    label: problemSentence(problem),
    description: problem.place === undefined ? '' : t('line {0}', problem.place.line),
  };
}
