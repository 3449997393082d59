import { randomUUID } from 'node:crypto';
import type { Fault } from '../aws/faults.ts';
import type { LoginSession } from '../aws/planModel.ts';
import { Secret } from '../aws/secret.ts';
import type { LoginApi, LoginToken } from '../aws/sources/loginApi.ts';
import { readPastedCode, subjectOf } from '../aws/sources/loginToken.ts';
import { addressWith, gaveNothing, visit } from './browser.ts';
import { patienceMs } from './patience.ts';
import { challengeOf, makeVerifier } from './pkce.ts';
import { signInFailed } from './screen.ts';
import type { SignInScreen } from './screen.ts';

// How `aws login` signs people in, on this device and, with `--remote`, on another one. AWS knows two public clients:
// https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html
const sameDevice = 'arn:aws:signin:::devtools/same-device';
const crossDevice = 'arn:aws:signin:::devtools/cross-device';

/** What is wrong with a text that was pasted: no code at all, or that of another sign-in. */
export type PastedProblem = 'noCode' | 'otherSignIn';

/** What a person sees of a console sign-in. */
export interface ConsoleScreen extends SignInScreen {
  /**
   * Asks for the text that the page at `url` shows at the end; only one in which `check` finds nothing wrong is taken.
   * Undefined when they do not want to, or the signal aborts.
   */
  askForCode(
    name: string,
    url: string,
    check: (text: string) => PastedProblem | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** What a console sign-in needs. */
export interface ConsoleParts {
  readonly api: Pick<LoginApi, 'redeem'>;
  readonly screen: ConsoleScreen;
  /** Whether the browser can come back to this machine; else the person carries the code. Asked for each sign-in. */
  comesBack(): boolean;
}

/** Somebody has signed in. */
export interface SignedIn {
  /** Who: the ARN that `login_session` names. */
  readonly arn: string;
  readonly token: LoginToken;
}

/** Has a person sign in to the console. `name` is what they call it. Never rejects; nothing listens when it is over. */
export async function signInToConsole(
  parts: ConsoleParts,
  login: Pick<LoginSession, 'endpoint' | 'caBundle'>,
  name: string,
  signal: AbortSignal,
): Promise<SignedIn | Fault> {
  const verifier = makeVerifier();
  const state = randomUUID();
  const address = (clientId: string, redirectUri: string): string =>
    addressWith(`${login.endpoint}/v1/authorize`, {
      response_type: 'code',
      client_id: clientId,
      state,
      // Not S256, the word of RFC 7636: AWS has its own for the same method.
      code_challenge_method: 'SHA-256',
      scope: 'openid',
      redirect_uri: redirectUri,
      code_challenge: challengeOf(verifier),
    });
  try {
    const came = parts.comesBack()
      ? await byBrowser(parts, name, state, address, signal)
      : await byPasting(parts, login, name, state, address, signal);
    if ('kind' in came) {
      return came;
    }
    const code = { ...came, verifier: new Secret(verifier) };
    const token = await parts.api.redeem(login, code, signal);
    if ('kind' in token) {
      return token;
    }
    const arn = subjectOf(token.idToken);
    return arn === undefined
      ? { kind: 'notAws', host: new URL(login.endpoint).host, status: 200, what: 'other' }
      : { arn, token };
  } catch (error) {
    return signal.aborted
      ? { kind: 'cancelled' }
      : { kind: 'internal', message: `console sign-in ${error instanceof Error ? error.name : 'failed'}` };
  }
}

type Address = (clientId: string, redirectUri: string) => string;

/** A code, and what it was asked for with. */
interface Came {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly code: Secret;
}

async function byBrowser(
  { screen }: ConsoleParts,
  name: string,
  state: string,
  address: Address,
  signal: AbortSignal,
): Promise<Came | Fault> {
  const page = (redirectUri: string): Promise<string> => Promise.resolve(address(sameDevice, redirectUri));
  const answer = await visit({ screen, name, state, page }, signal);
  return gaveNothing(answer)
    ? answer
    : { clientId: sameDevice, redirectUri: answer.redirectUri, code: new Secret(answer.code) };
}

/** The page ends with a text that holds state and code, and the person brings it here. */
async function byPasting(
  { screen }: ConsoleParts,
  { endpoint }: Pick<LoginSession, 'endpoint' | 'caBundle'>,
  name: string,
  state: string,
  address: Address,
  signal: AbortSignal,
): Promise<Came | Fault> {
  const redirectUri = `${endpoint}/v1/sessions/confirmation`;
  const late = AbortSignal.timeout(patienceMs);
  const check = (text: string): PastedProblem | undefined => {
    const pasted = readPastedCode(text);
    return pasted === undefined ? 'noCode' : pasted.state === state ? undefined : 'otherSignIn';
  };
  const text = await screen.askForCode(
    name,
    address(crossDevice, redirectUri),
    check,
    AbortSignal.any([signal, late]),
  );
  const pasted = text === undefined || check(text) !== undefined ? undefined : readPastedCode(text);
  if (pasted === undefined) {
    return late.aborted && !signal.aborted ? signInFailed(name, 'tooLate') : { kind: 'cancelled' };
  }
  return { clientId: crossDevice, redirectUri, code: new Secret(pasted.code) };
}
