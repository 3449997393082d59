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
  /** True while nobody knows that keys put there are still there after a restart; absent: they are. */
  isUnproven?(profile: string): Promise<boolean>;
  /** The keys as they stand there now; undefined when there are none, or only temporary ones. */
  read(profile: string): Promise<Keys | undefined>;
  /** Puts `next` where `accessKeyId` stands, in one step: never neither, never half of each. Never rejects. */
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
    isUnproven: async (profile) => (await (await placeOf(profile))?.isUnproven?.(profile)) ?? false,
    read: async (profile) => (await placeOf(profile))?.read(profile),
    async replace(profile, accessKeyId, next) {
      const place = await placeOf(profile);
      const result = (await place?.replace(profile, accessKeyId, next)) ?? { kind: 'changed' };
      if (result.kind === 'replaced') {
        // A copy of them elsewhere, of another profile, is switched off at AWS as well.
        for (const other of places.filter((each) => each !== place)) {
          await other.replace(profile, accessKeyId, next);
        }
      }
      return result;
    },
  };
}
