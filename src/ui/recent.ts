import type { Memento } from 'vscode';
import type { SessionRequest } from '../aws/planModel.ts';
import { requestKey } from './switcherModel.ts';

/** A role that was assumed by hand. Nothing in it is secret: an external ID is not a secret at AWS either. */
export type RecentRole = Extract<SessionRequest, { kind: 'role' }>;

const stateKey = 'recentRequests';
/**
 * Longer lists stop being “recent”: one glance has to find the row. Roles typed by hand are counted by themselves,
 * because they are written down nowhere else: profiles that are started every day must not push them out.
 */
const kept = 12;

/** What was started last, newest first, in the global state. */
export class Recent {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  requests(): readonly SessionRequest[] {
    return this.#state.get<SessionRequest[]>(stateKey, []);
  }

  roles(): readonly RecentRole[] {
    return this.requests().filter((request) => request.kind === 'role');
  }

  async add(request: SessionRequest): Promise<void> {
    const key = requestKey(request);
    const others = this.requests().filter((each) => requestKey(each) !== key);
    const requests = [request, ...others];
    let roles = 0;
    let profiles = 0;
    await this.#state.update(
      stateKey,
      requests.filter((each) => (each.kind === 'role' ? roles++ : profiles++) < kept),
    );
  }
}
