/** An IAM Identity Center, as a data file describes it. */
export interface IdentityCenterData {
  /** `https://acme.example/start`. */
  readonly startUrl: string;
  readonly region: string;
  /** Who presses the buttons of its pages: the session name of every role. */
  readonly user: string;
  /** What the user may use. */
  readonly accounts: readonly AssignedAccount[];
  /** How long an access token lasts; an hour when absent. */
  readonly tokenSeconds?: number;
  /** How long it can be refreshed after the person signed in; eight hours when absent. */
  readonly signInSeconds?: number;
  /** Calls of the portal that it takes a second, with as many at once; 20 when absent. */
  readonly callsPerSecond?: number;
}

/** An account with the roles that the user has in it. */
export interface AssignedAccount {
  /** 12 digits. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
}

/** Reads the part of a data file; throws an Error that names the place of what is missing or unknown. */
export function readIdentityCenter(json: unknown): IdentityCenterData {
  const known = ['startUrl', 'region', 'user', 'accounts', 'tokenSeconds', 'signInSeconds', 'callsPerSecond'];
  const raw = object(json, 'identityCenter', known);
  if (!Array.isArray(raw['accounts'])) {
    throw new Error('identityCenter.accounts: a list is expected');
  }
  const numbers = ['tokenSeconds', 'signInSeconds', 'callsPerSecond'] as const;
  return {
    startUrl: text(raw['startUrl'], 'startUrl', /^https:\/\/\S+$/),
    region: text(raw['region'], 'region', /^[a-z0-9-]+$/),
    user: text(raw['user'], 'user', /^[\w+=,.@-]{2,64}$/),
    accounts: raw['accounts'].map((account: unknown, index) => {
      const at = `accounts[${index}]`;
      const fields = object(account, `identityCenter.${at}`, ['id', 'name', 'email', 'roles']);
      if (!Array.isArray(fields['roles'])) {
        throw new Error(`identityCenter.${at}.roles: a list is expected`);
      }
      return {
        id: text(fields['id'], `${at}.id`, /^\d{12}$/),
        name: text(fields['name'], `${at}.name`, /^.{1,50}$/),
        email: text(fields['email'], `${at}.email`, /^\S+@\S+$/),
        roles: fields['roles'].map((role: unknown) => text(role, `${at}.roles`, /^[\w+=,.@-]{1,32}$/)),
      };
    }),
    ...Object.fromEntries(
      numbers.flatMap((name) => (raw[name] === undefined ? [] : [[name, positive(raw[name], name)]])),
    ),
  };
}

function object(json: unknown, at: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${at}: an object is expected`);
  }
  const stranger = Object.keys(json).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw new Error(`${at}.${stranger} is unknown to the sandbox`);
  }
  return json as Readonly<Record<string, unknown>>;
}

function text(json: unknown, at: string, pattern: RegExp): string {
  if (typeof json !== 'string' || !pattern.test(json)) {
    throw new Error(`identityCenter.${at}: text that matches ${pattern.source} is expected`);
  }
  return json;
}

function positive(json: unknown, at: string): number {
  if (typeof json !== 'number' || !(json > 0)) {
    throw new Error(`identityCenter.${at}: a number above 0 is expected`);
  }
  return json;
}
