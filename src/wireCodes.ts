import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { Effects } from './aws/effects.ts';
import type { Seed } from './aws/seed.ts';
import { codesFile } from './outlets/codesFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import { Codes } from './session/codes.ts';
import type { Peers } from './session/types.ts';
import { AuthenticatorVault } from './ui/authenticators.ts';
import type { Log } from './ui/log.ts';
import { mfaCodeFromClipboard } from './ui/settings.ts';

/** What codes are made from. */
export interface CodeParts {
  readonly context: vscode.ExtensionContext;
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  /** Asks the person. */
  readonly type: Effects['askMfa'];
  /** How far our clock is ahead of AWS's, ms. */
  skewMs(): number | undefined;
  now(): number;
  readonly log: Log;
}

/** Builds the vault of authenticators and what takes codes from it, from other sources, or from the person. */
export function wireCodes(parts: CodeParts): { readonly vault: AuthenticatorVault; readonly codes: Codes } {
  const { context, host, peers, log } = parts;
  const line = (text: string): void => log.info(text);
  const vault = new AuthenticatorVault({
    context,
    hostId: host.then(({ hostId }) => hostId),
    exclusive: (key, signal, work) => peers.exclusive(key, signal, work),
    log: line,
  });
  const file = host.then(({ folder }) => codesFile(folder));
  const codes = new Codes({
    seeds: vault,
    codeOf,
    skewMs: () => parts.skewMs(),
    now: () => parts.now(),
    setTimer: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return { dispose: () => clearTimeout(timer) };
    },
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    exclusive: (key, signal, work) => peers.exclusive(key, signal, work),
    file: { read: async () => (await file).read(), write: async (value) => (await file).write(value) },
    type: parts.type,
    others: [fromClipboard],
    log: line,
  });
  vault.onDidChange((serial) => codes.forget(serial));
  return { vault, codes };
}

/** The algorithm is loaded with the first code: who stores no authenticator never needs it. */
async function codeOf(seed: Seed, step: number): Promise<string> {
  const { codeOfStep } = await import('./aws/totp.ts');
  return codeOfStep(seed, step);
}

async function fromClipboard(): Promise<string | undefined> {
  if (!mfaCodeFromClipboard()) {
    return undefined;
  }
  const text = (await vscode.env.clipboard.readText()).trim();
  return /^\d{3} ?\d{3}$/.test(text) ? text.replace(' ', '') : undefined;
}
