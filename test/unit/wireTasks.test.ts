import assert from 'node:assert/strict';
import type { Session } from '../../src/session/types.ts';
import type { TaskParts } from '../../src/wireTasks.ts';
import { like } from '../support/fakeVscode.ts';
import { loadGuardedWorlds } from '../support/guardedWorld.ts';

const task = {
  name: 'deploy',
  scope: 1,
  source: 'Workspace',
  definition: { type: 'shell' },
  execution: { options: { env: { AWS_PROFILE: 'own', STS_SESSIONS_ID: 'billing-read' } } },
};
const session = like<Session>({ id: 'b', name: 'billing-read', state: { kind: 'live' } });

describe('a task that starts with the window', function () {
  this.timeout(120_000);

  it('is judged by the sessions of before, once they are known', async () => {
    const { inFrontOf, registered } = await loadGuardedWorlds();
    const { wireTasks } = await import('../../src/wireTasks.ts');
    let list: readonly Session[] = [];
    let resolve: () => void = () => undefined;
    const known = new Promise<void>((done) => (resolve = done));
    wireTasks({
      context: like<TaskParts['context']>({
        workspaceState: { get: () => [] },
        environmentVariableCollection: {
          get: (name: string) => (name === 'AWS_PROFILE' ? { value: 'vscode-eu-central-1' } : undefined),
        },
      }),
      sessions: { activeId: undefined, list: () => list },
      known,
    });
    const [started] = registered.get('onDidStartTask') ?? [];
    const told = new Promise<string>((say) => {
      const says = (text: string): undefined => {
        say(text);
        return undefined;
      };
      const person = { prefers: /./, execute: () => undefined, says };
      inFrontOf(person, () => (started as (event: object) => void)({ execution: { task } }));
    });
    await new Promise(setImmediate);
    list = [session];
    resolve();
    assert.match(await told, /billing-read/);
    assert.doesNotMatch(await told, /no session has its STS_SESSIONS_ID/);
  });
});
