import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { setStage, treeIs } from '../support/stage.ts';

// One window for all: the files change beneath it, as when somebody edits them elsewhere.
describe('the shared files, edited elsewhere', () => {
  const stage = setStage();

  it('show a new profile within a second, and leave selection and folding alone', async () => {
    const { page, configFile } = stage();
    await page.openView('AWS Sessions');
    await page.treeRow('root-admin').waitFor();
    await page.foldTreeRow('root-main', false);
    await page.treeRow('root-admin').waitFor({ state: 'detached' });
    await page.treeRow('staging-dev').click();
    await page.treeRow('staging-dev').and(page.page.locator('[aria-selected="true"]')).waitFor();

    // The best of three: the product's speed is what counts, and not what else this machine does in that moment.
    const before = await readFile(configFile, 'utf8');
    const took: number[] = [];
    while (took.length < 3 && (took.at(-1) ?? Infinity) > 1000) {
      if (took.length > 0) {
        await writeFile(configFile, before);
        await page.treeRow('fresh').waitFor({ state: 'detached' });
      }
      const begun = performance.now();
      await appendFile(
        configFile,
        '\n[profile fresh]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = alice\n',
      );
      await page.treeRow('fresh').waitFor();
      took.push(performance.now() - begun);
    }
    assert.ok(Math.min(...took) <= 1000, `it took ${took.map(Math.round).join(', ')} ms`);

    assert.equal(await page.treeRow('staging-dev').getAttribute('aria-selected'), 'true');
    assert.equal(await page.treeRow('root-main').getAttribute('aria-expanded'), 'false');
    assert.equal(await page.treeRow('root-admin').count(), 0);
    assert.equal(await page.treeRow('alice').getAttribute('aria-expanded'), 'true');
  });

  it('show a broken line at its profile, and the rest as before', async () => {
    const { page, configFile } = stage();
    const before = await page.treeShape();
    await appendFile(configFile, 'this line means nothing\n');
    await page.treeRow('fresh').filter({ hasText: 'This line has no =' }).waitFor();
    await page.treeRow('fresh').locator('.codicon-warning').waitFor();
    await treeIs(page, before);
    assert.match((await page.treeRow('staging-dev').textContent()) ?? '', /1111-2222-3333/);
  });

  it('mark it in the editor while the file is open, and no longer', async () => {
    const { page } = stage();
    const problems = page.page.locator('.markers-panel .monaco-list-row');
    await page.runCommand('Problems: Focus on Problems View');
    await page.page.locator('.markers-panel').waitFor();
    assert.equal(await problems.count(), 0);
    await page.runCommand('STS: Open AWS Config File');
    await problems.filter({ hasText: 'This line has no =' }).waitFor();
    await problems.filter({ hasText: 'source_profile is missing: gone' }).waitFor();
    await page.runCommand('View: Close Editor');
    await problems.first().waitFor({ state: 'detached' });
  });

  it('show everything else when one file cannot be understood at all', async () => {
    const { page, configFile, credentialsFile } = stage();
    const credentials = await readFile(credentialsFile);
    const config = await readFile(configFile, 'utf8');
    await writeFile(credentialsFile, Buffer.from([0xff, 0xfe, 0x00, 0x41]));
    await page.treeRow('credentials file').waitFor();
    await treeIs(page, ['prod-admin'], (rows) =>
      rows.map((row) => row.trim()).filter((row) => row === 'prod-admin'),
    );
    await writeFile(credentialsFile, credentials);
    await page.treeRow('credentials file').waitFor({ state: 'detached' });
    await writeFile(configFile, config.replace('this line means nothing\n', ''));
    await page.treeRow('fresh').filter({ hasNotText: 'This line has no =' }).waitFor();
  });
});
