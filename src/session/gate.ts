import type { Fault } from '../aws/faults.ts';
import type { Plan } from '../aws/planModel.ts';
import type { RunResult } from '../aws/run.ts';
import { failed, permit, succeeded, type Caller } from './allowance.ts';
import type { Task } from './obtain.ts';
import type { RenewalNote } from './renewalNote.ts';

/** What the gate asks of the world. */
export interface GatePorts {
  /** ms UTC by the clock on the wall. */
  wall(): number;
  /** 0 to 1. */
  random(): number;
  readonly note: RenewalNote;
  /** Resolves after `ms`, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** A renewal that nobody sees has failed, for the first time in a row. */
  onTrouble(task: Task, fault: Fault, step: number | undefined): void;
}

/**
 * What every call passes that no person stands behind: there are only so many a minute on this host, whatever the number
 * of sessions and windows, and none to a host that is down but a single one now and then.
 */
export class Gate {
  readonly #ports: GatePorts;

  constructor(ports: GatePorts) {
    this.#ports = ports;
  }

  /** Resolves when the call may be made; false: not now, the time will come. Rejects with the signal's reason. */
  async enter(task: Task, plan: Plan, signal: AbortSignal): Promise<boolean> {
    if (!task.unattended) {
      return true;
    }
    const caller = callerOf(task, plan);
    for (;;) {
      const answer = await this.#ports.note.update(signal, (state) =>
        permit(state, caller, this.#ports.wall()),
      );
      if (answer.kind !== 'wait') {
        return answer.kind === 'go';
      }
      await this.#ports.wait(answer.ms, signal);
      signal.throwIfAborted();
    }
  }

  /** Hears what became of the call. Rejects with the signal's reason. */
  async learn(task: Task, plan: Plan, result: RunResult, signal: AbortSignal): Promise<void> {
    const caller = callerOf(task, plan);
    if (result.ok) {
      const { hosts, sessions } = await this.#ports.note.look();
      if (hosts.has(caller.host) || sessions.has(caller.id)) {
        await this.#ports.note.update(signal, (state) => [succeeded(state, caller), undefined]);
      }
      return;
    }
    // A person sees by themselves what has failed, and tries again when they like.
    if (!task.unattended || result.fault.kind === 'cancelled') {
      return;
    }
    const isNew = await this.#ports.note.update(signal, (state) =>
      failed(state, caller, result.fault, this.#ports.wall(), this.#ports.random()),
    );
    if (isNew) {
      this.#ports.onTrouble(task, result.fault, result.step);
    }
  }
}

/** Where a plan's calls go, as far as trouble is concerned: a chain's last hop stands for all of it. */
export function hostOf(plan: Plan): string {
  const { endpoint } = plan.target;
  return URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
}

function callerOf(task: Task, plan: Plan): Caller {
  return { id: task.about.id, host: hostOf(plan), isTool: task.by.kind === 'tool' };
}
