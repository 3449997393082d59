import { mostAccessKeys, type AccessKeyInfo } from '../aws/accessKeys.ts';
import type { Keys } from '../aws/credentials.ts';
import type { IamCaller } from '../aws/roles/iamApi.ts';
import type { RotationNote, RotationPhase } from './rotationNote.ts';
import type { Rotated, RotationPorts, RotationTrouble } from './rotationPorts.ts';

/** So many right answers in a row, with a second between them: IAM's places learn of a new key one after the other. */
const answersInARow = 5;
const betweenMs = 1000;
/** IAM is consistent within seconds; a key that is not known everywhere by then is none to rely on. */
const patienceMs = 90_000;
/** Going back is not cancelled by whoever cancelled the rotation; it ends by itself. */
const backMs = 60_000;

/** Clocks may differ by so much, and AWS's days of making have whole seconds. */
const skewMs = 300_000;

const cancelled: RotationTrouble = { kind: 'fault', fault: { kind: 'cancelled' } };

/**
 * Rotates the long-term keys of a profile: create, test until the new key is valid everywhere, switch, deactivate the old
 * one, and, asked for by itself, delete it. Until the switch, whatever goes wrong is taken back; from then on it stops and
 * says what stands. One rotation of a profile at a time.
 */
export class KeyRotation {
  readonly #ports: RotationPorts;
  readonly #profile: string;

  constructor(profile: string, ports: RotationPorts) {
    this.#profile = profile;
    this.#ports = ports;
  }

