import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { StsSessionsApi } from './api.ts';
import type { Guard } from './aws/guards.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { noteFile } from './outlets/noteFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import { AccessNote } from './session/accessNote.ts';
import { ApiQuestions } from './session/apiQuestions.ts';
import { DisposableStore, Emitter } from './session/emitter.ts';
import { ExtensionAccess, type AccessEntry } from './session/extensionAccess.ts';
import { guardedSession } from './session/guardTarget.ts';
import { Handles } from './session/handles.ts';
import { HandOuts, type Caller } from './session/handOuts.ts';
import type { Sessions } from './session/sessions.ts';
import type { Peers, Session } from './session/types.ts';
import { AccountsMenu } from './ui/accountsMenu.ts';
import { askForCredentials, askToStart } from './ui/apiConsent.ts';
import { chooseProfile } from './ui/commands/target.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import type { ExtensionAccessPort } from './ui/parts.ts';
import type { SessionFlow } from './ui/sessionFlow.ts';
import { accessText, apiSentences, extensionName } from './ui/text/access.ts';
import { t } from './ui/text/l10n.ts';
import type { WiredGuards } from './wireGuards.ts';

const accessKey = 'extensionAccess';

/** Another window that holds the note longer hangs, ms. */
const patienceMs = 5000;

/** What it is made from. */
export interface ApiParts {
  readonly context: Context;
  readonly sessions: Sessions;
  readonly guards: WiredGuards;
  readonly flow: SessionFlow;
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  readonly log: Pick<Log, 'warn'>;
  /** The files as they are now. */
  files(this: void): Promise<ProfileSet>;
  now(this: void): number;
}

/** Sessions for other extensions: the exported interface, and the Accounts menu. */
export interface WiredApi {
  /** The interface of one extension; `id` as VS Code writes it. */
  of(this: void, extension: vscode.Extension<unknown>): StsSessionsApi;
  readonly access: ExtensionAccessPort;
}

/** Puts the interface for other extensions together. */
export function wireApi({
  context,
  sessions,
  guards,
  flow,
  host,
  peers,
  log,
  files,
  now,
}: ApiParts): WiredApi {
  const store = new DisposableStore();
  context.subscriptions.push(store);
  const { globalState } = context;
  const file = host.then(({ folder }) => noteFile(folder, 'access'));
  const note = store.add(
    new AccessNote({
      file: { read: async () => (await file).read(), write: async (value) => (await file).write(value) },
      exclusive: (work) => peers.exclusive('extension-access', AbortSignal.timeout(patienceMs), work),
      announce: () => peers.announce(),
      now: () => Date.now(),
      log: (line) => log.warn(line),
    }),
  );
  const access = store.add(
    new ExtensionAccess(
      {
        read: () => globalState.get(accessKey),
        write: (list: readonly AccessEntry[]) => globalState.update(accessKey, list),
      },
      note,
    ),
  );
  store.add(peers.onDidChange(() => void access.look()));
  const handles = new Handles(() => `sts-sessions:${randomUUID()}`);
  const guardOf = (session: Session): Guard | undefined => guards.of(guardedSession(session));
  // What was allowed for good was not allowed for a folder that nobody trusts.
  const mayRemember = (session: Session): boolean =>
    vscode.workspace.isTrusted && guardOf(session) === undefined;
  const handOuts = store.add(
    new HandOuts({
      sessions,
      access,
      questions: new ApiQuestions({ now, limit: (ms) => AbortSignal.timeout(ms) }),
      sentences: apiSentences(now),
      ofHandle: (handle) => handles.session(handle),
      judge: (id) => guards.judged(id, async () => undefined),
      served: (id) => guards.served(id, now()),
      mayRemember,
      askForCredentials: (caller, session) =>
        askForCredentials(caller, session, {
          guard: guardOf(session)?.name,
          mayRemember: mayRemember(session),
          now: now(),
        }),
      askToStart,
      askToRenew: (session, caller) =>
        flow.askToRenew(session, accessText.waitsForRenewal(caller.name, session.name)),
      hasProfile: async (profile) => (await files()).profiles.has(profile),
      start: (profile, caller) =>
        flow.start({ kind: 'profile', profile }, { by: { kind: 'extension', id: caller.id }, aside: true }),
      now,
    }),
  );

  const changes = store.add(new Emitter<void>());
  /** What extensions read of the sessions: another text when it is time to tell them, and not while time passes. */
  const look = (): string =>
    JSON.stringify([
      sessions.activeId,
      ...sessions.list().map((session) => ({
        ...session,
        state: session.state.kind,
        ends: session.state.kind === 'live' ? session.state.credentials.expiresAt : undefined,
        free: mayRemember(session),
      })),
    ]);
  let shown = look();
  const update = (): void => {
    const next = look();
    if (next !== shown) {
      shown = next;
      changes.fire();
    }
  };
  store.add(sessions.onDidChange(update));
  store.add(guards.onDidChange(update));
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(update));

  store.add(
    new AccountsMenu(
      {
        sessions,
        handles,
        start: async (words) => {
          const set = await files();
          const named = words.find((word) => set.profiles.has(word));
          const profile = named ?? (await chooseProfile(set, t('Start Session'), (kind) => kind !== 'none'));
          return profile === undefined
            ? undefined
            : flow.start({ kind: 'profile', profile }, { by: { kind: 'accountsMenu' }, aside: true });
        },
        end: (session) => flow.end([session]),
      },
      t('AWS Sessions'),
    ),
  );

  const nameOf = (id: string): string => extensionName(displayNameOf(vscode.extensions.getExtension(id)), id);
  return {
    of: (extension) => {
      const { id } = extension;
      const caller: Caller = { id, name: extensionName(displayNameOf(extension), id) };
      return {
        list: () => handOuts.list(caller),
        getCredentials: (session, options) => handOuts.credentials(caller, session, options),
        provider: (session) => () => handOuts.credentials(caller, session),
        start: (profile, options) => handOuts.start(caller, profile, options),
        onDidChangeSessions: (listener) => {
          const both = new DisposableStore();
          both.add(changes.event(listener));
          both.add(access.onDidChange((changed) => (changed === id ? listener() : undefined)));
          return both;
        },
      };
    },
    access: {
      list: async () => {
        await handOuts.look();
        return handOuts.granted().map((row) => ({ ...row, extensionName: nameOf(row.extension) }));
      },
      takeBack: ({ extension, session }) => handOuts.takeBack(extension, session),
    },
  };
}

function displayNameOf(extension: vscode.Extension<unknown> | undefined): unknown {
  const manifest: unknown = extension?.packageJSON;
  return typeof manifest === 'object' && manifest !== null && 'displayName' in manifest
    ? manifest.displayName
    : undefined;
}
