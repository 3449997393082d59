import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Authenticator, Seed, SeedAlgorithm } from '../../src/aws/seed.ts';
import {
  base32Bytes,
  isSeedProblem,
  parseAuthenticator,
  parseKeyUri,
  parseLabel,
  parseSeed,
  stepOf,
  timeLeftOfStep,
} from '../../src/aws/seed.ts';
import { codeAt, codeOfStep } from '../../src/aws/totp.ts';
import { codeAt as sandboxCode } from '../sandbox/mfa.ts';
import { hasConformance, noConformance, readConformance } from '../support/conformance.ts';
import { describeIf } from '../support/skip.ts';

function good(text: string): Authenticator {
  const read = parseAuthenticator(text);
  assert.ok(!isSeedProblem(read), JSON.stringify(read));
  return read;
}

function problem(text: string): string {
  const read = parseAuthenticator(text);
  assert.ok(isSeedProblem(read), 'it was taken');
  return read.kind === 'badParameter' ? `${read.name} ${read.value}` : read.kind;
}

const hex = (seed: Seed): string => Buffer.from(base32Bytes(seed.secret.reveal())).toString('hex');

interface Vectors {
  readonly [list: string]: unknown;
  readonly hotpRfc4226: readonly {
    readonly counter: number;
    readonly secretAscii: string;
    readonly hotp: string;
  }[];
}
interface TotpVector {
  readonly time: number;
  readonly algorithm: SeedAlgorithm;
  readonly digits: 8;
  readonly period: number;
  readonly secretBase32: string;
  readonly totp: string;
  readonly totp6: string;
}

describeIf(hasConformance, noConformance, 'the vectors of the RFCs', () => {
  const vectors = JSON.parse(readConformance('rfc/rfc6238-totp.json')) as Vectors;
  const totp = Object.values(vectors)
    .filter(Array.isArray)
    .flat()
    .filter((one): one is TotpVector => 'totp' in (one as object));

  it('RFC 6238 gives its 18 codes, with 8 digits and with 6', () => {
    assert.equal(totp.length, 18);
    for (const vector of totp) {
      const { algorithm, digits, period, secretBase32 } = vector;
      const { secret } = good(secretBase32).seed;
      assert.equal(codeAt({ secret, algorithm, digits, period }, vector.time * 1000), vector.totp);
      assert.equal(codeAt({ secret, algorithm, digits: 6, period }, vector.time * 1000), vector.totp6);
      assert.equal(
        codeAt({ secret, algorithm, digits: 7, period }, vector.time * 1000),
        vector.totp.slice(1),
      );
    }
  });

  it('RFC 4226 gives its 10 codes', () => {
    assert.equal(vectors.hotpRfc4226.length, 10);
    const { seed } = good('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    for (const { counter, hotp } of vectors.hotpRfc4226) {
      assert.equal(codeOfStep(seed, counter), hotp);
    }
  });

  it('key URIs are read as their specification says', () => {
    const { cases } = JSON.parse(readConformance('rfc/otpauth-uris.json')) as {
      cases: readonly {
        readonly uri?: string;
        readonly label?: string;
        readonly secretBase32?: string;
        readonly secretHex?: string;
        readonly expect?: Readonly<Record<string, unknown>>;
      }[];
    };
    assert.equal(cases.length, 6);
    for (const { uri, label, secretBase32, secretHex, expect } of cases) {
      if (uri !== undefined) {
        const { seed, issuer, account } = good(uri);
        const { algorithm, digits, period } = seed;
        const read = { type: 'totp', issuer, account, secretHex: hex(seed), algorithm, digits, period };
        assert.deepEqual({ type: 'totp', ...expect }, read);
      } else if (label !== undefined) {
        const { issuer, account } = parseLabel(label);
        assert.deepEqual({ issuer: issuer ?? null, account }, expect);
      } else {
        assert.equal(hex(good(secretBase32 ?? '').seed), secretHex);
      }
    }
  });
});

