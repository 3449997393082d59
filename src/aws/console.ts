import { consoleHome, pageAddress } from './consolePages.ts';
import type { ConsolePage } from './consolePages.ts';
import type { Credentials } from './credentials.ts';
import type { CaBundle } from './faults.ts';
import { partitionForHosts } from './partitions.ts';
import type { Plan } from './planModel.ts';

/** Milliseconds for which a link to the console is taken: facts of the document named at `readConsole`. */
export const consoleLinkMs = 15 * 60_000;

/** Where AWS turns a session into a link to its console, and where the link leads. */
export interface ConsoleTarget {
  /** `https://signin.aws.amazon.com/federation`, or below what AWS_ENDPOINT_URL_SIGNIN says. */
  readonly federation: string;
  /** The console's page. */
  readonly destination: string;
  readonly caBundle: CaBundle | undefined;
}

/** Where in the console to begin. */
export interface ConsolePlace {
  readonly page: ConsolePage;
  /** Instead of the session's. */
  readonly region: string | undefined;
}

/** Why AWS opens no console for a session. */
export type ConsoleHindrance =
  /** Credentials of GetSessionToken, or keys that are not temporary; `profile` has the long-term keys. */
  | { readonly kind: 'sessionToken'; readonly profile: string }
  /** Nobody has published the console's address in the partition of this region. */
  | { readonly kind: 'noConsole'; readonly region: string };

/** What the link is called at AWS: the name of who made it. */
const issuer = 'sts-sessions';

/** Partitions whose sign-in host answers without a region before it. */
const withDefaultHost: ReadonlySet<string> = new Set(['aws', 'aws-cn', 'aws-us-gov']);

/**
 * Where the console of a session is opened, or why it is not. `endpoint` stands in for AWS's. What cannot be known here
 * (the keys of a program, pasted ones) is left to AWS to judge.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
 */
export function readConsole(
  plan: Pick<Plan, 'base' | 'steps' | 'target' | 'region'>,
  credentials: Pick<Credentials, 'sessionToken'>,
  endpoint: string | undefined,
  place?: ConsolePlace,
): ConsoleTarget | ConsoleHindrance {
  const { base, steps, target } = plan;
  if (credentials.sessionToken === undefined || steps.at(-1)?.kind === 'sessionToken') {
    return { kind: 'sessionToken', profile: base.profile };
  }
  const region = plan.region ?? target.region;
  const { id, signInHost, consoleHost } = partitionForHosts(region);
  if (consoleHost === undefined) {
    return { kind: 'noConsole', region };
  }
  const host = withDefaultHost.has(id) ? signInHost : `${region}.${signInHost}`;
  return {
    federation: `${endpoint ?? `https://${host}`}/federation`,
    // A session that names no region opens where the person was last.
    destination: pageAddress(consoleHost, place?.page ?? consoleHome, place?.region ?? plan.region),
    caBundle: target.caBundle,
  };
}

/**
 * The form that asks for a sign-in token; it holds the keys. It never names a SessionDuration: AWS refuses one for a role
 * that was assumed with another, and without one the console lasts as long as the credentials.
 */
export function signinTokenForm(credentials: Credentials): URLSearchParams {
  return new URLSearchParams({
    Action: 'getSigninToken',
    Session: JSON.stringify({
      sessionId: credentials.accessKeyId,
      sessionKey: credentials.secretAccessKey.reveal(),
      sessionToken: credentials.sessionToken?.reveal() ?? '',
    }),
  });
}

/** The sign-in token in an answer; undefined when there is none. */
export function readSigninToken(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const token =
      typeof answer === 'object' && answer !== null && 'SigninToken' in answer
        ? answer.SigninToken
        : undefined;
    return typeof token === 'string' && /^[!-~]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

/** The link: whoever opens it in time is signed in. */
export function consoleLink({ federation, destination }: ConsoleTarget, token: string): string {
  const query = new URLSearchParams({
    Action: 'login',
    Issuer: issuer,
    Destination: destination,
    SigninToken: token,
  });
  return `${federation}?${query.toString()}`;
}
