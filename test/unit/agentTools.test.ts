import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ApiQuestions, type Consent } from '../../src/session/apiQuestions.ts';
import { AgentTools, type ToolAnswer } from '../../src/session/agentTools.ts';
import { awsServers, mcpProblems, readMcpServers, serverEnvironment } from '../../src/session/mcpServers.ts';
import { agentTools, mcpProvider } from '../../src/ui/ids.ts';
import { toolText } from '../../src/ui/text/agentTools.ts';
import { mcpProblemSentence, mcpText } from '../../src/ui/text/mcp.ts';
import { settle } from '../support/fakeClock.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { Machine, never, profile, type Window } from '../support/sessionWindows.ts';

interface Manifest {
  readonly contributes: {
    readonly languageModelTools: readonly {
      readonly name: string;
      readonly modelDescription: string;
      readonly userDescription: string;
      readonly inputSchema: { readonly type: string };
    }[];
    readonly mcpServerDefinitionProviders: readonly { readonly id: string; readonly label: string }[];
  };
}

const { contributes } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Manifest;

describe('tools for language models', () => {
  const machine = new Machine();
  const asked: string[] = [];
  let answer: Consent = 'once';
  let window: Window;
  let tools: AgentTools;

  before(() => {
    window = machine.open();
    tools = new AgentTools({
      sessions: window.sessions,
      questions: new ApiQuestions({ now: () => machine.clock.now(), limit: () => never }),
      access: () => 'readOnly',
      hasProfile: async (name) => name !== 'gone',
      askToStart: async (name) => {
        asked.push(name);
        return answer;
      },
      start: async (name, aside) => {
        const starting = window.sessions.start(profile(name), never, { aside, by: { kind: 'agent' } });
        await settle();
        machine.call().grant();
        const result = await starting;
        return result.ok ? result.session : undefined;
      },
    });
  });

  function outcome(given: ToolAnswer): string {
    assert.ok('outcome' in given);
    return given.outcome;
  }

  it('are the ones of the manifest, which tells the model that no credentials come', () => {
    assert.deepEqual(
      contributes.languageModelTools.map(({ name }) => name),
      Object.values(agentTools),
    );
    for (const { name, modelDescription, userDescription, inputSchema } of contributes.languageModelTools) {
      assert.match(name, /^[\w-]+$/);
      assert.match(modelDescription, /returns no credentials/);
      assert.match(userDescription, /No credentials\.$/);
      assert.equal(inputSchema.type, 'object');
    }
  });

  it('start a session after our own question, and only then', async () => {
    assert.equal(outcome(await tools.start('gone', never)), 'noSuchProfile');
    assert.deepEqual(asked, []);
    const started = await tools.start('prod', never);
    assert.equal(outcome(started), 'started');
    assert.deepEqual(asked, ['prod']);
    assert.equal(window.sessions.activeId, 'prod', 'there was none before');
  });

  it('leave the person’s terminals as they are, and say how a tool uses the other session', async () => {
    const started = await tools.start('dev', never);
    assert.ok('outcome' in started && started.outcome === 'started');
    assert.equal(window.sessions.activeId, 'prod');
    assert.match(started.note, /STS_SESSIONS_ID=dev /);
    assert.match(started.note, /read-only version/);
  });

  it('take a no, and do not ask the same again at once', async () => {
    answer = 'no';
    const before = asked.length;
    assert.equal(outcome(await tools.start('secret', never)), 'refused');
    assert.equal(outcome(await tools.start('secret', never)), 'refused');
    assert.equal(asked.length, before + 1);
    assert.deepEqual(
      window.sessions.list().map(({ name }) => name),
      ['dev', 'prod'],
    );
  });

  it('tell who and where we are, and no secret', async () => {
    const told = await tools.whoAmI(never);
    assert.ok('sessions' in told);
    assert.deepEqual(told.sessions[1], {
      id: 'prod',
      name: 'prod',
      active: true,
      state: 'live',
      account: '222233334444',
      roleArn: 'arn:aws:iam::222233334444:role/prod',
      region: 'eu-west-1',
      ends: '2026-01-01T13:00:00.000Z',
    });
    assert.doesNotMatch(JSON.stringify(told), /ASIAEXAMPLE|EXAMPLE(KEY|TOKEN)/);
  });

  it('show a person what a model wrote as one short line', () => {
    const { title } = toolText.start(`prod\n\n**Approve** ${'x'.repeat(500)}`);
    assert.doesNotMatch(title, /\n/);
    assert.ok(title.length < 120);
    assertGoodSentence(toolText.wantsToStart('prod'));
    assertGoodSentence(toolText.serverWantsToStart('AWS MCP Server', 'prod'));
  });
});

