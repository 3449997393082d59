import assert from 'node:assert/strict';
import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { problemsOfFile } from '../../src/ui/diagnosticsModel.ts';
import type { PlanOf } from '../../src/ui/sources.ts';
import { rememberPlans } from '../../src/ui/sources.ts';

const environment = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: false };
const plan: PlanOf = (set, profile) => planFor(set, { kind: 'profile', profile }, environment);

const set = readProfiles({
  config: [
    '[default]',
    'region = eu-west-1',
    '[profile a]',
    'this line is broken',
    '[profile b]',
    'role_arn = arn:aws:iam::111122223333:role/B',
    'source_profile = gone',
    '[profile c]',
    'role_arn = arn:aws:iam::111122223333:role/C',
    'source_profile = b',
    '[profile vscode]',
    'credential_process = helper',
    'sts_sessions_host = abc',
  ].join('\n'),
  credentials: 'stray line\n',
});

describe('diagnostics', () => {
  it('mark the broken line and the line at which a plan breaks, once for all profiles behind it', () => {
    const found = problemsOfFile(set, plan, 'config');
    assert.deepEqual(
      found.map(({ line, severity }) => [line, severity]),
      [
        [3, 'error'],
        [6, 'error'],
      ],
    );
    assert.match(found[1]?.message ?? '', /gone/);
  });

  it('stand in the file that they belong to', () => {
    assert.deepEqual(
      problemsOfFile(set, plan, 'credentials').map(({ line }) => line),
      [0],
    );
  });

  it('do not plan what the extension wrote itself, and nothing twice', () => {
    const planned: string[] = [];
    const counting = rememberPlans((from, profile) => {
      planned.push(profile);
      return plan(from, profile);
    });
    problemsOfFile(set, counting, 'config');
    problemsOfFile(set, counting, 'credentials');
    assert.deepEqual(planned, ['default', 'a', 'b', 'c']);
  });
});