  /** Rotates up to the last step. Never rejects, except with what a broken note store throws. */
  async rotate(signal: AbortSignal): Promise<Rotated> {
    const { iam, keys, notes, onStep } = this.#ports;
    onStep({ kind: 'looking' });
    const old = await keys.read(this.#profile);
    if (old === undefined) {
      return { kind: 'asBefore', trouble: { kind: 'changed' } };
    }
    if (await keys.isUnproven?.(old.accessKeyId)) {
      return { kind: 'asBefore', trouble: { kind: 'unproven' } };
    }
    const listed = await iam.list(this.#ports.callerOf(old), signal);
    if ('kind' in listed) {
      return { kind: 'asBefore', trouble: { kind: 'fault', fault: listed } };
    }
    // With somebody else's session the new key would be theirs.
    if (!listed.some(({ accessKeyId }) => accessKeyId === old.accessKeyId)) {
      return { kind: 'asBefore', trouble: { kind: 'notListed' } };
    }
    if (listed.length >= mostAccessKeys) {
      return { kind: 'asBefore', trouble: { kind: 'twoKeys', keys: listed } };
    }
    let note: RotationNote = {
      version: 1,
      profile: this.#profile,
      oldId: old.accessKeyId,
      before: listed.map(({ accessKeyId }) => accessKeyId),
      newId: undefined,
      phase: 'creating',
      startedAt: this.#ports.now(),
      isPutOff: false,
    };
    if (signal.aborted) {
      return { kind: 'asBefore', trouble: cancelled };
    }
    await notes.keep(note);
    onStep({ kind: 'creating' });
    // Not cancelled in the middle: an answer that nobody hears may have made a key.
    const created = await iam.create(this.#ports.callerOf(old), new AbortController().signal);
    if ('kind' in created) {
      return this.#takeBack(note, old, { kind: 'fault', fault: created });
    }
    note = { ...note, newId: created.keys.accessKeyId };
    await notes.keep(note);
    const untested = await this.#test(created.keys, signal);
    if (untested !== undefined) {
      return this.#takeBack(note, old, untested);
    }
    onStep({ kind: 'switching' });
    await this.#ports.old.write(old);
    // Before any window plans with the new key.
    await this.#ports.succeeds(created.keys.accessKeyId, old.accessKeyId);
    note = await this.#enter(note, 'switching');
    const replaced = await keys.replace(this.#profile, old.accessKeyId, created.keys);
    if (replaced.kind !== 'replaced') {
      return this.#takeBack(note, old, troubleOf(replaced));
    }
    return this.#deactivate(note, created.keys, signal);
  }

  /** Goes on with a rotation that was interrupted or stopped: to its end where the new key is in its place, else anew. */
  async goOn(note: RotationNote, signal: AbortSignal): Promise<Rotated> {
    this.#ports.onStep({ kind: 'looking' });
    const present = await this.#ports.keys.read(this.#profile);
    if (present?.accessKeyId === note.oldId) {
      const back = await this.#takeBack(note, present, cancelled);
      return back.kind === 'asBefore' ? this.rotate(signal) : back;
    }
    if (present === undefined || present.accessKeyId !== note.newId) {
      return { kind: 'stopped', note, trouble: { kind: 'changed' } };
    }
    // A crash, or a store that could not be written, may have lost it.
    await this.#ports.succeeds(present.accessKeyId, note.oldId);
    // The switch may have come to some of the profiles only; none must be left with a key that is about to go.
    const rest = await this.#ports.keys.replace(this.#profile, note.oldId, present);
    return rest.kind === 'failed'
      ? { kind: 'stopped', note, trouble: troubleOf(rest) }
      : this.#deactivate(note, present, signal);
  }

  /** The last step, which cannot be undone: deletes the old key. Undefined when done. */
  async finish(note: RotationNote, signal: AbortSignal): Promise<RotationTrouble | undefined> {
    const present = await this.#ports.keys.read(this.#profile);
    if (present === undefined || present.accessKeyId === note.oldId || present.accessKeyId !== note.newId) {
      return { kind: 'changed' };
    }
    // Nothing is deleted that the new key could not stand in for.
    const untested = await this.#test(present, signal, 1);
    if (untested !== undefined) {
      return untested;
    }
    this.#ports.onStep({ kind: 'deleting' });
    const fault = await this.#patiently(signal, () =>
      this.#ports.iam.remove(this.#ports.callerOf(present), note.oldId, signal),
    );
    if (fault !== undefined) {
      return { kind: 'fault', fault };
    }
    await this.#forget(note);
    return undefined;
  }

  /** Puts the old key back, active and in its place, and deletes the new one. */
  async goBack(note: RotationNote): Promise<Rotated> {
    const { keys, iam, old: kept } = this.#ports;
    this.#ports.onStep({ kind: 'goingBack' });
    const signal = AbortSignal.timeout(backMs);
    const present = await keys.read(this.#profile);
    if (present?.accessKeyId === note.oldId) {
      return this.#takeBack(note, present, cancelled);
    }
    if (present === undefined || present.accessKeyId !== note.newId) {
      return { kind: 'stopped', note, trouble: { kind: 'changed' } };
    }
    const old = await kept.read(note.oldId);
    if (old === undefined) {
      return { kind: 'stopped', note, trouble: { kind: 'oldSecretLost' } };
    }
    const fault = await this.#patiently(signal, () =>
      iam.setActive(this.#ports.callerOf(present), note.oldId, true, signal),
    );
    if (fault !== undefined) {
      return { kind: 'stopped', note, trouble: { kind: 'fault', fault } };
    }
    const stopped = await this.#enter(note, 'switching');
    const untested = await this.#test(old, signal);
    if (untested !== undefined) {
      return { kind: 'stopped', note: stopped, trouble: untested };
    }
    const replaced = await keys.replace(this.#profile, present.accessKeyId, old);
    return replaced.kind === 'replaced'
      ? this.#takeBack(stopped, old, cancelled)
      : { kind: 'stopped', note: stopped, trouble: troubleOf(replaced) };
  }

  /** The person wants to delete the old key later. */
  async putOff(note: RotationNote): Promise<void> {
    await this.#ports.notes.keep({ ...note, isPutOff: true });
  }

  /** With the old key in its place: deletes whatever this rotation has made at AWS, unless that is in use somewhere. */
  async #takeBack(note: RotationNote, old: Keys, trouble: RotationTrouble): Promise<Rotated> {
    const { iam, onStep } = this.#ports;
    onStep({ kind: 'goingBack' });
    if (note.newId !== undefined && (await this.#isLeft(note.newId, old))) {
      return { kind: 'stopped', note, trouble };
    }
    const signal = AbortSignal.timeout(backMs);
    const caller = this.#ports.callerOf(old);
    const listed = await this.#patiently(signal, () => iam.list(caller, signal));
    if ('kind' in listed) {
      return { kind: 'stopped', note, trouble: { kind: 'fault', fault: listed } };
    }
    if (!listed.some(({ accessKeyId }) => accessKeyId === note.oldId || accessKeyId === note.newId)) {
      return { kind: 'stopped', note, trouble: { kind: 'notListed' } };
    }
    for (const { accessKeyId } of listed) {
      if (!(await this.#isOurs(note, listed, accessKeyId, caller, signal))) {
        continue;
      }
      const fault = await iam.remove(caller, accessKeyId, signal);
      if (fault !== undefined) {
        const known = { ...note, newId: accessKeyId };
        await this.#ports.notes.keep(known);
        return { kind: 'stopped', note: known, trouble: { kind: 'fault', fault } };
      }
    }
    await this.#forget(note);
    return { kind: 'asBefore', trouble };
  }

  /** False only when the new key surely stands nowhere: what failed half way is undone first. */
  async #isLeft(newId: string, old: Keys): Promise<boolean> {
    const { keys } = this.#ports;
    try {
      // A store that is locked shows nothing, whatever is in it.
      if ((await keys.read(this.#profile)) === undefined) {
        return true;
      }
      if (!(await keys.holds(newId))) {
        return false;
      }
      await keys.replace(this.#profile, newId, old);
      return await keys.holds(newId);
    } catch {
      return true;
    }
  }

  /** True for the key that AWS has named, or, where its answer was lost, for one that came then and was never used. */
  async #isOurs(
    note: RotationNote,
    listed: readonly AccessKeyInfo[],
    accessKeyId: string,
    caller: IamCaller,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (note.newId !== undefined || note.before.includes(accessKeyId)) {
      return accessKeyId === note.newId;
    }
    const createdAt = listed.find((key) => key.accessKeyId === accessKeyId)?.createdAt ?? 0;
    if (createdAt < note.startedAt - skewMs || createdAt > note.startedAt + backMs + skewMs) {
      return false;
    }
    const use = await this.#ports.iam.lastUse(caller, accessKeyId, signal);
    return !('kind' in use) && use.at === undefined;
  }

  async #deactivate(note: RotationNote, next: Keys, signal: AbortSignal): Promise<Rotated> {
    const entered = await this.#enter(note, 'deactivating');
    this.#ports.onStep({ kind: 'deactivating' });
    const fault = await this.#patiently(signal, () =>
      this.#ports.iam.setActive(this.#ports.callerOf(next), note.oldId, false, signal),
    );
    if (fault !== undefined) {
      return { kind: 'stopped', note: entered, trouble: { kind: 'fault', fault } };
    }
    return { kind: 'deactivated', note: await this.#enter(entered, 'deactivated') };
  }

  /** Undefined when AWS took the key so many times in a row. */
  async #test(keys: Keys, signal: AbortSignal, of = answersInARow): Promise<RotationTrouble | undefined> {
    const until = this.#ports.now() + patienceMs;
    let count = 0;
    while (count < of) {
      this.#ports.onStep({ kind: 'testing', count, of });
      const answer = await this.#ports.identity(this.#ports.testerOf(keys), signal);
      if ('kind' in answer && answer.kind !== 'unknownKey') {
        return { kind: 'fault', fault: answer };
      }
      count = 'kind' in answer ? 0 : count + 1;
      if (count < of) {
        await this.#ports.wait(betweenMs, signal);
      }
      if (signal.aborted) {
        return cancelled;
      }
      if (count < of && this.#ports.now() >= until) {
        return { kind: 'notEverywhere', seconds: patienceMs / 1000 };
      }
    }
    return undefined;
  }

  /** Calls again while a place of AWS's does not know the new key yet. */
  async #patiently<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const until = this.#ports.now() + patienceMs;
    for (;;) {
      const answer = await call();
      const isUnknown =
        typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'unknownKey';
      if (!isUnknown || signal.aborted || this.#ports.now() >= until) {
        return answer;
      }
      await this.#ports.wait(betweenMs, signal);
    }
  }

  async #enter(note: RotationNote, phase: RotationPhase): Promise<RotationNote> {
    const entered = { ...note, phase };
    await this.#ports.notes.keep(entered);
    return entered;
  }

  async #forget(note: RotationNote): Promise<void> {
    await this.#ports.notes.forget(note);
    await this.#ports.old.remove(note.oldId);
  }
}

function troubleOf(
  result: { readonly kind: 'changed' } | { readonly kind: 'failed'; readonly code: string },
) {
  return result.kind === 'changed'
    ? ({ kind: 'changed' } as const)
    : ({ kind: 'notWritten', code: result.code } as const);
}
