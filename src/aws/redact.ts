/** Longest piece of AWS's own words that is shown or logged, in characters: enough for its longest known sentence. */
const maxLength = 300;

/**
 * AWS's message made fit to be shown: on one line, at most 300 characters, and without anything that looks like an
 * access key, a secret key, a token or a six-digit code. It would rather take out too much than too little: a proxy
 * or a compatible service may echo the whole request.
 */
export function redact(message: string): string {
  const clean = message
    // Control characters could break out of a log line or a terminal.
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\b(?:ABIA|ACCA|AGPA|AIDA|AKIA|ANPA|AROA|ASCA|ASIA)[A-Z0-9]{12,}/g, '…')
    // Secret keys are 40 characters of base64; tokens are longer, and web tokens use - _ . too.
    .replace(/[A-Za-z0-9+/=]{32,}/g, '…')
    .replace(/[\w+/=.-]{60,}/g, '…')
    .replace(/\b\d{6}\b/g, '…')
    .trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}
