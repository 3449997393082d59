import { readFile } from 'node:fs/promises';

/**
 * True when every program that has a connection from `peerPort` to `ownPort` on this machine runs as this user (Linux), or
 * as root: that reads everything anyway, and passes on what a browser asks from outside of a machine such as WSL's.
 * False when there is none, or the system does not say. Never rejects.
 */
export async function isOwnPeer(
  peerPort: number,
  ownPort: number,
  uid: number | undefined = process.getuid?.(),
  read: (path: string) => Promise<string> = (path) => readFile(path, 'latin1'),
): Promise<boolean> {
  // A program may have asked with a socket for both kinds of addresses.
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => read(`/proc/net/${name}`).catch(() => '')));
  const users = tables.flatMap((table) => usersOf(table, peerPort, ownPort));
  return users.length > 0 && users.every((user) => user === uid || user === 0);
}

/** proc_net_tcp: `sl local_address rem_address st tx:rx tr:when retrnsmt uid …`, an address being `HEX:PORT` in hex. */
function usersOf(table: string, peerPort: number, ownPort: number): readonly number[] {
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, remote]) => portIn(local) === peerPort && portIn(remote) === ownPort)
    .map((fields) => Number(fields[7]));
}

function portIn(address: string | undefined): number | undefined {
  const hex = address?.split(':')[1];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}
