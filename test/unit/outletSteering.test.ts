import assert from 'node:assert/strict';
import { Steering } from '../../src/outlets/steering.ts';
import type { Consent } from '../../src/outlets/steering.ts';
import type { DeliveryMode, DeliveryReport, ManagedState } from '../../src/session/delivery.ts';
import type { Session } from '../../src/session/types.ts';
import { sessionFor } from '../support/outletRig.ts';

/** A window as steering sees it. What is done is written down in order. */
class Desk {
  mode: DeliveryMode = 'profile';
  trusted = true;
  focused = true;
  active: Session | undefined;
  others: readonly Session[] = [];
  places: readonly string[] = [];
  consent: Consent | undefined;
  answer: Consent | undefined;
  report: DeliveryReport | undefined;
  gone = false;
  removal: ManagedState = { kind: 'ok' };
  /** Fails this many preparations. */
  failures = 0;
  readonly done: string[] = [];
  readonly told: boolean[] = [];
  readonly steering: Steering;

  constructor(change: Partial<Pick<Desk, 'mode' | 'consent' | 'active'>> = {}) {
    Object.assign(this, change);
    this.steering = new Steering({
      outlet: { update: (session) => this.#deliver(session) },
      mode: () => this.mode,
      isTrusted: () => this.trusted,
      isFocused: () => this.focused,
      active: () => this.active,
      others: () => this.others,
      places: () => this.places,
      report: () => this.report,
      consent: () => this.consent,
      keepConsent: (consent) => {
        this.consent = consent;
        this.done.push(`keep ${consent}`);
        return Promise.resolve();
      },
      ask: () => {
        this.done.push('ask');
        return Promise.resolve(this.answer);
      },
      removeManaged: (which) => {
        this.done.push(which === 'all' ? 'remove' : 'remove those of terminals');
        return Promise.resolve(this.removal);
      },
      isGone: () => Promise.resolve(this.gone),
      notRemoved: ({ kind }) => this.done.push(`not removed: ${kind}`),
      told: (_, loud) => this.told.push(loud),
    });
  }

  /** What was done since the last call. */
  take(): string[] {
    return this.done.splice(0);
  }

  /** As extension.ts does it: the session becomes active, then whoever started it settles the delivery. */
  async start(id: string): Promise<void> {
    this.active = sessionFor(id);
    await this.steering.onSessions();
    await this.steering.settle(false);
  }

  #deliver(session: Session | undefined): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      this.report = { kind: 'failed' };
      return Promise.resolve();
    }
    const mode = this.mode === 'profile' && this.consent !== 'yes' ? 'endpoint' : this.mode;
    this.done.push(`deliver ${session ? `${session.id} by ${mode}` : 'nothing'}`);
    const profile = mode === 'profile' ? 'vscode' : undefined;
    const instead = mode === this.mode ? undefined : ({ kind: 'noConsent' } as const);
    this.report = session && { kind: 'delivered', mode, instead, profile, warnings: [] };
    return Promise.resolve();
  }
}

async function begun(change: Partial<Pick<Desk, 'mode' | 'consent' | 'active'>> = {}): Promise<Desk> {
  const desk = new Desk(change);
  await desk.steering.begin();
  desk.take();
  desk.told.splice(0);
  return desk;
}

