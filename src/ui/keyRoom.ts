import * as vscode from 'vscode';
import type { AccessKeyInfo } from '../aws/accessKeys.ts';
import { callerOf, tellFault } from './keyCarePorts.ts';
import type { KeyCarePorts, KeyOwner } from './keyCarePorts.ts';
import { withCancel } from './progress.ts';
import { askPick } from './prompts/input.ts';
import { keyCareText } from './text/keyCare.ts';

/** A key that could go. */
interface Row {
  readonly key: AccessKeyInfo;
  /** Those of this computer that hold it. */
  readonly profiles: readonly string[];
  /** Age, last use and state, in words. */
  readonly detail: string;
}

/** Has the person take one of two keys away; false when there are still two. `again`: does from the start what needs room. */
export async function makeRoom(
  ports: KeyCarePorts,
  owner: KeyOwner,
  listed: readonly AccessKeyInfo[],
  again: () => Promise<void>,
): Promise<boolean> {
  const { iam, now } = ports;
  const rows = await withCancel(
    keyCareText.looking(owner.profile),
    () => ports.isAsking(),
    async (signal): Promise<readonly Row[] | 'cancelled'> => {
      const looked = await Promise.all(
        listed.map(async (key) => {
          const use = await iam.lastUse(callerOf(owner, owner.keys), key.accessKeyId, signal);
          const profiles = await ports.profilesWith(key.accessKeyId);
          const detail = keyCareText.keyDetail(key, 'kind' in use ? undefined : use, now());
          return { key, profiles, detail };
        }),
      );
      return signal.aborted ? 'cancelled' : looked;
    },
  );
  if (rows === 'cancelled') {
    return false;
  }
  const { accessKeyId } = owner.keys;
  const answer = await askPick({
    title: keyCareText.twoKeys(owner.profile),
    placeholder: keyCareText.twoKeysPlaceholder(),
    items: rows.map((row) =>
      row.key.accessKeyId === accessKeyId
        ? { label: `$(info) ${keyCareText.usedHere(accessKeyId)}`, alwaysShow: true as const }
        : {
            label: row.key.accessKeyId,
            description:
              row.profiles.length === 0 ? keyCareText.inNoProfile() : keyCareText.inProfiles(row.profiles),
            detail: row.detail,
            value: row,
          },
    ),
    active: () => true,
  });
  return answer.kind === 'value' && (await takeAway(ports, owner, answer.value, again));
}

async function takeAway(
  ports: KeyCarePorts,
  owner: KeyOwner,
  row: Row,
  again: () => Promise<void>,
): Promise<boolean> {
  const { iam } = ports;
  const { accessKeyId, isActive } = row.key;
  const [off, remove] = [keyCareText.switchOff(), keyCareText.deleteKey()];
  const detail = keyCareText.makeRoomDetail(row.detail, row.profiles, isActive);
  const choice = await vscode.window.showWarningMessage(
    keyCareText.makeRoom(accessKeyId),
    { modal: true, detail },
    ...(isActive ? [off] : []),
    remove,
  );
  if (choice === undefined) {
    return false;
  }
  const caller = callerOf(owner, owner.keys);
  const fault = await withCancel(
    keyCareText.looking(owner.profile),
    () => ports.isAsking(),
    (signal) =>
      choice === remove
        ? iam.remove(caller, accessKeyId, signal)
        : iam.setActive(caller, accessKeyId, false, signal),
  );
  if (fault !== undefined) {
    await tellFault(ports, owner, fault, again);
    return false;
  }
  if (choice === off) {
    void vscode.window.showInformationMessage(keyCareText.isOff(accessKeyId));
  }
  return choice === remove;
}
