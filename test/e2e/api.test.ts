import assert from 'node:assert/strict';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentials, SessionInfo, SessionRef } from '../../src/api.ts';
import type { ApiAnswer, CompanionActions } from '../companion/protocol.ts';
import { eventually, setStage } from '../support/stage.ts';

const minute = 60_000;
const wants = 'The extension “Companion of the tests” wants the AWS credentials of';

// The companion is the other extension: it uses what STS Sessions exports, and VS Code's own accounts.
describe('another extension', () => {
  const stage = setStage();

  /** How far AWS and the workbench are ahead of this process, ms. */
  let moved = 0;
  const moveClock = (ms: number): Promise<void> => {
    moved += ms;
    return stage().moveClock(ms);
  };

  const ask = async <Action extends keyof CompanionActions>(
    action: Action,
    request: CompanionActions[Action]['request'],
  ): Promise<CompanionActions[Action]['answer']> => (await stage().page.companion).ask(action, request);

  const infoOf = async (name: string): Promise<SessionInfo> => {
    const info = (await ask('apiList', {})).find((each) => each.name === name);
    assert.ok(info, `${name} is in the list`);
    return info;
  };

  const press = (button: string): Promise<void> =>
    stage().page.dialog().getByRole('button', { name: button, exact: true }).click();

  /** Asks for credentials and answers our question with a button. */
  const askAndAnswer = async (session: SessionRef, button: string): Promise<ApiAnswer<AwsCredentials>> => {
    const { page } = stage();
    const [answer] = await Promise.all([
      ask('apiCredentials', { session }),
      page
        .dialog()
        .filter({ hasText: wants })
        .waitFor()
        .then(() => press(button)),
    ]);
    await page.dialog().waitFor({ state: 'detached' });
    return answer;
  };

  /** The caller that AWS sees, asked by AWS's own SDK with the companion's credentials. */
  const callerOf = async ({ value, error }: ApiAnswer<AwsCredentials>): Promise<string> => {
    assert.ok(value, `credentials came, and not: ${error?.message ?? ''}`);
    const client = new STSClient({
      endpoint: stage().sandbox.url,
      region: 'eu-central-1',
      maxAttempts: 1,
      systemClockOffset: moved,
      // As JSON brings it; in the extension host it is a Date.
      credentials: async () => ({ ...value, expiration: new Date(value.expiration ?? 0) }),
    });
    const { Arn } = await client.send(new GetCallerIdentityCommand());
    return Arn ?? '';
  };

  it('sees the sessions without asking, and no secret', async () => {
    assert.deepEqual(await ask('apiList', {}), []);
    assert.equal(await ask('apiChanges', {}), 0);
    await stage().startFirst('billing-read');
    const list = await ask('apiList', {});
    assert.deepEqual(
      list.map(({ name, accountId, state, active, allowed }) => [name, accountId, state, active, allowed]),
      [['billing-read', '111122223333', 'live', true, false]],
    );
    assert.doesNotMatch(JSON.stringify(list), /EXAMPLE|ASIA/);
    assert.equal(await stage().page.dialog().count(), 0);
    assert.ok((await ask('apiChanges', {})) > 0);
  });

  it('is refused when the person says no, and a moment later without another question', async () => {
    const { id } = await infoOf('billing-read');
    const refused = await askAndAnswer(id, 'Deny');
    assert.equal(refused.error?.name, 'StsSessionsError');
    assert.equal(refused.error.code, 'NotAllowed');
    const again = await ask('apiCredentials', { session: id });
    assert.equal(again.error?.code, 'NotAllowed');
    assert.equal(await stage().page.dialog().count(), 0);
  });

  it('stops waiting when it wants to, and the question stays for whoever comes next', async () => {
    const { page } = stage();
    await moveClock(minute + 1000);
    const { id } = await infoOf('billing-read');
    const gone = await ask('apiCredentials', { session: id, giveUpMs: 500 });
    assert.equal(gone.error?.code, 'Cancelled');
    await page.dialog().filter({ hasText: wants }).waitFor();
    const waiting = ask('apiCredentials', { session: id });
    await page.heard();
    await page.leaveDialog();
    assert.equal((await waiting).error?.code, 'NotAllowed');
  });

  it('gets credentials after a yes, and is that role at AWS', async () => {
    const { page } = stage();
    await moveClock(minute + 1000);
    const { id } = await infoOf('billing-read');
    const got = await askAndAnswer(id, 'Allow');
    assert.match(await callerOf(got), /:assumed-role\/billing-read\//);
    assert.equal(stage().sandbox.journal.at(-1)?.accessKeyId, got.value?.accessKeyId);
    // The same again needs no question: it has them.
    assert.equal((await ask('apiCredentials', { session: id })).value?.accessKeyId, got.value?.accessKeyId);
    assert.equal((await infoOf('billing-read')).allowed, false);
    assert.equal(await page.dialog().count(), 0);
  });

  it('is asked about again for new credentials, and never again after “Always Allow”', async () => {
    const { page } = stage();
    const { id } = await infoOf('billing-read');
    const [before] = stage().granted('AssumeRole').slice(-1);
    await moveClock(61 * minute);
    const first = await askAndAnswer(id, 'Always Allow for This Session');
    assert.match(await callerOf(first), /:assumed-role\/billing-read\//);
    await moveClock(50 * minute);
    const second = await ask('apiCredentials', { session: id });
    assert.match(await callerOf(second), /:assumed-role\/billing-read\//);
    assert.notEqual(second.value?.accessKeyId, first.value?.accessKeyId);
    assert.notEqual(stage().granted('AssumeRole').at(-1), before);
    assert.equal((await infoOf('billing-read')).allowed, true);
    assert.equal(await page.dialog().count(), 0);
  });

  it('is still allowed after a reload', async () => {
    const { page } = stage();
    await page.reload();
    await page.waitForStatus(/^ ?billing-read/);
    // The new host runs by the real clock.
    await (await page.companion).ask('moveClock', { ms: moved });
    const { id, allowed } = await infoOf('billing-read');
    assert.equal(allowed, true);
    assert.match(
      await callerOf(await ask('apiCredentials', { session: id })),
      /:assumed-role\/billing-read\//,
    );
    assert.equal(await page.dialog().count(), 0);
  });

  it('is asked about each time while the session is guarded', async () => {
    const { page } = stage();
    const { id } = await infoOf('billing-read');
    await ask('writeSetting', {
      name: 'stsSessions.guards',
      value: [{ match: { profile: 'billing-*' }, name: 'MONEY' }],
    });
    await eventually(
      () => infoOf('billing-read'),
      ({ allowed }) => !allowed,
      'what was allowed before is not while it is guarded',
    );
    const before = stage().granted('AssumeRole').length;
    await page.runCommand('STS: Renew Session');
    await eventually(
      () => stage().granted('AssumeRole').length,
      (count) => count > before,
      'there are other credentials than the extension has',
    );
    await stage().quiet();
    const waiting = ask('apiCredentials', { session: id });
    await page.dialog().filter({ hasText: 'marked MONEY' }).waitFor();
    await page.screenshot('api-guarded');
    assert.equal(
      await page
        .dialog()
        .getByRole('button', { name: /Always/ })
        .count(),
      0,
    );
    await page.leaveDialog();
    assert.equal((await waiting).error?.code, 'NotAllowed');
    await ask('writeSetting', { name: 'stsSessions.guards' });
    await eventually(
      () => infoOf('billing-read'),
      ({ allowed }) => allowed,
      'it is allowed again',
    );
    await moveClock(minute + 1000);
  });

  it('loses that when the person takes it back, and is told', async () => {
    const { page } = stage();
    const { id } = await infoOf('billing-read');
    const changes = await ask('apiChanges', {});
    await page.runCommand('STS: Manage Extension Access');
    await page.quickTitle('Extension Access').waitFor();
    const row = page.quickRows().filter({ hasText: 'Companion of the tests' });
    assert.match((await row.textContent()) ?? '', /billing-read · always, since/);
    await row.click();
    await page.page.keyboard.press('Enter');
    await page.waitForNotification('Asked again from now on');
    await page.clearNotifications();
    await eventually(
      () => ask('apiChanges', {}),
      (count) => count > changes,
      'the extension is told',
    );
    assert.equal((await infoOf('billing-read')).allowed, false);
    const refused = await askAndAnswer(id, 'Deny');
    assert.equal(refused.error?.code, 'NotAllowed');
    await page.runCommand('STS: Manage Extension Access');
    await page.waitForNotification('No other extension has credentials of a session');
    await page.clearNotifications();
  });

  it('starts a session when the person agrees, beside the active one', async () => {
    const { page } = stage();
    const missing = await ask('apiStart', { profile: 'nobody' });
    assert.equal(missing.error?.code, 'Failed');
    const [started] = await Promise.all([
      ask('apiStart', { profile: 'hub' }),
      page
        .dialog()
        .filter({ hasText: 'wants to start an AWS session: hub' })
        .waitFor()
        .then(() => press('Start Session')),
    ]);
    assert.deepEqual([started.value?.name, started.value?.active], ['hub', false]);
    await page.waitForStatus(/^ ?billing-read/);
  });

  it('finds the sessions among the accounts of VS Code, and gets a handle instead of credentials', async () => {
    const { page } = stage();
    const [held] = await Promise.all([
      ask('account', { scopes: ['hub'], create: true }),
      page
        .dialog()
        .filter({ hasText: 'AWS Sessions' })
        .waitFor()
        .then(() => press('Allow'))
        .then(() => page.pick('hub')),
    ]);
    assert.equal(held.value?.label, 'hub · 1111-2222-3333', JSON.stringify(held));
    assert.match(held.value.accessToken, /^sts-sessions:[-0-9a-f]{36}$/);
    const got = await askAndAnswer({ handle: held.value.accessToken }, 'Allow');
    assert.match(await callerOf(got), /:assumed-role\/hub\//);
  });

  it('loses a session when the person signs out of it in the Accounts menu', async () => {
    const { page } = stage();
    const { id } = await infoOf('hub');
    await page.page.locator('.activitybar .action-label[aria-label^="Accounts"]').click();
    const account = page.page.getByRole('menuitem', { name: 'hub · 1111-2222-3333 (AWS Sessions)' });
    await account.waitFor();
    // A menu takes no click in the moment in which it opens.
    await eventually(
      async () => {
        await account.hover({ timeout: 1000 }).catch(() => undefined);
        await page.page
          .getByRole('menuitem', { name: 'Sign Out', exact: true })
          .click({ timeout: 1000 })
          .catch(() => undefined);
        return page.dialog().isVisible();
      },
      (asked) => asked,
      'VS Code asks whether to sign out',
    );
    await page.screenshot('api-sign-out');
    await press('Sign Out');
    await eventually(
      async () => (await ask('apiList', {})).map(({ name }) => name),
      (names) => !names.includes('hub'),
      'the session is gone',
    );
    assert.equal((await ask('apiCredentials', { session: id })).error?.code, 'Ended');
    assert.equal(
      (await ask('account', { scopes: ['hub'], create: false })).error?.message,
      'VS Code gives no account',
    );
  });

  it('lets the person start a session for it from VS Code’s question', async () => {
    const { page } = stage();
    const [held] = await Promise.all([
      ask('account', { scopes: ['prod-admin'], create: true }),
      page
        .dialog()
        .filter({ hasText: 'AWS Sessions' })
        .waitFor()
        .then(() => press('Allow'))
        .then(() => page.quickTitle(/^MFA Code/).waitFor())
        .then(() => page.answerInput(stage().sandbox.unusedCode('alice'))),
    ]);
    assert.equal(held.value?.label, 'prod-admin · 4444-5555-6666', JSON.stringify(held));
    await page.waitForStatus(/^ ?billing-read/);
    // Nobody knows whether a person asked there, or an extension.
    const [started] = await eventually(
      async () =>
        (await stage().audit()).filter(({ what, session }) => what === 'started' && session === 'prod-admin'),
      ({ length }) => length > 0,
      'the start is written down',
    );
    assert.equal(started?.['by'], 'accounts menu');
  });

  it('waits for the person where a renewal needs a code', async () => {
    const { page } = stage();
    const { id } = await infoOf('prod-admin');
    await askAndAnswer(id, 'Always Allow for This Session');
    await moveClock(61 * minute);
    const waiting = ask('apiCredentials', { session: id });
    const message = await page.waitForNotification('waits for a session that is over');
    await page.screenshot('api-waits');
    await page.press('Renew', message);
    await page.quickTitle(/^MFA Code/).waitFor();
    await page.answerInput(stage().sandbox.unusedCode('alice'));
    assert.match(await callerOf(await waiting), /:assumed-role\/admin\//);
  });
});
