/**
 * True when an address leads to this machine and nowhere else. A URL's host is in its shortest form: `127.1` and
 * `[0:0:0:0:0:0:0:1]` arrive as below.
 */
export function isLoopback({ hostname }: Pick<URL, 'hostname'>): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
