import type { Fault } from '../aws/faults.ts';
import type { AssertionWay } from '../aws/planModel.ts';
import type { ReadResponse, ReadResult } from '../aws/saml/assertion.ts';
import type { Secret } from '../aws/secret.ts';
import type { AssertionOrigin } from '../session/assertions.ts';
import type { SamlWay, WayResult } from './samlWays.ts';

/** Why another way is offered: what became of the one before. */
export type WayMissed = Exclude<WayResult, { kind: 'response' | 'cancelled' | 'tooLarge' }>;

/** What a person sees of signing in with SAML. */
export interface SamlScreen {
  /** Shows that a browser is waited for, with a way to give up; the signal it gives aborts then. */
  waiting<T>(
    profile: string,
    way: 'browser' | 'listener',
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** Says why the way was missed and offers others, the best first; undefined when the person leaves. */
  offer(
    question: { readonly profile: string; readonly way: AssertionWay; readonly missed: WayMissed },
    others: readonly AssertionWay[],
    signal: AbortSignal,
  ): Promise<AssertionWay | undefined>;
  /** Has the person copy a response, until there is one that can be read; undefined when they leave. */
  paste(
    origin: AssertionOrigin,
    read: (text: string) => Promise<ReadResult>,
    signal: AbortSignal,
  ): Promise<ReadResponse | undefined>;
}

/** What a sign-in needs. */
export interface SamlSignInParts {
  readonly browser: SamlWay;
  readonly listener: SamlWay;
  /** Runs the `saml_process` of a profile; what it printed, unread. */
  process(
    wanted: { readonly profile: string; readonly command: Secret },
    signal: AbortSignal,
  ): Promise<Secret | Fault>;
  readonly screen: SamlScreen;
  /** The reader's bundle is loaded with the first response. */
  read(text: string): Promise<ReadResult>;
  /** True where a window that we open is one that the person sees. */
  opensWindows(): boolean;
}

/**
 * The ways for a profile, the best first; pasting always remains. Where no window of ours would be seen, the browser is
 * left out unless the profile asks for it. The listener is for providers that post to it, which only the profile knows.
 */
export function waysFor(
  { source }: AssertionOrigin,
  { opensWindows }: { readonly opensWindows: boolean },
): readonly AssertionWay[] {
  const { loginUrl, command, way } = source;
  const found: readonly (AssertionWay | undefined)[] = [
    way,
    loginUrl !== undefined && opensWindows ? 'browser' : undefined,
    command === undefined ? undefined : 'process',
    'paste',
  ];
  return [...new Set(found.filter((each) => each !== undefined))];
}

/**
 * Has a SAML assertion made for a profile, and reads it. Where a way cannot be gone, or was left, the next is offered at
 * once. Never rejects, unless the screen does; nothing is open any more when it is over.
 */
export async function samlSignIn(
  parts: SamlSignInParts,
  origin: AssertionOrigin,
  interactive: boolean,
  signal: AbortSignal,
): Promise<ReadResponse | Fault> {
  const { profile } = origin;
  const ways = waysFor(origin, { opensWindows: parts.opensWindows() });
  let way = ways[0] ?? 'paste';
  if (!interactive && way !== 'process') {
    return { kind: 'signInNeeded', signIn: profile };
  }
  for (;;) {
    const came = await go(parts, origin, way, signal);
    if ('ok' in came) {
      return came.ok ? came : { kind: 'samlUnreadable', profile, what: came.what, detail: came.detail };
    }
    if (!('missed' in came)) {
      return came;
    }
    const tried = way;
    const others = ways.filter((each) => each !== tried);
    const { missed } = came;
    // What was merely left is gone again more often than not: a window was closed by mistake, or nobody was there.
    const again = missed.kind !== 'unavailable' || missed.why === 'portBusy';
    const offered = again ? [tried, ...others] : others;
    const next = await parts.screen.offer({ profile, way, missed }, offered, signal);
    if (next === undefined || signal.aborted) {
      return { kind: 'cancelled' };
    }
    way = next;
  }
}

/** What came of a way: a response as it reads, why there is none, or why the next should be tried. */
async function go(
  parts: SamlSignInParts,
  origin: AssertionOrigin,
  way: AssertionWay,
  signal: AbortSignal,
): Promise<ReadResult | { readonly missed: WayMissed } | Fault> {
  const { profile, source } = origin;
  switch (way) {
    case 'browser':
    case 'listener': {
      const { loginUrl } = source;
      if (loginUrl === undefined) {
        return { kind: 'samlNoWay', profile };
      }
      const result = await parts.screen.waiting(profile, way, signal, (aborted) =>
        parts[way]({ loginUrl, profile }, aborted),
      );
      switch (result.kind) {
        case 'response':
          return parts.read(result.response.reveal());
        case 'tooLarge':
          return { kind: 'samlUnreadable', profile, what: 'tooLarge', detail: '' };
        case 'cancelled':
          return { kind: 'cancelled' };
        default:
          return { missed: result };
      }
    }
    case 'process': {
      const { command } = source;
      if (command === undefined) {
        return { kind: 'samlNoWay', profile };
      }
      const printed = await parts.process({ profile, command }, signal);
      return 'kind' in printed ? printed : parts.read(printed.reveal());
    }
    case 'paste': {
      const pasted = await parts.screen.paste(origin, (text) => parts.read(text), signal);
      return pasted === undefined ? { kind: 'cancelled' } : { ok: true, ...pasted };
    }
  }
}
