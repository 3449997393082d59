// A window without VS Code: the sessions of a window as a process of its own, over the real folder, locks, sockets and
// files, with a store in files and a clock that the test moves. It does what it is told and may be killed at any moment.
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import type { Effects } from '../../src/aws/effects.ts';
import { readGuards } from '../../src/aws/guardEntries.ts';
import { guardOf } from '../../src/aws/guards.ts';
import { planEnvironment } from '../../src/aws/environment.ts';
import { planId } from '../../src/aws/hash.ts';
import { locateSharedFiles } from '../../src/aws/locate.ts';
import { planFor } from '../../src/aws/plan.ts';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { run } from '../../src/aws/run.ts';
import { isSeedProblem, parseSeed, type Seed } from '../../src/aws/seed.ts';
import { codeOfStep } from '../../src/aws/totp.ts';
import { SharedFiles } from '../../src/files/sharedFiles.ts';
import { machineEffects } from '../../src/machine/machine.ts';
import { claim } from '../../src/outlets/claims.ts';
import { LastUse, usesFolder } from '../../src/outlets/lastUse.ts';
import { noteFile } from '../../src/outlets/noteFile.ts';
import { folderPath } from '../../src/outlets/folder.ts';
import { deferPeers, openWindowHost } from '../../src/outlets/windowHost.ts';
import { Codes } from '../../src/session/codes.ts';
import type { StartResult } from '../../src/session/ports.ts';
import { Guarding } from '../../src/session/guarding.ts';
import { guardedSession } from '../../src/session/guardTarget.ts';
import { Sessions } from '../../src/session/sessions.ts';
import type { Peers } from '../../src/session/types.ts';
import { fakeEffects } from './fakeEffects.ts';
import { FileStore } from './fileStore.ts';
import { ClockHold, SharedClock } from './sharedClock.ts';
import type {
  TestMessage,
  WindowAnswer,
  WindowCommand,
  WindowMessage,
  WindowSetup,
} from './windowMessages.ts';

const never = new AbortController().signal;
const platform = process.platform;

function tell(message: WindowMessage): void {
  process.send?.(message);
}

