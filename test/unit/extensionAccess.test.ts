import assert from 'node:assert/strict';
import { ExtensionAccess, type AccessEntry } from '../../src/session/extensionAccess.ts';
import { Handles } from '../../src/session/handles.ts';
import { accountChanges, accountsOf, matching } from '../../src/ui/accounts.ts';
import { accessText, apiSentences, extensionName } from '../../src/ui/text/access.ts';
import { clockTime } from '../../src/ui/text/time.ts';
import { accessNote } from '../support/accessNotes.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const entry = { extension: 'example.tool', session: 'abc', name: 'prod', since: noon };

function open(stored?: unknown) {
  let kept = stored;
  const store = {
    read: () => kept,
    write: async (list: readonly AccessEntry[]) => {
      // As the real one: what comes back is what JSON keeps.
      kept = JSON.parse(JSON.stringify(list)) as unknown;
    },
  };
  const access = new ExtensionAccess(
    store,
    accessNote(() => noon),
  );
  return { access, kept: () => kept };
}

describe('what other extensions were allowed for good', () => {
  it('is kept by extension and session, once, and can be taken back', async () => {
    const { access, kept } = open();
    const told: string[] = [];
    access.onDidChange((extension) => told.push(extension));
    assert.equal(access.has('example.tool', 'abc'), false);
    await access.allow(entry);
    await access.allow({ ...entry, since: noon + minute });
    assert.deepEqual(kept(), [{ ...entry, since: noon + minute }]);
    assert.equal(access.has('example.tool', 'abc'), true);
    assert.equal(access.has('example.other', 'abc'), false);
    assert.equal(access.has('example.tool', 'abd'), false);
    await access.takeBack('example.tool', 'abc');
    assert.equal(access.has('example.tool', 'abc'), false);
    assert.deepEqual(kept(), []);
    assert.deepEqual(told, ['example.tool', 'example.tool', 'example.tool']);
  });

  it('is nothing where something else stands in the store', () => {
    for (const stored of [undefined, null, 'all', {}, [null, 1, {}, { ...entry, since: 'always' }]]) {
      assert.deepEqual(open(stored).access.list(), []);
    }
    assert.deepEqual(open([{}, entry]).access.list(), [entry]);
  });
});

describe('handles', () => {
  it('stand for a session until it is dropped, and say nothing about it', () => {
    let serial = 0;
    const handles = new Handles(() => `random-${String(++serial)}`);
    const first = handles.of('abc');
    assert.equal(handles.of('abc'), first);
    assert.notEqual(handles.of('abd'), first);
    assert.equal(handles.session(first), 'abc');
    assert.equal(handles.session('abc'), undefined);
    handles.drop('abc');
    assert.equal(handles.session(first), undefined);
    assert.notEqual(handles.of('abc'), first);
  });
});

