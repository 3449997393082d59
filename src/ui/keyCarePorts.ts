import * as vscode from 'vscode';
import type { Credentials, Keys } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import type { StsTarget } from '../aws/planModel.ts';
import type { IamCaller } from '../aws/roles/iamApi.ts';
import type { RotationPorts } from '../session/rotationPorts.ts';
import type { KnownKeys } from './keyFacts.ts';
import { keyCareText } from './text/keyCare.ts';

/** Whose keys are looked after, and how AWS is called for them. */
export interface KeyOwner {
  readonly profile: string;
  readonly keys: Keys;
  readonly sts: StsTarget;
  readonly iam: StsTarget;
  /** Credentials of a live session of the same user, which AWS may ask for instead: a code was given for them. */
  readonly session: Credentials | undefined;
  /** True when the profile names an MFA device. */
  readonly hasDevice: boolean;
}

/** What looking after keys asks of the world. */
export interface KeyCarePorts extends Pick<
  RotationPorts,
  'iam' | 'identity' | 'keys' | 'notes' | 'old' | 'succeeds' | 'wait' | 'now'
> {
  /** Undefined when the profile has no long-term keys, or cannot be planned. */
  ownerOf(profile: string): Promise<KeyOwner | undefined>;
  /** The profiles that hold this key. */
  profilesWith(accessKeyId: string): Promise<readonly string[]>;
  readonly known: KnownKeys;
  /** Runs work unless it is under way in this window or another; undefined then. */
  alone<T>(key: string, work: () => Promise<T>): Promise<T | undefined>;
  /** A fault as people read it; empty for one that is to stay silent. */
  sentence(fault: Fault, profile: string): string;
  /** Starts an MFA session of the profile and waits for it. */
  startMfa(profile: string): Promise<void>;
  isAsking(): boolean;
}

/** IAM is asked with the session's credentials where there is one: what may be done may depend on a code. */
export function callerOf(owner: KeyOwner, keys: Keys): IamCaller {
  return { keys: owner.session ?? keys, target: owner.iam };
}

/** What a rotation of a profile runs under, alone. */
export function lockOf(profile: string): string {
  return `rotation ${profile}`;
}

/** The keys of a profile and how AWS is called for them; undefined, and the person is told, when there are none. */
export async function keyOwner(ports: KeyCarePorts, profile: string): Promise<KeyOwner | undefined> {
  const owner = await ports.ownerOf(profile);
  if (owner === undefined) {
    void vscode.window.showErrorMessage(keyCareText.noKeys(profile));
  }
  return owner;
}

/** Says what went wrong, silent about cancelling. Where a code may be all that is missing, it offers that, and does `again`. */
export async function tellFault(
  ports: KeyCarePorts,
  owner: KeyOwner,
  fault: Fault,
  again: () => Promise<void>,
): Promise<void> {
  const text = ports.sentence(fault, owner.profile);
  if (text === '') {
    return;
  }
  // The usual policy for one's own keys asks for a code that only a session has.
  const wantsCode = fault.kind === 'accessDenied' || fault.kind === 'iamNeedsMfa';
  const start = keyCareText.startMfa();
  const buttons = wantsCode && owner.hasDevice && owner.session === undefined ? [start] : [];
  if ((await vscode.window.showErrorMessage(text, ...buttons)) === start) {
    await ports.startMfa(owner.profile);
    if ((await ports.ownerOf(owner.profile))?.session !== undefined) {
      await again();
    }
  }
}
