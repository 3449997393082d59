import assert from 'node:assert/strict';
import { sessionNameFrom } from '../../src/aws/sessionName.ts';
import { parseTagKeys, parseTags, tagKeysProblem, writeTags } from '../../src/aws/tags.ts';
import { federatedNameProblem, sourceIdentityProblem } from '../../src/aws/limits.ts';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { nameOfRequest } from '../../src/session/view.ts';
import { textSetting } from '../../src/ui/settingValues.ts';
import { requestKey } from '../../src/ui/switcherModel.ts';
import { inputSentence } from '../../src/ui/text/input.ts';
import { tagSentence } from '../../src/ui/text/policies.ts';
import { roleFormText, roleOptionLabel, roleOptionValue } from '../../src/ui/text/roleForm.ts';
import type { RoleForm, RoleOption } from '../../src/ui/text/roleForm.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { typed } from '../support/plans.ts';

describe('what a role is started with', () => {
  const parts = {
    user: 'Ada Lovelace',
    host: 'engine.local',
    date: '2025-11-23',
    session: 'prod (read-only)',
  };
  for (const [template, name] of [
    ['vscode-${user}', 'vscode-Ada-Lovelace'],
    ['${user}@${host}', 'Ada-Lovelace@engine.local'],
    ['${date}.${session}', '2025-11-23.prod-read-only-'],
    ['${nothing}', '-nothing-'],
    ['x', 'x-'],
    ['${user}'.repeat(9), 'Ada-Lovelace'.repeat(9).slice(0, 64)],
  ] as const) {
    it(`is named by the setting ${template}`, () => {
      assert.equal(sessionNameFrom(template, parts), name);
    });
  }

  it('is named as usual where the setting holds nothing', () => {
    assert.equal(textSetting('roleSessionName', ' me '), 'me');
    for (const wrong of [undefined, null, '', '  ', 7, {}]) {
      assert.equal(textSetting('roleSessionName', wrong), 'vscode-${user}');
    }
  });

  it('may have tags, which are written as they are read', () => {
    const { tags, problems } = parseTags(' team = blue, stage=,a=b=c ');
    assert.deepEqual(problems, []);
    assert.equal(writeTags(tags), 'team=blue, stage=, a=b=c');
    assert.deepEqual(parseTags(writeTags(tags)).tags, tags);
    assert.deepEqual(parseTags('  '), { tags: [], problems: [] });
    assert.deepEqual(parseTagKeys(' team,stage '), ['team', 'stage']);
    assert.equal(tagKeysProblem('team, stage', tags), undefined);
    assert.deepEqual(tagKeysProblem('tier', tags), { kind: 'notATag', tag: 'tier' });
    for (const why of ['form', 'key', 'value', 'twice', 'tooMany'] as const) {
      assertGoodSentence(tagSentence({ why, tag: 'team' }));
    }
  });

  it('is checked for what AWS keeps for itself', () => {
    assert.deepEqual(sourceIdentityProblem('aws:me'), { kind: 'beginsWithAws' });
    assert.deepEqual(sourceIdentityProblem('a'), { kind: 'tooShort', min: 2 });
    assert.equal(sourceIdentityProblem('ada@engine.local'), undefined);
    assert.deepEqual(federatedNameProblem('a'.repeat(33)), { kind: 'tooLong', max: 32 });
    assertGoodSentence(inputSentence({ kind: 'beginsWithAws' }));
    assertGoodSentence(inputSentence({ kind: 'notATag', tag: 'tier' }));
  });

  it('is shown with each value in its row', () => {
    const form: RoleForm = {
      externalId: 'acme',
      mfaSerial: 'arn:aws:iam::111122223333:mfa/ada',
      durationSeconds: 5400,
      sourceIdentity: 'ada',
      tags: [{ key: 'team', value: 'blue' }],
      transitiveTagKeys: ['team'],
      policies: { inline: '{"Statement":{}}', arns: ['arn:aws:iam::aws:policy/job-function/ViewOnlyAccess'] },
    };
    const rows: Record<RoleOption, readonly [set: string, unset: string]> = {
      externalId: ['acme', 'not set'],
      mfaSerial: ['ada (1111-2222-3333)', 'none, no code is asked for'],
      durationSeconds: ['1h 30m', '1h'],
      sessionName: ['vscode-ada', 'vscode-ada'],
      sourceIdentity: ['ada', 'not set'],
      tags: ['team=blue', 'not set'],
      transitiveTagKeys: ['team', 'none'],
      readOnly: ['off', 'off'],
      inline: ['1 statement, 16 characters', 'not set'],
      arns: ['job-function/ViewOnlyAccess', 'not set'],
    };
    const labels = new Set<string>();
    for (const [option, [set, unset]] of Object.entries(rows) as [RoleOption, readonly [string, string]][]) {
      const known = { defaultSessionName: 'vscode-ada' };
      assert.equal(roleOptionValue(option, form, known), set, option);
      assert.equal(roleOptionValue(option, {}, known), unset, option);
      labels.add(roleOptionLabel(option));
    }
    assert.equal(labels.size, Object.keys(rows).length);
    assert.match(
      roleOptionValue('readOnly', { readOnly: true }, { defaultSessionName: '' }),
      /still reads data/,
    );
    assert.deepEqual(roleFormText.summary({}), []);
    assert.deepEqual(roleFormText.summary({ ...form, readOnly: true }), [
      'external ID',
      'MFA',
      '1h 30m',
      'source identity',
      'tags',
      'session policies',
      'read-only',
    ]);
  });

  it('is remembered apart from the same role with something else', () => {
    const requests: readonly SessionRequest[] = [
      typed(),
      typed({ sourceIdentity: 'ada' }),
      typed({ tags: [{ key: 'a', value: 'b' }] }),
      typed({ policies: { inline: '{}' } }),
      typed({ policies: { arns: ['x'] } }),
      typed({ readOnly: true }),
      { kind: 'profile', profile: 'a' },
      { kind: 'profile', profile: 'a', readOnly: true },
    ];
    assert.equal(new Set(requests.map(requestKey)).size, requests.length);
  });

  it('is called read-only where it is', () => {
    assert.equal(nameOfRequest({ kind: 'profile', profile: 'a', readOnly: true }), 'a (read-only)');
    assert.equal(nameOfRequest(typed({ readOnly: true })), 'by hand (read-only)');
    assert.equal(nameOfRequest(typed()), 'by hand');
    const federation = {
      kind: 'federation',
      profile: 'a',
      userName: 'guest',
      durationSeconds: undefined,
    } as const;
    assert.equal(nameOfRequest(federation), 'guest');
  });
});
