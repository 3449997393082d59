import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Credentials } from '../../src/aws/credentials.ts';
import { Secret } from '../../src/aws/secret.ts';
import { takeOutKeys, writeKeys } from '../../src/files/writtenFiles.ts';
import { findProgram } from '../../src/machine/findProgram.ts';
import { isCommittable } from '../../src/machine/gitIgnore.ts';
import { Written } from '../../src/session/written.ts';
import type { TakenOut, WrittenNote } from '../../src/session/written.ts';
import { giveAwayText } from '../../src/ui/text/giveAway.ts';
import { useFolder } from '../support/folder.ts';
import { hour, noon } from '../support/sessionWindows.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { describeIf } from '../support/skip.ts';

const credentials: Credentials = {
  accessKeyId: 'ASIAEXAMPLEWRITTEN00',
  secretAccessKey: new Secret('EXAMPLEsecret'),
  sessionToken: new Secret('EXAMPLEtoken'),
  expiresAt: noon + hour,
  accountId: '111122223333',
  arn: undefined,
};
const keys = { credentials, region: 'eu-west-1' };

function noteFor(form: WrittenNote['form'], path: string): WrittenNote {
  return {
    form,
    path,
    name: form === 'profile' ? 'prod-copy' : undefined,
    accessKeyId: credentials.accessKeyId,
    sessionId: 'prod-id',
    sessionName: 'prod',
    until: noon + hour,
  };
}

