import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editFile } from '../../src/files/safeWrite.ts';
import { deliveryVariables, terminalVariables } from '../../src/outlets/delivery.ts';
import type { DeliveryInput } from '../../src/outlets/delivery.ts';
import { helperCommand } from '../../src/outlets/install.ts';
import { ManagedProfiles } from '../../src/outlets/managedProfiles.ts';
import { startServer } from '../../src/outlets/server.ts';
import type { CredentialServer } from '../../src/outlets/server.ts';
import type { Supply } from '../../src/session/types.ts';
import { awsTools, startEcho } from '../support/awsTools.ts';
import {
  credentialsFor,
  installedFolder,
  openWindow,
  sentences,
  sessionFor,
  supplyLive,
  temporaryFolder,
} from '../support/outletRig.ts';
import type { FakeWindow, Ran } from '../support/outletRig.ts';
import { describeIf } from '../support/skip.ts';

/** What a person may have exported before VS Code started: all of it must lose. */
const INHERITED = {
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEINHERITED',
  AWS_SECRET_ACCESS_KEY: 'EXAMPLEKEY/inherited',
  AWS_SESSION_TOKEN: 'EXAMPLETOKEN/inherited',
  AWS_SECURITY_TOKEN: 'EXAMPLETOKEN/inherited',
};
const DEFAULT_KEYS =
  '[default]\naws_access_key_id = AKIAEXAMPLEDEFAULT\naws_secret_access_key = EXAMPLEKEY/default\n';

