import type { Event } from '../session/emitter.ts';
import type { ConsoleHindrance, ConsolePlace } from '../aws/console.ts';
import type { Credentials } from '../aws/credentials.ts';
import type { CallerIdentity } from '../aws/effects.ts';
import type { Fault } from '../aws/faults.ts';
import type { IssuerSettings } from '../aws/issuers.ts';
import type { Claims } from '../aws/jwt.ts';
import type {
  Base,
  Issuer,
  LoginSession,
  MfaUse,
  PlanResult,
  SamlRole,
  SessionRequest,
} from '../aws/planModel.ts';
import type { SavedRole } from '../aws/roles/savedRole.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import type { FileRole } from '../aws/problems.ts';
import type { Secret } from '../aws/secret.ts';
import type { SignIn } from '../aws/sources/identityCenterApi.ts';
import type { IssuerFacts } from '../aws/sources/issuerApi.ts';
import type { AssertionOrigin } from '../session/assertions.ts';
import type { ManagedState, ToolProfile } from '../session/delivery.ts';
import type { CleanedUp, Enrolled, EnrolPerson } from '../session/enrolPorts.ts';
import type { Directory } from '../session/directory.ts';
import type { IssuerState } from '../session/issuerSignIns.ts';
import type { Granted } from '../session/handOuts.ts';
import type { Logins } from '../session/logins.ts';
import type { Search, SearchProgress } from '../session/roleFinder.ts';
import type { KeyEntry, Restart } from '../session/keyRecord.ts';
import type { BackResult, KeyVault } from '../session/keyVault.ts';
import type { SignIns } from '../session/signIns.ts';
import type { Sessions } from '../session/sessions.ts';
import type { StartOptions } from '../session/ports.ts';
import type { RotationNote } from '../session/rotationNote.ts';
import type { Session } from '../session/types.ts';
import type { WriteResult, WrittenKeys } from '../files/writtenFiles.ts';
import type { TakenOut, WrittenNote } from '../session/written.ts';
import type { KnownProvider } from '../signIn/providerFolder.ts';
import type { TerminalOptions, WorkspaceFolder } from 'vscode';
import type { AuthenticatorVault } from './authenticators.ts';
import type { KnownKeys } from './keyFacts.ts';
import type { ConsolePlaces } from './consolePlaces.ts';
import type { Recent } from './recent.ts';
import type { RoleLists } from './roleRows.ts';
import type { SecretClipboard } from './secretClipboard.ts';
import type { SessionFlow } from './sessionFlow.ts';
import type { SwitcherOptions } from './switcher.ts';
import type { WatchedTerminal } from './terminalWatch.ts';
import type { SecretPlace } from './text/authenticators.ts';
import type { KeysHindrance } from './text/keys.ts';

/** The user's files, as the interface sees them. */
export interface FilesPort {
  /** Both files, read and merged. Never rejects: what could not be read is a problem in the set. */
  read(): Promise<ProfileSet>;
  /** Reads again, also when nothing seems to have changed. */
  refresh(): Promise<void>;
  /** Absolute path of one of the two files, whether it exists or not. */
  path(file: FileRole): string;
  /** Makes sure the file exists (0600, its folder 0700), so that an editor can open it. False when it cannot be made. */
  create(file: FileRole): Promise<boolean>;
  /** Changes the file in place, keeping everything else in it. False when it could not be written; says so itself. */
  edit(file: FileRole, change: (text: string) => string): Promise<boolean>;
}

/** How terminals get the active session now. */
export interface DeliveryState {
  /** True when new terminals get the active session. */
  readonly reaches: boolean;
  /** A sentence for the tooltip: how it reaches terminals, or why it does not. */
  readonly sentence: string;
  /** Sentences about what could win over the session, and what to do. */
  readonly warnings: readonly string[];
}

