/** What an ID token says of itself. Nothing is proven by it: who takes the token checks its signature. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  /** Milliseconds UTC; undefined when it names none. */
  readonly expiresAt: number | undefined;
  /** The algorithm of its signature. */
  readonly algorithm: string;
  /** Every claim, as it stands there. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** A signed JWT (RFC 7515, 3.1): three parts of base64url, the last of which may only be missing where nobody signed. */
const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** True for text that can be a signed JWT: a program that prints `null` or an error must not be sent to AWS. */
export function looksLikeJwt(text: string): boolean {
  return compact.test(text);
}

/** The claims of a JWT; undefined for text that is none. */
export function claimsOf(jwt: string): Claims | undefined {
  if (!looksLikeJwt(jwt)) {
    return undefined;
  }
  const [head = '', body = ''] = jwt.split('.');
  const header = fieldsOf(head);
  const all = fieldsOf(body);
  if (header === undefined || all === undefined) {
    return undefined;
  }
  const { iss, sub, aud, exp } = all;
  return {
    issuer: textOf(iss),
    subject: textOf(sub),
    audiences: (Array.isArray(aud) ? aud : [aud]).map(textOf).filter((audience) => audience !== ''),
    expiresAt: typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined,
    algorithm: textOf(header['alg']),
    all,
  };
}

/** A claim's text; undefined where it is not there or no text: `email_verified` names nobody. */
export function textClaim({ all }: Claims, name: string): string | undefined {
  return Object.hasOwn(all, name) ? textOf(all[name]) || undefined : undefined;
}

/**
 * The audience that AWS compares with its provider and with `:aud` in a trust policy: the authorized party where the token
 * names one. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function awsAudience(claims: Claims): string | undefined {
  return textClaim(claims, 'azp') ?? claims.audiences[0];
}

function fieldsOf(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
