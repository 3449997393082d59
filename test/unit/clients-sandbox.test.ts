import assert from 'node:assert/strict';
import type { Keys } from '../../src/aws/credentials.ts';
import type { StsCall } from '../../src/aws/effects.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { benchKeys, benchRegion, benchRole } from '../bench/startPlan.ts';

const minute = 60_000;
const serial = 'arn:aws:iam::111122223333:mfa/alice';
const { accessKeyId, secretAccessKey } = benchKeys();
const alice: Keys = { accessKeyId, secretAccessKey: new Secret(secretAccessKey), sessionToken: undefined };

function assume(changes: Partial<Extract<StsCall, { kind: 'assumeRole' }>> = {}): StsCall {
  return {
    kind: 'assumeRole',
    roleArn: benchRole,
    sessionName: 'a+b=c,d.e@f-g',
    externalId: undefined,
    durationSeconds: undefined,
    mfa: undefined,
    ...changes,
  };
}

describe('the STS client against the sandbox, which checks what AWS checks', () => {
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await startSandbox();
  });

  afterEach(() => sandbox.close());

  function sender(measured?: (skewMs: number) => void) {
    const send = createStsSender({ now: Date.now, ...(measured && { measured }) });
    const target = { region: benchRegion, endpoint: sandbox.url };
    return (call: StsCall, keys: Keys = alice) => send(call, keys, target, new AbortController().signal);
  }

  it('signs every character right, and its credentials work', async () => {
    const send = sender();
    const role = await send(assume());
    assert.ok(role.kind === 'credentials', JSON.stringify(role));
    assert.equal(role.credentials.accountId, '444455556666');
    assert.match(role.credentials.arn ?? '', /assumed-role\/readonly\/a\+b=c,d\.e@f-g$/);
    const who = await send({ kind: 'callerIdentity' }, role.credentials);
    assert.ok(who.kind === 'identity');
    assert.equal(who.identity.arn, role.credentials.arn);
  });

  it('works with a clock that is 20 minutes off', async () => {
    sandbox.control.skewClock(20 * minute);
    const reply = await sender()(assume());
    assert.equal(reply.kind, 'credentials');
    assert.deepEqual(
      sandbox.journal.map(({ status }) => status),
      [403, 200],
    );
  });

  it('sends an MFA code once when the connection breaks off, and AWS takes no code twice', async () => {
    const send = sender();
    const mfa = { serial, code: new Secret(sandbox.unusedCode('alice')) };
    sandbox.control.drop({ times: 1 });
    const dropped = await send(assume({ mfa }));
    assert.equal(dropped.kind, 'network');
    assert.equal(sandbox.journal.length, 1);
    const fresh = { serial, code: new Secret(sandbox.unusedCode('alice')) };
    assert.equal((await send(assume({ mfa: fresh }))).kind, 'credentials');
    assert.deepEqual(await send(assume({ mfa: fresh })), { kind: 'mfaWrongCode', serial });
    assert.equal(sandbox.journal.length, 3);
  });

  it('learns AWS’s time from an answer that refuses a code, too', async () => {
    sandbox.control.skewClock(2 * minute);
    const skews: number[] = [];
    const send = sender((skewMs) => skews.push(skewMs));
    const mfa = { serial, code: new Secret('000000') };
    assert.deepEqual(await send(assume({ mfa })), { kind: 'mfaWrongCode', serial });
    sandbox.control.drop({ times: 9 });
    assert.equal((await send(assume({ mfa }))).kind, 'network');
    assert.equal(skews.length, 1, 'and only from an answer');
    assert.ok(Math.abs((skews[0] ?? 0) + 2 * minute) < 5000, String(skews[0]));
  });

  it('gets past one throttled call', async () => {
    sandbox.control.throttle({ times: 1 });
    assert.equal((await sender()(assume())).kind, 'credentials');
    assert.equal(sandbox.journal.length, 2);
  });

  it('names a wrong secret, an unknown key and an ended session', async () => {
    const send = sender();
    const wrong = { ...alice, secretAccessKey: new Secret('EXAMPLEKEY') };
    assert.equal((await send(assume(), wrong)).kind, 'wrongSecret');
    const unknown = { ...alice, accessKeyId: 'AKIAEXAMPLENOBODY000' };
    assert.equal((await send(assume(), unknown)).kind, 'unknownKey');
    const role = await send(assume());
    assert.ok(role.kind === 'credentials');
    sandbox.control.skewClock(2 * 60 * minute);
    const over = await send({ kind: 'callerIdentity' }, role.credentials);
    assert.equal(over.kind, 'sourceExpired');
  });
});