for (const tool of awsTools) {
  describeIf(tool.ok, 'not installed', `${tool.title}, in a terminal`, function () {
    const temporary = temporaryFolder();
    const now = Date.now();
    let home = '';
    let window: FakeWindow;
    let endpoint: CredentialServer;
    let supply: (id: string) => Promise<Supply>;
    let port = 0;
    let echo: Awaited<ReturnType<typeof startEcho>>;
    const tokenFile = join(temporary.path, 'token');

    before(async () => {
      // A space and a quote in the path of the helper.
      home = mkdtempSync(join(temporary.path, "o'h "));
      mkdirSync(join(home, '.aws'));
      echo = await startEcho();
      const folder = await installedFolder(home);
      window = await openWindow(folder, 'one', { supply: (id) => supply(id) });
      endpoint = await startServer({
        transport: { kind: 'tcp', tokenFile: () => tokenFile },
        supply: (id) => supply(id),
        sentences,
        records: () => [],
        now: () => now,
        log: () => undefined,
      });
      port = endpoint.address.kind === 'tcp' ? endpoint.address.port : 0;
      const managed = new ManagedProfiles({
        configPath: () => join(home, '.aws', 'config'),
        readCredentials: () => Promise.resolve(''),
        editFile,
        consented: () => true,
        folderId: folder.folderId,
        command: helperCommand(folder.path, process.platform),
      });
      assert.deepEqual(await managed.ensure(new Set([undefined, 'us-east-1', 'eu-west-1'])), { kind: 'ok' });
    });
    beforeEach(() => {
      supply = (id) => supplyLive(id, now);
      writeFileSync(join(home, '.aws', 'credentials'), DEFAULT_KEYS);
    });
    after(async () => {
      await window.dispose();
      await endpoint.dispose();
      await echo.stop();
      temporary.remove();
    });

    const find = (env: Record<string, string>): Promise<Ran> => tool.find(env, echo.url);
    const environment = (
      inherited: Record<string, string>,
      delivered: ReadonlyMap<string, string>,
    ): Record<string, string> => ({
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...inherited,
      ...Object.fromEntries(delivered),
    });
    const delivered = (
      mode: 'profile' | 'endpoint' | 'environment',
      { region = 'us-east-1', inherited = {} }: { region?: string; inherited?: Record<string, string> } = {},
    ): Record<string, string> => {
      const shared = { session: sessionFor('live-a', region, now), inherited };
      const input: DeliveryInput =
        mode === 'endpoint'
          ? { ...shared, mode, port, tokenFile, defaultProfileHasKeys: false }
          : { ...shared, mode };
      return environment(inherited, deliveryVariables(input).variables);
    };

    it('runs as the session through the managed profile, whatever keys were there before', async () => {
      const ran = await find(delivered('profile', { inherited: INHERITED }));
      assert.deepEqual([ran.stdout, ran.stderr], ['ASIAEXAMPLELIVEA us-east-1\n', '']);
    });

    it('does so with an inherited AWS_DEFAULT_PROFILE and in a pod with a role of its own', async () => {
      const inherited = {
        AWS_DEFAULT_PROFILE: 'default',
        AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/pod',
        AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      };
      const ran = await find(delivered('profile', { inherited }));
      assert.equal(ran.stdout, 'ASIAEXAMPLELIVEA us-east-1\n', ran.stderr);
    });

    it('keeps a terminal’s own session and region beside those of the window', async () => {
      const env = {
        ...delivered('profile', { region: 'eu-west-1' }),
        ...Object.fromEntries(terminalVariables({ id: 'live-b', region: 'ap-south-1' })),
      };
      const ran = await find(env);
      assert.equal(ran.stdout, 'ASIAEXAMPLELIVEB ap-south-1\n', ran.stderr);
    });

    it('takes the session’s region from the managed profile', async () => {
      const ran = await find(delivered('profile', { region: 'eu-west-1' }));
      // The script for the JavaScript SDK reads no region from a profile.
      const region = tool.title.includes('JavaScript') ? 'us-east-1' : 'eu-west-1';
      assert.equal(ran.stdout, `ASIAEXAMPLELIVEA ${region}\n`, ran.stderr);
    });

    it('sees a renewal in the terminal that is open', async () => {
      const env = delivered('profile');
      supply = () =>
        Promise.resolve({
          kind: 'credentials',
          session: sessionFor('live-a', undefined, now),
          credentials: credentialsFor('renewed', now),
        });
      assert.match((await find(env)).stdout, /^ASIAEXAMPLERENEWED /);
    });

    it('shows the sentence when the session was ended, and does not fall back to [default]', async () => {
      supply = () => Promise.resolve({ kind: 'ended', name: 'prod', validUntil: now });
      const { status, stdout, stderr } = await find(delivered('profile'));
      assert.notEqual(status, 0);
      assert.equal(stdout, '');
      assert.equal(stderr.includes(sentences.ended('prod', now)), tool.repeats, stderr);
    });

    it('goes to [default] before the endpoint when that has keys', async () => {
      const ran = await find(delivered('endpoint', { inherited: INHERITED }));
      assert.match(ran.stdout, /^AKIAEXAMPLEDEFAULT /, ran.stderr);
    });

    it('runs as the session through the endpoint, or says that it is too old to send the token', async () => {
      writeFileSync(join(home, '.aws', 'credentials'), '');
      const ran = await find(delivered('endpoint', { region: 'eu-west-1', inherited: INHERITED }));
      // Debian's CLI 2.9 and botocore 1.29 do not know AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.
      if (ran.status === 0) {
        assert.equal(ran.stdout, 'ASIAEXAMPLELIVEA eu-west-1\n');
      } else {
        assert.match(ran.stderr, /AWS CLI 2\.15/);
      }
    });

    it('runs as the session with plain keys', async () => {
      const ran = await find(delivered('environment', { region: 'eu-west-1', inherited: INHERITED }));
      assert.match(ran.stdout, /^ASIAEXAMPLELIVEA /, ran.stderr);
    });

    it('found nothing secret in the config file', () => {
      const text = readFileSync(join(home, '.aws', 'config'), 'utf8');
      assert.match(text, /credential_process/);
      assert.equal(text.includes('EXAMPLE'), false);
    });
  });
}