function broken(what: string): void {
  if (process.connected) {
    tell({ kind: 'broken', what });
  } else {
    // On its way out; what it writes there is heard as well.
    console.error(what);
  }
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A window as `core.ts` builds it, without what people see. */
async function open(setup: WindowSetup): Promise<(command: WindowCommand) => Promise<WindowAnswer>> {
  const clock = new SharedClock(setup.clockFolder, setup.name);
  const hold = new ClockHold(setup.clockFolder, setup.name);
  const now = (): number => clock.now();
  const log = (line: string): void => appendFileSync(setup.logFile, `${setup.name}: ${line}\n`);
  const env = { PATH: process.env['PATH'], HOME: setup.home, ...setup.env };
  const files = new SharedFiles(locateSharedFiles(env, platform, setup.home));
  const environment = planEnvironment(env);
  const plan = (request: SessionRequest) =>
    hold.during(async () => planFor((await files.read()).set, request, environment));
  const machine = machineEffects({ env, platform, home: setup.home });

  const host = openWindowHost({
    folder: folderPath(platform, setup.home, undefined),
    helperFiles: setup.helperFiles,
    executable: process.execPath,
    platform,
    localAppData: undefined,
    ...(setup.silence && { silence: setup.silence }),
    server: {
      async supply(id, request) {
        const answered = hold.brief();
        try {
          const serve = () => sessions.supply(id, { ...request, onNeedsPerson: () => undefined });
          return await guarding.judged(id, serve);
        } finally {
          answered();
        }
      },
      sentences: {
        ended: (name) => `ended: ${name}`,
        unknown: () => 'unknown',
        several: (name) => `several: ${name}`,
        needsPerson: (name) => `needs a person: ${name}`,
        failed: (name, fault) => `${fault.kind}: ${name}`,
        refused: (name, why) => `${why.kind}: ${name}`,
        busy: () => 'busy',
        noKeys: () => 'no keys',
      },
      records: () => sessions.records(),
      // The files of the folder bear the machine's own time.
      now: Date.now,
      log,
    },
  });
  const others = deferPeers(host.then((opened) => opened.peers));
  const peers: Peers = {
    ...others,
    pull: (signal) => hold.during(() => others.pull(signal)),
    async exclusive(key, signal, work) {
      // A turn that comes at once; for another's end one waits as long as it takes.
      const taken = hold.brief();
      try {
        return await others.exclusive(key, signal, () => {
          taken();
          return work();
        });
      } finally {
        taken();
      }
    },
  };
  const codeFile = host.then(({ folder }) => noteFile(folder, 'codes'));
  const note = host.then(({ folder }) => noteFile(folder, 'renewals'));
  const skewNote = host.then(({ folder }) => noteFile(folder, 'skew'));
  const seeds = new Map<string, Seed>();
  for (const [serial, text] of Object.entries(setup.seeds)) {
    const read = parseSeed(text);
    if (!isSeedProblem(read)) {
      seeds.set(serial, read.seed);
    }
  }
  const codes: Codes = new Codes({
    seeds: { has: (serial) => seeds.has(serial), find: async (serial) => seeds.get(serial) },
    codeOf: async (seed, step) => codeOfStep(seed, step),
    skewMs: () => sessions.skewMs,
    now,
    // Whoever waits for the next code lets the clock go on.
    setTimer(ms, callback) {
      hold.end();
      const timer = clock.setTimer(ms, () => {
        hold.begin();
        callback();
      });
      return {
        dispose: () => {
          timer.dispose();
          hold.begin();
        },
      };
    },
    hash: sha256Hex,
    exclusive: (key, signal, work) => others.exclusive(key, signal, work),
    file: {
      read: async () => (await codeFile).read(),
      write: async (value) => (await codeFile).write(value),
      claim: async (name, at) => {
        const { folder } = await host;
        return folder === undefined || claim(folder, name, at);
      },
    },
    // Nobody sits in front of it.
    type: async ({ serial }) => ({ kind: 'mfaNeedsPerson', serial }),
    others: [],
    log,
  });
  let sender: Promise<Effects['send']> | undefined;
  const loadSender = async (): Promise<Effects['send']> => {
    const { createStsSender } = await import('../../src/clients/sts.ts');
    return createStsSender({ userAgent: `window/${setup.name}`, now, log });
  };
  const send: Effects['send'] = async (...call) => (await (sender ??= loadSender()))(...call);
  const sessions: Sessions = new Sessions({
    plan,
    planId: (planned) => planId(planned, sha256Hex),
    async run(planned, signal, choices) {
      const askMfa: Effects['askMfa'] = (question, stop) => codes.ask(question, stop, choices?.unattended);
      const effects = fakeEffects({ now, send, askMfa, ...machine });
      return hold.during(() => run(planned, effects, signal, { ...choices, defaultSessionName: setup.name }));
    },
    answersMfa: (serial) => codes.answers(serial),
    now,
    monotonic: () => clock.running(),
    random: () => Math.random(),
    note: {
      read: () => hold.during(async () => (await note).read()),
      write: (value) => hold.during(async () => (await note).write(value)),
    },
    skew: {
      file: {
        read: () => hold.during(async () => (await skewNote).read()),
        write: (value) => hold.during(async () => (await skewNote).write(value)),
      },
      uptime: () => clock.running(),
    },
    setTimer: (ms, callback) => clock.setTimer(ms, callback),
    warnMs: () => 600_000,
    endsAt: (about, begunAt) => guarding.endsAt(about, begunAt),
    onServed: (id, at) => guarding.served(id, at),
    store: new FileStore(setup.storeFolder),
    peers,
    onStoreFailure: (error) => broken(`the store failed: ${String(error)}`),
    log,
  });
  const { rules } = readGuards(setup.guards);
  const guarding = new Guarding({
    sessions,
    isWanted: () => rules.length > 0,
    guardOf: (session) => guardOf(rules, guardedSession(session)),
    uses: new LastUse(async () => usesFolder((await host).folder), log),
    onEnded: ({ name }, { why }) => log(`a guard has ended ${name}: ${why}`),
    log,
  });
  await sessions.load();
  guarding.look();
  // From here on it renews ahead of the end. Nobody sits in front of it to be asked or told.
  sessions.attend({
    isFocused: () => false,
    ask: async ({ id }) => {
      log(`${id}: a person would be asked`);
      return undefined;
    },
    tellTrouble: ({ id }, fault) => log(`${id}: a person would be told: ${fault.kind}`),
    tellSkew: (ms) => log(`the clock is off by ${String(ms)} ms`),
  });
  tell({ kind: 'ready', ids: sessions.list().map(({ id }) => id) });
  // Those that are killed would never do so.
  flushCompileCache();

  const stored = async (kind: 'started' | 'renewed', result: StartResult): Promise<WindowAnswer> => {
    await sessions.settled();
    const changedAt = (id: string): number | undefined =>
      sessions.records().find((record) => record.id === id)?.changedAt;
    return result.ok
      ? { kind, ok: true, id: result.session.id, changedAt: changedAt(result.session.id) }
      : { kind, ok: false, why: result.why === 'fault' ? result.fault.kind : result.why };
  };
  return async (command) => {
    switch (command.kind) {
      case 'start':
        return stored('started', await sessions.start(command.request, never, { force: command.force }));
      case 'renew':
        return stored('renewed', await sessions.renew(command.id, never));
      case 'end': {
        const ended = await sessions.end(command.id);
        await sessions.settled();
        return { kind: 'ended', was: ended !== undefined };
      }
      case 'supply': {
        const { holdMs, id } = command;
        const serve = () => sessions.supply(id, { holdMs, onNeedsPerson: () => undefined, signal: never });
        const supply = await guarding.judged(id, serve);
        const { kind: what } = supply;
        const why = supply.kind === 'failed' ? { why: supply.fault.kind } : {};
        const expiresAt = supply.kind === 'credentials' ? supply.credentials.expiresAt : undefined;
        return { kind: 'supplied', what, ...why, ...(expiresAt !== undefined && { expiresAt }) };
      }
      case 'list':
        return {
          kind: 'listed',
          sessions: sessions.list().map(({ id, state }) => ({ id, state: state.kind })),
        };
      case 'memory': {
        globalThis.gc?.();
        const { heapUsed, rss } = process.memoryUsage();
        return { kind: 'memory', heap: heapUsed, rss };
      }
      case 'quit':
        guarding.dispose();
        sessions.dispose();
        await sessions.settled();
        await (await host).dispose();
        files.dispose();
        clock.leave();
        setImmediate(() => process.disconnect());
        return { kind: 'quitting' };
    }
  };
}

let opened: Promise<(command: WindowCommand) => Promise<WindowAnswer>> | undefined;
process.on('message', (message: TestMessage) => {
  if (message.kind === 'setup') {
    opened = open(message.setup);
    opened.catch((error: unknown) => broken(String(error)));
    return;
  }
  const { number, command } = message;
  void opened
    ?.then((act) => act(command))
    .then((answer) => tell({ kind: 'answer', number, answer }))
    .catch((error: unknown) => broken(`${command.kind}: ${String(error)}`));
});
process.on('unhandledRejection', (error) => {
  broken(
    `a rejection that nobody waits for: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
  );
});