/** Delivery to terminals, implemented in outlets/ and wired in extension.ts. */
export interface DeliveryPort {
  /** Undefined while nothing is to be delivered. */
  readonly state: DeliveryState | undefined;
  readonly onDidChange: Event<void>;
  /** Asks the person once whether the managed profiles may be written; asks again when `again`. */
  consent(again: boolean): Promise<void>;
  /** Takes the managed profiles out of the config file. Says in one sentence how it went. */
  removeManagedProfiles(): Promise<{ readonly ok: boolean; readonly sentence: string }>;
  /** Opens a terminal that runs under the session, whichever is active; a sentence when that cannot be. */
  openTerminal(session: Session): Promise<string | undefined>;
  /** What a terminal under the session is made from; a sentence when there can be none. */
  prepareTerminal(
    session: Session,
  ): Promise<{ readonly options: TerminalOptions } | { readonly problem: string }>;
  /** Runs a command line once, in a terminal of its own, with the session's credentials in its environment. */
  runCommand(session: Session, commandLine: string): Promise<string | undefined>;
}

/** The terminals of this window, as the interface sees them. */
export interface TerminalsPort {
  /** Each with what is known of it, in the order of their opening. */
  all(): Promise<readonly WatchedTerminal[]>;
}

/** Profiles for tools outside the editor, as the interface sees them. */
export interface ToolsPort {
  /** Those in the config file. */
  list(): Promise<readonly ToolProfile[]>;
  /** Adds one for a session, over an earlier one of that name. */
  add(session: Session): Promise<{ readonly name: string; readonly state: ManagedState }>;
  remove(name: string): Promise<ManagedState>;
}

/** Folders that have a session of their own, as the interface sees them. */
export interface FoldersPort {
  /** What a folder works as; undefined: it has none, or is not trusted. */
  bindingOf(folder: WorkspaceFolder): SessionRequest | undefined;
  /** Remembers it on this machine; undefined forgets it. */
  bind(folder: WorkspaceFolder, request: SessionRequest | undefined): Promise<void>;
  /** Starts what a folder works as. False when it did not start; the person has been told why. */
  start(request: SessionRequest): Promise<boolean>;
  /** A sentence for each, for the tooltip. */
  lines(this: void): readonly string[];
}

/** Identity Center, as the interface sees it. */
export interface IdentityCenterPort {
  readonly signIns: SignIns;
  readonly directory: Directory;
  /** The sign-in of an [sso-session]; undefined when the files do not say enough. */
  signInOf(set: ProfileSet, ssoSession: string): SignIn | undefined;
  /** Every sign-in of the files, those without an [sso-session] too. */
  signInsOf(set: ProfileSet): readonly SignIn[];
}

/** Issuers of web identities, as the interface sees them. */
export interface IssuersPort {
  /** What the settings say now. */
  settings(): IssuerSettings;
  /** Writes one into the user's settings. */
  save(issuer: Issuer): Promise<void>;
  /** Looks whether an issuer answers. */
  check(issuer: Issuer, signal: AbortSignal): Promise<IssuerFacts | Fault>;
  state(issuer: Issuer): Promise<IssuerState>;
  /** Ends a sign-in here; a fault when the issuer could not be told. */
  signOut(issuer: Issuer, signal: AbortSignal): Promise<Fault | undefined>;
  /** The page on which the sign-in in the browser is ended, where there is one. */
  endPage(issuer: Issuer, signal: AbortSignal): Promise<string | undefined>;
  /** What is in a web identity; the person may be asked to sign in for it. Never the token itself. */
  identity(
    base: Extract<Base, { kind: 'webIdentity' }>,
    signal: AbortSignal,
  ): Promise<{ readonly claims: Claims; readonly sessionName: string | undefined } | Fault>;
}

/** Console sign-ins (`aws login`), as the interface sees them. */
export interface LoginPort {
  readonly logins: Logins;
  /** Where a profile that is still to be written signs in. */
  newLogin(region: string): LoginSession;
}

/** What came of asking what exactly to start. */
export type StartChoice = { readonly request: SessionRequest } | { readonly fault: Fault };

