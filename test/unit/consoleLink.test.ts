import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ConsoleTarget } from '../../src/aws/console.ts';
import { consoleLink, readConsole, readSigninToken, signinTokenForm } from '../../src/aws/console.ts';
import type { Credentials } from '../../src/aws/credentials.ts';
import type { Plan } from '../../src/aws/planModel.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createConsoleLinks } from '../../src/clients/consoleLink.ts';
import { consoleHindranceSentence, consoleLinkText } from '../../src/ui/text/consoleLink.ts';
import { AssumeRoleCommand, GetFederationTokenCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { Credentials as IssuedKeys } from '@aws-sdk/client-sts';
import type { KeyData } from '../sandbox/data.ts';
import { sandboxClient } from '../sandbox/client.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { ivy, roleWorld, worldRole } from '../support/roleWorld.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const place = { file: 'config', path: '/home/u/.aws/config', line: 1 } as const;
const never = new AbortController().signal;
const token = { sessionToken: new Secret('EXAMPLETOKEN') };

function planOf(region: string | undefined, over: Partial<Plan> = {}): Plan {
  const target = { region: region ?? 'us-east-1', endpoint: 'https://sts.example' };
  const base = {
    kind: 'staticKeys',
    profile: 'ivy',
    accessKeyId: ivy.accessKeyId,
    secretAccessKey: new Secret(ivy.secretAccessKey),
    sessionToken: undefined,
    accountId: undefined,
    place,
  } as const;
  const step = {
    kind: 'federationToken',
    profile: 'ivy',
    userName: 'guest',
    durationSeconds: undefined,
    mfaSerial: undefined,
    target,
    place,
  } as const;
  return { name: 'guest', base, steps: [step], target, region, problems: [], ...over };
}

describe('the console of a session', () => {
  for (const [region, federation, destination] of [
    ['eu-central-1', 'https://signin.aws.amazon.com', 'https://console.aws.amazon.com'],
    ['cn-north-1', 'https://signin.amazonaws.cn', 'https://console.amazonaws.cn'],
    ['us-gov-west-1', 'https://signin.amazonaws-us-gov.com', 'https://console.amazonaws-us-gov.com'],
    [
      'eusc-de-east-1',
      'https://eusc-de-east-1.signin.amazonaws-eusc.eu',
      'https://console.amazonaws-eusc.eu',
    ],
  ] as const) {
    it(`is in the partition of ${region}`, () => {
      assert.deepEqual(readConsole(planOf(region), token, undefined), {
        federation: `${federation}/federation`,
        destination: `${destination}/console/home?region=${region}`,
        caBundle: undefined,
      });
    });
  }

  it('names no region where the session names none, and is asked where the settings say', () => {
    assert.deepEqual(readConsole(planOf(undefined), token, 'http://127.0.0.1:1'), {
      federation: 'http://127.0.0.1:1/federation',
      destination: 'https://console.aws.amazon.com/console/home',
      caBundle: undefined,
    });
  });

  it('is not made up where nobody has published its address', () => {
    for (const region of ['us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1']) {
      assert.deepEqual(readConsole(planOf(region), token, undefined), { kind: 'noConsole', region });
    }
  });

  it('is none for GetSessionToken, nor for keys that are not temporary', () => {
    const { target, base } = planOf('eu-central-1');
    const step = {
      kind: 'sessionToken',
      profile: 'ivy',
      durationSeconds: undefined,
      mfaSerial: undefined,
      target,
      place,
    } as const;
    const hindrance = { kind: 'sessionToken', profile: 'ivy' };
    assert.deepEqual(readConsole(planOf('eu-central-1', { steps: [step] }), token, undefined), hindrance);
    const none = { sessionToken: undefined };
    assert.deepEqual(readConsole(planOf('eu-central-1', { base, steps: [] }), none, undefined), hindrance);
  });

  it('is asked for with the keys in a form, and never for a time', () => {
    const form = signinTokenForm(credentials('A', 'EXAMPLEKEY+/', 'EXAMPLETOKEN+/='));
    assert.deepEqual([...form.keys()], ['Action', 'Session']);
    assert.deepEqual(JSON.parse(form.get('Session') ?? ''), {
      sessionId: 'A',
      sessionKey: 'EXAMPLEKEY+/',
      sessionToken: 'EXAMPLETOKEN+/=',
    });
  });

  it('takes what stands there as the token, and nothing else', () => {
    assert.equal(readSigninToken('{"SigninToken":"EXAMPLE-a_b="}'), 'EXAMPLE-a_b=');
    assert.equal(readSigninToken('{"SigninToken":"a+b&c%"}'), 'a+b&c%');
    for (const text of ['', '{}', '[]', 'null', '<html>', '{"SigninToken":""}', '{"SigninToken":"a b"}']) {
      assert.equal(readSigninToken(text), undefined, text);
    }
  });

  it('carries destination and token as they are', () => {
    const target = readConsole(planOf('eu-central-1'), token, undefined);
    assert.ok('federation' in target);
    const url = new URL(consoleLink(target, 'EXAMPLE-a_b/c=+&%'));
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      Action: 'login',
      Issuer: 'sts-sessions',
      Destination: 'https://console.aws.amazon.com/console/home?region=eu-central-1',
      SigninToken: 'EXAMPLE-a_b/c=+&%',
    });
  });

  it('is spoken of in whole sentences', () => {
    for (const sentence of [
      consoleLinkText.opened('guest'),
      consoleLinkText.notOpened('guest'),
      consoleLinkText.refused('guest'),
      consoleLinkText.warning('guest'),
      consoleLinkText.copied('guest'),
      consoleLinkText.openedAlone('guest', '111122223333'),
      consoleLinkText.openedTogether('guest'),
      consoleLinkText.notARegion(),
      consoleLinkText.anotherPartition(),
      consoleHindranceSentence({ kind: 'sessionToken', profile: 'ivy' }, 'ivy'),
      consoleHindranceSentence({ kind: 'noConsole', region: 'us-iso-east-1' }, 'ivy'),
    ]) {
      assertGoodSentence(sentence);
    }
  });
});

