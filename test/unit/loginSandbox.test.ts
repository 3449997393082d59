import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../src/aws/secret.ts';
import { makeProof } from '../../src/clients/dpop.ts';
import type { Logins } from '../../src/session/logins.ts';
import { useFolder } from '../support/folder.ts';
import { chooseInBrowser, openLoginRig, people, type LoginRig } from '../support/loginRig.ts';

const never = new AbortController().signal;
const minute = 60_000;
const asked = { profile: 'dev', interactive: true };
const unattended = { profile: 'dev', interactive: false };

describe('console sign-ins against the sandbox', () => {
  const home = useFolder();
  let rig: LoginRig;
  let window: Logins;

  beforeEach(async () => {
    rig = await openLoginRig(home());
    window = rig.window();
  });
  afterEach(() => rig.close());

  const calls = (grantType: string, status = 200): number =>
    rig.sandbox.journal.filter(
      (call) =>
        call.operation === 'CreateOAuth2Token' &&
        call.status === status &&
        call.params['grantType'] === grantType,
    ).length;

  async function signIn() {
    const keys = await window.credentials(rig.login, asked, never);
    assert.ok(!('kind' in keys), JSON.stringify(keys));
    return keys;
  }

  it('sends the person to the page and gets keys for a quarter of an hour', async () => {
    const keys = await signIn();
    assert.equal(keys.accountId, '111122223333');
    assert.equal(Math.round(((keys.expiresAt ?? 0) - rig.service.now()) / minute), 15);
    const url = new URL(rig.shown[0] ?? '');
    assert.equal(url.pathname, '/v1/authorize');
    assert.equal(url.searchParams.get('client_id'), 'arn:aws:signin:::devtools/same-device');
    assert.match(url.searchParams.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/);
  });

  it('keeps the token where the AWS CLI looks for it, readable by its owner only', async () => {
    await signIn();
    const [file, ...others] = await readdir(rig.folder);
    assert.deepEqual(others, []);
    assert.equal(join(rig.folder, file ?? ''), rig.cache.path(rig.login));
    assert.equal((await stat(rig.cache.path(rig.login))).mode & 0o777, 0o600);
    assert.equal((await stat(rig.folder)).mode & 0o777, 0o700);
    const written: unknown = JSON.parse(await readFile(rig.cache.path(rig.login), 'utf8'));
    assert.deepEqual(Object.keys(written as object).toSorted(), [
      'accessToken',
      'clientId',
      'dpopKey',
      'idToken',
      'refreshToken',
      'tokenType',
    ]);
  });

  it('uses what is there without asking anybody or AWS', async () => {
    const first = await signIn();
    const second = await rig.window().credentials(rig.login, unattended, never);
    assert.ok(!('kind' in second));
    assert.equal(second.accessKeyId, first.accessKeyId);
    assert.equal(calls('refresh_token'), 0);
  });

  it('refreshes with five minutes left and not before, and rotates the refresh token', async () => {
    const first = await signIn();
    const before = await rig.cache.read(rig.login);
    rig.moveClock(9.9 * minute);
    const held = await window.credentials(rig.login, unattended, never);
    assert.ok(!('kind' in held));
    assert.equal(held.accessKeyId, first.accessKeyId);
    rig.moveClock(0.2 * minute);
    const next = await window.credentials(rig.login, unattended, never);
    assert.ok(!('kind' in next));
    assert.notEqual(next.accessKeyId, first.accessKeyId);
    assert.equal(next.accountId, '111122223333');
    const after = await rig.cache.read(rig.login);
    assert.notEqual(after?.refreshToken.reveal(), before?.refreshToken.reveal());
    assert.equal(after?.dpopKey.reveal(), before?.dpopKey.reveal());
    assert.equal(rig.shown.length, 1);
  });

  it('keeps what it does not know in the file over a refresh', async () => {
    await signIn();
    const path = rig.cache.path(rig.login);
    const text = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...text, ofAnotherTool: { a: [1] } }));
    rig.moveClock(14 * minute);
    assert.ok(!('kind' in (await window.credentials(rig.login, unattended, never))));
    const after = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, unknown>>;
    assert.deepEqual(after['ofAnotherTool'], { a: [1] });
  });

  it('goes on with the keys that are there when AWS cannot be reached, and asks again later', async () => {
    const first = await signIn();
    rig.moveClock(11 * minute);
    rig.sandbox.control.fail(503, { operation: 'CreateOAuth2Token', times: 2 });
    const held = await window.credentials(rig.login, unattended, never);
    assert.ok(!('kind' in held));
    assert.equal(held.accessKeyId, first.accessKeyId);
    const soon = await window.credentials(rig.login, unattended, never);
    assert.ok(!('kind' in soon));
    assert.equal(calls('refresh_token', 503), 2, 'one try and its repetition');
    rig.moveClock(minute);
    const later = await window.credentials(rig.login, unattended, never);
    assert.ok(!('kind' in later));
    assert.notEqual(later.accessKeyId, first.accessKeyId);
  });

  it('says what AWS said when the keys are over and it fails', async () => {
    await signIn();
    rig.moveClock(16 * minute);
    rig.sandbox.control.fail(503, { operation: 'CreateOAuth2Token', times: 2 });
    const fault = await window.credentials(rig.login, asked, never);
    assert.ok('kind' in fault && fault.kind === 'unavailable');
    assert.equal(rig.shown.length, 1, 'signing in would not get further');
  });

  it('opens nothing for a tool, and says that somebody must sign in', async () => {
    assert.deepEqual(await window.credentials(rig.login, unattended, never), {
      kind: 'loginNeeded',
      profile: 'dev',
      why: 'none',
    });
    await signIn();
    rig.service.endSignIns();
    rig.moveClock(16 * minute);
    assert.deepEqual(await window.credentials(rig.login, unattended, never), {
      kind: 'loginNeeded',
      profile: 'dev',
      why: 'over',
    });
    assert.equal(window.state(rig.login).kind, 'out');
    assert.equal(rig.shown.length, 1);
    const tries = rig.sandbox.journal.length;
    assert.ok('kind' in (await window.credentials(rig.login, unattended, never)));
    assert.equal(rig.sandbox.journal.length, tries, 'a dead refresh token is tried once');
  });

  it('has the person sign in again when the sign-in is over', async () => {
    await signIn();
    rig.service.endSignIns();
    rig.moveClock(16 * minute);
    assert.ok(!('kind' in (await window.credentials(rig.login, asked, never))));
    assert.equal(rig.shown.length, 2);
    assert.equal(window.state(rig.login).kind, 'in');
  });

  it('says that a password was changed', async () => {
    await signIn();
    rig.service.changePasswords();
    rig.moveClock(16 * minute);
    const fault = await window.credentials(rig.login, unattended, never);
    assert.deepEqual(fault, { kind: 'loginNeeded', profile: 'dev', why: 'changed' });
  });

  it('says that the policy is missing, and does not send the person round in circles', async () => {
    rig.service.permit(false);
    const fault = await window.credentials(rig.login, asked, never);
    assert.deepEqual(fault, { kind: 'loginNotPermitted', profile: 'dev' });
    assert.equal(rig.shown.length, 1);
  });

  it('keeps nothing of somebody else', async () => {
    rig.person.choice = people.reader;
    assert.deepEqual(await window.credentials(rig.login, asked, never), {
      kind: 'loginOther',
      profile: 'dev',
      wanted: people.alice,
      got: people.reader,
    });
    assert.deepEqual(await readdir(rig.folder).catch(() => []), []);
  });

  it('asks one person once for any number of callers in any number of windows', async () => {
    const windows = [window, rig.window(), rig.window()];
    const all = await Promise.all(
      [...windows, ...windows].map((one) => one.credentials(rig.login, asked, never)),
    );
    assert.equal(new Set(all.map((keys) => ('kind' in keys ? keys.kind : keys.accessKeyId))).size, 1);
    assert.equal(rig.shown.length, 1);
    assert.equal(calls('authorization_code'), 1);
  });

  it('lets a person join a tool that may not ask', async () => {
    await signIn();
    rig.service.endSignIns();
    rig.moveClock(16 * minute);
    const before = rig.sandbox.journal.length;
    const release = rig.sandbox.control.hold({ operation: 'CreateOAuth2Token' });
    const tool = window.credentials(rig.login, unattended, never);
    await rig.sandbox.waitForCall(({ operation }) => operation === 'CreateOAuth2Token', { from: before });
    const person = window.credentials(rig.login, asked, never);
    release();
    assert.ok('kind' in (await tool));
    assert.ok(!('kind' in (await person)));
  });

  it('takes a key in the other form of PEM, which some tools write', async () => {
    await signIn();
    const path = rig.cache.path(rig.login);
    const file = JSON.parse(await readFile(path, 'utf8')) as { dpopKey: string };
    const pkcs8 = createPrivateKey(file.dpopKey).export({ type: 'pkcs8', format: 'pem' });
    await writeFile(path, JSON.stringify({ ...file, dpopKey: pkcs8 }));
    rig.moveClock(14 * minute);
    assert.ok(!('kind' in (await window.credentials(rig.login, unattended, never))));
    assert.equal(calls('refresh_token'), 1);
  });

  for (const [what, key] of [
    ['text', 'EXAMPLE no key'],
    ['a key on another curve', pem('P-384')],
    ['an RSA key', rsa()],
  ] as const) {
    it(`takes a broken proof key (${what}) for a sign-in that is over`, async () => {
      await signIn();
      const path = rig.cache.path(rig.login);
      const file = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(path, JSON.stringify({ ...file, dpopKey: key }));
      const held = await window.credentials(rig.login, unattended, never);
      assert.ok(!('kind' in held), 'its keys hold all the same');
      rig.moveClock(16 * minute);
      const over = await window.credentials(rig.login, unattended, never);
      assert.ok('kind' in over && over.kind === 'loginNeeded');
      assert.ok(!('kind' in (await window.credentials(rig.login, asked, never))));
    });
  }

  it('gives a nonce back that the service wants in its proofs', async () => {
    rig.service.wantNonce('EXAMPLENONCE');
    assert.ok(!('kind' in (await window.credentials(rig.login, asked, never))));
    assert.equal(calls('authorization_code', 400), 1);
    assert.equal(calls('authorization_code'), 1);
  });

  it('dates its proofs by the clock of AWS when ours is far off', async () => {
    rig.skew(20 * minute);
    assert.ok(!('kind' in (await window.credentials(rig.login, asked, never))));
    assert.equal(calls('authorization_code', 400), 1);
  });

  it('says so when only the clock can be the reason', async () => {
    rig.skew(20 * minute);
    const refusal = JSON.stringify({ error: 'INVALID_REQUEST', message: 'no' });
    rig.sandbox.control.raw(
      { status: 400, headers: { Date: new Date().toUTCString() }, body: refusal },
      { operation: 'CreateOAuth2Token' },
    );
    const fault = await window.credentials(rig.login, asked, never);
    assert.deepEqual(fault, { kind: 'clockSkew', minutes: 20 });
  });

  it('never sends a code again that AWS may have seen', async () => {
    rig.sandbox.control.drop({ operation: 'CreateOAuth2Token', times: 1 });
    const fault = await window.credentials(rig.login, asked, never);
    assert.ok('kind' in fault && fault.kind === 'network');
    assert.equal(rig.sandbox.journal.filter(({ operation }) => operation === 'CreateOAuth2Token').length, 1);
  });

  it('ends with a no in the browser, and with a cancel', async () => {
    rig.person.choice = '';
    assert.deepEqual(await window.credentials(rig.login, asked, never), {
      kind: 'signInFailed',
      signIn: 'dev',
      why: 'denied',
    });
    rig.person.choice = undefined;
    rig.person.whileWaiting = (cancel) => cancel.abort();
    assert.deepEqual(await window.credentials(rig.login, asked, never), { kind: 'cancelled' });
  });

  it('refuses the answer to another sign-in, and waits for its own', async () => {
    rig.person.choice = undefined;
    let refused: number | undefined;
    const tryOther = async (): Promise<void> => {
      const page = rig.shown[0] ?? '';
      const redirect = new URL(page).searchParams.get('redirect_uri') ?? '';
      refused = (await fetch(`${redirect}?code=EXAMPLE&state=other`)).status;
      await fetch(await chooseInBrowser(page, people.alice));
    };
    rig.person.whileWaiting = () => void tryOther();
    await signIn();
    assert.equal(refused, 400);
    assert.equal(rig.sandbox.journal.filter(({ operation }) => operation === 'CreateOAuth2Token').length, 1);
  });

  it('signs out here, and sessions of before go on', async () => {
    const keys = await signIn();
    assert.equal(await window.signOut(rig.login), true);
    assert.deepEqual(await readdir(rig.folder), []);
    assert.equal(window.state(rig.login).kind, 'out');
    assert.ok((keys.expiresAt ?? 0) > rig.service.now());
  });

  it('tells who looks when another program signs in or out', async () => {
    assert.deepEqual(await window.look(rig.login), { kind: 'out' });
    const changed = new Promise<void>((resolve) => {
      window.onDidChange(() => resolve());
    });
    assert.ok(!('kind' in (await rig.window().credentials(rig.login, asked, never))));
    await changed;
    assert.equal(window.state(rig.login).kind, 'in');
  });

  it('says that nobody is signed in when AWS refreshes nothing any more, and tries it all the same', async () => {
    await signIn();
    const hour = 60 * minute;
    rig.moveClock(11 * hour);
    assert.deepEqual(await window.look(rig.login), { kind: 'refreshable' });
    assert.ok(!('kind' in (await window.credentials(rig.login, unattended, never))));
    rig.moveClock(hour + minute);
    assert.deepEqual(
      await window.look(rig.login),
      { kind: 'out' },
      'twelve hours after the sign-in, not the refresh',
    );
    await window.credentials(rig.login, unattended, never);
    const tried = rig.sandbox.journal.filter(({ params }) => params['grantType'] === 'refresh_token');
    assert.deepEqual(
      tried.map(({ status = 0 }) => status < 400),
      [true, false],
    );
  });

  describe('where the browser cannot come back', () => {
    beforeEach(() => {
      window = rig.window(false);
    });

    it('takes the text that the page shows', async () => {
      await signIn();
      const url = new URL(rig.shown[0] ?? '');
      assert.equal(url.searchParams.get('client_id'), 'arn:aws:signin:::devtools/cross-device');
      assert.equal(url.searchParams.get('redirect_uri'), `${rig.sandbox.url}/v1/sessions/confirmation`);
      const token = await rig.cache.read(rig.login);
      assert.equal(token?.clientId, 'arn:aws:signin:::devtools/cross-device');
      rig.moveClock(14 * minute);
      assert.ok(!('kind' in (await window.credentials(rig.login, unattended, never))));
    });

    it('finds out what is wrong with another text', async () => {
      const found: unknown[] = [];
      rig.person.paste = (text, check) => {
        const other = Buffer.from('state=other&code=EXAMPLE').toString('base64');
        found.push(
          check('hello'),
          check(''),
          check(other),
          check(`  ${text.slice(0, 20)}\n${text.slice(20)} `),
        );
        return undefined;
      };
      assert.deepEqual(await window.credentials(rig.login, asked, never), { kind: 'cancelled' });
      assert.deepEqual(found, ['noCode', 'noCode', 'otherSignIn', undefined]);
    });
  });

  it('writes nothing secret to the log', async () => {
    await signIn();
    rig.moveClock(14 * minute);
    await window.credentials(rig.login, unattended, never);
    const text = rig.log.join('\n');
    assert.match(text, /CreateOAuth2Token at 127\.0\.0\.1:\d+: ok in \d+ ms/);
    for (const secret of rig.sandbox.secrets()) {
      assert.ok(!text.includes(secret));
    }
  });
});

