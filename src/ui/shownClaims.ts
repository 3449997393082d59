import type { Memento } from 'vscode';
import { issuerKey } from '../aws/issuers.ts';
import type { Issuer } from '../aws/planModel.ts';

const stateKey = 'shownClaims';

/**
 * Roles that a person has seen the claims for, per issuer and subject, in the global state: whoever signs in next is
 * somebody else. ARNs, addresses and subjects are no secret.
 */
export class ShownClaims {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  has(issuer: Issuer, roleArn: string, subject: string): boolean {
    return this.#all().includes(keyOf(issuer, roleArn, subject));
  }

  async add(issuer: Issuer, roleArn: string, subject: string): Promise<void> {
    if (!this.has(issuer, roleArn, subject)) {
      await this.#state.update(stateKey, [...this.#all(), keyOf(issuer, roleArn, subject)]);
    }
  }

  #all(): readonly string[] {
    return this.#state.get<readonly string[]>(stateKey, []);
  }
}

function keyOf(issuer: Issuer, roleArn: string, subject: string): string {
  return JSON.stringify([issuerKey(issuer), roleArn, subject]);
}