/** SAML, as the interface sees it. */
export interface SamlPort {
  /** The roles that the last sign-in offered; none before the first. */
  rolesOf(origin: AssertionOrigin): readonly SamlRole[];
  /** Fires when these are others than before. */
  readonly onDidChange: Event<void>;
  /**
   * What to start for a request: for a profile that leaves its role open, the one that the person picks now; undefined
   * when they left.
   */
  requestToStart(request: SessionRequest): Promise<StartChoice | undefined>;
  /** The identity providers that the browser window remembers the person at. */
  knownProviders(): Promise<readonly KnownProvider[]>;
  /** Ends that; false when it could not be ended. A wait for a sign-in that is under way can be aborted. */
  signOut(provider: KnownProvider, signal: AbortSignal): Promise<boolean>;
}

/** Roles that are in no file: saved, suggested and found. */
export interface RolesPort {
  /** As they are now. */
  lists(): RoleLists;
  /** Fires with the profile whose found roles are others than before. */
  readonly onDidChange: Event<string>;
  /** Looks for the roles that a profile can assume, with the credentials given, or the keys of its plan. */
  find(
    profile: string,
    credentials: Credentials | undefined,
    onProgress: (progress: SearchProgress) => void,
    signal: AbortSignal,
  ): Promise<Search | Fault>;
  /** Forgets what was found for a profile. */
  forget(profile: string): Promise<void>;
  /** True when the person has agreed to this role of this folder, with this source. */
  agreed(folder: string, role: SavedRole, sourceProfile: string): boolean;
  /** Remembers that they have. */
  agree(folder: string, role: SavedRole, sourceProfile: string): Promise<void>;
}

/** How MFA is used, as the interface sees it. */
export interface MfaPort {
  /** What the person chose for the roles of a profile's keys; undefined: nothing yet. */
  use(this: void, profile: string): MfaUse | undefined;
  chooseUse(this: void, profile: string, use: MfaUse): Promise<void>;
  /** The device that the person chose for a profile's keys, beside what the file says. */
  device(profile: string): string | undefined;
  /** Undefined: the one that the file names. */
  chooseDevice(profile: string, serial: string | undefined): Promise<void>;
  /** Serials of the devices that AWS knows for the user of a profile's keys. */
  devices(profile: string, signal: AbortSignal): Promise<readonly string[] | Fault>;
}

/** What may start under a guard. */
export interface Allowed {
  readonly request: SessionRequest;
  /** To be called when it has started; false: the person did not want it after all, and it has ended. */
  started(session: Session): Promise<boolean>;
}

/** Guards, as the interface sees them. */
export interface GuardPort {
  /** What may start for a request, after the questions that its guard asks; undefined: the person said no. */
  allow(
    request: SessionRequest,
    options: StartOptions | undefined,
    allRights: boolean,
  ): Promise<Allowed | undefined>;
}

/** The AWS console for sessions, as the interface sees it. */
export interface ConsolePort {
  /** A link that signs in to the console with a session's credentials, once, for 15 minutes. */
  link(
    session: Session,
    credentials: Credentials,
    signal: AbortSignal,
    place?: ConsolePlace,
  ): Promise<
    { readonly link: Secret } | { readonly hindrance: ConsoleHindrance } | { readonly fault: Fault }
  >;
  /**
   * Opens a link as the setting says. `openedAlone`: in a window for the account alone; `openedTogether`: that could not
   * be had, it is in the person's browser.
   */
  open(link: Secret, session: Session): Promise<'opened' | 'openedAlone' | 'openedTogether' | 'notOpened'>;
}

/** Keys in files, as the interface sees them. */
export interface WrittenPort {
  list(): readonly WrittenNote[];
  /** Writes them, and remembers to take them out. Never over anything; `over`: nothing, for keys that have ended by now. */
  write(note: WrittenNote, keys: WrittenKeys): Promise<WriteResult | { readonly kind: 'over' }>;
  takeOut(note: WrittenNote): Promise<TakenOut>;
  /** True when git would take a file at this path. */
  mayBeCommitted(path: string): Promise<boolean>;
}

/** Long-term keys in the vault, as the interface sees them. */
export interface KeysPort {
  /** What proves that the store keeps what it was given. */
  restart(): Restart;
  /** Where VS Code keeps secrets here. */
  place(): SecretPlace;
  /** Why no keys are to be kept there; undefined where they may be. */
  hindrance(): Promise<KeysHindrance | undefined>;
  /** What is in it, without a secret. Rejects when the store fails. */
  list(): Promise<readonly KeyEntry[]>;
  move: KeyVault['move'];
  add: KeyVault['add'];
  /** `profile`: whose they are, for the audit log. */
  moveBack(id: string, profile: string): Promise<BackResult>;
}

