import assert from 'node:assert/strict';
import type { StsCall } from '../../src/aws/effects.ts';
import type { Fault } from '../../src/aws/faults.ts';
import type { AwsError } from '../../src/aws/faultFromAws.ts';
import { faultFromAws } from '../../src/aws/faultFromAws.ts';
import { redact } from '../../src/aws/redact.ts';
import { Secret } from '../../src/aws/secret.ts';

const now = Date.UTC(2026, 0, 27, 0, 14, 27);
const roleArn = 'arn:aws:iam::222233334444:role/Admin';
const serial = 'arn:aws:iam::111122223333:mfa/alice';
const mfa = { serial, code: new Secret('123456') };
const assumeRole = {
  kind: 'assumeRole',
  roleArn,
  sessionName: 'alice',
  externalId: undefined,
  durationSeconds: 43_200,
  mfa: undefined,
} as const;
const withCode: StsCall = { ...assumeRole, mfa };
const sessionToken: StsCall = { kind: 'sessionToken', durationSeconds: undefined, mfa };

function fault(code: string, message = '', over: Partial<AwsError> = {}): Fault {
  return faultFromAws({
    code,
    message,
    status: 400,
    serverTime: now,
    now,
    call: assumeRole,
    target: { region: 'eu-west-1', endpoint: 'https://sts.eu-west-1.amazonaws.com' },
    keys: { accessKeyId: 'AKIAEXAMPLE' },
    ...over,
  });
}

const host = 'sts.eu-west-1.amazonaws.com';

