import type { Memento } from 'vscode';
import { issuerKey } from '../aws/issuers.ts';
import type { Issuer } from '../aws/planModel.ts';

const stateKey = 'shownClaims';

/** Roles that a person has seen the claims for, per issuer, in the global state. ARNs and addresses are no secret. */
export class ShownClaims {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  has(issuer: Issuer, roleArn: string): boolean {
    return this.#all().includes(keyOf(issuer, roleArn));
  }

  async add(issuer: Issuer, roleArn: string): Promise<void> {
    if (!this.has(issuer, roleArn)) {
      await this.#state.update(stateKey, [...this.#all(), keyOf(issuer, roleArn)]);
    }
  }

  #all(): readonly string[] {
    return this.#state.get<readonly string[]>(stateKey, []);
  }
}

function keyOf(issuer: Issuer, roleArn: string): string {
  return JSON.stringify([issuerKey(issuer), roleArn]);
}
