import type { KeyData, SandboxData } from '../sandbox/data.ts';
import type { Statement } from '../sandbox/policy.ts';
import { keysOf } from './finderWorld.ts';

/** The account of the people below. */
export const account = '111122223333';
const seed = 'SANDBOXSEEDOFALICEFORTESTSONLY23';

/** ARN of a virtual device of the account. */
export function deviceArn(name: string): string {
  return `arn:aws:iam::${account}:mfa/${name}`;
}

/** AWS's own policy for people who look after their devices themselves, in short. */
export function mayEnrol(name: string, but?: string): readonly Statement[] {
  const user = ['iam:ListMFADevices', 'iam:EnableMFADevice', 'iam:DeactivateMFADevice'];
  const device = ['iam:CreateVirtualMFADevice', 'iam:DeleteVirtualMFADevice'];
  const without = (actions: readonly string[]): readonly string[] => actions.filter((each) => each !== but);
  return [
    { Effect: 'Allow', Action: without(user), Resource: `arn:aws:iam::${account}:user/${name}` },
    { Effect: 'Allow', Action: [...without(device), 'iam:ListVirtualMFADevices'], Resource: deviceArn('*') },
    { Effect: 'Allow', Action: 'iam:ListVirtualMFADevices', Resource: deviceArn('') },
    { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
  ];
}

/**
 * bob has no device and may enrol; full has eight; eve may list only; nora may not enable; root. The role `admin` wants a
 * code.
 */
export function enrolData(): SandboxData {
  const user = (name: string, policies: readonly Statement[], devices: readonly string[] = []) => ({
    name,
    keys: [keysOf(name)],
    policies,
    mfa: devices.map((device) => ({ serial: deviceArn(device), seed })),
  });
  return {
    accounts: [
      {
        id: account,
        alias: 'acme-main',
        root: { keys: [keysOf('root')] },
        users: [
          user('bob', mayEnrol('bob')),
          user(
            'full',
            mayEnrol('full'),
            Array.from({ length: 8 }, (_, index) => `full-${String(index)}`),
          ),
          user('eve', [{ Effect: 'Allow', Action: 'iam:ListMFADevices', Resource: '*' }]),
          user('nora', mayEnrol('nora', 'iam:EnableMFADevice')),
          user('olga', mayEnrol('olga', 'iam:DeleteVirtualMFADevice'), ['olga']),
        ],
        roles: [
          {
            name: 'admin',
            trust: {
              Statement: {
                Effect: 'Allow',
                Principal: { AWS: account },
                Action: 'sts:AssumeRole',
                Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
              },
            },
          },
        ],
      },
    ],
  };
}

/** Long-term keys of one of them. */
export function enrolKeys(name: string): KeyData {
  return keysOf(name);
}
