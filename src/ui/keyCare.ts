import * as vscode from 'vscode';
import { ageInDays, isRootArn, mostAccessKeys } from '../aws/accessKeys.ts';
import type { AccessKeyInfo } from '../aws/accessKeys.ts';
import type { Keys } from '../aws/credentials.ts';
import type { CallerIdentity } from '../aws/effects.ts';
import type { StsTarget } from '../aws/planModel.ts';
import { callerOf, keyOwner, lockOf, tellFault } from './keyCarePorts.ts';
import type { KeyCarePorts, KeyOwner } from './keyCarePorts.ts';
import { makeRoom } from './keyRoom.ts';
import { RotationFlow } from './keyRotationFlow.ts';
import { withCancel } from './progress.ts';
import { identityForReading } from './text/identity.ts';
import { configureL10n } from './text/l10n.ts';
import { keyCareText, rootAdvice } from './text/keyCare.ts';

/** Looking after long-term keys: rotating them, how old they are, whose they are. */
export class KeyCare {
  readonly #ports: KeyCarePorts;

  readonly #flow: RotationFlow;

  constructor(ports: KeyCarePorts) {
    // A bundle of its own has its own copy of the words.
    configureL10n(vscode.l10n.bundle);
    this.#ports = ports;
    this.#flow = new RotationFlow(ports, (profile) => this.rotate(profile));
  }

  /** Rotates the keys of a profile, or goes on with a rotation of it that is under way. */
  async rotate(profile: string): Promise<void> {
    const note = this.#ports.notes.of(profile);
    if (note !== undefined) {
      await this.#flow.ask(note);
      return;
    }
    const owner = await keyOwner(this.#ports, profile);
    // Said before anything is asked of AWS or of the person.
    if (owner && (await this.#ports.keys.isUnproven?.(owner.keys.accessKeyId))) {
      void vscode.window.showWarningMessage(keyCareText.unproven(profile));
      return;
    }
    const again = (): Promise<void> => this.rotate(profile);
    const looked = owner && (await this.#look(owner, again));
    if (!owner || !looked) {
      return;
    }
    const { identity, listed } = looked;
    if (!listed.some(({ accessKeyId }) => accessKeyId === owner.keys.accessKeyId)) {
      void vscode.window.showErrorMessage(keyCareText.notListed(profile));
      return;
    }
    if (isRootArn(identity.arn) && !(await this.#tellRoot(profile, keyCareText.rotateAnyway()))) {
      return;
    }
    if (listed.length >= mostAccessKeys && !(await makeRoom(this.#ports, owner, listed, again))) {
      return;
    }
    if (await this.#confirm(owner, identity, listed)) {
      await this.#flow.run(owner);
    }
  }

  /** Asks AWS how old the keys of a profile are, and says it. */
  async checkAge(profile: string): Promise<void> {
    const owner = await keyOwner(this.#ports, profile);
    const looked = owner && (await this.#look(owner, () => this.checkAge(profile)));
    if (!owner || !looked) {
      return;
    }
    const { accessKeyId } = owner.keys;
    const createdAt = looked.listed.find((key) => key.accessKeyId === accessKeyId)?.createdAt;
    if (createdAt === undefined) {
      void vscode.window.showWarningMessage(keyCareText.ageUnknown(accessKeyId));
      return;
    }
    const rotate = `${keyCareText.rotateTitle()}…`;
    const days = ageInDays(createdAt, this.#ports.now());
    if ((await vscode.window.showInformationMessage(keyCareText.age(accessKeyId, days), rotate)) === rotate) {
      await this.rotate(profile);
    }
  }

  /** Offers to go on with what was interrupted, in one window. */
  async resume(): Promise<void> {
    const open = this.#ports.notes.list().filter(({ isPutOff }) => !isPutOff);
    await Promise.all(
      open.map(async ({ profile }) =>
        this.#ports.alone(`rotation-offer ${profile}`, async () => {
          // Another window rotates it at this very moment.
          const note = await this.#ports.alone(lockOf(profile), async () => this.#ports.notes.of(profile));
          if (note !== undefined && !note.isPutOff) {
            await this.#flow.ask(note);
          }
        }),
      ),
    );
  }

  /** Learns whose key it is, once for each, and says what AWS advises about those of root users. */
  async learnOwner(profile: string, keys: Keys, target: StsTarget): Promise<void> {
    const identity = await this.#ports.identity({ keys, target }, AbortSignal.timeout(30_000));
    if ('kind' in identity) {
      return;
    }
    const isRoot = isRootArn(identity.arn);
    await this.#ports.known.learn(keys.accessKeyId, { isRoot, accountId: identity.accountId });
    if (isRoot) {
      await this.#tellRoot(profile);
    }
  }

  /** Who has the keys, and which; undefined when that cannot be known, and the person has been told why. */
  async #look(
    owner: KeyOwner,
    again: () => Promise<void>,
  ): Promise<{ readonly identity: CallerIdentity; readonly listed: readonly AccessKeyInfo[] } | undefined> {
    const { identity: identityOf, iam, known } = this.#ports;
    const { profile, keys, sts } = owner;
    const looked = await withCancel(
      keyCareText.looking(profile),
      () => this.#ports.isAsking(),
      async (signal) => {
        const identity = await identityOf({ keys, target: sts }, signal);
        if ('kind' in identity) {
          return identity;
        }
        const listed = await iam.list(callerOf(owner, keys), signal);
        return 'kind' in listed ? listed : { listed, identity };
      },
    );
    if ('kind' in looked) {
      await tellFault(this.#ports, owner, looked, again);
      return undefined;
    }
    const { arn, accountId } = looked.identity;
    const isRoot = isRootArn(arn);
    for (const { accessKeyId, createdAt } of looked.listed) {
      await known.learn(accessKeyId, { createdAt, isRoot, accountId });
    }
    return looked;
  }

  /** Says what AWS advises; true when the person wants to go on all the same, with the button `anyway`. */
  async #tellRoot(profile: string, ...anyway: readonly string[]): Promise<boolean> {
    const advice = keyCareText.advice();
    const choice = await vscode.window.showWarningMessage(keyCareText.isRoot(profile), advice, ...anyway);
    if (choice === advice) {
      await vscode.env.openExternal(vscode.Uri.parse(rootAdvice));
    }
    return choice !== undefined && anyway.includes(choice);
  }

  async #confirm(
    { profile, keys }: KeyOwner,
    { arn }: CallerIdentity,
    listed: readonly AccessKeyInfo[],
  ): Promise<boolean> {
    const { accessKeyId } = keys;
    const createdAt = listed.find((key) => key.accessKeyId === accessKeyId)?.createdAt;
    const days = createdAt === undefined ? undefined : ageInDays(createdAt, this.#ports.now());
    const profiles = await this.#ports.profilesWith(accessKeyId);
    const detail = keyCareText.confirmDetail(identityForReading(arn), accessKeyId, days, profiles);
    const rotate = keyCareText.rotate();
    const options = { modal: true, detail };
    return (await vscode.window.showWarningMessage(keyCareText.confirm(profile), options, rotate)) === rotate;
  }
}
