import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { signInEndpoint } from '../../src/aws/endpoints.ts';
import { planEnvironment } from '../../src/aws/environment.ts';
import { locateLoginCache } from '../../src/aws/locate.ts';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { Secret } from '../../src/aws/secret.ts';
import { faultFromLogin } from '../../src/aws/sources/loginFaults.ts';
import {
  lastRefresh,
  loginPhase,
  readLoginToken,
  readPastedCode,
  refreshEndpoint,
  subjectOf,
  writeLoginToken,
} from '../../src/aws/sources/loginToken.ts';
import { LoginCache } from '../../src/files/loginCache.ts';
import { useFolder } from '../support/folder.ts';

const arn = 'arn:aws:sts::012345678910:assumed-role/Admin/admin';
const file = {
  accessToken: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'EXAMPLEKEY',
    sessionToken: 'EXAMPLETOKEN',
    accountId: '012345678910',
    expiresAt: '2026-11-23T18:40:00Z',
  },
  tokenType: 'aws_sigv4',
  clientId: 'arn:aws:signin:::devtools/same-device',
  refreshToken: 'EXAMPLEREFRESH',
  idToken: 'EXAMPLE.EXAMPLE.EXAMPLE',
  dpopKey: '-----BEGIN EC PRIVATE KEY-----\nEXAMPLE\n-----END EC PRIVATE KEY-----\n',
};
const end = Date.parse('2026-11-23T18:40:00Z');
const minute = 60_000;

function read(over: object = {}, keys: object = {}) {
  return readLoginToken(JSON.stringify({ ...file, accessToken: { ...file.accessToken, ...keys }, ...over }));
}

describe('the token file of a console sign-in', () => {
  it('is read with all that it holds', () => {
    const token = read();
    assert.ok(token);
    assert.equal(token.credentials.accessKeyId, 'ASIAEXAMPLE');
    assert.equal(token.credentials.sessionToken.reveal(), 'EXAMPLETOKEN');
    assert.equal(token.credentials.expiresAt, end);
    assert.equal(token.credentials.accountId, '012345678910');
    assert.equal(token.refreshToken.reveal(), 'EXAMPLEREFRESH');
  });

  it('is read from the time formats of the other tools', () => {
    for (const expiresAt of [
      '2026-11-23T18:40:00.000Z',
      '2026-11-23T18:40:00UTC',
      '2026-11-23T19:40:00+01:00',
    ]) {
      assert.equal(read({}, { expiresAt })?.credentials.expiresAt, end, expiresAt);
    }
  });

  // What botocore asks for, and what a signature needs.
  for (const name of ['accessToken', 'clientId', 'refreshToken', 'dpopKey']) {
    it(`is none without ${name}, and none with something else in its place`, () => {
      for (const value of [undefined, null, 7, '', ' ', [], {}, true, 'a\nb\u0007'.repeat(2000)]) {
        assert.equal(read({ [name]: value }), undefined, `${name}: ${JSON.stringify(value)?.slice(0, 20)}`);
      }
    });
  }
  for (const name of ['accessKeyId', 'secretAccessKey', 'sessionToken', 'expiresAt']) {
    it(`is none without ${name} in its keys, and none with something else in its place`, () => {
      for (const value of [undefined, null, 7, '', 'a\r\nX-Header: b', [], {}, 'tomorrow Ä']) {
        assert.equal(read({}, { [name]: value }), undefined, `${name}: ${JSON.stringify(value)}`);
      }
    });
  }

  it('is none when it is no JSON object at all', () => {
    for (const text of ['', 'null', '[]', '"x"', '{', '{"accessToken":', '\u0000', '<html>']) {
      assert.equal(readLoginToken(text), undefined, text);
    }
  });

  it('may lack the account, the ID token and the kind of token, as some tools write it', () => {
    const token = read({ idToken: undefined, tokenType: undefined }, { accountId: undefined });
    assert.equal(token?.idToken, undefined);
    assert.equal(token?.credentials.accountId, undefined);
  });

  it('is written as it was read, with what nobody here knows', () => {
    const given = { ...file, later: { a: [1, 'x'] }, accessToken: { ...file.accessToken, also: 1 } };
    const token = readLoginToken(JSON.stringify(given));
    assert.ok(token);
    assert.deepEqual(JSON.parse(writeLoginToken(token)), given);
  });

  it('is good for more than five minutes, then refreshed, then over without a refresh', () => {
    const token = read();
    assert.equal(loginPhase(token, end - 5 * minute - 1), 'good');
    assert.equal(loginPhase(token, end - 5 * minute), 'ending');
    assert.equal(loginPhase(token, end - 1), 'ending');
    assert.equal(loginPhase(token, end), 'refreshable');
    assert.equal(loginPhase(undefined, end), 'over');
  });

  it('is refreshed for twelve hours from its sign-in at most, where it says when that was', () => {
    const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
    const signed = (claims: object): { readonly idToken: Secret } => ({
      idToken: new Secret(`${part({ alg: 'ES384' })}.${part(claims)}.EXAMPLE`),
    });
    assert.equal(lastRefresh(signed({ iat: end / 1000 })), end + 12 * 60 * minute);
    assert.equal(lastRefresh(signed({ iat: 'soon' })), undefined);
    assert.equal(lastRefresh({ idToken: new Secret('EXAMPLE.EXAMPLE.EXAMPLE') }), undefined);
    assert.equal(lastRefresh({ idToken: undefined }), undefined);
  });

  it('shows no secret when it is printed', () => {
    const text = JSON.stringify(read());
    assert.doesNotMatch(text, /EXAMPLEKEY|EXAMPLETOKEN|EXAMPLEREFRESH|PRIVATE/);
  });
});

