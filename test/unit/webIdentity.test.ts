import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Effects, IdTokenWanted, ProcessEnd, StsReply } from '../../src/aws/effects.ts';
import type { Fault } from '../../src/aws/faults.ts';
import { readIssuers } from '../../src/aws/issuers.ts';
import type { PlanEnvironment, SessionRequest } from '../../src/aws/planModel.ts';
import { run } from '../../src/aws/run.ts';
import { Secret } from '../../src/aws/secret.ts';
import { readToken } from '../../src/aws/sources/webIdentity.ts';
import { kindOf, readProfiles } from '../../src/aws/profiles.ts';
import { readText } from '../../src/machine/readText.ts';
import { fakeEffects, madeCredentials, scriptedSts } from '../support/fakeEffects.ts';
import { useFolder } from '../support/folder.ts';
import { createIdp } from '../support/idp.ts';
import { arn, goodPlan, keys, planOf, problemsOf } from '../support/plans.ts';

const never = new AbortController().signal;
const idp = createIdp();
const { issuers, broken } = readIssuers({
  corp: { url: idp.issuer, clientId: 'sts', sessionNameClaim: 'email' },
  plain: { url: idp.issuer, clientId: 'sts' },
  half: { url: idp.issuer },
});
const env: Partial<PlanEnvironment> = { issuers, brokenIssuers: broken };
const A = `[profile A]\nrole_arn = ${arn('Web')}\n`;
const granted: StsReply = { kind: 'credentials', credentials: madeCredentials('A'), serverTime: undefined };

function asked(over: Partial<Extract<SessionRequest, { kind: 'webIdentityRole' }>> = {}): SessionRequest {
  return {
    kind: 'webIdentityRole',
    name: 'Web',
    issuer: 'corp',
    roleArn: arn('Web'),
    sessionName: undefined,
    durationSeconds: undefined,
    region: undefined,
    ...over,
  };
}