describe('the accounts of VS Code', () => {
  const live = sessionOf('prod', { state: liveState(40 * minute) });
  const over = sessionOf('old', { state: { kind: 'expired', at: noon, renewing: false } });
  const handleOf = (id: string): string => `handle of ${id}`;

  it('are the sessions that have or had credentials, and hold none', () => {
    const starting = sessionOf('new');
    const failed = sessionOf('bad', { state: { kind: 'failed', fault: { kind: 'cancelled' } } });
    const accounts = accountsOf([live, over, starting, failed], handleOf);
    assert.deepEqual(
      accounts.map(({ account }) => account),
      [
        { id: 'id-prod', label: 'prod · 1111-2222-3333' },
        { id: 'id-old', label: 'old · 1111-2222-3333' },
      ],
    );
    assert.equal(accounts[0]?.accessToken, 'handle of id-prod');
    assert.doesNotMatch(JSON.stringify(accounts), /EXAMPLEKEY|EXAMPLETOKEN|ASIA/);
  });

  it('have a label each: VS Code signs out of equal ones together', () => {
    const twin = { ...live, id: 'fedcba9876' };
    const labels = accountsOf([live, twin], handleOf).map(({ account }) => account.label);
    assert.deepEqual(labels, ['prod · 1111-2222-3333', 'prod · 1111-2222-3333 · fedcba']);
  });

  it('are found by name, account ID and role ARN, all of them together', () => {
    const accounts = accountsOf([live, over], handleOf);
    const found = (...scopes: string[]): string[] =>
      matching(accounts, scopes, undefined).map(({ id }) => id);
    assert.deepEqual(found(), ['id-prod', 'id-old']);
    assert.deepEqual(found('prod'), ['id-prod']);
    assert.deepEqual(found('111122223333'), ['id-prod', 'id-old']);
    assert.deepEqual(found('111122223333', 'arn:aws:iam::111122223333:role/old'), ['id-old']);
    assert.deepEqual(found('repo'), []);
    assert.deepEqual(
      matching(accounts, undefined, { label: 'old · 1111-2222-3333' }).map(({ id }) => id),
      ['id-old'],
    );
  });

  it('have changed when one came, went or is called otherwise, and not while time passes', () => {
    const before = accountsOf([live, over], handleOf);
    const later = { ...live, state: liveState(39 * minute) };
    assert.equal(accountChanges(before, accountsOf([later, over], handleOf)), undefined);
    const renamed = { ...over, accountId: '222233334444' };
    const added = sessionOf('new', { state: liveState(minute) });
    const changes = accountChanges(before, accountsOf([renamed, added], handleOf));
    assert.deepEqual(
      [changes?.added, changes?.removed, changes?.changed].map((list) => list?.map(({ id }) => id)),
      [['id-new'], ['id-prod'], ['id-old']],
    );
  });
});

describe('what is said about other extensions', () => {
  it('are good sentences', () => {
    const session = sessionOf('prod', { state: liveState(40 * minute) });
    const now = (): number => noon;
    const errors = apiSentences(now);
    for (const text of [
      accessText.wantsCredentials('Cost Explorer', session),
      accessText.wantsToStart('Cost Explorer', 'prod'),
      accessText.waitsForRenewal('Cost Explorer', 'prod'),
      accessText.managePlaceholder(),
      accessText.none(),
      accessText.takenBack('Cost Explorer', undefined, noon),
      accessText.takenBack('Cost Explorer', noon + minute, noon),
      accessText.notStarted(),
      errors.notAllowed('prod'),
      errors.saidNoBefore('prod'),
      errors.nobody('prod'),
      errors.cancelled(),
      errors.notStarted('prod'),
      errors.noProfile('prod'),
      errors.supply({ kind: 'ended', name: 'prod', validUntil: undefined }),
      errors.supply({ kind: 'unknown' }),
      errors.supply({ kind: 'needsPerson', name: 'prod' }),
      errors.supply({ kind: 'failed', name: 'prod', fault: { kind: 'throttled', host: 'sts.example' } }),
    ]) {
      assertGoodSentence(text);
    }
  });

  it('name the extension, the session, its role, its end and its guard in the question', () => {
    const session = sessionOf('prod', { state: liveState(40 * minute) });
    assert.equal(
      accessText.wantsCredentials('Cost Explorer', session),
      'The extension “Cost Explorer” wants the AWS credentials of prod (1111-2222-3333)',
    );
    const detail = accessText.credentialsDetail('example.cost', session, 'PROD', noon);
    assert.ok(detail.includes(`until ${clockTime(noon + 40 * minute, noon)}`), detail);
    assert.match(detail, /arn:aws:iam::111122223333:role\/prod/);
    assert.match(detail, /marked PROD, so your answer is not remembered/);
    assert.match(detail, /example\.cost/);
    assert.doesNotMatch(accessText.credentialsDetail('example.cost', session, undefined, noon), /marked/);
  });

  it('take an extension’s name for what it is: text of somebody else', () => {
    assert.equal(extensionName('Cost Explorer', 'example.cost'), 'Cost Explorer');
    assert.equal(extensionName('  ', 'example.cost'), 'example.cost');
    assert.equal(extensionName(undefined, 'example.cost'), 'example.cost');
    assert.equal(extensionName('Cost\n\nAllow‮ this', 'example.cost'), 'Cost Allow this');
    assert.equal(Array.from(extensionName('x'.repeat(500), 'example.cost')).length, 60);
  });
});
