import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { AccessKeysApi } from './aws/accessKeys.ts';
import type { Credentials, Keys } from './aws/credentials.ts';
import type { Effects } from './aws/effects.ts';
import type { PlanEnvironment, PlanResult, SessionRequest, Step } from './aws/planModel.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { Secret } from './aws/secret.ts';
import { deviceOfKeys } from './aws/sources/staticKeys.ts';
import { fileKeys } from './files/fileKeys.ts';
import type { SharedFiles } from './files/sharedFiles.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { Disposable } from './session/emitter.ts';
import type { KeySuccession } from './session/keySuccession.ts';
import { keysIn } from './session/longTermKeys.ts';
import type { LongTermKeys } from './session/longTermKeys.ts';
import { RotationNotes } from './session/rotationNote.ts';
import type { Sessions } from './session/sessions.ts';
import type { Peers } from './session/types.ts';
import type { Context } from './ui/context.ts';
import { commands } from './ui/ids.ts';
import type { KnownKeys } from './ui/keyFacts.ts';
import type { KeyCare } from './ui/keyCare.ts';
import type { KeyCarePorts, KeyOwner } from './ui/keyCarePorts.ts';
import type { HostState } from './ui/hostState.ts';
import type { Log } from './ui/log.ts';
import type { KeyCarePort } from './ui/parts.ts';
import { SecretItems } from './ui/secretItems.ts';
import { faultSentence } from './ui/text/faults.ts';
import { identityWith, type LoadIam } from './wireIam.ts';
import { iamCallerOf } from './wireIamCaller.ts';
import { keysHost } from './wireKeptStore.ts';

/** What it is made from. */
export interface KeyCareParts {
  readonly context: Context;
  readonly sessions: Sessions;
  readonly files: SharedFiles;
  readonly host: Promise<WindowHost>;
  readonly peers: Peers;
  readonly send: Effects['send'];
  readonly iam: LoadIam;
  readonly log: Log;
  readonly known: KnownKeys;
  readonly succession: Pick<KeySuccession, 'succeeds'>;
  readonly hostState: HostState;
  environment(): PlanEnvironment;
  plan(request: SessionRequest): Promise<PlanResult>;
  isAsking(): boolean;
  /** Those that are not in the files. */
  readonly vault: LongTermKeys;
  /** AWS's time, ms UTC. */
  now(this: void): number;
}

/** Long-term keys, as the interface sees them. */
export interface WiredKeyCare extends KeyCarePort, Disposable {
  /** The sessions of before are known: offers to go on with what was interrupted. */
  begin(): void;
}

/** Whoever does the same elsewhere is waited for no longer than this, ms: they may wait for a person. */
const patienceMs = 1000;

/** Builds what looks after long-term keys. Nothing is loaded or asked before the person wants it, or starts with such keys. */
export function wireKeyCare(parts: KeyCareParts): WiredKeyCare {
  const { known } = parts;
  const notes = new RotationNotes(parts.hostState);
  let loading: Promise<KeyCare> | undefined;
  const load = async (): Promise<KeyCare> => {
    const { KeyCare: Care } = await import('./ui/keyCare.ts');
    return new Care(portsOf(parts, known, notes));
  };
  const care = (): Promise<KeyCare> => (loading ??= load());
  const asked = new Set<string>();
  const listening = parts.sessions.onDidHappen((happening) => {
    // Whoever could assume a role is no root user, so that nobody is asked.
    const { kind, by, session } = happening;
    if (kind !== 'started' || happening.plan.base.kind !== 'staticKeys') {
      return;
    }
    const { base, target, steps } = happening.plan;
    const { accessKeyId, secretAccessKey, profile } = base;
    if (base.sessionToken === undefined && known.of(accessKeyId)?.seenAt === undefined) {
      void known
        .learn(accessKeyId, { seenAt: happening.at })
        .catch((error: unknown) => parts.log.warn(`key: ${String(error)}`));
    }
    if (by.kind !== 'person' || session.request.kind !== 'profile') {
      return;
    }
    if (base.sessionToken !== undefined || steps.some(isRole)) {
      return;
    }
    if (known.of(accessKeyId)?.isRoot !== undefined || asked.has(accessKeyId)) {
      return;
    }
    asked.add(accessKeyId);
    const keys = { accessKeyId, secretAccessKey, sessionToken: undefined };
    void care()
      .then((loaded) => loaded.learnOwner(profile, keys, target))
      .catch((error: unknown) => parts.log.warn(`key: ${String(error)}`));
  });
  return {
    known,
    rotationOf: (profile) => notes.of(profile),
    rotate: async (profile) => {
      // A rotation that is under way is found before another one begins.
      await parts.hostState.known;
      await (await care()).rotate(profile);
    },
    checkAge: async (profile) => (await care()).checkAge(profile),
    begin: () => {
      if (notes.list().some(({ isPutOff }) => !isPutOff)) {
        void care()
          .then((loaded) => loaded.resume())
          .catch((error: unknown) => parts.log.warn(`rotation: ${String(error)}`));
      }
    },
    dispose: () => listening.dispose(),
  };
}

function isRole({ kind }: Step): boolean {
  return kind === 'assumeRole';
}

