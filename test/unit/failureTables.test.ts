import assert from 'node:assert/strict';
import type { StsCall } from '../../src/aws/effects.ts';
import type { Fault, SamlTrouble } from '../../src/aws/faults.ts';
import { isFault } from '../../src/aws/faults.ts';
import { Secret } from '../../src/aws/secret.ts';
import type {
  Grant,
  IdentityCenterApi,
  Registration,
  SignIn,
} from '../../src/aws/sources/identityCenterApi.ts';
import { createIdentityCenter } from '../../src/clients/identityCenter.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import type { FaultAction } from '../../src/ui/text/faultActions.ts';
import { faultSentence } from '../../src/ui/text/faults.ts';
import { startFakeSts } from '../support/fakeSts.ts';
import { assertGoodSentence } from '../support/sentence.ts';

// Every refusal that AWS's documentation and its users report for the calls that we make, as it comes over the wire, goes
// through the real clients and must end as a fault of its own, a sentence, and one next step: the first button.

const never = new AbortController().signal;
const role = 'arn:aws:iam::444455556666:role/admin';
const mfa = { serial: 'arn:aws:iam::111122223333:mfa/alice', code: new Secret('123456') };
const assumeRole: StsCall = {
  kind: 'assumeRole',
  roleArn: role,
  sessionName: 'me',
  externalId: undefined,
  durationSeconds: 14_400,
  mfa: undefined,
};
const calls = {
  assumeRole,
  withCode: { ...assumeRole, mfa },
  sessionToken: { kind: 'sessionToken', durationSeconds: 3600, mfa: undefined },
  federation: { kind: 'federationToken', userName: 'alice', durationSeconds: undefined },
  webIdentity: {
    kind: 'webIdentity',
    roleArn: role,
    sessionName: 'me',
    durationSeconds: undefined,
    token: new Secret('EXAMPLEJWT'),
  },
  saml: {
    kind: 'saml',
    roleArn: role,
    providerArn: 'arn:aws:iam::444455556666:saml-provider/corp',
    assertion: new Secret('RVhBTVBMRQ=='),
    durationSeconds: undefined,
  },
  decode: { kind: 'decodeMessage', encoded: 'EXAMPLE' },
  whoAmI: { kind: 'callerIdentity' },
} as const satisfies Record<string, StsCall>;

type StsRow = readonly [
  call: keyof typeof calls,
  status: number,
  code: string,
  message: string,
  fault: Fault['kind'],
  next: FaultAction,
];

