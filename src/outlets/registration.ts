/** Where a window's server listens. The tokens exist only where sockets cannot be guarded by a folder (Windows). */
export type Address =
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'tcp';
      /** On 127.0.0.1. */
      readonly port: number;
      /** Opens `/process` and `/container`. */
      readonly token: string;
      /** Opens `/sessions`, for other windows. */
      readonly peerToken: string;
    };

/** What a window writes down about itself in `w/`, so that helpers and other windows find it. */
export interface Registration {
  readonly address: Address;
  readonly pid: number;
  /** When the process began, in a form that only serves comparison; undefined where that is not cheap to know. */
  readonly born: string | undefined;
  /** Counts announcements, so that the file changes at each. */
  readonly revision: number;
}

/**
 * The text of a registration file: one `key value` a line, because the POSIX helper reads it with `read` alone. The
 * socket comes first: it is the only line that helper looks at.
 */
export function formatRegistration({ address, pid, born, revision }: Registration): string {
  const lines =
    address.kind === 'socket'
      ? [`socket ${address.path}`]
      : [`port ${address.port}`, `token ${address.token}`, `peer ${address.peerToken}`];
  lines.push(`pid ${pid}`);
  if (born !== undefined) {
    lines.push(`born ${born}`);
  }
  lines.push(`revision ${revision}`);
  return `${lines.join('\n')}\n`;
}

/** Reads a registration file; undefined when it is not one (half a file, another version's). */
export function parseRegistration(text: string): Registration | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) {
      fields.set(line.slice(0, space), line.slice(space + 1));
    }
  }
  const address = parseAddress(fields);
  const pid = wholeNumber(fields.get('pid'));
  const revision = wholeNumber(fields.get('revision'));
  if (address === undefined || pid === undefined || revision === undefined) {
    return undefined;
  }
  return { address, pid, born: fields.get('born'), revision };
}

function parseAddress(fields: ReadonlyMap<string, string>): Address | undefined {
  const path = fields.get('socket');
  if (path !== undefined && path.length > 0) {
    return { kind: 'socket', path };
  }
  const port = wholeNumber(fields.get('port'));
  const token = fields.get('token');
  const peerToken = fields.get('peer');
  if (port === undefined || port === 0 || port > 65_535 || !token || !peerToken) {
    return undefined;
  }
  return { kind: 'tcp', port, token, peerToken };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
