import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { WindowHost } from './outlets/windowHost.ts';
import { errorName } from './session/errorName.ts';
import type { Peers } from './session/types.ts';
import type { Log } from './ui/log.ts';
import { hostOfKeys, keptSecrets, removeSecret, SecretItems } from './ui/secretItems.ts';
import type { KeptSecret } from './ui/secretItems.ts';
import { secretPlace } from './ui/text/authenticators.ts';
import type { SecretPlace } from './ui/text/authenticators.ts';
import { hindranceOfPlace } from './ui/text/keys.ts';

/** What it is made from. */
export interface KeptStoreParts {
  readonly context: vscode.ExtensionContext;
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  readonly log: Log;
}

const probe = { name: 'probe', version: 1, indexKey: 'probeIndex' } as const;
const probeKey = 'secretProbe';
const probeId = 'restart';

/**
 * What is another one when the editor, in whose memory a store may lie, was started anew; undefined where nobody knows. On
 * the desktop that is its main process, which a window that is loaded again leaves running, and in a browser the page. From
 * another computer it cannot be seen.
 */
function runOfEditor(): string | undefined {
  if (vscode.env.uiKind === vscode.UIKind.Web) {
    return randomUUID();
  }
  return editorProcess();
}

/** The main process of an editor on the desktop of this machine; undefined where there is none. */
export function editorProcess(): string | undefined {
  const pid = process.env['VSCODE_PID'];
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  return isHere && pid !== undefined ? `process ${pid}` : undefined;
}

/** Where VS Code keeps secrets, as it shows itself now. */
export function placeNow(): SecretPlace {
  return secretPlace(vscode.env.uiKind === vscode.UIKind.Web, vscode.env.remoteName, process.platform);
}

/** See `hostOfKeys`. */
export async function keysHost({ context, host }: Pick<KeptStoreParts, 'context' | 'host'>): Promise<string> {
  const { hostId, folder } = await host;
  const isHere = hindranceOfPlace(placeNow()) === undefined;
  return hostOfKeys(context.globalState, hostId, { isHere, isSure: folder !== undefined });
}

/** Stored under the host of the keys, too: what is found out about the store must not depend on the folder. */
const ofKeysHost: readonly string[] = ['keys', probe.name];

/** The secret store as a whole. */
export class KeptStore {
  readonly #parts: KeptStoreParts;
  readonly #marks: Promise<SecretItems>;
  readonly #run = runOfEditor();

  constructor(parts: KeptStoreParts) {
    this.#parts = parts;
    this.#marks = keysHost(parts).then(
      (hostId) =>
        new SecretItems(parts.context, probe, hostId, (...asked) => parts.peers.exclusive(...asked)),
    );
  }

  /** True when a mark was left for a later run of the editor to look for. */
  get isMarked(): boolean {
    return this.#parts.context.globalState.get(probeKey) !== undefined;
  }

  /** This machine's items, and how many others have; undefined when the store fails. */
  async look(): Promise<{ readonly secrets: readonly KeptSecret[] | undefined; readonly ofOthers: number }> {
    try {
      const all = await keptSecrets(this.#parts.context);
      const { hostId } = await this.#parts.host;
      const ofKeys = await keysHost(this.#parts);
      const secrets = all.filter(
        (secret) =>
          secret.hostId === hostId || (secret.hostId === ofKeys && ofKeysHost.includes(secret.family)),
      );
      return { secrets, ofOthers: all.length - secrets.length };
    } catch (error) {
      this.#parts.log.warn(`secrets: ${errorName(error)}`);
      return { secrets: undefined, ofOthers: 0 };
    }
  }

  /** Whether what an earlier run of the editor has stored is still there; leaves a mark for the next one. */
  async outlives(): Promise<boolean | undefined> {
    if (this.#run === undefined) {
      return undefined;
    }
    const noted = this.#parts.context.globalState.get<unknown>(probeKey);
    const mark = await (await this.#marks).read(probeId);
    const stored = typeof mark === 'object' && mark !== null && 'run' in mark ? mark.run : undefined;
    if (noted === undefined || stored === undefined) {
      await this.leaveMark();
    }
    if (stored !== undefined) {
      return stored === this.#run ? undefined : true;
    }
    return noted === undefined || noted === this.#run ? undefined : false;
  }

  /** Leaves something for a later run of the editor to look for. Rejects when the store fails. */
  async leaveMark(): Promise<void> {
    if (this.#run !== undefined) {
      await (await this.#marks).write(probeId, { version: 1, run: this.#run });
      await this.#parts.context.globalState.update(probeKey, this.#run);
    }
  }

  /** False when one of them is still there. */
  async removeAll(secrets: readonly KeptSecret[]): Promise<boolean> {
    const { context, peers } = this.#parts;
    const gone = await Promise.allSettled(
      secrets.map((secret) => removeSecret(context, (...asked) => peers.exclusive(...asked), secret)),
    );
    return gone.every(({ status }) => status === 'fulfilled');
  }
}