describe('the question for managed profiles', () => {
  it('comes once, before anything is delivered, and yes is remembered', async () => {
    const desk = await begun();
    desk.answer = 'yes';
    await desk.start('live-a');
    assert.deepEqual(desk.take(), ['ask', 'keep yes', 'deliver live-a by profile']);
    await desk.start('live-b');
    assert.deepEqual(desk.take(), ['deliver live-b by profile']);
  });

  it('is answered with no: the endpoint, and no second question', async () => {
    const desk = await begun();
    desk.answer = 'no';
    await desk.start('live-a');
    assert.deepEqual(desk.take(), ['ask', 'keep no', 'deliver live-a by endpoint']);
    await desk.start('live-b');
    assert.deepEqual(desk.take(), ['deliver live-b by endpoint']);
  });

  it('is put away: the endpoint for now, and the next start asks again', async () => {
    const desk = await begun();
    await desk.start('live-a');
    assert.deepEqual(desk.take(), ['ask', 'deliver live-a by endpoint']);
    await desk.start('live-b');
    assert.deepEqual(desk.take(), ['deliver live-b by endpoint', 'ask', 'deliver live-b by endpoint']);
  });

  it('does not come by itself after a reload', async () => {
    const desk = new Desk({ active: sessionFor('live-a') });
    await desk.steering.begin();
    assert.deepEqual(desk.take(), ['deliver live-a by endpoint']);
    assert.deepEqual(desk.told, [false], 'what was told before the reload is not told again');
    const ofFolders = new Desk();
    ofFolders.others = [sessionFor('live-b')];
    await ofFolders.steering.begin();
    assert.deepEqual(ofFolders.take(), ['deliver nothing'], 'folders keep their sessions over it as well');
  });

  it('comes again on demand, whatever was said', async () => {
    const desk = await begun({ consent: 'no' });
    desk.answer = 'yes';
    await desk.start('live-a');
    desk.take();
    await desk.steering.settle(true);
    assert.deepEqual(desk.take(), ['ask', 'keep yes', 'deliver live-a by profile']);
  });

  it('waits for trust, and for nothing that needs it', async () => {
    const desk = await begun();
    desk.trusted = false;
    desk.answer = 'yes';
    await desk.start('live-a');
    assert.equal(desk.take().includes('ask'), false);
    desk.trusted = true;
    await desk.steering.onTrusted();
    assert.deepEqual(desk.take(), ['ask', 'keep yes', 'deliver live-a by profile']);
  });

  it('is one question for all that wait for it', async () => {
    const desk = await begun();
    desk.answer = 'yes';
    desk.active = sessionFor('live-a');
    await Promise.all([desk.steering.settle(false), desk.steering.settle(false), desk.steering.onTrusted()]);
    assert.equal(desk.take().filter((each) => each === 'ask').length, 1);
  });
});

describe('delivery follows', () => {
  it('the places of folders, also where the same sessions stay', async () => {
    const desk = await begun({ consent: 'yes' });
    desk.others = [sessionFor('live-b')];
    desk.places = ['x', 'b'];
    await desk.steering.onSessions();
    desk.take();
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), []);
    desk.places = ['b', 'x'];
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), ['deliver nothing']);
  });

  it('the active session, not its countdown', async () => {
    const desk = await begun({ consent: 'yes' });
    await desk.start('live-a');
    await desk.steering.onSessions();
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), ['deliver live-a by profile']);
    desk.active = undefined;
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), ['deliver nothing']);
  });

  it('a renewal, where the terminals have the keys themselves, and the end', async () => {
    const desk = await begun({ mode: 'environment' });
    await desk.start('live-a');
    desk.take();
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), []);
    const renewed = sessionFor('live-renewed');
    desk.active = { ...sessionFor('live-a'), state: renewed.state };
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), ['deliver live-a by environment']);
    desk.active = { ...desk.active, state: { kind: 'expired', at: 0, renewing: false } };
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), ['deliver live-a by environment']);
  });

  it('nothing before the sessions of before a reload are known, so that their terminals keep what they have', async () => {
    const desk = new Desk({ consent: 'yes' });
    await desk.steering.onSessions();
    await desk.steering.onTrusted();
    assert.deepEqual(desk.take(), []);
    // A store that hangs until somebody unlocks it: a start does not wait for that.
    await desk.start('live-a');
    assert.deepEqual(desk.take(), ['deliver live-a by profile']);
    await desk.steering.begin();
    assert.deepEqual(desk.take(), []);
  });

  it('a preparation that failed is tried again with the next start, not with the countdown', async () => {
    const desk = await begun({ consent: 'yes' });
    desk.failures = 1;
    desk.active = sessionFor('live-a');
    await desk.steering.onSessions();
    await desk.steering.onSessions();
    assert.deepEqual(desk.take(), []);
    await desk.steering.settle(false);
    assert.deepEqual(desk.take(), ['deliver live-a by profile']);
  });
});

