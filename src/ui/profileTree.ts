import * as vscode from 'vscode';
import { DisposableStore } from '../session/emitter.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import type { SignIn } from '../aws/sources/identityCenterApi.ts';
import { setContext } from './contextKeys.ts';
import type { GuardOf } from './guardLooks.ts';
import { commands, contextKeys, views } from './ids.ts';
import type { IdentityCenterPort, KeyCarePort, LoginPort, RolesPort, SamlPort } from './parts.ts';
import type { RoleLists } from './roleRows.ts';
import { showsTheSame } from './sameProfiles.ts';
import { keyAgeDays } from './settings.ts';
import type { PlanOf, ProfileSource, SessionSource } from './sources.ts';
import { changedRows, ProfileTree } from './treeModel.ts';
import type { TreeNode } from './treeModel.ts';
import type { TreeState } from './treeRows.ts';

/** What the view reads. `plan` remembers its results (`rememberPlans`). */
export interface ProfileTreeOptions {
  readonly profiles: ProfileSource;
  readonly sessions: SessionSource;
  readonly plan: PlanOf;
  readonly identityCenter: IdentityCenterPort;
  readonly roles: Pick<RolesPort, 'lists' | 'onDidChange'>;
  readonly saml: Pick<SamlPort, 'rolesOf' | 'onDidChange'>;
  readonly aliasOf: (accountId: string) => string | undefined;
  readonly login: LoginPort;
  readonly guardOf: GuardOf;
  readonly keyCare: Pick<KeyCarePort, 'known' | 'rotationOf'>;
  /** Milliseconds UTC. */
  readonly now: () => number;
  readonly warnMs: () => number;
}

const folding = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
};

