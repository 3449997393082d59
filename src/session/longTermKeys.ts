import type { Keys } from '../aws/credentials.ts';

/** How putting other keys in the place of a profile's ended. */
export type ReplaceResult =
  | { readonly kind: 'replaced' }
  /** Other keys stand there by now, and were left as they are. */
  | { readonly kind: 'changed' }
  /** Nothing was changed; `code` is the system's. */
  | { readonly kind: 'failed'; readonly code: string };

/** Where a profile's long-term keys stand: in a file, in a vault. */
export interface LongTermKeys {
  /** True while nobody knows that this key, put there, is still there after a restart; absent: it is. Never rejects. */
  isUnproven?(accessKeyId: string): Promise<boolean>;
  /** The keys as they stand there now; undefined when there are none, or only temporary ones. */
  read(profile: string): Promise<Keys | undefined>;
  /** True when a key stands here, in whatever profile. Rejects when that cannot be known. */
  holds(accessKeyId: string): Promise<boolean>;
  /**
   * Puts `next` where `accessKeyId` stands, in every profile that has it: one key is still one key. All or none, as far as
   * what failed can be undone: `holds` tells. Never rejects.
   */
  replace(profile: string, accessKeyId: string, next: Keys): Promise<ReplaceResult>;
}

/** Several places as one: a profile's keys stand in the first that has them. */
export function keysIn(places: readonly LongTermKeys[]): LongTermKeys {
  const placeOf = async (profile: string): Promise<LongTermKeys | undefined> => {
    for (const place of places) {
      if ((await place.read(profile)) !== undefined) {
        return place;
      }
    }
    return undefined;
  };
  return {
    async isUnproven(accessKeyId) {
      const unproven = await Promise.all(places.map(async (place) => place.isUnproven?.(accessKeyId)));
      return unproven.includes(true);
    },
    read: async (profile) => (await placeOf(profile))?.read(profile),
    async holds(accessKeyId) {
      const held = await Promise.all(places.map((place) => place.holds(accessKeyId)));
      return held.includes(true);
    },
    async replace(profile, accessKeyId, next) {
      const place = await placeOf(profile);
      const before = await place?.read(profile);
      // Where a switch was stopped half way, some profiles have the next keys already.
      if (place === undefined || before === undefined || !isOneOf(before, accessKeyId, next)) {
        return { kind: 'changed' };
      }
      const done: LongTermKeys[] = [];
      for (const each of [place, ...places.filter((other) => other !== place)]) {
        const result = await each.replace(profile, accessKeyId, next);
        if (result.kind === 'failed') {
          for (const one of before.accessKeyId === accessKeyId ? done : []) {
            await one.replace(profile, next.accessKeyId, before);
          }
          return result;
        }
        if (result.kind === 'replaced') {
          done.push(each);
        }
      }
      return { kind: done.length > 0 ? 'replaced' : 'changed' };
    },
  };
}

function isOneOf({ accessKeyId }: Keys, wanted: string, next: Keys): boolean {
  return accessKeyId === wanted || accessKeyId === next.accessKeyId;
}
