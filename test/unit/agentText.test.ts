import assert from 'node:assert/strict';
import { canonicalPlan } from '../../src/aws/hash.ts';
import { agentRequest, readOnlyRequest } from '../../src/aws/readOnly.ts';
import type { ReadOnlyHindrance } from '../../src/aws/readOnly.ts';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { decideForAgent } from '../../src/session/agentAccess.ts';
import type { AgentQuestion, AgentRefusal } from '../../src/session/agentAccess.ts';
import { nameOfRequest } from '../../src/session/view.ts';
import { agentAccessSetting } from '../../src/ui/settingValues.ts';
import { requestKey } from '../../src/ui/switcherModel.ts';
import {
  accessDetail,
  accessLabel,
  agentQuestion,
  agentRefusal,
  agentText,
} from '../../src/ui/text/agents.ts';
import { goodPlan, keys, role, typed } from '../support/plans.ts';
import { assertGoodSentence } from '../support/sentence.ts';

const questions: readonly AgentQuestion[] = ['code', 'signIn', 'guarded', 'again'];
const hindrances: readonly ReadOnlyHindrance[] = [
  'sessionToken',
  'federation',
  'temporaryKeys',
  'identityCenter',
  'process',
  'login',
  'machine',
  'ownPolicies',
];
const name = 'prod-admin';

describe('what is said about agents', () => {
  it('tells the tool why it gets nothing, in one line that any shell can print', () => {
    const refusals: readonly AgentRefusal[] = [
      { kind: 'notChosen' },
      { kind: 'nothing' },
      { kind: 'starting' },
      { kind: 'saidNo' },
      { kind: 'longTermKeys' },
      ...hindrances.map((why) => ({ kind: 'cannotBeReadOnly', why }) as const),
      ...questions.map((what) => ({ kind: 'asked', what }) as const),
    ];
    for (const why of refusals) {
      const text = agentRefusal(name, why);
      assertGoodSentence(text);
      assert.doesNotMatch(text, /[\\\n"]/);
      assert.match(text, /: prod-admin$/);
    }
  });

  it('asks the person in one sentence, with a button that says what it does', () => {
    for (const what of questions) {
      const { text, yes } = agentQuestion(what, name);
      assertGoodSentence(text);
      assert.match(yes, /^[A-Z]/);
    }
    assertGoodSentence(agentText.choose(name));
    assertGoodSentence(accessDetail('nothing'));
    assertGoodSentence(accessDetail('readOnly'));
    assertGoodSentence(accessDetail('same'));
    assert.equal(new Set((['nothing', 'readOnly', 'same'] as const).map(accessLabel)).size, 3);
  });
});

describe('the session that agents get', () => {
  const config = `[profile base]\n${keys}${role('prod', 'base')}`;
  const prod = { kind: 'profile', profile: 'prod' } as const;
  const beside = agentRequest(prod);

  it('is another one than the person’s and their read-only one, and is called so', () => {
    assert.ok(beside !== undefined);
    const own = readOnlyRequest(prod);
    assert.ok(own !== undefined);
    const ids = [prod, own, beside].map((ask) => canonicalPlan(goodPlan({ config, ask })));
    assert.equal(new Set(ids).size, 3);
    assert.equal(new Set([prod, own, beside].map(requestKey)).size, 3);
    assert.equal(nameOfRequest(beside), 'prod (for agents)');
    assert.equal(goodPlan({ config, ask: beside }).name, 'prod (for agents)');
    const last = goodPlan({ config, ask: beside }).steps.at(-1);
    assert.ok(last?.kind === 'assumeRole');
    assert.deepEqual(last.policies, { arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] });
  });

  it('has a key of its own for every kind of role', () => {
    const requests: readonly SessionRequest[] = [
      typed(),
      { kind: 'samlRole', name: 'n', profile: 'p', roleArn: 'a', providerArn: 'b' },
    ];
    for (const request of requests) {
      const forAgents = agentRequest(request);
      const own = readOnlyRequest(request);
      assert.ok(forAgents !== undefined && own !== undefined);
      assert.equal(new Set([request, own, forAgents].map(requestKey)).size, 3);
    }
  });

  it('is decided by the choice, the guard and the kind of session', () => {
    const say = (request: SessionRequest, access: 'same' | 'readOnly', readOnly = false): string => {
      const decision = decideForAgent({ access, guard: { readOnly }, request });
      return decision.kind === 'refuse' ? decision.why.kind : decision.kind;
    };
    const federation: SessionRequest = {
      kind: 'federation',
      profile: 'base',
      userName: 'ada',
      durationSeconds: undefined,
    };
    assert.equal(say(prod, 'same'), 'serve');
    assert.equal(say(prod, 'readOnly'), 'narrow');
    assert.equal(say(prod, 'same', true), 'narrow');
    assert.equal(say({ ...prod, readOnly: true }, 'readOnly'), 'serve');
    assert.equal(say(federation, 'same'), 'serve');
    assert.equal(say(federation, 'readOnly'), 'cannotBeReadOnly');
    assert.equal(say(federation, 'same', true), 'cannotBeReadOnly');
  });

  it('is chosen by a word of the setting, and by no other', () => {
    for (const word of ['nothing', 'readOnly', 'same'] as const) {
      assert.equal(agentAccessSetting(word), word);
    }
    for (const wrong of [undefined, null, '', 'readonly', true, ['same']]) {
      assert.equal(agentAccessSetting(wrong), undefined);
    }
  });
});
