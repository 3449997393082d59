import * as vscode from 'vscode';
import { guardAtWorst, guardOf } from './aws/guards.ts';
import type { Guard, Guarded } from './aws/guards.ts';
import type { GuardSettings } from './aws/guardEntries.ts';
import type { Plan, PlanResult, SessionRequest } from './aws/planModel.ts';
import { LastUse, usesFolder } from './outlets/lastUse.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import { DisposableStore, Emitter } from './session/emitter.ts';
import type { Event } from './session/emitter.ts';
import { Guarding } from './session/guarding.ts';
import { guardedSession } from './session/guardTarget.ts';
import { servable } from './session/schedule.ts';
import type { Sessions } from './session/sessions.ts';
import type { Session } from './session/types.ts';
import { allowStart } from './ui/guardQuestion.ts';
import { guardSettings } from './ui/guardSettings.ts';
import { settings, settingsSection } from './ui/ids.ts';
import type { Log } from './ui/log.ts';
import type { GuardPort } from './ui/parts.ts';
import type { SessionFlow } from './ui/sessionFlow.ts';
import { onDidChangeSettings } from './ui/settings.ts';
import { guardProblemSentence, guardText } from './ui/text/guards.ts';
import { clockTime } from './ui/text/time.ts';

/** AWS counts in seconds and we do not: what stays valid for less is not worth a word, ms. */
const worthSayingMs = 60_000;

/** What guards are made from. */
export interface GuardParts {
  readonly sessions: Sessions;
  readonly host: Promise<WindowHost>;
  readonly log: Log;
  plan(this: void, request: SessionRequest): Promise<PlanResult>;
  planId(this: void, plan: Plan): string;
  aliasOf(this: void, accountId: string): string | undefined;
  flow(this: void): SessionFlow;
  /** Milliseconds UTC. */
  now(this: void): number;
}

/** The guards that the person has set. */
export interface WiredGuards extends GuardPort, vscode.Disposable {
  /** The guard of a session, all that match taken together; undefined: none does. */
  of(this: void, target: Guarded): Guard | undefined;
  /** See `guardAtWorst`. */
  atWorst(this: void, target: Guarded): Guard | undefined;
  /** Fires when a guard is other than before. */
  readonly onDidChange: Event<void>;
  /** See `SessionPorts.endsAt`. */
  endsAt(about: Omit<Session, 'state'>, begunAt: number): number | undefined;
  /** A tool got credentials. */
  served(id: string, at: number): void;
  /** Serves a fetch after the guards have had a look at the session: it may be over by now. */
  judged<T>(id: string, serve: () => Promise<T>): Promise<T>;
}

/** Reads the guards of the person's settings; a folder can add none and loosen none. */
export function wireGuards(parts: GuardParts): WiredGuards {
  const { sessions, host, log, now } = parts;
  const store = new DisposableStore();
  const changes = store.add(new Emitter<void>());
  let read: GuardSettings | undefined;
  const rules = (): GuardSettings['rules'] => (read ??= guardSettings()).rules;
  const of = (target: Guarded): Guard | undefined => guardOf(rules(), target);
  const ofSession = (session: Parameters<typeof guardedSession>[0]): Guard | undefined =>
    rules().length === 0 ? undefined : of(guardedSession(session));

  const guarding = store.add(
    new Guarding({
      sessions,
      isWanted: () => rules().length > 0,
      guardOf: ofSession,
      uses: new LastUse(
        async () => usesFolder((await host).folder),
        (line) => log.warn(line),
      ),
      onEnded: (session, end, { validUntil }) => {
        const still =
          validUntil !== undefined && validUntil > sessions.now() + worthSayingMs
            ? clockTime(validUntil, now())
            : undefined;
        const word = ofSession(session)?.name ?? '';
        void sayEnded(guardText.ended(session.name, word, end, still), session);
      },
      log: (line) => log.warn(line),
    }),
  );
  const sayEnded = async (text: string, session: Session): Promise<void> => {
    const again = guardText.startAgain();
    if ((await vscode.window.showWarningMessage(text, again)) === again) {
      await parts.flow().start(session.request);
    }
  };

  /** A problem is told once in a window, however often the settings change. */
  const told = new Set<string>();
  const tell = (): void => {
    for (const problem of guardSettings().problems) {
      const sentence = guardProblemSentence(problem);
      if (!told.has(sentence)) {
        told.add(sentence);
        void sayProblem(sentence);
      }
    }
  };
  const sayProblem = async (sentence: string): Promise<void> => {
    const open = guardText.openSettings();
    if ((await vscode.window.showWarningMessage(sentence, open)) === open) {
      await vscode.commands.executeCommand(
        'workbench.action.openSettings',
        `${settingsSection}.${settings.guards}`,
      );
    }
  };

  store.add(
    onDidChangeSettings(() => {
      const before = JSON.stringify(rules());
      read = undefined;
      if (JSON.stringify(rules()) !== before) {
        changes.fire();
        guarding.look();
      }
      tell();
    }),
  );
  tell();
  guarding.look();

  const questions: Parameters<typeof allowStart>[0] = {
    of,
    plan: async (request) => {
      const planned = rules().length === 0 ? undefined : await parts.plan(request);
      return planned?.ok ? planned.plan : undefined;
    },
    isThere: (plan, options) => {
      const state = sessions.get(parts.planId(plan))?.state;
      const forced = options?.force === true || options?.durationSeconds !== undefined;
      return (
        !forced &&
        state?.kind === 'live' &&
        servable(state.credentials, state.startedAt, sessions.now()) === 'serve'
      );
    },
    aliasOf: parts.aliasOf,
    start: (request, options, allRights) => parts.flow().start(request, options, allRights),
    end: async (session) => parts.flow().end([session]),
    now,
  };
  return {
    of,
    atWorst: (target) => guardAtWorst(rules(), target),
    onDidChange: changes.event,
    allow: (request, options, allRights) => allowStart(questions, request, options, allRights),
    endsAt: (about, begunAt) => guarding.endsAt(about, begunAt),
    served: (id, at) => guarding.served(id, at),
    judged: (id, serve) => guarding.judged(id, serve),
    dispose: () => store.dispose(),
  };
}
