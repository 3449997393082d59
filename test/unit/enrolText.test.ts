import assert from 'node:assert/strict';
import type { Fault } from '../../src/aws/faults.ts';
import {
  deviceOwner,
  freeDeviceName,
  isDeviceName,
  mayHaveWorked,
  serialOf,
} from '../../src/aws/mfaDevices.ts';
import { deviceProfiles, withMfaSerial } from '../../src/aws/mfaSerial.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import {
  againText,
  enrolText,
  fullSentence,
  notUserSentence,
  refusalSentence,
  waitText,
} from '../../src/ui/text/enrolment.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const serial = 'arn:aws:iam::111122223333:mfa/bob';
const refused = (code: string): Fault => ({ kind: 'refused', code, status: 409, message: 'AWS’s own words' });
const denied: Fault = {
  kind: 'accessDenied',
  action: 'iam:CreateVirtualMFADevice',
  hints: [],
  roleArn: undefined,
  caller: undefined,
};

describe('what is said while an MFA device is enrolled', () => {
  it('keeps the rules for messages', () => {
    const full = [refused('LimitExceeded'), refused('ConcurrentModification'), denied].flatMap((fault) =>
      [true, false].map((mayNeedCode) => refusalSentence(fault, 'bob', mayNeedCode) ?? ''),
    );
    for (const text of [
      ...full,
      enrolText.namePrompt('bob', undefined),
      enrolText.namePrompt('bob', 2),
      enrolText.badName(),
      enrolText.enrolled(serial),
      enrolText.enrolledIn(serial, ['bob', 'bob-admin']),
      enrolText.undone(serial),
      enrolText.undoneLate(serial),
      enrolText.undoneAfter(fullSentence('bob')),
      enrolText.remains(serial),
      enrolText.interrupted(serial),
      enrolText.deleted(serial),
      enrolText.isEnabled(serial),
      enrolText.notNamed(serial),
      enrolText.firstCode(),
      enrolText.secondCode(),
      enrolText.sameCode(),
      fullSentence('bob'),
      notUserSentence({ kind: 'root' }),
      notUserSentence({ kind: 'session', name: 'admin' }),
      ...(['nameTaken', 'wrongCodes', 'notKept'] as const).map((again) => againText(again) ?? ''),
      ...(['looking', 'creating', 'nextCode', 'enabling', 'deleting'] as const).map(waitText),
    ]) {
      assertGoodSentence(text);
    }
  });

  it('names the permission that is missing, and MFA where that may be it', () => {
    assert.match(refusalSentence(denied, 'bob', false) ?? '', /^You may not.*: iam:CreateVirtualMFADevice$/);
    assert.match(refusalSentence(denied, 'bob', true) ?? '', /start an MFA session first/);
    assert.equal(refusalSentence({ kind: 'throttled', host: 'iam' }, 'bob', false), undefined);
  });
});

describe('whose MFA device it can be', () => {
  it('is read off the ARN of GetCallerIdentity', () => {
    const user = deviceOwner('arn:aws-cn:iam::111122223333:user/team/ops/bob');
    assert.deepEqual(user, { kind: 'user', partition: 'aws-cn', accountId: '111122223333', name: 'bob' });
    assert.equal(user.kind === 'user' && serialOf(user, 'b'), 'arn:aws-cn:iam::111122223333:mfa/b');
    assert.deepEqual(deviceOwner('arn:aws:iam::111122223333:root'), { kind: 'root' });
    assert.deepEqual(deviceOwner('arn:aws:sts::111122223333:assumed-role/admin/me'), {
      kind: 'session',
      name: 'admin',
    });
    assert.deepEqual(deviceOwner('arn:aws:sts::111122223333:federated-user/ann'), {
      kind: 'session',
      name: 'ann',
    });
    assert.deepEqual(deviceOwner('nonsense'), { kind: 'session', name: 'nonsense' });
  });

  it('gets a name that is free, and that IAM takes', () => {
    assert.equal(freeDeviceName('bob', new Set()), 'bob');
    assert.equal(freeDeviceName('bob', new Set([serial, `${serial}-2`, 'GAHT12345678'])), 'bob-3');
    assert.ok(isDeviceName('bob+=,.@-_1') && isDeviceName('b'.repeat(226)));
    for (const name of ['', 'b ob', 'bob/x', 'bö', 'b'.repeat(227)]) {
      assert.ok(!isDeviceName(name), name);
    }
  });

  it('is looked for again only after an answer that may be wrong', () => {
    assert.ok(mayHaveWorked({ kind: 'timedOut', host: 'iam', seconds: 30 }));
    assert.ok(mayHaveWorked({ kind: 'cancelled' }));
    assert.ok(!mayHaveWorked(denied) && !mayHaveWorked(refused('LimitExceeded')));
  });
});

describe('the profiles that name a new MFA device', () => {
  const config = [
    '# mine',
    '[profile "bob"]  ; quoted',
    'region = eu-central-1 # here',
    '',
    '[profile admin]',
    'role_arn = arn:aws:iam::111122223333:role/admin',
    'source_profile = bob',
    `mfa_serial = ${serial}-old ; the lost phone`,
    '',
    '[profile done]',
    'role_arn = arn:aws:iam::111122223333:role/done',
    'source_profile = bob',
    `mfa_serial = ${serial}`,
    '',
    '[profile stranger]',
    'role_arn = arn:aws:iam::111122223333:role/x',
    'source_profile = other',
    '',
  ].join('\r\n');
  const credentials =
    '[bob]\naws_access_key_id = AKIAEXAMPLEBOB000001\naws_secret_access_key = EXAMPLEKEY/bob\n';

  it('are the user’s own and the roles that start from it', () => {
    assert.deepEqual(deviceProfiles(readProfiles({ config, credentials }), 'bob', serial), [
      { name: 'bob', serial: undefined, file: 'config' },
      { name: 'admin', serial: `${serial}-old`, file: 'config' },
    ]);
  });

  it('get a line where it belongs, however the header is written, and everything else stays', () => {
    const edited = withMfaSerial(config, 'bob', serial, 'config');
    assert.equal(edited, config.replace('region = eu-central-1 # here\r\n', `$&mfa_serial = ${serial}\r\n`));
    assert.equal(withMfaSerial(config, 'admin', serial, 'config'), config.replace(`${serial}-old`, serial));
    assert.equal(withMfaSerial(edited, 'bob', serial, 'config'), edited, 'once is enough');
  });

  it('get a section where the file has none of theirs', () => {
    assert.equal(
      withMfaSerial('# empty\n', 'bob', serial, 'config'),
      `# empty\n\n[profile bob]\nmfa_serial = ${serial}\n`,
    );
    const withDevice = `${credentials}mfa_serial = ${serial}-old\n`;
    assert.deepEqual(
      deviceProfiles(readProfiles({ config: undefined, credentials: withDevice }), 'bob', serial),
      [{ name: 'bob', serial: `${serial}-old`, file: 'credentials' }],
    );
    assert.equal(
      withMfaSerial(withDevice, 'bob', serial, 'credentials'),
      `${credentials}mfa_serial = ${serial}\n`,
    );
  });
});
