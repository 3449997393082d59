import type { CustomFetch } from 'openid-client';
import type { CaBundle, Fault } from '../aws/faults.ts';
import { isLoopback } from '../aws/loopback.ts';
import type { Network } from './network.ts';
import { networkFetch } from './networkFetch.ts';
import { WireFault } from './wireFault.ts';

/** Carries a Fault through openid-client, which knows only exceptions. */
export class IssuerWireFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.kind);
    this.name = 'IssuerWireFault';
    this.fault = fault;
  }
}

/** How an issuer is asked. */
export interface IssuerFetchOptions {
  /** Its name in the settings. */
  readonly issuer: string;
  readonly network: Network;
  readonly caBundle: CaBundle | undefined;
  readonly signal: AbortSignal;
  /** Where the issuer's keys are, once that is known. */
  keysAddress(): string | undefined;
}

/**
 * The one place where an issuer is asked: the way that all our calls go, never in clear text but to this machine, and never
 * to where a redirect points: a code or a refresh token in the body must not be carried on to another host.
 */
export function issuerFetch(options: IssuerFetchOptions): CustomFetch {
  const { issuer, network, caBundle, signal } = options;
  const send = networkFetch(network, { caBundle, signal });
  return async (address, { method, headers, body }) => {
    const url = new URL(address);
    const { host } = url;
    const fail = (what: 'insecure' | 'redirect' | 'noKeys', detail = ''): IssuerWireFault =>
      new IssuerWireFault({ kind: 'issuerAnswer', issuer, host, what, detail });
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
      throw fail('insecure');
    }
    // Only text is ever sent to an issuer.
    const text = body instanceof URLSearchParams || typeof body === 'string' ? body : undefined;
    const response = await send(url, { method, headers, body: text }).catch((error: unknown) => {
      throw error instanceof WireFault ? new IssuerWireFault(inIssuer(error.fault, issuer)) : error;
    });
    if (response.status >= 300 && response.status < 400) {
      throw fail('redirect', originOf(response.headers.get('location'), url));
    }
    if (response.status !== 200 && address === options.keysAddress()) {
      throw fail('noKeys');
    }
    return response;
  };
}

/** What the network says of AWS, said of an issuer. */
function inIssuer(fault: Fault, issuer: string): Fault {
  switch (fault.kind) {
    case 'network':
      return {
        kind: 'issuerUnreachable',
        issuer,
        host: fault.host,
        reason: fault.reason,
        code: fault.code,
        ...(fault.proxy !== undefined && { proxy: fault.proxy }),
      };
    case 'timedOut': {
      const code = String(fault.seconds);
      return { kind: 'issuerUnreachable', issuer, host: fault.host, reason: 'timedOut', code };
    }
    case 'notAws': {
      const what = fault.what === 'tooLarge' ? 'tooLarge' : 'notJson';
      return { kind: 'issuerAnswer', issuer, host: fault.host, what, detail: '' };
    }
    default:
      return fault;
  }
}

function originOf(location: string | null, base: URL): string {
  return location !== null && URL.canParse(location, base.href) ? new URL(location, base).origin : '';
}
