import type { Plan, PlanResult, SamlRole } from '../aws/planModel.ts';
import type { Problem } from '../aws/problems.ts';
import { kindOf } from '../aws/profiles.ts';
import { isReadOnlyRequest, readOnlyHindrance, readOnlyRequest } from '../aws/readOnly.ts';
import type { Section } from '../aws/profiles.ts';
import type { AssertionOrigin } from '../session/assertions.ts';
import type { Listing } from '../session/directory.ts';
import type { SignInState } from '../session/tokenShelf.ts';
import type { Session } from '../session/types.ts';
import type { GuardOf } from './guardLooks.ts';
import type { Capability } from './ids.ts';
import type { KeyFacts } from './keyFacts.ts';
import type { RoleLists } from './roleRows.ts';
import { phaseIcons, phaseOf, sessionOfProfile } from './sessionPhase.ts';
import type { Icon, SessionPhase } from './sessionPhase.ts';
import { notSignedIn } from './text/console.ts';
import { problemSentence } from './text/problems.ts';
import { joinFacts, lookOfSection, phaseWords, planFacts, sessionFacts } from './text/tree.ts';

/** How a row looks now. */
export interface TreeRow {
  readonly label: string;
  /** At most three facts. */
  readonly description: string;
  readonly icon: Icon | undefined;
  /** What the row offers: capabilities with a blank between them. */
  readonly contextValue: string;
  readonly collapsible: 'none' | 'collapsed' | 'expanded';
  /** The whole row in words. */
  readonly accessibilityLabel: string;
}

/** What changes while the files stay the same. */
export interface TreeState {
  readonly sessions: readonly Session[];
  readonly activeId: string | undefined;
  /** Milliseconds UTC. */
  readonly now: number;
  /** Milliseconds before its end at which a session is shown as ending. */
  readonly warnMs: number;
  /** What is known of the sign-in of an [sso-session]; undefined when the files say too little for one. */
  readonly signIn?: (ssoSession: string) => SignInLook | undefined;
  /** The roles that the last SAML sign-in offered. */
  readonly samlRoles?: (origin: AssertionOrigin) => readonly SamlRole[];
  /** Roles that are saved, suggested and found. */
  readonly roles?: RoleLists;
  /** The name of an account, where it is known. */
  readonly accountName?: (accountId: string) => string | undefined;
  readonly guardOf?: GuardOf;
  /** What is known of the long-term keys of a profile. */
  readonly keys?: (profile: string, accessKeyId: string) => KeyLook;
  /** What is known of the console sign-in of an ARN. */
  readonly login?: (arn: string) => SignInState;
}

/** What is known of a long-term key, as a tooltip shows it. */
export interface KeyLook extends KeyFacts {
  /** Days after which it is called old; 0: never. */
  readonly oldAfterDays: number;
  /** The key that it has replaced, which is switched off and not deleted. */
  readonly replaced: string | undefined;
}

/** A sign-in as its rows show it. */
export interface SignInLook {
  readonly state: SignInState;
  readonly listing: Listing;
}

/** Something is wrong; the row is usable or not by itself. */
export const problemIcon: Icon = { id: 'warning', color: 'problemsWarningIcon.foreground' };

/** What a profile's row offers while its session is there, too. */
const ofProfile: ReadonlySet<Capability> = new Set([
  'userKeys',
  'find',
  'readOnly',
  'federation',
  'name',
  'source',
  'arn',
  'claims',
  'signIn',
  'signOut',
  'keysIn',
  'keysOut',
]);

/** The row of a session; `more` is what the profile behind it offers besides. */
export function sessionRow(session: Session, state: TreeState, more: readonly Capability[] = []): TreeRow {
  const phase = phaseOf(session, state.now, state.warnMs);
  const active = session.id === state.activeId;
  const facts = sessionFacts(session, phase, state.now, { active, several: state.sessions.length > 1 });
  const { kind } = session.request;
  const fromSection = kind !== 'role' && kind !== 'webIdentityRole';
  const offered: readonly Capability[] = [
    ...capabilitiesOfPhase(phase),
    ...(active || phase === 'failed' || phase === 'starting' ? [] : (['use'] as const)),
    ...(session.roleArn === undefined ? [] : (['arn'] as const)),
    ...(canBeReadOnly(session) ? (['readOnly'] as const) : []),
    ...(fromSection ? (['name', 'source'] as const) : []),
    ...(kind === 'role' ? (['keep'] as const) : []),
    'plan',
    // It stands in no file: the one row that has no other to save it from.
    ...(kind === 'webIdentityRole' ? (['save', 'claims'] as const) : []),
  ];
  const extra = more.filter((one) => ofProfile.has(one));
  return {
    label: session.name,
    description: facts,
    icon: phaseIcons[phase],
    contextValue: [...new Set([...offered, ...extra])].join(' '),
    collapsible: 'none',
    // The first fact is the phase again, in figures.
    accessibilityLabel: inWords(
      session.name,
      phaseWords(session, phase, state.now),
      ...facts.split(' · ').slice(1),
    ),
  };
}

