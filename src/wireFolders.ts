import * as vscode from 'vscode';
import type { SessionRequest } from './aws/planModel.ts';
import type { FolderSession } from './outlets/terminal.ts';
import { DisposableStore, Emitter } from './session/emitter.ts';
import type { Event } from './session/emitter.ts';
import type { Sessions } from './session/sessions.ts';
import type { Session } from './session/types.ts';
import { nameOfRequest } from './session/view.ts';
import { FolderBindings, offersFor, sessionOfBinding } from './ui/folderBindings.ts';
import type { FolderOffer } from './ui/folderBindings.ts';
import type { HostState } from './ui/hostState.ts';
import type { DeliveryPort, FoldersPort } from './ui/parts.ts';
import type { SessionFlow } from './ui/sessionFlow.ts';
import { folderText } from './ui/text/folders.ts';

/** What it is made from. */
export interface FolderParts {
  readonly hostState: HostState;
  readonly sessions: Sessions;
  flow(this: void): SessionFlow;
  delivery(this: void): DeliveryPort;
}

/** Folders that have a session of their own. */
export interface WiredFolders extends FoldersPort, vscode.Disposable {
  /** Fires when a folder is bound to another session, or to none. */
  readonly onDidChange: Event<void>;
  /** Each folder of a window with several, with the session that its terminals get; none where there is one folder. */
  sessions(this: void): readonly FolderSession[];
  /** What programs of a folder run as: its own session, else the active one. */
  sessionFor(this: void, folder: vscode.WorkspaceFolder | undefined): Session | undefined;
  /** The name of a folder's own session that is not there; undefined where `sessionFor` holds. */
  absentFor(this: void, folder: vscode.WorkspaceFolder | undefined): string | undefined;
  /** The sessions of before a reload are known: offers what is missing, each folder once. */
  begin(this: void): void;
}

/**
 * Remembers on this machine which folder works as which session. Nothing in a folder can bind it, a folder that is not
 * trusted has none, and nothing starts by itself: the person is offered it, once in a window for each folder.
 */
export function wireFolders({ hostState, sessions, flow, delivery }: FolderParts): WiredFolders {
  const store = new DisposableStore();
  const changes = store.add(new Emitter<void>());
  const bindings = new FolderBindings(hostState);
  const folders = () => vscode.workspace.workspaceFolders ?? [];
  const bound = () => {
    const known = vscode.workspace.isTrusted ? bindings.list() : [];
    return folders().flatMap((folder) => {
      const binding = known.find((each) => each.folder === folder.uri.toString());
      return binding === undefined ? [] : [{ folder, folderName: folder.name, binding }];
    });
  };
  const several = (): boolean => folders().length > 1;
  const ownBinding = (folder: vscode.WorkspaceFolder) =>
    several() ? bound().find((each) => each.folder.index === folder.index)?.binding : undefined;
  const ownSession = (folder: vscode.WorkspaceFolder): Session | undefined => {
    const binding = ownBinding(folder);
    return binding && sessionOfBinding(sessions.list(), binding);
  };
  const absentFor = (folder: vscode.WorkspaceFolder | undefined): string | undefined => {
    const binding = folder && ownBinding(folder);
    return binding === undefined || sessionOfBinding(sessions.list(), binding)
      ? undefined
      : nameOfRequest(binding.request);
  };

  const start = async (request: SessionRequest): Promise<boolean> => {
    // Where several folders are open the others keep what they have.
    const session = await flow().start(request, { aside: several() });
    if (session && several()) {
      await delivery().consent(false);
    }
    return session !== undefined;
  };

  const offered = new Set<string>();
  const offer = async (): Promise<void> => {
    const offers = offersFor(bound(), sessions.list(), {
      several: several(),
      hasActive: sessions.activeId !== undefined,
      offered,
    });
    if (offers.length === 0) {
      return;
    }
    for (const { folder } of offers) {
      offered.add(folder);
    }
    const { text, button } = wordsFor(offers);
    if ((await vscode.window.showInformationMessage(text, button)) === button) {
      for (const { request } of offers) {
        await start(request);
      }
    }
  };
  let begun = false;
  const offerOnceBegun = (): void => void (begun && offer());
  const boundNow = async (): Promise<void> => {
    // Until then no folder is bound.
    await hostState.known;
    changes.fire();
    offerOnceBegun();
  };
  void boundNow();
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(offerOnceBegun));
  store.add(
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      changes.fire();
      offerOnceBegun();
    }),
  );

  return {
    onDidChange: changes.event,
    bindingOf: (folder) => bound().find((each) => each.folder.index === folder.index)?.binding.request,
    async bind(folder, request) {
      await bindings.bind(folder.uri.toString(), request);
      changes.fire();
    },
    start,
    lines: () =>
      bound().map(({ folderName, binding }) => {
        const name = nameOfRequest(binding.request);
        const live = sessionOfBinding(sessions.list(), binding)?.state.kind === 'live';
        return live ? folderText.tooltipLive(folderName, name) : folderText.tooltipOver(folderName, name);
      }),
    sessions: () =>
      several()
        ? folders().map((folder) => ({ folder, session: ownSession(folder), absent: absentFor(folder) }))
        : [],
    absentFor,
    sessionFor: (folder) => (folder && ownSession(folder)) ?? sessions.get(sessions.activeId ?? ''),
    begin() {
      begun = true;
      void offer();
    },
    dispose: () => store.dispose(),
  };
}

function wordsFor(offers: readonly FolderOffer[]): { readonly text: string; readonly button: string } {
  const [first] = offers;
  return first && offers.length === 1
    ? {
        text: folderText.offerOne(first.folderName, first.name),
        button: first.live ? folderText.use() : folderText.start(),
      }
    : {
        text: folderText.offerSeveral(offers.map(({ name }) => name)),
        button: folderText.startAll(),
      };
}
