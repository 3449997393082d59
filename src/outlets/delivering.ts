import { Emitter } from '../session/emitter.ts';
import type { Event } from '../session/emitter.ts';
import type { DeliveryMode, DeliveryReport, ManagedState } from '../session/delivery.ts';
import type { Session } from '../session/types.ts';
import { absentId, deliveryVariables, noKeys, terminalVariables } from './delivery.ts';
import type { Delivery, Inherited } from './delivery.ts';
import { managedName } from './managedProfiles.ts';
import type { Managed, ManagedProfiles } from './managedProfiles.ts';

/** What delivering asks of its surroundings. */
export interface DeliveringOptions {
  /** The setting `stsSessions.delivery`. */
  mode(): DeliveryMode;
  /** The managed profiles, or why there can be none here. */
  managed(): Promise<ManagedProfiles | Exclude<ManagedState, { kind: 'ok' }>>;
  /** The loopback endpoint; started when first asked for. */
  endpoint(): Promise<{ readonly port: number; readonly tokenFile: string }>;
  /** True when the AWS CLI would take credentials of [default] before it asks an endpoint. */
  defaultProfileHasKeys(): Promise<boolean>;
  /** The environment that VS Code was started with. */
  readonly inherited: Inherited;
}

/** A delivery that is ready, in the mode that could be had. */
export type Prepared = Delivery & {
  readonly mode: DeliveryMode;
  readonly instead: Exclude<ManagedState, { kind: 'ok' }> | undefined;
};

/**
 * Decides how a session reaches terminals: managed profiles where they may be written, the endpoint where they may not,
 * plain keys only where the person chose them.
 */
export class Delivering {
  readonly #options: DeliveringOptions;
  readonly #changes = new Emitter<void>();
  #report: DeliveryReport | undefined;

  constructor(options: DeliveringOptions) {
    this.#options = options;
  }

  /** Fires when `report` changed. */
  get onDidChange(): Event<void> {
    return this.#changes.event;
  }

  /** How the active session is delivered now; undefined while there is none. */
  get report(): DeliveryReport | undefined {
    return this.#report;
  }

  /** Takes over what the terminals' outlet did. */
  setReport(report: DeliveryReport | undefined): void {
    this.#report = report;
    this.#changes.fire();
  }

  /** Makes ready what a session's terminals need. Rejects when neither profile nor endpoint can be had. */
  async prepare(session: Session): Promise<Prepared> {
    const { inherited } = this.#options;
    const mode = this.#options.mode();
    return mode === 'environment'
      ? { ...deliveryVariables({ mode, session, inherited }), mode, instead: undefined }
      : this.pointers(session);
  }

  /**
   * The same for a program that is debugged, which never gets keys, whatever the person chose for terminals: VS Code
   * types the environment of a program in a terminal there, and its history is kept. Rejects as `prepare` does.
   */
  async pointers(session: Pick<Session, 'id' | 'region'>): Promise<Prepared> {
    const { inherited } = this.#options;
    const wanted = this.#options.mode();
    const state = wanted === 'profile' ? await this.#ensure(session.region) : undefined;
    if (state?.kind === 'ok') {
      const delivery = deliveryVariables({ mode: 'profile', session, inherited });
      return { ...delivery, mode: 'profile', instead: undefined };
    }
    const [{ port, tokenFile }, defaultProfileHasKeys] = await Promise.all([
      this.#options.endpoint(),
      this.#options.defaultProfileHasKeys(),
    ]);
    const input = { mode: 'endpoint', session, inherited, port, tokenFile, defaultProfileHasKeys } as const;
    return { ...deliveryVariables(input), mode: 'endpoint', instead: state };
  }

  /**
   * What leads to a session that is not there, so that nobody else steps in for it: tools are told by the helper that it
   * is to be started. With keys there is none, and those of the active one are switched off. Rejects as `prepare` does.
   */
  async absent(name: string): Promise<Prepared> {
    return this.#options.mode() === 'environment'
      ? { variables: noKeys(), warnings: [], mode: 'environment', instead: undefined }
      : this.pointers({ id: absentId(name), region: undefined });
  }

  /**
   * The delivery to one terminal that runs under `session` whatever the active one is. Undefined when that cannot be:
   * the collection, which wins over a terminal's own variables, already points somewhere else. `delivered`: the ids of
   * what it points at.
   */
  async toTerminal(
    session: Session,
    delivered: readonly (string | undefined)[],
  ): Promise<Prepared | undefined> {
    const prepared = await this.prepare(session);
    if (prepared.mode === 'profile') {
      // The managed profile too: there may be no active session, and so nothing in the collection.
      const variables = new Map([...prepared.variables, ...terminalVariables(session)]);
      return { ...prepared, variables };
    }
    // The id steers nothing in these modes: it says whose terminal this is.
    const variables = new Map([...prepared.variables, ['STS_SESSIONS_ID', session.id] as const]);
    const inTheWay = delivered.some((id) => id !== undefined && id !== session.id);
    return inTheWay ? undefined : { ...prepared, variables };
  }

  /** Takes managed profiles out of the config file. */
  removeManaged(which: Managed): Promise<ManagedState> {
    return this.changeManaged((managed) => managed.remove(which));
  }

  /** Changes the managed profiles, where there can be any. */
  async changeManaged(change: (managed: ManagedProfiles) => Promise<ManagedState>): Promise<ManagedState> {
    const managed = await this.#options.managed();
    return 'remove' in managed ? change(managed) : managed;
  }

  dispose(): void {
    this.#changes.dispose();
  }

  async #ensure(region: string | undefined): Promise<ManagedState> {
    const managed = await this.#options.managed();
    return 'ensure' in managed ? managed.ensure(new Set([region])) : managed;
  }
}

/** What the status bar needs to know of a delivery. */
export function reportOf(prepared: Prepared, session: Session): DeliveryReport {
  const { mode, instead, warnings } = prepared;
  const profile = mode === 'profile' ? managedName(session.region) : undefined;
  return { kind: 'delivered', mode, instead, profile, warnings };
}
