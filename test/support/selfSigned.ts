import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and its certificate, PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * A key and a certificate for 127.0.0.1 and these host names that nobody trusts, as PEM; undefined where there is no openssl: Node makes keys
 * but no certificates.
 */
export function selfSigned(...hosts: readonly string[]): KeyPair | undefined {
  return inFolder((folder) => {
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const whom = ['-subj', '/CN=127.0.0.1', '-addext', subjectAltName(hosts)];
    return openssl('req', '-x509', ...ec, '-days', '2', ...whom, '-keyout', key, '-out', cert)
      ? { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
      : undefined;
  });
}

/** An authority of one's own, as a company has it, and a certificate from it for 127.0.0.1 and these host names. */
export function privateAuthority(
  ...hosts: readonly string[]
): { readonly authority: string; readonly server: KeyPair } | undefined {
  return inFolder((folder) => {
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('ext'), subjectAltName(hosts));
    const authority = ['-x509', '-days', '2', '-subj', '/CN=Example Corp Test CA'];
    const signedBy = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
    const isMade =
      openssl('req', ...ec, ...authority, '-keyout', at('ca.key'), '-out', at('ca.pem')) &&
      openssl('req', ...ec, '-subj', '/CN=127.0.0.1', '-keyout', at('key.pem'), '-out', at('csr.pem')) &&
      openssl(
        'x509',
        '-req',
        '-in',
        at('csr.pem'),
        ...signedBy,
        '-extfile',
        at('ext'),
        '-out',
        at('cert.pem'),
      );
    return isMade
      ? {
          authority: readFileSync(at('ca.pem'), 'utf8'),
          server: { key: readFileSync(at('key.pem'), 'utf8'), cert: readFileSync(at('cert.pem'), 'utf8') },
        }
      : undefined;
  });
}

function subjectAltName(hosts: readonly string[]): string {
  return `subjectAltName=${['IP:127.0.0.1', ...hosts.map((host) => `DNS:${host}`)].join()}`;
}

function openssl(...what: readonly string[]): boolean {
  return spawnSync('openssl', what).status === 0;
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'sts-sessions-tls-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
