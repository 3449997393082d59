import { readManagedBlock, removeManagedBlock, setManagedBlock, takenNames } from '../aws/managedBlock.ts';
import { isName } from '../aws/ini.ts';
import type { ManagedBlock, ManagedProfile } from '../aws/managedBlock.ts';
import { isManaged, readProfiles } from '../aws/profiles.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import type { ManagedState, ToolProfile } from '../session/delivery.ts';

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

/** What a session's profile for other tools is called: the session's name, as far as profiles may have it. */
export function toolProfileName(sessionName: string): string {
  const name = Array.from(sessionName, (letter) => (isName(letter) ? letter : '-')).join('');
  return `${name}@vscode`;
}

/** The profiles for other tools that are in the config file. */
export function toolProfilesIn(set: ProfileSet): readonly ToolProfile[] {
  return [...set.profiles.values()].filter(isManaged).flatMap(({ name, properties }) => {
    const sessionId = sessionOf(properties.get('credential_process')?.value ?? '');
    return sessionId === undefined ? [] : [{ name, sessionId, region: properties.get('region')?.value }];
  });
}

/** Which of the managed profiles: those of terminals, which consent and the setting decide about, or all. */
export type Managed = 'ofTerminals' | 'all';

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

  /**
   * Adds a profile for other tools, over one of ours of that name. The person has just asked for it: it takes no other
   * consent.
   */
  addTool({ name, sessionId, region }: ToolProfile): Promise<ManagedState> {
    const credentialProcess = commandFor(this.#options.command, sessionId);
    const known = isRegion(region) ? region : undefined;
    return this.#inTurn(() => this.#add([{ name, credentialProcess, region: known }]));
  }

  /** Takes one profile for other tools out of the file. */
  removeTool(name: string): Promise<ManagedState> {
    return this.#take(
      (profile) => profile.name === name && sessionOf(profile.credentialProcess) !== undefined,
    );
  }

  /** Takes them out of the file, consent or not. Leaves another machine's alone. */
  remove(which: Managed): Promise<ManagedState> {
    return this.#take(
      ({ credentialProcess }) => which === 'all' || sessionOf(credentialProcess) === undefined,
    );
  }

  #take(goes: (profile: ManagedProfile) => boolean): Promise<ManagedState> {
    return this.#inTurn(() =>
      this.#edit((text) => {
        const block = readManagedBlock(text);
        const host = block && this.#foreignHost(block);
        if (host !== undefined) {
          return { text, refused: { kind: 'shared', host } };
        }
        const stays = block?.profiles.filter((profile) => !goes(profile)) ?? [];
        return {
          text:
            block && stays.length > 0
              ? setManagedBlock(text, { ...block, profiles: stays })
              : removeManagedBlock(text),
        };
      }),
    );
  }

  async #ensure(regions: ReadonlySet<string | undefined>): Promise<ManagedState> {
    if (!this.#options.consented()) {
      return { kind: 'noConsent' };
    }
    return this.#add(
      [...regions].map((region): ManagedProfile => {
        const known = isRegion(region) ? region : undefined;
        return { name: managedName(known), credentialProcess: this.#options.command, region: known };
      }),
    );
  }

  async #add(wanted: readonly ManagedProfile[]): Promise<ManagedState> {
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
    const leadsHere = block.profiles.every((profile) => profile.credentialProcess === led(profile, command));
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
  const before = block?.profiles ?? [];
  const named = new Map(
    before.map((profile) => [profile.name, { ...profile, credentialProcess: led(profile, command) }]),
  );
  for (const profile of wanted) {
    named.set(profile.name, profile);
  }
  const profiles = [...named.values()];
  if (block && JSON.stringify(profiles) === JSON.stringify(before)) {
    return text;
  }
  // Another machine's mark stays: what it wrote works here too, and both may add to it without a tug.
  return setManagedBlock(text, { host: block?.host ?? folderId, profiles });
}

/** The command of a profile with the helper where it lies now. */
function led(profile: ManagedProfile, command: string): string {
  return commandFor(command, sessionOf(profile.credentialProcess));
}

function commandFor(command: string, sessionId: string | undefined): string {
  return sessionId === undefined ? command : `${command} id ${sessionId}`;
}

/** The session that a profile's command names; undefined for those of terminals. */
function sessionOf(credentialProcess: string): string | undefined {
  return / id ([a-z0-9-]{1,64})$/.exec(credentialProcess)?.[1];
}

function isRegion(region: string | undefined): region is string {
  return region !== undefined && /^[a-z0-9]+(-[a-z0-9]+)+$/.test(region);
}
