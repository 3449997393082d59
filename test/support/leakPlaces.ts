import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leak, LeakSearch } from './leakSearch.ts';

/** What a search through a folder has seen. */
export interface FolderSearch {
  readonly leaks: readonly Leak[];
  readonly files: number;
  readonly bytes: number;
}

/**
 * Searches all files of a folder, their names and the ends of links. Links are not followed; sockets and pipes hold
 * nothing. `inputs`: what the test itself wrote, by path; those lines may stand there, each as often as it was written.
 * Rejects when the folder or a file cannot be read.
 */
export async function searchFolder(
  search: LeakSearch,
  folder: string,
  inputs: ReadonlyMap<string, string>,
): Promise<FolderSearch> {
  const leaks: Leak[] = [];
  let files = 0;
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    leaks.push(...search.inText(entry.name, path));
    if (entry.isSymbolicLink()) {
      leaks.push(...search.inText(await readlink(path), path));
    }
    if (entry.isFile()) {
      const content = await readFile(path);
      leaks.push(...search.inBytes(without(content, inputs.get(path)), path));
      bytes += content.length;
    }
    files += entry.isFile() || entry.isSymbolicLink() ? 1 : 0;
  }
  return { leaks, files, bytes };
}

/** The bytes without the lines of `input`; a line that is there more often than in `input` stays. */
function without(bytes: Buffer, input: string | undefined): Buffer {
  if (input === undefined) {
    return bytes;
  }
  const allowed = Buffer.from(input).toString('latin1').split('\n');
  const rest = bytes
    .toString('latin1')
    .split('\n')
    .filter((line) => {
      const index = allowed.indexOf(line);
      if (index !== -1) {
        allowed.splice(index, 1);
      }
      return index === -1;
    });
  return Buffer.from(rest.join('\n'), 'latin1');
}

/** A process at a moment: what everybody who may look at it can read. */
export interface ProcessView {
  readonly pid: number;
  /** Who started it, and who started that one, up to the first, at this moment: numbers of processes are used again. */
  readonly ancestors: readonly number[];
  /** Its arguments, separated by blanks; the name of a test's process stands there. */
  readonly command: string;
  readonly arguments: Buffer;
  /** What it was started with; empty when it cannot be read. */
  readonly environment: Buffer;
}

/** Whether this system shows its processes as files. */
export const showsProcesses = process.platform === 'linux';

/** The processes of this moment that we may look at, of this run and any other. Linux only. */
export function readProcesses(known: ReadonlySet<string> = new Set()): ProcessView[] {
  const views: ProcessView[] = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const args = readIfThere(`/proc/${name}/cmdline`);
    const view = {
      pid: Number(name),
      command: args.toString('latin1').replaceAll('\0', ' ').trim(),
      arguments: args,
    };
    // Threads of the kernel have no arguments.
    if (args.length > 0 && !known.has(keyOf(view))) {
      views.push({
        ...view,
        ancestors: ancestorsOf(view.pid),
        environment: readIfThere(`/proc/${name}/environ`),
      });
    }
  }
  return views;
}

/** Looks at all processes again and again, so that those that live for a moment are seen, if not each of them. */
export class ProcessWatch {
  readonly #seen = new Map<string, ProcessView>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.look(), 100);
    this.look();
  }

  look(): void {
    for (const view of readProcesses(new Set(this.#seen.keys()))) {
      this.#seen.set(keyOf(view), view);
    }
  }

  /** Everything that was seen. A process that has become another program is there twice. */
  get views(): readonly ProcessView[] {
    return [...this.#seen.values()];
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}

/** What the arguments and the environment of a process give away. Its command line is told where it gives nothing away. */
export function searchProcess(search: LeakSearch, view: ProcessView): readonly Leak[] {
  const place = `process ${String(view.pid)}`;
  const inArguments = search.inBytes(view.arguments, `${place}, arguments`);
  const [program = ''] = view.command.split(' ', 1);
  const about = `${inArguments.length === 0 ? view.command.slice(0, 300) : program}, started by ${view.ancestors.join(' < ')}`;
  return [...inArguments, ...search.inBytes(view.environment, `${place}, environment`)].map((leak) => ({
    ...leak,
    about,
  }));
}

/** Whether it is this process, or was started by it: a shell and what it runs have one environment. */
export function isOrComesFrom(view: ProcessView, pid: number): boolean {
  return view.pid === pid || view.ancestors.includes(pid);
}

/** From its parent up; ends where one has ended meanwhile. */
function ancestorsOf(pid: number): number[] {
  const found: number[] = [];
  for (let parent = parentOf(pid); parent > 0 && !found.includes(parent); parent = parentOf(parent)) {
    found.push(parent);
  }
  return found;
}

/** 0 for the first process, and when it has ended. */
function parentOf(pid: number): number {
  return Number(
    /^PPid:\s*(\d+)$/m.exec(readIfThere(`/proc/${String(pid)}/status`).toString('latin1'))?.[1] ?? 0,
  );
}

/** A number of a process is used again sooner or later, and its program can change. */
function keyOf({ pid, command }: Pick<ProcessView, 'pid' | 'command'>): string {
  return `${String(pid)} ${command}`;
}

/** Empty when the process has ended meanwhile or belongs to somebody else. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') {
      return Buffer.alloc(0);
    }
    throw error;
  }
}
