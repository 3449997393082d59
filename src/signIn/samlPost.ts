import { partitions } from '../aws/partitions.ts';
import { Secret } from '../aws/secret.ts';
import type { WayResult } from './samlWays.ts';

/** More than any SAML response: AWS takes 100,000 characters. */
export const maxFormBytes = 1024 * 1024;

/** What a posted form holds; `none`: no `SAMLResponse`. */
export type PostedForm = Extract<WayResult, { kind: 'response' | 'tooLarge' }> | { readonly kind: 'none' };

/**
 * Where identity providers post to: `/saml`, and `/saml/acs/` with the provider's id where assertions are encrypted, at
 * every partition's sign-in host, with or without a region before it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
 */
export function isSamlAddress({ protocol, hostname, port, pathname }: URL): boolean {
  return (
    protocol === 'https:' &&
    port === '' &&
    /^\/saml(?:\/|\/acs\/[\w-]+)?$/.test(pathname) &&
    partitions.some(
      ({ signInHost }) =>
        hostname === signInHost ||
        (hostname.endsWith(`.${signInHost}`) &&
          /^[a-z0-9-]+$/.test(hostname.slice(0, -signInHost.length - 1))),
    )
  );
}

/** Patterns that match each of these addresses, and some others: the DevTools protocol's `*` stands for anything. */
export function samlAddressPatterns(): readonly string[] {
  return partitions.flatMap(({ signInHost }) => [
    `https://${signInHost}/saml*`,
    `https://*.${signInHost}/saml*`,
  ]);
}

/** True for the content type of a form, the only thing that the POST binding of SAML knows. */
export function isForm(contentType: string): boolean {
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i.test(contentType);
}

/** Reads the `SAMLResponse` of a form. What it says is nobody's concern here. Never rejects. */
export async function readSamlForm(contentType: string, body: Buffer): Promise<PostedForm> {
  if (body.length > maxFormBytes) {
    return { kind: 'tooLarge' };
  }
  const response = isForm(contentType) ? await fieldOf(contentType, body) : undefined;
  return response === undefined ? { kind: 'none' } : { kind: 'response', response: new Secret(response) };
}

async function fieldOf(contentType: string, body: Buffer): Promise<string | undefined> {
  try {
    const form = await new Response(Uint8Array.from(body), {
      headers: { 'Content-Type': contentType },
    }).formData();
    const value = form.get('SAMLResponse');
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  } catch {
    // No form after all.
    return undefined;
  }
}
