import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanEnvironment } from '../../src/aws/planModel.ts';
import type { StsReply } from '../../src/aws/effects.ts';
import { planId } from '../../src/aws/hash.ts';
import { run } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import { isSeedProblem, parseSeed } from '../../src/aws/seed.ts';
import { codeOfStep } from '../../src/aws/totp.ts';
import { claim } from '../../src/outlets/claims.ts';
import { noteFile } from '../../src/outlets/noteFile.ts';
import { openFolder, type HelperFolder } from '../../src/outlets/folder.ts';
import type { Disposable } from '../../src/session/emitter.ts';
import { Codes } from '../../src/session/codes.ts';
import { MfaSessions } from '../../src/session/mfaSessions.ts';
import { Sessions } from '../../src/session/sessions.ts';
import type { Peers } from '../../src/session/types.ts';
import { MfaRegister } from '../sandbox/mfa.ts';
import { fakeEffects } from '../support/fakeEffects.ts';
import { MemoryNote } from '../support/sessionWindows.ts';
import { MemoryStore } from '../support/memoryStore.ts';
import { openWindow, temporaryFolder, type FakeWindow } from '../support/outletRig.ts';
import { device, goodPlan, keys, role } from '../support/plans.ts';

/** 2026-01-01 12:00 UTC. */
const noon = 1_767_268_800_000;
const never = new AbortController().signal;
const seed = 'SANDBOXSEEDOFALICEFORTESTSONLY23';
const names = Array.from({ length: 20 }, (_, index) => `r${index}`);
const config = names.map((name) => role(name, 'user', `mfa_serial = ${device}\n`)).join('\n');

/** A wall clock that stands still until everybody waits for it, and then goes on to the first who does. */
class PatientClock {
  now = noon;
  readonly #waiting = new Map<() => void, number>();

