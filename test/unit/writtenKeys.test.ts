import assert from 'node:assert/strict';
import type { Credentials } from '../../src/aws/credentials.ts';
import { Secret } from '../../src/aws/secret.ts';
import {
  nameOfCopy,
  withoutWrittenKeys,
  withoutWrittenProfile,
  withWrittenProfile,
  writtenText,
} from '../../src/aws/writtenKeys.ts';

const accessKeyId = 'ASIAEXAMPLEWRITTEN00';
const credentials: Credentials = {
  accessKeyId,
  secretAccessKey: new Secret('EXAMPLE/secret+key='),
  sessionToken: new Secret('EXAMPLEtoken+/=='),
  expiresAt: Date.UTC(2026, 10, 23, 14, 5),
  accountId: '111122223333',
  arn: undefined,
};
const profile = { name: 'prod-copy', session: 'prod', credentials, region: 'eu-west-1' };
const add = (text: string): string => withWrittenProfile(text, profile) ?? assert.fail('the name is taken');

const before = '# mine\n[default]\naws_access_key_id = AKIAEXAMPLE000000000\n\n; the end\n';

describe('keys in a section of the credentials file', () => {
  it('stand at its end, below a word on where they come from', () => {
    assert.equal(
      add(before),
      `${before}# Written by STS Sessions: keys of prod, they end at 2026-11-23T14:05:00Z and are taken out then
[prod-copy]
aws_access_key_id = ASIAEXAMPLEWRITTEN00
aws_secret_access_key = EXAMPLE/secret+key=
aws_session_token = EXAMPLEtoken+/==
region = eu-west-1
`,
    );
  });

  for (const [what, text] of [
    ['an empty file', ''],
    ['an ordinary one', before],
    ['one without a last line ending', before.trimEnd()],
    ['one with Windows line endings', before.replaceAll('\n', '\r\n')],
    ['one with a byte order mark', `\ufeff${before}`],
  ] as const) {
    it(`go again to the byte: ${what}`, () => {
      assert.equal(withoutWrittenProfile(add(text), 'prod-copy', accessKeyId), text);
    });
  }

  it('go where more follows, which stays', () => {
    const after = `${add(before)}\n[later]\nregion = us-east-1\n`;
    assert.equal(
      withoutWrittenProfile(after, 'prod-copy', accessKeyId),
      `${before}\n[later]\nregion = us-east-1\n`,
    );
  });

  it('leave what somebody has put between them', () => {
    const mixed = add('').replace('region =', '# why\noutput = json\nregion =');
    assert.equal(
      withoutWrittenProfile(mixed, 'prod-copy', accessKeyId),
      '# Written by STS Sessions: keys of prod, they end at 2026-11-23T14:05:00Z and are taken out then\n[prod-copy]\n# why\noutput = json\n',
    );
  });

  it('are never written over a section of that name, whosever it is', () => {
    assert.equal(withWrittenProfile('[prod-copy]\nregion = eu-west-1\n', profile), undefined);
    assert.equal(withWrittenProfile(add(''), profile), undefined);
  });

  it('are left where others stand there by now', () => {
    const others = add('').replace(accessKeyId, 'ASIAEXAMPLEOTHERS000');
    assert.equal(withoutWrittenProfile(others, 'prod-copy', accessKeyId), others);
    assert.equal(withoutWrittenProfile(before, 'prod-copy', accessKeyId), before);
  });

  it('cannot smuggle a line in', () => {
    const lines = add('').split('\n').length;
    const text = withWrittenProfile('', { ...profile, session: 'prod\n[default]\nregion = x' });
    assert.equal(text?.split('\n').length, lines);
    assert.throws(() => withWrittenProfile('', { ...profile, name: 'a]\n[default' }), RangeError);
  });
});

describe('keys in a file of their own', () => {
  it('go with the file', () => {
    for (const form of ['env', 'json'] as const) {
      const text = writtenText(form, credentials, 'eu-west-1');
      assert.match(text, /EXAMPLE\/secret\+key=/);
      assert.equal(withoutWrittenKeys(form, text, accessKeyId), '');
    }
  });

  it('go out of a .env file to which somebody has added', () => {
    const text = `DEBUG=1\n${writtenText('env', credentials, 'eu-west-1')}# last\n`;
    assert.equal(withoutWrittenKeys('env', text, accessKeyId), 'DEBUG=1\n# last\n');
  });

  it('go out of a JSON file to which somebody has added', () => {
    const written = writtenText('json', { ...credentials, accountId: '111122223333' }, 'eu-west-1');
    const text = written.replace('{\n', '{\n  "mine": { "AccessKeyId": "x" },\n');
    assert.notEqual(text, written);
    assert.equal(
      withoutWrittenKeys('json', text, accessKeyId),
      '{\n  "mine": {\n    "AccessKeyId": "x"\n  }\n}\n',
    );
    assert.equal(withoutWrittenKeys('json', written, accessKeyId), '');
  });

  for (const [what, broken] of [
    ['with a comment', (text: string) => `// mine\n${text}`],
    ['in a list', (text: string) => `[${text}]`],
    ['cut short', (text: string) => text.slice(0, -4)],
  ] as const) {
    it(`are left in JSON ${what}, which is told without a word of it`, () => {
      const text = broken(writtenText('json', credentials, undefined));
      assert.throws(
        () => withoutWrittenKeys('json', text, accessKeyId),
        (error) => error instanceof RangeError && !error.message.includes('EXAMPLE'),
      );
    });
  }

  it('are left where others stand there by now', () => {
    for (const form of ['env', 'json'] as const) {
      const text = writtenText(form, { ...credentials, accessKeyId: 'ASIAEXAMPLEOTHERS000' }, undefined);
      assert.equal(withoutWrittenKeys(form, text, accessKeyId), text);
    }
  });
});

describe('the name of a copy', () => {
  for (const [session, name] of [
    ['prod-admin', 'prod-admin-copy'],
    ['Sandbox / Admin', 'Sandbox-/-Admin-copy'],
    ['prod (read-only)', 'prod-read-only-copy'],
    ['日本', 'session-copy'],
  ] as const) {
    it(`${session} → ${name}`, () => assert.equal(nameOfCopy(session), name));
  }
});
