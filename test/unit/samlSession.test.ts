import assert from 'node:assert/strict';
import type { Fault } from '../../src/aws/faults.ts';
import type { AssertionSource, AssertionWay } from '../../src/aws/planModel.ts';
import type { ReadResponse } from '../../src/aws/saml/assertion.ts';
import { readAssertion } from '../../src/aws/saml/readAssertion.ts';
import { Secret } from '../../src/aws/secret.ts';
import { Assertions } from '../../src/session/assertions.ts';
import type { AssertionOrigin, AssertionPorts } from '../../src/session/assertions.ts';
import { samlSignIn, waysFor } from '../../src/signIn/samlSignIn.ts';
import type { SamlSignInParts } from '../../src/signIn/samlSignIn.ts';
import type { SamlWay, WayResult } from '../../src/signIn/samlWays.ts';
import { SamlMemory } from '../../src/ui/samlMemory.ts';
import { FakeClock, settle } from '../support/fakeClock.ts';
import { FakeHost } from '../support/fakePeers.ts';
import { base64, responseXml, samlProviderArn, samlRoleArn } from '../support/saml.ts';
import type { ResponseParts } from '../support/saml.ts';

const start = Date.parse('2026-11-23T05:00:00Z');
const minute = 60_000;
const source: AssertionSource = { loginUrl: 'https://idp.example/', command: undefined, way: undefined };
const corp: AssertionOrigin = { profile: 'corp', source };
const never = new AbortController().signal;
const silent = { interactive: false };
const asked = { interactive: true };

function response(parts: ResponseParts = {}): ReadResponse {
  const read = readAssertion(base64(responseXml(parts)));
  assert.ok(read.ok);
  return read;
}

/** A window of a host, with an identity provider that answers when the test says so. */
function windowOf(host = new FakeHost(), clock = new FakeClock(start), skew: number | 'unknown' = 0) {
  const waiting: ((result: ReadResponse | Fault) => void)[] = [];
  const signals: AbortSignal[] = [];
  const lines: string[] = [];
  const ports: AssertionPorts = {
    signIn: ({ profile }, interactive, signal) => {
      if (!interactive) {
        return Promise.resolve({ kind: 'signInNeeded', signIn: profile });
      }
      signals.push(signal);
      return new Promise((resolve) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }));
      });
    },
    peers: host.open(() => []),
    now: () => clock.now(),
    skewMs: () => (skew === 'unknown' ? undefined : skew),
    setTimer: (ms, callback) => clock.setTimer(ms, callback),
    log: (line) => lines.push(line),
  };
  return { assertions: new Assertions(ports), waiting, signals, lines, clock };
}

/** Waits until the identity provider is asked for the `count`th time. */
async function askedTimes(waiting: readonly unknown[], count: number): Promise<void> {
  await settle();
  assert.equal(waiting.length, count);
}

