import assert from 'node:assert/strict';
import { deliveredNames, deliveryVariables, terminalVariables } from '../../src/outlets/delivery.ts';
import type { DeliveryWarning } from '../../src/session/delivery.ts';
import { managedName } from '../../src/outlets/managedProfiles.ts';
import { sessionFor } from '../support/outletRig.ts';

const blank = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
  AWS_SECURITY_TOKEN: '',
};
const session = sessionFor('live-a', 'eu-west-1');
const endpoint = {
  mode: 'endpoint',
  session,
  port: 4321,
  tokenFile: '/t',
  defaultProfileHasKeys: false,
} as const;

describe('delivery', () => {
  it('points to the managed profile of the region, and never sets a region or a blank profile', () => {
    const { variables, warnings } = deliveryVariables({ mode: 'profile', session, inherited: {} });
    assert.deepEqual(Object.fromEntries(variables), {
      AWS_PROFILE: 'vscode-eu-west-1',
      AWS_DEFAULT_PROFILE: 'vscode-eu-west-1',
      STS_SESSIONS_DEFAULT: 'live-a',
      AWS_SDK_LOAD_CONFIG: '1',
      ...blank,
    });
    assert.deepEqual(warnings, []);
  });

  it('puts no secret into the environment but in the mode that says so', () => {
    for (const input of [
      { mode: 'profile', session, inherited: {} } as const,
      { ...endpoint, inherited: {} },
    ]) {
      const values = [...deliveryVariables(input).variables.values()].join(' ');
      assert.equal(/EXAMPLEKEY|EXAMPLETOKEN|ASIAEXAMPLE/.test(values), false, input.mode);
    }
    const keys = deliveryVariables({ mode: 'environment', session, inherited: {} }).variables;
    assert.deepEqual(Object.fromEntries(keys), {
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLELIVEA',
      AWS_SECRET_ACCESS_KEY: 'EXAMPLEKEY/secret+live-a',
      AWS_SESSION_TOKEN: 'EXAMPLETOKEN/live-a==',
      AWS_SECURITY_TOKEN: '',
      AWS_CREDENTIAL_EXPIRATION: '2026-11-23T13:00:00Z',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
  });

  it('knows every variable that it may set, so that all can be taken back', () => {
    const inherited = { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' };
    const set = [
      deliveryVariables({ mode: 'profile', session, inherited }),
      deliveryVariables({ ...endpoint, inherited }),
      deliveryVariables({ mode: 'environment', session, inherited }),
    ].flatMap(({ variables }) => [...variables.keys()]);
    assert.deepEqual(
      set.filter((name) => !deliveredNames.includes(name)),
      [],
    );
  });

  it('gives no keys of a session that is not live', () => {
    const over = { ...session, state: { kind: 'expired', at: 0, renewing: false } as const };
    assert.equal(deliveryVariables({ mode: 'environment', session: over, inherited: {} }).variables.size, 0);
  });

  it('points to the endpoint, with the region that no profile can hold', () => {
    const { variables, warnings } = deliveryVariables({ ...endpoint, inherited: {} });
    assert.deepEqual(Object.fromEntries(variables), {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:4321/container/live-a',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/t',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      ...blank,
    });
    assert.deepEqual(warnings, []);
  });

  const warned: readonly (readonly [string, () => readonly DeliveryWarning[], readonly DeliveryWarning[]])[] =
    [
      [
        'an inherited region that wins over the profile’s',
        () =>
          deliveryVariables({
            mode: 'profile',
            session,
            inherited: { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-west-2' },
          }).warnings,
        [{ kind: 'inheritedRegion', variable: 'AWS_DEFAULT_REGION', value: 'us-west-2' }],
      ],
      [
        'an inherited region where the session has none',
        () =>
          deliveryVariables({
            mode: 'profile',
            session: sessionFor('live-a'),
            inherited: { AWS_REGION: 'eu-west-1' },
          }).warnings,
        [{ kind: 'inheritedRegion', variable: 'AWS_REGION', value: 'eu-west-1' }],
      ],
      [
        'a config file whose place depends on the terminal’s folder',
        () =>
          deliveryVariables({ mode: 'profile', session, inherited: { AWS_CONFIG_FILE: 'aws/config' } })
            .warnings,
        [{ kind: 'relativeConfigFile', value: 'aws/config' }],
      ],
      [
        'profiles that win over the endpoint',
        () =>
          deliveryVariables({
            ...endpoint,
            inherited: { AWS_PROFILE: 'a', AWS_DEFAULT_PROFILE: 'b', AWS_REGION: 'x' },
          }).warnings,
        [
          { kind: 'inheritedProfile', variable: 'AWS_PROFILE', value: 'a' },
          { kind: 'inheritedProfile', variable: 'AWS_DEFAULT_PROFILE', value: 'b' },
        ],
      ],
      [
        'keys in [default], and a container’s own address, which win over the endpoint',
        () =>
          deliveryVariables({
            ...endpoint,
            defaultProfileHasKeys: true,
            inherited: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '' },
          }).warnings,
        [{ kind: 'defaultProfileWins' }, { kind: 'relativeUriWins' }],
      ],
      [
        'a profile that some SDKs prefer to keys',
        () => deliveryVariables({ mode: 'environment', session, inherited: { AWS_PROFILE: 'a' } }).warnings,
        [{ kind: 'inheritedProfile', variable: 'AWS_PROFILE', value: 'a' }],
      ],
    ];
  for (const [what, warnings, expected] of warned) {
    it(`warns of ${what}`, () => assert.deepEqual(warnings(), expected));
  }

  it('finds nothing to warn of in absolute config files and blank variables', () => {
    for (const AWS_CONFIG_FILE of ['/a', '~/a', 'C:\\a', 'C:/a', '\\\\host\\a', '', undefined]) {
      const inherited = { AWS_CONFIG_FILE, AWS_REGION: '', AWS_PROFILE: '' };
      assert.deepEqual(deliveryVariables({ mode: 'profile', session, inherited }).warnings, []);
      assert.deepEqual(deliveryVariables({ ...endpoint, inherited }).warnings, []);
    }
  });

  it('switches off the role of a pod, and only where there is one', () => {
    const inherited = { AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token' };
    assert.equal(
      deliveryVariables({ mode: 'profile', session, inherited }).variables.get('AWS_WEB_IDENTITY_TOKEN_FILE'),
      '',
    );
  });

  it('gives a terminal of its own only what the window’s delivery never sets', () => {
    const own = terminalVariables(session);
    assert.deepEqual(Object.fromEntries(own), {
      STS_SESSIONS_ID: 'live-a',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
    const { variables } = deliveryVariables({ mode: 'profile', session, inherited: {} });
    assert.deepEqual(
      [...own.keys()].filter((name) => variables.has(name)),
      [],
    );
    assert.deepEqual([...terminalVariables({ id: 'x', region: undefined })], [['STS_SESSIONS_ID', 'x']]);
  });

  it('names managed profiles after regions, and after nothing that is not one', () => {
    assert.equal(managedName('us-gov-west-1'), 'vscode-us-gov-west-1');
    for (const region of [undefined, '', 'x', 'EU-WEST-1', 'eu-west-1]', 'a b', '-a', '../..']) {
      assert.equal(managedName(region), 'vscode');
    }
  });
});