const stsRows: readonly StsRow[] = [
  // MFA.
  [
    'withCode',
    403,
    'AccessDenied',
    'MultiFactorAuthentication failed with invalid MFA one time pass code.',
    'mfaWrongCode',
    'enterCodeAgain',
  ],
  [
    'withCode',
    403,
    'AccessDenied',
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    'mfaUnknownDevice',
    'openProfile',
  ],
  [
    'assumeRole',
    403,
    'AccessDenied',
    `User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    'accessDenied',
    'openProfile',
  ],
  // Whoever asks.
  [
    'assumeRole',
    403,
    'AccessDenied',
    'Roles may not be assumed by root accounts.',
    'rootCannotAssume',
    'openProfile',
  ],
  [
    'sessionToken',
    403,
    'AccessDenied',
    'Cannot call GetSessionToken with session credentials',
    'needsLongTermKeys',
    'openProfile',
  ],
  [
    'federation',
    403,
    'AccessDenied',
    'Cannot call GetFederationToken with session credentials',
    'needsLongTermKeys',
    'openProfile',
  ],
  [
    'whoAmI',
    403,
    'ExpiredToken',
    'The security token included in the request is expired',
    'sourceExpired',
    'openProfile',
  ],
  [
    'whoAmI',
    403,
    'InvalidClientTokenId',
    'The security token included in the request is invalid.',
    'unknownKey',
    'openProfile',
  ],
  [
    'whoAmI',
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided.',
    'wrongSecret',
    'openProfile',
  ],
  [
    'whoAmI',
    403,
    'SignatureDoesNotMatch',
    'Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)',
    'clockSkew',
    'retry',
  ],
  ['whoAmI', 403, 'RegionDisabledException', 'STS is not activated', 'regionDisabled', 'openProfile'],
  ['whoAmI', 400, 'Throttling', 'Rate exceeded', 'throttled', 'retry'],
  ['whoAmI', 500, 'InternalFailure', '', 'unavailable', 'retry'],
  ['whoAmI', 503, 'ServiceUnavailable', '', 'unavailable', 'retry'],
  // What is asked for.
  [
    'assumeRole',
    400,
    'ValidationError',
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    'durationOverMaximum',
    'startWithMaximum',
  ],
  [
    'assumeRole',
    400,
    'ValidationError',
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    'durationOverChaining',
    'startWithMaximum',
  ],
  ['assumeRole', 400, 'ValidationError', '1 validation error detected', 'refused', 'showLog'],
  [
    'assumeRole',
    400,
    'PackedPolicyTooLarge',
    'Packed policy consumes 112% of allotted space, please use smaller policy.',
    'policyTooLarge',
    'openProfile',
  ],
  [
    'assumeRole',
    400,
    'MalformedPolicyDocument',
    'Syntax errors in policy.',
    'policyMalformed',
    'openProfile',
  ],
  [
    'decode',
    400,
    'InvalidAuthorizationMessageException',
    'Message is not valid',
    'messageUnreadable',
    'retry',
  ],
  // Web identity.
  ['webIdentity', 400, 'ExpiredTokenException', 'Token expired', 'webIdentity', 'retry'],
  ['webIdentity', 403, 'IDPRejectedClaim', 'The claim was rejected', 'webIdentity', 'retry'],
  ['webIdentity', 400, 'IDPCommunicationError', 'Not reached', 'webIdentity', 'retry'],
  [
    'webIdentity',
    400,
    'InvalidIdentityToken',
    'No OpenIDConnect provider found in your account for https://idp.example',
    'webIdentity',
    'retry',
  ],
  ['webIdentity', 400, 'InvalidIdentityToken', 'Incorrect token audience', 'webIdentity', 'retry'],
  [
    'webIdentity',
    403,
    'AccessDenied',
    'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    'accessDenied',
    'openProfile',
  ],
];

describe('the refusals of STS', () => {
  for (const [call, status, code, message, kind, next] of stsRows) {
    it(`${call}: ${code} ${message.slice(0, 60)}`, async () => {
      const fake = await startFakeSts({ plays: [{ kind: 'refuse', status, code, message }] });
      try {
        const send = createStsSender({ now: Date.now, maxAttempts: 1 });
        const keys = {
          accessKeyId: 'AKIAEXAMPLE',
          secretAccessKey: new Secret('EXAMPLEKEY'),
          sessionToken: undefined,
        };
        const reply = await send(calls[call], keys, { region: 'eu-west-1', endpoint: fake.url }, never);
        assert.ok(isFault(reply), 'a refusal');
        told(reply, kind, next);
      } finally {
        fake.close();
      }
    });
  }

  const samlRows: readonly (readonly [
    code: string,
    message: string,
    /** `samlRefused` with its reason. */
    fault: Fault['kind'] | `samlRefused ${SamlTrouble}`,
    next: FaultAction,
  ])[] = [
    ['ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance', 'samlExpired', 'signIn'],
    ['ExpiredTokenException', 'Response has expired', 'samlExpired', 'signIn'],
    ['IDPRejectedClaim', 'The identity provider rejected the claim', 'samlRefused rejected', 'signIn'],
    [
      'InvalidIdentityToken',
      'RoleSessionName is required in AuthnResponse',
      'samlRefused noSessionName',
      'openProfile',
    ],
    [
      'InvalidIdentityToken',
      'RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}',
      'samlRefused badSessionName',
      'openProfile',
    ],
    [
      'InvalidIdentityToken',
      'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
      'samlRefused badSourceIdentity',
      'openProfile',
    ],
    ['InvalidIdentityToken', 'Response signature invalid', 'samlRefused signature', 'openProfile'],
    ['InvalidIdentityToken', "Specified provider doesn't exist", 'samlRefused noProvider', 'openProfile'],
    [
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithSAML',
      'samlRefused notAuthorized',
      'openProfile',
    ],
  ];
  for (const [code, message, expected, next] of samlRows) {
    it(`saml: ${code} ${message.slice(0, 60)}`, async () => {
      const fake = await startFakeSts({ plays: [{ kind: 'refuse', status: 400, code, message }] });
      const send = createStsSender({ now: Date.now, maxAttempts: 1 });
      const reply = await send(calls.saml, undefined, { region: 'eu-west-1', endpoint: fake.url }, never);
      fake.close();
      assert.ok(isFault(reply), 'a refusal');
      const [kind, what] = expected.split(' ');
      assert.equal('what' in reply ? reply.what : undefined, what);
      told(reply, kind, next);
    });
  }
});

const registration: Registration = {
  clientId: 'EXAMPLECLIENT',
  clientSecret: new Secret('EXAMPLECLIENTSECRET'),
  expiresAt: Date.now() + 86_400_000,
};
const accessToken = new Secret('EXAMPLEACCESS');
const code: Grant = {
  kind: 'code',
  code: new Secret('EXAMPLECODE'),
  verifier: new Secret('EXAMPLEVERIFIER'),
  redirectUri: 'http://127.0.0.1/oauth/callback',
};
const device: Grant = { kind: 'device', deviceCode: new Secret('EXAMPLEDEVICE') };
const refresh: Grant = { kind: 'refresh', refreshToken: new Secret('EXAMPLEREFRESH') };

type Asking = (api: IdentityCenterApi, signIn: SignIn) => Promise<unknown>;
const questions = {
  register: (api, signIn) => api.register(signIn, code.redirectUri, never),
  startDevice: (api, signIn) => api.startDevice(signIn, registration, never),
  code: (api, signIn) => api.redeem(signIn, registration, code, never),
  device: (api, signIn) => api.redeem(signIn, registration, device, never),
  refresh: (api, signIn) => api.redeem(signIn, registration, refresh, never),
  keys: (api, signIn) =>
    api.roleCredentials(signIn, accessToken, { accountId: '444455556666', roleName: 'Admin' }, never),
  accounts: (api, signIn) => api.accounts(signIn, accessToken, undefined, never),
  roles: (api, signIn) => api.roles(signIn, accessToken, '444455556666', undefined, never),
  logout: (api, signIn) => api.logout(signIn, accessToken, never),
} as const satisfies Record<string, Asking>;

type PortalRow = readonly [
  asked: readonly (keyof typeof questions)[],
  status: number,
  code: string,
  /** `signInFailed` with its reason. */
  fault: Fault['kind'] | `signInFailed ${string}`,
  next: FaultAction,
];

const redeeming = ['code', 'device'] as const;
const asking = ['keys', 'accounts', 'roles', 'logout'] as const;

const portalRows: readonly PortalRow[] = [
  // Signing in: https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
  [redeeming, 400, 'AccessDeniedException', 'signInFailed denied', 'signIn'],
  [redeeming, 400, 'ExpiredTokenException', 'signInFailed tooLate', 'signIn'],
  [redeeming, 400, 'InvalidGrantException', 'signInFailed notTaken', 'signIn'],
  [redeeming, 400, 'InvalidRequestException', 'signInFailed notTaken', 'signIn'],
  [['startDevice', ...redeeming], 401, 'InvalidClientException', 'signInFailed notTaken', 'signIn'],
  [['startDevice', ...redeeming], 400, 'UnauthorizedClientException', 'signInFailed notTaken', 'signIn'],
  [['register', ...redeeming], 400, 'InvalidScopeException', 'signInFailed scopes', 'openProfile'],
  [['register', 'code'], 400, 'InvalidRedirectUriException', 'signInFailed redirect', 'openSignInSetting'],
  [
    ['register', 'startDevice'],
    400,
    'InvalidRequestRegionException',
    'signInFailed wrongRegion',
    'openProfile',
  ],
  [
    ['register', 'startDevice'],
    400,
    'InvalidRequestException',
    'signInFailed unknownStartUrl',
    'openProfile',
  ],
  [['register'], 400, 'InvalidClientMetadataException', 'refused', 'showLog'],
  [['code'], 400, 'UnsupportedGrantTypeException', 'refused', 'showLog'],
  // A refresh that is not taken, whatever the word, wants a new sign-in.
  ...(
    [
      [400, 'AccessDeniedException'],
      [400, 'ExpiredTokenException'],
      [400, 'InvalidGrantException'],
      [401, 'InvalidClientException'],
      [400, 'UnauthorizedClientException'],
      [400, 'InvalidRequestException'],
    ] as const
  ).map(([status, word]): PortalRow => [['refresh'], status, word, 'signInNeeded', 'signIn']),
  // The portal: https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
  [asking, 401, 'UnauthorizedException', 'signInNeeded', 'signIn'],
  [['keys'], 404, 'ResourceNotFoundException', 'roleNotAssigned', 'openProfile'],
  [['keys'], 403, 'ForbiddenException', 'roleNotAssigned', 'openProfile'],
  [['accounts', 'roles'], 404, 'ResourceNotFoundException', 'refused', 'showLog'],
  [asking, 429, 'TooManyRequestsException', 'throttled', 'retry'],
  [[...asking, 'register', 'code'], 500, 'InternalServerException', 'unavailable', 'retry'],
];

describe('the refusals of Identity Center', () => {
  for (const [asked, status, word, expected, next] of portalRows) {
    for (const each of asked) {
      it(`${each}: ${word}`, async () => {
        const body = JSON.stringify({ error: word, error_description: 'EXAMPLE', message: 'EXAMPLE' });
        const headers = { 'content-type': 'application/json', 'x-amzn-errortype': word };
        const fake = await startFakeSts({ plays: [{ kind: 'raw', status, headers, body }] });
        try {
          const api = createIdentityCenter({ now: Date.now });
          const answer = await questions[each](api, {
            session: 'acme',
            startUrl: 'https://acme.example/start',
            region: 'eu-west-1',
            scopes: ['sso:account:access'],
            oidc: fake.url,
            portal: fake.url,
          });
          assert.ok(isPlainFault(answer), JSON.stringify(answer));
          const [kind, why] = expected.split(' ');
          assert.equal('why' in answer ? answer.why : undefined, why);
          told(answer, kind, next);
        } finally {
          fake.close();
        }
      });
    }
  }

  for (const [word, pending] of [
    ['AuthorizationPendingException', 'wait'],
    ['SlowDownException', 'slowDown'],
  ] as const) {
    it(`device: ${word} is no refusal`, async () => {
      const headers = { 'content-type': 'application/json', 'x-amzn-errortype': word };
      const fake = await startFakeSts({ plays: [{ kind: 'raw', status: 400, headers, body: '{}' }] });
      const api = createIdentityCenter({ now: Date.now });
      const signIn = { session: 'acme', startUrl: 'https://acme.example', region: 'eu-west-1', scopes: [] };
      const answer = await questions.device(api, { ...signIn, oidc: fake.url, portal: fake.url });
      fake.close();
      assert.deepEqual(answer, { pending });
    });
  }
});

describe('the pages of a code of Identity Center’s', () => {
  const shown = 'https://device.sso.eu-west-1.amazonaws.com/';
  async function pagesOf(
    verificationUri: string,
    verificationUriComplete?: string,
    userCode = 'ABCD-EFGH',
  ): Promise<unknown> {
    const body = JSON.stringify({
      deviceCode: 'EXAMPLEDEVICE',
      userCode,
      expiresIn: 600,
      verificationUri,
      verificationUriComplete,
    });
    const headers = { 'content-type': 'application/json' };
    const fake = await startFakeSts({ plays: [{ kind: 'raw', status: 200, headers, body }] });
    const api = createIdentityCenter({ now: Date.now });
    const signIn = { session: 'acme', startUrl: 'https://acme.example', region: 'eu-west-1', scopes: [] };
    const answer = await questions.startDevice(api, { ...signIn, oidc: fake.url, portal: fake.url });
    fake.close();
    return 'kind' in answer ? answer.kind : [answer.verificationUri, answer.verificationUriComplete];
  }

  it('are web pages, and the one that is opened is of the same origin as the one that is shown', async () => {
    const complete = `${shown}?user_code=ABCD-EFGH`;
    assert.deepEqual(await pagesOf(shown, complete), [shown, complete]);
    const others = [
      undefined,
      'https://elsewhere.example/?user_code=ABCD-EFGH',
      'file:///bin/sh',
      'vscode://a.b/c',
    ];
    for (const other of others) {
      assert.deepEqual(await pagesOf(shown, other), [shown, shown], other);
    }
    for (const none of ['file:///bin/sh', 'vscode://a.b/c', 'http://elsewhere.example/', 'here']) {
      assert.equal(await pagesOf(none, complete), 'notAws', none);
    }
  });

  it('are shown with a code that a person can type, and with no other', async () => {
    assert.equal(await pagesOf(shown, undefined, '[here](command:x)'), 'notAws');
  });
});

function isPlainFault(answer: unknown): answer is Fault {
  return typeof answer === 'object' && answer !== null && 'kind' in answer;
}

function told(fault: Fault, kind: string | undefined, next: FaultAction): void {
  assert.equal(fault.kind, kind, JSON.stringify(fault));
  const { text, actions } = faultSentence(fault, { session: 'prod-admin' });
  assertGoodSentence(text);
  assert.equal(actions[0], next, text);
}
