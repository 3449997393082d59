import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { helperCommand } from '../../src/outlets/install.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { ManagedProfiles, toolProfileName, toolProfilesIn } from '../../src/outlets/managedProfiles.ts';
import type { EditOutcome, ManagedProfilesOptions } from '../../src/outlets/managedProfiles.ts';
import { isInstalled } from '../support/outletRig.ts';
import { describeIf } from '../support/skip.ts';

const PERSONS = '# mine\n[default]\nregion = eu-north-1\n';

/** One config file in memory, edited as `files/safeWrite` would. */
function file(text: string): { text: string; writes: number; edit: ManagedProfilesOptions['editFile'] } {
  const state = {
    text,
    writes: 0,
    edit(_: string, edit: (text: string) => string): Promise<EditOutcome> {
      const edited = edit(state.text);
      const kind = edited === state.text ? 'unchanged' : 'written';
      state.writes += kind === 'written' ? 1 : 0;
      state.text = edited;
      return Promise.resolve({ kind });
    },
  };
  return state;
}

function profilesIn(
  config: ReturnType<typeof file>,
  options: Partial<ManagedProfilesOptions> = {},
): ManagedProfiles {
  return new ManagedProfiles({
    configPath: () => '/config',
    readCredentials: () => Promise.resolve(''),
    editFile: (path, edit) => config.edit(path, edit),
    consented: () => true,
    folderId: 'a'.repeat(32),
    command: '/bin/sh /h/.sts-sessions/fetch',
    ...options,
  });
}

