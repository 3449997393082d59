import type { AwsCredentials, CallOptions, SessionInfo, SessionRef, StsSessionsErrorCode } from '../api.ts';
import { timeLeft, type Credentials } from '../aws/credentials.ts';
import { ApiError, codeOf, forSdk } from './apiAnswers.ts';
import { signalOf, type ApiQuestions, type Asked, type Consent } from './apiQuestions.ts';
import type { Disposable } from './emitter.ts';
import type { ExtensionAccess } from './extensionAccess.ts';
import type { Sessions } from './sessions.ts';
import type { Session, Supply } from './types.ts';
import { unlessAborted } from './unlessAborted.ts';

/** How long a call may be held for AWS, or for a person who renews, ms: as long as for a tool in a terminal. */
const holdMs = 50_000;

/** An extension as a question names it. */
export interface Caller {
  readonly id: string;
  readonly name: string;
}

/** The sentences of errors: what the other extension may show to a person. */
export interface ApiSentences {
  notAllowed(name: string): string;
  saidNoBefore(name: string): string;
  nobody(name: string): string;
  cancelled(): string;
  notStarted(profile: string): string;
  noProfile(profile: string): string;
  supply(supply: Exclude<Supply, { kind: 'credentials' }>): string;
}

/** All that handing out asks of the world. */
export interface HandOutPorts {
  readonly sessions: Pick<Sessions, 'known' | 'list' | 'get' | 'supply' | 'handedOut' | 'activeId'>;
  readonly access: ExtensionAccess;
  readonly questions: ApiQuestions;
  readonly sentences: ApiSentences;
  /** The session of a handle. */
  ofHandle(handle: string): string | undefined;
  /** Resolves when the guards have had a look at a session: it may be over by now. */
  judge(id: string): Promise<void>;
  /** An extension uses what it has of a session. */
  served(id: string): void;
  /** False for what the person wants to be asked about each time. */
  mayRemember(session: Session): boolean;
  askForCredentials(caller: Caller, session: Session): Promise<Consent>;
  askToStart(caller: Caller, profile: string): Promise<Consent>;
  /** Asks the person to renew what an extension waits for. */
  askToRenew(session: Session, caller: Caller): Promise<void>;
  hasProfile(profile: string): Promise<boolean>;
  /** Starts it beside the person's own; undefined when it did not start. */
  start(profile: string, caller: Caller): Promise<Session | undefined>;
  /** ms UTC. */
  now(): number;
}

/** What an extension may have of a session without a question. */
export interface Granted {
  readonly extension: string;
  readonly session: string;
  /** The session's name. */
  readonly name: string;
  /** Allowed for good since then, ms UTC; undefined: allowed are the credentials that it has, and no others. */
  readonly since: number | undefined;
  /** Until when the credentials that it has last, ms UTC; undefined: it has none, or nobody knows. */
  readonly until: number | undefined;
}

/** Credentials that an extension has. */
interface Given extends Pick<Granted, 'extension' | 'session' | 'name' | 'until'> {
  /** When it got them, ms UTC. */
  readonly at: number;
  readonly accessKeyId: string;
  /** On what is allowed for good: without a question only while it is, and another window may take it back. */
  readonly forGood: boolean;
}

/** Gives other extensions the credentials of sessions that the person lets them have. */
export class HandOuts implements Disposable {
  readonly #ports: HandOutPorts;
  readonly #given = new Map<string, Given>();

  constructor(ports: HandOutPorts) {
    this.#ports = ports;
  }

  /** Looks what other windows have given and taken back. Never rejects. */
  look(): Promise<void> {
    return this.#ports.access.look();
  }

  /** Who may have what without being asked about, by the extension and the session's name, as of the last look. */
  granted(): readonly Granted[] {
    const now = this.#ports.now();
    const rows = new Map<string, Granted>();
    for (const { extension, session, name, until } of this.#ports.access.once()) {
      rows.set(keyOf(extension, session), { extension, session, name, until, since: undefined });
    }
    for (const { extension, session, name, until, forGood, at } of this.#given.values()) {
      const isHeld = forGood
        ? this.#ports.access.has(extension, session)
        : !this.#ports.access.isTakenBack(extension, session, at);
      if (isHeld && (until === undefined || until > now)) {
        rows.set(keyOf(extension, session), { extension, session, name, until, since: undefined });
      }
    }
    for (const { extension, session, name, since } of this.#ports.access.list()) {
      const key = keyOf(extension, session);
      rows.set(key, { extension, session, name, since, until: rows.get(key)?.until });
    }
    return Array.from(rows.values()).sort((a, b) => order(a, b));
  }

