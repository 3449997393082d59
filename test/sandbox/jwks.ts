import type { JsonWebKey } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** How long an issuer may take, ms. It is on this machine. */
const patienceMs = 5000;

/** True for an issuer that the sandbox asks for its keys: nothing past this machine is ever asked. */
export function isLocalIssuer(issuer: string): boolean {
  return /^http:\/\/127(\.\d{1,3}){3}:\d+(\/|$)/.test(issuer);
}

/** The keys that an issuer publishes, found through its discovery document as AWS does. Throws AWS's refusal. */
export async function publishedKeys(issuer: string): Promise<readonly JsonWebKey[]> {
  const discovery = await json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const address = discovery['jwks_uri'];
  if (discovery['issuer'] !== issuer || typeof address !== 'string' || !isLocalIssuer(address)) {
    throw unreachable();
  }
  const { keys } = await json(address);
  return Array.isArray(keys) ? (keys as readonly JsonWebKey[]) : [];
}

async function json(address: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
    if (!answer.ok) {
      throw unreachable();
    }
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  } catch {
    throw unreachable();
  }
}

function unreachable(): Refusal {
  return new Refusal(
    400,
    'InvalidIdentityToken',
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
  );
}
