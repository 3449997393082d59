import type { FaultRow, FaultTable } from './row.ts';

/** Sentences for OpenID Connect issuers. */
export const issuerRows: Pick<
  FaultTable,
  | 'issuerUnknown'
  | 'issuerUnreachable'
  | 'issuerAnswer'
  | 'issuerRefused'
  | 'issuerToken'
  | 'microsoftAccount'
  | 'tokenProcess'
> = {
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
  ).map(([reason, code, sentence]): FaultRow<'issuerUnreachable'> => [
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
        'challenge',
        'HTTP 401',
        'What answers for the issuer corp wants a sign-in of its own, check the VPN and the client ID: idp.example (HTTP 401)',
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
  ).map(([what, detail, sentence]): FaultRow<'issuerAnswer'> => [
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
  ).map(([what, sentence]): FaultRow<'issuerToken'> => [
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
  ).map(([what, detail, sentence]): FaultRow<'tokenProcess'> => [
    { profile: 'ci', what, detail },
    sentence.replace('{}', 'web_identity_token_process'),
    ['openProfile', 'retry'],
  ]),
};
