import { Secret } from '../../src/aws/secret.ts';
import type { Session } from '../../src/session/types.ts';

/** 12:00 UTC on a working day: the moment at which the views are tested. */
export const noon = Date.UTC(2026, 10, 23, 12, 0, 0);

/** A minute in milliseconds. */
export const minute = 60_000;

/** A session of the profile `name`: starting, unless something else is given. */
export function sessionOf(name: string, change: Partial<Session> = {}): Session {
  return {
    id: `id-${name}`,
    name,
    request: { kind: 'profile', profile: name },
    region: 'eu-west-1',
    accountId: '111122223333',
    roleArn: `arn:aws:iam::111122223333:role/${name}`,
    needsPerson: false,
    state: { kind: 'starting' },
    ...change,
  };
}

/** The state of a session that ends `leftMs` after noon; undefined when nobody knows its end. */
export function liveState(leftMs: number | undefined, renewing = false): Session['state'] {
  return {
    kind: 'live',
    startedAt: noon - 13 * minute,
    renewing,
    credentials: {
      accessKeyId: 'ASIAEXAMPLE000000000',
      secretAccessKey: new Secret('EXAMPLEKEY'),
      sessionToken: new Secret('EXAMPLETOKEN'),
      expiresAt: leftMs === undefined ? undefined : noon + leftMs,
      accountId: '111122223333',
      arn: 'arn:aws:sts::111122223333:assumed-role/Admin/vscode',
    },
  };
}