describe('a seed', () => {
  it('may be written with blanks, dashes, small letters and padding', () => {
    for (const text of [
      'JBSWY3DPEHPK3PXP',
      'jbsw y3dp ehpk 3pxp',
      ' JBSW-Y3DP-EHPK-3PXP ',
      'JBSWY3DPEHPK3PXP==',
    ]) {
      assert.equal(hex(good(text).seed), '48656c6c6f21deadbeef');
    }
    assert.equal(hex(good('MY======').seed), '66');
  });

  it('is refused with the reason, which does not repeat it', () => {
    assert.equal(problem(''), 'empty');
    assert.equal(problem('  = '), 'empty');
    assert.equal(problem('JBSWY3DPEHPK3PX1'), 'notBase32');
    assert.equal(problem('JBSWY3DPE'), 'cutOff');
    assert.deepEqual(parseSeed('ABC!'), { kind: 'notBase32', character: '!' });
  });

  it('makes the codes that AWS expects', () => {
    const { seed } = good('SANDBOXSEEDOFALICEFORTESTSONLY23');
    assert.equal(codeOfStep(seed, 59_000_000), sandboxCode(seed.secret.reveal(), 59_000_000));
  });

  it('does not show in logs', () => {
    const { seed } = good('JBSWY3DPEHPK3PXP');
    assert.doesNotMatch(JSON.stringify(seed) + inspect(seed), /JBSW/);
  });

  it('has a code for each period, whatever its length', () => {
    for (const period of [1, 30, 60, 86_400]) {
      const seed: Seed = { ...good('JBSWY3DPEHPK3PXP').seed, period };
      const at = 1_767_268_800_000 + 250;
      assert.equal(timeLeftOfStep(seed, at), period * 1000 - (at % (period * 1000)));
      assert.equal(stepOf(seed, at + timeLeftOfStep(seed, at)), stepOf(seed, at) + 1);
      assert.equal(codeAt(seed, at), codeAt(seed, at + timeLeftOfStep(seed, at) - 1));
    }
  });
});

describe('a key URI', () => {
  const uri = (rest: string): string => `otpauth://totp/AWS:alice@acme?secret=JBSWY3DPEHPK3PXP${rest}`;

  it('says how codes are made', () => {
    const { algorithm, digits, period } = good(uri('&algorithm=SHA512&digits=8&period=60')).seed;
    assert.deepEqual({ algorithm, digits, period }, { algorithm: 'SHA512', digits: 8, period: 60 });
    assert.equal(good(uri('&algorithm=sha-256')).seed.algorithm, 'SHA256');
    assert.equal(good(uri('&Digits=7')).seed.digits, 7);
  });

  it('says whose it is', () => {
    const aws = good('otpauth://totp/Amazon%20Web%20Services:alice@acme-main?secret=JBSWY3DPEHPK3PXP');
    assert.deepEqual([aws.issuer, aws.account], ['Amazon Web Services', 'alice@acme-main']);
    assert.equal(good(uri('&issuer=Other')).issuer, 'Other');
    const bare = good('otpauth://totp/?secret=JBSWY3DPEHPK3PXP');
    assert.deepEqual([bare.issuer, bare.account], [undefined, undefined]);
    assert.equal(good('otpauth://totp/100%25%zz?secret=JBSWY3DPEHPK3PXP').account, '100%25%zz');
  });

  it('is refused with the reason', () => {
    assert.equal(problem('otpauth://hotp/a?secret=JBSWY3DPEHPK3PXP&counter=1'), 'notTimeBased');
    assert.equal(problem('otpauth-migration://offline?data=abc'), 'notKeyUri');
    assert.equal(problem('otpauth://totp/a'), 'empty');
    assert.equal(problem(uri('&algorithm=MD5')), 'algorithm MD5');
    assert.equal(problem(uri('&digits=5')), 'digits 5');
    assert.equal(problem(uri('&period=0')), 'period 0');
    assert.deepEqual(parseKeyUri('https://example.org'), { kind: 'notKeyUri' });
  });
});
