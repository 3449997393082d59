import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Credentials } from './aws/credentials.ts';
import type { Effects } from './aws/effects.ts';
import type { Fault } from './aws/faults.ts';
import type { PlanEnvironment, PlanResult, SessionRequest } from './aws/planModel.ts';
import type { ProfileSet } from './aws/profiles.ts';
import type { IamApi } from './aws/roles/iamApi.ts';
import { consentText } from './aws/roles/savedRole.ts';
import { FoundRoles } from './session/foundRoles.ts';
import { findRoles } from './session/roleFinder.ts';
import type { FinderCaller, Search, SearchProgress } from './session/roleFinder.ts';
import type { Context } from './ui/context.ts';
import type { Log } from './ui/log.ts';
import type { RolesPort } from './ui/parts.ts';
import { savedRoles, suggestedRoles } from './ui/roleSettings.ts';
import { identityWith, type LoadIam } from './wireIam.ts';
import { iamCallerOf } from './wireIamCaller.ts';

/** What it is made from. */
export interface RolesParts {
  readonly context: Context;
  readonly iam: LoadIam;
  readonly log: Log;
  readonly send: Effects['send'];
  environment(): PlanEnvironment;
  plan(request: SessionRequest): Promise<PlanResult>;
  files(): Promise<ProfileSet>;
  /** Milliseconds UTC. */
  now(): number;
}

const agreedKey = 'agreedRoles';
/** Far more than anybody confirms by hand; the oldest is then asked again. */
const mostAgreed = 500;

/** Builds the lists of roles that are in no file, and the search for more. Nothing is loaded before somebody looks. */
export function wireRoles(parts: RolesParts): RolesPort {
  const { globalState } = parts.context;
  const found = new FoundRoles({
    get: (key) => globalState.get(key),
    set: async (key, value) =>
      globalState
        .update(key, value)
        .then(undefined, (error: unknown) => parts.log.warn(`found roles: ${String(error)}`)),
  });
  const agreed = (): readonly string[] => globalState.get<readonly string[]>(agreedKey, []);
  return {
    lists: () => ({
      saved: savedRoles(),
      suggested: suggestedRoles(),
      found: (profile) => found.of(profile),
    }),
    onDidChange: found.onDidChange,
    async find(profile, credentials, onProgress, signal) {
      const caller = await callerOf(parts, profile, credentials);
      if ('kind' in caller) {
        return caller;
      }
      const search = await searchFor(parts, await parts.iam(), caller, onProgress, signal);
      if (!('kind' in search)) {
        await found.keep(profile, search);
        return search;
      }
      return 'profile' in search && search.profile === '' ? { ...search, profile } : search;
    },
    forget: (profile) => found.keep(profile, undefined),
    agreed: (...asked) => agreed().includes(sha256(consentText(...asked))),
    async agree(...asked) {
      const hash = sha256(consentText(...asked));
      await globalState.update(
        agreedKey,
        [hash, ...agreed().filter((each) => each !== hash)].slice(0, mostAgreed),
      );
    },
  };
}

async function callerOf(
  parts: RolesParts,
  profile: string,
  credentials: Credentials | undefined,
): Promise<FinderCaller | Fault> {
  const caller = await iamCallerOf(parts, profile, credentials);
  if ('kind' in caller) {
    return caller;
  }
  const { set, keys, sts, iam } = caller;
  const known = [...set.profiles.values()].flatMap(
    ({ properties }) => properties.get('role_arn')?.value ?? [],
  );
  return { keys, sts, iam, known: [...new Set(known)] };
}

function searchFor(
  parts: RolesParts,
  iam: IamApi,
  caller: FinderCaller,
  onProgress: (progress: SearchProgress) => void,
  signal: AbortSignal,
): Promise<Search | Fault> {
  const identity = identityWith(parts.send);
  return findRoles(
    {
      iam,
      identity: async (keys, target, stop) => identity({ keys, target }, stop),
      wait: (ms, stop) => delay(ms, undefined, { signal: stop }).catch(() => undefined),
      now: () => parts.now(),
      random: Math.random,
    },
    caller,
    onProgress,
    signal,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