describe('the cache of console sign-ins', () => {
  const folder = useFolder();

  it('names its files as the AWS CLI does', () => {
    assert.equal(
      basename(new LoginCache('/x').path({ arn })),
      '4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json',
    );
  });

  it('holds out against files that are none', async () => {
    const cache = new LoginCache(folder());
    const path = cache.path({ arn });
    assert.equal(await cache.read({ arn }), undefined);
    await writeFile(path, Buffer.alloc(100_000_000, 0x20));
    assert.equal(await cache.read({ arn }), undefined, '100 MB');
    const other = new LoginCache(join(folder(), 'other'));
    await mkdir(other.path({ arn }), { recursive: true });
    assert.equal(await other.read({ arn }), undefined, 'a folder');
    const token = read();
    assert.ok(token);
    assert.equal(await other.write({ arn }, token), false);
    assert.equal(await other.remove({ arn }), false);
  });

  it('is in the home folder, or where AWS_LOGIN_CACHE_DIRECTORY says', () => {
    const home = '/home/ann';
    assert.equal(locateLoginCache({ HOME: home }, 'linux'), '/home/ann/.aws/login/cache');
    const named = (path: string, more = {}): string =>
      locateLoginCache({ HOME: home, AWS_LOGIN_CACHE_DIRECTORY: path, ...more }, 'linux');
    assert.equal(named('/somewhere'), '/somewhere');
    assert.equal(named('~/logins'), '/home/ann/logins');
    assert.equal(named('$BASE/logins', { BASE: '/mnt' }), '/mnt/logins');
    assert.equal(named(' '), '/home/ann/.aws/login/cache');
    assert.equal(
      locateLoginCache({ USERPROFILE: 'C:\\Users\\ann' }, 'win32'),
      'C:\\Users\\ann\\.aws\\login\\cache',
    );
  });
});

