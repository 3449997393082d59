import assert from 'node:assert/strict';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { sandboxClient } from '../sandbox/client.ts';
import { demoData } from '../sandbox/demo.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { Refusal } from '../sandbox/refusal.ts';
import { checkSignature, readClaim, type WireRequest } from '../sandbox/signature.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const signedAt = Date.UTC(2015, 7, 30, 12, 36, 0);

/** The example that AWS's documentation signs step by step; its signature is AWS's, not ours. */
function listUsers(
  change: Partial<{ authorization: string; date: string; query: string; body: string }> = {},
): WireRequest {
  const headers: [string, string[]][] = [
    ['content-type', ['application/x-www-form-urlencoded; charset=utf-8']],
    ['host', ['iam.amazonaws.com']],
    ['x-amz-date', [change.date ?? '20150830T123600Z']],
    ['authorization', [change.authorization ?? authorization()]],
  ];
  return {
    method: 'GET',
    path: '/',
    query: change.query ?? 'Action=ListUsers&Version=2010-05-08',
    headers: new Map(headers),
    body: Buffer.from(change.body ?? ''),
  };
}

function authorization({
  scope = '20150830/us-east-1/iam/aws4_request',
  headers = 'content-type;host;x-amz-date',
  signature = '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
} = {}): string {
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${headers}, Signature=${signature}`;
}

function check(request: WireRequest, now = signedAt): void {
  checkSignature(readClaim(request), request, secret, 'iam', now);
}

function refusal(code: string, message: string | RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, code);
    if (typeof message === 'string') {
      assert.equal(error.message, message);
    } else {
      assert.match(error.message, message);
    }
    return true;
  };
}

const calculated = /^The request signature we calculated does not match the signature you provided\./;

describe('sandbox: signature version 4', () => {
  it("takes the signature that AWS's documentation gives for its example", () => {
    check(listUsers());
  });

  it("takes the signature of AWS's test suite for a request with nothing but a host and a date", () => {
    const request: WireRequest = {
      ...listUsers(),
      query: '',
      headers: new Map([
        ['host', ['example.amazonaws.com']],
        ['x-amz-date', ['20150830T123600Z']],
        [
          'authorization',
          [
            authorization({
              scope: '20150830/us-east-1/service/aws4_request',
              headers: 'host;x-amz-date',
              signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
            }),
          ],
        ],
      ]),
    };
    checkSignature(readClaim(request), request, secret, 'service', signedAt);
  });

  const changed: readonly [string, WireRequest][] = [
    ['the query', listUsers({ query: 'Action=ListRoles&Version=2010-05-08' })],
    ['the body', listUsers({ body: 'x' })],
    ['the method', { ...listUsers(), method: 'POST' }],
    ['the path', { ...listUsers(), path: '/other' }],
    ['the host', { ...listUsers(), headers: new Map([...listUsers().headers, ['host', ['127.0.0.1']]]) }],
    [
      'the region',
      listUsers({ authorization: authorization({ scope: '20150830/us-west-2/iam/aws4_request' }) }),
    ],
  ];
  for (const [what, request] of changed) {
    it(`refuses a signature when ${what} is another`, () => {
      assert.throws(() => check(request), refusal('SignatureDoesNotMatch', calculated));
    });
  }

  it('refuses the signature of another secret', () => {
    const request = listUsers();
    assert.throws(
      () => checkSignature(readClaim(request), request, 'EXAMPLEKEY/another', 'iam', signedAt),
      refusal('SignatureDoesNotMatch', calculated),
    );
  });

  it('keeps to 15 minutes on both sides, and says both times as AWS does', () => {
    const minutes = 60_000;
    check(listUsers(), signedAt + 15 * minutes);
    check(listUsers(), signedAt - 15 * minutes);
    assert.throws(
      () => check(listUsers(), signedAt + 15 * minutes + 1000),
      refusal(
        'SignatureDoesNotMatch',
        'Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)',
      ),
    );
    assert.throws(
      () => check(listUsers(), signedAt - 15 * minutes - 1000),
      refusal(
        'SignatureDoesNotMatch',
        'Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)',
      ),
    );
  });

  const wrong: readonly [string, string, string | RegExp, WireRequest][] = [
    [
      'another service in the scope',
      'SignatureDoesNotMatch',
      "Credential should be scoped to correct service: 'iam'. ",
      listUsers({ authorization: authorization({ scope: '20150830/us-east-1/sts/aws4_request' }) }),
    ],
    [
      'another end of the scope',
      'SignatureDoesNotMatch',
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
      listUsers({ authorization: authorization({ scope: '20150830/us-east-1/iam/aws5_request' }) }),
    ],
    [
      "a day in the scope that is not the header's",
      'SignatureDoesNotMatch',
      /^Date in Credential scope does not match YYYYMMDD .* '20150831' != '20150830', from '20150830T123600Z'\.$/,
      listUsers({ authorization: authorization({ scope: '20150831/us-east-1/iam/aws4_request' }) }),
    ],
    [
      'an unsigned host',
      'SignatureDoesNotMatch',
      "'Host' must be a 'SignedHeader' in the AWS Authorization.",
      listUsers({ authorization: authorization({ headers: 'content-type;x-amz-date' }) }),
    ],
    [
      'an unsigned date',
      'SignatureDoesNotMatch',
      "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.",
      listUsers({ authorization: authorization({ headers: 'content-type;host' }) }),
    ],
    [
      'a date of another form',
      'IncompleteSignature',
      /^Date must be in ISO-8601 'basic format'\. Got '2015-08-30T12:36:00Z'\./,
      listUsers({ date: '2015-08-30T12:36:00Z' }),
    ],
    [
      'a space before the key id',
      'IncompleteSignature',
      /^'AKIDEXAMPLE\/.*' not a valid key=value pair \(missing equal-sign\) in Authorization header: /,
      listUsers({ authorization: authorization().replace('Credential=', 'Credential= ') }),
    ],
    [
      'another scheme',
      'IncompleteSignature',
      /Authorization=Basic$/,
      listUsers({ authorization: 'Basic dXNlcjpwYXNz' }),
    ],
  ];
  for (const [what, code, message, request] of wrong) {
    it(`refuses ${what}`, () => assert.throws(() => check(request), refusal(code, message)));
  }

  it('refuses a request that carries no signature at all', () => {
    const headers = new Map([...listUsers().headers].filter(([name]) => name !== 'authorization'));
    assert.throws(
      () => check({ ...listUsers(), headers }),
      refusal('MissingAuthenticationToken', 'Request is missing Authentication Token'),
    );
  });
});

describe("sandbox: AWS's SDK as the signer", () => {
  const alice = demoData().accounts[0]?.users?.[0]?.keys[0];
  let sandbox: Sandbox;
  before(async () => (sandbox = await startSandbox()));
  afterEach(() => sandbox.control.clear());
  after(() => sandbox.close());

  it('is recognised in any region of the partition', async () => {
    for (const region of ['us-east-1', 'eu-central-1', 'mx-central-1']) {
      const reply = await sandboxClient(sandbox, alice, region).send(new GetCallerIdentityCommand());
      assert.equal(reply.Arn, 'arn:aws:iam::111122223333:user/alice');
      assert.equal(reply.Account, '111122223333');
    }
  });

  it('has its session token and every odd character of its parameters covered by the signature', async () => {
    const client = sandboxClient(sandbox, alice);
    const reply = await client.send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::111122223333:role/staging-dev',
        RoleSessionName: 'a+b=c,d.e@f-g_h',
        ExternalId: 'acme-4711',
      }),
    );
    const identity = await sandboxClient(sandbox, reply.Credentials).send(new GetCallerIdentityCommand());
    assert.equal(identity.Arn, 'arn:aws:sts::111122223333:assumed-role/staging-dev/a+b=c,d.e@f-g_h');
    assert.equal(identity.UserId, reply.AssumedRoleUser?.AssumedRoleId);
  });

  it('is refused outside 15 minutes, and told both times and the server time', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    sandbox.control.skewClock(3_600_000);
    const error = await sandboxClient(sandbox, alice)
      .send(new GetCallerIdentityCommand())
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'SignatureDoesNotMatch');
    assert.match(
      error.message,
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    );
    const response = await fetch(sandbox.url, { method: 'POST' });
    const date = Date.parse(response.headers.get('date') ?? '');
    assert.ok(date >= before + 3_600_000, 'the Date header follows the skewed clock');
  });

  it('is refused in a region of another partition as if the key did not exist', async () => {
    await assert.rejects(sandboxClient(sandbox, alice, 'cn-north-1').send(new GetCallerIdentityCommand()), {
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    });
  });
});
