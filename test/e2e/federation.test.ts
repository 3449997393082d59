import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { roleWorld, writeRoleHome } from '../support/roleWorld.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';

const account = '111122223333';

// One window for all: a federation session of an IAM user, then what AWS says about a call that it refused.
describeIf(awsCli !== undefined, noAwsCli, 'federation sessions and decoded messages', () => {
  const stage = setStage({ data: roleWorld(), fill: writeRoleHome });
  const aws = (line: string) =>
    stage().runAside(`${awsCli ?? 'aws'} ${line} --endpoint-url ${stage().sandbox.url}`);
  const title = (step: number) =>
    stage().page.quickTitle(`Federation Session from ivy (${step}/3)`).waitFor();
  let refusal = '';

  it('asks for a name, and says what the session may never do', async () => {
    const { page, sandbox } = stage();
    await page.openView('AWS Sessions');
    await page.chooseFromMenu('ivy', 'Start Federation Session');
    await title(1);
    await page.quickInput().fill('a guest');
    await page.quickMessage().filter({ hasText: 'AWS does not take blanks here' }).waitFor();
    await page.answerInput('guest');
    await title(2);
    await page.page.getByPlaceholder('no IAM, in STS only GetCallerIdentity').waitFor();
    await page.screenshot('federation: policies');
    assert.deepEqual(sandbox.journal, []);
  });

  it('takes managed policies by their names, and goes back to the list', async () => {
    const { page } = stage();
    await page.pick('Other managed policies');
    await page.quickMessage().filter({ hasText: 'Up to 10 managed policies' }).waitFor();
    await page.quickInput().fill('arn:aws:iam::111122223333:role/x');
    await page.quickMessage().filter({ hasText: 'A policy’s ARN looks like' }).waitFor();
    await page.page.locator('.quick-input-widget:visible .action-label[aria-label^="Back"]').click();
    await title(2);
    await page.pick('ReadOnlyAccess');
    await title(3);
    await page.quickInput().fill('37h');
    await page.quickMessage().filter({ hasText: 'This may be from 15m to 36h' }).waitFor();
    await page.answerInput('2h');
  });

  it('starts it, and its terminal is the federated user', async () => {
    const { page } = stage();
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/^ ?guest 1h 5\dm$/);
    const [call] = stage().granted('GetFederationToken');
    assert.deepEqual(call?.params, {
      Name: 'guest',
      DurationSeconds: '7200',
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    });
    await page.treeRow('guest').waitFor();
    await page.openTerminal();
    assert.equal((await stage().whoAmI()).text, `arn:aws:sts::${account}:federated-user/guest`);
    await page.screenshot('federation: live');
  });

  it('can do nothing in IAM, as was said', async () => {
    const { text, code } = await aws('iam list-account-aliases --region us-east-1');
    assert.notEqual(code, 0);
    assert.match(text, /InvalidClientTokenId/);
  });

  it('opens the console as the federated user', async () => {
    const { page } = stage();
    const opened = page.page.context().waitForEvent('page');
    await page.runCommand('STS: Open AWS Console');
    const console = await opened;
    await console.getByText(`arn:aws:sts::${account}:federated-user/guest`).waitFor();
    await console.close();
    const said = await page.waitForNotification('The AWS console opens in the browser: guest');
    await page.screenshot('console: opened');
    await page.press('Copy Link', said);
    await page.dialog().filter({ hasText: 'Whoever has this link' }).waitFor();
    await page.leaveDialog();
    assert.deepEqual(
      stage()
        .granted('GetSigninToken')
        .map(({ params }) => params),
      [{ method: 'POST' }],
    );
    await page.clearNotifications();
  });

  it('gives a link away only after saying what it is', async () => {
    const { page } = stage();
    const opened = page.page.context().waitForEvent('page');
    await page.chooseFromMenu('guest', 'Open AWS Console');
    await (await opened).close();
    await page.press('Copy Link', await page.waitForNotification('The AWS console opens in the browser'));
    await page.dialog().filter({ hasText: 'Whoever has this link within 15 minutes' }).waitFor();
    await page.screenshot('console: copy link');
    await page.press('Copy Link', page.dialog());
    const said = await page.waitForNotification('The link to the AWS console is on the clipboard');
    const text = await (await page.companion).ask('readClipboard', {});
    const link = new URL(text);
    assert.equal(`${link.origin}${link.pathname}`, `${stage().sandbox.url}/federation`);
    const destination = 'https://console.aws.amazon.com/console/home?region=eu-central-1';
    assert.equal(link.searchParams.get('Destination'), destination);
    const shown = await (await fetch(link)).text();
    assert.match(shown, /federated-user\/guest/);
    assert.ok(shown.includes(destination));
    await page.press('Clear Now', said);
    await page.clearNotifications();
  });

  it('stands among the recent ones when it has ended', async () => {
    const { page } = stage();
    await page.runCommand('STS: End Session');
    await page.waitForStatus(/^ ?AWS$/);
    await page.clearNotifications();
    await page.runCommand('STS: Switch Session');
    const row = page.quickRows().filter({ hasText: 'guest' }).first();
    await row.waitFor();
    await page.screenshot('federation: recent');
    await row.click();
    await page.waitForStatus(/^ ?guest \d/);
    assert.equal(stage().granted('GetFederationToken').length, 2);
  });

  it('is refused for temporary keys, with the reason', async () => {
    const { page } = stage();
    await writeFile(
      stage().credentialsFile,
      '[pasted]\naws_access_key_id = ASIAEXAMPLEPASTED0001\naws_secret_access_key = EXAMPLEKEY\naws_session_token = EXAMPLETOKEN\n',
      { mode: 0o600 },
    );
    await page.treeRow('pasted').waitFor();
    await page.runCommand('STS: Start Federation Session');
    await page.pick('pasted');
    await page.quickTitle('Federation Session from pasted (1/3)').waitFor();
    await page.answerInput('guest');
    await page.pick('ReadOnlyAccess');
    await page.quickMessage().filter({ hasText: 'How long?' }).waitFor();
    await page.page.keyboard.press('Enter');
    await page.waitForNotification(
      'This session cannot start: guest (A federation session needs the long-term keys of an IAM user)',
    );
    await page.clearNotifications();
  });

  it('decodes what is selected, out of the whole error', async () => {
    const { page, home } = stage();
    await stage().start('operator');
    await page.openTerminal();
    const { text } = await aws('ec2 stop-instances --instance-ids i-0123456789abcdef0');
    assert.match(text, /Encoded authorization failure message: [\w-]{100,}/);
    refusal = text;
    const file = join(home, 'project', 'error.txt');
    await writeFile(file, `first a line that says nothing\n${text}\n`);
    await (await page.companion).ask('openFile', { path: file });
    await page.runCommand('Select All');
    await stage().start('auditor');
    await page.runCommand('STS: Decode Authorization Message');
    await page.waitForNotification(`A policy denies operator/vscode-`);
    const said =
      (await page.waitForNotification('by its statement NobodyStops').then((it) => it.textContent())) ?? '';
    assert.match(
      said,
      /ec2:StopInstances → arn:aws:ec2:eu-central-1:111122223333:instance\/i-0123456789abcdef0/,
    );
    await page.page.locator('.tab.active', { hasText: 'Authorization message 1.json' }).waitFor();
    await page.page.locator('.view-line', { hasText: '"explicitDeny"' }).first().waitFor();
    await page.screenshot('decode: document');
    await page.clearNotifications();
  });

  it('says which permission is missing, and offers another session', async () => {
    const { page } = stage();
    await (await page.companion).ask('writeClipboard', { text: refusal });
    await stage().start('operator');
    await page.runCommand('STS: Decode Authorization Message');
    const said = await page.waitForNotification(
      'Decoding needs the permission sts:DecodeAuthorizationMessage, which this session does not have: operator',
    );
    await page.screenshot('decode: not allowed');
    await page.press('Choose Other Session', said);
    await page.pick('auditor');
    await page.page.locator('.tab.active', { hasText: 'Authorization message 2.json' }).waitFor();
    await page.clearNotifications();
  });

  it('asks for the message where neither the editor nor the clipboard has one', async () => {
    const { page } = stage();
    await stage().start('auditor');
    await (await page.companion).ask('writeClipboard', { text: 'nothing of the kind' });
    await page.runCommand('STS: Decode Authorization Message');
    await page.quickTitle('Decode Authorization Message').waitFor();
    await page.quickInput().fill('aGVsbG8');
    await page.quickMessage().filter({ hasText: 'There is no encoded message in this text' }).waitFor();
    await page.screenshot('decode: asked');
    await page.answerInput(`Encoded authorization failure message: ${'A'.repeat(200)}`);
    await page.waitForNotification('AWS cannot read this message, copy all of it');
  });

  it('opens no console for an MFA session, and says why', async () => {
    const { page } = stage();
    const before = stage().granted('GetSigninToken').length;
    await stage().start('ivy');
    await page.runCommand('STS: Open AWS Console');
    const said = await page.waitForNotification(
      'AWS opens its console for roles and federated users, not for GetSessionToken',
    );
    await page.screenshot('console: not for an MFA session');
    await page.press('Start Federation Session', said);
    await title(1);
    await page.leaveQuickInput();
    assert.equal(stage().granted('GetSigninToken').length, before);
  });
});
