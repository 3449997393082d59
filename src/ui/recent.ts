import type { Memento } from 'vscode';

/** A role that was assumed by hand, remembered for the next time. Nothing in it is secret. */
export interface RecentRole {
  readonly sourceProfile: string;
  readonly roleArn: string;
  readonly externalId: string | undefined;
  readonly sessionName: string | undefined;
  readonly durationSeconds: number | undefined;
  readonly mfaSerial: string | undefined;
}

const rolesKey = 'recentRoles';
const profilesKey = 'recentProfiles';
/** Longer lists stop being “recent”: one glance has to find the row. */
const kept = 10;

/** What was used last, newest first, in the global state. */
export class Recent {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  roles(): readonly RecentRole[] {
    return this.#state.get<RecentRole[]>(rolesKey, []);
  }

  profiles(): readonly string[] {
    return this.#state.get<string[]>(profilesKey, []);
  }

  async addRole(role: RecentRole): Promise<void> {
    const others = this.roles().filter(
      (each) => each.roleArn !== role.roleArn || each.sourceProfile !== role.sourceProfile,
    );
    await this.#state.update(rolesKey, [role, ...others].slice(0, kept));
  }

  async addProfile(name: string): Promise<void> {
    const others = this.profiles().filter((each) => each !== name);
    await this.#state.update(profilesKey, [name, ...others].slice(0, kept));
  }
}