describe('MCP servers that get a session', () => {
  it('are told by one provider', () => {
    assert.deepEqual(
      contributes.mcpServerDefinitionProviders.map(({ id }) => id),
      [mcpProvider],
    );
  });

  it('are read defensively', () => {
    const good = { label: 'a', command: 'uvx', args: ['x@latest'], profile: 'prod' };
    assert.deepEqual(readMcpServers([good]), [good]);
    assert.deepEqual(readMcpServers([{ label: 'b', command: 'uvx', profile: 'prod' }])[0]?.args, []);
    for (const wrong of [
      null,
      'uvx',
      {},
      { ...good, label: '' },
      { ...good, command: 7 },
      { ...good, profile: ' ' },
      { ...good, args: 'x' },
      { ...good, args: [1] },
      { ...good, label: 'a\nb' },
    ]) {
      assert.deepEqual(readMcpServers([wrong]), []);
    }
    assert.equal(readMcpServers([good, { ...good, command: 'other' }]).length, 1, 'a label is there once');
    assert.deepEqual(readMcpServers('no list'), []);
    assert.deepEqual(
      readMcpServers(awsServers.map((server) => ({ ...server, profile: 'prod' }))).map(({ label }) => label),
      awsServers.map(({ label }) => label),
    );
  });

  it('are missed aloud when the setting cannot be understood', () => {
    const good = { label: 'a', command: 'uvx', profile: 'prod' };
    assert.deepEqual(mcpProblems(undefined), []);
    assert.deepEqual(mcpProblems([good, { ...good, label: 'b' }]), []);
    const problems = [
      ...mcpProblems({ a: good }),
      ...mcpProblems([good, { ...good, profile: '' }, 'uvx', { ...good, command: 'other' }]),
    ];
    assert.deepEqual(problems, [
      { kind: 'noList' },
      { kind: 'incomplete', entry: 'a' },
      { kind: 'incomplete', entry: '#3' },
      { kind: 'twice', entry: 'a' },
    ]);
    problems.map(mcpProblemSentence).forEach(assertGoodSentence);
  });

  it('get a pointer, the mark of an agent and no key', () => {
    const pointers = new Map([
      ['AWS_PROFILE', 'vscode-eu-west-1'],
      ['AWS_ACCESS_KEY_ID', ''],
      ['STS_SESSIONS_DEFAULT', 'abc'],
    ]);
    assert.deepEqual(serverEnvironment({ id: 'abc', region: 'eu-west-1' }, pointers), {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: null,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: null,
      AWS_PROFILE: 'vscode-eu-west-1',
      AWS_ACCESS_KEY_ID: null,
      STS_SESSIONS_DEFAULT: 'abc',
      STS_SESSIONS_ID: 'abc',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AI_AGENT: 'sts_sessions_mcp',
      STS_SESSIONS_AGENT: 'mcp',
    });
  });

  it('get nothing through the endpoint, which cannot tell an agent from a person', () => {
    const endpoint = new Map([['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://127.0.0.1:1/container/abc']]);
    assert.equal(serverEnvironment({ id: 'abc', region: undefined }, endpoint), undefined);
  });

  it('are told of in good sentences', () => {
    assertGoodSentence(mcpText.added('AWS MCP Server', 'prod'));
    assertGoodSentence(mcpText.needsProfiles('AWS MCP Server'));
    assertGoodSentence(mcpText.notACommand());
    assertGoodSentence(mcpText.empty());
  });
});