  wait(ms: number, callback: () => void): Disposable {
    this.#waiting.set(callback, this.now + ms);
    return { dispose: () => void this.#waiting.delete(callback) };
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Goes to the moment at which the next timers fire, and fires them. */
  next(): void {
    this.now = Math.min(...this.#waiting.values());
    for (const [callback, due] of Array.from(this.#waiting)) {
      if (due <= this.now && this.#waiting.delete(callback)) {
        callback();
      }
    }
  }
}

describe('two windows with one authenticator', () => {
  const temporary = temporaryFolder();
  const opened: FakeWindow[] = [];
  after(async () => {
    await Promise.all(opened.map((window) => window.dispose()));
    temporary.remove();
  });

  it('start twenty sessions at once, send no code twice, and have none refused', async () => {
    const sent = await startTwenty('each', {});
    assert.equal(sent.filter((code) => code !== '').length, 20);
    // Each wait for a code ends with a turn of every session that is left: hundreds of turns, one after the other.
  }).timeout(300_000);

  it('start twenty sessions at once from one code, sent once, where one MFA session is for all roles', async () => {
    const sent = await startTwenty('one', { mfaUse: new Map([['user', 'oneSession']]) });
    assert.equal(sent.length, 21);
    assert.equal(sent.filter((code) => code !== '').length, 1);
  });

  /** Every call's code, an empty text for one without. */
  async function startTwenty(name: string, env: Partial<PlanEnvironment>): Promise<readonly string[]> {
    const folder = await newFolder(join(temporary.path, name));
    const clock = new PatientClock();
    const register = new MfaRegister();
    const sent: string[] = [];
    const refused: string[] = [];
    const store = new MemoryStore();
    const log: string[] = [];
    let running = 0;

    const send = async (code: string): Promise<StsReply | { kind: 'mfaWrongCode'; serial: string }> => {
      sent.push(code);
      if (code !== '' && !register.accept({ serial: device, seed }, code, clock.now)) {
        refused.push(code);
        return { kind: 'mfaWrongCode', serial: device };
      }
      return {
        kind: 'credentials',
        serverTime: clock.now,
        credentials: {
          accessKeyId: `ASIAEXAMPLE${sent.length}`,
          secretAccessKey: new Secret(`EXAMPLEKEY${sent.length}`),
          sessionToken: new Secret(`EXAMPLETOKEN${sent.length}`),
          expiresAt: clock.now + 3_600_000,
          accountId: '222233334444',
          arn: undefined,
        },
      };
    };

    const openSessions = async (name: string): Promise<Sessions> => {
      const window = await openWindow(folder, name, { records: () => sessions.records() });
      opened.push(window);
      const exclusive: Peers['exclusive'] = (key, signal, work) => window.peers.exclusive(key, signal, work);
      const read = parseSeed(seed);
      assert.ok(!isSeedProblem(read));
      const codes = new Codes({
        seeds: { has: () => true, find: async () => read.seed },
        codeOf: async (of, step) => codeOfStep(of, step),
        skewMs: () => undefined,
        now: () => clock.now,
        setTimer: (ms, callback) => clock.wait(ms, callback),
        hash: (text) => createHash('sha256').update(text).digest('hex'),
        exclusive,
        file: { ...noteFile(folder, 'codes'), claim: (name, at) => claim(folder, name, at) },
        type: () => assert.fail('nobody is to be asked'),
        others: [],
        log: (line) => log.push(line),
      });
      const shared = new MfaSessions(
        () => sessions,
        (serial) => codes.answers(serial),
      );
      const sessions: Sessions = new Sessions({
        plan: async ({ ...request }) => ({
          ok: true,
          plan: goodPlan({ credentials: `[user]\n${keys}`, config, ask: request, env }),
        }),
        planId: (plan) => planId(plan, (text) => createHash('sha256').update(text).digest('hex')),
        run: async (plan, signal, options) => {
          running += 1;
          const result = await run(
            plan,
            fakeEffects({
              now: () => clock.now,
              askMfa: (question, stop) => codes.ask(question, stop, options?.unattended),
              mfaSession: (wanted, stop) => shared.get(wanted, stop, options?.unattended === true),
              send: async (call) => send('mfa' in call ? (call.mfa?.code.reveal() ?? '') : ''),
            }),
            signal,
          );
          running -= 1;
          return result;
        },
        answersMfa: (serial) => codes.answers(serial),
        now: () => clock.now,
        monotonic: () => clock.now,
        random: () => 0.5,
        note: new MemoryNote(),
        setTimer: () => ({ dispose: () => undefined }),
        warnMs: () => 600_000,
        store,
        peers: window.peers,
        onStoreFailure: (error) => assert.fail(String(error)),
        log: () => undefined,
      });
      return sessions;
    };

    const windows = [await openSessions('one'), await openSessions('two')];
    const starts = Promise.all(
      names.map((name, index) =>
        (windows[index % 2] as Sessions).start({ kind: 'profile', profile: name }, never),
      ),
    );
    const state = { done: false };
    void starts.then(() => (state.done = true));
    while (!state.done) {
      await new Promise((resolve) => setImmediate(resolve));
      // With a session for all, those that wait for it wait for no time.
      if (running > 0 && clock.waiting > 0 && (env.mfaUse !== undefined || clock.waiting === running)) {
        clock.next();
      }
    }
    const results = await starts;
    assert.ok(results.every((result) => result.ok));
    const codes = sent.filter((code) => code !== '');
    assert.equal(new Set(codes).size, codes.length);
    assert.deepEqual(refused, []);
    assert.deepEqual(log, []);
    for (const window of windows) {
      assert.ok(window.list().every(({ needsPerson }) => !needsPerson));
      window.dispose();
    }
    const file = readFileSync(join(folder.path, 'codes'), 'utf8');
    assert.ok(codes.every((code) => !file.includes(`"${code}"`)));
    assert.doesNotMatch(file, /SANDBOX|alice/);
    return sent;
  }
});

async function newFolder(path: string): Promise<HelperFolder> {
  const home = join(path, 'home');
  mkdirSync(home, { recursive: true });
  const result = await openFolder(join(home, '.sts-sessions'));
  return result.ok ? result.folder : assert.fail(JSON.stringify(result.problem));
}
