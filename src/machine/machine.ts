import type { Effects } from '../aws/effects.ts';
import { askLocal } from './askLocal.ts';
import { programEnvironment } from './programEnvironment.ts';
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
