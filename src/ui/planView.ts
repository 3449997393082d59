import { parseRoleArn } from '../aws/arn.ts';
import type { AccessDeniedHint, Fault } from '../aws/faults.ts';
import { mfaChoiceOf } from '../aws/planMfa.ts';
import type { Base, Hop, Plan, PlanResult, Step } from '../aws/planModel.ts';
import type { Place } from '../aws/problems.ts';
import { checkText, planText } from './text/planView.ts';
import { problemSentence } from './text/problems.ts';
import { faultSentence } from './text/faults.ts';
import { mfaChoiceLine } from './text/mfa.ts';
import { roleForReading } from './text/roles.ts';
import { baseWords, placeText, stepWords } from './text/tooltip.ts';

/** How a start of the plan failed. */
export interface PlanFailure {
  readonly fault: Fault;
  /** The step that failed, counted from 0; -1 for the base. Undefined: it cannot be told. */
  readonly step: number | undefined;
}

/** How far a start has got with a hop: `unknown` where nothing has been started. */
export type HopState = 'passed' | 'failed' | 'notReached' | 'unknown';

/** A line of a plan as people read it. */
export interface PlanLine {
  readonly kind: 'hop' | 'choice' | 'problem' | 'check';
  readonly state: HopState;
  readonly label: string;
  /** Where it stands, and whether it failed, in words: an icon says nothing to a screen reader. */
  readonly description: string;
  /** Why it failed, or what to do. */
  readonly detail: string | undefined;
  /** The line of the file that it opens. */
  readonly place: Place | undefined;
  /** The profile for whose roles it chooses how MFA is used, instead of opening a file. */
  readonly chooses?: string;
}

/**
 * A plan as a list: one line a hop, the first call first, the failed one marked and its cause beside it, then what is wrong
 * in the files, what to check, and how MFA is used where that can be chosen. `name` is the session's.
 */
export function planLines(
  result: PlanResult,
  failure: PlanFailure | undefined,
  name: string,
): readonly PlanLine[] {
  const hops = result.ok
    ? [baseHop(result.plan.base), ...result.plan.steps.map(stepHop)].map((hop, index) =>
        hopLine(hop, index, stateOf(index - 1, failure), failure, name),
      )
    : // The first call first, as in a plan that holds.
      result.hops.toReversed().map(brokenLine);
  const problems = (result.ok ? result.plan.problems : result.problems).map((problem): PlanLine => ({
    kind: 'problem',
    state: 'unknown',
    label: problemSentence(problem),
    description: problem.place === undefined ? '' : placeText(problem.place),
    detail: undefined,
    place: problem.place,
  }));
  return [
    ...hops,
    ...problems,
    ...(result.ok ? checkLines(result.plan, failure) : []),
    ...(result.ok ? choiceLines(result.plan) : []),
  ];
}

/** The same as text, to be sent to whoever can help: no key and no secret is in a plan's words. */
export function planAsText(lines: readonly PlanLine[], title: string): string {
  const texts = lines.map(({ kind, label, description, detail }) => {
    const line = description === '' ? label : `${label} (${description})`;
    return [kind === 'hop' ? line : `- ${line}`, ...(detail === undefined ? [] : [`    ${detail}`])].join(
      '\n',
    );
  });
  return `${[title, ...texts].join('\n')}\n`;
}

/** What was chosen, or holds while nothing is, with what comes of it: it is known before the first start. */
function choiceLines(plan: Plan): readonly PlanLine[] {
  const choice = mfaChoiceOf(plan);
  return choice === undefined
    ? []
    : [
        {
          kind: 'choice',
          state: 'unknown',
          ...mfaChoiceLine(choice),
          description: '',
          place: undefined,
          chooses: choice.profile,
        },
      ];
}

interface WordedHop {
  readonly words: string;
  readonly place: Place | undefined;
}

function baseHop(base: Base): WordedHop {
  return { words: `${base.profile}: ${baseWords(base)}`, place: base.place };
}

function stepHop(step: Step): WordedHop {
  return { words: stepWords(step, roleForReading), place: step.place };
}

function stateOf(step: number, failure: PlanFailure | undefined): HopState {
  if (failure?.step === undefined) {
    return 'unknown';
  }
  return step < failure.step ? 'passed' : step === failure.step ? 'failed' : 'notReached';
}

function hopLine(
  { words, place }: WordedHop,
  index: number,
  state: HopState,
  failure: PlanFailure | undefined,
  name: string,
): PlanLine {
  const cause = state === 'failed' && failure ? causeOf(failure.fault, name) : '';
  return {
    kind: 'hop',
    state,
    label: `${index + 1}. ${words}`,
    description: [planText.state(state), ...(place === undefined ? [] : [placeText(place)])]
      .filter((part) => part !== '')
      .join(' · '),
    detail: cause === '' ? undefined : cause,
    place,
  };
}

/** The fault's sentence; what it may come from has lines of its own here. */
function causeOf(fault: Fault, session: string): string {
  const told: Fault = fault.kind === 'accessDenied' ? { ...fault, hints: [] } : fault;
  return faultSentence(told, { session }).text;
}

function brokenLine(hop: Hop, index: number): PlanLine {
  const state = hop.broken ? 'failed' : 'unknown';
  const words =
    hop.roleArn === undefined ? hop.profile : planText.hop(hop.profile, roleForReading(hop.roleArn));
  const marked = hop.place === undefined ? planText.missing() : planText.breaksHere();
  return {
    kind: 'hop',
    state,
    label: `${index + 1}. ${words}`,
    description: [hop.broken ? marked : '', hop.place === undefined ? '' : placeText(hop.place)]
      .filter((part) => part !== '')
      .join(' · '),
    detail: undefined,
    place: hop.place,
  };
}

/** What an AccessDenied may come from, the likeliest first, each with what to do. */
function checkLines(plan: Plan, failure: PlanFailure | undefined): readonly PlanLine[] {
  const { fault, step = -1 } = failure ?? {};
  if (fault?.kind !== 'accessDenied' || fault.roleArn === undefined) {
    return [];
  }
  const { roleArn } = fault;
  const caller = policyName(fault.caller, step > 0 ? plan.steps[step - 1] : plan.base);
  const failed = plan.steps[step];
  return fault.hints.map((hint: AccessDeniedHint): PlanLine => {
    const { what, todo } = checkText(hint, { caller, roleArn });
    return {
      kind: 'check',
      state: 'unknown',
      label: what,
      description: '',
      detail: todo,
      place: failed?.place,
    };
  });
}

/**
 * Whom a policy must name: the role, where the caller is a session of one. AWS's message has the session's ARN, which
 * holds the name of that one session and lacks the role's path; the hop before knows the role.
 */
function policyName(caller: string | undefined, from: Step | Base | undefined): string | undefined {
  const arn =
    from === undefined
      ? undefined
      : 'roleArn' in from
        ? from.roleArn
        : from.kind === 'saml'
          ? from.role?.roleArn
          : undefined;
  const role = arn === undefined ? undefined : parseRoleArn(arn);
  return role !== undefined &&
    caller?.startsWith(`arn:${role.partition}:sts::${role.accountId}:assumed-role/${role.name}/`) === true
    ? arn
    : caller;
}
