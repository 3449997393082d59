import type { Fault } from '../aws/faults.ts';
import type { RenewalState, Trouble } from './renewalNote.ts';

const second = 1000;
const minute = 60 * second;

/**
 * Calls that nobody is waiting for with their eyes: so many at once, and a new one so often, for all windows of the host
 * together. Two hundred sessions are renewed within two minutes, and no minute ever has more than 120.
 */
export const mostCallsAtOnce = 60;
export const callEveryMs = second;

/** After a failure the next try waits so long, ms, and after each further one twice as long, up to the longest. */
const firstPauseMs = 30 * second;
const longestPauseMs = 10 * minute;

/** A call that is to find out whether a host answers again has so long for it, ms; meanwhile no other is made. */
const probeMs = 40 * second;

/** What a renewal that wants to call AWS is told. */
export type Permit =
  | { readonly kind: 'go' }
  /** All calls are used up: ask again after `ms`. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** The session, or the host that it would call, is in trouble until then: ms UTC by the clock on the wall. */
  | { readonly kind: 'pause'; readonly until: number };

/** Who wants to call: `host` is where. A tool waits for an answer, and is not put off by a pause. */
export interface Caller {
  readonly id: string;
  readonly host: string;
  readonly isTool: boolean;
}

/** Decides about one call at `now` (ms UTC by the clock on the wall), and takes it off the allowance. */
export function permit(state: RenewalState, caller: Caller, now: number): readonly [RenewalState, Permit] {
  const host = state.hosts.get(caller.host);
  const pauses = [host, state.sessions.get(caller.id)].map((trouble) => pausedUntil(trouble, now));
  const until = Math.max(...pauses);
  if (!caller.isTool && until > now) {
    return [state, { kind: 'pause', until }];
  }
  const calls = callsAt(state, now);
  if (calls < 1) {
    return [state, { kind: 'wait', ms: Math.ceil((1 - calls) * callEveryMs) }];
  }
  const hosts =
    host === undefined
      ? state.hosts
      : // One at a time finds out whether it answers again; the others wait for what comes of it.
        new Map([
          ...state.hosts,
          [caller.host, { ...host, until: Math.max(now + probeMs, pausedUntil(host, now)) }],
        ]);
  return [{ ...state, hosts, calls: calls - 1, countedAt: now }, { kind: 'go' }];
}

/** A call has given credentials: its session and its host are out of trouble. */
export function succeeded(state: RenewalState, { id, host }: Caller): RenewalState {
  if (!state.hosts.has(host) && !state.sessions.has(id)) {
    return state;
  }
  return { ...state, hosts: without(state.hosts, host), sessions: without(state.sessions, id) };
}

/**
 * A call has failed: a pause for all that call the host, or for this session alone. True when a person has not been told
 * of this trouble yet. `random` is 0 to 1.
 */
export function failed(
  state: RenewalState,
  caller: Caller,
  fault: Fault,
  now: number,
  random: number,
): readonly [RenewalState, boolean] {
  const ofHost = isOfHost(fault);
  const [map, key] = ofHost ? [state.hosts, caller.host] : [state.sessions, caller.id];
  const before = map.get(key);
  const trouble: Trouble = {
    until: now + pauseMs(before?.tries ?? 0, random),
    tries: (before?.tries ?? 0) + 1,
    fault: fault.kind,
  };
  const after = new Map([...map, [key, trouble]]);
  const isNew = before === undefined || (!ofHost && before.fault !== fault.kind);
  return [
    ofHost
      ? { ...state, hosts: after }
      : // The host has answered, though not as one would wish.
        { ...state, sessions: after, hosts: without(state.hosts, caller.host) },
    isNew,
  ];
}

/** The pause before the next try after `tries` failures before this one, ms; 25 % more or less by `random` (0 to 1). */
export function pauseMs(tries: number, random: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.75 + random / 2);
}

/** Until when there is a pause, ms UTC; 0 where there is none. A clock that was set back makes none longer. */
export function pausedUntil(trouble: Trouble | undefined, now: number): number {
  return trouble === undefined || trouble.until - now > 2 * longestPauseMs ? 0 : trouble.until;
}

/** True when the fault says nothing about the session: whoever calls the same host would meet it. */
export function isOfHost(fault: Fault): boolean {
  switch (fault.kind) {
    case 'network':
    case 'timedOut':
    case 'throttled':
    case 'unavailable':
    case 'notAws':
      return true;
    default:
      return false;
  }
}

function callsAt({ calls, countedAt }: RenewalState, now: number): number {
  // A clock that was set back must not stop the counting.
  const passed = Math.abs(now - countedAt);
  return Math.min(mostCallsAtOnce, calls + passed / callEveryMs);
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  if (!map.has(key)) {
    return map;
  }
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
