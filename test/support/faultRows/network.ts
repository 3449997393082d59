import { host, inProfile } from './row.ts';
import type { FaultTable } from './row.ts';

/** Sentences for AWS that cannot be reached, or is not AWS. */
export const networkRows: Pick<
  FaultTable,
  'timedOut' | 'network' | 'caBundle' | 'notAws' | 'throttled' | 'unavailable' | 'clockSkew'
> = {
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
};
