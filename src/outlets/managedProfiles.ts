import { readManagedBlock, removeManagedBlock, setManagedBlock, takenNames } from '../aws/managedBlock.ts';
import type { ManagedBlock, ManagedProfile } from '../aws/managedBlock.ts';
import { readProfiles } from '../aws/profiles.ts';
import type { ManagedState } from '../session/delivery.ts';

/** What `files/safeWrite` answers. */
export type EditOutcome =
  | { readonly kind: 'written' | 'unchanged' | 'readOnly' | 'busy' }
  | { readonly kind: 'failed'; readonly code: string };

/** What keeping the profiles needs. */
export interface ManagedProfilesOptions {
  /** The config file as the AWS CLI finds it. */
  configPath(): string;
  /** The text of the credentials file; '' when there is none. A profile of our name there would win. */
  readCredentials(): Promise<string>;
  /** Edits a file in place, safely. Never throws. */
  editFile(path: string, edit: (text: string) => string): Promise<EditOutcome>;
  /** Whether the person has allowed it. */
  consented(): boolean;
  /** HelperFolder.folderId: hosts that share a home share the helper too, and need no second block. */
  readonly folderId: string;
  /** From `helperCommand`. */
  readonly command: string;
}

/** The name of the managed profile for a region: `vscode-eu-west-1`, or `vscode` without one. */
export function managedName(region: string | undefined): string {
  return isRegion(region) ? `vscode-${region}` : 'vscode';
}

/** Keeps the managed profiles in the config file. Calls run one after the other. */
export class ManagedProfiles {
  readonly #options: ManagedProfilesOptions;
  #last: Promise<unknown> = Promise.resolve();
  #state: ManagedState = { kind: 'noConsent' };

  constructor(options: ManagedProfilesOptions) {
    this.#options = options;
  }

  /** How they stood after the last call; before the first one nobody has consented to anything. */
  get state(): ManagedState {
    return this.#state;
  }

  /**
   * Sees to it that there is a managed profile for each region. Only adds: other windows may use the rest. Leaves the
   * file alone when all is there.
   */
  ensure(regions: ReadonlySet<string | undefined>): Promise<ManagedState> {
    return this.#inTurn(() => this.#ensure(regions));
  }

  /** Takes all of them out of the file, consent or not. Leaves another machine's alone. */
  remove(): Promise<ManagedState> {
    return this.#inTurn(() =>
      this.#edit((text) => {
        const block = readManagedBlock(text);
        const host = block && this.#foreignHost(block);
        return host === undefined
          ? { text: removeManagedBlock(text) }
          : { text, refused: { kind: 'shared', host } };
      }),
    );
  }

  async #ensure(regions: ReadonlySet<string | undefined>): Promise<ManagedState> {
    if (!this.#options.consented()) {
      return { kind: 'noConsent' };
    }
    const wanted = [...regions].map((region): ManagedProfile => {
      const known = isRegion(region) ? region : undefined;
      return { name: managedName(known), credentialProcess: this.#options.command, region: known };
    });
    const inCredentials = readProfiles({
      config: undefined,
      credentials: await this.#options.readCredentials().catch(() => ''),
    });
    const clash = wanted.find(({ name }) => inCredentials.profiles.has(name));
    if (clash) {
      return { kind: 'nameTaken', name: clash.name };
    }
    return this.#edit((text) => {
      const block = readManagedBlock(text);
      const host = block && this.#foreignHost(block);
      if (host !== undefined) {
        return { text, refused: { kind: 'shared', host } };
      }
      const [name] = takenNames(
        text,
        wanted.map((profile) => profile.name),
      );
      if (name !== undefined) {
        return { text, refused: { kind: 'nameTaken', name } };
      }
      return { text: withProfiles(text, block, wanted, this.#options) };
    });
  }

  /** Whose the block is when its helper is not ours; undefined when it leads to our helper whoever wrote it. */
  #foreignHost(block: ManagedBlock): string | undefined {
    const { folderId, command } = this.#options;
    const leadsHere = block.profiles.every((profile) => profile.credentialProcess === command);
    return block.host === folderId || leadsHere ? undefined : block.host;
  }

  async #edit(
    change: (text: string) => { readonly text: string; readonly refused?: ManagedState },
  ): Promise<ManagedState> {
    // The file may be read again and again until nobody else writes: the last look counts.
    let refused: ManagedState | undefined;
    const outcome = await this.#options.editFile(this.#options.configPath(), (text) => {
      const changed = change(text);
      refused = changed.refused;
      return changed.text;
    });
    if (refused !== undefined) {
      return refused;
    }
    switch (outcome.kind) {
      case 'written':
      case 'unchanged':
        return { kind: 'ok' };
      case 'readOnly':
        return { kind: 'readOnly' };
      case 'busy':
        return { kind: 'failed', code: 'EBUSY' };
      case 'failed':
        return { kind: 'failed', code: outcome.code };
    }
  }

  #inTurn(work: () => Promise<ManagedState>): Promise<ManagedState> {
    const result = this.#last.then(work).then((state) => {
      this.#state = state;
      return state;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** The text with these profiles added to the block; the same text when they are all there as they should be. */
function withProfiles(
  text: string,
  block: ManagedBlock | undefined,
  wanted: readonly ManagedProfile[],
  { folderId, command }: { readonly folderId: string; readonly command: string },
): string {
  const kept = block?.profiles ?? [];
  const missing = wanted.filter((profile) => !kept.some(({ name }) => name === profile.name));
  const moved = kept.some((profile) => profile.credentialProcess !== command);
  if (block && missing.length === 0 && !moved) {
    return text;
  }
  const profiles = [...kept, ...missing].map((profile) => ({ ...profile, credentialProcess: command }));
  // Another machine's mark stays: what it wrote works here too, and both may add to it without a tug.
  return setManagedBlock(text, { host: block?.host ?? folderId, profiles });
}

function isRegion(region: string | undefined): region is string {
  return region !== undefined && /^[a-z0-9]+(-[a-z0-9]+)+$/.test(region);
}
