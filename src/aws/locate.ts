/** Where the shared files are, and which profile is meant when nobody names one. */
export interface SharedLocation {
  /** Absolute, as far as the environment makes it so. */
  readonly config: string;
  readonly credentials: string;
  readonly profile: string;
}

/**
 * Finds the shared files as the AWS CLI and the SDKs do: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE with `~` and
 * variables expanded, otherwise `.aws` in the home folder. A blank variable counts as unset.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
 *
 * @param platform `process.platform`; only `win32` matters.
 * @param accountHome what the operating system calls the home folder, for when no variable does (`os.homedir()`).
 */
export function locateSharedFiles(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  accountHome = '',
): SharedLocation {
  const windows = platform === 'win32';
  const home = homeOf(env, platform, accountHome);
  const folder = join(home, '.aws', windows);
  const config = set(env['AWS_CONFIG_FILE']);
  const credentials = set(env['AWS_SHARED_CREDENTIALS_FILE']);
  return {
    config: config === undefined ? join(folder, 'config', windows) : expand(config, env, home, windows),
    credentials:
      credentials === undefined
        ? join(folder, 'credentials', windows)
        : expand(credentials, env, home, windows),
    // AWS_DEFAULT_PROFILE is botocore's own and comes first there; the SDKs know only AWS_PROFILE.
    profile: set(env['AWS_DEFAULT_PROFILE']) ?? set(env['AWS_PROFILE']) ?? 'default',
  };
}

/** The home folder as the AWS CLI sees it, which is also what `~` means; parameters as above. */
export function homeOf(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  accountHome: string,
): string {
  return homeFolder(env, platform === 'win32') ?? accountHome;
}

/**
 * Where the AWS CLI and the SDKs keep the tokens of Identity Center. In the home folder always: AWS_CONFIG_FILE moves
 * the config file, not this. Parameters as in `locateSharedFiles`.
 */
export function locateTokenCache(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  accountHome = '',
): string {
  const windows = platform === 'win32';
  return ['.aws', 'sso', 'cache'].reduce(
    (folder, name) => join(folder, name, windows),
    homeFolder(env, windows) ?? accountHome,
  );
}

/**
 * Where the AWS CLI and the SDKs keep the tokens of `aws login`: AWS_LOGIN_CACHE_DIRECTORY with `~` and variables expanded
 * as botocore does, else `.aws/login/cache` in the home folder. Parameters as in `locateSharedFiles`.
 */
export function locateLoginCache(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  accountHome = '',
): string {
  const windows = platform === 'win32';
  const home = homeFolder(env, windows) ?? accountHome;
  const named = set(env['AWS_LOGIN_CACHE_DIRECTORY']);
  return named === undefined
    ? ['.aws', 'login', 'cache'].reduce((folder, name) => join(folder, name, windows), home)
    : expand(named, env, home, windows);
}

/** HOME comes first on every platform: Git Bash and MSYS set it on Windows, and the SDKs follow it there. */
function homeFolder(env: Readonly<Record<string, string | undefined>>, windows: boolean): string | undefined {
  const home = set(env['HOME']);
  if (home !== undefined || !windows) {
    return home;
  }
  const drive = set(env['HOMEDRIVE']);
  const path = set(env['HOMEPATH']);
  return set(env['USERPROFILE']) ?? (drive === undefined || path === undefined ? undefined : drive + path);
}

function set(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** Variables first, then `~`, in the order of botocore's raw_config_parse; an unknown variable stays as it is. */
function expand(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  windows: boolean,
): string {
  let expanded = path.replace(
    /\$(?:(\w+)|\{([^}]*)\})/g,
    (whole, bare: string | undefined, braced: string | undefined) => env[bare ?? braced ?? ''] ?? whole,
  );
  if (windows) {
    expanded = expanded.replace(/%([^%]+)%/g, (whole, name: string) => env[name] ?? whole);
  }
  return expandHome(expanded, home, windows);
}

/** `~` and `~/…` with the home folder in its place; any other path as it is. */
export function expandHome(path: string, home: string, windows: boolean): string {
  if (path === '~') {
    return home;
  }
  // `~somebody` needs the list of users, which no SDK reads either.
  const afterTilde = path[1];
  return path.startsWith('~') && (afterTilde === '/' || (windows && afterTilde === '\\'))
    ? join(home, path.slice(2), windows)
    : path;
}

function join(folder: string, name: string, windows: boolean): string {
  const ends = folder.endsWith('/') || (windows && folder.endsWith('\\'));
  return ends ? folder + name : `${folder}${windows ? '\\' : '/'}${name}`;
}
