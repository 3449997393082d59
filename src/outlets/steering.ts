import type { DeliveryMode, DeliveryReport, ManagedState } from '../session/delivery.ts';
import type { Session } from '../session/types.ts';
import type { Managed } from './managedProfiles.ts';
import type { Outlet } from './outlet.ts';

/** What the person said about managed profiles in the config file. */
export type Consent = 'yes' | 'no';

/** What steering asks of its surroundings. */
export interface SteeringOptions {
  /** The terminals' outlet. Its updates must not reject. */
  readonly outlet: Pick<Outlet, 'update'>;
  /** The setting `stsSessions.delivery`. */
  mode(): DeliveryMode;
  /** `workspace.isTrusted`. */
  isTrusted(): boolean;
  /** True in the one window at which the person looks: a question is asked there. */
  isFocused(): boolean;
  /** The session that this window delivers. */
  active(): Session | undefined;
  /** The sessions that folders get instead of it. */
  others?(): readonly Session[];
  /** The names of those that folders should get and that are not there. */
  absent?(): readonly string[];
  /** The folders that may get other sessions, in their order: VS Code gives variables to the place of a folder. */
  places?(): readonly string[];
  /** How it is delivered now. */
  report(): DeliveryReport | undefined;
  /** Undefined until the person has said yes or no. */
  consent(): Consent | undefined;
  keepConsent(consent: Consent): Promise<void>;
  /** Asks the person; undefined when the question was put away. */
  ask(): Promise<Consent | undefined>;
  /** Takes managed profiles out of the config file. */
  removeManaged(which: Managed): Promise<ManagedState>;
  /** True when the config file has no managed profile of this name any more. */
  isGone(profile: string): Promise<boolean>;
  /** The managed profiles were to go and did not. */
  notRemoved(state: Exclude<ManagedState, { kind: 'ok' }>): void;
  /** How delivery stands after an update. `loud`: the person did something, and should hear of what is in the way. */
  told(report: DeliveryReport | undefined, loud: boolean): void;
}

/**
 * Decides when the active session is delivered anew, and when the person is asked whether managed profiles may be added:
 * once, at the start of a session or when the setting begins to need them.
 */
export class Steering {
  readonly #options: SteeringOptions;
  #mode: DeliveryMode;
  #delivered = '';
  /** A question that was put away counts as no until the next start. */
  #dismissed = false;
  #begun = false;
  #asking: Promise<void> | undefined;
  #settings: Promise<void> = Promise.resolve();

  constructor(options: SteeringOptions) {
    this.#options = options;
    this.#mode = options.mode();
  }

  /** The sessions of before a reload are known. Until then, what terminals were given before it is left alone. */
  async begin(): Promise<void> {
    if (!this.#begun) {
      this.#begun = true;
      // Before a reload the question was left open: it comes back with the next start, not out of the blue.
      this.#dismissed = (this.#options.active() ?? this.#options.others?.()[0]) !== undefined;
      await this.#update({ force: true, loud: false });
    }
  }

  /** Something about the sessions changed. The countdown says so too: only what changes the variables counts. */
  async onSessions(): Promise<void> {
    if (this.#begun) {
      await this.#update({ force: false, loud: true });
    }
  }

  /** The setting may have changed. Changes are taken up one after the other, each as the setting is by then. */
  onSettings(): Promise<void> {
    this.#settings = this.#settings.then(() => this.#takeMode());
    return this.#settings;
  }

  /** The folder is trusted now. A session that waited for it is delivered; whoever started it has not been asked yet. */
  async onTrusted(): Promise<void> {
    if (this.#options.active() && this.#isUndecided()) {
      await this.#askOnce();
    } else if (this.#begun) {
      await this.#update({ force: true, loud: true });
    }
  }

  /**
   * The shared files changed: [default] may have lost its keys, the config file may be writable again, or the managed
   * profile may be gone (a restored file, a pull of the person's dotfiles) and every open terminal with it.
   */
  async onFiles(): Promise<void> {
    const report = this.#options.report();
    if (report?.kind !== 'delivered' || report.mode === 'environment') {
      return;
    }
    // Only when it is gone: windows that see one file under two names would rewrite each other's block for ever.
    if (report.profile === undefined || (await this.#options.isGone(report.profile))) {
      await this.#update({ force: true, loud: true });
    }
  }

  /** A session starts or is switched to: asks where nobody has answered yet, or in any case when `again`. */
  async settle(again: boolean): Promise<void> {
    // A store that hangs does not keep what was started since from the terminals.
    this.#begun = true;
    const needed = this.#options.mode() === 'profile' && this.#options.isTrusted();
    if (needed && (again || this.#options.consent() === undefined)) {
      await this.#askOnce();
    }
    // A start must not be called done while its terminals are still being prepared; what failed is tried again.
    await this.#update({ force: this.#options.report()?.kind === 'failed', loud: true });
  }

  /** The managed profiles go, and are not added again unasked. */
  async remove(): Promise<ManagedState> {
    const options = this.#options;
    const before = options.consent();
    // First, so that no window puts back what it sees disappear.
    await options.keepConsent('no');
    const state = await options.removeManaged('all');
    if (state.kind === 'ok') {
      await this.#update({ force: true, loud: false });
    } else if (before === 'yes') {
      await options.keepConsent(before);
    }
    return state;
  }

  async #takeMode(): Promise<void> {
    const options = this.#options;
    const before = this.#mode;
    const mode = options.mode();
    if (mode === before) {
      return;
    }
    this.#mode = mode;
    const needed = mode === 'profile' && options.active() !== undefined && options.isTrusted();
    if (needed && options.consent() !== 'yes' && options.isFocused()) {
      await this.#askOnce();
      return;
    }
    this.#dismissed = true;
    await this.#update({ force: true, loud: options.isFocused() });
    // Unless the setting has come back meanwhile.
    if (before === 'profile' && options.consent() === 'yes' && options.mode() !== 'profile') {
      const state = await options.removeManaged('ofTerminals');
      if (state.kind !== 'ok') {
        options.notRemoved(state);
      }
    }
  }

  /** What of a session changes the variables. */
  #shown(session: Session | undefined): readonly (string | undefined)[] {
    const keys = session?.state.kind === 'live' ? session.state.credentials.accessKeyId : '';
    return [session?.id, session?.region, this.#options.mode() === 'environment' ? keys : ''];
  }

  #isUndecided(): boolean {
    const options = this.#options;
    const asksFirst = options.mode() === 'profile' && options.isTrusted();
    return asksFirst && options.consent() === undefined && !this.#dismissed;
  }

  #askOnce(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const answer = await this.#options.ask();
    this.#dismissed = answer === undefined;
    if (answer !== undefined) {
      await this.#options.keepConsent(answer);
    }
    await this.#update({ force: true, loud: true });
  }

  async #update({ force, loud }: { readonly force: boolean; readonly loud: boolean }): Promise<void> {
    const options = this.#options;
    const session = options.active();
    const others = options.others?.() ?? [];
    const shown = [session, ...others].map((each) => this.#shown(each));
    const wanted = JSON.stringify([shown, options.absent?.() ?? [], options.places?.() ?? []]);
    // While nobody has said yes or no, nothing is prepared: a start asks right after.
    if ((!force && wanted === this.#delivered) || ((session ?? others[0]) && this.#isUndecided())) {
      return;
    }
    this.#delivered = wanted;
    await options.outlet.update(session);
    options.told(options.report(), loud);
  }
}