describe('assertions', () => {
  it('has one sign-in for any number of callers, and for any number of roles afterwards', async () => {
    const { assertions, waiting } = windowOf();
    const callers = [1, 2, 3].map(() => assertions.get(corp, asked, never));
    const other = assertions.get({ ...corp, profile: 'corp-too' }, asked, never);
    await askedTimes(waiting, 1);
    waiting[0]?.(response());
    const results = await Promise.all([...callers, other]);
    assert.equal(new Set(results).size, 1, 'one page, one assertion');
    assert.equal(await assertions.get(corp, silent, never), results[0]);
    assert.equal(waiting.length, 1);
  });

  it('keeps two pages and two commands apart', async () => {
    const { assertions, waiting } = windowOf();
    const command = { loginUrl: undefined, command: new Secret('x'), way: undefined };
    void assertions.get(corp, asked, never);
    void assertions.get(
      { profile: 'corp', source: { ...source, loginUrl: 'https://other.example/' } },
      asked,
      never,
    );
    void assertions.get({ profile: 'a', source: command }, asked, never);
    void assertions.get({ profile: 'b', source: command }, asked, never);
    await askedTimes(waiting, 4);
    assertions.dispose();
  });

  it('opens nothing while nobody is there', async () => {
    const { assertions, waiting } = windowOf();
    assert.deepEqual(await assertions.get(corp, silent, never), { kind: 'signInNeeded', signIn: 'corp' });
    assert.equal(waiting.length, 0);
  });

  it('signs in for a person who joined while nobody was asked', async () => {
    const { assertions, waiting } = windowOf();
    const [first, second] = [assertions.get(corp, silent, never), assertions.get(corp, asked, never)];
    assert.deepEqual(await first, { kind: 'signInNeeded', signIn: 'corp' });
    await askedTimes(waiting, 1);
    waiting[0]?.(response());
    assert.ok('response' in (await second));
  });

  it('forgets it when AWS would not take it any more', async () => {
    const { assertions, waiting, clock } = windowOf();
    const first = assertions.get(corp, asked, never);
    await askedTimes(waiting, 1);
    waiting[0]?.(response({ confirmedUntil: '2026-11-23T05:01:00Z' }));
    const held = await first;
    assert.ok('until' in held);
    assert.equal(held.until, start + minute);
    await clock.advance(minute - 1);
    assert.equal(assertions.held(corp), held);
    await clock.advance(1);
    assert.equal(assertions.held(corp), undefined);
  });

  it('never gives again what AWS has refused', async () => {
    const { assertions, waiting } = windowOf();
    const first = assertions.get(corp, asked, never);
    await askedTimes(waiting, 1);
    const old = response();
    waiting[0]?.(old);
    await first;
    const second = assertions.get(corp, { ...asked, refused: old.response }, never);
    await askedTimes(waiting, 2);
    waiting[1]?.(response({ issueInstant: '2026-11-23T05:00:30Z' }));
    const held = await second;
    assert.ok('response' in held && held.response.reveal() !== old.response.reveal());
    assertions.forget(corp);
    assert.equal(assertions.held(corp), undefined);
  });

  it('judges the times by AWS’s clock where it is known', async () => {
    for (const [skewMs, left] of [
      [0, 5],
      [-2 * minute, 3],
      [3 * minute, 5],
    ] as const) {
      const { assertions, waiting } = windowOf(new FakeHost(), new FakeClock(start), skewMs);
      const came = assertions.get(corp, asked, never);
      await askedTimes(waiting, 1);
      waiting[0]?.(response());
      const held = await came;
      assert.ok('until' in held);
      assert.equal((held.until - start) / minute, left, String(skewMs));
      assertions.dispose();
    }
  });

  it('says that an assertion was over when it came, or leaves that to AWS where its clock is not known', async () => {
    const tenLater = (): FakeClock => new FakeClock(start + 10 * minute);
    const known = windowOf(new FakeHost(), tenLater());
    const late = known.assertions.get(corp, asked, never);
    await askedTimes(known.waiting, 1);
    known.waiting[0]?.(response());
    assert.deepEqual(await late, { kind: 'samlExpired', profile: 'corp' });
    assert.equal(known.assertions.held(corp), undefined);

    const unknown = windowOf(new FakeHost(), tenLater(), 'unknown');
    const maybe = unknown.assertions.get(corp, asked, never);
    await askedTimes(unknown.waiting, 1);
    unknown.waiting[0]?.(response({ confirmedUntil: '2026-11-23T05:02:00Z' }));
    const held = await maybe;
    assert.ok('until' in held);
    assert.equal(held.until, start + 12 * minute);
  });

  it('lets one window at a time sign in, and stops when the last caller leaves', async () => {
    const host = new FakeHost();
    const [one, two] = [windowOf(host), windowOf(host)];
    const leaving = new AbortController();
    const first = one.assertions.get(corp, asked, leaving.signal);
    await askedTimes(one.waiting, 1);
    const second = two.assertions.get(corp, asked, never);
    await askedTimes(two.waiting, 0);
    leaving.abort();
    assert.deepEqual(await first, { kind: 'cancelled' });
    assert.ok(one.signals[0]?.aborted);
    await askedTimes(two.waiting, 1);
    two.waiting[0]?.(response());
    assert.ok('response' in (await second));
  });

  it('writes nothing of it to the log', async () => {
    const { assertions, waiting, lines } = windowOf();
    const came = assertions.get(corp, asked, never);
    await askedTimes(waiting, 1);
    waiting[0]?.(response());
    await came;
    assert.deepEqual(lines, ['assertion: came, good for 300 s']);
    assert.doesNotMatch(JSON.stringify(await came), /PD94/);
  });
});

