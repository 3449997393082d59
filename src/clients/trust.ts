import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import tls from 'node:tls';
import type { CaBundle, Fault } from '../aws/faults.ts';
import { expandHome, homeOf } from '../aws/locate.ts';

/** The largest bundles in use are a quarter of this, bytes. */
const maxBundleBytes = 4_000_000;

/** Which certificates a call trusts. */
export interface Trust {
  /** The same text for the same certificates: connections are shared below it. */
  readonly key: string;
  /** PEM, one certificate each; undefined leaves it to Node's own and the editor's. */
  readonly certificates: readonly string[] | undefined;
}

/** Trusts what Node and the editor trust. */
export const usualTrust: Trust = { key: '', certificates: undefined };

const known = new Map<string, { readonly stamp: string; readonly trust: Trust }>();

/**
 * Reads a CA bundle: the file at the time of use, and again only when it has changed. Its certificates stand in the place
 * of the usual ones, as in botocore (`load_verify_locations` on an empty context) and so in the AWS CLI. A fault when
 * there is nothing in it that can be trusted: going on without it would trust what the person wanted to leave out.
 */
export async function trustOf(bundle: CaBundle): Promise<Trust | Fault> {
  const home = homeOf(process.env, process.platform, homedir());
  const path = resolve(home, expandHome(bundle.path, home, process.platform === 'win32'));
  const fault = (what: Extract<Fault, { kind: 'caBundle' }>['what'], code = ''): Fault => ({
    kind: 'caBundle',
    bundle,
    what,
    code,
  });
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile()) {
        return fault('notAFile');
      }
      if (stats.size > maxBundleBytes) {
        return fault('tooLarge');
      }
      const stamp = `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
      const before = known.get(path);
      if (before?.stamp === stamp) {
        return before.trust;
      }
      const certificates = certificatesIn(await file.readFile('utf8'));
      if (certificates.length === 0) {
        return fault(stats.size === 0 ? 'empty' : 'notPem');
      }
      const trust = { key: `${path} ${stamp}`, certificates };
      known.set(path, { stamp, trust });
      return trust;
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    return fault(code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable', code);
  }
}

/** The certificates of a PEM file, each by itself; what stands between them, and what is no certificate, is left out. */
export function certificatesIn(text: string): readonly string[] {
  const blocks =
    text.match(
      /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g,
    ) ?? [];
  return blocks.filter((block) => {
    try {
      return new X509Certificate(block).subject !== '';
    } catch {
      return false;
    }
  });
}

/** Reading a list of authorities takes milliseconds each time, so what was read last is kept; a changed file has another key. */
const contexts = new Map<string, tls.SecureContext>();
const maxContexts = 8;
const systemKey = '(system)';

/**
 * A TLS context for connections of our own: VS Code adds the certificates of the system only where a request passes
 * through its own code. Undefined for Node's.
 */
export function contextOf(trust: Trust, systemCertificates: boolean): tls.SecureContext | undefined {
  if (trust.certificates !== undefined) {
    const { certificates } = trust;
    return contextFor(trust.key, () => certificates);
  }
  // Since Node 22.15, which VS Code 1.101 has; older hosts have Node's own list alone.
  return systemCertificates && typeof tls.getCACertificates === 'function'
    ? contextFor(systemKey, () => [
        ...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]),
      ])
    : undefined;
}

function contextFor(key: string, certificates: () => readonly string[]): tls.SecureContext {
  const known = contexts.get(key);
  if (known !== undefined) {
    return known;
  }
  const [oldest] = contexts.keys();
  if (oldest !== undefined && contexts.size >= maxContexts) {
    contexts.delete(oldest);
  }
  const context = tls.createSecureContext({ ca: [...certificates()] });
  contexts.set(key, context);
  return context;
}
