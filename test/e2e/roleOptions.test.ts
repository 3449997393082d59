import assert from 'node:assert/strict';
import { roleWorld, worldRole, writeRoleHome } from '../support/roleWorld.ts';
import { describeIf } from '../support/skip.ts';
import { awsCli, noAwsCli, setStage } from '../support/stage.ts';

const readOnlyAccess = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const listing = { Effect: 'Allow', Action: ['iam:List*', 'sts:GetCallerIdentity'], Resource: '*' };
/** As somebody would have it in a file, with the white space that AWS would count. */
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [listing] }, undefined, 4);

// One window for all: each test leaves its sessions to the next.
describeIf(awsCli !== undefined, noAwsCli, 'what a role can be started with', () => {
  const stage = setStage({ data: roleWorld(), fill: writeRoleHome });
  /** A row of the open list; an icon before its label counts as blanks. */
  const row = (text: string | RegExp) => stage().page.quickRows().filter({ hasText: text }).first();

  /** The list of everything about the role, when it is there again after a box. */
  const list = () => stage().page.quickTitle(/^Assume Role: guarded$/);

  /** The box of an option has the list's title and a text field too, in the same place. */
  const boxOfOption = () => row(/^\W*Start/).waitFor({ state: 'hidden' });

  async function change(option: string, box: () => Promise<void>): Promise<void> {
    const { page } = stage();
    await list().waitFor();
    await row('Start').waitFor();
    await page.pick(new RegExp(`^${option}`));
    await boxOfOption();
    await box();
    await row(/^\W*Start/).waitFor();
  }

  const answer = (option: string, text: string): Promise<void> =>
    change(option, async () => {
      const { page } = stage();
      await page.quickMessage().waitFor();
      await page.answerInput(text);
    });

  /** Runs a call of IAM's in the terminal: what it printed, and whether it worked. */
  const iam = (call: string) =>
    stage().runAside(
      `${awsCli ?? 'aws'} iam ${call} --endpoint-url ${stage().sandbox.url} --region us-east-1`,
    );

  it('asks for two things, and for the rest only who wants it', async () => {
    const { page, sandbox } = stage();
    await page.runCommand('STS: Assume Role…');
    await page.quickTitle('Assume Role (1/2)').waitFor();
    await page.answerInput(worldRole('guarded'));
    await page.quickTitle('Assume Role (2/2)').waitFor();
    await page.screenshot('assume role: source');
    await page.pick('More Options…');
    await list().waitFor();
    await page.screenshot('assume role: options');
    assert.deepEqual(sandbox.journal, []);
  });

  it('takes a source, an external ID, names and tags, each checked before anything is sent', async () => {
    const { page, sandbox } = stage();
    await change('Source profile', async () => {
      await page.quickInput().fill('ivy');
      await page.pick('ivy');
    });
    await answer('External ID', 'acme-4711');
    await answer('Source identity', 'ivy');
    await change('Session tags', async () => {
      await page.quickInput().fill('team');
      await page.quickMessage().filter({ hasText: 'Tags are written key=value' }).waitFor();
      await page.quickInput().fill('team=blue, Team=red');
      await page.quickMessage().filter({ hasText: 'there twice' }).waitFor();
      await page.answerInput('team=blue, stage=dev');
    });
    await change('Tags passed on', async () => {
      await page.quickInput().fill('tier');
      await page.quickMessage().filter({ hasText: 'Only a tag of this session' }).waitFor();
      await page.answerInput('team');
    });
    assert.deepEqual(sandbox.journal, []);
  });

  it('takes a policy from the clipboard, and says there what is wrong with it', async () => {
    const { page } = stage();
    const companion = await page.companion;
    await companion.ask('writeClipboard', { text: '{ "Statement": ' });
    await change('Session policy', async () => {
      await page.pick('Clipboard');
      await row('The session policy is not JSON').waitFor();
      await page.screenshot('assume role: policy');
      await companion.ask('writeClipboard', { text: policy });
      await page.pick('Clipboard');
    });
    await row(/1 statement, \d+ characters/).waitFor();
    await change('Managed session policies', async () => {
      await page.quickInput().fill('arn:aws:iam::444455556666:policy/x');
      await page.quickMessage().filter({ hasText: 'must be in account 1111-2222-3333' }).waitFor();
      await page.answerInput('job-function/ViewOnlyAccess');
    });
    await page.screenshot('assume role: options answered');
  });

  it('leaves a box by Escape without losing the rest', async () => {
    const { page } = stage();
    await page.pick(/^Duration/);
    await page.quickMessage().filter({ hasText: 'How long?' }).waitFor();
    await page.page.keyboard.press('Escape');
    await list().waitFor();
    await row('acme-4711').waitFor();
  });

  it('starts the session with all of it by Enter', async () => {
    const { page, sandbox } = stage();
    await row(/^\W*Start/).waitFor();
    await page.page.keyboard.press('Enter');
    await stage().answerConsent('Add Profiles');
    await page.waitForStatus(/^ ?guarded 5\dm$/);
    const [call] = stage().granted('AssumeRole');
    assert.equal(sandbox.journal.length, 1);
    const { params } = call ?? {};
    assert.deepEqual(
      { ...params, RoleSessionName: undefined },
      {
        RoleArn: worldRole('guarded'),
        RoleSessionName: undefined,
        ExternalId: 'acme-4711',
        SourceIdentity: 'ivy',
        'Tags.member.1.Key': 'team',
        'Tags.member.1.Value': 'blue',
        'Tags.member.2.Key': 'stage',
        'Tags.member.2.Value': 'dev',
        'TransitiveTagKeys.member.1': 'team',
        Policy: JSON.stringify(JSON.parse(policy)),
        'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess',
      },
    );
    assert.match(params?.['RoleSessionName'] ?? '', /^vscode-/);
  });

  it('shows how full the policies are', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.tooltipOf(page.treeRow('guarded'), /take \d+ % of what AWS allows/);
    await page.screenshot('session policies: tooltip');
  });

  it('has only what the policies leave of the role', async () => {
    await stage().page.openTerminal();
    const reads = await iam('list-account-aliases --query AccountAliases --output text');
    assert.deepEqual(reads, { code: 0, text: 'acme-main' });
    const writes = await iam('create-account-alias --account-alias taken-over');
    assert.notEqual(writes.code, 0);
    assert.match(writes.text, /AccessDenied.* not authorized to perform: iam:CreateAccountAlias/s);
  });

  it('offers the role with everything the next time', async () => {
    const { page } = stage();
    await page.clearNotifications();
    await page.runCommand('STS: Assume Role…');
    await page.quickTitle('Assume Role (1/2)').waitFor();
    await row(/external ID · source identity · tags · session policies/).click();
    await page.quickTitle('Assume Role (2/2)').waitFor();
    await page.page.keyboard.press('Enter');
    await page.waitForStatus(/^ ?guarded 5\dm$/);
    assert.equal(stage().granted('AssumeRole').length, 1, 'it is live, so nothing is asked');
  });

  it('names the session by the setting', async () => {
    const { page } = stage();
    await (
      await page.companion
    ).ask('writeSetting', { name: 'stsSessions.roleSessionName', value: 'me in ${session}' });
    await stage().start('operator');
    assert.equal(stage().granted('AssumeRole').at(-1)?.params['RoleSessionName'], 'me-in-operator');
  });

  it('starts read-only beside the session that may do all, from the row’s menu', async () => {
    const { page } = stage();
    await page.openView('AWS Sessions');
    await page.chooseFromMenu('operator', 'Start Session Read-Only');
    await page.waitForStatus(/operator \(read-only\) 59m/);
    const { params } = stage().granted('AssumeRole').at(-1) ?? {};
    assert.equal(params?.['PolicyArns.member.1.arn'], readOnlyAccess);
    await page.waitForNotification('it still reads what the role may read, data too');
    await page.screenshot('read-only: started');
    await page.clearNotifications();
    await page.treeRow('operator (read-only)').waitFor();
    await page.openTerminal();
    assert.equal((await iam('list-account-aliases --query AccountAliases --output text')).code, 0);
    const refused = await iam('create-account-alias --account-alias taken-over');
    assert.match(refused.text, /AccessDenied.*iam:CreateAccountAlias/s);
  });

  it('leaves the other session its rights', async () => {
    const { page } = stage();
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill('operator');
    await page.screenshot('read-only: switcher');
    await row(/^\W*operator(?! \()/).click();
    await page.waitForStatus(/^ ?operator 5\dm$/);
    await page.openTerminal();
    const granted = await iam('create-account-alias --account-alias acme-renamed');
    assert.deepEqual(granted, { code: 0, text: '' });
  });

  it('starts read-only by a button of the switcher', async () => {
    const { page } = stage();
    await page.runCommand('STS: Switch Session');
    await page.quickTitle('AWS session').waitFor();
    await page.quickInput().fill('auditor');
    const auditor = row('auditor');
    await auditor.hover();
    await page.rowButton(auditor, 'Start Read-Only').click();
    await page.waitForLive('auditor (read-only)');
  });

  it('says why a user’s own keys cannot be read-only, and what can be done instead', async () => {
    const { page } = stage();
    await page.runCommand('STS: Start Session Read-Only');
    await page.pick('ivy');
    await page.waitForNotification(
      'This session cannot be read-only: ivy (The keys of a user cannot be made read-only, assume a role with them that way)',
    );
    await page.screenshot('read-only: cannot');
    await page.clearNotifications();
  });

  it('warns when the policies are nearly too much, and opens the form where AWS refuses them', async () => {
    const { page, sandbox } = stage();
    const companion = await page.companion;
    const sized = (characters: number): string =>
      JSON.stringify({ Statement: { ...listing, Sid: 'x'.repeat(characters) } });
    await page.runCommand('STS: Assume Role…');
    await page.quickTitle('Assume Role (1/2)').waitFor();
    await page.quickInput().fill(worldRole('operator'));
    await row('operator').click();
    await page.quickTitle('Assume Role (2/2)').waitFor();
    await page.pick('More Options…');
    await page.pick('Source profile');
    await boxOfOption();
    await page.quickInput().fill('ivy');
    await page.pick('ivy');
    await companion.ask('writeClipboard', { text: sized(1600) });
    await page.pick(/^Session policy/);
    await page.pick('Clipboard');
    await row(/^\W*Start/).click();
    await page.waitForNotification(
      /take 8\d % of what AWS allows, a little more and it will not start: operator/,
    );
    await page.clearNotifications();

    sandbox.control.raw(
      {
        status: 400,
        headers: { 'content-type': 'text/xml' },
        body: '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>PackedPolicyTooLarge</Code><Message>Packed policy consumes 104% of allotted space, please use smaller policy.</Message></Error><RequestId>request-1</RequestId></ErrorResponse>',
      },
      { operation: 'AssumeRole', times: 1 },
    );
    await page.runCommand('STS: Renew Session Now');
    const refusal = await page.waitForNotification(
      'take more than AWS allows, shorten them or use fewer: 104 %',
    );
    await page.screenshot('session policies: too large');
    await page.press('Change Role', refusal);
    await page.quickTitle(/^Assume Role: operator$/).waitFor();
    await row(/1 statement, 1\d{3} characters/).waitFor();
    await page.leaveQuickInput();
  });
});
