import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import { childrenOf, find, type Element } from './xml.ts';

/** Key sizes in bytes of the ciphers that AWS takes from a provider: https://www.w3.org/TR/xmlenc-core1/#sec-Algorithms */
const ciphers: Readonly<Record<string, { readonly name: 'gcm' | 'cbc'; readonly keyBytes: number }>> = {
  'http://www.w3.org/2009/xmlenc11#aes128-gcm': { name: 'gcm', keyBytes: 16 },
  'http://www.w3.org/2009/xmlenc11#aes256-gcm': { name: 'gcm', keyBytes: 32 },
  'http://www.w3.org/2001/04/xmlenc#aes128-cbc': { name: 'cbc', keyBytes: 16 },
  'http://www.w3.org/2001/04/xmlenc#aes256-cbc': { name: 'cbc', keyBytes: 32 },
};

/** The XML in an EncryptedAssertion; throws an Error when the key is another's or the encryption is none of AWS's. */
export function decrypt(encrypted: Element, privateKey: string): string {
  const data = find(encrypted, 'encryption', 'EncryptedData');
  const key =
    (data && keyInfo(data, 'EncryptedKey')) ?? childrenOf(encrypted, 'encryption', 'EncryptedKey').at(0);
  if (data === undefined || key === undefined) {
    throw new Error('there is no encrypted data with a key');
  }
  const contentKey = privateDecrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    cipherValue(key),
  );
  const algorithm = find(data, 'encryption', 'EncryptionMethod')?.attributes.get('Algorithm') ?? '';
  const cipher = ciphers[algorithm];
  if (cipher?.keyBytes !== contentKey.length) {
    throw new Error(`the encryption is unknown: ${algorithm}`);
  }
  const bits = cipher.keyBytes * 8;
  const bytes = cipherValue(data);
  if (cipher.name === 'gcm') {
    const decipher = createDecipheriv(
      bits === 128 ? 'aes-128-gcm' : 'aes-256-gcm',
      contentKey,
      bytes.subarray(0, 12),
    );
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
  }
  const decipher = createDecipheriv(`aes-${bits}-cbc`, contentKey, bytes.subarray(0, 16));
  // XML Encryption pads with anything and says only in the last byte how much.
  decipher.setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0)).toString('utf8');
}

function keyInfo(data: Element, name: string): Element | undefined {
  const info = childrenOf(data, 'signature', 'KeyInfo').at(0);
  return info && childrenOf(info, 'encryption', name).at(0);
}

function cipherValue(element: Element): Buffer {
  return Buffer.from(find(element, 'encryption', 'CipherData', 'CipherValue')?.text ?? '', 'base64');
}
