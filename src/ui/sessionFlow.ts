import * as vscode from 'vscode';
import type { Fault } from '../aws/faults.ts';
import { durations } from '../aws/limits.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import type { Problem } from '../aws/problems.ts';
import { policyLimits } from '../aws/policies.ts';
import { isReadOnlyRequest } from '../aws/readOnly.ts';
import type { Shortened } from '../aws/run.ts';
import type { StartOptions, StartResult } from '../session/ports.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Session } from '../session/types.ts';
import { nameOfRequest } from '../session/view.ts';
import { within } from '../session/within.ts';
import { commands, settings, settingsSection } from './ids.ts';
import { ownRow } from './ownRows.ts';
import type { Allowed, DeliveryPort, GuardPort, SamlPort } from './parts.ts';
import type { MfaAdvice } from './mfaAdvice.ts';
import type { PlanFailure } from './planView.ts';
import { withCancel } from './progress.ts';
import type { Recent } from './recent.ts';
import { requestKey } from './switcherModel.ts';
import type { TreeNode } from './treeModel.ts';
import { authenticatorText } from './text/authenticators.ts';
import { actionsForRequest, faultActionTitle } from './text/faultActions.ts';
import type { FaultAction } from './text/faultActions.ts';
import { faultSentence } from './text/faults.ts';
import { flowText } from './text/flow.ts';
import { policyText } from './text/policies.ts';
import { problemSentence } from './text/problems.ts';
import { roleForReading } from './text/roles.ts';

const hintShownKey = 'firstTerminalHintShown';
const readOnlyHintShownKey = 'firstReadOnlyHintShown';
/**
 * Seconds to ask for after AWS said that a role allows less. Its own maximum cannot be read without IAM rights; an hour
 * is what every role allows (MaxSessionDuration is at least 3600), and what chaining allows.
 */
const sureMaximum = durations.maxChained;
/** ms that the word “ended” waits for the store, which may hang: it is true of this window all the same. */
const storeMs = 1000;

interface FlowParts {
  readonly sessions: Sessions;
  readonly recent: Recent;
  readonly delivery: DeliveryPort;
  readonly globalState: vscode.Memento;
  isAsking(): boolean;
  requestToStart: SamlPort['requestToStart'];
  readonly guards: GuardPort;
  /** The MFA device of the user whose long-term keys a profile holds. */
  deviceOf(profile: string): Promise<string | undefined>;
  readonly mfa: MfaAdvice;
  /** ms UTC until which a session waits for the next MFA code; see Codes. */
  waitsUntil(session: string): number | undefined;
  /** Puts the question that was asked ahead of the end in front again; false when it is not on the screen. */
  askedAgain(session: Session): Promise<boolean>;
  showLog(): void;
  /** Shows the plan of a request, with what failed in it. */
  showPlan(request: SessionRequest, name: string, failure: PlanFailure | undefined): Promise<void>;
  now(): number;
}

/** Starting, renewing and ending as the person sees them: progress, questions, and what to do when it fails. */
export class SessionFlow {
  readonly #parts: FlowParts;

  constructor(parts: FlowParts) {
    this.#parts = parts;
  }

  /**
   * Starts a session and makes it the active one, unless it is to stand aside. Undefined when it did not start; the
   * person has been told why, or has said no to a guard. `allRights`: more than the read-only session that a guard makes
   * of it.
   */
  async start(
    asked: SessionRequest,
    options?: StartOptions,
    allRights = false,
  ): Promise<Session | undefined> {
    const chosen = await this.#parts.requestToStart(asked);
    if (chosen === undefined) {
      return undefined;
    }
    if ('fault' in chosen) {
      void this.showFault(chosen.fault, nameOfRequest(asked), asked, () =>
        this.start(asked, options, allRights),
      );
      return undefined;
    }
    const allowed = await this.#parts.guards.allow(chosen.request, options, allRights);
    return allowed && this.#begin(allowed, options);
  }

