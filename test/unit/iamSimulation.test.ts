import assert from 'node:assert/strict';
import { combine } from '../../src/aws/roles/assumable.ts';
import type { TrustVerdict } from '../../src/aws/roles/trust.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createIam } from '../../src/clients/iam.ts';
import { startFakeSts } from '../support/fakeSts.ts';

const arn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
const [a, b, c] = [arn('a'), arn('b'), arn('c')];
const template = 'arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}';

/** `decision key,key`: what is said of a role, and which condition keys it would have needed. */
type Said = string;

function inside(name: string, decision: string, said: Said): string {
  const [word = '', keys] = said.split(' ');
  const missing = (keys?.split(',') ?? []).map((key) => `<member>${key}</member>`).join('');
  return (
    `<EvalResourceName>${name}</EvalResourceName><${decision}>${word}</${decision}>` +
    `<MissingContextValues>${missing}</MissingContextValues>`
  );
}

/** A result for the action; `roles`: what is said of each inside it. */
function result(name: string, said: Said, roles: Readonly<Record<string, Said>> = {}): string {
  const specific = Object.entries(roles).map(
    ([role, of]) => `<member>${inside(role, 'EvalResourceDecision', of)}</member>`,
  );
  return (
    `<member><EvalActionName>sts:AssumeRole</EvalActionName>${inside(name, 'EvalDecision', said)}` +
    `<ResourceSpecificResults>${specific.join('')}</ResourceSpecificResults></member>`
  );
}

/** What the client makes of these pages of answers: `decision key,key` of each role. */
async function simulated(roleArns: readonly string[], ...pages: readonly string[]): Promise<readonly Said[]> {
  const fake = await startFakeSts({
    plays: pages.map((results, index) => {
      const more = index + 1 < pages.length;
      const rest = more
        ? `<IsTruncated>true</IsTruncated><Marker>EXAMPLEMARKER${index + 1}</Marker>`
        : '<IsTruncated>false</IsTruncated>';
      return {
        kind: 'raw',
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body:
          '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">' +
          `<SimulatePrincipalPolicyResult><EvaluationResults>${results}</EvaluationResults>${rest}` +
          '</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>',
      };
    }),
  });
  try {
    const answer = await createIam({ now: Date.now }).simulate(
      {
        keys: {
          accessKeyId: 'AKIAEXAMPLE',
          secretAccessKey: new Secret('EXAMPLEKEY'),
          sessionToken: undefined,
        },
        target: { region: 'us-east-1', endpoint: fake.url },
      },
      { principalArn: 'arn:aws:iam::111122223333:user/alice', roleArns, mfa: false },
      AbortSignal.timeout(10_000),
    );
    assert.ok(!('kind' in answer), JSON.stringify(answer));
    assert.deepEqual(
      fake.requests.map(({ body }) => body.get('Marker')),
      pages.map((_, index) => (index === 0 ? null : `EXAMPLEMARKER${index}`)),
    );
    assert.deepEqual(
      answer.map(({ roleArn }) => roleArn),
      roleArns,
    );
    return answer.map(({ decision, missing }) => [decision, ...missing].join(' '));
  } finally {
    fake.close();
  }
}

describe('what SimulatePrincipalPolicy says of roles', () => {
  it('is read from inside the one result that AWS gives, whose own decision is the strictest of all', async () => {
    const roles = { [a]: 'allowed', [b]: 'explicitDeny', [c]: 'implicitDeny' };
    const one = result(template, 'explicitDeny', roles);
    assert.deepEqual(await simulated([a, b, c], one), ['allowed', 'explicitDeny', 'implicitDeny']);
  });

  it('leaves a condition key to the role that would have needed it', async () => {
    const roles = { [a]: 'implicitDeny aws:SourceIp', [b]: 'implicitDeny', [c]: 'allowed' };
    const one = result(template, 'implicitDeny aws:SourceIp', roles);
    assert.deepEqual(await simulated([a, b, c], one), [
      'implicitDeny aws:SourceIp',
      'implicitDeny',
      'allowed',
    ]);
  });

  it('is read from a result for each role where AWS gives that', async () => {
    const each = [result(a, 'allowed'), result(b, 'explicitDeny'), result(c, 'implicitDeny aws:SourceIp')];
    assert.deepEqual(await simulated([a, b, c], each.join('')), [
      'allowed',
      'explicitDeny',
      'implicitDeny aws:SourceIp',
    ]);
    // Of one role alone AWS may say it in the result itself.
    assert.deepEqual(await simulated([a], result(template, 'allowed')), ['allowed']);
  });

  it('is put together from all pages, be they cut between results or within one', async () => {
    assert.deepEqual(await simulated([a, b], result(a, 'allowed'), result(b, 'explicitDeny')), [
      'allowed',
      'explicitDeny',
    ]);
    const pages = [
      result(template, 'explicitDeny', { [a]: 'allowed' }),
      result(template, 'explicitDeny', { [b]: 'explicitDeny' }),
    ];
    assert.deepEqual(await simulated([a, b], ...pages), ['allowed', 'explicitDeny']);
  });

  it('is unknown of a role that AWS does not speak of, and of all where a denial is said of none', async () => {
    assert.deepEqual(await simulated([a, b], result(template, 'allowed', { [a]: 'allowed' })), [
      'allowed',
      'unknown',
    ]);
    assert.deepEqual(await simulated([a, b], result(template, 'allowed')), ['unknown', 'unknown']);
    assert.deepEqual(await simulated([a], result(template, 'allowed', { [a]: 'maybe' })), ['unknown']);
    const denied = result(template, 'implicitDeny', { [a]: 'allowed', [b]: 'allowed' });
    assert.deepEqual(await simulated([a, b], denied), ['unknown', 'unknown']);
    const twice =
      result(a, 'explicitDeny', { [a]: 'explicitDeny' }) + result(a, 'allowed', { [a]: 'allowed' });
    assert.deepEqual(await simulated([a], twice), ['explicitDeny']);
  });

  it('is never a yes while it is unknown, not even where the trust policy names the caller', () => {
    for (const by of ['caller', 'account'] as const) {
      const trust: TrustVerdict = { kind: 'yes', by, needs: { mfa: false } };
      const found = combine(a, trust, { roleArn: a, decision: 'unknown', missing: [] });
      assert.deepEqual([found?.verdict, found?.unknown], ['perhaps', ['sts:AssumeRole']]);
    }
  });
});
