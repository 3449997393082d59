import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** For a browser without a screen that reaches nothing but this machine. */
export const testArguments: readonly string[] = [
  '--headless=new',
  '--disable-gpu',
  '--disable-popup-blocking',
  '--disable-background-networking',
  '--disable-component-update',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/** True where the kernel tells what processes do. */
export const canSeeProcesses = process.platform === 'linux';

/** The processes that were started with this text in an argument, and all that those have started. */
export function processTree(text: string): readonly number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap((pid) => {
      const parent = /^PPid:\s*(\d+)/m.exec(read(`/proc/${String(pid)}/status`))?.[1];
      return parent === undefined || pid === process.pid ? [] : [{ pid, parent: Number(parent) }];
    });
  const found = new Set(
    all
      .map(({ pid }) => pid)
      .filter((pid) => read(`/proc/${String(pid)}/cmdline`).includes(`--user-data-dir=${text}`)),
  );
  for (let size = -1; size !== found.size;) {
    size = found.size;
    all.filter(({ parent }) => found.has(parent)).forEach(({ pid }) => found.add(pid));
  }
  return [...found];
}

/** The TCP ports that these processes listen on. */
export function listeningPorts(pids: readonly number[]): readonly number[] {
  const sockets = new Set(pids.flatMap((pid) => socketsOf(pid)));
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    read(table)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt: 0A is LISTEN.
      .filter((fields) => fields[3] === '0A' && sockets.has(fields[9] ?? ''))
      .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)),
  );
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${String(pid)}/fd`).flatMap((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${String(pid)}/fd/${name}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
