import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Keys } from '../../src/aws/credentials.ts';
import { isFault } from '../../src/aws/faults.ts';
import type { IamCaller } from '../../src/aws/roles/iamApi.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createIam } from '../../src/clients/iam.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { fileKeys } from '../../src/files/fileKeys.ts';
import type { LongTermKeys } from '../../src/session/longTermKeys.ts';
import type { RotationPorts, RotationStep } from '../../src/session/rotationPorts.ts';
import { KeyRotation } from '../../src/session/keyRotation.ts';
import { RotationNotes, type RotationNote } from '../../src/session/rotationNote.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { oldKey, secondKey, strangerKey } from './rotationWorld.ts';

/** A credentials file with comments, two profiles of one key, and others that a rotation has nothing to do with. */
export function keysText(): string {
  const of = ({ accessKeyId, secretAccessKey }: typeof oldKey): string =>
    `aws_access_key_id = ${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
  return `# mine\n[rita]\n${of(oldKey)}\n[tom]\n${of(secondKey)}; the same as above\n[rita-eu]\n${of(oldKey)}region = eu-west-1\n[sam]\n${of(strangerKey)}`;
}

/** A rotation with real clients, real files and a clock of its own, in one folder. */
export class KeyRig {
  readonly credentials: string;
  readonly steps: RotationStep[] = [];
  /** Which key came in the place of which, and what stood in the file by then. */
  readonly succeeded: (readonly [next: string, old: string, text: string])[] = [];
  readonly iam = createIam({ now: () => Date.now() }).accessKeys;
  readonly stored = new Map<string, unknown>();
  /** Secrets that outlive the window. */
  readonly old = new Map<string, Keys>();
  /** Called at each step: to cancel, to break things. */
  onStep: (step: RotationStep) => void = () => undefined;
  readonly #sandbox: Sandbox;
  readonly #folder: string;
  #waited = 0;

  constructor(sandbox: Sandbox, folder: string) {
    this.#sandbox = sandbox;
    this.#folder = folder;
    this.credentials = join(folder, 'credentials');
  }

  async fill(): Promise<void> {
    await writeFile(this.credentials, keysText(), { mode: 0o600 });
  }

  text(): Promise<string> {
    return readFile(this.credentials, 'utf8');
  }

  async mode(): Promise<number> {
    return (await stat(this.credentials)).mode & 0o777;
  }

  get notes(): RotationNotes {
    return new RotationNotes({
      keys: () => [...this.stored.keys()],
      get: (key) => this.stored.get(key),
      set: async (key, value: RotationNote | undefined) => {
        if (value === undefined) {
          this.stored.delete(key);
        } else {
          this.stored.set(key, structuredClone(value));
        }
      },
    });
  }

  target(region: string) {
    return { region, endpoint: this.#sandbox.url };
  }

  /** The IDs of the keys that IAM lists with these. */
  async listed(accessKeyId: string, secret: string): Promise<readonly string[]> {
    const keys = { accessKeyId, secretAccessKey: new Secret(secret), sessionToken: undefined };
    const listed = await this.iam.list(
      { keys, target: this.target('us-east-1') },
      AbortSignal.timeout(10_000),
    );
    return 'kind' in listed ? [listed.kind] : listed.map((key) => key.accessKeyId);
  }

  /** Those in the two files. */
  keys(): LongTermKeys {
    return fileKeys({ config: join(this.#folder, 'config'), credentials: this.credentials });
  }

  /** As a window that has just opened would make it. */
  rotation(profile = 'rita', change: Partial<RotationPorts> = {}): KeyRotation {
    const now = (): number => Date.now() + this.#waited;
    const send = createStsSender({ now: () => Date.now(), skewMs: () => undefined });
    return new KeyRotation(profile, {
      iam: this.iam,
      keys: this.keys(),
      identity: async ({ keys, target: to }: IamCaller, signal) => {
        const reply = await send({ kind: 'callerIdentity' }, keys, to, signal);
        return isFault(reply)
          ? reply
          : reply.kind === 'identity'
            ? reply.identity
            : { kind: 'internal', message: 'no identity' };
      },
      callerOf: (keys) => ({ keys, target: this.target('us-east-1') }),
      testerOf: (keys) => ({ keys, target: this.target('eu-central-1') }),
      notes: this.notes,
      old: {
        read: async (id) => this.old.get(id),
        write: async (keys) => void this.old.set(keys.accessKeyId, keys),
        remove: async (id) => void this.old.delete(id),
      },
      succeeds: async (next, old) => void this.succeeded.push([next, old, await this.text()]),
      wait: async (ms) => void (this.#waited += ms),
      now,
      onStep: (step) => {
        this.steps.push(step);
        this.onStep(step);
      },
      ...change,
    });
  }
}
