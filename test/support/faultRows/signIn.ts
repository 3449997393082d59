import type { FaultTable } from './row.ts';

/** Sentences for sign-ins to IAM Identity Center and to the console. */
export const signInRows: Pick<
  FaultTable,
  | 'signInNeeded'
  | 'signInFailed'
  | 'roleNotAssigned'
  | 'noRoleChosen'
  | 'loginNeeded'
  | 'loginNotPermitted'
  | 'loginOther'
  | 'loginCodeRefused'
> = {
  signInNeeded: [[{ signIn: 'acme' }, 'The sign-in is over, sign in again to go on: acme', ['signIn']]],
  signInFailed: [
    [{ signIn: 'acme', why: 'denied' }, 'The sign-in was denied in the browser: acme', ['signIn']],
    [
      { signIn: 'acme', why: 'tooLate' },
      'Nobody finished the sign-in in time, sign in again: acme',
      ['signIn'],
    ],
    [
      { signIn: 'acme', why: 'wrongState' },
      'The browser came back with the answer to another sign-in, nothing of it was kept: acme',
      ['signIn'],
    ],
    [
      { signIn: 'acme', why: 'noListener' },
      'This computer has no port for the browser to come back to, sign in with a code: acme',
      ['openSignInSetting', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'portTaken' },
      'Another program has the redirectPort of this issuer, end it or sign in with a code: acme',
      ['signIn', 'openIssuers'],
    ],
    [
      { signIn: 'acme', why: 'noBrowser' },
      'No browser could be opened for the sign-in, sign in with a code: acme',
      ['openSignInSetting', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'unknownStartUrl' },
      'Identity Center does not know this start URL, correct sso_start_url: acme',
      ['openProfile', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'wrongRegion' },
      'This Identity Center is in another region, correct sso_region: acme',
      ['openProfile', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'notTaken' },
      'AWS does not take what this sign-in gave, it may be too old: sign in again to acme',
      ['signIn', 'showLog'],
    ],
    [
      { signIn: 'acme', why: 'scopes' },
      'Identity Center does not give these scopes, correct sso_registration_scopes: acme',
      ['openProfile', 'signIn'],
    ],
    [
      { signIn: 'acme', why: 'redirect' },
      'This Identity Center lets no browser come back to here, sign in with a code: acme',
      ['openSignInSetting', 'signIn'],
    ],
  ],
  roleNotAssigned: [
    [
      { accountId: '111122223333', roleName: 'Admin', signIn: 'acme' },
      'Identity Center does not give you the role Admin in 1111-2222-3333, ask its administrator: acme',
      ['openProfile', 'retry'],
    ],
  ],
  noRoleChosen: [
    [
      { profile: 'corp' },
      'This profile names no account and no role, start one of those below its sign-in: corp',
      ['openProfile'],
    ],
  ],
  loginNeeded: [
    [
      { profile: 'dev', why: 'none' },
      'Nobody is signed in to the console here, sign in to go on: dev',
      ['signIn'],
    ],
    [{ profile: 'dev', why: 'over' }, 'The console sign-in is over, sign in again to go on: dev', ['signIn']],
    [
      { profile: 'dev', why: 'changed' },
      'The password or the permissions behind the console sign-in have changed, sign in again: dev',
      ['signIn'],
    ],
  ],
  loginNotPermitted: [
    [
      { profile: 'dev' },
      'AWS does not let you use the console sign-in here, ask your administrator for the policy SignInLocalDevelopmentAccess: dev',
      ['signIn', 'showLog'],
    ],
  ],
  loginOther: [
    [
      {
        profile: 'dev',
        wanted: 'arn:aws:iam::111122223333:user/team/alice',
        got: 'arn:aws:sts::444455556666:assumed-role/readonly/bob',
      },
      'The browser is signed in as readonly/bob in 4444-5555-6666, choose alice in 1111-2222-3333 there for this profile: dev',
      ['signIn', 'openProfile'],
    ],
    [
      { profile: 'dev', wanted: 'arn:aws:iam::111122223333:root', got: 'somebody' },
      'The browser is signed in as somebody, choose root in 1111-2222-3333 there for this profile: dev',
      ['signIn', 'openProfile'],
    ],
  ],
  loginCodeRefused: [
    [
      { profile: 'dev' },
      'AWS did not take this sign-in, it was late or used before, sign in again: dev',
      ['signIn'],
    ],
  ],
};