/** Told by the session alone; where its policies do not let it, the answer says so. */
function canBeReadOnly({ request, roleArn }: Session): boolean {
  return roleArn !== undefined && readOnlyRequest(request) !== undefined && !isReadOnlyRequest(request);
}

function capabilitiesOfPhase(phase: SessionPhase): readonly Capability[] {
  switch (phase) {
    case 'starting':
      return [];
    case 'live':
    case 'ending':
    case 'renewing':
      return ['end', 'renew', 'terminal', 'credentials'];
    case 'expired':
      return ['start', 'end', 'terminal'];
    case 'failed':
      return ['start', 'dismiss'];
  }
}

/** The row of a profile. `ofLines`: the problems of its own lines; the plan has its own. */
export function profileRow(
  section: Section,
  result: PlanResult,
  ofLines: readonly Problem[],
  state: TreeState,
  collapsible: TreeRow['collapsible'],
): TreeRow {
  const login = loginOf(result, state);
  const capabilities = capabilitiesOf(section, result, login);
  const session = sessionOfProfile(state.sessions, section.name);
  if (session && session.state.kind !== 'failed') {
    return { ...sessionRow(session, state, capabilities), label: section.name, collapsible };
  }
  const look = lookOfSection(section);
  const problem = problemToShow(section, result, ofLines);
  const description = problem
    ? problemSentence(problem)
    : result.ok
      ? joinFacts([...planFacts(section, result.plan).split(' · '), notSignedIn(login)])
      : look.word;
  return {
    label: section.name,
    description,
    icon: problem ? problemIcon : { id: look.icon, color: undefined },
    contextValue: capabilities.join(' '),
    collapsible,
    accessibilityLabel: inWords(section.name, look.word, description),
  };
}

/** The console sign-in that a profile is; undefined for one of another kind, and for a role that is assumed from one. */
function loginOf(result: PlanResult, state: TreeState): SignInState | undefined {
  const plan = result.ok ? result.plan : undefined;
  return plan?.base.kind === 'login' && plan.steps.length === 0
    ? state.login?.(plan.base.login.arn)
    : undefined;
}

/** A profile without credentials is no mistake by itself: `[default]` often holds a region only. */
function problemToShow(
  section: Section,
  result: PlanResult,
  ofLines: readonly Problem[],
): Problem | undefined {
  const ofPlan = result.ok
    ? undefined
    : result.problems.find(
        (problem) =>
          problem.severity === 'error' &&
          !(problem.what.kind === 'noCredentials' && problem.what.name === section.name),
      );
  return ofPlan ?? ofLines.find((problem) => problem.severity === 'error');
}

/** What a profile offers while nothing is live. What cannot be started yet may be tried: the answer says why not. */
function capabilitiesOf(
  section: Section,
  result: PlanResult,
  login: SignInState | undefined,
): readonly Capability[] {
  const hasRole = section.properties.has('role_arn');
  const hasUserKeys = kindOf(section) === 'staticKeys' && !section.properties.has('aws_session_token');
  return [
    ...(result.ok ? (['start'] as const) : []),
    ...(result.ok && result.plan.base.kind === 'staticKeys' ? (['terminal'] as const) : []),
    ...(hasUserKeys ? (['userKeys'] as const) : []),
    ...(hasUserKeys && result.ok ? (['federation'] as const) : []),
    ...(result.ok && readOnlyHindrance(result.plan) === undefined ? (['readOnly'] as const) : []),
    ...(hasRole ? (['arn'] as const) : []),
    ...(result.ok && result.plan.base.kind === 'webIdentity' ? (['claims'] as const) : []),
    ...(login === undefined
      ? []
      : login.kind === 'in' || login.kind === 'refreshable'
        ? (['signOut'] as const)
        : (['signIn'] as const)),
    // Found roles start from the profile, which a sign-in that leaves its role open cannot be the source of.
    ...(result.ok && !leavesRoleOpen(result.plan) ? (['find'] as const) : []),
    'name',
    'source',
    'plan',
    // In the vault, or on the way: what leads there may be all that is left of lost keys, which cannot be moved.
    ...(section.vaultId !== undefined
      ? (['keysOut'] as const)
      : hasUserKeys && !hasRole
        ? (['keysIn'] as const)
        : []),
  ];
}

/** True for a SAML sign-in whose role the person picks each time. */
export function leavesRoleOpen({ base, steps }: Plan): boolean {
  return base.kind === 'saml' && base.role === undefined && steps.length === 0;
}

/** A row that is no profile and no session. */
export function plainRow(row: {
  readonly label: string;
  readonly description?: string;
  readonly icon?: Icon;
  readonly capabilities?: readonly Capability[];
  readonly collapsible?: TreeRow['collapsible'];
}): TreeRow {
  const description = row.description ?? '';
  return {
    label: row.label,
    description,
    icon: row.icon,
    contextValue: (row.capabilities ?? []).join(' '),
    collapsible: row.collapsible ?? 'none',
    accessibilityLabel: inWords(row.label, description),
  };
}

function inWords(...parts: readonly string[]): string {
  return [...new Set(parts.flatMap((part) => part.split(' · ')))].filter((part) => part !== '').join(', ');
}
