import { roleArn } from './row.ts';
import type { FaultRow, FaultTable } from './row.ts';

/** Sentences for sources of credentials that fail. */
export const sourceRows: Pick<FaultTable, 'tokenFile' | 'webIdentity' | 'process' | 'machine'> = {
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
    .map(([what, detail, sentence]): FaultRow<'webIdentity'> => [
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
      ).map(([what, from, sentence, actions]): FaultRow<'webIdentity'> => [
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
  ).map(([what, detail, sentence]): FaultRow<'process'> => [
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
  ).map(([source, what, detail, sentence]): FaultRow<'machine'> => [
    { source, what, detail },
    sentence,
    ['retry', 'openProfile'],
  ]),
};
