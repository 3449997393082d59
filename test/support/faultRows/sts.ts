import { roleArn } from './row.ts';
import type { FaultTable } from './row.ts';

/** Sentences for what AWS refuses, and what ends a session. */
export const stsRows: Pick<
  FaultTable,
  | 'cancelled'
  | 'sourceExpired'
  | 'unknownKey'
  | 'wrongSecret'
  | 'mfaNeedsPerson'
  | 'mfaWrongCode'
  | 'mfaUnknownDevice'
  | 'rootCannotAssume'
  | 'needsLongTermKeys'
  | 'accessDenied'
  | 'durationOverMaximum'
  | 'durationOverChaining'
  | 'regionDisabled'
  | 'wrongPartition'
  | 'refused'
  | 'deadOnArrival'
  | 'planChanged'
  | 'stillRenewing'
  | 'policyTooLarge'
  | 'policyMalformed'
  | 'messageUnreadable'
  | 'iamNeedsMfa'
  | 'internal'
> = {
  cancelled: [[{}, '', []]],
  sourceExpired: [
    [
      { profile: 'alice' },
      'The temporary credentials that this starts from have expired, put fresh ones in the profile: alice',
      ['openProfile', 'retry'],
    ],
    [
      { profile: '' },
      'The temporary credentials that this starts from have expired, put fresh ones in the profile: prod-admin',
      ['openProfile', 'retry'],
    ],
  ],
  unknownKey: [
    [
      { profile: 'alice', accessKeyId: 'AKIAEXAMPLE' },
      'AWS does not know this access key, it may be deleted, switched off or from another partition: AKIAEXAMPLE (alice)',
      ['openProfile'],
    ],
  ],
  wrongSecret: [
    [
      { profile: 'alice' },
      'The secret access key does not fit the access key in the profile: alice',
      ['openProfile'],
    ],
  ],
  mfaNeedsPerson: [
    [
      { serial: 'arn:aws:iam::111122223333:mfa/alice' },
      'An MFA code must be typed, renew the session to enter it: prod-admin',
      ['enterCodeAgain'],
    ],
  ],
  mfaWrongCode: [
    [
      { serial: 'arn:aws:iam::111122223333:mfa/alice' },
      'AWS did not accept the MFA code, it was wrong, late or used before: wait for the next code',
      ['enterCodeAgain'],
    ],
  ],
  mfaUnknownDevice: [
    [
      { serial: 'GAHT12345678' },
      'AWS does not know this MFA device for this user, correct mfa_serial: GAHT12345678',
      ['openProfile', 'chooseDevice'],
    ],
    [
      { serial: 'arn:aws:iam::111122223333:user/alice' },
      'mfa_serial names the user, not the device (:mfa/ instead of :user/), correct it: arn:aws:iam::111122223333:user/alice',
      ['openProfile', 'chooseDevice'],
    ],
  ],
  rootCannotAssume: [
    [
      {},
      "An account's root user cannot assume roles, use the keys of an IAM user to start: prod-admin",
      ['openProfile'],
    ],
  ],
  needsLongTermKeys: [
    [
      { profile: 'pasted' },
      'AWS wants the long-term keys of an IAM user for this, and the profile has temporary ones: pasted',
      ['openProfile'],
    ],
  ],
  accessDenied: [
    [
      {
        action: 'sts:AssumeRole',
        hints: ['mfaRequired', 'externalId', 'trustPolicy', 'identityPolicy', 'roleName'],
        roleArn,
        caller: undefined,
      },
      'AWS does not let you assume the role, it may ask for an MFA code (mfa_serial), or it may ask for an external ID (external_id): admin in 1111-2222-3333',
      ['openProfile', 'showLog'],
    ],
    [
      { action: 'sts:AssumeRole', hints: ['identityPolicy'], roleArn, caller: undefined },
      'AWS does not let you assume the role, you may lack the permission sts:AssumeRole: admin in 1111-2222-3333',
      ['openProfile', 'showLog'],
    ],
    [
      { action: 'sts:AssumeRole', hints: ['trustPolicy', 'roleName'], roleArn, caller: undefined },
      'AWS does not let you assume the role, its trust policy may not name you, or its name may be misspelt: admin in 1111-2222-3333',
      ['openProfile', 'showLog'],
    ],
    [
      { action: 'sts:AssumeRole', hints: [], roleArn, caller: undefined },
      'AWS does not let you assume the role: admin in 1111-2222-3333',
      ['openProfile', 'showLog'],
    ],
    [
      {
        action: 'sts:GetSessionToken',
        hints: ['identityPolicy'],
        roleArn: undefined,
        caller: 'arn:aws:iam::111122223333:user/alice',
      },
      'AWS does not allow arn:aws:iam::111122223333:user/alice to do this: sts:GetSessionToken',
      ['openProfile', 'showLog'],
    ],
    [
      { action: 'sts:GetSessionToken', hints: [], roleArn: undefined, caller: undefined },
      'AWS does not allow this: sts:GetSessionToken',
      ['openProfile', 'showLog'],
    ],
  ],
  durationOverMaximum: [
    [
      { seconds: 14_400, roleArn },
      'The role does not allow sessions as long as 4h 00m: admin in 1111-2222-3333',
      ['startWithMaximum', 'openProfile'],
    ],
  ],
  durationOverChaining: [
    [
      { seconds: 7200, roleArn },
      'A role assumed from temporary credentials lasts at most 1 hour, not 2h 00m: admin in 1111-2222-3333',
      ['startWithMaximum', 'openProfile'],
    ],
  ],
  regionDisabled: [
    [
      { region: 'ap-east-1' },
      'The account has not switched this region on for STS, use another one or ask its administrator: ap-east-1',
      ['openProfile'],
    ],
  ],
  wrongPartition: [
    [
      { roleArn: 'arn:aws-cn:iam::111122223333:role/admin', region: 'eu-west-1' },
      'The role lies in another AWS partition than the region eu-west-1, choose a region of its partition: arn:aws-cn:iam::111122223333:role/admin',
      ['openProfile'],
    ],
  ],
  refused: [
    [
      { code: 'ValidationError', status: 400, message: 'Something is invalid.' },
      'AWS refused: Something is invalid (ValidationError, HTTP 400)',
      ['showLog'],
    ],
    [
      { code: 'PackedPolicyTooLarge', status: 400, message: '' },
      'AWS refused: PackedPolicyTooLarge (HTTP 400)',
      ['showLog'],
    ],
  ],
  deadOnArrival: [
    [
      {},
      'AWS gave credentials that are already over, check the clock of this computer to start: prod-admin',
      ['retry'],
    ],
  ],
  planChanged: [
    [
      { profile: 'hub' },
      'The profile has changed since this session began, start it again: hub',
      ['startAgain', 'openProfile'],
    ],
  ],
  stillRenewing: [
    [
      { seconds: 50 },
      'The session is still being renewed after 50 seconds, try again: prod-admin',
      ['retry'],
    ],
  ],
  policyTooLarge: [
    [
      { percent: 112 },
      'The session policies and tags take more than AWS allows, shorten them or use fewer: 112 %',
      ['openProfile'],
    ],
    [
      { percent: undefined },
      'The session policies and tags are too large for AWS, shorten them or use fewer',
      ['openProfile'],
    ],
  ],
  policyMalformed: [
    [
      { detail: 'Syntax errors in policy.' },
      'AWS cannot read the session policy, correct it: Syntax errors in policy',
      ['openProfile'],
    ],
    [{ detail: '' }, 'AWS cannot read the session policy, correct it', ['openProfile']],
  ],
  messageUnreadable: [
    [{}, 'AWS cannot read this message, copy all of it and use a session of the same partition', ['retry']],
  ],
  iamNeedsMfa: [
    [
      { profile: 'alice' },
      'IAM takes these credentials only when an MFA code was given for them, start an MFA session first: alice',
      ['retry', 'openProfile'],
    ],
  ],
  internal: [
    [
      { message: 'TypeError' },
      'Something went wrong inside STS Sessions, the log has more: prod-admin',
      ['showLog'],
    ],
  ],
};
