import assert from 'node:assert/strict';
import { appendProfile, propertyLine, setProperty } from '../../src/aws/edit.ts';

describe('setProperty', () => {
  const cases: [title: string, before: string, after: string][] = [
    ['changes the value in its line', '[default]\nregion = a\nx = y\n', '[default]\nregion = new\nx = y\n'],
    [
      'keeps spelling, spacing and comment',
      '[default]\n# why\nREGION=\ta ; why\n',
      '[default]\n# why\nREGION=\tnew ; why\n',
    ],
    ['keeps the comment of an empty value', '[default]\nregion = # why\n', '[default]\nregion = new # why\n'],
    ['keeps CRLF', '[default]\r\nregion = a\r\n', '[default]\r\nregion = new\r\n'],
    ['keeps a missing last line ending', '[default]\nregion = a', '[default]\nregion = new'],
    ['keeps a byte order mark', '\ufeff[default]\nregion = a', '\ufeff[default]\nregion = new'],
    [
      'replaces continuation lines and keeps what is below them',
      '[default]\nregion =\n  a = b\n\n  c = d\n  # why\n\n[profile b]\n',
      '[default]\nregion = new\n  # why\n\n[profile b]\n',
    ],
    [
      'changes the last of several, which is the one that counts',
      '[default]\nregion = a\nregion = b\n[profile b]\n[default]\nx = y\n',
      '[default]\nregion = a\nregion = new\n[profile b]\n[default]\nx = y\n',
    ],
    [
      'adds below the last property',
      '[default]\nx =\n  a = b\n\n# b is next\n[profile b]\nregion = other\n',
      '[default]\nx =\n  a = b\nregion = new\n\n# b is next\n[profile b]\nregion = other\n',
    ],
    ['adds below an empty header', '[default]\r\n\r\n[x]\r\n', '[default]\r\nregion = new\r\n\r\n[x]\r\n'],
    ['adds below an unfinished header', '[default]', '[default]\nregion = new'],
    ['adds the section', '[x]\n', '[x]\n\n[default]\nregion = new\n'],
    ['begins an empty file', '', '[default]\nregion = new\n'],
  ];
  for (const [title, before, after] of cases) {
    it(title, () => assert.equal(setProperty(before, 'default', 'region', 'new'), after));
  }

  it('changes nothing when the value is there already', () => {
    const text = '[default]\nregion  =  eu-west-1  # home\r\n';
    assert.equal(setProperty(text, 'default', 'region', 'eu-west-1'), text);
  });
});

describe('appendProfile', () => {
  const role = [['role_arn', 'arn:aws:iam::111122223333:role/Admin']] as const;

  it('adds a profile after an empty line', () => {
    const after = appendProfile('[default]\nregion = a\n', 'prod', role, 'config');
    assert.equal(
      after,
      '[default]\nregion = a\n\n[profile prod]\nrole_arn = arn:aws:iam::111122223333:role/Admin\n',
    );
  });

  it('writes headers as each file wants them', () => {
    assert.match(appendProfile('', 'prod', role, 'credentials'), /^\[prod\]\n/);
    assert.match(appendProfile('', 'default', role, 'config'), /^\[default\]\n/);
    assert.match(appendProfile('', 'my profile', role, 'config'), /^\[profile "my profile"\]\n/);
  });

  it('needs no second empty line', () => {
    assert.equal(appendProfile('[a]\r\n\r\n', 'b', [], 'credentials'), '[a]\r\n\r\n[b]\r\n');
  });

  it('sets the properties of a profile that is there', () => {
    const after = appendProfile('[profile prod]\nregion = a\n', 'prod', [['region', 'b'], ...role], 'config');
    assert.equal(after, '[profile prod]\nregion = b\nrole_arn = arn:aws:iam::111122223333:role/Admin\n');
  });

  it('refuses a name that would become something else', () => {
    for (const name of ['', ' a', 'a]b', 'a\nb', 'a"b']) {
      assert.throws(() => appendProfile('', name, [], 'config'), RangeError, name);
    }
    assert.throws(() => appendProfile('', 'my profile', [], 'credentials'), RangeError);
  });
});

describe('propertyLine', () => {
  it('refuses what another tool would read differently', () => {
    for (const value of ['', ' a', 'a ', 'a\nb', 'a\rb', 'a # b', 'a\t;b', '# a', ';a']) {
      assert.throws(() => propertyLine('key', value), RangeError, JSON.stringify(value));
    }
    assert.throws(() => propertyLine('a key', 'value'), RangeError);
    assert.equal(propertyLine('key', 'a#b;c = d'), 'key = a#b;c = d');
  });

  it('keeps the value out of its error', () => {
    assert.throws(
      () => propertyLine('aws_secret_access_key', 'EXAMPLEKEY '),
      (error: Error) => !error.message.includes('EXAMPLEKEY'),
    );
  });
});
