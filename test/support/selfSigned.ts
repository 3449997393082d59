import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A key and a certificate for 127.0.0.1 and these host names that nobody trusts, as PEM; undefined where there is no openssl: Node makes keys
 * but no certificates.
 */
export function selfSigned(
  ...hosts: readonly string[]
): { readonly key: string; readonly cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sts-sessions-tls-'));
  try {
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const what = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const subjectAltName = `subjectAltName=${['IP:127.0.0.1', ...hosts.map((host) => `DNS:${host}`)].join()}`;
    const whom = ['-subj', '/CN=127.0.0.1', '-addext', subjectAltName];
    const made = spawnSync('openssl', [...what, ...whom, '-keyout', key, '-out', cert]);
    return made.status === 0
      ? { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
      : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