describe('keys written into a file', () => {
  const folder = useFolder();

  for (const form of ['env', 'json'] as const) {
    it(`are for their owner alone, and go with the file: ${form}`, async () => {
      const note = noteFor(form, join(folder(), 'keys'));
      assert.deepEqual(await writeKeys(note, keys), { kind: 'written' });
      assert.equal(statSync(note.path).mode & 0o777, 0o600);
      assert.match(readFileSync(note.path, 'utf8'), /EXAMPLEsecret/);
      assert.deepEqual(await takeOutKeys(note), { kind: 'gone' });
      assert.equal(existsSync(note.path), false);
      assert.deepEqual(await takeOutKeys(note), { kind: 'notThere' });
    });

    it(`are never written over a file, an empty one included: ${form}`, async () => {
      for (const text of ['', 'mine\n']) {
        const note = noteFor(form, join(folder(), `old${text.length}`));
        writeFileSync(note.path, text);
        assert.deepEqual(await writeKeys(note, keys), { kind: 'taken' });
        assert.equal(readFileSync(note.path, 'utf8'), text);
        assert.deepEqual(await takeOutKeys(note), { kind: 'notThere' });
        assert.equal(readFileSync(note.path, 'utf8'), text);
      }
    });
  }

  it('leave what somebody has put beside them, and are left in what is no JSON any more', async () => {
    const note = noteFor('json', join(folder(), 'keys'));
    assert.deepEqual(await writeKeys(note, keys), { kind: 'written' });
    const text = readFileSync(note.path, 'utf8');
    writeFileSync(note.path, `// mine\n${text}`);
    assert.deepEqual(await takeOutKeys(note), { kind: 'failed', code: 'EINVAL', byHand: true });
    assert.equal(readFileSync(note.path, 'utf8'), `// mine\n${text}`);
    writeFileSync(note.path, text.replace('{', '{ "mine": 1,'));
    assert.deepEqual(await takeOutKeys(note), { kind: 'gone' });
    assert.deepEqual(JSON.parse(readFileSync(note.path, 'utf8')), { mine: 1 });
  });

  it('stand beside everything else in the credentials file, which keeps its rights', async () => {
    const note = noteFor('profile', join(folder(), 'credentials'));
    const before = '# mine\n[default]\naws_access_key_id = AKIAEXAMPLE000000000\n';
    writeFileSync(note.path, before, { mode: 0o640 });
    await chmod(note.path, 0o640);
    assert.deepEqual(await writeKeys(note, keys), { kind: 'written' });
    assert.match(readFileSync(note.path, 'utf8'), /^# mine\n[^]*\[prod-copy\]\naws_access_key_id = ASIA/);
    assert.deepEqual(await writeKeys(note, keys), { kind: 'taken' });
    assert.deepEqual(await takeOutKeys(note), { kind: 'gone' });
    assert.equal(readFileSync(note.path, 'utf8'), before);
    assert.equal(statSync(note.path).mode & 0o777, 0o640);
  });

  it('say so where they can neither be written nor taken out', async () => {
    mkdirSync(join(folder(), 'credentials'));
    const note = noteFor('profile', join(folder(), 'credentials'));
    assert.deepEqual(await writeKeys(note, keys), { kind: 'failed', code: 'EISDIR' });
    assert.deepEqual(await takeOutKeys(note), { kind: 'failed', code: 'EISDIR' });
  });
});

const remember = (written: Written, note: WrittenNote): Promise<unknown> =>
  written.write(note, async () => ({ kind: 'written' }));

/** A store, a clock and files that are only noted. */
function rig() {
  const state = {
    now: noon,
    live: new Set(['prod-id']),
    result: { kind: 'gone' } as TakenOut,
    stored: new Map<string, unknown>([['another key', { form: 'env' }]]),
  };
  const taken: string[] = [];
  const told: string[] = [];
  const open = () =>
    new Written({
      store: {
        keys: () => [...state.stored.keys()],
        get: (key) => state.stored.get(key),
        set: async (key, value) =>
          void (value === undefined ? state.stored.delete(key) : state.stored.set(key, value)),
      },
      takeOut: async ({ path }) => {
        taken.push(path);
        return state.result;
      },
      isThere: (id) => state.live.has(id),
      now: () => state.now,
      onTakenOut: ({ path }, { kind }) => void told.push(`${path} ${kind}`),
    });
  return { state, taken, told, open };
}

describe('the end of written keys', () => {
  it('comes with their own', async () => {
    const { state, taken, told, open } = rig();
    const written = open();
    await remember(written, noteFor('env', '/a'));
    await written.sweep();
    assert.deepEqual(taken, []);
    state.now += hour;
    await Promise.all([written.sweep(), written.sweep()]);
    assert.deepEqual([taken, told], [['/a'], ['/a gone']]);
    assert.deepEqual(written.list(), []);
    assert.deepEqual([...state.stored.keys()], ['another key']);
  });

  it('comes with the session', async () => {
    const { state, taken, open } = rig();
    const written = open();
    await remember(written, { ...noteFor('env', '/a'), until: undefined });
    await written.sweep();
    assert.deepEqual(taken, []);
    state.live.clear();
    await written.sweep();
    assert.deepEqual(taken, ['/a']);
  });

  it('comes with the next window where none was open then', async () => {
    const { state, taken, open } = rig();
    await remember(open(), noteFor('profile', '/credentials'));
    state.now += 5 * hour;
    await open().sweep();
    assert.deepEqual(taken, ['/credentials']);
  });

  it('is tried again where it failed, and said once', async () => {
    const { state, taken, told, open } = rig();
    const written = open();
    await remember(written, noteFor('env', '/a'));
    state.now += hour;
    state.result = { kind: 'failed', code: 'EACCES' };
    await written.sweep();
    await written.sweep();
    assert.deepEqual([taken.length, told], [2, ['/a failed']]);
    state.result = { kind: 'gone' };
    await written.sweep();
    assert.deepEqual(told, ['/a failed', '/a gone']);
  });

  it('is forgotten where only a person can take them out, once they have ended and that was said', async () => {
    const { state, taken, told, open } = rig();
    const written = open();
    await remember(written, noteFor('json', '/a'));
    await remember(written, { ...noteFor('json', '/b'), until: undefined });
    state.result = { kind: 'failed', code: 'EINVAL', byHand: true };
    state.live.clear();
    await written.sweep();
    await written.sweep();
    assert.deepEqual(told, ['/a failed', '/b failed']);
    assert.equal(written.list().length, 2, 'they may still live');
    state.now += hour;
    await open().sweep();
    assert.deepEqual(told.slice(2), ['/a failed', '/b failed'], 'nobody may have been there to see it');
    const left = written.list().map(({ path }) => path);
    assert.deepEqual(left, ['/b'], 'nobody knows the end of the other');
    await written.sweep();
    assert.deepEqual(taken.slice(-1), ['/b']);
  });

  it('says nothing where somebody has done it by hand', async () => {
    const { state, told, open } = rig();
    const written = open();
    await remember(written, noteFor('env', '/a'));
    state.result = { kind: 'notThere' };
    state.now += hour;
    await written.sweep();
    assert.deepEqual([told, written.list()], [[], []]);
  });

  it('is as before where nothing could be written', async () => {
    const { open } = rig();
    const written = open();
    const taken = async () => ({ kind: 'taken' });
    await written.write(noteFor('env', '/a'), taken);
    assert.deepEqual(written.list(), []);
    await remember(written, noteFor('env', '/a'));
    await written.write(noteFor('env', '/a'), taken);
    assert.equal(written.list().length, 1, 'the keys from before still end');
  });

  it('comes before they are written when the session or they are over by then', async () => {
    for (const change of ['ended', 'late'] as const) {
      const { state, open } = rig();
      if (change === 'ended') {
        state.live.clear();
      } else {
        state.now += hour;
      }
      const write = async () => assert.fail('they are written');
      assert.deepEqual(await open().write(noteFor('env', '/a'), write), { kind: 'over' });
      assert.deepEqual([...state.stored.keys()], ['another key']);
    }
  });

  it('comes at once when the session ends while they are being written', async () => {
    const { state, taken, open } = rig();
    const written = open();
    await written.write(noteFor('env', '/a'), async () => {
      state.live.clear();
      state.result = { kind: 'notThere' };
      await written.sweep();
      assert.deepEqual(written.list(), [], 'nothing is there yet, and it is forgotten');
      state.result = { kind: 'gone' };
      return { kind: 'written' };
    });
    assert.deepEqual(taken, ['/a', '/a']);
    assert.deepEqual(written.list(), []);
  });

  it('trusts no note that is broken', () => {
    const { state, open } = rig();
    for (const [key, value] of Object.entries({ a: 7, b: null, c: { form: 'env', path: '/etc/passwd' } })) {
      state.stored.set(`writtenKeys ${key}`, value);
    }
    assert.deepEqual(open().list(), []);
  });

  it('leaves no secret in a note', async () => {
    const { state, open } = rig();
    await remember(open(), noteFor('env', '/a'));
    assert.doesNotMatch(JSON.stringify([...state.stored]), /EXAMPLEsecret|EXAMPLEtoken/);
  });
});

describe('what is said about written keys', () => {
  it('is said in whole sentences', () => {
    const note = noteFor('profile', '/home/u/.aws/credentials');
    for (const sentence of [
      giveAwayText.written(note, noon),
      giveAwayText.written({ ...note, until: undefined }, noon),
      giveAwayText.taken('/home/u/keys.env'),
      giveAwayText.notWritten('/home/u/keys.env'),
      giveAwayText.over('prod'),
      giveAwayText.nothingWritten(),
      giveAwayText.removed(note),
      giveAwayText.notThere(note),
      giveAwayText.notRemoved(note),
      giveAwayText.copied('prod', noon + hour, noon),
      giveAwayText.cleared(giveAwayText.copied('prod', undefined, noon), 60),
      giveAwayText.nameProblem('', false),
      giveAwayText.nameProblem('a b', false),
      giveAwayText.nameProblem('prod', true),
    ]) {
      assertGoodSentence(sentence);
    }
  });
});

const hasGit = (() => {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describeIf(hasGit, 'no git', 'a file that git could take', () => {
  const folder = useFolder();
  const ask = (...path: string[]): Promise<boolean> =>
    isCommittable(
      join(folder(), ...path),
      { env: process.env, isTrusted: true },
      new AbortController().signal,
    );

  it('is one in a work tree that does not ignore it', async () => {
    execFileSync('git', ['init', '--quiet', folder()]);
    mkdirSync(join(folder(), 'deep'));
    writeFileSync(join(folder(), '.gitignore'), '*.env\n');
    assert.equal(await ask('deep', 'keys.json'), true);
    assert.equal(await ask('deep', 'keys.env'), false);
  });

  it('is none outside of a work tree', async () => {
    assert.equal(await ask('keys.json'), false);
  });

  it('may be one where git cannot be asked', async () => {
    mkdirSync(join(folder(), '.git'));
    const env = { PATH: join(folder(), 'nothing') };
    const path = join(folder(), 'keys.json');
    assert.equal(await isCommittable(path, { env, isTrusted: true }, new AbortController().signal), true);
  });

  it('runs nothing that a repository among the files names, and no git before trust', async () => {
    const mark = join(folder(), 'ran');
    const monitor = join(folder(), 'monitor');
    writeFileSync(monitor, `#!/bin/sh\necho x >> '${mark}'\nexit 1\n`, { mode: 0o755 });
    execFileSync('git', ['init', '--quiet', folder()]);
    writeFileSync(join(folder(), '.gitignore'), '*.env\n');
    // A bare repository that is committed as files has no `.git` that git would refuse to take.
    const other = join(folder(), 'other');
    const deploy = join(folder(), 'deploy');
    execFileSync('git', ['init', '--quiet', other]);
    writeFileSync(join(other, 'file'), '');
    execFileSync('git', ['-C', other, 'add', 'file']);
    execFileSync('git', ['-C', other, '-c', `core.fsmonitor=${monitor}`, 'update-index', '--fsmonitor']);
    cpSync(join(other, '.git'), deploy, { recursive: true });
    writeFileSync(
      join(deploy, 'config'),
      `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = "${monitor.replaceAll('\\', '/')}"\n`,
    );
    rmSync(mark, { force: true });
    assert.equal(await ask('deploy', 'keys.json'), true);
    assert.ok(!existsSync(mark));

    const env = { PATH: join(folder(), 'bin') };
    mkdirSync(env.PATH);
    writeFileSync(join(env.PATH, 'git'), `#!/bin/sh\necho x >> '${mark}'\n`, { mode: 0o755 });
    const path = join(folder(), 'keys.env');
    const signal = new AbortController().signal;
    assert.equal(await isCommittable(path, { env, isTrusted: false }, signal), true);
    assert.ok(!existsSync(mark));
  });

  it('is never looked at by a git that lies beside it', async () => {
    for (const name of ['git', 'git.exe']) {
      writeFileSync(join(folder(), name), '#!/bin/sh\n', { mode: 0o755 });
    }
    for (const [platform, key] of [
      ['win32', 'Path'],
      ['linux', 'PATH'],
    ] as const) {
      assert.equal(await findProgram('git', { [key]: '.' }, platform), undefined);
      assert.equal(await findProgram('git', { [key]: '' }, platform), undefined);
    }
    const env = { PATH: ['.', folder()].join(delimiter) };
    const found = await findProgram('git', env, process.platform);
    assert.equal(dirname(found ?? ''), folder());
  });
});
