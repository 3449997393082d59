import type { Fault } from '../aws/faults.ts';

/** Carries a Fault through the SDK, whose pipeline knows only exceptions. `sts.ts` unwraps it. */
export class WireFault extends Error {
  readonly fault: Fault;
  /** True when not one byte of the request can have reached AWS: then even a single-use code may be sent again. */
  readonly unsent: boolean;

  constructor(fault: Fault, unsent: boolean) {
    super(fault.kind);
    this.name = 'WireFault';
    this.fault = fault;
    this.unsent = unsent;
  }
}

type NetworkReason = Extract<Fault, { kind: 'network' }>['reason'];

/** System errors by code. https://nodejs.org/api/errors.html#common-system-errors */
const reasons: ReadonlyMap<string, NetworkReason> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
  ['EAI_NODATA', 'dns'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EPROTO', 'tls'],
]);

/** Certificate and handshake errors. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_C|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH_EXCEEDED)/;

/**
 * What an error of `http.request` means. `host` is what a person should read, `port` the one that was meant to be reached:
 * a refusal on another port comes from the proxy in between.
 */
export function networkFault(error: unknown, host: string, port: number): WireFault {
  const code = codeOf(error);
  if (code.startsWith('HPE_')) {
    return new WireFault({ kind: 'notAws', host, status: 0, what: 'other' }, false);
  }
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
    // The system gave up connecting before our own limit did.
    return new WireFault({ kind: 'network', host, reason: 'unreachable', code }, true);
  }
  const reason = isProxyError(error, code, port)
    ? 'proxy'
    : (reasons.get(code) ?? (tlsCode.test(code) ? 'tls' : 'other'));
  const unsent = reason === 'refused' || reason === 'dns' || reason === 'unreachable';
  return new WireFault({ kind: 'network', host, reason, code: code === '' ? 'UNKNOWN' : code }, unsent);
}

function isProxyError(error: unknown, code: string, port: number): boolean {
  if (code.startsWith('ERR_PROXY')) {
    return true;
  }
  if (code === 'ECONNREFUSED') {
    const refused = portOf(error);
    return refused !== undefined && refused !== port;
  }
  // VS Code puts its own agent under node:https; that agent's “no proxy could be reached” comes without a code.
  return code === '' && error instanceof Error && /\bprox(y|ies)\b/i.test(error.message);
}

function portOf(error: unknown): number | undefined {
  // With several addresses for one name Node wraps one error per address.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'port' in first && typeof first.port === 'number' ? first.port : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
