import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { WindowHost } from './outlets/windowHost.ts';
import { errorName } from './session/errorName.ts';
import { StoreMark } from './session/storeMark.ts';
import type { Peers } from './session/types.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import { hostOfKeys, keptSecrets, removeSecret, SecretItems } from './ui/secretItems.ts';
import type { KeptSecret } from './ui/secretItems.ts';
import { secretPlace } from './ui/text/authenticators.ts';
import type { SecretPlace } from './ui/text/authenticators.ts';
import { hindranceOfPlace } from './ui/text/keys.ts';

/** What it is made from. */
export interface KeptStoreParts {
  readonly context: Context;
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  readonly log: Log;
}

const probe = { name: 'probe', version: 1, indexKey: 'probeIndex' } as const;

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
  return hostOfKeys(context, hostId, { isHere, isSure: folder !== undefined });
}

/** Stored under the host of the keys, too: what is found out about the store must not depend on the folder. */
const ofKeysHost: readonly string[] = ['keys', 'rotation', probe.name];

/** The secret store as a whole. */
export class KeptStore {
  readonly #parts: KeptStoreParts;
  /** What shows whether it outlives the editor. */
  readonly mark: StoreMark;

  constructor(parts: KeptStoreParts) {
    this.#parts = parts;
    const { context, peers } = parts;
    this.mark = new StoreMark({
      run: runOfEditor(),
      items: keysHost(parts).then(
        (hostId) => new SecretItems(context, probe, hostId, (...asked) => peers.exclusive(...asked)),
      ),
      notes: {
        get: (key) => context.globalState.get<unknown>(key),
        set: async (key, value) => context.globalState.update(key, value),
      },
    });
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

  /** False when one of them is still there. */
  async removeAll(secrets: readonly KeptSecret[]): Promise<boolean> {
    const { context, peers } = this.#parts;
    const gone = await Promise.allSettled(
      secrets.map((secret) => removeSecret(context, (...asked) => peers.exclusive(...asked), secret)),
    );
    return gone.every(({ status }) => status === 'fulfilled');
  }
}