describe('where a console sign-in is asked', () => {
  const config = (lines: string): string => `[profile dev]\nlogin_session = ${arn}\n${lines}\n`;

  function loginOf(lines: string, env: Readonly<Record<string, string>> = {}, rest = '') {
    const { set } = readBoth(config(lines) + rest);
    const planned = planFor(set, { kind: 'profile', profile: 'dev' }, planEnvironment(env));
    assert.ok(planned.ok, JSON.stringify(planned));
    const { base } = planned.plan;
    assert.ok(base.kind === 'login');
    return base.login;
  }

  // botocore's endpoint-rule-set-1 for Signin.
  for (const [region, host] of [
    ['eu-west-1', 'eu-west-1.signin.aws.amazon.com'],
    ['cn-north-1', 'cn-north-1.signin.amazonaws.cn'],
    ['us-gov-west-1', 'us-gov-west-1.signin.amazonaws-us-gov.com'],
    ['eusc-de-east-1', 'eusc-de-east-1.signin.amazonaws-eusc.eu'],
    ['us-iso-east-1', 'us-iso-east-1.signin.c2shome.ic.gov'],
    ['us-isob-east-1', 'us-isob-east-1.signin.sc2shome.sgov.gov'],
    ['eu-isoe-west-1', 'eu-isoe-west-1.signin.csphome.adc-e.uk'],
    ['us-isof-south-1', 'us-isof-south-1.signin.csphome.hci.ic.gov'],
  ] as const) {
    it(`is ${host} for ${region}`, () => {
      assert.equal(loginOf(`region = ${region}`).endpoint, `https://${host}`);
    });
  }

  it('has other hosts with FIPS and over IPv6', () => {
    assert.equal(signInEndpoint('us-east-1', { fips: true }), 'https://signin-fips.us-east-1.amazonaws.com');
    assert.equal(signInEndpoint('us-gov-west-1', { fips: true }), 'https://signin-fips.amazonaws-us-gov.com');
    assert.equal(
      signInEndpoint('us-gov-east-1', { fips: true }),
      'https://us-gov-east-1.signin-fips.amazonaws-us-gov.com',
    );
    assert.equal(signInEndpoint('eu-west-1', { dualStack: true }), 'https://signin.eu-west-1.api.aws');
    assert.equal(
      loginOf('region = us-east-1\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true').endpoint,
      'https://signin-fips.us-east-1.api.aws',
    );
  });

  it('is in the region of the environment, then of the profile, then in the first of its partition', () => {
    assert.equal(loginOf('region = eu-west-1', { AWS_REGION: 'eu-north-1' }).region, 'eu-north-1');
    assert.equal(loginOf('region = eu-west-1').region, 'eu-west-1');
    assert.equal(loginOf('').region, 'us-east-1');
    const { set } = readBoth('[profile cn]\nlogin_session = arn:aws-cn:iam::111122223333:user/ann\n');
    const planned = planFor(set, { kind: 'profile', profile: 'cn' }, planEnvironment({}));
    assert.ok(planned.ok && planned.plan.base.kind === 'login');
    assert.equal(planned.plan.base.login.endpoint, 'https://cn-north-1.signin.amazonaws.cn');
    assert.equal(planned.plan.target.endpoint, 'https://sts.cn-north-1.amazonaws.com.cn');
  });

  it('is where an endpoint is set for it: variable, services section, profile', () => {
    const services = '[services here]\nsignin =\n  endpoint_url = http://127.0.0.1:2\n';
    const lines = 'region = eu-west-1\nservices = here\nendpoint_url = http://127.0.0.1:3';
    assert.equal(
      loginOf(lines, { AWS_ENDPOINT_URL_SIGNIN: 'http://127.0.0.1:1' }, services).endpoint,
      'http://127.0.0.1:1',
    );
    assert.equal(loginOf(lines, {}, services).endpoint, 'http://127.0.0.1:2');
    assert.equal(loginOf('endpoint_url = http://127.0.0.1:3').endpoint, 'http://127.0.0.1:3');
    const ignored = `${lines}\nignore_configured_endpoint_urls = true`;
    assert.equal(loginOf(ignored, {}, services).endpoint, 'https://eu-west-1.signin.aws.amazon.com');
  });

  it('never becomes part of a host when a region is none', () => {
    const { set } = readBoth(config('region = evil.example/'));
    const planned = planFor(set, { kind: 'profile', profile: 'dev' }, planEnvironment({}));
    assert.ok(!planned.ok);
    assert.equal(planned.problems.filter(({ what }) => what.kind === 'invalidRegion').length, 1);
  });

  it('is where a tool has noted that the sign-in was made, unless an endpoint is set', () => {
    const token = read({ signInRegion: 'eu-north-1' });
    assert.ok(token);
    const login = { region: 'eu-west-1', endpoint: signInEndpoint('eu-west-1') };
    assert.equal(refreshEndpoint(login, token), signInEndpoint('eu-north-1'));
    assert.equal(refreshEndpoint({ ...login, endpoint: 'http://127.0.0.1:1' }, token), 'http://127.0.0.1:1');
    const bad = read({ signInRegion: 'evil.example/' });
    assert.ok(bad);
    assert.equal(refreshEndpoint(login, bad), login.endpoint);
  });
});