describe('a web identity is planned', () => {
  it('from a process, whose arguments are a secret', () => {
    const plan = goodPlan({
      config: `${A}web_identity_token_process = /opt/jwt --key hunter2\n`,
      ask: 'A',
      env,
    });
    assert.ok(plan.base.kind === 'webIdentity' && plan.base.token.from === 'process');
    assert.equal(plan.base.token.command.reveal(), '/opt/jwt --key hunter2');
    assert.doesNotMatch(JSON.stringify(plan), /hunter2/);
  });

  it('from an issuer of the settings', () => {
    const plan = goodPlan({
      config: `${A}web_identity_issuer = corp\nduration_seconds = 7200\n`,
      ask: 'A',
      env,
    });
    assert.ok(plan.base.kind === 'webIdentity' && plan.base.token.from === 'issuer');
    assert.equal(plan.base.token.issuer.url, idp.issuer);
    assert.equal(plan.base.durationSeconds, 7200);
    assert.deepEqual(plan.problems, []);
  });

  it('as the start of a chain', () => {
    const config = `${A}web_identity_issuer = corp\n[profile B]\nrole_arn = ${arn('B')}\nsource_profile = A\n`;
    const plan = goodPlan({ config, ask: 'B', env });
    assert.equal(plan.base.kind, 'webIdentity');
    assert.equal(plan.steps.length, 1);
  });

  it('for a role that is in no file, where the environment says', () => {
    const plan = goodPlan({ ask: asked({ durationSeconds: 900 }), env: { ...env, region: 'eu-west-1' } });
    assert.equal(plan.name, 'Web');
    assert.equal(plan.target.endpoint, 'https://sts.eu-west-1.amazonaws.com');
    assert.equal(plan.steps.length, 0);
  });

  it('for such a role in a region of its own partition, unless an endpoint may know better', () => {
    const roleArn = 'arn:aws-us-gov:iam::222233334444:role/Web';
    const region = 'eu-west-1';
    const regionOf = (more: Partial<PlanEnvironment>): unknown =>
      goodPlan({ ask: asked({ roleArn }), env: { ...env, ...more } }).target.region;
    assert.equal(regionOf({ region }), 'us-gov-west-1', 'AWS_REGION says another');
    assert.equal(regionOf({ region: 'us-gov-east-1' }), 'us-gov-east-1');
    assert.equal(regionOf({ region, endpointUrl: 'http://127.0.0.1:1234' }), region);
  });

  it('with the certificates that the profile or the environment has AWS trusted by', () => {
    const trusted = (config: string, more: Partial<PlanEnvironment> = {}): unknown => {
      const { base } = goodPlan({ config, ask: 'A', env: { ...env, ...more } });
      return base.kind === 'webIdentity' && base.token.from === 'issuer' && base.token.issuer.caBundle;
    };
    const config = `${A}web_identity_issuer = corp\n`;
    assert.equal(trusted(config), undefined);
    const own = { path: '/corp.pem', from: 'ca_bundle' };
    assert.deepEqual(trusted(`${config}ca_bundle = /corp.pem\n`), own);
    const ofEnvironment = { path: '/env.pem', from: 'AWS_CA_BUNDLE' };
    assert.deepEqual(trusted(`${config}ca_bundle = /corp.pem\n`, { caBundle: '/env.pem' }), ofEnvironment);
  });

  it('only with an issuer that the settings have, and that is complete', () => {
    for (const [lines, problem] of [
      [`${A}web_identity_issuer = gone\n`, 'error unknownIssuer config:3 A'],
      [`${A}web_identity_issuer = half\n`, 'error brokenIssuer config:3 A'],
      ['[profile A]\nweb_identity_issuer = corp\n', 'error tokenWithoutRole config:2 A'],
      ['[profile A]\nweb_identity_token_process = x\n', 'error tokenWithoutRole config:2 A'],
    ] as const) {
      assert.deepEqual(problemsOf(planOf({ config: lines, ask: 'A', env })), [problem]);
    }
    assert.deepEqual(problemsOf(planOf({ ask: asked({ issuer: 'gone' }), env })), [
      'error unknownIssuer nowhere Web',
    ]);
    const bad = asked({ durationSeconds: 60, sessionName: 'a b', roleArn: 'x' });
    assert.deepEqual(problemsOf(planOf({ ask: bad, env })), [
      'error invalidRoleArn nowhere Web',
      'error invalidSessionName nowhere Web',
      'error durationOutOfRange nowhere Web',
    ]);
  });

  it('from the file first, which the AWS CLI knows, then the process, with a warning at each other line', () => {
    const all = 'web_identity_issuer = corp\nweb_identity_token_process = x\nweb_identity_token_file = /t\n';
    const plan = goodPlan({ config: A + all, ask: 'A', env });
    assert.ok(plan.base.kind === 'webIdentity');
    assert.deepEqual(plan.base.token, { from: 'file', path: '/t' });
    assert.deepEqual(
      plan.problems.map(({ what, place }) => [what.kind, 'property' in what && what.property, place?.line]),
      [
        ['severalTokens', 'web_identity_token_process', 4],
        ['severalTokens', 'web_identity_issuer', 3],
      ],
    );
  });

  it('after a source, because the AWS CLI sees a role there', () => {
    const config = `${A}source_profile = user\nweb_identity_issuer = corp\n[profile user]\n${keys}`;
    const plan = goodPlan({ config, ask: 'A', env });
    assert.equal(plan.base.kind, 'staticKeys');
    assert.deepEqual(problemsOf(planOf({ config, ask: 'A', env })), ['warning severalKinds config:1 A']);
  });

  it('as the kind that the views show', () => {
    for (const [lines, kind] of [
      [`role_arn = ${arn('A')}\nweb_identity_issuer = corp\n`, 'webIdentity'],
      [`role_arn = ${arn('A')}\nweb_identity_token_process = x\n`, 'webIdentity'],
      [`role_arn = ${arn('A')}\nweb_identity_issuer = corp\nsource_profile = b\n`, 'role'],
      ['web_identity_issuer = corp\nsso_account_id = 1\n', 'identityCenter'],
      ['web_identity_issuer = corp\n', 'webIdentity'],
    ] as const) {
      const section = readProfiles({ config: `[profile A]\n${lines}`, credentials: undefined }).profiles.get(
        'A',
      );
      assert.equal(section && kindOf(section), kind, lines);
    }
  });
});