/** The view: asks `ProfileTree` for rows, and refreshes only those that changed. The files are read when it is shown. */
export class ProfileTreeView implements vscode.TreeDataProvider<TreeNode> {
  readonly #options: ProfileTreeOptions;
  readonly #ended = new AbortController();
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>());
  #set: ProfileSet | undefined;
  #tree: ProfileTree | undefined;
  #lists: RoleLists | undefined;
  #shown: ReadonlyMap<TreeNode, string> = new Map();

  constructor(options: ProfileTreeOptions) {
    this.#options = options;
    this.#store.add(
      vscode.window.createTreeView(views.profiles, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#store.add(options.profiles.onDidChange(() => void this.#onFiles()));
    this.#store.add(options.sessions.onDidChange(() => this.#onSessions()));
    const { signIns, directory } = options.identityCenter;
    // Its own row alone: a click into a tree that is being made anew loses its row.
    this.#store.add(signIns.onDidChange((signIn) => this.#onSignIn(signIn, undefined)));
    this.#store.add(directory.onDidChange(({ signIn, accountId }) => this.#onSignIn(signIn, accountId)));
    this.#store.add(options.login.logins.onDidChange(({ arn }) => this.#onLogin(arn)));
    this.#store.add(options.keyCare.known.onDidChange((id) => this.#onKey(id)));
    this.#store.add(options.roles.onDidChange((profile) => this.#onFound(profile)));
    this.#store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()));
    this.#store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()));
    this.#store.add(options.saml.onDidChange(() => this.refresh()));
    this.#store.add({ dispose: () => this.#ended.abort() });
  }

  readonly onDidChangeTreeData = this.#changed.event;

  /** Shows everything anew; selection and folding stay, because rows keep their ids. */
  refresh(): void {
    this.#lists = undefined;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    const tree = node && this.#tree ? this.#tree : await this.#read();
    if (!node) {
      await this.#lookAtSignIns();
    } else {
      this.#list(node);
    }
    const state = this.#state();
    if (!node) {
      setContext(contextKeys.noProfiles, tree.empty);
      setContext(contextKeys.hasProfiles, tree.hasProfiles);
      this.#shown = tree.sessionRows(state);
    }
    return [...tree.children(node, state)];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const row = this.#tree?.row(node, this.#state());
    const item = new vscode.TreeItem(row?.label ?? '', folding[row?.collapsible ?? 'none']);
    // VS Code keeps a row that had nothing below it folded when it gets something: with another id it is a new row.
    item.id = row === undefined || row.collapsible === 'none' ? node.id : `${node.id}/`;
    if (!row) {
      // It went between two questions of VS Code's; the refresh that takes it away is on its way.
      return item;
    }
    item.description = row.description;
    item.contextValue = row.contextValue;
    item.accessibilityInformation = { label: row.accessibilityLabel };
    if (row.icon) {
      item.iconPath = new vscode.ThemeIcon(
        row.icon.id,
        row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color),
      );
    }
    // A click on a row with a command would not unfold it.
    if (row.collapsible === 'none' && ['file', 'problem', 'roleProblem'].includes(node.kind)) {
      item.command = { command: commands.openProfileSource, title: '', arguments: [node] };
    }
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const tooltip = this.#tree?.tooltip(node, this.#state());
    if (tooltip !== undefined) {
      item.tooltip = new vscode.MarkdownString(tooltip);
    }
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Reads first and tells then: VS Code forgets its rows when told, and a click before it has new ones is lost. */
  async #onFiles(): Promise<void> {
    const before = this.#set;
    const after = await this.#options.profiles.read();
    if (!before || !showsTheSame(before, after)) {
      this.refresh();
    }
  }

  async #read(): Promise<ProfileTree> {
    const set = await this.#options.profiles.read();
    if (!this.#tree || set !== this.#set) {
      this.#set = set;
      this.#tree = new ProfileTree(set, (profile) => this.#options.plan(set, profile));
    }
    return this.#tree;
  }

  /** Read from the settings once a refresh: a list of roles is asked for by each of its rows. */
  #roles(): RoleLists {
    return (this.#lists ??= this.#options.roles.lists());
  }

  #state(): TreeState {
    const { sessions, now, warnMs } = this.#options;
    return {
      sessions: sessions.list(),
      activeId: sessions.activeId,
      now: now(),
      warnMs: warnMs(),
      roles: this.#roles(),
      samlRoles: (origin) => this.#options.saml.rolesOf(origin),
      accountName: (accountId) => this.#options.aliasOf(accountId),
      signIn: (name) => {
        const { signIns, directory } = this.#options.identityCenter;
        const signIn = this.#signInOf(name);
        return signIn && { state: signIns.state(signIn), listing: directory.listing(signIn) };
      },
      login: (arn) => this.#options.login.logins.state({ arn }),
      guardOf: this.#options.guardOf,
      keys: (profile, accessKeyId) => {
        const { known, rotationOf } = this.#options.keyCare;
        const note = rotationOf(profile);
        return {
          ...known.of(accessKeyId),
          oldAfterDays: keyAgeDays(),
          replaced: note?.phase === 'deactivated' ? note.oldId : undefined,
        };
      },
    };
  }

  #signInOf(ssoSession: string): SignIn | undefined {
    return this.#set && this.#options.identityCenter.signInOf(this.#set, ssoSession);
  }

  /** Reads the files of the tokens; AWS is not asked. */
  async #lookAtSignIns(): Promise<void> {
    const { identityCenter, login } = this.#options;
    const names = [...(this.#set?.ssoSessions.keys() ?? [])];
    const arns = new Set(
      [...(this.#set?.profiles.values() ?? [])].flatMap(
        ({ properties }) => properties.get('login_session')?.value ?? [],
      ),
    );
    await Promise.all([
      ...names.map(async (name) => {
        const signIn = this.#signInOf(name);
        await (signIn && identityCenter.signIns.look(signIn));
      }),
      ...[...arns].map((arn) => login.logins.look({ arn })),
    ]);
  }

  /** The rows of the profiles that a console sign-in is for; the others stay, and a click on them is not lost. */
  #onLogin(arn: string): void {
    this.#refreshThose('login_session', arn);
  }

  /** VS Code keeps the tooltip of a row that it does not ask for anew. */
  #onKey(accessKeyId: string): void {
    this.#refreshThose('aws_access_key_id', accessKeyId);
  }

  #refreshThose(property: string, value: string): void {
    const rows = [...(this.#set?.profiles.values() ?? [])].flatMap(({ name, properties }) =>
      properties.get(property)?.value === value ? (this.#tree?.profileNode(name) ?? []) : [],
    );
    if (rows.length > 0) {
      this.#changed.fire(rows);
    }
  }

  /** Lists what an unfolded row holds, once; after a failure only when the person asks for it. */
  #list(node: TreeNode): void {
    if (node.kind !== 'ssoSession' && node.kind !== 'account') {
      return;
    }
    const { signIns, directory } = this.#options.identityCenter;
    const signIn = this.#signInOf(node.kind === 'account' ? node.ssoSession : node.name);
    const state = signIn && signIns.state(signIn).kind;
    if (!signIn || (state !== 'in' && state !== 'refreshable')) {
      return;
    }
    const { accounts, fault, roleFaults } = directory.listing(signIn);
    if (node.kind === 'ssoSession') {
      // Whoever has signed in since has mended that fault.
      if (fault === undefined ? accounts === undefined : fault.kind === 'signInNeeded') {
        void directory.loadAccounts(signIn, this.#ended.signal);
      }
    } else if (
      directory.account(signIn, node.accountId)?.roles === undefined &&
      !roleFaults.has(node.accountId)
    ) {
      void directory.loadRoles(signIn, node.accountId, this.#ended.signal);
    }
  }

  #onSignIn({ session }: SignIn, accountId: string | undefined): void {
    const node =
      session === undefined
        ? undefined
        : accountId === undefined
          ? this.#tree?.ssoSessionNode(session)
          : this.#tree?.accountNode(session, accountId);
    if (node) {
      this.#changed.fire(node);
    }
  }

  #onFound(profile: string): void {
    const node = this.#tree?.profileNode(profile);
    if (node) {
      this.#changed.fire(node);
    }
  }

  #onSessions(): void {
    if (!this.#tree) {
      return;
    }
    const before = this.#shown;
    this.#shown = this.#tree.sessionRows(this.#state());
    const changed = changedRows(before, this.#shown);
    if (changed === 'all') {
      this.#changed.fire(undefined);
    } else if (changed.length > 0) {
      this.#changed.fire([...changed]);
    }
  }
}
