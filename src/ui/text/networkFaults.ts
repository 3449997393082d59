import type { Fault } from '../../aws/faults.ts';
import { t } from './l10n.ts';

/** The two sides did not even get as far as a certificate: plain HTTP on that port, or a TLS that is too old. */
const noCertificate = /^(EPROTO|ERR_SSL_|ERR_OSSL_)/;

/** Why the other side was not reached, in one sentence that ends with its host. */
export function networkSentence({ host, reason, code }: Extract<Fault, { kind: 'network' }>): string {
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
      return t(
        'The certificate of the server is not trusted, check your proxy and its certificate: {0} ({1})',
        host,
        code,
      );
    case 'proxy':
      return t('The proxy did not let the call to AWS through, check its settings: {0} ({1})', host, code);
    case 'unreachable':
      return t('The network has no way to AWS, check the network or VPN: {0}', host);
    case 'other':
      return code === 'ERR_INVALID_URL'
        ? t('The address set for STS is not a URL, correct it: {0}', host)
        : t('AWS could not be reached, check the network: {0} ({1})', host, code);
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