describe('a web identity is used', () => {
  const jwt = idp.token('alice', 'sts', { email: 'Ålice Smith@acme.example' });

  async function sent(config: string, effects: Partial<Effects>, request: string | SessionRequest = 'A') {
    const sts = scriptedSts([granted]);
    const plan = goodPlan({ config, ask: request, env });
    const result = await run(plan, fakeEffects({ ...effects, send: sts.send, now: () => 0 }), never, {
      defaultSessionName: 'vscode-alice',
    });
    return { result, call: sts.sent[0]?.call };
  }
  const exited = (output: string, status = 0): ProcessEnd => ({
    kind: 'exited',
    status,
    output: new Secret(output),
  });

  it('from a process, with white space around it dropped', async () => {
    const runProcess: Effects['runProcess'] = (argv, limits) => {
      assert.deepEqual(argv, ['/opt/my jwt', '--key', 'hunter2']);
      assert.equal(limits.ms, 60_000);
      return Promise.resolve(exited(`\n ${jwt}\r\n`));
    };
    const config = `${A}web_identity_token_process = "/opt/my jwt" --key hunter2\n`;
    const { call } = await sent(config, { runProcess });
    assert.ok(call?.kind === 'webIdentity');
    assert.equal(call.token.reveal(), jwt);
    assert.equal(call.sessionName, 'vscode-alice');
  });

  it('from no process that fails or prints something else, whatever that is', async () => {
    const ends: readonly (readonly [ProcessEnd | string, string, string])[] = [
      [exited(''), 'nothing', ''],
      [exited('null\n'), 'notJwt', ''],
      [exited(`${jwt}\n${jwt}`), 'notJwt', ''],
      [exited(`${jwt}\r\nX-Evil: 1`), 'notJwt', ''],
      [exited(jwt, 3), 'failed', '3'],
      [{ kind: 'killed', signal: 'SIGSEGV' }, 'killed', 'SIGSEGV'],
      [{ kind: 'notStarted', code: 'ENOENT' }, 'notFound', ''],
      [{ kind: 'notStarted', code: 'EACCES' }, 'notStarted', 'EACCES'],
      [{ kind: 'timedOut' }, 'timedOut', '60'],
      [{ kind: 'tooMuch' }, 'tooMuch', ''],
      ['"open', 'quotes', ''],
      ['""', 'empty', ''],
    ];
    for (const [end, what, detail] of ends) {
      const command = typeof end === 'string' ? end : 'x';
      const runProcess: Effects['runProcess'] = () =>
        Promise.resolve(typeof end === 'string' ? { kind: 'cancelled' } : end);
      const { result, call } = await sent(`${A}web_identity_token_process = ${command}\n`, { runProcess });
      assert.deepEqual(result, {
        ok: false,
        step: -1,
        fault: { kind: 'tokenProcess', profile: 'A', what, detail },
      });
      assert.equal(call, undefined);
    }
  });

  it('from an issuer, for the role that it is shown for, named by its claim', async () => {
    const wanted: IdTokenWanted[] = [];
    const idToken: Effects['idToken'] = (each) => {
      wanted.push(each);
      return Promise.resolve(new Secret(jwt));
    };
    const { call } = await sent('', { idToken }, asked());
    assert.ok(call?.kind === 'webIdentity');
    assert.equal(call.sessionName, '-lice-Smith@acme.example');
    assert.equal(wanted[0]?.roleArn, arn('Web'));
    const named = await sent('', { idToken }, asked({ sessionName: 'mine' }));
    assert.ok(named.call?.kind === 'webIdentity' && named.call.sessionName === 'mine');
    const plain = await sent('', { idToken }, asked({ issuer: 'plain' }));
    assert.ok(plain.call?.kind === 'webIdentity' && plain.call.sessionName === 'vscode-alice');
  });

  it('once more with a new one, when AWS calls the one of an issuer expired', async () => {
    const expired: Fault = { kind: 'webIdentity', what: 'expired', roleArn: arn('Web'), detail: '' };
    const refused: (string | undefined)[] = [];
    const idToken: Effects['idToken'] = (each) => {
      refused.push(each.refused?.reveal());
      return Promise.resolve(new Secret(each.refused === undefined ? jwt : `${jwt}2`));
    };
    const sts = scriptedSts([expired, granted]);
    const plan = goodPlan({ ask: asked(), env });
    const result = await run(plan, fakeEffects({ idToken, send: sts.send, now: () => 0 }), never);
    assert.ok(result.ok);
    assert.deepEqual(refused, [undefined, jwt]);
    const twice = scriptedSts([expired, expired]);
    const failed = await run(plan, fakeEffects({ idToken, send: twice.send, now: () => 0 }), never);
    assert.deepEqual(failed.ok ? undefined : failed.fault, { ...expired, from: 'issuer', source: 'corp' });
  });
});

describe('a token file that is hostile', () => {
  const folder = useFolder();
  const read = (name: string): ReturnType<typeof readToken> =>
    readToken(join(folder(), name), { readFile: (path, max) => readText(path, max, folder()) });

  it('is told by a fault, and nothing of it is kept', async () => {
    const token = idp.token('alice', 'sts');
    await mkdir(join(folder(), 'folder'));
    for (const [name, text, what] of [
      ['folder', undefined, 'notAFile'],
      ['missing', undefined, 'missing'],
      ['huge', Buffer.alloc(100_000_000), 'tooLarge'],
      ['nul', `${token}\0`, 'notToken'],
      ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x41]), 'notToken'],
      ['crlf', `${token}\r\nAction=DeleteEverything`, 'notToken'],
      ['blank', ' \r\n\t', 'empty'],
    ] as const) {
      if (text !== undefined) {
        await writeFile(join(folder(), name), text);
      }
      assert.deepEqual(
        await read(name),
        { kind: 'tokenFile', path: join(folder(), name), what, code: '' },
        name,
      );
    }
  });

  it('is no other than one with white space around its token', async () => {
    const token = idp.token('alice', 'sts');
    await writeFile(join(folder(), 'good'), `\uFEFF ${token}\r\n`);
    const good = await read('good');
    assert.ok(good instanceof Secret);
    assert.equal(good.reveal(), token);
  });
});
