import type { DeliveryWarning } from '../session/delivery.ts';
import { sessionNamed } from '../session/named.ts';
import type { Session } from '../session/types.ts';
import {
  chooseSession,
  isTakenAway,
  optsOut,
  readLaunch,
  withOwnIdentity,
  withSession,
} from './debugEnvironment.ts';
import type { Launch, LaunchEnvironment } from './debugEnvironment.ts';
import type { Delivery } from './delivery.ts';
import { readEnvFile, readLaunchSettings } from './envFile.ts';

/** What a debug run asks of its surroundings. */
export interface DebuggingOptions<Folder> {
  readonly platform: NodeJS.Platform;
  /** The folder is trusted, and the person has not turned it off. */
  isOn(): boolean;
  /** Every session of this window. */
  sessions(): readonly Session[];
  /** The session for programs of a folder; undefined: none. */
  sessionFor(folder: Folder | undefined): Session | undefined;
  /** The name of the folder's own session while that is not there: nobody else steps in for it. */
  absentFor(folder: Folder | undefined): string | undefined;
  /**
   * The file's text; '' when there is none or it cannot be read, which the debugger says itself; undefined when it is so
   * large that what it sets stays unknown.
   */
  read(file: string, folder: Folder | undefined): Promise<string | undefined>;
  /** The file that the Python extension reads where a configuration names none. */
  pythonEnvFile(folder: Folder | undefined): string | undefined;
  /** Makes sure that a session that is over can give credentials, if the person wants that. Never rejects. */
  wake(session: Session, signal: AbortSignal): Promise<void>;
  /** The pointers that lead to a session, never keys. Rejects when none can be had. */
  pointers(session: Pick<Session, 'id' | 'region'>): Promise<Delivery>;
  /** What terminals of the folder get. */
  delivered(folder: Folder | undefined): ReadonlyMap<string, string>;
  /** No session is called that, or several are. */
  notFound(text: string, why: 'nobody' | 'several'): void;
  /** Something that we cannot take away may win over the session. */
  inTheWay(session: string, warning: DeliveryWarning): void;
  /** The program starts without the session. */
  failed(session: string, error: unknown): void;
}

/** The configuration as it is to be launched. Never rejects: a program that starts without a session is told of. */
export async function resolveLaunch<Folder>(
  options: DebuggingOptions<Folder>,
  folder: Folder | undefined,
  launch: Launch,
  signal: AbortSignal,
): Promise<Launch> {
  if (!options.isOn()) {
    return launch;
  }
  const out = optsOut(launch);
  const environment = readLaunch(out ? { ...launch, stsSessions: undefined } : launch, options.platform);
  if (environment === undefined) {
    return launch;
  }
  const files = await variablesOf(options, folder, environment);
  if (files === undefined) {
    return launch;
  }
  const ofFolder = chooseSession(environment, files);
  const absent = ofFolder.kind === 'ofFolder' ? options.absentFor(folder) : undefined;
  const choice = absent === undefined ? ofFolder : ({ kind: 'named', text: absent } as const);
  if (out || choice.kind === 'none') {
    return withOwnIdentity(launch, environment, files, options.delivered(folder));
  }
  let session: Pick<Session, 'id' | 'name' | 'region'>;
  if (choice.kind === 'named') {
    const named = sessionNamed(options.sessions(), choice.text);
    if (named.kind === 'one') {
      session = named.session;
      await options.wake(named.session, signal);
    } else {
      options.notFound(choice.text, named.kind);
      // Its tools then say so too: whoever asks for one identity must not run as whatever else there is.
      session = { id: choice.text, name: choice.text, region: undefined };
    }
  } else {
    const found = options.sessionFor(folder);
    if (found === undefined) {
      return launch;
    }
    session = found;
    await options.wake(found, signal);
  }
  try {
    const { variables, warnings } = await options.pointers(session);
    // A region is shown where it is not the session's; a program that is debugged gets that of its session.
    const inTheWay = warnings.filter(({ kind }) => kind !== 'inheritedRegion');
    for (const warning of inTheWay) {
      if (!isTakenAway(launch, warning)) {
        options.inTheWay(session.name, warning);
      }
    }
    return withSession(launch, environment, files, variables, session, inTheWay);
  } catch (error) {
    options.failed(session.name, error);
    return launch;
  }
}

/** What the env files set together; undefined when that cannot be known. */
async function variablesOf<Folder>(
  options: DebuggingOptions<Folder>,
  folder: Folder | undefined,
  { envFiles, readsPythonSetting, launchSettings }: LaunchEnvironment,
): Promise<ReadonlyMap<string, string> | undefined> {
  const ofPython = readsPythonSetting ? options.pythonEnvFile(folder) : undefined;
  const found = new Map<string, string>();
  const files = [
    ...(launchSettings === undefined ? [] : [{ file: launchSettings, parse: readLaunchSettings }]),
    ...(ofPython === undefined ? envFiles : [ofPython]).map((file) => ({ file, parse: readEnvFile })),
  ];
  for (const { file, parse } of files) {
    const text = await options.read(file, folder);
    if (text === undefined) {
      return undefined;
    }
    for (const [name, value] of parse(text)) {
      found.set(options.platform === 'win32' ? name.toUpperCase() : name, value);
    }
  }
  return found;
}
