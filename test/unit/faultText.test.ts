import assert from 'node:assert/strict';
import type { Fault } from '../../src/aws/faults.ts';
import { actionsForTypedRole, faultActionTitle, type FaultAction } from '../../src/ui/text/faultActions.ts';
import { faultSentence } from '../../src/ui/text/faults.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const roleArn = 'arn:aws:iam::111122223333:role/team/admin';
const host = 'sts.eu-west-1.amazonaws.com';

type Row<Kind extends Fault['kind']> = readonly [
  details: Omit<Extract<Fault, { kind: Kind }>, 'kind'>,
  sentence: string,
  actions: readonly FaultAction[],
];
type Table = { [Kind in Fault['kind']]: readonly Row<Kind>[] };

/** Typed by kind, so a new kind of fault does not compile without its sentence here. */
const table: Table = {
  cancelled: [[{}, '', []]],
  timedOut: [[{ host, seconds: 30 }, `AWS did not answer within 30 seconds: ${host}`, ['retry', 'showLog']]],
  network: [
    [
      { host, reason: 'refused', code: 'ECONNREFUSED' },
      `The connection to AWS was refused, check the network: ${host}`,
      ['retry', 'showLog'],
    ],
    [
      { host, reason: 'reset', code: 'ECONNRESET' },
      `The connection to AWS broke off, try again: ${host}`,
      ['retry', 'showLog'],
    ],
    [
      { host, reason: 'dns', code: 'ENOTFOUND' },
      `AWS's server was not found, check the network or VPN: ${host}`,
      ['retry', 'showLog'],
    ],
    [
      { host, reason: 'tls', code: 'CERT_HAS_EXPIRED' },
      `The certificate of the server is not trusted, check your proxy and its certificate: ${host} (CERT_HAS_EXPIRED)`,
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'proxy', code: 'HTTP_407' },
      `The proxy did not let the call to AWS through, check its settings: ${host} (HTTP_407)`,
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'unreachable', code: 'ENETUNREACH' },
      `The network has no way to AWS, check the network or VPN: ${host}`,
      ['retry', 'showLog'],
    ],
    [
      { host, reason: 'other', code: 'EMFILE' },
      `AWS could not be reached, check the network: ${host} (EMFILE)`,
      ['retry', 'showLog'],
    ],
    [
      { host: 'endpoint_url', reason: 'other', code: 'ERR_INVALID_URL' },
      'The address set for STS is not a URL, correct it: endpoint_url',
      ['openProfile'],
    ],
  ],
  notAws: [
    [
      { host, status: 403, what: 'html' },
      `A web page came instead of an answer from AWS, a proxy or a network sign-in may be in between: ${host} (HTTP 403)`,
      ['retry', 'showLog'],
    ],
    [
      { host, status: 403, what: 'otherXml' },
      `Another service than STS answered, check endpoint_url: ${host} (HTTP 403)`,
      ['retry', 'showLog'],
    ],
    [
      { host, status: 200, what: 'empty' },
      `The answer was empty, which AWS never sends, check the proxy: ${host} (HTTP 200)`,
      ['retry', 'showLog'],
    ],
    [
      { host, status: 200, what: 'tooLarge' },
      `The answer was far too large to come from STS, check endpoint_url: ${host} (HTTP 200)`,
      ['retry', 'showLog'],
    ],
    [
      { host, status: 418, what: 'other' },
      `The answer did not come from STS, check endpoint_url and the proxy: ${host} (HTTP 418)`,
      ['retry', 'showLog'],
    ],
    [
      { host, status: 0, what: 'other' },
      `Something that does not speak HTTP answered instead of AWS, check the address: ${host}`,
      ['retry', 'showLog'],
    ],
  ],
  throttled: [[{ host }, `AWS is getting too many calls, try again in a moment: ${host}`, ['retry']]],
  unavailable: [
    [{ host, status: 503 }, `AWS failed on its side, try again in a moment: ${host} (HTTP 503)`, ['retry']],
  ],
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
  clockSkew: [
    [
      { minutes: 25 },
      "This computer's clock is 25 minutes ahead of AWS's, set it right and try again",
      ['retry'],
    ],
    [
      { minutes: -60 },
      "This computer's clock is 60 minutes behind AWS's, set it right and try again",
      ['retry'],
    ],
    [
      { minutes: 1 },
      "This computer's clock is 1 minute ahead of AWS's, set it right and try again",
      ['retry'],
    ],
    [
      { minutes: -1 },
      "This computer's clock is 1 minute behind AWS's, set it right and try again",
      ['retry'],
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
      ['openProfile'],
    ],
    [
      { serial: 'arn:aws:iam::111122223333:user/alice' },
      'mfa_serial names the user, not the device (:mfa/ instead of :user/), correct it: arn:aws:iam::111122223333:user/alice',
      ['openProfile'],
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
      'An MFA session needs the long-term keys of an IAM user, this profile has temporary ones: pasted',
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
  notYet: [
    [
      { baseKind: 'identityCenter' },
      'This kind of profile cannot be started yet: Identity Center',
      ['openProfile'],
    ],
    [{ baseKind: 'constructor' }, 'This kind of profile cannot be started yet: constructor', ['openProfile']],
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
  internal: [
    [
      { message: 'TypeError' },
      'Something went wrong inside STS Sessions, the log has more: prod-admin',
      ['showLog'],
    ],
  ],
};

describe('faults in words', () => {
  for (const [kind, rows] of Object.entries(table)) {
    for (const [details, sentence, actions] of rows) {
      it(sentence === '' ? `${kind} says nothing` : sentence, () => {
        const said = faultSentence({ kind, ...details } as Fault, { session: 'prod-admin' });
        assert.deepEqual(said, { text: sentence, actions });
        if (kind !== 'cancelled') {
          assertGoodSentence(said.text);
          assert.ok(said.actions.length > 0, 'offers a next step');
        }
      });
    }
  }

  it('titles every button with a verb in VS Code’s capitals', () => {
    const used = new Set(
      Object.values(table).flatMap((rows) => rows.flatMap(([, , actions]) => [...actions])),
    );
    used.add('changeRole');
    const titles = [...used].map(faultActionTitle);
    assert.equal(new Set(titles).size, used.size);
    for (const title of titles) {
      assert.match(title, /^(Enter|Open|Try|Start|Show|Change) /);
    }
  });

  it('asks again for a role that was typed in, unless its source’s keys are what is wrong', () => {
    const offered: readonly FaultAction[] = ['startWithMaximum', 'openProfile', 'showLog'];
    assert.deepEqual(
      actionsForTypedRole({ kind: 'durationOverMaximum', seconds: 14_400, roleArn }, offered),
      ['startWithMaximum', 'changeRole', 'showLog'],
    );
    assert.deepEqual(actionsForTypedRole({ kind: 'wrongSecret', profile: 'alice' }, offered), offered);
  });
});