describe('faultFromAws', () => {
  const table: readonly (readonly [
    title: string,
    code: string,
    message: string,
    over: Partial<AwsError>,
    Fault,
  ])[] = [
    ['throttling', 'Throttling', 'Rate exceeded', {}, { kind: 'throttled', host }],
    ['a failure of AWS', 'InternalFailure', '', { status: 500 }, { kind: 'unavailable', host, status: 500 }],
    ['no service', 'ServiceUnavailable', '', { status: 503 }, { kind: 'unavailable', host, status: 503 }],
    [
      'an expired session',
      'ExpiredToken',
      'The security token included in the request is expired',
      { status: 403 },
      { kind: 'sourceExpired', profile: '' },
    ],
    [
      'an unknown key',
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      { status: 403 },
      { kind: 'unknownKey', profile: '', accessKeyId: 'AKIAEXAMPLE' },
    ],
    [
      'an unknown key at another partition’s endpoint',
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      { status: 403, target: { region: 'cn-north-1', endpoint: 'https://sts.cn-north-1.amazonaws.com.cn' } },
      { kind: 'wrongPartition', roleArn, region: 'cn-north-1' },
    ],
    [
      'an unknown key that calls a role nobody can read',
      'InvalidClientTokenId',
      '',
      { call: { ...assumeRole, roleArn: 'arn:foo' } },
      { kind: 'unknownKey', profile: '', accessKeyId: 'AKIAEXAMPLE' },
    ],
    [
      'an unknown key in a region nobody knows',
      'InvalidClientTokenId',
      '',
      { target: { region: 'moon', endpoint: 'http://localhost:1' } },
      { kind: 'unknownKey', profile: '', accessKeyId: 'AKIAEXAMPLE' },
    ],
    [
      'times that are none',
      'SignatureDoesNotMatch',
      'Signature expired: 20229927T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)',
      {},
      { kind: 'wrongSecret', profile: '' },
    ],
    [
      'a wrong secret',
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
      { status: 403 },
      { kind: 'wrongSecret', profile: '' },
    ],
    [
      'a clock that is behind',
      'SignatureDoesNotMatch',
      'Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)',
      { status: 403 },
      { kind: 'clockSkew', minutes: -105 },
    ],
    [
      'a clock that is ahead',
      'SignatureDoesNotMatch',
      'Signature not yet current: 20220127T015928Z is still later than 20220127T012928Z (20220127T011428Z + 15 min.)',
      { status: 403 },
      { kind: 'clockSkew', minutes: 45 },
    ],
    [
      'a clock that only the Date header tells of',
      'RequestExpired',
      'Request has expired.',
      { serverTime: now - 20 * 60_000 },
      { kind: 'clockSkew', minutes: 20 },
    ],
    [
      'a region that is off',
      'RegionDisabledException',
      'STS is not activated in this region for account:111122223333.',
      { status: 403 },
      { kind: 'regionDisabled', region: 'eu-west-1' },
    ],
    [
      'root keys',
      'AccessDenied',
      'Roles may not be assumed by root accounts.',
      { status: 403 },
      { kind: 'rootCannotAssume' },
    ],
    [
      'session credentials',
      'AccessDenied',
      'Cannot call GetSessionToken with session credentials',
      { status: 403, call: sessionToken },
      { kind: 'needsLongTermKeys', profile: '' },
    ],
    [
      'a wrong code',
      'AccessDenied',
      'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      { status: 403, call: withCode },
      { kind: 'mfaWrongCode', serial },
    ],
    [
      'a wrong device',
      'AccessDenied',
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
      { status: 403, call: sessionToken },
      { kind: 'mfaUnknownDevice', serial },
    ],
    [
      'over the role’s maximum',
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      {},
      { kind: 'durationOverMaximum', seconds: 43_200, roleArn },
    ],
    [
      'over an hour in a chain',
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      {},
      { kind: 'durationOverChaining', seconds: 43_200, roleArn },
    ],
    [
      'another validation error',
      'ValidationError',
      "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint",
      {},
      {
        kind: 'refused',
        code: 'ValidationError',
        status: 400,
        message: "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint",
      },
    ],
    [
      'a policy',
      'MalformedPolicyDocument',
      'Syntax errors in policy.',
      {},
      { kind: 'policyMalformed', detail: 'Syntax errors in policy.' },
    ],
    [
      'policies that are too large, in the SDK’s name for it',
      'PackedPolicyTooLargeException',
      'Packed policy consumes 112% of allotted space, please use smaller policy.',
      {},
      { kind: 'policyTooLarge', percent: 112 },
    ],
    [
      'policies that are too large, without a number',
      'PackedPolicyTooLarge',
      'Too large.',
      {},
      { kind: 'policyTooLarge', percent: undefined },
    ],
    [
      'a message that cannot be decoded',
      'InvalidAuthorizationMessageException',
      'Message is not valid',
      {},
      { kind: 'messageUnreadable' },
    ],
  ];
  for (const [title, code, message, over, expected] of table) {
    it(`knows ${title}`, () => {
      assert.deepEqual(fault(code, message, over), expected);
    });
  }

  describe('access denied', () => {
    const caller = 'arn:aws:iam::111122223333:user/alice';
    const denied = (by: string, because = ''): string =>
      `User: ${by} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}${because}`;
    const hints = (message: string, call: StsCall = assumeRole): readonly string[] => {
      const result = fault('AccessDenied', message, { status: 403, call });
      assert.ok(result.kind === 'accessDenied');
      return result.hints;
    };

    it('says who, what and whom', () => {
      assert.deepEqual(fault('AccessDenied', denied(caller), { status: 403 }), {
        kind: 'accessDenied',
        action: 'sts:AssumeRole',
        hints: ['mfaRequired', 'externalId', 'trustPolicy', 'identityPolicy', 'roleName'],
        roleArn,
        caller,
      });
      const bare = fault('AccessDenied', 'Access denied', { call: sessionToken });
      assert.deepEqual(bare, {
        kind: 'accessDenied',
        action: 'sts:GetSessionToken',
        hints: ['identityPolicy'],
        roleArn: undefined,
        caller: undefined,
      });
    });

    it('hints at nothing that was sent', () => {
      assert.deepEqual(hints(denied(caller), { ...assumeRole, mfa, externalId: 'stranger' }), [
        'trustPolicy',
        'identityPolicy',
        'roleName',
      ]);
    });

    it('does not hint at an external ID inside one account', () => {
      assert.equal(hints(denied('arn:aws:iam::222233334444:user/bob')).includes('externalId'), false);
    });

    it('repeats what AWS does say', () => {
      const because = ' because no identity-based policy allows the sts:AssumeRole action';
      const given = { ...assumeRole, mfa, externalId: 'stranger' } as const;
      assert.deepEqual(hints(denied(caller, because), given), ['identityPolicy']);
    });

    const named: readonly (readonly [words: string, hint: string])[] = [
      ['because no identity-based policy allows the sts:AssumeRole action', 'identityPolicy'],
      ['with an explicit deny in an identity-based policy', 'identityPolicy'],
      ['with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/no', 'identityPolicy'],
      ['because no resource-based policy allows the sts:AssumeRole action', 'trustPolicy'],
      ['with an explicit deny in a resource-based policy', 'trustPolicy'],
      ['because no service control policy allows the sts:AssumeRole action', 'organization'],
      ['with an explicit deny in a service control policy', 'organization'],
      ['with an explicit deny in a resource control policy', 'organization'],
      ['because no permissions boundary allows the sts:AssumeRole action', 'boundary'],
      ['with an explicit deny in a permissions boundary', 'boundary'],
      ['because no session policy allows the sts:AssumeRole action', 'sessionPolicy'],
      ['with an explicit deny in a session policy', 'sessionPolicy'],
      ['because no VPC endpoint policy allows the sts:AssumeRole action', 'endpointPolicy'],
      ['with an explicit deny in a VPC endpoint policy', 'endpointPolicy'],
    ];
    for (const [words, hint] of named) {
      it(`hears AWS name a policy: ${words}`, () => {
        const given = { ...assumeRole, mfa, externalId: 'stranger' } as const;
        assert.deepEqual(hints(denied(caller, ` ${words}`), given), [hint]);
      });
    }

    it('knows that a policy which is named may only want a code or an external ID', () => {
      assert.deepEqual(hints(denied(caller, ' with an explicit deny in an identity-based policy')), [
        'mfaRequired',
        'identityPolicy',
      ]);
      assert.deepEqual(
        hints(denied(caller, ' because no identity-based policy allows the sts:AssumeRole action')),
        ['identityPolicy', 'mfaRequired'],
      );
      assert.deepEqual(
        hints(denied(caller, ' because no resource-based policy allows the sts:AssumeRole action')),
        ['mfaRequired', 'externalId', 'trustPolicy'],
      );
      assert.deepEqual(hints(denied(caller, ' with an explicit deny in a service control policy')), [
        'organization',
      ]);
    });

    it('knows what else wants a permission of its own', () => {
      const other = (action: string): string => denied(caller).replace('sts:AssumeRole', action);
      assert.deepEqual(hints(other('sts:TagSession')), ['tagSession']);
      assert.deepEqual(hints(other('sts:SetSourceIdentity')), ['setSourceIdentity']);
      const tagged: StsCall = {
        ...assumeRole,
        mfa,
        tags: [{ key: 'team', value: 'a' }],
        sourceIdentity: 'alice',
      };
      assert.deepEqual(hints(denied(caller), tagged).slice(-2), ['tagSession', 'setSourceIdentity']);
    });

    it('takes no sentence about MFA seriously when no code was sent', () => {
      const result = fault(
        'AccessDenied',
        'MultiFactorAuthentication failed with invalid MFA one time pass code.',
      );
      assert.equal(result.kind, 'accessDenied');
    });
  });
});

describe('redact', () => {
  it('takes out whatever looks like a key, a token or a code', () => {
    const secrets = [
      'AKIAIOSFODNN7EXAMPLE',
      'ASIAIOSFODNN7EXAMPLE',
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      `IQoJb3JpZ2luX2Vj${'x'.repeat(400)}==`,
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0LXN1YmplY3QifQ.c2lnbmF0dXJlLW9mLWEtdGVzdA',
      '123456',
    ];
    for (const secret of secrets) {
      const clean = redact(`Value '${secret}' at 'x' failed, ${secret}`);
      assert.equal(clean.includes(secret), false, clean);
      assert.match(clean, /^Value '.*' at 'x' failed, /);
    }
  });

  it('leaves ARNs, accounts and AWS’s sentences alone', () => {
    const message = 'User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole';
    assert.equal(redact(message), message);
  });

  it('fits on one line of at most 300 characters', () => {
    assert.equal(redact('a\r\nb\u001b[31m\u202ec'), 'a b [31m c');
    assert.equal(redact('word '.repeat(100)).length, 300);
  });
});