describe('the setting', () => {
  it('takes the managed profiles away when others are wanted, and adds them again', async () => {
    const desk = await begun({ consent: 'yes' });
    await desk.start('live-a');
    desk.take();
    desk.mode = 'endpoint';
    await desk.steering.onSettings();
    assert.deepEqual(desk.take(), ['deliver live-a by endpoint', 'remove those of terminals']);
    desk.mode = 'environment';
    await desk.steering.onSettings();
    assert.deepEqual(desk.take(), ['deliver live-a by environment']);
    desk.mode = 'profile';
    await desk.steering.onSettings();
    assert.deepEqual(desk.take(), ['deliver live-a by profile']);
  });

  it('asks when it begins to need managed profiles, so that no keys stay in terminals', async () => {
    const desk = await begun({ mode: 'environment' });
    await desk.start('live-a');
    desk.take();
    desk.mode = 'profile';
    desk.answer = 'yes';
    await desk.steering.onSettings();
    assert.deepEqual(desk.take(), ['ask', 'keep yes', 'deliver live-a by profile']);
  });

  it('asks in one window only; the others take what is there until then', async () => {
    const desk = await begun({ mode: 'environment' });
    await desk.start('live-a');
    desk.take();
    desk.focused = false;
    desk.mode = 'profile';
    await desk.steering.onSettings();
    assert.deepEqual(desk.take(), ['deliver live-a by endpoint']);
    assert.equal(desk.told.at(-1), false);
  });

  it('may go to and fro faster than the file is written', async () => {
    const desk = await begun({ consent: 'yes' });
    await desk.start('live-a');
    desk.take();
    desk.mode = 'endpoint';
    const first = desk.steering.onSettings();
    desk.mode = 'profile';
    await Promise.all([first, desk.steering.onSettings()]);
    assert.deepEqual(desk.take(), [], 'nothing has changed in the end');
  });

  it('says when the managed profiles could not be taken out', async () => {
    const desk = await begun({ consent: 'yes' });
    desk.removal = { kind: 'readOnly' };
    desk.mode = 'endpoint';
    await desk.steering.onSettings();
    assert.deepEqual(desk.take().slice(-2), ['remove those of terminals', 'not removed: readOnly']);
  });
});

describe('the shared files', () => {
  it('get a managed profile back that has gone from them, and are left alone otherwise', async () => {
    const desk = await begun({ consent: 'yes' });
    await desk.start('live-a');
    desk.take();
    await desk.steering.onFiles();
    assert.deepEqual(desk.take(), []);
    desk.gone = true;
    await desk.steering.onFiles();
    assert.deepEqual(desk.take(), ['deliver live-a by profile']);
  });

  it('may take away what stood in the way of the endpoint', async () => {
    const desk = await begun({ consent: 'no' });
    await desk.start('live-a');
    desk.take();
    await desk.steering.onFiles();
    assert.deepEqual(desk.take(), ['deliver live-a by endpoint']);
  });

  it('mean nothing to keys, and nothing without a session', async () => {
    const desk = await begun({ mode: 'environment' });
    await desk.steering.onFiles();
    await desk.start('live-a');
    desk.take();
    await desk.steering.onFiles();
    assert.deepEqual(desk.take(), []);
  });

  it('lose the managed profiles for good when the person says so', async () => {
    const desk = await begun({ consent: 'yes' });
    await desk.start('live-a');
    desk.take();
    assert.deepEqual(await desk.steering.remove(), { kind: 'ok' });
    assert.deepEqual(desk.take(), ['keep no', 'remove', 'deliver live-a by endpoint']);
  });

  it('keep them, and the yes, when they cannot be written', async () => {
    const desk = await begun({ consent: 'yes' });
    desk.removal = { kind: 'failed', code: 'EIO' };
    assert.equal((await desk.steering.remove()).kind, 'failed');
    assert.deepEqual(desk.take(), ['keep no', 'remove', 'keep yes']);
  });
});
