import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  commands,
  debug,
  env,
  type ExtensionContext,
  extensions,
  languages,
  Uri,
  window,
  workspace,
} from 'vscode';
import { OrderedState } from '../../src/ui/orderedState.ts';
import { HostClock } from './clock.ts';
import { useTools } from './toolUser.ts';
import { useApi } from './apiUser.ts';
import { collectGarbage, measureActivations } from './measure.ts';
import { plant } from './plant.ts';
import { pretend, pretendAsBefore } from './pretend.ts';
import { rush } from './rush.ts';
import type { CompanionActions, CompanionAddress } from './protocol.ts';

type Handlers = {
  [Action in keyof CompanionActions]: (
    request: CompanionActions[Action]['request'],
  ) => CompanionActions[Action]['answer'] | Thenable<CompanionActions[Action]['answer']>;
};

let server: Server | undefined;
let addressFile: string | undefined;

/** Starts listening and writes the address for the test. */
export async function activate(context: ExtensionContext): Promise<void> {
  const folder = process.env['STS_SESSIONS_COMPANION'];
  if (folder === undefined) {
    return;
  }
  const clock = new HostClock('sts-sessions.sts-sessions');
  pretendAsBefore('sts-sessions.sts-sessions', folder);
  const token = randomUUID();
  const handlers = makeHandlers(clock, context);
  const listening = createServer((request, response) => void reply(request, response, token, handlers));
  server = listening;
  const port = await new Promise<number>((resolve) => {
    listening.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port));
  });
  // A name of its own even where a process has the number of one that was killed.
  addressFile = join(folder, `${String(process.pid)}-${randomUUID()}.json`);
  const address: CompanionAddress = { port, token };
  writeFileSync(`${addressFile}.new`, JSON.stringify(address));
  // In one step, so that nobody reads half of it.
  renameSync(`${addressFile}.new`, addressFile);
}

/** Stops listening. */
export function deactivate(): void {
  server?.close();
  if (addressFile !== undefined) {
    rmSync(addressFile, { force: true });
  }
}

function makeHandlers(clock: HostClock, context: ExtensionContext): Handlers {
  // As it was when the program began: what is active changes with the focus, and a child of it counts as well.
  let lastDebugged: Readonly<Record<string, unknown>> | null = null;
  context.subscriptions.push(
    debug.onDidStartDebugSession(({ configuration }) => {
      lastDebugged = configuration;
    }),
  );
  return {
    moveClock: ({ ms }) => {
      clock.move(ms);
      return null;
    },
    executeCommand: ({ id, args }) => commands.executeCommand(id, ...args),
    terminalNames: () => window.terminals.map(({ name }) => name),
    terminals: () =>
      Promise.all(
        window.terminals.map(async ({ name, processId, creationOptions }) => ({
          name,
          processId: (await processId) ?? null,
          creationOptions,
        })),
      ),
    readClipboard: () => env.clipboard.readText(),
    writeClipboard: async ({ text }) => {
      await env.clipboard.writeText(text);
      return null;
    },
    writeSetting: async ({ name, value }) => {
      await workspace.getConfiguration().update(name, value, true);
      return null;
    },
    readSetting: ({ name }) => workspace.getConfiguration().get<unknown>(name) ?? null,
    changeFolders: async ({ at, remove, add }) => {
      let changed: () => void = () => undefined;
      const told = new Promise<void>((resolve) => (changed = resolve));
      const listening = workspace.onDidChangeWorkspaceFolders(() => changed());
      const added = add.map((path) => ({ uri: Uri.file(path) }));
      const taken = workspace.updateWorkspaceFolders(at, remove, ...added);
      if (taken) {
        await told;
      }
      listening.dispose();
      return taken;
    },
    openFile: async ({ path }) => {
      await window.showTextDocument(Uri.file(path));
      return null;
    },
    extension: ({ id }) => {
      const found = extensions.getExtension(id);
      return { present: found !== undefined, active: found?.isActive ?? false };
    },
    activate: ({ ids }) => measureActivations(ids),
    host: () => {
      collectGarbage();
      return { pid: process.pid, heapBytes: process.memoryUsage().heapUsed, timers: clock.timers };
    },
    commands: () => commands.getCommands(true),
    ...useApi(context.extension.id),
    ...useTools(),
    debugConfiguration: () => lastDebugged,
    pretend: ({ as }) => {
      pretend('sts-sessions.sts-sessions', process.env['STS_SESSIONS_COMPANION'] ?? '', as);
      return null;
    },
    diagnostics: ({ path }) => languages.getDiagnostics(Uri.file(path)).map(({ message }) => message),
    rushState: async ({ count }) => ({
      alone: await rush(context.globalState, count),
      ordered: await rush(new OrderedState(context.globalState), count),
    }),
    plant: ({ secrets }) => plant(context, secrets),
  };
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  handlers: Handlers,
): Promise<void> {
  const { status, body } =
    request.headers.authorization === token
      ? await answer(request, handlers)
      : { status: 403, body: { error: 'wrong token' } };
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

async function answer(
  request: IncomingMessage,
  handlers: Handlers,
): Promise<{ status: number; body: unknown }> {
  try {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) {
      text += String(chunk);
    }
    const { action, ...parameters } = JSON.parse(text) as { action: keyof CompanionActions };
    const handler = handlers[action] as (request: object) => unknown;
    return { status: 200, body: { answer: (await handler(parameters)) ?? null } };
  } catch (error) {
    return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}
