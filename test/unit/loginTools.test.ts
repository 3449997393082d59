import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logins } from '../../src/session/logins.ts';
import { useFolder } from '../support/folder.ts';
import { openLoginRig, people, type LoginRig } from '../support/loginRig.ts';
import { isInstalled, run } from '../support/outletRig.ts';
import { describeIf } from '../support/skip.ts';
import { cleanEnvironment } from '../support/workbench.ts';

const never = new AbortController().signal;
const unattended = { profile: 'dev', interactive: false };

const JAVASCRIPT = `
import { fromLoginCredentials } from '@aws-sdk/credential-provider-login';
const { accessKeyId, accountId } = await fromLoginCredentials({ profile: 'dev' })();
console.log(accessKeyId, accountId);
`;

// botocore refreshes by itself what lasts less than a quarter of an hour, and then again what has five minutes.
const PYTHON = `
import botocore.session
found = botocore.session.Session(profile='dev').get_credentials()
print(found.get_frozen_credentials().access_key, found.account_id)
`;

/** Programs that know \`login_session\`. The AWS CLI learned it in 2.32, botocore in 1.42 with the AWS CRT. */
const tools: readonly { title: string; ok: boolean; why: string; command: readonly string[] }[] = [
  {
    title: 'the JavaScript SDK',
    ok: true,
    why: '',
    command: [process.execPath, '--input-type=module', '--eval', JAVASCRIPT],
  },
  {
    title: 'botocore',
    ok: isInstalled('python3', [
      '-c',
      'import awscrt.crypto; awscrt.crypto.EC; import botocore.credentials; botocore.credentials.LoginProvider',
    ]),
    why: 'no botocore with the AWS CRT that knows login_session',
    command: ['python3', '-c', PYTHON],
  },
];

for (const tool of tools) {
  describeIf(tool.ok, tool.why, `${tool.title} and a console sign-in`, () => {
    const home = useFolder();
    let rig: LoginRig;
    let window: Logins;

    beforeEach(async () => {
      rig = await openLoginRig(home());
      window = rig.window();
      await mkdir(join(home(), '.aws'), { recursive: true });
      const lines = ['[profile dev]', `login_session = ${people.alice}`, 'region = eu-central-1', ''];
      await writeFile(join(home(), '.aws', 'config'), lines.join('\n'));
      const keys = await window.credentials(rig.login, { profile: 'dev', interactive: true }, never);
      assert.ok(!('kind' in keys));
    });
    afterEach(() => rig.close());

    /** What the tool finds: a key and an account. */
    async function find(): Promise<string> {
      const [command = '', ...args] = tool.command;
      const { status, stdout, stderr } = await run(command, args, {
        ...texts(cleanEnvironment(process.env)),
        HOME: home(),
        AWS_ENDPOINT_URL_SIGNIN: rig.sandbox.url,
        AWS_EC2_METADATA_DISABLED: 'true',
      });
      assert.equal(status, 0, stderr);
      return stdout.trim();
    }

    /** Brings the end near, in the file alone: the tool has a clock of its own. */
    async function endSoon(): Promise<void> {
      const path = rig.cache.path(rig.login);
      const soon = new Date(Date.now() + 2 * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(/("expiresAt":\s*)"[^"]+"/, `$1"${soon}"`));
    }

    it('uses a sign-in that was made here', async () => {
      const token = await rig.cache.read(rig.login);
      assert.equal(await find(), `${token?.credentials.accessKeyId} 111122223333`);
    }).timeout(30_000);

    it('refreshes it, and what it writes is used here', async () => {
      const before = await rig.cache.read(rig.login);
      await endSoon();
      const [key] = (await find()).split(' ');
      assert.notEqual(key, before?.credentials.accessKeyId);
      const keys = await window.credentials(rig.login, unattended, never);
      assert.ok(!('kind' in keys), JSON.stringify(keys));
      assert.equal(keys.accessKeyId, key);
      assert.equal(rig.shown.length, 1);
    }).timeout(30_000);

    it('uses what was refreshed here after that', async () => {
      await endSoon();
      await find();
      await endSoon();
      const keys = await window.credentials(rig.login, unattended, never);
      assert.ok(!('kind' in keys), JSON.stringify(keys));
      assert.equal(await find(), `${keys.accessKeyId} 111122223333`);
    }).timeout(30_000);

    it('finds none any more after a sign-out here', async () => {
      await window.signOut(rig.login);
      await assert.rejects(find(), /login/i);
    }).timeout(30_000);
  });
}

/** The variables that are set. */
function texts(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
