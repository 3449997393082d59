import type { PlanResult } from '../aws/planModel.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import type { Event } from '../session/emitter.ts';
import type { Session } from '../session/types.ts';

/** The shared files as the views read them. */
export interface ProfileSource {
  /** What the files say now: the same object until they change. Nothing is read before the first call. */
  read(): Promise<ProfileSet>;
  readonly onDidChange: Event<void>;
}

/** The sessions as the views read them. */
export interface SessionSource {
  list(): readonly Session[];
  /** The session of this window. */
  readonly activeId: string | undefined;
  /** Also fires when a text about a live session changes. */
  readonly onDidChange: Event<void>;
}

/** Plans a profile of a set; the same set and name give the same result. */
export type PlanOf = (set: ProfileSet, profile: string) => PlanResult;

/** Remembers plans for as long as their set is in use. */
export function rememberPlans(plan: PlanOf): PlanOf {
  const known = new WeakMap<ProfileSet, Map<string, PlanResult>>();
  return (set, profile) => {
    const ofSet = known.get(set) ?? new Map<string, PlanResult>();
    known.set(set, ofSet);
    const result = ofSet.get(profile) ?? plan(set, profile);
    ofSet.set(profile, result);
    return result;
  };
}
