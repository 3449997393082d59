import { homedir } from 'node:os';
import type { Effects } from './aws/effects.ts';
import { locateLoginCache } from './aws/locate.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { PlanEnvironment } from './aws/planModel.ts';
import { newLogin } from './aws/sources/login.ts';
import type { LoginApi } from './aws/sources/loginApi.ts';
import { LoginCache } from './files/loginCache.ts';
import { setTimer } from './machine/timer.ts';
import type { Disposable } from './session/emitter.ts';
import { Logins } from './session/logins.ts';
import type { Peers } from './session/types.ts';
import { signInToConsole } from './signIn/consoleLogin.ts';
import type { Log } from './ui/log.ts';
import type { LoginPort } from './ui/parts.ts';
import { createConsoleScreen } from './ui/prompts/consoleScreen.ts';
import { browserComesBack } from './ui/settings.ts';

/** What it is made from. */
export interface LoginParts {
  readonly environment: PlanEnvironment;
  readonly peers: Pick<Peers, 'exclusive'>;
  readonly userAgent: string;
  readonly network: NetworkSettings;
  readonly log: Log;
  /** Milliseconds UTC. */
  now(): number;
}

/** `aws login` for the interface and for the runs of plans. */
export interface WiredLogin extends LoginPort, Disposable {
  /** What a run asks of it; an unattended one never opens anything. */
  effects(unattended: boolean): Pick<Effects, 'loginCredentials'>;
  /** True while a person is being asked. */
  isAsking(): boolean;
}

/** Builds it. Nothing is read or loaded before somebody needs it. */
export function wireLogin(parts: LoginParts): WiredLogin {
  const { environment, peers, log } = parts;
  const info = (line: string): void => log.info(line);
  const api = lazyApi(async () => {
    const { createLogin } = await import('./clients/signin.ts');
    return createLogin({
      userAgent: parts.userAgent,
      network: parts.network,
      now: () => parts.now(),
      log: info,
    });
  });
  const screen = createConsoleScreen();
  const folder = locateLoginCache(process.env, process.platform, homedir());
  const logins = new Logins({
    api,
    cache: new LoginCache(folder, (error) => log.warn(`login cache: ${String(error)}`)),
    authorize: (login, name, signal) =>
      signInToConsole({ api, screen, comesBack: browserComesBack }, login, name, signal),
    peers,
    now: () => parts.now(),
    setTimer,
    log: info,
  });
  return {
    logins,
    newLogin: (region) => newLogin(region, environment),
    effects: (unattended) => ({
      loginCredentials: (login, profile, signal) =>
        logins.credentials(login, { profile, interactive: !unattended }, signal),
    }),
    isAsking: () => screen.isAsking(),
    dispose: () => logins.dispose(),
  };
}

/** The client's bundle is loaded with the first call, as that of STS is. */
function lazyApi(load: () => Promise<LoginApi>): LoginApi {
  let loading: Promise<LoginApi> | undefined;
  const api = (): Promise<LoginApi> => (loading ??= load());
  return {
    redeem: async (...call) => (await api()).redeem(...call),
    refresh: async (...call) => (await api()).refresh(...call),
  };
}
