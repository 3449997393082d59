import assert from 'node:assert/strict';
import { sessionNamed, supplyNamed } from '../../src/session/named.ts';
import type { NamedSessions } from '../../src/session/named.ts';
import type { Session } from '../../src/session/types.ts';
import { toolsText } from '../../src/ui/text/tools.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { sessionFor } from '../support/outletRig.ts';

const named = (id: string, name: string): Session => ({ ...sessionFor(id), name });
const over = (session: Session): Session => ({
  ...session,
  state: { kind: 'expired', at: 0, renewing: false },
});

describe('a session that a person names', () => {
  const hub = named('a1', 'hub');
  const prod = named('b2', 'prod (Ops)');

  it('is found by its id or by its name', () => {
    assert.deepEqual(sessionNamed([hub, prod], 'b2'), { kind: 'one', session: prod });
    assert.deepEqual(sessionNamed([hub, prod], 'prod (Ops)'), { kind: 'one', session: prod });
    assert.deepEqual(sessionNamed([hub, prod], 'Hub'), { kind: 'nobody' });
    assert.deepEqual(sessionNamed([], ''), { kind: 'nobody' });
  });

  it('is the one with this id, whatever another is called', () => {
    const tricky = named('c3', 'a1');
    assert.deepEqual(sessionNamed([tricky, hub], 'a1'), { kind: 'one', session: hub });
  });

  it('is the only live one of several, and none when more are', () => {
    const twin = named('c3', 'hub');
    assert.deepEqual(sessionNamed([over(hub), twin], 'hub'), { kind: 'one', session: twin });
    assert.deepEqual(sessionNamed([hub, twin], 'hub'), { kind: 'several' });
    assert.deepEqual(sessionNamed([over(hub), over(twin)], 'hub'), { kind: 'several' });
  });

  describe('is served', () => {
    const fetch = (sessions: readonly Session[], text: string, later: readonly Session[] = []) => {
      const asked: string[] = [];
      let all = sessions;
      const desk: NamedSessions = {
        get: (id) => all.find((session) => session.id === id),
        list: () => all,
        known: () => {
          asked.push('known');
          all = [...all, ...later];
          return Promise.resolve();
        },
      };
      const options = { holdMs: 1, signal: new AbortController().signal };
      return supplyNamed(desk, text, options, (id) => {
        asked.push(id);
        return Promise.resolve(asked);
      });
    };

    it('by its id without waiting for anything', async () => {
      assert.deepEqual(await fetch([hub], 'a1'), ['a1']);
    });

    it('by its name once the sessions of before are known', async () => {
      assert.deepEqual(await fetch([], 'hub', [hub]), ['known', 'a1']);
    });

    it('or asked for as it is written, because it may be the id of one that was ended', async () => {
      assert.deepEqual(await fetch([hub], 'gone'), ['known', 'gone']);
    });

    it('or refused when several bear the name', async () => {
      assert.deepEqual(await fetch([hub, named('c3', 'hub')], 'hub'), { kind: 'several', name: 'hub' });
    });
  });
});

describe('profiles for other tools', () => {
  it('are told of in good sentences', () => {
    const { added, removed, none, choose } = toolsText;
    [added('prod@vscode'), removed('prod@vscode'), none()].forEach(assertGoodSentence);
    assert.match(choose(), /\?$/);
  });
});
