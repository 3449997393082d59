import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../support/rig.ts';
import { setStage } from '../support/stage.ts';

interface Setting {
  readonly type: string | readonly string[];
  readonly default: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
};
const { properties } = manifest.contributes.configuration;

/** What a folder may say, because each of it asks the person first. */
const suggestions: readonly string[] = ['stsSessions.suggestedRoles'];

/** VS Code's own settings that decide where our calls go. */
const ofEditor = {
  'http.proxy': 'http://127.0.0.1:9',
  'http.proxySupport': 'on',
  'http.proxyStrictSSL': false,
};

/** Something that the setting may be, and is not by itself. */
function another(setting: Setting): unknown {
  const { type, minimum = 0, maximum = minimum + 1 } = setting;
  if (setting.enum) {
    return setting.enum.find((each) => each !== setting.default);
  }
  switch (typeof type === 'string' ? type : type[0]) {
    case 'boolean':
      return setting.default !== true;
    case 'integer':
    case 'number':
      return setting.default === minimum ? maximum : minimum;
    case 'string':
      return '/tmp/of-the-folder';
    case 'array':
      return [{ match: { name: '*' }, name: 'FOLDER', askBeforeStart: true }];
    default:
      return { folder: { url: 'https://folder.example', clientId: 'folder' } };
  }
}

// One window for all, on a trusted folder whose settings say something about everything.
describe('the settings of a folder', () => {
  const stage = setStage({
    project: async (workspace) => {
      const hostile = Object.entries(properties).map(([name, setting]) => [name, another(setting)]);
      await mkdir(join(workspace, '.vscode'));
      await writeFile(
        join(workspace, '.vscode', 'settings.json'),
        JSON.stringify({ ...Object.fromEntries(hostile), ...ofEditor, 'editor.tabSize': 7 }, undefined, 2),
      );
    },
    workbench: () => ({
      settings: {
        'stsSessions.guards': [{ match: { profile: 'billing-read' }, name: 'PROD', askBeforeStart: true }],
      },
    }),
  });

  const read = async (name: string): Promise<unknown> =>
    (await stage().page.companion).ask('readSetting', { name });

  it('are read where VS Code lets a folder speak', async () => {
    assert.equal(await read('editor.tabSize'), 7);
  });

  for (const [name, setting] of Object.entries(properties)) {
    if (suggestions.includes(name)) {
      it(`can only suggest in ${name}`, async () => {
        const { page } = stage();
        await page.openView('AWS Sessions');
        await page.treeRow('Suggested by this folder').waitFor();
      });
    } else if (name === 'stsSessions.guards') {
      it('can neither loosen nor add a guard', async () => {
        assert.deepEqual(await read(name), [
          { match: { profile: 'billing-read' }, name: 'PROD', askBeforeStart: true },
        ]);
      });
    } else {
      it(`cannot change ${name}`, async () => {
        assert.notDeepEqual(another(setting), setting.default, 'the folder says something else');
        assert.deepEqual(await read(name), setting.default);
      });
    }
  }

  for (const name of Object.keys(ofEditor)) {
    it(`cannot change ${name}, which our calls follow`, async () => {
      assert.notEqual(await read(name), ofEditor[name as keyof typeof ofEditor]);
    });
  }

  it('leave a start as it was: the guard asks, and the call goes where it went', async () => {
    const { page } = stage();
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill('billing-read');
    await page.pick('billing-read');
    const dialog = page.dialog().filter({ hasText: 'guarded as PROD' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/PROD billing-read 5\dm$/);
    assert.equal(stage().granted('AssumeRole').length, 1);
    await page.screenshot('folder settings');
  });
});
