import assert from 'node:assert/strict';
import type { AccessDeniedHint, Fault } from '../../src/aws/faults.ts';
import type { PlanResult } from '../../src/aws/planModel.ts';
import { planAsText, planLines } from '../../src/ui/planView.ts';
import { checkText } from '../../src/ui/text/planView.ts';
import { planOf } from '../support/plans.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const caller = 'arn:aws:sts::111122223333:assumed-role/hub/alice';
const hub = 'arn:aws:iam::111122223333:role/ops/hub';
const roleArn = 'arn:aws:iam::444455556666:role/spoke';
const config = `
[profile hub]
role_arn = ${hub}
source_profile = alice
mfa_serial = arn:aws:iam::111122223333:mfa/alice
[profile spoke]
role_arn = ${roleArn}
source_profile = hub
external_id = EXAMPLEEXTERNALID
region = eu-west-1
[profile broken]
role_arn = ${roleArn}
source_profile = gone
`;
const credentials = '[alice]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLEKEY\n';

const plan = (profile: string): PlanResult => planOf({ config, credentials, ask: profile });

const denied: Fault = {
  kind: 'accessDenied',
  action: 'sts:AssumeRole',
  hints: ['trustPolicy', 'identityPolicy', 'roleName'],
  roleArn,
  caller,
};

/** A line as one text. */
const drawn = (lines: ReturnType<typeof planLines>): readonly string[] =>
  lines.map(({ state, label, description, detail }) =>
    [state, label, description, ...(detail === undefined ? [] : [detail])].join(' | '),
  );

describe('a plan as a list', () => {
  it('has a line for each hop, with its place in the files', () => {
    assert.deepEqual(drawn(planLines(plan('spoke'), undefined, 'spoke')), [
      'unknown | 1. alice: access key in the file | credentials file, line 2',
      'unknown | 2. hub: assume role hub in 1111-2222-3333, MFA code from arn:aws:iam::111122223333:mfa/alice | config file, line 3',
      `unknown | 3. spoke: assume role spoke in 4444-5555-6666, with external ID, at most 1h | config file, line 7`,
      'unknown | MFA with each role: alice |  | Each start takes a code, a session lasts as long as the role allows',
    ]);
  });

  it('marks the hop that failed, says why beside it, and what to check after it', () => {
    assert.deepEqual(drawn(planLines(plan('spoke'), { fault: denied, step: 1 }, 'spoke')), [
      'passed | 1. alice: access key in the file | done · credentials file, line 2',
      'passed | 2. hub: assume role hub in 1111-2222-3333, MFA code from arn:aws:iam::111122223333:mfa/alice | done · config file, line 3',
      `failed | 3. spoke: assume role spoke in 4444-5555-6666, with external ID, at most 1h | failed · config file, line 7 | AWS does not let you assume the role: spoke in 4444-5555-6666`,
      `unknown | Does the trust policy of the role let you in? |  | Its owner must name this caller there: ${hub}`,
      `unknown | Are you allowed to assume it? |  | Your administrator must allow sts:AssumeRole on this role to: ${hub}`,
      `unknown | Is the role spelt as in its account, upper and lower case too? |  | Compare account and name with the console: ${roleArn}`,
      'unknown | MFA with each role: alice |  | Each start takes a code, a session lasts as long as the role allows',
    ]);
  });

  it('says how MFA is used and what comes of it, before anything is started, and where to choose', () => {
    const env = { mfaUse: new Map([['alice', 'oneSession' as const]]), mfaSessionSeconds: 3600 };
    const lines = planLines(planOf({ credentials, config, ask: 'hub', env }), undefined, 'hub');
    assert.deepEqual(drawn(lines), [
      'unknown | 1. alice: access key in the file | credentials file, line 2',
      'unknown | 2. alice: GetSessionToken, MFA code from arn:aws:iam::111122223333:mfa/alice, for 1h 00m | credentials file, line 2',
      'unknown | 3. hub: assume role hub in 1111-2222-3333, at most 1h | config file, line 3',
      'unknown | One MFA session for all roles: alice |  | One code starts them all for 1h 00m, a role lasts at most 1 hour',
    ]);
    assert.equal(lines.at(-1)?.chooses, 'alice');
    const plain = planLines(planOf({ credentials, config, ask: 'alice', env }), undefined, 'alice');
    assert.ok(plain.every(({ kind }) => kind !== 'choice'));
  });

  it('names the caller as AWS does where the plan does not know its role', () => {
    const todo = (who: string | undefined, step: number): string | undefined =>
      planLines(plan('spoke'), { fault: { ...denied, caller: who }, step }, 'spoke')[3]?.detail;
    const other = caller.replace('hub', 'hubble');
    assert.equal(todo(other, 1), `Its owner must name this caller there: ${other}`);
    const alice = 'arn:aws:iam::111122223333:user/alice';
    assert.equal(todo(alice, 0), `Its owner must name this caller there: ${alice}`);
    assert.equal(todo(undefined, 1), 'Its owner must name this caller there: you');
  });

  it('shows what was not reached after a base or a first hop that failed', () => {
    const states = (step: number): readonly string[] =>
      planLines(plan('spoke'), { fault: { kind: 'deadOnArrival' }, step }, 'spoke')
        .filter(({ kind }) => kind === 'hop')
        .map(({ state }) => state);
    assert.deepEqual(states(-1), ['failed', 'notReached', 'notReached']);
    assert.deepEqual(states(0), ['passed', 'failed', 'notReached']);
  });

  it('says where a plan breaks, and each problem with its line', () => {
    const lines = planLines(plan('broken'), undefined, 'broken');
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ['hop', 'hop', 'problem'],
    );
    assert.deepEqual(
      lines.slice(0, 2).map(({ description }) => description),
      ['does not exist', 'breaks here · config file, line 11'],
    );
    assert.deepEqual(lines.at(-1)?.place, { file: 'config', line: 13 });
  });

  it('can be sent to somebody: no key and no external ID is in it', () => {
    const text = planAsText(planLines(plan('spoke'), { fault: denied, step: 1 }, 'spoke'), 'Plan: spoke');
    assert.match(
      text,
      /^Plan: spoke\n1\. alice: access key in the file \(done · credentials file, line 2\)\n/,
    );
    assert.match(text, /\n- Does the trust policy of the role let you in\?\n {4}Its owner/);
    assert.doesNotMatch(text, /EXAMPLE/);
  });
});

describe('what to check after an AccessDenied', () => {
  const hints: Record<AccessDeniedHint, true> = {
    mfaRequired: true,
    mfaSession: true,
    externalId: true,
    trustPolicy: true,
    identityPolicy: true,
    roleName: true,
    tagSession: true,
    setSourceIdentity: true,
    organization: true,
    boundary: true,
    sessionPolicy: true,
    endpointPolicy: true,
  };
  for (const hint of Object.keys(hints) as AccessDeniedHint[]) {
    it(`asks about ${hint} and says what to do`, () => {
      for (const who of [caller, undefined]) {
        const { what, todo } = checkText(hint, { caller: who, roleArn });
        assert.match(what, /^\p{Lu}.*\?$/u);
        assert.ok(what.length <= 70, what);
        assertGoodSentence(todo);
      }
    });
  }
});
