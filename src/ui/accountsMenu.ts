import * as vscode from 'vscode';
import { DisposableStore } from '../session/emitter.ts';
import type { Handles } from '../session/handles.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Session } from '../session/types.ts';
import { accountChanges, accountsOf, matching, type Account } from './accounts.ts';
import { authenticationId } from './ids.ts';
import { accessText } from './text/access.ts';

/** What the menu asks for. */
export interface AccountsMenuParts {
  readonly sessions: Pick<Sessions, 'known' | 'list' | 'get' | 'onDidChange'>;
  readonly handles: Handles;
  /** Lets the person choose what to start; `words` is what whoever asks wants it to have. */
  start(words: readonly string[]): Promise<Session | undefined>;
  end(session: Session): Promise<void>;
}

/** Lets the sessions stand in VS Code's Accounts menu, and other extensions ask for them there. No credentials pass it. */
export class AccountsMenu implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly #parts: AccountsMenuParts;
  readonly #changes =
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly #store = new DisposableStore();
  #accounts: readonly Account[];

  constructor(parts: AccountsMenuParts, label: string) {
    this.#parts = parts;
    this.#accounts = this.#look();
    this.#store.add(this.#changes);
    this.#store.add(parts.sessions.onDidChange(() => this.#update()));
    this.#store.add(
      vscode.authentication.registerAuthenticationProvider(authenticationId, label, this, {
        supportsMultipleAccounts: true,
      }),
    );
  }

  get onDidChangeSessions(): vscode.Event<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent> {
    return this.#changes.event;
  }

  async getSessions(
    scopes: readonly string[] | undefined,
    options: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession[]> {
    await this.#parts.sessions.known(new AbortController().signal);
    this.#update();
    return [...matching(this.#accounts, scopes, options.account)];
  }

  async createSession(scopes: readonly string[]): Promise<vscode.AuthenticationSession> {
    const session = await this.#parts.start(scopes);
    this.#update();
    const account = this.#accounts.find(({ id }) => id === session?.id);
    if (account === undefined) {
      throw new Error(accessText.notStarted());
    }
    return account;
  }

  async removeSession(id: string): Promise<void> {
    const session = this.#parts.sessions.get(id);
    if (session !== undefined) {
      await this.#parts.end(session);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #look(): readonly Account[] {
    const { sessions, handles } = this.#parts;
    return accountsOf(sessions.list(), (id) => handles.of(id));
  }

  #update(): void {
    const before = this.#accounts;
    const after = this.#look();
    const changes = accountChanges(before, after);
    if (changes !== undefined) {
      this.#accounts = after;
      for (const { id } of changes.removed) {
        this.#parts.handles.drop(id);
      }
      this.#changes.fire(changes);
    }
  }
}