describe('ways to an assertion', () => {
  const command = new Secret('get');
  const table: readonly (readonly [
    title: string,
    Partial<AssertionSource>,
    opensWindows: boolean,
    AssertionWay[],
  ])[] = [
    ['a page', {}, true, ['browser', 'paste']],
    ['a page, elsewhere', {}, false, ['paste']],
    ['a page, elsewhere, and the browser asked for', { way: 'browser' }, false, ['browser', 'paste']],
    ['a page and a command', { command }, true, ['browser', 'process', 'paste']],
    ['a command', { loginUrl: undefined, command }, true, ['process', 'paste']],
    ['the listener', { way: 'listener' }, true, ['listener', 'browser', 'paste']],
    ['the command first', { command, way: 'process' }, true, ['process', 'browser', 'paste']],
    ['paste', { way: 'paste' }, true, ['paste', 'browser']],
    ['nothing but paste', { loginUrl: undefined, way: 'paste' }, false, ['paste']],
  ];
  for (const [title, over, opensWindows, ways] of table) {
    it(title, () => {
      assert.deepEqual(waysFor({ profile: 'corp', source: { ...source, ...over } }, { opensWindows }), ways);
    });
  }

  const good = base64(responseXml());
  interface Person {
    /** What comes of each go. */
    readonly browser?: readonly WayResult[];
    readonly printed?: Secret | Fault;
    readonly pasted?: string;
    /** What they choose of what is offered. */
    readonly choices?: readonly (AssertionWay | undefined)[];
  }
  const rig = ({ browser = [], printed, pasted, choices = [] }: Person) => {
    const offers: string[] = [];
    let gone = 0;
    const walk: SamlWay = () => Promise.resolve(browser[gone++] ?? { kind: 'cancelled' });
    const parts: SamlSignInParts = {
      browser: walk,
      listener: () => Promise.resolve({ kind: 'unavailable', why: 'portTaken' }),
      process: () => Promise.resolve(printed ?? { kind: 'cancelled' }),
      screen: {
        waiting: (_profile, _way, signal, work) => work(signal),
        offer: ({ way, missed }, others) => {
          offers.push(`${way} ${missed.kind}: ${others.join(' ')}`);
          return Promise.resolve(choices[offers.length - 1]);
        },
        paste: async (_origin, read) => {
          const result = pasted === undefined ? undefined : await read(pasted);
          return result?.ok === true ? result : undefined;
        },
      },
      read: (text) => Promise.resolve(readAssertion(text)),
      opensWindows: () => true,
    };
    const go = (over: Partial<AssertionSource> = {}, interactive = true) =>
      samlSignIn(parts, { profile: 'corp', source: { ...source, ...over } }, interactive, never);
    return { go, offers };
  };
  const posted: WayResult = { kind: 'response', response: new Secret(good) };

  it('reads what the browser brings', async () => {
    const result = await rig({ browser: [posted] }).go();
    assert.ok('assertion' in result);
    assert.equal(result.response.reveal(), good);
  });

  it('offers the next way at once where the browser cannot be driven', async () => {
    const person = rig({
      browser: [{ kind: 'unavailable', why: 'browserForbidden' }],
      pasted: good,
      choices: ['paste'],
    });
    assert.ok('assertion' in (await person.go({ command })));
    assert.deepEqual(person.offers, ['browser unavailable: process paste']);
  });

  it('offers to try again, before the others, when the window was closed, nobody finished, or another sign-in did not yet', async () => {
    const person = rig({
      browser: [{ kind: 'closed' }, { kind: 'tooLate' }, { kind: 'unavailable', why: 'portBusy' }, posted],
      choices: ['browser', 'browser', 'browser'],
    });
    assert.ok('assertion' in (await person.go()));
    assert.deepEqual(person.offers, [
      'browser closed: browser paste',
      'browser tooLate: browser paste',
      'browser unavailable: browser paste',
    ]);
    assert.deepEqual(await rig({ browser: [{ kind: 'closed' }] }).go(), { kind: 'cancelled' });
  });

  it('offers other ways where this one is not to be had here', async () => {
    const person = rig({ browser: [posted], choices: ['browser'] });
    assert.ok('assertion' in (await person.go({ way: 'listener' })));
    assert.deepEqual(person.offers, ['listener unavailable: browser paste']);
  });

  it('says what is wrong with what came, and nothing about a person who left', async () => {
    for (const [result, fault] of [
      [{ kind: 'cancelled' }, { kind: 'cancelled' }],
      [{ kind: 'tooLarge' }, { kind: 'samlUnreadable', profile: 'corp', what: 'tooLarge', detail: '' }],
      [
        { kind: 'response', response: new Secret(base64('<a/>')) },
        { kind: 'samlUnreadable', profile: 'corp', what: 'notResponse', detail: '' },
      ],
    ] as const) {
      assert.deepEqual(await rig({ browser: [result] }).go(), fault);
    }
    assert.deepEqual(await rig({}).go({ way: 'paste' }), { kind: 'cancelled' });
  });

  it('runs the command without a person, and nothing else', async () => {
    const printed = new Secret(`<input name="SAMLResponse" value="${good}">`);
    assert.ok('assertion' in (await rig({ printed }).go({ loginUrl: undefined, command }, false)));
    const failed: Fault = { kind: 'samlProcess', profile: 'corp', what: 'failed', detail: '1' };
    assert.deepEqual(await rig({ printed: failed }).go({ command, way: 'process' }, false), failed);
    assert.deepEqual(await rig({ printed }).go({ command }, false), { kind: 'signInNeeded', signIn: 'corp' });
    assert.deepEqual(await rig({}).go({ way: 'paste' }, false), { kind: 'signInNeeded', signIn: 'corp' });
  });
});

