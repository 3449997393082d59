import { randomBytes } from 'node:crypto';
import type { World } from '../world.ts';
import type { IdentityCenterData } from './data.ts';

/** An editor or a tool that has registered. */
export interface Client {
  readonly id: string;
  readonly secret: string;
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** A device that waits for its code to be confirmed. */
export interface Device {
  readonly code: string;
  readonly userCode: string;
  readonly client: Client;
  readonly expiresAt: number;
  verdict: 'waiting' | 'allowed' | 'denied' | 'used';
  /** Milliseconds between two questions, and when the last one came. */
  intervalMs: number;
  askedAt: number | undefined;
}

/** An authorization code that a browser took along. */
export interface AuthorizationCode {
  readonly code: string;
  readonly client: Client;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly expiresAt: number;
}

/** A person's sign-in: tokens come and go, it stays until its end or until somebody signs out. */
interface Session {
  readonly client: Client;
  readonly endsAt: number;
}

interface AccessToken {
  readonly session: Session;
  readonly expiresAt: number;
  /** What is left of this second's calls, and when that was counted. */
  calls: number;
  countedAt: number;
}

const hour = 3_600_000;
const day = 24 * hour;

/** The state of a small IAM Identity Center. */
export class IdentityCenter {
  readonly data: IdentityCenterData;
  readonly clients = new Map<string, Client>();
  readonly devices = new Map<string, Device>();
  readonly codes = new Map<string, AuthorizationCode>();
  readonly #world: World;
  readonly #access = new Map<string, AccessToken>();
  readonly #refresh = new Map<string, Session>();

  constructor(data: IdentityCenterData, world: World) {
    this.data = data;
    this.#world = world;
  }

  /** Milliseconds on the sandbox's clock. */
  now(): number {
    return this.#world.now();
  }

  register(scopes: readonly string[], redirectUris: readonly string[]): Client {
    const client: Client = {
      id: `EXAMPLECLIENT${this.#random(9)}`,
      secret: this.#secret('EXAMPLECLIENTSECRET'),
      scopes,
      redirectUris,
      expiresAt: this.now() + 90 * day,
    };
    this.clients.set(client.id, client);
    return client;
  }

  startDevice(client: Client): Device {
    const letters = Array.from(randomBytes(8), (byte) => 'BCDFGHJKLMNPQRSTVWXZ'[byte % 20] ?? 'B').join('');
    const device: Device = {
      code: this.#secret('EXAMPLEDEVICE'),
      userCode: `${letters.slice(0, 4)}-${letters.slice(4)}`,
      client,
      expiresAt: this.now() + 10 * 60_000,
      verdict: 'waiting',
      intervalMs: 1000,
      askedAt: undefined,
    };
    this.devices.set(device.code, device);
    return device;
  }

  /** The device that waits under this code, as the person reads it. */
  deviceOf(userCode: string): Device | undefined {
    return [...this.devices.values()].find((device) => device.userCode === userCode);
  }

  /** The person's answer, as the page's buttons give it. Throws for a code that nobody waits under. */
  decide(userCode: string, verdict: 'allowed' | 'denied'): void {
    const device = this.deviceOf(userCode);
    if (device?.verdict !== 'waiting') {
      throw new Error(`no device waits under ${userCode}`);
    }
    device.verdict = verdict;
  }

  issueCode(client: Client, redirectUri: string, challenge: string): AuthorizationCode {
    const code: AuthorizationCode = {
      code: this.#secret('EXAMPLECODE'),
      client,
      redirectUri,
      challenge,
      expiresAt: this.now() + 60_000,
    };
    this.codes.set(code.code, code);
    return code;
  }

  /** Tokens for a new sign-in. */
  signIn(client: Client): IssuedTokens {
    const seconds = this.data.signInSeconds ?? (8 * hour) / 1000;
    return this.#issue({ client, endsAt: this.now() + seconds * 1000 });
  }

  /** Tokens for a refresh token, which is used up; undefined when it is not taken. */
  refresh(client: Client, refreshToken: string): IssuedTokens | undefined {
    const session = this.#refresh.get(refreshToken);
    if (session?.client !== client || session.endsAt <= this.now()) {
      return undefined;
    }
    this.#refresh.delete(refreshToken);
    return this.#issue(session);
  }

  /** True for a token that the portal takes now. */
  takes(token: string): boolean {
    return (this.#access.get(token)?.expiresAt ?? 0) > this.now();
  }

  /** Counts a call of the token's; false when this second's calls are used up. */
  hasCallsLeft(token: string): boolean {
    const access = this.#access.get(token);
    const rate = this.data.callsPerSecond ?? 20;
    if (!access) {
      return true;
    }
    const now = this.now();
    access.calls = Math.min(rate, access.calls + ((now - access.countedAt) / 1000) * rate);
    access.countedAt = now;
    if (access.calls < 1) {
      return false;
    }
    access.calls -= 1;
    return true;
  }

  /** Ends the sign-in that a token belongs to. */
  signOut(token: string): void {
    this.#end(this.#access.get(token)?.session);
  }

  /** Ends every sign-in, as an administrator can. */
  endSignIns(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  #end(session: Session | undefined): void {
    for (const [token, access] of this.#access) {
      if (access.session === session) {
        this.#access.delete(token);
      }
    }
    for (const [token, other] of this.#refresh) {
      if (other === session) {
        this.#refresh.delete(token);
      }
    }
  }

  #issue(session: Session): IssuedTokens {
    const now = this.now();
    const seconds = this.data.tokenSeconds ?? 3600;
    const accessToken = this.#secret('EXAMPLEACCESS');
    this.#access.set(accessToken, {
      session,
      expiresAt: Math.min(session.endsAt, now + seconds * 1000),
      calls: this.data.callsPerSecond ?? 20,
      countedAt: now,
    });
    // Only who asked for a scope may refresh, as at AWS: registrations of old have none.
    if (session.client.scopes.length === 0) {
      return { accessToken, expiresIn: seconds, refreshToken: undefined };
    }
    const refreshToken = this.#secret('EXAMPLEREFRESH');
    this.#refresh.set(refreshToken, session);
    return { accessToken, expiresIn: seconds, refreshToken };
  }

  /** Random text that every leak search then knows. */
  #secret(prefix: string): string {
    const secret = `${prefix}-${this.#random(30)}`;
    this.#world.noteSecret(secret);
    return secret;
  }

  #random(bytes: number): string {
    return randomBytes(bytes).toString('base64url');
  }
}

/** What CreateToken gives. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string | undefined;
}
