import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Emitter } from '../session/emitter.ts';
import type { Peers } from '../session/types.ts';
import { leaveSocketPath, openFolder, socketPath } from './folder.ts';
import type { SilenceLimits } from './doubt.ts';
import type { FolderProblem, HelperFolder } from './folder.ts';
import { helperCommand, installHelper } from './install.ts';
import { openPeers } from './peers.ts';
import { startServer } from './server.ts';
import type { CredentialServer, ServerOptions } from './server.ts';
import { Turns } from './turns.ts';

/** What a window needs to take part. */
export interface WindowHostOptions {
  /** From `folderPath`. */
  readonly folder: string;
  /** The extension's helper files. */
  readonly helperFiles: string;
  readonly executable: string;
  readonly platform: NodeJS.Platform;
  readonly localAppData: string | undefined;
  readonly server: Omit<ServerOptions, 'transport'>;
  /** For tests. */
  readonly silence?: SilenceLimits;
}

/** This window among the others of the host: its server, its peers and the folder where they meet. */
export interface WindowHost {
  /** Keys what is stored: a store on the UI's machine holds the sessions of several hosts. */
  readonly hostId: string;
  /** Undefined, with the reason, where no folder can be trusted: the window then stands alone. */
  readonly folder: HelperFolder | undefined;
  readonly problem: FolderProblem | undefined;
  /** What a managed profile names; undefined without a folder. */
  readonly command: string | undefined;
  readonly peers: Peers;
  dispose(): Promise<void>;
}

/** Opens the folder, starts the server and joins the other windows. Never rejects: without them it goes on alone. */
export async function openWindowHost(options: WindowHostOptions): Promise<WindowHost> {
  const { platform, server } = options;
  const opened = await openFolder(options.folder);
  if (!opened.ok) {
    server.log(`folder: ${opened.problem.kind}`);
    return alone(opened.problem, createHash('sha256').update(hostname()).digest('hex').slice(0, 16));
  }
  const { folder } = opened;
  let running: CredentialServer | undefined;
  try {
    await installHelper(folder, {
      from: options.helperFiles,
      executable: options.executable,
      platform,
      localAppData: options.localAppData,
    });
    const path = platform === 'win32' ? undefined : await socketPath(folder, randomBytes(8).toString('hex'));
    const transport = path === undefined ? ({ kind: 'tcp' } as const) : ({ kind: 'socket', path } as const);
    running = await startServer({ ...server, transport });
    const { address } = running;
    const peers = await openPeers({
      folder,
      address,
      now: server.now(),
      log: (line) => server.log(line),
      ...(options.silence && { silence: options.silence }),
    });
    const listening = running;
    return {
      hostId: folder.hostId,
      folder,
      problem: undefined,
      command: helperCommand(folder.path, platform),
      peers,
      async dispose() {
        await peers.dispose();
        await listening.dispose();
        await (path !== undefined && leaveSocketPath(folder, path));
      },
    };
  } catch (error) {
    server.log(`window: ${String(error)}`);
    await running?.dispose();
    // What is stored under this folder's id is still found, and what is stored now is found later.
    return alone({ kind: 'failed', path: join(folder.path), code: String(error) }, folder.hostId);
  }
}

/** Stands in for peers that are still being opened; whoever asks waits for them. */
export function deferPeers(opening: Promise<Peers>): Peers {
  const changes = new Emitter<void>();
  void opening.then((peers) => peers.onDidChange(() => changes.fire()));
  return {
    onDidChange: changes.event,
    announce: () => void opening.then((peers) => peers.announce()),
    pull: async (signal) => (await opening).pull(signal),
    exclusive: async (key, signal, work) => (await opening).exclusive(key, signal, work),
  };
}

/** A window without others; two of its own still do not send one code, or rotate one key. */
function alone(problem: FolderProblem, hostId: string): WindowHost {
  const turns = new Turns();
  return {
    hostId,
    folder: undefined,
    problem,
    command: undefined,
    peers: {
      pull: () => Promise.resolve([]),
      announce: () => undefined,
      onDidChange: new Emitter<void>().event,
      exclusive: (key, signal, work) => turns.take(key, signal, work),
    },
    dispose: () => Promise.resolve(),
  };
}
