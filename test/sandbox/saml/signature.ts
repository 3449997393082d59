import { SignedXml } from 'xml-crypto';
import { invalidToken } from '../jwt.ts';
import { childrenOf, readXml, type Element } from './xml.ts';

/**
 * What the identity provider has signed of `element`: read from the very octets that the signature covers, never from the
 * document around them, so that nothing can be wrapped around or put beside them. Undefined for an element without a
 * signature of its own; throws AWS's refusal for one that does not hold.
 */
export function signedPart(element: Element, document: string, certificate: string): Element | undefined {
  const signatures = childrenOf(element, 'signature', 'Signature');
  const [signature] = signatures;
  if (signature === undefined) {
    return undefined;
  }
  const octets = signatures.length === 1 ? verified(signature, document, certificate) : undefined;
  const signed = octets === undefined ? undefined : readXml(octets);
  if (
    signed === undefined ||
    signed.namespace !== element.namespace ||
    signed.name !== element.name ||
    signed.attributes.get('ID') !== element.attributes.get('ID')
  ) {
    throw signatureInvalid();
  }
  return signed;
}

/** 400 InvalidIdentityToken, as for a certificate of another provider. */
export function signatureInvalid(): Error {
  return invalidToken('Response signature invalid');
}

/** The canonical form of the one thing that the signature is for; undefined when the signature is not the key's. */
function verified(signature: Element, document: string, certificate: string): string | undefined {
  try {
    const checker = new SignedXml({ publicCert: certificate });
    checker.loadSignature(signature.source);
    if (!checker.checkSignature(document)) {
      return undefined;
    }
    const [only, ...more] = checker.getSignedReferences();
    return more.length === 0 ? only : undefined;
  } catch {
    return undefined;
  }
}
