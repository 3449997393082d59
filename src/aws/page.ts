import { isLoopback } from './loopback.ts';

/** An address that may be opened in a person's browser: never a program's or a file's, and nothing that others can read. */
export function isPage(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
}

/**
 * True for a code that a person types: those are short and simple (RFC 8628, 6.1), and one is shown before anybody is asked to
 * trust it.
 */
export function isUserCode(code: string): boolean {
  return /^[\w-]{1,40}$/.test(code);
}

/**
 * The pages of a device code (RFC 8628, 3.2), from what a service says; undefined when the one that a person is shown is
 * none. The one with the code in it is opened in its place only where it is of the same origin: the person has seen and
 * agreed to that one.
 */
export function pagesOfCode(
  shown: string,
  complete: string | undefined,
): { readonly verificationUri: string; readonly verificationUriComplete: string } | undefined {
  if (!isPage(shown)) {
    return undefined;
  }
  const isSame =
    complete !== undefined && isPage(complete) && new URL(complete).origin === new URL(shown).origin;
  return { verificationUri: shown, verificationUriComplete: isSame ? complete : shown };
}
