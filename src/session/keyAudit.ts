/** What happens to long-term keys, for the audit log. */
export type KeyHappening = 'keysMovedIn' | 'keysMovedBack' | 'keysAdded' | 'keysToAgent';

/** It as one line of JSON, with its end: no key is in it, nor the ID of one. `now`: milliseconds UTC. */
export function keysAuditLine(what: KeyHappening, profile: string, now: number): string {
  const entry = {
    at: new Date(now).toISOString(),
    what,
    profile: profile.slice(0, 300),
    by: what === 'keysToAgent' ? 'agent' : 'person',
  };
  return `${JSON.stringify(entry)}\n`;
}
