import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, watch } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mfaProcessOf, sixDigits } from '../../src/aws/mfaProcess.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { runShell } from '../../src/machine/runShell.ts';
import { describeIf } from '../support/skip.ts';

const serial = 'arn:aws:iam::111122223333:mfa/alice';
const never = new AbortController().signal;
const limits = { ms: 10_000, bytes: 4096 };

describe('mfa_process', () => {
  it('belongs to a device, and the own profile’s comes first', () => {
    const set = readProfiles({
      config: `[profile bob]
mfa_serial = arn:aws:iam::111122223333:mfa/bob
mfa_process = pass otp bob
[profile plain]
mfa_serial = ${serial}
[profile one]
mfa_serial = ${serial}
mfa_process = pass otp one
[profile two]
mfa_serial = ${serial}
mfa_process = pass otp two
[profile vscode]
mfa_serial = ${serial}
mfa_process = not this
sts_sessions_host = x
`,
      credentials: undefined,
    });
    assert.equal(mfaProcessOf(set, serial, 'two')?.reveal(), 'pass otp two');
    assert.equal(mfaProcessOf(set, serial, 'plain')?.reveal(), 'pass otp one');
    assert.equal(mfaProcessOf(set, serial, 'vscode')?.reveal(), 'pass otp one');
    assert.equal(mfaProcessOf(set, 'GAHT12345678', 'one'), undefined);
  });

  it('prints six digits', () => {
    assert.equal(sixDigits('123456'), '123456');
    assert.equal(sixDigits(' 123 456\r\n'), '123456');
    for (const text of ['', '12345', '1234567', '12 3456', 'code: 123456', '123456 654321']) {
      assert.equal(sixDigits(text), undefined, text);
    }
  });
});

describeIf(process.platform !== 'win32', 'the test runs /bin/sh', 'a shell’s line', () => {
  it('gives what it printed', async () => {
    assert.equal(
      await runShell('printf "%s\\n" "$((617 * 2))56"; echo hidden >&2', limits, never),
      '123456\n',
    );
  });

  it('runs in the home folder', async () => {
    assert.equal(await runShell('pwd -P', limits, never), `${realpathSync(homedir())}\n`);
  });

  it('fails without a word of what it was or printed', async () => {
    for (const [line, expected] of [
      ['echo sesame; exit 3', 'ended with 3'],
      ['kill -9 $$', 'ended with a signal'],
      ['sesame-that-does-not-exist', 'ended with 127'],
      ['yes sesame', 'printed too much'],
    ] as const) {
      await assert.rejects(runShell(line, limits, never), (error: Error) => {
        assert.equal(error.message, expected);
        assert.doesNotMatch(String(error.stack), /sesame\b/);
        return true;
      });
    }
  });

  it('ends with all that it started when its time is over or it is cancelled', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sts-shell-'));
    try {
      const file = join(folder, 'pid');
      const line = `sleep 600 & echo $! > ${file}.new; mv ${file}.new ${file}; wait`;
      await assert.rejects(runShell('sleep 600', { ...limits, ms: 20 }, never), /timed out/);
      const stop = new AbortController();
      const written = new Promise<void>((resolve) => {
        const watcher = watch(folder, (_event, name) => {
          if (name === 'pid') {
            watcher.close();
            resolve();
          }
        });
      });
      const running = runShell(line, limits, stop.signal);
      await written;
      stop.abort();
      await assert.rejects(running, /cancelled/);
      const pid = Number(readFileSync(file, 'utf8'));
      assert.ok(pid > 0);
      assert.ok(await isGone(pid));
      await assert.rejects(runShell('true', limits, stop.signal), { name: 'AbortError' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The kernel ends a process a moment after it was told to; one that nobody has buried yet (a zombie) is gone too. */
async function isGone(pid: number): Promise<true> {
  // The test's own limit ends that.
  for (;;) {
    try {
      process.kill(pid, 0);
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) {
        return true;
      }
    } catch {
      return true;
    }
    await delay(5);
  }
}