describe('a role that a console sign-in assumes', () => {
  it('lasts an hour at most, as every role assumed from temporary keys', () => {
    const { set } = readBoth(
      `[profile dev]\nlogin_session = ${arn}\n[profile admin]\nrole_arn = arn:aws:iam::444455556666:role/admin\nsource_profile = dev\n`,
    );
    const planned = planFor(set, { kind: 'profile', profile: 'admin' }, planEnvironment({}));
    assert.ok(planned.ok);
    assert.equal(planned.plan.base.kind, 'login');
    const [step] = planned.plan.steps;
    assert.ok(step?.kind === 'assumeRole');
    assert.equal(step.maxDurationSeconds, 3600);
  });
});

describe('who has signed in', () => {
  const token = (claims: unknown): Secret =>
    new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`);

  it('is the sub of the ID token', () => {
    assert.equal(subjectOf(token({ sub: arn })), arn);
  });

  it('is nobody for what is no ARN, no JWT, or nothing', () => {
    for (const claims of [{}, { sub: 7 }, { sub: 'ann' }, { sub: `${arn}\nrole_arn = x` }, [arn], null]) {
      assert.equal(subjectOf(token(claims)), undefined, JSON.stringify(claims));
    }
    assert.equal(subjectOf(undefined), undefined);
    assert.equal(subjectOf(new Secret('a.b')), undefined);
    assert.equal(subjectOf(new Secret('a.%%%.c')), undefined);
  });
});

describe('the text that the page of another device shows', () => {
  it('is base64 of state and code, however it was copied', () => {
    const text = Buffer.from('state=s-1&code=a%2Bb').toString('base64');
    assert.deepEqual(readPastedCode(text), { state: 's-1', code: 'a+b' });
    assert.deepEqual(readPastedCode(` ${text.slice(0, 5)}\n${text.slice(5)}\t`), {
      state: 's-1',
      code: 'a+b',
    });
    assert.deepEqual(readPastedCode(text.replaceAll('=', '')), { state: 's-1', code: 'a+b' });
  });

  it('is nothing else', () => {
    for (const text of ['', 'x', 'state=s&code=c', '%%%', Buffer.from('state=s').toString('base64')]) {
      assert.equal(readPastedCode(text), undefined, text);
    }
  });
});

describe('what the sign-in service refuses', () => {
  const error = { message: 'no', status: 401, host: 'h', skewMs: 0 } as const;
  for (const [code, given, kind] of [
    ['TOKEN_EXPIRED', 'refreshToken', 'loginNeeded'],
    ['USER_CREDENTIALS_CHANGED', 'refreshToken', 'loginNeeded'],
    ['INSUFFICIENT_PERMISSIONS', 'refreshToken', 'loginNotPermitted'],
    ['AUTHCODE_EXPIRED', 'code', 'loginCodeRefused'],
    ['INSUFFICIENT_PERMISSIONS', 'code', 'loginNotPermitted'],
    ['INVALID_REQUEST', 'code', 'refused'],
    ['SOMETHING_NEW', 'refreshToken', 'refused'],
  ] as const) {
    it(`is ${kind} for ${code} of a ${given}`, () => {
      assert.equal(faultFromLogin({ ...error, code, given }).kind, kind);
    });
  }

  it('is a passing trouble where its status says so, whatever the code', () => {
    const code = 'TOKEN_EXPIRED';
    assert.equal(faultFromLogin({ ...error, code, given: 'code', status: 429 }).kind, 'throttled');
    assert.equal(faultFromLogin({ ...error, code, given: 'code', status: 503 }).kind, 'unavailable');
  });
});

function readBoth(config: string) {
  return { set: readProfiles({ config, credentials: '' }) };
}
