import { createHash, randomBytes } from 'node:crypto';
import type { Caller, World } from '../world.ts';

/** The console's sign-in service, as a data file describes it. */
export interface SignInData {
  /** ARNs of those who are signed in to the console in the browser: users, root, role sessions. */
  readonly people: readonly string[];
  /** How long a sign-in gives new keys; twelve hours when absent. */
  readonly signInSeconds?: number;
}

/** A code that a browser took along. */
interface Code {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly person: string;
  readonly expiresAt: number;
}

/** A person's sign-in: keys come and go, it stays until its end. */
interface SignedIn {
  readonly person: string;
  readonly clientId: string;
  /** The thumbprint of the key whose proofs are taken. */
  readonly thumbprint: string;
  readonly endsAt: number;
  changed: boolean;
}

/** What CreateOAuth2Token gives. */
export interface IssuedLogin {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly refreshToken: string;
}

/** Why it gives nothing, in AWS's words. */
export type LoginRefusal =
  'TOKEN_EXPIRED' | 'AUTHCODE_EXPIRED' | 'USER_CREDENTIALS_CHANGED' | 'INSUFFICIENT_PERMISSIONS';

/** Seconds that keys last: AWS gives no more. */
export const keySeconds = 900;

const hour = 3_600_000;

/** The state of a small console sign-in service. */
export class ConsoleSignIn {
  readonly data: SignInData;
  readonly #world: World;
  readonly #codes = new Map<string, Code>();
  readonly #refresh = new Map<string, { readonly of: SignedIn; given?: IssuedLogin; until: number }>();
  readonly #proofs = new Set<string>();
  #permitted = true;
  #nonce: string | undefined;

  constructor(data: SignInData, world: World) {
    this.data = data;
    this.#world = world;
    for (const person of data.people) {
      this.#person(person);
    }
  }

  /** Milliseconds on the sandbox's clock. */
  now(): number {
    return this.#world.now();
  }

  /** What proofs must hold; undefined: nothing. */
  get nonce(): string | undefined {
    return this.#nonce;
  }

  /** From now on proofs must hold a nonce that the service names. */
  wantNonce(nonce: string | undefined): void {
    this.#nonce = nonce;
  }

  /** Gives or takes everybody the policy that lets them sign in for tools. */
  permit(permitted: boolean): void {
    this.#permitted = permitted;
  }

  /** Everybody gets another password. */
  changePasswords(): void {
    for (const { of } of this.#refresh.values()) {
      of.changed = true;
    }
  }

  /** Ends every sign-in. */
  endSignIns(): void {
    this.#refresh.clear();
  }

  /** True the first time that a proof comes. */
  isNewProof(id: string): boolean {
    const isNew = !this.#proofs.has(id);
    this.#proofs.add(id);
    return isNew;
  }

  issueCode(code: Omit<Code, 'expiresAt'>): string {
    const text = this.#secret('EXAMPLECODE');
    this.#codes.set(text, { ...code, expiresAt: this.now() + 60_000 });
    return text;
  }

