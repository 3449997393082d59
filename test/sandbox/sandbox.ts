import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Control } from './control.ts';
import { readData, type SandboxData } from './data.ts';
import { demoData } from './demo.ts';
import { IdentityCenter } from './identityCenter/identityCenter.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { MetadataServices } from './metadata.ts';
import type { MfaDevice } from './mfa.ts';
import { makeServer } from './server.ts';
import { ConsoleFederation } from './signin/federation.ts';
import { ConsoleSignIn } from './signin/signin.ts';
import { World } from './world.ts';

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`, the endpoint of every service. */
  readonly url: string;
  /** Opens `/_sandbox/` to other processes, as `Authorization: Bearer …`. */
  readonly controlToken: string;
  /** Calls in the order of their arrival. */
  readonly journal: readonly JournalEntry[];
  readonly control: Control;
  /** Who signs in and what they may use; undefined when the data has no Identity Center. */
  readonly identityCenter: IdentityCenter | undefined;
  /** Who signs in to the console; undefined when the data has no sign-in service. */
  readonly signIn: ConsoleSignIn | undefined;
  /** Calls the listener when a call arrives and again when it ends. Returns the way to stop. */
  onCall(listener: (entry: JournalEntry) => void): () => void;
  /**
   * The first entry from position `from` (0) on for which the predicate holds, past or to come. It sees a call when
   * it arrives (`state` is `waiting`) and when it has ended. Rejects after `timeoutMs` (30,000).
   */
  waitForCall(
    predicate: (entry: JournalEntry) => boolean,
    options?: { readonly timeoutMs?: number; readonly from?: number },
  ): Promise<JournalEntry>;
  /** Every secret that it holds, handed out or accepted: keys, tokens, seeds, codes. */
  secrets(): readonly string[];
  /** What the device of a user (name or ARN) or with this serial shows now. Throws for a stranger. */
  currentCode(user: string): string;
  /** A code that would be accepted now; throws when the three that could be are used up (wait 30 seconds). */
  unusedCode(user: string): string;
  /** How many MFA codes were sent that had been used before. */
  reusedCodes(): number;
  /** Ends held calls and every connection. */
  close(): Promise<void>;
}

/** How a sandbox is started. */
export interface SandboxOptions {
  /** The world it shows; the demo's when absent. */
  readonly data?: SandboxData;
  /** Any free port when absent. */
  readonly port?: number;
  /** Milliseconds since 1970 UTC; the machine's clock when absent. */
  readonly clock?: () => number;
}

/** Starts a small AWS on 127.0.0.1. Rejects when the data is wrong or the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const data = readData(options.data ?? demoData());
  const world = new World(data, options.clock ?? Date.now);
  const identityCenter = data.identityCenter && new IdentityCenter(data.identityCenter, world);
  const signIn = data.signIn && new ConsoleSignIn(data.signIn, world);
  const journal = new Journal();
  const control = new Control(world);
  const controlToken = randomBytes(32).toString('hex');
  const deviceOf = (user: string): MfaDevice => {
    const device = world.device(user);
    if (device === undefined) {
      throw new Error(`nobody called ${user} has an MFA device`);
    }
    return device;
  };
  const sandbox: Omit<Sandbox, 'url' | 'close'> = {
    controlToken,
    journal: journal.entries,
    control,
    identityCenter,
    signIn,
    onCall: (listener) => journal.onCall(listener),
    waitForCall: (predicate, { timeoutMs = 30_000, from = 0 } = {}) =>
      journal.waitFor(predicate, timeoutMs, from),
    secrets: () => world.secrets(),
    currentCode: (user) => world.mfa.current(deviceOf(user), world.now()),
    unusedCode(user) {
      const code = world.mfa.unused(deviceOf(user), world.now());
      if (code === undefined) {
        throw new Error(`every code that ${user} could use now is used up`);
      }
      return code;
    },
    reusedCodes: () => world.mfa.reuses,
  };
  const metadata = new MetadataServices(world);
  const federation = new ConsoleFederation(world);
  const server = makeServer({
    world,
    journal,
    control,
    metadata,
    identityCenter,
    signIn,
    federation,
    sandbox,
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...sandbox,
    url: `http://127.0.0.1:${port}`,
    async close() {
      control.clear();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
