import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  type Credentials,
  type GetCallerIdentityCommandOutput,
  type STSClient,
} from '@aws-sdk/client-sts';
import { sandboxClient } from './client.ts';
import { readData, type KeyData } from './data.ts';
import { startSandbox, type Sandbox } from './sandbox.ts';

const data = readData(
  JSON.parse(readFileSync(new URL('../fixtures/sandbox/cases.json', import.meta.url), 'utf8')),
);

/** The account that holds most of the cases. */
export const main = '111122223333';
export const carolArn = `arn:aws:iam::${main}:user/eng/carol`;
export const carolDevice = `arn:aws:iam::${main}:mfa/carol`;

/** The first key of a user of the cases. Throws for a stranger. */
export function keysOf(name: string): KeyData {
  const users = data.accounts.flatMap((account) => account.users ?? []);
  const key = users.find((user) => user.name === name)?.keys[0];
  assert.ok(key, `the data has a user ${name}`);
  return key;
}

/** The root keys of the main account. */
export function rootKeys(): KeyData {
  const key = data.accounts[0]?.root?.keys[0];
  assert.ok(key);
  return key;
}

/** The ARN of a role of the cases. */
export function role(name: string, account = main): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

/** AWS's sentence for a refusal by policy. */
export function notAuthorized(who: string, action: string, arn: string): string {
  return `User: ${who} is not authorized to perform: ${action} on resource: ${arn}`;
}

/** The keys that a call is made with: long-term ones of the data, or those of an answer. */
export type Caller = KeyData | Credentials | undefined;

/** A sandbox with the world of `fixtures/sandbox/cases.json`, and AWS's SDK to call it. */
export class Cases {
  /** Milliseconds by which the test has moved the clock of the sandbox and the SDK, which stands still by itself. */
  ahead = 0;
  /** When the sandbox was started, ms UTC. */
  #startedAt = 0;
  #sandbox: Sandbox | undefined;

  get sandbox(): Sandbox {
    assert.ok(this.#sandbox, 'the sandbox is running');
    return this.#sandbox;
  }

  async start(): Promise<void> {
    this.ahead = 0;
    this.#startedAt = Date.now();
    this.#sandbox = await startSandbox({ data, clock: () => this.now() });
  }

  async stop(): Promise<void> {
    await this.sandbox.close();
  }

  /** What the clock shows, ms UTC. */
  now(): number {
    return this.#startedAt + this.ahead;
  }

  /** A role by name in the main account, or by ARN. */
  async assume(
    caller: Caller,
    name: string,
    more: Partial<AssumeRoleCommandInput> = {},
  ): Promise<AssumeRoleCommandOutput> {
    const RoleArn = name.startsWith('arn:') ? name : role(name);
    return this.#client(caller).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'robot', ...more }));
  }

  /** GetSessionToken, with a code of carol's device when one is given. */
  async sessionToken(
    caller: Caller,
    { code, ...more }: { readonly DurationSeconds?: number; readonly code?: string } = {},
  ): Promise<Credentials> {
    const mfa = code === undefined ? {} : { SerialNumber: carolDevice, TokenCode: code };
    const reply = await this.#client(caller).send(new GetSessionTokenCommand({ ...more, ...mfa }));
    assert.ok(reply.Credentials);
    return reply.Credentials;
  }

  async whoIs(caller: Caller): Promise<GetCallerIdentityCommandOutput> {
    return this.#client(caller).send(new GetCallerIdentityCommand());
  }

  /** Asserts how many seconds are left; AWS knows no parts of a second. */
  assertLife(credentials: Credentials | undefined, expected: number): void {
    const left = ((credentials?.Expiration?.getTime() ?? 0) - this.now()) / 1000;
    assert.ok(Math.abs(left - expected) <= 1, `${left} s are not about ${expected} s`);
  }

  #client(caller: Caller): STSClient {
    const client = sandboxClient(this.sandbox, caller);
    client.config.systemClockOffset = this.now() - Date.now();
    return client;
  }
}