  /** Keys for a code; a code is used up, right or wrong. Undefined where the parameters do not fit it. */
  redeem(
    given: {
      readonly code: string;
      readonly clientId: string;
      readonly redirectUri: string;
      readonly verifier: string;
    },
    thumbprint: string,
  ): (IssuedLogin & { readonly idToken: string }) | LoginRefusal | undefined {
    const code = this.#codes.get(given.code);
    this.#codes.delete(given.code);
    if (code === undefined || code.expiresAt <= this.now()) {
      return 'AUTHCODE_EXPIRED';
    }
    if (
      code.clientId !== given.clientId ||
      code.redirectUri !== given.redirectUri ||
      code.challenge !== createHash('sha256').update(given.verifier).digest('base64url')
    ) {
      return undefined;
    }
    if (!this.#permitted) {
      return 'INSUFFICIENT_PERMISSIONS';
    }
    const { person, clientId } = code;
    const seconds = this.data.signInSeconds ?? (12 * hour) / 1000;
    const endsAt = this.now() + seconds * 1000;
    const issued = this.#issue({ person, clientId, thumbprint, endsAt, changed: false });
    return { ...issued, idToken: this.#idToken(person, clientId) };
  }

  /**
   * Keys for a refresh token. Asked again with the same one, the service answers the same, as long as those keys last; the
   * one after it is then the only one that is taken.
   */
  renew(refreshToken: string, clientId: string, thumbprint: string): IssuedLogin | LoginRefusal {
    const known = this.#refresh.get(refreshToken);
    if (
      known === undefined ||
      known.of.clientId !== clientId ||
      known.of.thumbprint !== thumbprint ||
      Math.min(known.until, known.of.endsAt) <= this.now()
    ) {
      return 'TOKEN_EXPIRED';
    }
    if (known.of.changed) {
      return 'USER_CREDENTIALS_CHANGED';
    }
    if (!this.#permitted) {
      return 'INSUFFICIENT_PERMISSIONS';
    }
    if (known.given === undefined) {
      known.given = this.#issue(known.of);
      known.until = this.now() + keySeconds * 1000;
    }
    return known.given;
  }

  #issue(signedIn: SignedIn): IssuedLogin {
    const person = this.#person(signedIn.person);
    const { accessKeyId, secretAccessKey, sessionToken } = this.#world.issue(person, keySeconds, {
      mfaAt: undefined,
      sourceIdentity: undefined,
      transitiveTags: new Map(),
    });
    const refreshToken = this.#secret('EXAMPLEREFRESH');
    this.#refresh.set(refreshToken, { of: signedIn, until: Infinity });
    return { accessKeyId, secretAccessKey, sessionToken, refreshToken };
  }

  #person(arn: string): Omit<Caller, 'session'> {
    const caller = this.#world.person(arn);
    if (caller === undefined) {
      throw new Error(`signIn.people: nobody is ${arn}`);
    }
    return caller;
  }

  /** Nobody checks its signature, AWS's own tools included. */
  #idToken(sub: string, aud: string): string {
    const iat = Math.floor(this.now() / 1000);
    const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
    const claims = {
      sub,
      aud,
      iss: 'https://signin.aws.amazon.com/signin',
      session_arn: sub,
      iat,
      exp: iat + 900,
    };
    const token = `${encode({ alg: 'ES384', typ: 'JWT' })}.${encode(claims)}.${this.#secret('EXAMPLE')}`;
    this.#world.noteSecret(token);
    return token;
  }

  /** Random text that every leak search then knows. */
  #secret(prefix: string): string {
    const secret = `${prefix}-${randomBytes(30).toString('base64url')}`;
    this.#world.noteSecret(secret);
    return secret;
  }
}

/** Reads the part of a data file; throws an Error that names the place of what is missing or unknown. */
export function readSignIn(json: unknown): SignInData {
  if (typeof json !== 'object' || json === null) {
    throw new Error('signIn: an object is expected');
  }
  const fields = new Map<string, unknown>(Object.entries(json));
  const stranger = [...fields.keys()].find((key) => key !== 'people' && key !== 'signInSeconds');
  if (stranger !== undefined) {
    throw new Error(`signIn.${stranger} is unknown to the sandbox`);
  }
  const people = fields.get('people');
  const signInSeconds = fields.get('signInSeconds');
  if (!Array.isArray(people) || !people.every((arn) => typeof arn === 'string')) {
    throw new Error('signIn.people: a list of ARNs is expected');
  }
  if (signInSeconds !== undefined && (typeof signInSeconds !== 'number' || !(signInSeconds > 0))) {
    throw new Error('signIn.signInSeconds: a number above 0 is expected');
  }
  return { people, ...(signInSeconds !== undefined && { signInSeconds }) };
}
