import type { AssertionTrouble } from './assertion.ts';

/** A response in base64, or why there is none. */
export type ResponseText =
  { readonly ok: true; readonly base64: string } | { readonly ok: false; readonly what: AssertionTrouble };

/** AWS takes 100,000 characters of base64; a page around it may be larger. Beyond this nothing is looked at. */
export const longestText = 1_000_000;

/**
 * The base64 of a SAML response in whatever a person copied or a program printed: the bare value, the form or the page
 * that it is in, the body of the request that a browser sent, or the XML itself. Linear in the length of the text.
 */
export function responseIn(text: string): ResponseText {
  if (text.length > longestText) {
    return { ok: false, what: 'tooLarge' };
  }
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') {
    return { ok: false, what: 'nothing' };
  }
  if (/^<(?:\?xml\s|(?:[\w.-]+:)?Response[\s>])/.test(trimmed)) {
    return { ok: true, base64: toBase64(trimmed) };
  }
  const value = fromInput(trimmed) ?? fromBody(trimmed) ?? trimmed;
  const base64 = value.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return { ok: false, what: looksLikeBase64(base64) ? 'base64' : 'nothing' };
  }
  const cut = base64.length % 4 === 1 || (base64.includes('=') && base64.length % 4 !== 0);
  if (!cut) {
    return { ok: true, base64: padded(base64) };
  }
  return { ok: false, what: looksLikeBase64(base64) ? 'base64' : 'nothing' };
}

/** The value of `<input name="SAMLResponse" value="…">`, its attributes in any order. */
function fromInput(text: string): string | undefined {
  const name = /name\s*=\s*["']?SAMLResponse["']?(?=[\s/>])/gi;
  for (let match = name.exec(text); match !== null; match = name.exec(text)) {
    const from = text.lastIndexOf('<', match.index);
    const to = text.indexOf('>', match.index);
    if (from === -1 || to === -1) {
      return undefined;
    }
    const [, double, single, bare] =
      /\svalue\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(text.slice(from, to + 1)) ?? [];
    const value = double ?? single ?? bare;
    if (value !== undefined && value.trim() !== '') {
      return withoutEntities(value);
    }
    name.lastIndex = to;
  }
  return undefined;
}

/** The value of `SAMLResponse=…` in a form's body, be it alone or within a command that sends it. */
function fromBody(text: string): string | undefined {
  const [, value] = /(?:^|[\s&?"'])SAMLResponse=([^\s&"']+)/.exec(text) ?? [];
  if (value === undefined || !value.includes('%')) {
    // Somebody decoded it already: then a plus is a plus.
    return value;
  }
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}

/** Base64 has few characters that a page may write as references: `&#43;`, `&#x2b;`, `&#x3D;`, line breaks. */
function withoutEntities(value: string): string {
  return value
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (_all, hex?: string, decimal?: string) =>
      String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll(/&(?:plus|equals|sol);/g, (name) => (name === '&plus;' ? '+' : name === '&sol;' ? '/' : '='));
}

/** Longer than any word, and all of it from base64's alphabets: then it is a broken response, not something else. */
function looksLikeBase64(text: string): boolean {
  return text.length >= 64 && /^[A-Za-z0-9+/=%_-]*$/.test(text);
}

function padded(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, '=');
}

/** Base64 of the text's UTF-8. */
function toBase64(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) {
    bytes += String.fromCharCode(byte);
  }
  return btoa(bytes);
}
