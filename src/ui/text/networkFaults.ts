import type { Fault } from '../../aws/faults.ts';
import { t } from './l10n.ts';

/** The two sides did not even get as far as a certificate: plain HTTP on that port, or a TLS that is too old. */
const noCertificate = /^(EPROTO|ERR_SSL_|ERR_OSSL_)/;

/** A certificate that is in order, from somebody whom nothing here vouches for: a proxy that looks inside, a private AWS. */
export const unknownAuthority = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** Why the other side was not reached, in one sentence that ends with its host. */
export function networkSentence(fault: Extract<Fault, { kind: 'network' }>): string {
  const { host, reason, code } = fault;
  switch (reason) {
    case 'refused':
      return t('The connection to AWS was refused, check the network: {0}', host);
    case 'reset':
      return t('The connection to AWS broke off, try again: {0}', host);
    case 'dns':
      return t("AWS's server was not found, check the network or VPN: {0}", host);
    case 'tls':
      if (noCertificate.test(code)) {
        return t('The server did not answer in TLS, check the address and the proxy: {0} ({1})', host, code);
      }
      if (unknownAuthority.test(code)) {
        return t(
          'The certificate of the server comes from an authority that is not trusted here, name its file in ca_bundle: {0} ({1})',
          host,
          code,
        );
      }
      return t(
        'The certificate of the server is not trusted, check your proxy and its certificate: {0} ({1})',
        host,
        code,
      );
    case 'proxy':
      return proxySentence(fault);
    case 'unreachable':
      return t('The network has no way to AWS, check the network or VPN: {0}', host);
    case 'other':
      return code === 'ERR_INVALID_URL'
        ? t('The address set for STS is not a URL, correct it: {0}', host)
        : t('AWS could not be reached, check the network: {0} ({1})', host, code);
  }
}

/** What the proxy has against it, in one sentence that ends with the proxy where it is known, else with the host behind it. */
function proxySentence(fault: Extract<Fault, { kind: 'network' }>): string {
  return (
    proxyTrouble(fault) ??
    t(
      'The proxy did not let the call to AWS through, check its settings: {0} ({1})',
      fault.proxy ?? fault.host,
      fault.code,
    )
  );
}

/** The same, as long as it makes no difference who stands behind the proxy; undefined where that is to be said. */
export function proxyTrouble({
  host,
  code,
  proxy,
}: Pick<Extract<Fault, { kind: 'network' }>, 'host' | 'code' | 'proxy'>): string | undefined {
  const scheme = /^SCHEME_(.*)$/.exec(code)?.[1];
  if (scheme !== undefined) {
    return scheme === ''
      ? t('The address of the proxy in the environment is not a URL, correct HTTPS_PROXY to reach: {0}', host)
      : t('Proxies of this kind cannot be used from HTTPS_PROXY, set the proxy in VS Code: {0}', scheme);
  }
  const where = proxy ?? host;
  switch (code) {
    case 'HTTP_407':
      return t(
        'The proxy asks for a user name and password, put them into its address or http.proxyAuthorization: {0}',
        where,
      );
    case 'UNKNOWN':
      // VS Code's agent says only that it did not get there.
      return t('The proxy cannot be reached, check its address and that it runs: {0}', where);
    case 'ECONNREFUSED':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ETIMEDOUT':
      return t('The proxy cannot be reached, check its address and that it runs: {0} ({1})', where, code);
    default:
      return undefined;
  }
}

/** Why the certificates that are set cannot be used, in one sentence that ends with their file. */
export function caBundleSentence({ bundle, what, code }: Extract<Fault, { kind: 'caBundle' }>): string {
  const { from, path } = bundle;
  switch (what) {
    case 'missing':
      return t('The file of certificates that {0} names does not exist, correct it: {1}', from, path);
    case 'notAFile':
      return t('What {0} names is not a file of certificates, correct it: {1}', from, path);
    case 'tooLarge':
      return t('The file that {0} names is far too large for certificates, correct it: {1}', from, path);
    case 'empty':
      return t('The file of certificates that {0} names is empty, put the authority in: {1}', from, path);
    case 'notPem':
      return t(
        'The file that {0} names holds no certificate in PEM form (BEGIN CERTIFICATE), correct it: {1}',
        from,
        path,
      );
    case 'unreadable':
      return t('The file of certificates that {0} names cannot be read: {1} ({2})', from, path, code);
  }
}

/** What answered instead of AWS, in one sentence that names the host and the HTTP status. */
export function notAwsSentence({ host, status, what }: Extract<Fault, { kind: 'notAws' }>): string {
  if (status === 0) {
    return t('Something that does not speak HTTP answered instead of AWS, check the address: {0}', host);
  }
  switch (what) {
    case 'html':
      return t(
        'A web page came instead of an answer from AWS, a proxy or a network sign-in may be in between: {0} (HTTP {1})',
        host,
        status,
      );
    case 'otherXml':
      return t('Another service than STS answered, check endpoint_url: {0} (HTTP {1})', host, status);
    case 'empty':
      return t('The answer was empty, which AWS never sends, check the proxy: {0} (HTTP {1})', host, status);
    case 'tooLarge':
      return t(
        'The answer was far too large to come from STS, check endpoint_url: {0} (HTTP {1})',
        host,
        status,
      );
    case 'other':
      return t(
        'The answer did not come from STS, check endpoint_url and the proxy: {0} (HTTP {1})',
        host,
        status,
      );
  }
}