/** What other extensions may have without being asked about, as the interface sees it. */
export interface ExtensionAccessPort {
  /** In whatever window. */
  list(): Promise<readonly (Granted & { readonly extensionName: string })[]>;
  /** They are asked about from now on. */
  takeBack(granted: Pick<Granted, 'extension' | 'session'>): Promise<void>;
}

/** Enrolling MFA devices, as the interface sees it. */
export interface EnrolmentPort {
  /** Enrols a device for the user of a profile, with the credentials given, or its own keys. Never rejects. */
  enrol(profile: string, credentials: Credentials | undefined, person: EnrolPerson): Promise<Enrolled>;
  /** Deletes a device that an enrolment has left behind; `credentials` undefined: with the profile's keys. Never rejects. */
  cleanUp(
    profile: string,
    credentials: Credentials | undefined,
    serial: string,
    signal: AbortSignal,
  ): Promise<CleanedUp>;
  /** Leaves it where it is, for good. */
  forget(serial: string): Promise<void>;
  /** Asks about each device whose window died before it was enrolled, in one window at a time. */
  abandoned(ask: (profile: string, serial: string) => Promise<void>): Promise<void>;
}

/** Long-term keys, as the interface sees them. */
export interface KeyCarePort {
  /** What AWS has told of keys. */
  readonly known: Pick<KnownKeys, 'of' | 'onDidChange'>;
  /** The rotation of a profile that is under way. */
  rotationOf(profile: string): RotationNote | undefined;
  /** Rotates the keys of a profile, or goes on with that. Tells the person how it went. */
  rotate(profile: string): Promise<void>;
  /** Asks AWS how old the keys of a profile are, and says it. */
  checkAge(profile: string): Promise<void>;
}

/** All that is kept on this computer, as the interface sees it. */
export interface KeptPort {
  /** Shows it, and offers to delete it. */
  show(): Promise<void>;
  /** Deletes it after asking. */
  deleteAll(): Promise<void>;
}

/** The audit log, as the interface sees it. */
export interface AuditPort {
  /** Opens it at its end, or says why there is none. */
  show(): Promise<void>;
}

/** What the command handlers work with. */
export interface CommandParts {
  readonly sessions: Sessions;
  readonly flow: SessionFlow;
  readonly files: FilesPort;
  readonly recent: Recent;
  readonly authenticators: AuthenticatorVault;
  readonly enrolment: EnrolmentPort;
  readonly keyCare: KeyCarePort;
  readonly kept: KeptPort;
  readonly delivery: DeliveryPort;
  readonly terminals: TerminalsPort;
  readonly tools: ToolsPort;
  readonly folders: FoldersPort;
  readonly identityCenter: IdentityCenterPort;
  readonly issuers: IssuersPort;
  readonly login: LoginPort;
  readonly console: ConsolePort;
  readonly consolePlaces: ConsolePlaces;
  readonly clipboard: SecretClipboard;
  readonly written: WrittenPort;
  readonly keys: KeysPort;
  readonly saml: SamlPort;
  readonly mfa: MfaPort;
  readonly roles: RolesPort;
  readonly switcher: SwitcherOptions;
  readonly audit: AuditPort;
  readonly extensionAccess: ExtensionAccessPort;
  /** Plans from today's files and settings. */
  plan(request: SessionRequest): Promise<PlanResult>;
  /** GetCallerIdentity with a session's credentials. */
  identity(session: Session, credentials: Credentials, signal: AbortSignal): Promise<CallerIdentity | Fault>;
  /** DecodeAuthorizationMessage with a session's credentials: JSON text. */
  decode(
    session: Session,
    credentials: Credentials,
    encoded: string,
    signal: AbortSignal,
  ): Promise<string | Fault>;
  /** True while one of our own boxes waits for the person. */
  isAsking(): boolean;
  showLog(): void;
  /** Milliseconds UTC. */
  now(): number;
}
