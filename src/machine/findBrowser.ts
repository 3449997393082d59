import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { expandHome } from '../aws/locate.ts';

/** A browser that can be driven over a pipe. */
export interface Browser {
  /** Absolute. */
  readonly path: string;
  /** Where its profile folders must be; undefined: anywhere. */
  readonly profiles: string | undefined;
}

/** What is asked of the file system. */
export interface BrowserFiles {
  /** True for a file that may be run. */
  isProgram(path: string): Promise<boolean>;
  /** The path without links; the path itself where that cannot be told. */
  realPath(path: string): Promise<string>;
}

/** Where to look. */
export interface BrowserSearch {
  /** `process.platform`. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly home: string;
  readonly files: BrowserFiles;
  /** The path that the settings name; empty: the first that is installed. */
  readonly chosen: string;
}

/** The file system of this machine. */
export const browserFiles: BrowserFiles = {
  async isProgram(path) {
    try {
      await access(path, process.platform === 'win32' ? constants.F_OK : constants.X_OK);
      return (await stat(path)).isFile();
    } catch {
      return false;
    }
  },
  realPath: (path) => realpath(path).catch(() => path),
};

/**
 * The Chromium-based browser that the settings name, or else the first that is installed: Chrome, Edge, Brave, Chromium.
 * Undefined when there is none; the one that is named is never replaced by another.
 */
export async function findBrowser(search: BrowserSearch): Promise<Browser | undefined> {
  const { chosen, platform, home } = search;
  const windows = platform === 'win32';
  if (chosen.trim() !== '') {
    const path = insideBundle(expandHome(chosen.trim(), home, windows), platform);
    return pathOf(platform).isAbsolute(path) ? usable(path, search) : undefined;
  }
  const places = windows
    ? windowsPlaces(search)
    : platform === 'darwin'
      ? macPlaces(home)
      : linuxPlaces(search);
  for (const path of places) {
    const browser = await usable(path, search);
    if (browser !== undefined) {
      return browser;
    }
  }
  return undefined;
}

/** Where the extension runs, seen from the person. */
export interface Whereabouts extends Pick<BrowserSearch, 'platform' | 'env'> {
  /** The editor runs on another machine than its window. */
  readonly remote: boolean;
  /** The editor's window is a page in a browser, which may be anywhere. */
  readonly web: boolean;
}

/**
 * False where the person would not see a window. On Linux the environment says so, also of a container or a machine reached
 * by SSH that shows its windows on the person's screen.
 */
export function hasScreen({ platform, env, remote, web }: Whereabouts): boolean {
  if (web) {
    return false;
  }
  return platform === 'win32' || platform === 'darwin'
    ? !remote
    : Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/**
 * True where every user of the machine can read the address of a page that VS Code opens: Electron has `xdg-open` do it on
 * Linux, whose arguments, and those of the browser, are in /proc. macOS passes it on as an event, and Windows shows the
 * arguments of a program to its own user only.
 */
export function showsAddresses({ platform, remote, web }: Omit<Whereabouts, 'env'>): boolean {
  return platform === 'linux' && !remote && !web;
}

async function usable(path: string, search: BrowserSearch): Promise<Browser | undefined> {
  return (await search.files.isProgram(path))
    ? { path, profiles: await snapProfiles(path, search) }
    : undefined;
}

/**
 * A snap may write only into its own folder below the home folder, never into a hidden one such as that of VS Code.
 * https://snapcraft.io/docs/home-interface. Everything in /snap/bin is a link to the one program /usr/bin/snap.
 */
async function snapProfiles(
  path: string,
  { platform, home, files }: BrowserSearch,
): Promise<string | undefined> {
  if (platform !== 'linux') {
    return undefined;
  }
  const real = await files.realPath(path);
  const isSnap = path.startsWith('/snap/') || real.startsWith('/snap/') || posix.basename(real) === 'snap';
  const name = /brave/.test(path) ? 'brave' : 'chromium';
  return isSnap ? posix.join(home, 'snap', name, 'common', 'sts-sessions') : undefined;
}

/**
 * The names that the makers' packages install. Flatpak's are left out: `flatpak run` gives a program no pipes beside the
 * standard ones. Snaps come before `chromium-browser`, which on Ubuntu is a script around the snap.
 */
const linuxNames: readonly (readonly string[])[] = [
  ['google-chrome-stable', 'google-chrome'],
  ['microsoft-edge-stable', 'microsoft-edge'],
  ['brave-browser-stable', 'brave-browser', 'brave'],
  ['chromium'],
  ['chromium-browser'],
];

/** A PATH that was set up for a service may lack them. */
const linuxFolders = ['/usr/bin', '/usr/local/bin', '/snap/bin'];

const linuxFiles = [
  '/opt/google/chrome/chrome',
  '/opt/microsoft/msedge/msedge',
  '/opt/brave.com/brave/brave',
];

function linuxPlaces({ env }: BrowserSearch): readonly string[] {
  // A relative folder on the PATH would be the one that is open in the editor.
  const path = (env['PATH'] ?? '').split(':').filter((folder) => posix.isAbsolute(folder));
  const folders = [...new Set([...path, ...linuxFolders])];
  const named = linuxNames.flatMap((names) =>
    names.flatMap((name) => folders.map((folder) => posix.join(folder, name))),
  );
  return [...named, ...linuxFiles];
}

const macNames = ['Google Chrome', 'Microsoft Edge', 'Brave Browser', 'Chromium'];

function macPlaces(home: string): readonly string[] {
  return macNames.flatMap((name) =>
    ['/Applications', posix.join(home, 'Applications')].map((folder) =>
      insideBundle(posix.join(folder, `${name}.app`), 'darwin'),
    ),
  );
}

/** People name the application as Finder shows it. */
function insideBundle(path: string, platform: string): string {
  const bundle = path.replace(/\/$/, '');
  return platform === 'darwin' && bundle.endsWith('.app')
    ? posix.join(bundle, 'Contents/MacOS', posix.basename(bundle, '.app'))
    : path;
}

const windowsNames = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
  'BraveSoftware\\Brave-Browser\\Application\\brave.exe',
  'Chromium\\Application\\chrome.exe',
];

function windowsPlaces({ env }: BrowserSearch): readonly string[] {
  const folders = ['ProgramFiles', 'ProgramW6432', 'ProgramFiles(x86)', 'LOCALAPPDATA']
    .map((name) => env[name] ?? '')
    .filter((folder) => win32.isAbsolute(folder));
  return windowsNames.flatMap((name) => [...new Set(folders)].map((folder) => win32.join(folder, name)));
}

function pathOf(platform: string): typeof posix {
  return platform === 'win32' ? win32 : posix;
}