  /** Takes back what an extension may do with a session; what it has stays valid at AWS. */
  async takeBack(extension: string, session: string): Promise<void> {
    this.#given.delete(keyOf(extension, session));
    await this.#ports.access.takeBack(extension, session);
  }

  /** What an extension may know without asking. */
  async list(caller: Caller): Promise<readonly SessionInfo[]> {
    const { access, sessions } = this.#ports;
    await Promise.all([sessions.known(new AbortController().signal), access.look()]);
    return this.#ports.sessions.list().map((session) => this.#info(caller, session));
  }

  /** Rejects with an `ApiError` only. */
  async credentials(caller: Caller, ref: SessionRef, options: CallOptions = {}): Promise<AwsCredentials> {
    return this.#within(options, async (signal) => {
      const { access, sessions } = this.#ports;
      await Promise.all([sessions.known(signal), access.look()]);
      const id = typeof ref === 'string' ? ref : this.#ports.ofHandle(ref.handle);
      if (id !== undefined) {
        await this.#ports.judge(id);
      }
      const session = id === undefined ? undefined : sessions.get(id);
      if (id === undefined || session === undefined) {
        throw this.#error('Ended', await this.#whyNone(id, signal));
      }
      const { name, state } = session;
      if (state.kind === 'failed') {
        throw this.#error('Failed', { kind: 'failed', name, fault: state.fault });
      }
      const remembered = this.#isRemembered(caller, session);
      if (state.kind === 'live' && !remembered && this.#isAllowedOnce(caller, id, state.credentials)) {
        this.#ports.served(id);
        return forSdk(state.credentials);
      }
      if (!remembered) {
        await this.#ask(caller, session, signal);
      }
      const supply = await sessions.supply(id, {
        holdMs,
        signal,
        onNeedsPerson: (waiting) => this.#ports.askToRenew(waiting, caller),
      });
      if (supply.kind !== 'credentials') {
        throw this.#error(codeOf(supply, signal), supply);
      }
      if (remembered && !this.#isRemembered(caller, supply.session)) {
        throw this.#refusal('no', name);
      }
      this.#give(caller, supply);
      return forSdk(supply.credentials);
    });
  }

  /** Rejects with an `ApiError` only. */
  async start(caller: Caller, profile: string, options: CallOptions = {}): Promise<SessionInfo> {
    return this.#within(options, async (signal) => {
      const { questions, sentences, sessions } = this.#ports;
      await sessions.known(signal);
      const live = sessions
        .list()
        .find(
          ({ request, state }) =>
            request.kind === 'profile' && request.profile === profile && state.kind === 'live',
        );
      if (live !== undefined) {
        return this.#info(caller, live);
      }
      if (!(await this.#ports.hasProfile(profile))) {
        throw new ApiError('Failed', sentences.noProfile(profile));
      }
      const asked = await questions.ask(keyOf(caller.id, `start ${profile}`), signal, () =>
        this.#ports.askToStart(caller, profile),
      );
      if (asked !== 'once' && asked !== 'always') {
        throw this.#refusal(asked, profile);
      }
      const started = await unlessAborted(this.#ports.start(profile, caller), signal);
      if (started === undefined) {
        throw signal.aborted
          ? new ApiError('Cancelled', sentences.cancelled())
          : new ApiError('Failed', sentences.notStarted(profile));
      }
      return this.#info(caller, started);
    });
  }

  dispose(): void {
    this.#given.clear();
  }

  async #ask(caller: Caller, session: Session, signal: AbortSignal): Promise<void> {
    const { access, questions } = this.#ports;
    const asked = await questions.ask(keyOf(caller.id, session.id), signal, async () => {
      const consent = await this.#ports.askForCredentials(caller, session);
      // Asked anew: it may have been guarded while the question stood there.
      if (consent === 'always' && this.#ports.mayRemember(session)) {
        const since = access.now();
        await access.allow({ extension: caller.id, session: session.id, name: session.name, since });
      }
      return consent;
    });
    if (asked !== 'once' && asked !== 'always') {
      throw this.#refusal(asked, session.name);
    }
  }

  #give(caller: Caller, { session, credentials }: Extract<Supply, { kind: 'credentials' }>): void {
    const { accessKeyId, expiresAt: until } = credentials;
    const { id, name } = session;
    const isNew = !this.#hasAlready(caller, id, credentials);
    const at = this.#ports.access.now();
    const forGood = this.#isRemembered(caller, session);
    this.#given.set(keyOf(caller.id, id), {
      extension: caller.id,
      session: id,
      name,
      accessKeyId,
      until,
      forGood,
      at,
    });
    if (isNew && !forGood && until !== undefined) {
      void this.#ports.access.gave({ extension: caller.id, session: id, name, until, at });
    }
    if (isNew) {
      this.#ports.sessions.handedOut(id, { kind: 'extension', id: caller.id });
    }
  }

  /** True for what it has on a single yes, which needs no other. */
  #isAllowedOnce(caller: Caller, session: string, credentials: Credentials): boolean {
    const given = this.#given.get(keyOf(caller.id, session));
    return (
      given?.forGood === false &&
      !this.#ports.access.isTakenBack(caller.id, session, given.at) &&
      this.#hasAlready(caller, session, credentials)
    );
  }

  #hasAlready(caller: Caller, session: string, credentials: Credentials): boolean {
    const given = this.#given.get(keyOf(caller.id, session));
    return given?.accessKeyId === credentials.accessKeyId && timeLeft(credentials, this.#ports.now()) > 0;
  }

  #isRemembered(caller: Caller, session: Session): boolean {
    return this.#ports.mayRemember(session) && this.#ports.access.has(caller.id, session.id);
  }

  #info(caller: Caller, session: Session): SessionInfo {
    const { id, name, accountId, roleArn, region, state, needsPerson } = session;
    const ends =
      state.kind === 'live' ? state.credentials.expiresAt : state.kind === 'expired' ? state.at : undefined;
    return {
      id,
      name,
      accountId,
      roleArn,
      region,
      state: state.kind,
      ends: ends === undefined ? undefined : new Date(ends),
      needsPerson,
      active: id === this.#ports.sessions.activeId,
      allowed: this.#isRemembered(caller, session),
    };
  }

  /** A session that is not there starts nothing and asks nobody: it was ended, or never was. */
  async #whyNone(id: string | undefined, signal: AbortSignal): Promise<Supply> {
    return id === undefined
      ? { kind: 'unknown' }
      : this.#ports.sessions.supply(id, { holdMs: 0, signal, onNeedsPerson: () => undefined });
  }

  #error(code: StsSessionsErrorCode, supply: Supply): ApiError {
    const { sentences } = this.#ports;
    return code === 'Cancelled' || supply.kind === 'credentials'
      ? new ApiError('Cancelled', sentences.cancelled())
      : new ApiError(code, sentences.supply(supply));
  }

  #refusal(asked: Exclude<Asked, 'once' | 'always'>, name: string): ApiError {
    const { sentences } = this.#ports;
    switch (asked) {
      case 'no':
        return new ApiError('NotAllowed', sentences.notAllowed(name));
      case 'saidNoBefore':
        return new ApiError('NotAllowed', sentences.saidNoBefore(name));
      case 'nobody':
        return new ApiError('NeedsPerson', sentences.nobody(name));
      case 'cancelled':
        return new ApiError('Cancelled', sentences.cancelled());
    }
  }

  async #within<T>(options: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stopping = signalOf(options);
    const { signal } = stopping;
    try {
      if (signal.aborted) {
        throw new ApiError('Cancelled', this.#ports.sentences.cancelled());
      }
      return await work(signal);
    } finally {
      stopping.dispose();
    }
  }
}

function order(a: Granted, b: Granted): number {
  return a.extension.localeCompare(b.extension) || a.name.localeCompare(b.name);
}

function keyOf(extension: string, what: string): string {
  return `${extension} ${what}`;
}