function portsOf(parts: KeyCareParts, known: KnownKeys, notes: RotationNotes): KeyCarePorts {
  const { files, log, peers, send } = parts;
  const stored = storedKeys(parts);
  return {
    iam: lazyKeys(parts.iam),
    identity: identityWith(send),
    keys: {
      isUnproven: async (accessKeyId) => (await stored.isUnproven?.(accessKeyId)) ?? false,
      read: (profile) => stored.read(profile),
      holds: (accessKeyId) => stored.holds(accessKeyId),
      async replace(...asked) {
        const result = await stored.replace(...asked);
        // The next start goes by the new keys, whenever the watcher notices.
        files.refresh();
        return result;
      },
    },
    notes,
    old: oldKeys(parts),
    succeeds: (accessKeyId, oldId) => parts.succession.succeeds(accessKeyId, oldId),
    known,
    wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
    now: parts.now,
    ownerOf: (profile) => ownerOf(parts, profile),
    profilesWith: async (accessKeyId) =>
      [...(await files.read()).set.profiles.values()]
        .filter(({ properties }) => properties.get('aws_access_key_id')?.value === accessKeyId)
        .map(({ name }) => name),
    alone: async (key, work) => {
      let begun: ReturnType<typeof work> | undefined;
      try {
        return await peers.exclusive(key, AbortSignal.timeout(patienceMs), () => (begun = work()));
      } catch (error) {
        if (begun !== undefined) {
          throw error;
        }
        log.info(`${key}: under way elsewhere`);
        return undefined;
      }
    },
    sentence: (fault, profile) =>
      faultSentence('profile' in fault && fault.profile === '' ? { ...fault, profile } : fault, {
        session: profile,
      }).text,
    startMfa: async (profile) => {
      await vscode.commands.executeCommand(commands.startMfaSession, profile);
    },
    isAsking: () => parts.isAsking(),
  };
}

/** The client's bundle is loaded with the first call. */
function lazyKeys(load: LoadIam): AccessKeysApi {
  const iam = async (): Promise<AccessKeysApi> => (await load()).accessKeys;
  return {
    list: async (...asked) => (await iam()).list(...asked),
    lastUse: async (...asked) => (await iam()).lastUse(...asked),
    create: async (...asked) => (await iam()).create(...asked),
    setActive: async (...asked) => (await iam()).setActive(...asked),
    remove: async (...asked) => (await iam()).remove(...asked),
  };
}

/** In a file, or in the vault; a copy, or keys on their way into it, may make it both. */
function storedKeys({ files, vault }: KeyCareParts): LongTermKeys {
  return keysIn([fileKeys(files.paths), vault]);
}

async function ownerOf(parts: KeyCareParts, profile: string): Promise<KeyOwner | undefined> {
  const keys = await storedKeys(parts).read(profile);
  const files = async (): Promise<ProfileSet> => (await parts.files.read()).set;
  const caller = keys && (await iamCallerOf({ ...parts, files }, profile, keys));
  if (keys === undefined || caller === undefined || 'kind' in caller) {
    return undefined;
  }
  const { set, sts, iam } = caller;
  const section = set.profiles.get(profile);
  const hasDevice = section !== undefined && deviceOfKeys(section) !== undefined;
  return { profile, keys, sts, iam, session: userSession(parts.sessions, profile), hasDevice };
}

/** Credentials of a live MFA session of the profile's user. */
function userSession(sessions: Sessions, profile: string): Credentials | undefined {
  const states = sessions
    .list()
    .filter(({ request }) => request.kind === 'mfaSession' && request.profile === profile)
    .map(({ state }) => state);
  const live = states.find((state) => state.kind === 'live');
  return live?.kind === 'live' ? live.credentials : undefined;
}

/** The old keys of rotations that are not over, in SecretStorage. What the store does not do is no reason to stop. */
function oldKeys({ context, host, peers, log }: KeyCareParts): KeyCarePorts['old'] {
  const family = { name: 'rotation', version: 1, indexKey: 'rotationIndex' };
  const items = keysHost({ context, host }).then(
    (hostId) =>
      new SecretItems(context, family, hostId, (key, signal, work) => peers.exclusive(key, signal, work)),
  );
  const say = (error: unknown): void =>
    log.warn(`old key: ${error instanceof Error ? error.name : 'unknown'}`);
  return {
    async read(accessKeyId) {
      const value = await (await items).read(accessKeyId).catch(say);
      return readKeys(value, accessKeyId);
    },
    write: async ({ accessKeyId, secretAccessKey }) => {
      const value = { version: 1, accessKeyId, secretAccessKey: secretAccessKey.reveal() };
      await (await items).write(accessKeyId, value).catch(say);
    },
    remove: async (accessKeyId) => {
      await (await items).remove(accessKeyId).catch(say);
    },
  };
}

/** A stored key; undefined when it is broken or of a newer version, which is left as it is. */
function readKeys(value: unknown, wanted: string): Keys | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { version, accessKeyId, secretAccessKey } = fields;
  return version === 1 && accessKeyId === wanted && typeof secretAccessKey === 'string'
    ? { accessKeyId, secretAccessKey: new Secret(secretAccessKey), sessionToken: undefined }
    : undefined;
}
