import { createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';

const day = 86_400_000;

/**
 * A self-signed X.509 certificate for an RSA key, as PEM: Node makes keys but no certificates, and a test must not need
 * openssl for one. It is good from a day before `now` (milliseconds) for ten years.
 * The structure: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export function selfSignedCertificate(key: KeyObject, commonName: string, now: number): string {
  const algorithm = sequence(objectId(sha256WithRsa), der(0x05));
  const name = sequence(der(0x31, sequence(objectId(commonNameId), der(0x0c, Buffer.from(commonName)))));
  const toBeSigned = sequence(
    // The first bit of a whole number is its sign.
    der(0x02, Buffer.from([0x01]), randomBytes(15)),
    algorithm,
    name,
    sequence(time(now - day), time(now + 3650 * day)),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, key));
  const lines =
    sequence(toBeSigned, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** 1.2.840.113549.1.1.11 and 2.5.4.3, encoded as DER wants object ids. */
const sha256WithRsa = '2a864886f70d01010b';
const commonNameId = '550403';

/** A value with its tag and length: https://www.itu.int/rec/T-REC-X.690 */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) {
    return Buffer.concat([Buffer.from([tag, content.length]), content]);
  }
  const digits = content.length.toString(16);
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 + length.length]), length, content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** UTCTime, which RFC 5280 wants for years before 2050. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(digits.slice(2)));
}