describe('remembered SAML roles', () => {
  const role = (name: string) => ({ roleArn: samlRoleArn(name), providerArn: samlProviderArn() });
  const memento = () => {
    const values = new Map<string, unknown>();
    return {
      values,
      keys: () => [...values.keys()],
      get: <T>(key: string, fallback?: T) => (values.get(key) ?? fallback) as T,
      update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
    };
  };
  const memoryOver = (state: ReturnType<typeof memento>) => new SamlMemory(state, assert.ifError);

  it('are those of the last sign-in, with the one that was chosen, and tell when they are others', async () => {
    const state = memento();
    const memory = memoryOver(state);
    let changes = 0;
    memory.onDidChange(() => (changes += 1));
    const before = changes;
    await memory.offered(corp, [role('A'), role('B')]);
    await memory.offered(corp, [role('A'), role('B')]);
    await memory.chosen(corp, role('B'));
    assert.equal(changes - before, 1);
    assert.deepEqual(memory.rolesOf({ ...corp, profile: 'other' }), [role('A'), role('B')], 'by the page');
    assert.deepEqual(memoryOver(state).lastOf(corp), role('B'));
    await memory.offered(corp, [role('C')]);
    assert.deepEqual([memory.rolesOf(corp), memory.lastOf(corp)], [[role('C')], role('B')]);
  });

  it('stay few, and hold ARNs alone', async () => {
    const state = memento();
    const memory = memoryOver(state);
    for (let index = 0; index < 40; index++) {
      const page = { ...source, loginUrl: `https://idp.example/${index}` };
      await memory.offered(
        { profile: 'x', source: page },
        Array.from({ length: 600 }, (_, at) => role(`R${at}`)),
      );
    }
    const [stored] = [...state.values.values()] as [readonly { readonly roles: readonly unknown[] }[]];
    assert.deepEqual([stored.length, stored[0]?.roles.length], [30, 500]);
  });
});
