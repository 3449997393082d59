import type { Effects } from '../aws/effects.ts';
import { askLocal } from './askLocal.ts';
import { readText } from './readText.ts';
import { runProgram } from './runProgram.ts';

/** What this machine is to `Effects`. */
export interface MachineParts {
  /** `process.env` of the extension host. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** Absolute. Programs run there: the folder that is open in the editor says nothing about a profile. */
  readonly home: string;
}

/** The effects that need nothing but this machine: its environment, files, programs and metadata services. */
export function machineEffects({
  env,
  platform,
  home,
}: MachineParts): Pick<Effects, 'platform' | 'env' | 'readFile' | 'runProcess' | 'fetchLocal'> {
  return {
    platform,
    env: (name) => (env[name]?.trim() ? env[name] : undefined),
    readFile: (path, maxBytes) => readText(path, maxBytes, home),
    runProcess: (argv, limits, signal) =>
      runProgram(argv, limits, signal, { env: programEnvironment(env), folder: home }),
    fetchLocal: askLocal,
  };
}

/** Profiles that we write for terminals: `vscode`, `vscode-eu-west-1`. */
const managedProfile = /^vscode(?:-[a-z0-9-]+)?$/;

/**
 * The environment for a program: ours, without what this extension or VS Code put there. A VS Code that was started from one
 * of our terminals has the pointer to a session in its environment, and a program that follows it would ask us for the very
 * credentials that we are asking it for.
 */
export function programEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value = '']) =>
        !/^STS_SESSIONS_/i.test(name) &&
        name !== 'ELECTRON_RUN_AS_NODE' &&
        !(/^AWS_(?:DEFAULT_)?PROFILE$/i.test(name) && managedProfile.test(value)),
    ),
  );
}
