import type { Keys } from '../../src/aws/credentials.ts';
import { isFault, type Fault } from '../../src/aws/faults.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createIam } from '../../src/clients/iam.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { findRoles, type Search, type SearchProgress } from '../../src/session/roleFinder.ts';
import type { KeyData, RoleData, SandboxData, UserData } from '../sandbox/data.ts';
import type { Statement } from '../sandbox/policy.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** The account in which roles are looked for. */
export const account = '111122223333';
/** An account of somebody else. */
export const other = '444455556666';

/** Long-term keys that look like a test's. */
export function keysOf(name: string): KeyData {
  const id = name.toUpperCase().padEnd(9, '0').slice(0, 9);
  return { accessKeyId: `AKIAEXAMPLE${id}`, secretAccessKey: `EXAMPLEKEY/${name}/0123456789abcdef` };
}

/** A role whose trust policy names the account, and asks for what `condition` says. */
export function role(name: string, condition?: Statement['Condition'], aws: string = account): RoleData {
  return {
    name,
    trust: {
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: aws },
        Action: 'sts:AssumeRole',
        ...(condition && { Condition: condition }),
      },
    },
  };
}

const allow = (
  Action: string | readonly string[],
  Resource: string | readonly string[] = '*',
): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

/** What lets somebody look for roles. */
export const mayLook: readonly Statement[] = [
  allow([
    'iam:ListRoles',
    'iam:GetRole',
    'iam:SimulatePrincipalPolicy',
    'iam:ListGroupsForUser',
    'iam:List*Policies',
    'iam:Get*Policy',
    'iam:GetPolicyVersion',
  ]),
];

/** Alice may look and assume; eve may assume only; hub is a role that may look. */
export function finderData(roles: readonly RoleData[] = []): SandboxData {
  const assumes = allow('sts:AssumeRole', [
    `arn:aws:iam::${account}:role/*`,
    `arn:aws:iam::${other}:role/spoke-a`,
    `arn:aws:iam::${other}:role/team-*`,
  ]);
  const user = (name: string, policies: readonly Statement[], more: Partial<UserData> = {}): UserData => ({
    name,
    keys: [keysOf(name)],
    policies,
    ...more,
  });
  return {
    accounts: [
      {
        id: account,
        root: { keys: [keysOf('root')] },
        groups: [{ name: 'engineers', policies: [assumes] }],
        managedPolicies: [
          { name: 'partners', policies: [allow('sts:*', `arn:aws:iam::${other}:role/partner`)] },
        ],
        users: [
          user('alice', mayLook, {
            groups: ['engineers'],
            attached: ['partners'],
            mfa: [{ serial: `arn:aws:iam::${account}:mfa/alice`, seed: 'SANDBOXSEEDOFALICEFORTESTSONLY23' }],
          }),
          user('eve', [assumes]),
          user('nick', [...mayLook, { ...assumes, Effect: 'Deny' }]),
        ],
        roles: [
          {
            ...role('hub', undefined, `arn:aws:iam::${account}:user/alice`),
            path: '/team/',
            policies: mayLook,
          },
          role('plain'),
          role('secure', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
          role('vendor', { StringEquals: { 'sts:ExternalId': 'acme-4711' } }),
          role('for-hub', undefined, `arn:aws:iam::${account}:role/team/hub`),
          role('strangers', undefined, other),
          ...roles,
        ],
      },
      { id: other, roles: [role('spoke-a'), role('partner')] },
    ],
  };
}

/** Looks for the roles of whoever has these keys. Waits are not waited for. */
export function searchAt(
  sandbox: Pick<Sandbox, 'url'>,
  keys: Keys | KeyData,
  {
    known = [],
    onProgress = () => undefined,
    signal = new AbortController().signal,
    waits = [],
  }: {
    readonly known?: readonly string[];
    readonly onProgress?: (progress: SearchProgress) => void;
    readonly signal?: AbortSignal;
    readonly waits?: number[];
  } = {},
): Promise<Search | Fault> {
  const now = (): number => Date.now();
  const send = createStsSender({ now });
  const { secretAccessKey } = keys;
  const caller: Keys =
    typeof secretAccessKey === 'string'
      ? {
          accessKeyId: keys.accessKeyId,
          secretAccessKey: new Secret(secretAccessKey),
          sessionToken: undefined,
        }
      : { ...(keys as Keys), secretAccessKey };
  return findRoles(
    {
      iam: createIam({ now }),
      identity: async (who, target, stop) => {
        const reply = await send({ kind: 'callerIdentity' }, who, target, stop);
        return isFault(reply)
          ? reply
          : reply.kind === 'identity'
            ? reply.identity
            : { kind: 'internal', message: reply.kind };
      },
      now,
      random: () => 0.5,
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
    {
      keys: caller,
      sts: { region: 'eu-central-1', endpoint: sandbox.url },
      iam: { region: 'us-east-1', endpoint: sandbox.url },
      known,
    },
    onProgress,
    signal,
  );
}