describe('the sandbox as a sign-in service', () => {
  const home = useFolder();
  let rig: LoginRig;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = new Secret(privateKey.export({ type: 'sec1', format: 'pem' }).toString());

  beforeEach(async () => {
    rig = await openLoginRig(home());
  });
  afterEach(() => rig.close());

  async function ask(body: object, proof: string): Promise<{ status: number; error: unknown }> {
    const answer = await fetch(`${rig.sandbox.url}/v1/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', DPoP: proof },
      body: JSON.stringify(body),
    });
    const fields = (await answer.json()) as Readonly<Record<string, unknown>>;
    return { status: answer.status, error: fields['message'] };
  }

  const body = {
    clientId: 'arn:aws:signin:::devtools/same-device',
    grantType: 'refresh_token',
    refreshToken: 'x',
  };
  const proofOf = (over: object = {}): string =>
    makeProof(key, {
      method: 'POST',
      url: `${rig.sandbox.url}/v1/token`,
      now: rig.service.now(),
      nonce: undefined,
      ...over,
    });

  it('takes each proof once', async () => {
    const proof = proofOf();
    assert.equal((await ask(body, proof)).status, 401);
    assert.deepEqual(await ask(body, proof), { status: 400, error: 'invalid DPoP: jti' });
  });

  it('refuses proofs for another address, of another time, and with a broken signature', async () => {
    assert.equal(
      (await ask(body, proofOf({ url: 'https://elsewhere.example/v1/token' }))).error,
      'invalid DPoP: htu',
    );
    assert.equal(
      (await ask(body, proofOf({ now: rig.service.now() - 10 * minute }))).error,
      'invalid DPoP: iat',
    );
    const [head = '', claims = ''] = proofOf().split('.');
    const broken = `${head}.${claims}.${Buffer.alloc(64, 1).toString('base64url')}`;
    assert.equal((await ask(body, broken)).error, 'invalid DPoP: signature');
  });

  it('refuses clients that it does not know, and pages for them', async () => {
    assert.equal(
      (await ask({ ...body, clientId: 'arn:aws:signin:::devtools/other' }, proofOf())).error,
      'invalid clientId',
    );
    const page = await fetch(
      `${rig.sandbox.url}/v1/authorize?client_id=other&redirect_uri=http://127.0.0.1:1/oauth/callback`,
    );
    assert.equal(page.status, 400);
  });

  it('does not refresh for another key than the one that signed in', async () => {
    const window = rig.window();
    assert.ok(!('kind' in (await window.credentials(rig.login, asked, never))));
    const token = await rig.cache.read(rig.login);
    const stolen = { ...body, refreshToken: token?.refreshToken.reveal() };
    assert.equal((await ask(stolen, proofOf())).status, 401);
  });

  it('sends nobody with a code to another page than that of this machine', async () => {
    const url = `${rig.sandbox.url}/v1/authorize?response_type=code&client_id=${encodeURIComponent(body.clientId)}&state=s&code_challenge_method=SHA-256&scope=openid&code_challenge=${'a'.repeat(43)}&redirect_uri=`;
    assert.equal(await chooseInBrowser(`${url}https://evil.example/oauth/callback`, people.alice), '');
    assert.match(await chooseInBrowser(`${url}http://127.0.0.1:9/oauth/callback`, people.alice), /code=/);
  });
});

function pem(namedCurve: string): string {
  return generateKeyPairSync('ec', { namedCurve })
    .privateKey.export({ type: 'sec1', format: 'pem' })
    .toString();
}

function rsa(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
