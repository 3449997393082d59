import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readData } from '../sandbox/data.ts';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { startDemoIdp, withDemoIdp } from '../sandbox/demoSaml.ts';
import { startSandbox } from '../sandbox/sandbox.ts';

describe('sandbox: data', () => {
  const account = (more: object): object => ({ accounts: [{ id: '111122223333', ...more }] });
  const withTrust = (statement: object): object =>
    account({ roles: [{ name: 'r', trust: { Statement: statement } }] });
  const wrong: readonly [string, unknown, RegExp][] = [
    ['no accounts', {}, /^accounts: a list is expected$/],
    ['a short account id', { accounts: [{ id: '1' }] }, /^accounts\[0\]\.id: /],
    [
      'a word that it does not know',
      account({ user: [] }),
      /^accounts\[0\]\.user is unknown to the sandbox$/,
    ],
    ['a partition that is none', account({ partition: 'aws-mars' }), /aws-mars is no partition/],
    [
      'a condition that it would ignore',
      withTrust({ Effect: 'Allow', Principal: '*', Action: '*', Condition: { IpAddress: {} } }),
      /the sandbox does not know IpAddress$/,
    ],
    [
      'a principal that it would ignore',
      withTrust({ Effect: 'Allow', Principal: { Service: 'x' }, Action: '*' }),
      /Principal\.Service is unknown/,
    ],
    [
      'a certificate that is none',
      account({ samlProviders: [{ name: 'idp', entityId: 'x', certificate: '-----BEGIN nothing' }] }),
      /./,
    ],
    [
      'a seed that is too short',
      account({ users: [{ name: 'u', keys: [], mfa: [{ serial: 'GAHT12345678', seed: 'ABC' }] }] }),
      /./,
    ],
    [
      'a group that is not there',
      account({ users: [{ name: 'u', keys: [], groups: ['g'] }] }),
      /has no group g$/,
    ],
    [
      'one key of two people',
      account({
        users: ['a', 'b'].map((name) => ({
          name,
          keys: [{ accessKeyId: 'AKIAEXAMPLESAME00000', secretAccessKey: 'EXAMPLEKEY' }],
        })),
      }),
      /AKIAEXAMPLESAME00000 occurs twice$/,
    ],
  ];
  for (const [what, json, message] of wrong) {
    it(`refuses ${what}`, () => assert.throws(() => readData(json), { message }));
  }

  it('does not start on a port that is taken', async () => {
    const first = await startSandbox();
    try {
      await assert.rejects(startSandbox({ port: Number(new URL(first.url).port) }), { code: 'EADDRINUSE' });
    } finally {
      await first.close();
    }
  });
});

describe('sandbox: demo', () => {
  it('has an identity provider whose roles are all there, and a profile for it', async () => {
    const idp = await startDemoIdp(demoData(), 0);
    const home = await mkdtemp(join(tmpdir(), 'sts-sessions-demo-'));
    try {
      const known = readData(withDemoIdp(demoData(), idp)).accounts.flatMap((account) =>
        (account.roles ?? []).map((role) => `arn:aws:iam::${account.id}:role/${role.name}`),
      );
      const text = Buffer.from(await idp.response(), 'base64').toString();
      const offered = [...text.matchAll(/arn:aws:iam::\d+:role\/[\w-]+/g)].map(([arn]) => arn);
      assert.equal(offered.length, 4);
      assert.deepEqual(
        offered.filter((arn) => !known.includes(arn)),
        [],
      );
      const { configFile } = await writeDemoHome(home, 'http://127.0.0.1:1', {
        saml: { loginUrl: idp.loginUrl },
      });
      assert.match(
        await readFile(configFile, 'utf8'),
        new RegExp(`\\n\\[profile corp-saml\\]\\nsaml_login_url = ${idp.loginUrl}\\nregion = `),
      );
    } finally {
      await idp.close();
      await rm(home, { recursive: true });
    }
  });

  it('writes a private home whose every profile leads to the sandbox', async () => {
    const home = await mkdtemp(join(tmpdir(), 'sts-sessions-demo-'));
    try {
      const { configFile, credentialsFile } = await writeDemoHome(home, 'http://127.0.0.1:1');
      for (const file of [configFile, credentialsFile]) {
        assert.equal((await stat(file)).mode & 0o777, 0o600);
      }
      const config = await readFile(configFile, 'utf8');
      const profiles = config.split(/^(?=\[)/m).filter((section) => /^\[(profile |default)/.test(section));
      assert.equal(profiles.length, 14);
      for (const profile of profiles) {
        assert.match(profile, /^region = eu-central-1\nendpoint_url = http:\/\/127\.0\.0\.1:1$/m);
      }
      const known = readData(demoData()).accounts.flatMap((account) =>
        (account.roles ?? []).map((role) => `arn:aws:iam::${account.id}:role${role.path}${role.name}`),
      );
      const named = [...config.matchAll(/^role_arn = (.*)$/gm)].map((match) => match[1]);
      assert.deepEqual(
        named.filter((arn) => !known.includes(arn ?? '')),
        [],
      );
      assert.equal(new Set(named).size, known.length, 'every role of the demo has a profile');
    } finally {
      await rm(home, { recursive: true });
    }
  });
});