describe('a link to the console, from the sandbox', () => {
  let sandbox: Sandbox;
  const lines: string[] = [];
  const make = createConsoleLinks({ log: (line) => lines.push(line), timeoutMs: 2000 });
  const target = (): ConsoleTarget => ({
    federation: `${sandbox.url}/federation`,
    destination: 'https://console.aws.amazon.com/console/home',
    caBundle: undefined,
  });
  before(async () => {
    sandbox = await startSandbox({ data: roleWorld() });
  });
  after(() => sandbox.close());

  type Keys = KeyData | IssuedKeys;
  const client = (keys: Keys) => sandboxClient(sandbox, keys);
  const assume = async (role: string, keys: Keys = ivy): Promise<Credentials> =>
    read(
      await client(keys).send(new AssumeRoleCommand({ RoleArn: worldRole(role), RoleSessionName: 'ivy' })),
    );
  const federate = async (): Promise<Credentials> =>
    read(await client(ivy).send(new GetFederationTokenCommand({ Name: 'guest' })));

  it('shows a federated user and a role who they are, once', async () => {
    for (const [session, arn] of [
      [await federate(), 'federated-user/guest'],
      [await assume('auditor'), 'assumed-role/auditor/ivy'],
    ] as const) {
      const link = await make(target(), session, never);
      assert.ok(link instanceof Secret);
      const page = await fetch(link.reveal());
      assert.match(await page.text(), new RegExp(arn));
      assert.equal((await fetch(link.reveal())).status, 400, 'a token is taken once');
    }
    const calls = sandbox.journal.filter(({ operation }) => operation === 'GetSigninToken');
    assert.deepEqual(
      calls.map(({ params }) => params),
      [{ method: 'POST' }, { method: 'POST' }],
    );
  });

  it('is over after 15 minutes', async () => {
    const link = await make(target(), await federate(), never);
    assert.ok(link instanceof Secret);
    sandbox.control.skewClock(15 * 60_000);
    const { status } = await fetch(link.reveal());
    sandbox.control.skewClock(0);
    assert.equal(status, 400);
  });

  it('is refused for GetSessionToken, and for keys that are wrong', async () => {
    const ofUser = read(await client(ivy).send(new GetSessionTokenCommand({})));
    const guest = await federate();
    for (const each of [ofUser, { ...guest, secretAccessKey: new Secret('EXAMPLEKEY/wrong') }]) {
      assert.deepEqual(await make(target(), each, never), {
        kind: 'refused',
        code: 'getSigninToken',
        status: 400,
        message: '',
      });
    }
  });

  it('is made for a chained role, where naming a time would be refused', async () => {
    const first = await assume('auditor');
    const { Credentials: ofUser } = await client(ivy).send(new GetSessionTokenCommand({}));
    assert.ok(ofUser);
    const chained = await assume('operator', ofUser);
    assert.ok((await make(target(), chained, never)) instanceof Secret);
    const status = async (each: Credentials): Promise<number> => {
      const body = signinTokenForm(each);
      body.set('SessionDuration', '3600');
      return (await fetch(`${sandbox.url}/federation`, { method: 'POST', body })).status;
    };
    assert.equal(await status(chained), 400);
    assert.equal(await status(first), 200);
  });

  it('logs the host and how it went, and no secret', () => {
    assert.match(lines[0] ?? '', /^getSigninToken at 127\.0\.0\.1:\d+: ok in \d+ ms$/);
    for (const secret of sandbox.secrets()) {
      assert.ok(!lines.join('\n').includes(secret));
    }
  });

  it('says what answered in AWS’s place, that nobody did, and that it was cancelled', async () => {
    const guest = await federate();
    const answers = [
      [200, '<html>Please sign in', 'notAws', 'html'],
      [200, '', 'notAws', 'empty'],
      [200, `{"SigninToken":"${'a'.repeat(70_000)}"}`, 'notAws', 'tooLarge'],
      [302, '', 'notAws', 'other'],
      [503, '', 'unavailable', undefined],
      [429, '', 'throttled', undefined],
    ] as const;
    for (const [status, body, kind, what] of answers) {
      const server = createServer((request, response) => {
        request.resume().once('end', () => response.writeHead(status, { Location: sandbox.url }).end(body));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const fault = await make(
        { ...target(), federation: `http://127.0.0.1:${port}/federation` },
        guest,
        never,
      );
      server.close();
      server.closeAllConnections();
      assert.ok(!(fault instanceof Secret));
      assert.equal(fault.kind, kind);
      assert.equal('what' in fault ? fault.what : undefined, what);
      if (status === 429) {
        const gone = { ...target(), federation: `http://127.0.0.1:${port}/federation` };
        // Without the connection that was kept open.
        const result = await createConsoleLinks({})(gone, guest, never);
        assert.ok(!(result instanceof Secret) && result.kind === 'network' && result.reason === 'refused');
      }
    }
    assert.deepEqual(await make(target(), guest, AbortSignal.abort()), { kind: 'cancelled' });
  });
});

function read({ Credentials: got }: { readonly Credentials?: IssuedKeys | undefined }): Credentials {
  return credentials(got?.AccessKeyId ?? '', got?.SecretAccessKey ?? '', got?.SessionToken ?? '');
}

function credentials(id: string, key: string, sessionToken: string): Credentials {
  return {
    accessKeyId: id,
    secretAccessKey: new Secret(key),
    sessionToken: new Secret(sessionToken),
    expiresAt: undefined,
    accountId: undefined,
    arn: undefined,
  };
}
