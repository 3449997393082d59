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

/** Remembers plans for as long as their set is in use, and what else they are made from (`other`) is the same object. */
export function rememberPlans(plan: PlanOf, other: () => object = () => plan): PlanOf {
  const known = new WeakMap<
    ProfileSet,
    { readonly other: object; readonly plans: Map<string, PlanResult> }
  >();
  return (set, profile) => {
    const now = other();
    const before = known.get(set);
    const plans = before?.other === now ? before.plans : new Map<string, PlanResult>();
    known.set(set, { other: now, plans });
    const result = plans.get(profile) ?? plan(set, profile);
    plans.set(profile, result);
    return result;
  };
}