describe('the managed profiles', () => {
  it('are added for the regions in use, once, and removed without a trace', async () => {
    const config = file(PERSONS);
    const managed = profilesIn(config);
    assert.deepEqual(await managed.ensure(new Set([undefined, 'eu-west-1'])), { kind: 'ok' });
    assert.match(
      config.text,
      /\[profile vscode-eu-west-1\]\ncredential_process = \/bin\/sh \/h\/\.sts-sessions\/fetch\nregion = eu-west-1\n/,
    );
    assert.ok(config.text.startsWith(PERSONS));
    await managed.ensure(new Set(['eu-west-1']));
    assert.equal(config.writes, 1, 'nothing to do the second time');
    await managed.ensure(new Set(['us-east-1']));
    for (const name of ['vscode', 'vscode-eu-west-1', 'vscode-us-east-1']) {
      assert.ok(config.text.includes(`[profile ${name}]\n`), name);
    }
    assert.deepEqual(await managed.remove('all'), { kind: 'ok' });
    assert.equal(config.text, PERSONS);
  });

  it('are not touched before the person has said yes', async () => {
    const config = file(PERSONS);
    const managed = profilesIn(config, { consented: () => false });
    assert.deepEqual(await managed.ensure(new Set([undefined])), { kind: 'noConsent' });
    assert.equal(config.writes, 0);
    assert.deepEqual(managed.state, { kind: 'noConsent' });
    const shared = profilesIn(file(''), { editFile: () => Promise.resolve({ kind: 'readOnly' }) });
    await shared.ensure(new Set([undefined]));
    assert.deepEqual(shared.state, { kind: 'readOnly' });
  });

  it('of another machine whose helper lies elsewhere are left alone', async () => {
    const config = file(PERSONS);
    const theirs = profilesIn(config, { folderId: 'b'.repeat(32), command: '/bin/sh /other/fetch' });
    await theirs.ensure(new Set([undefined]));
    const before = config.text;
    const ours = profilesIn(config);
    const shared = { kind: 'shared', host: 'b'.repeat(32) };
    assert.deepEqual(await ours.ensure(new Set(['eu-west-1'])), shared);
    assert.deepEqual(await ours.remove('all'), shared);
    assert.equal(config.text, before);
  });

  it('of another machine are added to when they lead to the helper here as well, without a tug over the mark', async () => {
    const config = file(PERSONS);
    const theirs = profilesIn(config, { folderId: 'b'.repeat(32) });
    await theirs.ensure(new Set([undefined]));
    const ours = profilesIn(config);
    assert.deepEqual(await ours.ensure(new Set(['eu-west-1'])), { kind: 'ok' });
    assert.deepEqual(await theirs.ensure(new Set(['eu-west-1', undefined])), { kind: 'ok' });
    assert.equal(config.writes, 2);
    assert.equal(config.text.includes('a'.repeat(32)), false);
  });

  it('follow the helper when the folder has moved', async () => {
    const config = file(PERSONS);
    await profilesIn(config, { command: '/bin/sh /old/fetch' }).ensure(new Set([undefined, 'eu-west-1']));
    assert.deepEqual(await profilesIn(config).ensure(new Set([undefined])), { kind: 'ok' });
    assert.equal(config.text.includes('/old/fetch'), false);
    assert.equal(config.text.split('/h/.sts-sessions/fetch').length, 3);
  });

  it('never take a name that the person uses, in either file', async () => {
    const config = file(`${PERSONS}[profile vscode-eu-west-1]\nrole_arn = x\n`);
    const taken = { kind: 'nameTaken', name: 'vscode-eu-west-1' };
    assert.deepEqual(await profilesIn(config).ensure(new Set(['eu-west-1'])), taken);
    assert.deepEqual(await profilesIn(config).ensure(new Set(['us-east-1'])), { kind: 'ok' });
    const credentials = () => Promise.resolve('[vscode]\naws_access_key_id = AKIAEXAMPLE\n');
    assert.deepEqual(
      await profilesIn(file(''), { readCredentials: credentials }).ensure(new Set([undefined])),
      { kind: 'nameTaken', name: 'vscode' },
    );
  });

  it('for other tools name their session, and stay when those of terminals are written again or go', async () => {
    const config = file(PERSONS);
    const managed = profilesIn(config, { consented: () => false });
    const prod = { name: toolProfileName('prod'), sessionId: 'a1b2', region: 'eu-west-1' };
    const test = { name: toolProfileName('test (Ops)'), sessionId: 'c3', region: undefined };
    assert.deepEqual(await managed.addTool(prod), { kind: 'ok' }, 'asking for one is consent for it');
    await managed.addTool(test);
    assert.match(
      config.text,
      /\[profile prod@vscode\]\ncredential_process = \/bin\/sh \/h\/\.sts-sessions\/fetch id a1b2\nregion = eu-west-1\n/,
    );
    const known = (): unknown =>
      toolProfilesIn(readProfiles({ config: config.text, credentials: undefined }));
    assert.deepEqual(known(), [prod, { ...test, name: 'test--Ops-@vscode' }]);
    await profilesIn(config).ensure(new Set(['us-east-1']));
    assert.deepEqual(known(), [prod, test], 'terminals’ profiles do not count, and take none away');
    // The helper moves, and the profile of terminals goes.
    const moved = profilesIn(config, { command: '/bin/sh /new/fetch' });
    await moved.ensure(new Set(['us-east-1']));
    assert.match(config.text, /credential_process = \/bin\/sh \/new\/fetch id a1b2\n/);
    assert.doesNotMatch(config.text, /\/h\//);
    await moved.remove('ofTerminals');
    assert.deepEqual([known(), config.text.includes('vscode-us-east-1')], [[prod, test], false]);
    await moved.removeTool('prod@vscode');
    assert.deepEqual(known(), [test]);
    await moved.remove('all');
    assert.equal(config.text, PERSONS);
  });

  it('for other tools take the place of an earlier one of that name, never of the person’s', async () => {
    const config = file('[profile mine@vscode]\nregion = eu-north-1\n');
    const managed = profilesIn(config);
    const tool = { name: 'prod@vscode', sessionId: 'a1', region: undefined };
    await managed.addTool(tool);
    await managed.addTool({ ...tool, sessionId: 'b2' });
    assert.match(config.text, /fetch id b2\n/);
    assert.doesNotMatch(config.text, /id a1/);
    const mine = await managed.addTool({ ...tool, name: 'mine@vscode' });
    assert.deepEqual(mine, { kind: 'nameTaken', name: 'mine@vscode' });
    await managed.removeTool('mine@vscode');
    await profilesIn(config).ensure(new Set([undefined]));
    await managed.removeTool('vscode');
    assert.match(config.text, /\[profile mine@vscode\]\n[^]*\[profile vscode\]\n/);
  });

  it('say what the file system said', async () => {
    const outcomes: readonly (readonly [EditOutcome, unknown])[] = [
      [{ kind: 'readOnly' }, { kind: 'readOnly' }],
      [{ kind: 'busy' }, { kind: 'failed', code: 'EBUSY' }],
      [
        { kind: 'failed', code: 'ENOSPC' },
        { kind: 'failed', code: 'ENOSPC' },
      ],
    ];
    for (const [outcome, expected] of outcomes) {
      const managed = profilesIn(file(''), { editFile: () => Promise.resolve(outcome) });
      assert.deepEqual(await managed.ensure(new Set([undefined])), expected);
    }
  });

  it('are edited by one call at a time', async () => {
    const config = file('');
    let inside = 0;
    let most = 0;
    const managed = profilesIn(config, {
      async editFile(path, edit) {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        return config.edit(path, edit);
      },
    });
    await Promise.all(
      ['eu-west-1', 'eu-west-2', 'eu-west-3'].map((region) => managed.ensure(new Set([region]))),
    );
    assert.equal(most, 1);
    assert.equal(config.text.split('[profile ').length - 1, 3);
  });
});

describe('the helper’s command', () => {
  const homes = [
    '/home/ann',
    '/home/Ann Lee',
    "/home/o'neil",
    '/home/$HOME `x` "y"',
    '/home/a\\b',
    '/home/é%~!*?',
  ];

  it('is one word to sh, whatever the home is called', () => {
    for (const home of homes) {
      const command = helperCommand(`${home}/.sts-sessions`, 'linux').replace('/bin/sh', 'printf %s');
      assert.equal(
        execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' }),
        `${home}/.sts-sessions/fetch`,
      );
    }
  });

  describeIf(isInstalled('python3'), 'no Python here', 'as botocore splits it', () => {
    it('is the same two words', () => {
      for (const home of homes) {
        const script = 'import json, shlex, sys; print(json.dumps(shlex.split(sys.argv[1])))';
        const command = helperCommand(`${home}/.sts-sessions`, 'darwin');
        const words: unknown = JSON.parse(
          execFileSync('python3', ['-c', script, command], { encoding: 'utf8' }),
        );
        assert.deepEqual(words, ['/bin/sh', `${home}/.sts-sessions/fetch`]);
      }
    });
  });

  it('is quoted on Windows only where it must be: Go’s SDK cannot run a quoted path', () => {
    assert.equal(
      helperCommand('C:\\Users\\ann\\AppData\\Local\\sts-sessions', 'win32'),
      'C:\\Users\\ann\\AppData\\Local\\sts-sessions\\fetch.cmd',
    );
    assert.equal(helperCommand('C:\\Users\\Ann Lee\\sts', 'win32'), '"C:\\Users\\Ann Lee\\sts\\fetch.cmd"');
  });
});
