import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { keysIn } from '../../src/aws/keyLines.ts';
import type { FileRole } from '../../src/aws/problems.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { vaultIdOf } from '../../src/aws/vaultPointer.ts';
import type { KeyStage } from '../../src/session/keyRecord.ts';
import { KeyVault } from '../../src/session/keyVault.ts';
import type { KeyErrand } from '../support/keyChild.ts';
import { keyPorts } from '../support/keyWorld.ts';

const accessKeyId = 'AKIAEXAMPLEALICE0001';
const secret = 'EXAMPLEKEY/alice/0123456789abcdefghijklm';
const credentials = `# mine\n[bob]\naws_access_key_id = AKIAEXAMPLEBOB000001\naws_secret_access_key = EXAMPLEKEY/bob/0\n\n; a code\n[alice]\naws_access_key_id = ${accessKeyId}\n# secret below\naws_secret_access_key = ${secret}\n`;
const config = '[profile alice]\nregion = eu-west-1\n# end\n';

/** Where the keys of alice are at a moment. */
interface Whereabouts {
  readonly file: FileRole | undefined;
  readonly stages: readonly KeyStage[];
  /** True when the AWS CLI gets them, by the file or by us. */
  readonly reachable: boolean;
}

describe('keys on their way', () => {
  let folder: string;
  let script: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sts-keys-'));
    script = join(folder, 'keys.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, '../support/keyChild.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  let worlds = 0;
  const world = (): string => {
    worlds += 1;
    const place = join(folder, String(worlds));
    mkdirSync(place);
    writeFileSync(join(place, 'credentials'), credentials, { mode: 0o600 });
    writeFileSync(join(place, 'config'), config, { mode: 0o644 });
    return place;
  };

  const textOf = (place: string, file: FileRole): string =>
    existsSync(join(place, file)) ? readFileSync(join(place, file), 'utf8') : '';

  const lookAt = async (place: string, profile: string): Promise<Whereabouts> => {
    const { items } = keyPorts(place, { extension: 'look', window: undefined });
    const store = await items;
    const stages: KeyStage[] = [];
    const ids = new Set<string>();
    for (const id of await store.ids()) {
      const stored = (await store.read(id)) as { secretAccessKey: string; stage: KeyStage };
      if (stored.secretAccessKey === secret) {
        stages.push(stored.stage);
        ids.add(id);
      }
    }
    const file = (['credentials', 'config'] as const).find((role) => {
      const found = keysIn(textOf(place, role), role, profile);
      return typeof found !== 'string' && found.keys.secretAccessKey.reveal() === secret;
    });
    const set = readProfiles({ config: textOf(place, 'config'), credentials: textOf(place, 'credentials') });
    const led = vaultIdOf(set.profiles.get(profile)?.properties.get('credential_process')?.value);
    return { file, stages, reachable: file !== undefined || (led !== undefined && ids.has(led)) };
  };

  /** Runs a window that is killed at its step number `fatal`. Gives the steps that it came to, and whether it ended. */
  const run = (
    errand: KeyErrand,
    fatal: number,
  ): Promise<{ steps: string[]; done: unknown; killed: boolean }> =>
    new Promise((resolve, reject) => {
      const steps: string[] = [];
      let done: unknown;
      let killed = false;
      const child = fork(script, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      child.stderr?.on('data', (text: Buffer) => reject(new Error(text.toString())));
      child.on('message', (message: { step?: string; done?: unknown; broken?: string }) => {
        if (message.step !== undefined) {
          steps.push(message.step);
          if (steps.length === fatal) {
            killed = true;
            child.kill('SIGKILL');
          } else {
            child.send('go');
          }
        } else if (message.broken !== undefined) {
          reject(new Error(message.broken));
        } else {
          done = message.done;
        }
      });
      child.once('error', reject);
      child.once('close', () => resolve({ steps, done, killed }));
      child.send(errand);
    });

  const boot = (name: string): { extension: string; window: string } => ({
    extension: name,
    window: `window-${name}`,
  });
  const settleIn = (place: string, name: string) => new KeyVault(keyPorts(place, boot(name))).settle();
  const idIn = async (place: string): Promise<string> => {
    const [entry] = await new KeyVault(keyPorts(place, boot('look'))).list();
    return entry?.id ?? '';
  };
  const untouched = (place: string): void => {
    const rest = (text: string): string =>
      text
        .split('\n')
        .filter(
          (line) =>
            !line.includes(accessKeyId) && !line.includes(secret) && !line.includes('credential_process'),
        )
        .join('\n');
    assert.equal(rest(textOf(place, 'credentials')), rest(credentials));
    assert.equal(rest(textOf(place, 'config')), rest(config));
  };

  /** Kills a window at each of its steps in turn, in a world that `prepare` made. */
  const atEachStep = async (
    prepare: () => Promise<{ place: string; errand: KeyErrand }>,
    check: (place: string, steps: readonly string[]) => Promise<void>,
  ): Promise<number> => {
    const { place: first, errand: begun } = await prepare();
    for (let fatal = 1; ; fatal++) {
      const place = `${first}-${String(fatal)}`;
      cpSync(first, place, { recursive: true });
      const { steps, killed } = await run({ ...begun, folder: place }, fatal);
      await check(place, steps);
      if (!killed) {
        assert.equal(steps.length, fatal - 1);
        return steps.length;
      }
    }
  };

  it('into the vault are never lost, whenever the window is killed', async function () {
    this.timeout(120_000);
    const steps = await atEachStep(
      () => {
        const place = world();
        return Promise.resolve({
          place,
          errand: { folder: place, boot: boot('one'), act: { kind: 'move', profile: 'alice' } },
        });
      },
      async (place, done) => {
        const where = await lookAt(place, 'alice');
        assert.equal(where.file, 'credentials', `after ${done.join()}`);
        assert.equal(textOf(place, 'credentials'), credentials);
        // A window that was opened anew goes on from wherever it stood.
        await settleIn(place, 'two');
        const after = await lookAt(place, 'alice');
        const isStored = where.stages.length > 0;
        assert.deepEqual(
          after,
          isStored
            ? { file: undefined, stages: ['kept'], reachable: true }
            : { file: 'credentials', stages: [], reachable: true },
          `after ${done.join()}`,
        );
        untouched(place);
      },
    );
    assert.ok(steps >= 4, `only ${String(steps)} steps`);
  });

  it('out of the file after the restart are never lost', async function () {
    this.timeout(120_000);
    const steps = await atEachStep(
      async () => {
        const place = world();
        await run({ folder: place, boot: boot('one'), act: { kind: 'move', profile: 'alice' } }, 0);
        return { place, errand: { folder: place, boot: boot('two'), act: { kind: 'settle' } } };
      },
      async (place, done) => {
        const where = await lookAt(place, 'alice');
        assert.ok(where.reachable && where.stages.length === 1, `after ${done.join()}`);
        await settleIn(place, 'three');
        assert.deepEqual(await lookAt(place, 'alice'), {
          file: undefined,
          stages: ['kept'],
          reachable: true,
        });
        untouched(place);
        // And all the way back.
        const vault = new KeyVault(keyPorts(place, boot('four')));
        assert.deepEqual(await vault.moveBack(await idIn(place)), { kind: 'back', file: 'credentials' });
        assert.equal(textOf(place, 'credentials'), credentials);
      },
    );
    assert.ok(steps >= 5, `only ${String(steps)} steps`);
  });

  it('back into the file are never lost', async function () {
    this.timeout(120_000);
    let id = '';
    const steps = await atEachStep(
      async () => {
        const place = world();
        await run({ folder: place, boot: boot('one'), act: { kind: 'move', profile: 'alice' } }, 0);
        await settleIn(place, 'two');
        id = await idIn(place);
        return { place, errand: { folder: place, boot: boot('three'), act: { kind: 'back', id } } };
      },
      async (place, done) => {
        const where = await lookAt(place, 'alice');
        assert.ok(where.reachable, `after ${done.join()}`);
        await settleIn(place, 'four');
        const after = await lookAt(place, 'alice');
        assert.deepEqual(
          after,
          where.file === undefined
            ? { file: undefined, stages: ['kept'], reachable: true }
            : { file: 'credentials', stages: [], reachable: true },
          `after ${done.join()}`,
        );
        if (where.file !== undefined) {
          assert.equal(textOf(place, 'credentials'), credentials);
          assert.equal(statSync(join(place, 'credentials')).mode & 0o777, 0o600);
        }
        untouched(place);
      },
    );
    assert.ok(steps >= 6, `only ${String(steps)} steps`);
  });

  it('that never were in a file are in the vault once a profile leads to them', async function () {
    this.timeout(120_000);
    const steps = await atEachStep(
      () => {
        const place = world();
        const act = { kind: 'add', profile: 'carol', id: accessKeyId, secret } as const;
        return Promise.resolve({ place, errand: { folder: place, boot: boot('one'), act } });
      },
      async (place, done) => {
        const where = await lookAt(place, 'carol');
        const leads = textOf(place, 'config').includes('credential_process');
        assert.equal(where.reachable, leads, `after ${done.join()}`);
        const told = await settleIn(place, 'two');
        // Whoever was stopped before the end hears of it: the keys were kept, or have to be added again.
        const kinds = told.map(({ kind }) => kind);
        const isNoted = done.includes('noted');
        assert.deepEqual(
          kinds,
          where.stages.length > 0 ? [leads ? 'proven' : 'alone'] : isNoted ? ['lost'] : [],
        );
      },
    );
    assert.ok(steps >= 6, `only ${String(steps)} steps`);
  });
});
