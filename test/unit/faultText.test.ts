import assert from 'node:assert/strict';
import type { AccessDeniedHint, Fault } from '../../src/aws/faults.ts';
import {
  actionsForRequest,
  actionsForTypedRole,
  faultActionTitle,
  type FaultAction,
} from '../../src/ui/text/faultActions.ts';
import { faultSentence } from '../../src/ui/text/faults.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const roleArn = 'arn:aws:iam::111122223333:role/team/admin';
const providerArn = 'arn:aws:iam::111122223333:saml-provider/corp';
const host = 'sts.eu-west-1.amazonaws.com';
const inProfile = { path: '/etc/corp.pem', from: 'ca_bundle' } as const;

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
      { host, reason: 'proxy', code: 'HTTP_502' },
      `The proxy did not let the call to AWS through, check its settings: ${host} (HTTP_502)`,
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
    [
      { host, reason: 'tls', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
      `The certificate of the server comes from an authority that is not trusted here, name its file in ca_bundle: ${host} (SELF_SIGNED_CERT_IN_CHAIN)`,
      ['openProfile', 'openProxySettings', 'retry'],
    ],
    [
      { host, reason: 'proxy', code: 'HTTP_407', proxy: 'proxy.example:3128' },
      'The proxy asks for a user name and password, put them into its address or http.proxyAuthorization: proxy.example:3128',
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'proxy', code: 'HTTP_407' },
      `The proxy asks for a user name and password, put them into its address or http.proxyAuthorization: ${host}`,
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'proxy', code: 'ECONNREFUSED', proxy: 'proxy.example:3128' },
      'The proxy cannot be reached, check its address and that it runs: proxy.example:3128 (ECONNREFUSED)',
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'proxy', code: 'UNKNOWN', proxy: 'proxy.example:3128' },
      'The proxy cannot be reached, check its address and that it runs: proxy.example:3128',
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'proxy', code: 'HTTP_403', proxy: 'proxy.example:3128' },
      'The proxy did not let the call to AWS through, check its settings: proxy.example:3128 (HTTP_403)',
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'proxy', code: 'SCHEME_' },
      `The address of the proxy in the environment is not a URL, correct HTTPS_PROXY to reach: ${host}`,
      ['openProxySettings', 'retry', 'showLog'],
    ],
    [
      { host, reason: 'proxy', code: 'SCHEME_socks5' },
      'Proxies of this kind cannot be used from HTTPS_PROXY, set the proxy in VS Code: socks5',
      ['openProxySettings', 'retry', 'showLog'],
    ],
  ],
  caBundle: [
    [
      { bundle: inProfile, what: 'missing', code: 'ENOENT' },
      'The file of certificates that ca_bundle names does not exist, correct it: /etc/corp.pem',
      ['openProfile', 'retry'],
    ],
    [
      { bundle: { ...inProfile, from: 'AWS_CA_BUNDLE' }, what: 'missing', code: 'ENOENT' },
      'The file of certificates that AWS_CA_BUNDLE names does not exist, correct it: /etc/corp.pem',
      ['retry'],
    ],
    [
      { bundle: inProfile, what: 'notAFile', code: '' },
      'What ca_bundle names is not a file of certificates, correct it: /etc/corp.pem',
      ['openProfile', 'retry'],
    ],
    [
      { bundle: inProfile, what: 'tooLarge', code: '' },
      'The file that ca_bundle names is far too large for certificates, correct it: /etc/corp.pem',
      ['openProfile', 'retry'],
    ],
    [
      { bundle: inProfile, what: 'empty', code: '' },
      'The file of certificates that ca_bundle names is empty, put the authority in: /etc/corp.pem',
      ['openProfile', 'retry'],
    ],
    [
      { bundle: inProfile, what: 'notPem', code: '' },
      'The file that ca_bundle names holds no certificate in PEM form (BEGIN CERTIFICATE), correct it: /etc/corp.pem',
      ['openProfile', 'retry'],
    ],
    [
      { bundle: inProfile, what: 'unreadable', code: 'EACCES' },
      'The file of certificates that ca_bundle names cannot be read: /etc/corp.pem (EACCES)',
      ['openProfile', 'retry'],
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
  tokenFile: [
    [
      { path: '~/jwt', what: 'missing', code: '' },
      'The file of web_identity_token_file is not there, correct its path: ~/jwt',
      ['retry', 'openProfile'],
    ],
    [
      { path: '/etc', what: 'notAFile', code: '' },
      'web_identity_token_file does not name a file, correct its path: /etc',
      ['retry', 'openProfile'],
    ],
    [
      { path: '/var/big', what: 'tooLarge', code: '' },
      'The file of web_identity_token_file is too large to be one, correct its path: /var/big',
      ['retry', 'openProfile'],
    ],
    [
      { path: '/run/jwt', what: 'empty', code: '' },
      'The file of web_identity_token_file is empty, have it written again: /run/jwt',
      ['retry', 'openProfile'],
    ],
    [
      { path: '/run/jwt', what: 'notToken', code: '' },
      'What is in the file of web_identity_token_file is no web identity, have it written again: /run/jwt',
      ['retry', 'openProfile'],
    ],
    [
      { path: '/run/jwt', what: 'unreadable', code: 'EACCES' },
      'The file of web_identity_token_file cannot be read, check its permissions: /run/jwt (EACCES)',
      ['retry', 'openProfile'],
    ],
  ],
  webIdentity: (
    [
      ['expired', '', 'The web identity has expired, have a new one written to web_identity_token_file: {}'],
      [
        'rejected',
        '',
        'The identity provider does not vouch for this web identity any more, get a new one: {}',
      ],
      [
        'noProvider',
        'https://idp.example',
        "The role's account has no identity provider for this issuer, have it added in IAM: https://idp.example ({})",
      ],
      [
        'audience',
        '',
        'The web identity is for another audience than the identity provider in IAM lists: {}',
      ],
      ['invalid', '', 'AWS does not take the web identity, check what is in web_identity_token_file: {}'],
      [
        'invalid',
        'Not valid',
        'AWS does not take the web identity, check what is in web_identity_token_file: {} (Not valid)',
      ],
      [
        'providerUnreachable',
        '',
        'AWS could not ask the identity provider for its keys, try again in a moment: {}',
      ],
    ] as const
  )
    .map(([what, detail, sentence]): Row<'webIdentity'> => [
      { what, roleArn, detail },
      sentence.replace('{}', 'admin in 1111-2222-3333'),
      ['retry', 'openProfile'],
    ])
    .concat(
      (
        [
          ['expired', 'issuer', 'The sign-in at corp is over, sign in again: {}', ['signIn']],
          [
            'invalid',
            'issuer',
            'AWS does not take the web identity, compare its claims with the trust policy: {}',
            ['showClaims', 'retry'],
          ],
          [
            'expired',
            'process',
            'What web_identity_token_process printed has expired, have it print a new one: {}',
            ['retry', 'openProfile'],
          ],
          [
            'invalid',
            'process',
            'AWS does not take what web_identity_token_process printed: {}',
            ['retry', 'openProfile'],
          ],
        ] as const
      ).map(([what, from, sentence, actions]): Row<'webIdentity'> => [
        { what, roleArn, detail: '', from, source: 'corp' },
        sentence.replace('{}', 'admin in 1111-2222-3333'),
        actions,
      ]),
    ),
  process: (
    [
      ['empty', '', 'credential_process names no program: vault'],
      ['quotes', '', 'A quotation mark or a backslash in credential_process is left over: vault'],
      ['notFound', '', 'The program of credential_process was not found, give its whole path: vault'],
      [
        'notStarted',
        'EACCES',
        'The program of credential_process could not be started, check its permissions: vault (EACCES)',
      ],
      ['failed', '3', 'credential_process failed with exit code 3, run it in a terminal to see why: vault'],
      [
        'killed',
        'SIGSEGV',
        'credential_process was ended by signal SIGSEGV, run it in a terminal to see why: vault',
      ],
      [
        'timedOut',
        '60',
        'credential_process did not finish within 60 seconds, run it in a terminal to see why: vault',
      ],
      ['tooMuch', '', 'credential_process printed far too much, it should print credentials: vault'],
      [
        'notJson',
        '',
        'credential_process did not print JSON, run it in a terminal to see what it prints: vault',
      ],
      ['version', '', 'credential_process printed another Version than 1, the only one there is: vault'],
      ['field', 'Expiration', 'credential_process printed no usable Expiration: vault'],
      ['expired', '', 'credential_process printed credentials that are already over: vault'],
    ] as const
  ).map(([what, detail, sentence]): Row<'process'> => [
    { profile: 'vault', what, detail },
    sentence,
    ['openProfile', 'retry'],
  ]),
  machine: (
    [
      [
        'Environment',
        'noVariable',
        'AWS_ACCESS_KEY_ID',
        'This variable was not set when VS Code started, set it and start VS Code again: AWS_ACCESS_KEY_ID',
      ],
      [
        'Environment',
        'expired',
        '',
        "The credentials in VS Code's environment are over, start VS Code again with fresh ones",
      ],
      [
        'EcsContainer',
        'noVariable',
        'AWS_CONTAINER_CREDENTIALS_FULL_URI',
        'VS Code does not run in a container with a role, this variable is not set: AWS_CONTAINER_CREDENTIALS_FULL_URI',
      ],
      [
        'EcsContainer',
        'badAddress',
        'AWS_CONTAINER_CREDENTIALS_FULL_URI',
        'The address in this variable is not a URL, correct it: AWS_CONTAINER_CREDENTIALS_FULL_URI',
      ],
      [
        'EcsContainer',
        'hostNotAllowed',
        'evil.test',
        'Credentials may come over plain HTTP only from this machine, not from: evil.test',
      ],
      [
        'EcsContainer',
        'badToken',
        '/run/authorization',
        'This cannot be sent to the credential endpoint, there is a line break or a strange letter in it: /run/authorization',
      ],
      [
        'EcsContainer',
        'unreachable',
        '127.0.0.1:1, ECONNREFUSED',
        "The container's credential endpoint does not answer, check its address: 127.0.0.1:1, ECONNREFUSED",
      ],
      [
        'EcsContainer',
        'refused',
        'HTTP 401',
        "The container's credential endpoint refused, check the role of the task or pod: HTTP 401",
      ],
      ['EcsContainer', 'notJson', '127.0.0.1', 'The container did not answer with credentials: 127.0.0.1'],
      [
        'EcsContainer',
        'field',
        'Expiration',
        'The container answered with credentials that lack this: Expiration',
      ],
      [
        'EcsContainer',
        'expired',
        '',
        'The container gave credentials that are already over, check the clock of this machine',
      ],
      [
        'Ec2InstanceMetadata',
        'disabled',
        'AWS_EC2_METADATA_DISABLED',
        'Asking the instance for its role is switched off by this variable: AWS_EC2_METADATA_DISABLED',
      ],
      [
        'Ec2InstanceMetadata',
        'timedOut',
        '169.254.169.254',
        'No instance metadata service answers, this may be no EC2 instance: 169.254.169.254',
      ],
      [
        'Ec2InstanceMetadata',
        'refused',
        'HTTP 500',
        'The instance metadata service refused, check the role of the instance: HTTP 500',
      ],
      [
        'Ec2InstanceMetadata',
        'noRole',
        '169.254.169.254',
        'The instance has no role, attach an instance profile to it: 169.254.169.254',
      ],
    ] as const
  ).map(([source, what, detail, sentence]): Row<'machine'> => [
    { source, what, detail },
    sentence,
    ['retry', 'openProfile'],
  ]),
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
  signInNeeded: [[{ signIn: 'acme' }, 'The sign-in is over, sign in again to go on: acme', ['signIn']]],
  signInFailed: [
    [{ signIn: 'acme', why: 'denied' }, 'The sign-in was denied in the browser: acme', ['signIn']],
    [
      { signIn: 'acme', why: 'tooLate' },
      'Nobody finished the sign-in in time, sign in again: acme',
      ['signIn'],
    ],
    [
      { signIn: 'acme', why: 'wrongState' },
      'The browser came back with the answer to another sign-in, nothing of it was kept: acme',
      ['signIn'],
    ],
    [
      { signIn: 'acme', why: 'noListener' },
      'This computer has no port for the browser to come back to, sign in with a code: acme',
      ['openSignInSetting', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'portTaken' },
      'Another program has the redirectPort of this issuer, end it or sign in with a code: acme',
      ['signIn', 'openIssuers'],
    ],
    [
      { signIn: 'acme', why: 'noBrowser' },
      'No browser could be opened for the sign-in, sign in with a code: acme',
      ['openSignInSetting', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'unknownStartUrl' },
      'Identity Center does not know this start URL, correct sso_start_url: acme',
      ['openProfile', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'wrongRegion' },
      'This Identity Center is in another region, correct sso_region: acme',
      ['openProfile', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'notTaken' },
      'AWS does not take what this sign-in gave, it may be too old: sign in again to acme',
      ['signIn', 'showLog'],
    ],
    [
      { signIn: 'acme', why: 'scopes' },
      'Identity Center does not give these scopes, correct sso_registration_scopes: acme',
      ['openProfile', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'redirect' },
      'This Identity Center lets no browser come back to here, sign in with a code: acme',
      ['openSignInSetting', 'signIn'],
    ],
  ],
  roleNotAssigned: [
    [
      { accountId: '111122223333', roleName: 'Admin', signIn: 'acme' },
      'Identity Center does not give you the role Admin in 1111-2222-3333, ask its administrator: acme',
      ['openProfile', 'retry'],
    ],
  ],
  noRoleChosen: [
    [
      { profile: 'corp' },
      'This profile names no account and no role, start one of those below its sign-in: corp',
      ['openProfile'],
    ],
  ],
  samlRoleNotChosen: [
    [{ profile: 'corp' }, 'No role was chosen, start again and choose one: corp', ['signIn', 'openProfile']],
  ],
  samlNoWay: [
    [
      { profile: 'corp' },
      'There is no way here to get the SAML assertion, add one to the profile: corp',
      ['openProfile'],
    ],
  ],
  samlProcess: [
    [
      { profile: 'corp', what: 'empty', detail: '' },
      'saml_process names no program: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'quotes', detail: '' },
      'A quotation mark or a backslash in saml_process is left over: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'notFound', detail: '' },
      'The program of saml_process was not found, give its whole path: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'notStarted', detail: 'EACCES' },
      'The program of saml_process could not be started, check its permissions: corp (EACCES)',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'failed', detail: '3' },
      'saml_process failed with exit code 3, run it in a terminal to see why: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'killed', detail: 'SIGSEGV' },
      'saml_process was ended by signal SIGSEGV, run it in a terminal to see why: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'timedOut', detail: '60' },
      'saml_process did not finish within 60 seconds, run it in a terminal to see why: corp',
      ['openProfile', 'retry'],
    ],
    [
      { profile: 'corp', what: 'tooMuch', detail: '' },
      'saml_process printed far too much, it should print a SAML response: corp',
      ['openProfile', 'retry'],
    ],
  ],
  samlUnreadable: [
    [
      { profile: 'corp', what: 'nothing', detail: '' },
      'No SAML response came back, sign in again: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'tooLarge', detail: '' },
      'The SAML response is larger than AWS takes, ask the administrator of your identity provider for fewer roles: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'base64', detail: '' },
      'The SAML response is not whole, get all of it: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'encoding', detail: '' },
      'The SAML response is not in the encoding that it names: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'doctype', detail: '' },
      'The SAML response has a DOCTYPE, which is not safe, so nothing of it was kept: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'notXml', detail: '' },
      'What came back is not a SAML response, or only a part of it, sign in again: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'notResponse', detail: '' },
      'What came back belongs to SAML but is no response, look for the field SAMLResponse: corp',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'notSuccess', detail: 'AuthnFailed' },
      'Your identity provider ended the sign-in without success: corp (AuthnFailed)',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'corp', what: 'noAssertion', detail: '' },
      'The SAML response holds no assertion, ask the administrator of your identity provider: corp',
      ['signIn', 'openProfile'],
    ],
  ],
  samlNoRoles: [
    [
      { profile: 'corp' },
      'The SAML assertion offers no AWS role, ask the administrator of your identity provider: corp',
      ['signIn', 'openProfile'],
    ],
  ],
  samlRoleNotOffered: [
    [
      { profile: 'corp', roleArn, instead: undefined },
      'The SAML assertion does not offer this role, correct role_arn or choose another: admin in 1111-2222-3333',
      ['openProfile', 'signIn'],
    ],
    [
      { profile: 'corp', roleArn, instead: 'arn:aws:iam::111122223333:role/Admin' },
      'The SAML assertion offers a role that differs in upper and lower case, correct role_arn: Admin in 1111-2222-3333',
      ['openProfile', 'signIn'],
    ],
  ],
  samlExpired: [
    [
      { profile: 'corp' },
      'The SAML assertion was too old for AWS, which takes it for 5 minutes at most, sign in again: corp',
      ['signIn'],
    ],
  ],
  samlRefused: [
    [
      { what: 'rejected', roleArn, providerArn, detail: '' },
      'The identity provider does not vouch for this sign-in any more, sign in again: admin in 1111-2222-3333',
      ['signIn', 'showLog'],
    ],
    [
      { what: 'signature', roleArn, providerArn, detail: '' },
      'AWS finds the signature of the assertion invalid, the metadata in IAM may be out of date: corp in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'noProvider', roleArn, providerArn, detail: '' },
      'The account has no SAML provider of this name, correct saml_provider_arn: corp in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'issuer', roleArn, providerArn, detail: '' },
      'The assertion comes from another identity provider than the one in IAM: corp in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'noSessionName', roleArn, providerArn, detail: '' },
      'The assertion lacks the attribute RoleSessionName, have it added at the identity provider: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'badSessionName', roleArn, providerArn, detail: '' },
      'RoleSessionName in the assertion needs 2 to 64 letters, digits or characters of +=,.@-: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'badSourceIdentity', roleArn, providerArn, detail: '' },
      'SourceIdentity in the assertion needs 2 to 64 letters, digits or characters of +=,.@- and no aws: in front: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'audience', roleArn, providerArn, detail: '' },
      'The assertion is not made for AWS, its audience must be urn:amazon:webservices: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'recipient', roleArn, providerArn, detail: '' },
      'The assertion is made for another address than AWS’s sign-in page in this partition: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'notAuthorized', roleArn, providerArn, detail: '' },
      'AWS does not give this role for the assertion, its trust policy may not name the provider: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'reservedRole', roleArn, providerArn, detail: '' },
      'Identity Center keeps this role for itself, sign in with Identity Center to use it: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'invalid', roleArn, providerArn, detail: '' },
      'AWS does not take the assertion: admin in 1111-2222-3333',
      ['openProfile', 'signIn', 'showLog'],
    ],
    [
      { what: 'invalid', roleArn, providerArn, detail: 'Broken.' },
      'AWS does not take the assertion: admin in 1111-2222-3333 (Broken)',
      ['openProfile', 'signIn', 'showLog'],
    ],
  ],
  issuerUnknown: [
    [{ issuer: 'corp' }, 'No issuer of this name is in the settings, add it there: corp', ['openIssuers']],
  ],
  issuerUnreachable: (
    [
      ['timedOut', '30', 'The issuer corp did not answer within 30 seconds: {}'],
      ['refused', '', 'The connection to the issuer corp was refused, check its address: {}'],
      ['reset', '', 'The connection to the issuer corp broke off, try again: {}'],
      ['dns', '', 'The server of the issuer corp was not found, check its address: {}'],
      ['unreachable', '', 'The network has no way to the issuer corp, check the network or VPN: {}'],
      ['other', 'EMFILE', 'The issuer corp could not be reached, check the network: {} (EMFILE)'],
      [
        'tls',
        'CERT_HAS_EXPIRED',
        'The certificate of the issuer corp is not trusted, check your proxy and its certificate: {} (CERT_HAS_EXPIRED)',
      ],
      [
        'proxy',
        'HTTP_403',
        'The proxy did not let the call to the issuer corp through, check its settings: proxy.example:3128 (HTTP_403)',
      ],
      [
        'proxy',
        'HTTP_407',
        'The proxy asks for a user name and password, put them into its address or http.proxyAuthorization: proxy.example:3128',
      ],
      [
        'proxy',
        'ECONNREFUSED',
        'The proxy cannot be reached, check its address and that it runs: proxy.example:3128 (ECONNREFUSED)',
      ],
      [
        'proxy',
        'SCHEME_socks5',
        'Proxies of this kind cannot be used from HTTPS_PROXY, set the proxy in VS Code: socks5',
      ],
    ] as const
  ).map(([reason, code, sentence]): Row<'issuerUnreachable'> => [
    {
      issuer: 'corp',
      host: 'idp.example',
      reason,
      code,
      ...(reason === 'proxy' && { proxy: 'proxy.example:3128' }),
    },
    sentence.replace('{}', 'idp.example'),
    reason === 'tls' || reason === 'proxy' ? ['openProxySettings', 'retry'] : ['retry', 'openIssuers'],
  ]),
  issuerAnswer: (
    [
      [
        'status',
        'HTTP 404',
        'No OpenID Connect issuer answers at the address of corp: idp.example (HTTP 404)',
      ],
      [
        'redirect',
        '',
        'The issuer corp sends its callers somewhere else, put its own address into the settings: idp.example',
      ],
      ['notJson', '', 'What answered is no OpenID Connect issuer, check the address of corp: idp.example'],
      ['tooLarge', '', 'The answer was far too large to come from the issuer corp: idp.example'],
      [
        'otherIssuer',
        'https://idp.other/',
        'Another issuer answers at the address of corp, put this one into the settings: https://idp.other/',
      ],
      ['insecure', '', 'The issuer corp wants to be asked without encryption, which is refused: idp.example'],
      [
        'incomplete',
        'token_endpoint',
        'The answer of the issuer corp lacks something or cannot be read: idp.example (token_endpoint)',
      ],
      ['incomplete', '', 'The answer of the issuer corp lacks something or cannot be read: idp.example'],
      ['noDeviceCode', '', 'The issuer corp does not sign in with a code, choose the browser: idp.example'],
      [
        'noKeys',
        '',
        'The keys of the issuer corp could not be had, so nothing of it can be checked: idp.example',
      ],
    ] as const
  ).map(([what, detail, sentence]): Row<'issuerAnswer'> => [
    { issuer: 'corp', host: 'idp.example', what, detail },
    sentence,
    what === 'noDeviceCode' ? ['openSignInSetting', 'retry'] : ['retry', 'openIssuers'],
  ]),
  issuerRefused: [
    [
      { issuer: 'corp', error: 'invalid_client' },
      'The issuer does not take this client ID for a sign-in of this kind, correct it: corp (invalid_client)',
      ['openIssuers', 'retry'],
    ],
    [
      { issuer: 'corp', error: 'invalid_scope' },
      'The issuer does not know one of the scopes, correct them in its settings: corp',
      ['openIssuers', 'retry'],
    ],
    [
      { issuer: 'corp', error: 'server_error' },
      'The issuer failed on its side, try again in a moment: corp (server_error)',
      ['retry'],
    ],
    [
      { issuer: 'corp', error: 'interaction_required' },
      'The issuer refused: corp (interaction_required)',
      ['signIn', 'openIssuers'],
    ],
  ],
  issuerToken: (
    [
      [
        'missing',
        'The issuer corp signed you in without saying who you are, check its scopes and its client',
      ],
      ['signature', 'The signature of what the issuer corp sent is wrong, nothing of it was kept'],
      ['algorithm', 'The issuer corp signs in a way that AWS does not take, have it use RS256 or ES256'],
      ['issuer', 'What came was issued by somebody else than corp, nothing of it was kept'],
      ['audience', 'What the issuer corp sent is for another client, nothing of it was kept'],
      ['subject', 'Somebody else than before is signed in at corp, sign in again'],
      ['nonce', 'What the issuer corp sent belongs to another sign-in, nothing of it was kept'],
      ['time', 'What the issuer corp sent is over or not yet valid, check the clock of this computer'],
      ['malformed', 'What the issuer corp sent cannot be read, nothing of it was kept'],
    ] as const
  ).map(([what, sentence]): Row<'issuerToken'> => [
    { issuer: 'corp', what },
    sentence,
    ['signIn', 'openIssuers'],
  ]),
  microsoftAccount: [
    [
      { issuer: 'entra', what: 'tooOld' },
      'This VS Code does not pass on the identity of a Microsoft account, set "by" to signIn in the settings of the issuer: entra',
      ['openIssuers'],
    ],
    [
      { issuer: 'entra', what: 'failed' },
      'VS Code could not sign in with the Microsoft account, try again: entra',
      ['signIn', 'openIssuers'],
    ],
  ],
  tokenProcess: (
    [
      ['empty', '', '{} names no program: ci'],
      ['quotes', '', 'A quotation mark or a backslash in {} is left over: ci'],
      ['notFound', '', 'The program of {} was not found, give its whole path: ci'],
      ['notStarted', 'EACCES', 'The program of {} could not be started, check its permissions: ci (EACCES)'],
      ['failed', '3', '{} failed with exit code 3, run it in a terminal to see why: ci'],
      ['killed', 'SIGSEGV', '{} was ended by signal SIGSEGV, run it in a terminal to see why: ci'],
      ['timedOut', '60', '{} did not finish within 60 seconds, run it in a terminal to see why: ci'],
      ['tooMuch', '', '{} printed far too much, it should print one web identity: ci'],
      ['nothing', '', '{} printed nothing, run it in a terminal to see why: ci'],
      [
        'notJwt',
        '',
        '{} did not print a web identity (a JWT), run it in a terminal to see what it prints: ci',
      ],
    ] as const
  ).map(([what, detail, sentence]): Row<'tokenProcess'> => [
    { profile: 'ci', what, detail },
    sentence.replace('{}', 'web_identity_token_process'),
    ['openProfile', 'retry'],
  ]),
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
  loginNeeded: [
    [
      { profile: 'dev', why: 'none' },
      'Nobody is signed in to the console here, sign in to go on: dev',
      ['signIn'],
    ],
    [{ profile: 'dev', why: 'over' }, 'The console sign-in is over, sign in again to go on: dev', ['signIn']],
    [
      { profile: 'dev', why: 'changed' },
      'The password or the permissions behind the console sign-in have changed, sign in again: dev',
      ['signIn'],
    ],
  ],
  loginNotPermitted: [
    [
      { profile: 'dev' },
      'AWS does not let you use the console sign-in here, ask your administrator for the policy SignInLocalDevelopmentAccess: dev',
      ['signIn', 'showLog'],
    ],
  ],
  loginOther: [
    [
      {
        profile: 'dev',
        wanted: 'arn:aws:iam::111122223333:user/team/alice',
        got: 'arn:aws:sts::444455556666:assumed-role/readonly/bob',
      },
      'The browser is signed in as readonly/bob in 4444-5555-6666, choose alice in 1111-2222-3333 there for this profile: dev',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'dev', wanted: 'arn:aws:iam::111122223333:root', got: 'somebody' },
      'The browser is signed in as somebody, choose root in 1111-2222-3333 there for this profile: dev',
      ['signIn', 'openProfile'],
    ],
  ],
  loginCodeRefused: [
    [
      { profile: 'dev' },
      'AWS did not take this sign-in, it was late or used before, sign in again: dev',
      ['signIn'],
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
      assert.match(title, /^(Enter|Open|Try|Start|Show|Change|Sign) /);
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

  it('offers a code first where it may be all that a typed role misses, and the source has a device', () => {
    const device = 'arn:aws:iam::111122223333:mfa/alice';
    const role = {
      kind: 'role',
      name: 'admin',
      sourceProfile: 'alice',
      roleArn,
      externalId: undefined,
      sessionName: undefined,
      durationSeconds: undefined,
      mfaSerial: undefined,
      region: undefined,
    } as const;
    const denied = (...hints: AccessDeniedHint[]): Fault => ({
      kind: 'accessDenied',
      action: 'sts:AssumeRole',
      hints,
      roleArn,
      caller: undefined,
    });
    const wanted = denied('mfaRequired', 'trustPolicy');
    const without: readonly FaultAction[] = ['changeRole', 'showLog'];
    const given: readonly FaultAction[] = ['openProfile', 'showLog'];
    assert.deepEqual(actionsForRequest(role, wanted, given, device), ['startWithCode', ...without]);
    assert.deepEqual(actionsForRequest(role, wanted, given), without);
    assert.deepEqual(actionsForRequest(role, denied('organization'), given, device), without);
    assert.deepEqual(actionsForRequest({ ...role, mfaSerial: device }, wanted, given, device), without);
    assert.match(faultActionTitle('startWithCode'), /^Start /);
  });
});
