import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { Effects, MfaQuestion } from './aws/effects.ts';
import { mfaProcessOf, sixDigits } from './aws/mfaProcess.ts';
import type { ProfileSet } from './aws/profiles.ts';
import type { Seed } from './aws/seed.ts';
import { runShell } from './machine/runShell.ts';
import { setTimer } from './machine/timer.ts';
import { claim } from './outlets/claims.ts';
import { noteFile } from './outlets/noteFile.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import { Codes } from './session/codes.ts';
import type { Peers } from './session/types.ts';
import { AuthenticatorVault } from './ui/authenticators.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import { mfaCodeFromClipboard } from './ui/settings.ts';

/** What codes are made from. */
export interface CodeParts {
  readonly context: Context;
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  /** Asks the person. */
  readonly type: Effects['askMfa'];
  /** The user's profiles, read and merged. Never rejects. */
  files(): Promise<ProfileSet>;
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
  const file = host.then(({ folder }) => noteFile(folder, 'codes'));
  const codes = new Codes({
    seeds: vault,
    codeOf,
    skewMs: () => parts.skewMs(),
    now: () => parts.now(),
    setTimer,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    exclusive: (key, signal, work) => peers.exclusive(key, signal, work),
    file: {
      read: async () => (await file).read(),
      write: async (value) => (await file).write(value),
      claim: async (name, at) => {
        const { folder } = await host;
        return folder === undefined || claim(folder, name, at);
      },
    },
    type: parts.type,
    others: [
      { kind: 'process', ask: (question, signal) => fromProcess(parts, question, signal) },
      { kind: 'clipboard', ask: fromClipboard },
    ],
    log: line,
  });
  vault.onDidChange((serial) => codes.forget(serial));
  return { vault, codes };
}

/** The algorithm is loaded with the first code: who stores no authenticator never needs it. */
export async function codeOf(seed: Seed, step: number): Promise<string> {
  const { codeOfStep } = await import('./aws/totp.ts');
  return codeOfStep(seed, step);
}

/** The AWS CLI gives credential_process a minute; a key that is to be touched needs no longer. Six digits are short. */
const processLimits = { ms: 60_000, bytes: 4096 };

async function fromProcess(
  parts: Pick<CodeParts, 'files'>,
  { serial, session }: MfaQuestion,
  signal: AbortSignal,
): Promise<string | undefined> {
  const command = mfaProcessOf(await parts.files(), serial, session);
  if (command === undefined) {
    return undefined;
  }
  const code = sixDigits(await runShell(command.reveal(), processLimits, signal));
  if (code === undefined) {
    throw new Error('no six digits');
  }
  return code;
}

async function fromClipboard(): Promise<string | undefined> {
  return mfaCodeFromClipboard() ? sixDigits(await vscode.env.clipboard.readText()) : undefined;
}
