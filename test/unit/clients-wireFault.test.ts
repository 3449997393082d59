import assert from 'node:assert/strict';
import { networkFault } from '../../src/clients/wireFault.ts';

const host = 'sts.eu-west-1.amazonaws.com';

function failed(code: string | undefined, details: object = {}): Error {
  return Object.assign(new Error('it failed'), code === undefined ? {} : { code }, details);
}

describe('errors of the network', () => {
  const table: readonly [code: string, reason: string, unsent: boolean][] = [
    ['ECONNREFUSED', 'refused', true],
    ['ENOTFOUND', 'dns', true],
    ['EAI_AGAIN', 'dns', true],
    ['ENETUNREACH', 'unreachable', true],
    ['EHOSTUNREACH', 'unreachable', true],
    ['ETIMEDOUT', 'unreachable', true],
    ['ECONNRESET', 'reset', false],
    ['EPIPE', 'reset', false],
    ['CERT_HAS_EXPIRED', 'tls', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', false],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', false],
    ['EPROTO', 'tls', false],
    ['ERR_PROXY_TUNNEL', 'proxy', false],
    ['EMFILE', 'other', false],
  ];
  for (const [code, reason, unsent] of table) {
    it(`${code} is ${reason}${unsent ? ', and nothing was sent' : ''}`, () => {
      const error = networkFault(failed(code), host, 443);
      assert.deepEqual(error.fault, { kind: 'network', host, reason, code });
      assert.equal(error.unsent, unsent);
    });
  }

  it('a refusal on another port is the proxy’s', () => {
    const byProxy = networkFault(failed('ECONNREFUSED', { port: 3128 }), host, 443);
    assert.deepEqual(byProxy.fault, { kind: 'network', host, reason: 'proxy', code: 'ECONNREFUSED' });
    const byTarget = networkFault(failed('ECONNREFUSED', { port: 443 }), host, 443);
    assert.deepEqual(byTarget.fault, { kind: 'network', host, reason: 'refused', code: 'ECONNREFUSED' });
  });

  it('several addresses refused in one error are read like one', () => {
    const each = [failed('ECONNREFUSED', { port: 443 }), failed('ECONNREFUSED', { port: 443 })];
    const all = Object.assign(new AggregateError(each), { code: 'ECONNREFUSED' });
    const { fault } = networkFault(all, host, 443);
    assert.deepEqual(fault, { kind: 'network', host, reason: 'refused', code: 'ECONNREFUSED' });
  });

  it('VS Code’s proxy agent fails without a code', () => {
    const error = new Error('Failed to establish a socket connection to proxies: ["PROXY 127.0.0.1:9"]');
    const { fault } = networkFault(error, host, 443);
    assert.deepEqual(fault, { kind: 'network', host, reason: 'proxy', code: 'UNKNOWN' });
  });

  it('an answer that is no HTTP is not AWS', () => {
    const { fault, unsent } = networkFault(failed('HPE_INVALID_CONSTANT'), host, 443);
    assert.deepEqual(fault, { kind: 'notAws', host, status: 0, what: 'other' });
    assert.equal(unsent, false);
  });

  it('something thrown that is no error has a fault all the same', () => {
    assert.deepEqual(networkFault('oops', host, 443).fault, {
      kind: 'network',
      host,
      reason: 'other',
      code: 'UNKNOWN',
    });
  });
});
