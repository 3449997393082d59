import * as vscode from 'vscode';
import type { KeyUse } from '../aws/accessKeys.ts';
import type { Fault } from '../aws/faults.ts';
import { KeyRotation } from '../session/keyRotation.ts';
import type { Rotated, RotationStep, RotationTrouble } from '../session/rotationPorts.ts';
import type { RotationNote } from '../session/rotationNote.ts';
import { callerOf, keyOwner, lockOf, tellFault } from './keyCarePorts.ts';
import type { KeyCarePorts, KeyOwner } from './keyCarePorts.ts';
import { withCancel } from './progress.ts';
import { keyCareText } from './text/keyCare.ts';

/** Rotations as the person sees them: each step with a Cancel button, then how it stands, and what can be done about it. */
export class RotationFlow {
  readonly #ports: KeyCarePorts;
  readonly #again: (profile: string) => Promise<void>;

  /** `again`: does a rotation of a profile from the start. */
  constructor(ports: KeyCarePorts, again: (profile: string) => Promise<void>) {
    this.#ports = ports;
    this.#again = again;
  }

  /** Rotates up to the last step, and asks about that. */
  async run(owner: KeyOwner): Promise<void> {
    await this.#work(owner.profile, keyCareText.rotating(owner.profile), (rotation, signal) =>
      rotation.rotate(signal),
    );
  }

  /** Does something about a rotation, with a Cancel button, and says how it stands then. */
  async #work(
    profile: string,
    title: string,
    work: (rotation: KeyRotation, signal: AbortSignal) => Promise<Rotated>,
  ): Promise<void> {
    const owner = await keyOwner(this.#ports, profile);
    const rotated = owner && (await this.#alone(profile, () => this.#withSteps(owner, title, work)));
    if (owner && rotated) {
      await this.#tell(owner, rotated);
    }
  }

  async #alone<T>(profile: string, work: () => Promise<T>): Promise<T | undefined> {
    let begun = false;
    const result = await this.#ports.alone(lockOf(profile), () => {
      begun = true;
      return work();
    });
    if (!begun) {
      void vscode.window.showInformationMessage(keyCareText.elsewhere(profile));
    }
    return result;
  }

  async #withSteps<T>(
    owner: KeyOwner,
    title: string,
    work: (rotation: KeyRotation, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    let step: RotationStep = { kind: 'looking' };
    const rotation = new KeyRotation(owner.profile, {
      ...this.#ports,
      callerOf: (keys) => callerOf(owner, keys),
      testerOf: (keys) => ({ keys, target: owner.sts }),
      onStep: (next) => {
        step = next;
      },
    });
    return withCancel(
      title,
      () => this.#ports.isAsking(),
      (signal) => work(rotation, signal),
      () => keyCareText.step(step),
    );
  }

  async #tell(owner: KeyOwner, rotated: Rotated): Promise<void> {
    const { profile } = owner;
    switch (rotated.kind) {
      case 'deactivated': {
        // AWS has just made it.
        if (rotated.note.newId !== undefined) {
          await this.#ports.known.learn(rotated.note.newId, { createdAt: rotated.note.startedAt });
        }
        await this.ask(rotated.note);
        return;
      }
      case 'stopped':
        await this.ask(rotated.note, this.#reason(profile, rotated.trouble));
        return;
      case 'asBefore': {
        const { trouble } = rotated;
        if (trouble.kind === 'fault' && trouble.fault.kind === 'cancelled') {
          void vscode.window.showInformationMessage(keyCareText.notBegun(profile));
        } else if (trouble.kind === 'fault') {
          await tellFault(this.#ports, owner, trouble.fault, () => this.#again(profile));
        } else {
          const text = keyCareText.asBefore(this.#reason(profile, trouble));
          void vscode.window.showErrorMessage(text);
        }
      }
    }
  }

  #reason(profile: string, trouble: RotationTrouble): string {
    switch (trouble.kind) {
      case 'fault':
        return trouble.fault.kind === 'cancelled'
          ? keyCareText.interruptedShort()
          : this.#ports.sentence(trouble.fault, profile);
      case 'unproven':
        return keyCareText.unproven(profile);
      case 'twoKeys':
        return keyCareText.twoKeysPlaceholder();
      case 'notListed':
        return keyCareText.notListed(profile);
      case 'notEverywhere':
        return keyCareText.notEverywhere(trouble.seconds);
      case 'changed':
        return keyCareText.changed(profile);
      case 'notWritten':
        return keyCareText.notWritten(trouble.code);
      case 'oldSecretLost':
        return keyCareText.oldSecretLost();
    }
  }

  /** Says how a rotation stands, and does what the person chooses. `why`: it stopped. */
  async ask(note: RotationNote, why?: string): Promise<void> {
    const { profile, phase, oldId } = note;
    const [remove, back, later, goOn] = [
      keyCareText.deleteOld(),
      keyCareText.goBack(),
      keyCareText.later(),
      keyCareText.goOn(),
    ];
    if (phase === 'deactivated' && why === undefined) {
      const choice = await vscode.window.showInformationMessage(keyCareText.done(oldId), remove, back, later);
      if (choice === remove) {
        await this.#finish(note);
      } else if (choice === back) {
        await this.#goBack(note);
      } else if (this.#ports.notes.of(profile)?.phase === 'deactivated') {
        await this.#ports.notes.keep({ ...note, isPutOff: true });
        void vscode.window.showInformationMessage(keyCareText.putOff(profile));
      }
      return;
    }
    const text = why === undefined ? keyCareText.interrupted(note) : keyCareText.stopped(note, why);
    const choice = await vscode.window.showWarningMessage(text, goOn, back);
    if (choice === goOn && phase === 'deactivated') {
      await this.ask(note);
    } else if (choice === goOn) {
      await this.#work(profile, keyCareText.rotating(profile), (rotation, signal) =>
        rotation.goOn(note, signal),
      );
    } else if (choice === back) {
      await this.#goBack(note);
    }
  }

  async #goBack(note: RotationNote): Promise<void> {
    const { profile } = note;
    const owner = await keyOwner(this.#ports, profile);
    const rotated =
      owner &&
      (await this.#alone(profile, () =>
        this.#withSteps(owner, keyCareText.goingBack(profile), (rotation) => rotation.goBack(note)),
      ));
    if (rotated?.kind === 'asBefore') {
      void vscode.window.showInformationMessage(keyCareText.wentBack(profile));
    } else if (owner && rotated) {
      await this.#tell(owner, rotated);
    }
  }

  async #finish(note: RotationNote): Promise<void> {
    const { profile, oldId } = note;
    const owner = await keyOwner(this.#ports, profile);
    if (!owner) {
      return;
    }
    const use = await withCancel(
      keyCareText.looking(profile),
      () => this.#ports.isAsking(),
      (signal): Promise<KeyUse | Fault> =>
        this.#ports.iam.lastUse(callerOf(owner, owner.keys), oldId, signal),
    );
    if ('kind' in use && use.kind === 'cancelled') {
      await this.ask(note);
      return;
    }
    const remove = keyCareText.deleteKey();
    const detail = keyCareText.confirmDeleteDetail('kind' in use ? undefined : use, this.#ports.now());
    const options = { modal: true, detail };
    const sure = await vscode.window.showWarningMessage(keyCareText.confirmDelete(oldId), options, remove);
    if (sure !== remove) {
      await this.ask(note);
      return;
    }
    const done = await this.#alone(profile, async () => ({
      trouble: await this.#withSteps(owner, keyCareText.finishing(profile), (rotation, signal) =>
        rotation.finish(note, signal),
      ),
    }));
    if (done?.trouble !== undefined) {
      await this.ask(note, this.#reason(profile, done.trouble));
    } else if (done !== undefined) {
      void vscode.window.showInformationMessage(keyCareText.deleted(profile));
    }
  }
}