  /** Starts what the guards allow; whoever tries again is not asked again. */
  async #begin(allowed: Allowed, options: StartOptions | undefined): Promise<Session | undefined> {
    const { request } = allowed;
    const name = nameOfRequest(request);
    const result = await withCancel(
      flowText.starting(name),
      () => this.#parts.isAsking(),
      // What this window delivers stays as it is until the person has had their say; a folder's own session is there at once.
      (signal) => this.#parts.sessions.start(request, signal, { ...options, aside: true }),
      () => this.#waiting(name),
    );
    if (!result.ok) {
      this.#forgetFailed(request);
      // “Try Again” means the same again, the chosen duration included.
      this.#explain(result, name, request, () => this.#begin(allowed, options));
      return undefined;
    }
    const { sessions } = this.#parts;
    // While a guard asks, the session may be ended elsewhere: making nothing active would take what terminals get.
    if (!(await allowed.started(result.session)) || sessions.get(result.session.id) === undefined) {
      return undefined;
    }
    if (options?.aside === true) {
      return result.session;
    }
    sessions.setActive(result.session.id);
    await this.#parts.recent.add(request);
    await this.#parts.delivery.consent(false);
    await this.#hintOnce(result.session);
    await this.#sayReadsOnce(result.session);
    await this.#parts.mfa.started(result.session);
    return result.session;
  }

  /** Gets new credentials for a session, whatever is left of the old ones; one that never began is started, guards and all. */
  async renew(session: Session): Promise<void> {
    if (this.#parts.sessions.get(session.id)?.state.kind === 'failed') {
      await this.start(session.request);
      return;
    }
    const result = await withCancel(
      flowText.renewing(session.name),
      () => this.#parts.isAsking(),
      (signal) => this.#parts.sessions.renew(session.id, signal),
      () => this.#waiting(session.name),
    );
    if (!result.ok) {
      this.#explain(result, session.name, session.request, () => this.renew(session));
    }
  }

  /** Ends sessions here, and says until when AWS still takes what was fetched before. */
  async end(ended: readonly Session[]): Promise<void> {
    let until = 0;
    for (const session of ended) {
      const { validUntil } = (await this.#parts.sessions.end(session.id)) ?? {};
      until = Math.max(until, validUntil ?? 0);
    }
    const [only] = ended;
    if (only) {
      // Who reads it may quit, and what is not stored by then comes back with the next window.
      await within(storeMs, this.#parts.sessions.settled());
      const names = ended.length === 1 ? only.name : undefined;
      const stillValid = until > this.#parts.now() ? until : undefined;
      void vscode.window.showInformationMessage(
        flowText.ended(names, ended.length, stillValid, this.#parts.now()),
      );
    }
  }

  /** Says that AWS allows a role for less than was asked for; the session is there all the same. */
  sayShortened(shortened: readonly Shortened[]): void {
    for (const { roleArn, askedSeconds, grantedSeconds } of shortened) {
      const text = flowText.shortened(roleForReading(roleArn), askedSeconds, grantedSeconds);
      void vscode.window.showInformationMessage(text);
    }
  }

  /** Warns when policies and tags are about to be too much; `percent` undefined: there are none. */
  sayPacked(name: string, percent: number | undefined): void {
    if (percent !== undefined && percent > policyLimits.worryingPercent) {
      void vscode.window.showWarningMessage(policyText.packedMuch(name, percent));
    }
  }

  /**
   * Says that something waits for a person, with the button that asks. Used when a fetch needs a code or a sign-in:
   * `waits` says whose it is, a terminal's where it says nothing.
   */
  async askToRenew(session: Session, waits?: string): Promise<void> {
    if (await this.#parts.askedAgain(session)) {
      // Two questions about the same thing never stand side by side.
      return;
    }
    // What renews without a code asks a person only when its sign-in is over.
    const signIn = !session.needsPerson;
    const button = signIn ? faultActionTitle('signIn') : flowText.renewButton();
    const text = signIn ? flowText.needsSignIn(session.name) : flowText.needsPerson(session.name);
    const choice = await vscode.window.showWarningMessage(waits ?? text, button);
    if (choice === button) {
      await this.renew(session);
    }
  }

  #waiting(session: string): string | undefined {
    const until = this.#parts.waitsUntil(session);
    return until === undefined ? undefined : authenticatorText.waits(Math.max(0, until - this.#parts.now()));
  }

  /** A start that failed is told once, with what to do next; a row for it would only have to be cleared away. */
  #forgetFailed(request: SessionRequest): void {
    const { sessions } = this.#parts;
    const key = requestKey(request);
    for (const session of sessions.list()) {
      if (session.state.kind === 'failed' && requestKey(session.request) === key) {
        sessions.dismiss(session.id);
      }
    }
  }

  #explain(
    result: Extract<StartResult, { ok: false }>,
    name: string,
    request: SessionRequest,
    again: () => Promise<unknown>,
  ): void {
    if (result.why === 'plan') {
      void this.#showProblems(result.problems, name, request);
    } else {
      const { fault, step } = result;
      void this.showFault(fault, name, request, again, { fault, step });
    }
  }

  async #showProblems(problems: readonly Problem[], name: string, request: SessionRequest): Promise<void> {
    const problem = problems.find((each) => each.severity === 'error') ?? problems[0];
    if (!problem) {
      return;
    }
    const button = faultActionTitle('openProfile');
    const text =
      problem.what.kind === 'cannotBeReadOnly'
        ? flowText.cannotBeReadOnly(problem.what.name, problemSentence(problem))
        : flowText.cannotStart(name, problemSentence(problem));
    const plan = faultActionTitle('showPlan');
    const choice = await vscode.window.showErrorMessage(text, ...(problem.place ? [button] : []), plan);
    if (choice === plan) {
      await this.#parts.showPlan(request, name, undefined);
    }
    if (choice === button && problem.place) {
      await vscode.commands.executeCommand(commands.openProfileSource, problem.place);
    }
  }

  /**
   * Says what went wrong, with the buttons that help; `again` repeats what failed. Silent about cancelling. `failure`: it
   * was a start or a renewal, whose plan can be shown. `say`: it was nobody's wish, and the sentence says more around it.
   */
  async showFault(
    fault: Fault,
    name: string,
    request: SessionRequest,
    again: () => Promise<unknown>,
    failure?: PlanFailure,
    say?: (text: string) => string,
  ): Promise<void> {
    const { text, actions } = faultSentence(fault, { session: name });
    if (text === '') {
      return;
    }
    const device = request.kind === 'role' ? await this.#parts.deviceOf(request.sourceProfile) : undefined;
    const ofFault = actionsForRequest(request, fault, actions, device);
    const offered: readonly FaultAction[] = failure === undefined ? ofFault : [...ofFault, 'showPlan'];
    const labels = new Map(offered.map((action) => [faultActionTitle(action), action]));
    const choice = await (say === undefined
      ? vscode.window.showErrorMessage(text, ...labels.keys())
      : vscode.window.showWarningMessage(say(text), ...labels.keys()));
    const action = choice === undefined ? undefined : labels.get(choice);
    if (action === 'showPlan') {
      await this.#parts.showPlan(request, name, failure);
    } else if (action === 'startWithCode') {
      if (request.kind === 'role') {
        await this.start({ ...request, mfaSerial: device });
      }
    } else if (action !== undefined) {
      await this.#act(action, request, again);
    }
  }

  async #act(
    action: Exclude<FaultAction, 'showPlan' | 'startWithCode'>,
    request: SessionRequest,
    again: () => Promise<unknown>,
  ): Promise<void> {
    switch (action) {
      case 'retry':
      case 'signIn':
      case 'enterCodeAgain':
        await again();
        break;
      case 'startWithMaximum':
        await this.start(request, { durationSeconds: sureMaximum });
        break;
      case 'mfaEachRole':
        if (await this.#parts.mfa.useEachRole(request)) {
          await again();
        }
        break;
      case 'chooseDevice':
        await vscode.commands.executeCommand(commands.chooseMfaDevice, sourceOf(request));
        break;
      case 'openProfile':
        await vscode.commands.executeCommand(commands.openProfileSource, sourceOf(request));
        break;
      case 'changeRole':
        await vscode.commands.executeCommand(
          request.kind === 'webIdentityRole' ? commands.assumeRoleWithWebIdentity : commands.assumeRole,
          request,
        );
        break;
      case 'changeFederation':
        await vscode.commands.executeCommand(commands.startFederationSession, request);
        break;
      case 'startAgain':
        await this.start(request, { force: true });
        break;
      case 'openProxySettings':
        await vscode.commands.executeCommand('workbench.action.openSettings', 'http.proxy');
        break;
      case 'openSignInSetting':
        await vscode.commands.executeCommand(
          'workbench.action.openSettings',
          `${settingsSection}.${settings.signInWith}`,
        );
        break;
      case 'openIssuers':
        await vscode.commands.executeCommand(
          'workbench.action.openSettings',
          `${settingsSection}.${settings.issuers}`,
        );
        break;
      case 'showClaims':
        await vscode.commands.executeCommand(
          commands.showClaims,
          request.kind === 'webIdentityRole' ? request : sourceOf(request),
        );
        break;
      case 'showLog':
        this.#parts.showLog();
        break;
    }
  }

  /** Who has started one read-only session knows what it still does: from then on the tooltip says it. */
  async #sayReadsOnce(session: Session): Promise<void> {
    if (isReadOnlyRequest(session.request) && !this.#parts.globalState.get(readOnlyHintShownKey)) {
      await this.#parts.globalState.update(readOnlyHintShownKey, true);
      void vscode.window.showInformationMessage(policyText.readsStillHint(session.name));
    }
  }

  async #hintOnce(session: Session): Promise<void> {
    if (this.#parts.globalState.get(hintShownKey) || !this.#parts.delivery.state?.reaches) {
      return;
    }
    await this.#parts.globalState.update(hintShownKey, true);
    const until = session.state.kind === 'live' ? session.state.credentials.expiresAt : undefined;
    const button = flowText.openTerminalButton();
    // Not awaited: the start is over, the hint may stay for as long as it likes.
    void vscode.window
      .showInformationMessage(flowText.terminalHint(session.name, until, this.#parts.now()), button)
      .then((choice) =>
        choice === button ? vscode.commands.executeCommand(commands.openTerminal, session.id) : undefined,
      );
  }
}

/** What `openProfileSource` opens for a request: its profile, or the sign-in of a role that is in none. */
function sourceOf(request: SessionRequest): string | TreeNode {
  switch (request.kind) {
    case 'role':
      return request.sourceProfile;
    case 'identityCenterRole':
      return ownRow({ kind: 'ssoSession', id: '', name: request.ssoSession });
    case 'webIdentityRole':
      return request.issuer;
    case 'profile':
    case 'mfaSession':
    case 'samlRole':
    case 'federation':
      return request.profile;
  }
}
