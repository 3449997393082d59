import assert from 'node:assert/strict';
import { findEncodedMessage, prettyMessage, readAuthorization } from '../../src/aws/authorizationMessage.ts';
import { authorizationSentence, decodeText } from '../../src/ui/text/decode.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const message = `EXAMPLEMESSAGE-_${'aB3-x_'.repeat(60)}`;
const ofCli = `An error occurred (UnauthorizedOperation) when calling the StopInstances operation: You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/alice is not authorized to perform: ec2:StopInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0 because no identity-based policy allows the ec2:StopInstances action. Encoded authorization failure message: ${message}`;

/** As a terminal of 80 columns breaks it. */
function wrapped(text: string): string {
  return text.replaceAll(/.{80}/g, '$&\n');
}

describe('an encoded authorization message', () => {
  for (const [title, text, expected] of [
    ['alone', message, message],
    ['with white space around it', `\n  ${message}  \n`, message],
    ['in an error of the AWS CLI', ofCli, message],
    ['in quotes', `{"error": "Encoded authorization failure message: ${message}"}`, message],
    [
      'with more behind it',
      `${ofCli}\n\tstatus code: 403, request id: 8e5b2f7c-1111-2222-3333-444455556666\n`,
      message,
    ],
    ['with more behind it on its line', `${ofCli} status code: 403`, message],
    ['on the line below', `Encoded authorization failure message:\n${message}\n`, message],
    ['broken by a terminal', wrapped(message), message],
    ['with Windows line breaks', wrapped(message).replaceAll('\n', '\r\n'), message],
    ['short, but announced', 'Encoded authorization failure message: AbC', 'AbC'],
    ['among other lines', `first\nsecond line\n${message}\nlast line here`, message],
  ] as const) {
    it(`is found ${title}`, () => {
      assert.equal(findEncodedMessage(text), expected);
    });
  }

  for (const [title, text] of [
    ['nothing', ''],
    ['a sentence', 'You are not authorized to perform this operation.'],
    ['a role’s ARN', 'arn:aws:iam::111122223333:role/some/path/with-a-name'],
    ['something far too long', 'a'.repeat(10_241)],
    ['something announced and far too long', `Encoded authorization failure message: ${'a'.repeat(10_241)}`],
  ] as const) {
    it(`is not found in ${title}`, () => {
      assert.equal(findEncodedMessage(text), undefined);
    });
  }

  it('is looked for in a log of megabytes within a moment', () => {
    const log = 'a line of some log that says nothing of use\n'.repeat(100_000);
    const began = performance.now();
    assert.equal(findEncodedMessage(log), undefined);
    assert.ok(performance.now() - began < 2000);
  });
});

describe('a decoded authorization message', () => {
  const decoded = (over: object): string =>
    JSON.stringify({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      context: {
        principal: { id: 'AROAEXAMPLE:me', arn: 'arn:aws:sts::111122223333:assumed-role/ops/me' },
        action: 'ec2:StopInstances',
        resource: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1',
      },
      ...over,
    });
  const what = 'ec2:StopInstances → arn:aws:ec2:eu-west-1:111122223333:instance/i-1';
  for (const [over, sentence] of [
    [{}, `No policy allows ops/me to do this: ${what}`],
    [{ explicitDeny: true }, `A policy denies ops/me this explicitly: ${what}`],
    [
      { explicitDeny: true, matchedStatements: { items: [{ statementId: 'Guard' }, { statementId: '' }] } },
      `A policy denies ops/me this explicitly, by its statement Guard: ${what}`,
    ],
    [{ allowed: true }, `ops/me was allowed to do this: ${what}`],
    [
      { context: { action: 'ec2:StopInstances' } },
      'No policy allows the caller to do this: ec2:StopInstances',
    ],
    [{ context: { action: 'a:B' }, allowed: true }, 'The caller was allowed to do this: a:B'],
  ] as const) {
    it(sentence, () => {
      const authorization = readAuthorization(decoded(over));
      assert.ok(authorization);
      assert.equal(authorizationSentence(authorization), sentence);
      assertGoodSentence(sentence);
    });
  }

  it('is not believed when it is something else', () => {
    for (const text of ['', '{', '[]', 'null', '{"allowed":"no"}']) {
      assert.equal(readAuthorization(text), undefined);
    }
    assert.equal(
      readAuthorization('{"allowed":true,"matchedStatements":7,"context":null}')?.action,
      undefined,
    );
  });

  it('is shown with line breaks, or as it came', () => {
    assert.equal(prettyMessage('{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}\n');
    assert.equal(prettyMessage('no JSON'), 'no JSON');
  });

  it('is spoken of in good sentences', () => {
    for (const text of [
      decodeText.prompt(),
      decodeText.notFound(),
      decodeText.notAllowed('ops'),
      decodeText.unknown(),
    ]) {
      assertGoodSentence(text);
    }
  });
});
