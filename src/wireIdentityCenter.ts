import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Effects } from './aws/effects.ts';
import { locateTokenCache } from './aws/locate.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { PlanEnvironment } from './aws/planModel.ts';
import type { ProfileSet } from './aws/profiles.ts';
import { signInOf, signInsOf } from './aws/sources/identityCenter.ts';
import type { IdentityCenterApi, SignIn } from './aws/sources/identityCenterApi.ts';
import { TokenCache } from './files/tokenCache.ts';
import { setTimer } from './machine/timer.ts';
import { Directory } from './session/directory.ts';
import type { Disposable } from './session/emitter.ts';
import { SignIns } from './session/signIns.ts';
import type { Peers } from './session/types.ts';
import { authorize } from './signIn/authorize.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import type { IdentityCenterPort } from './ui/parts.ts';
import { createSignInScreen } from './ui/prompts/signInScreen.ts';
import { signInWayFor } from './ui/settings.ts';

/** What it is made from. */
export interface IdentityCenterParts {
  readonly context: Context;
  readonly environment: PlanEnvironment;
  readonly peers: Pick<Peers, 'exclusive'>;
  readonly userAgent: string;
  /** Proxies and certificates of the calls. */
  readonly network: NetworkSettings;
  readonly log: Log;
  /** Milliseconds UTC. */
  now(): number;
}

/** Identity Center for the interface and for the runs of plans. */
export interface WiredIdentityCenter extends IdentityCenterPort, Disposable {
  /** What a run asks of it; an unattended one never opens anything. */
  effects(unattended: boolean): Pick<Effects, 'signInToken' | 'roleCredentials'>;
  /** True while a person is being asked to sign in. */
  isAsking(): boolean;
}

/** Builds sign-ins, their screen and the directory. Nothing is read or loaded before somebody needs it. */
export function wireIdentityCenter(parts: IdentityCenterParts): WiredIdentityCenter {
  const { context, environment, peers, log } = parts;
  const now = (): number => parts.now();
  const info = (line: string): void => log.info(line);
  const api = lazyApi(async () => {
    const { createIdentityCenter } = await import('./clients/identityCenter.ts');
    return createIdentityCenter({ userAgent: parts.userAgent, network: parts.network, now, log: info });
  });
  const screen = createSignInScreen();
  const cacheFolder = locateTokenCache(process.env, process.platform, homedir());
  const signIns = new SignIns({
    api,
    cache: new TokenCache(cacheFolder, (error) => log.warn(`token cache: ${String(error)}`)),
    authorize: (signIn, signal) => authorize({ api, screen, way: signInWayFor, now }, signIn, signal),
    peers,
    now,
    setTimer,
    log: info,
  });
  const directory = new Directory({
    api,
    token: (signIn, refused, signal) => signIns.token(signIn, { refused, interactive: false }, signal),
    store: {
      get: (key) => context.globalState.get(key),
      set: async (key, value) =>
        context.globalState
          .update(key, value)
          .then(undefined, (error: unknown) => log.warn(`listing: ${String(error)}`)),
    },
    wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
    now,
    random: Math.random,
  });
  const known = new WeakMap<ProfileSet, Map<string, SignIn | undefined>>();
  return {
    signIns,
    directory,
    signInOf(set, ssoSession) {
      const ofSet = known.get(set) ?? new Map<string, SignIn | undefined>();
      known.set(set, ofSet);
      if (!ofSet.has(ssoSession)) {
        ofSet.set(ssoSession, signInOf(set, ssoSession, environment));
      }
      return ofSet.get(ssoSession);
    },
    signInsOf: (set) => signInsOf(set, environment),
    effects: (unattended) => ({
      signInToken: (signIn, refused, signal) =>
        signIns.token(signIn, { refused, interactive: !unattended }, signal),
      roleCredentials: (...call) => api.roleCredentials(...call),
    }),
    isAsking: () => screen.isAsking(),
    dispose: () => signIns.dispose(),
  };
}

/** The client's bundle is loaded with the first call, as that of STS is. */
function lazyApi(load: () => Promise<IdentityCenterApi>): IdentityCenterApi {
  let loading: Promise<IdentityCenterApi> | undefined;
  const api = (): Promise<IdentityCenterApi> => (loading ??= load());
  return {
    register: async (...call) => (await api()).register(...call),
    startDevice: async (...call) => (await api()).startDevice(...call),
    redeem: async (...call) => (await api()).redeem(...call),
    roleCredentials: async (...call) => (await api()).roleCredentials(...call),
    accounts: async (...call) => (await api()).accounts(...call),
    roles: async (...call) => (await api()).roles(...call),
    logout: async (...call) => (await api()).logout(...call),
  };
}
