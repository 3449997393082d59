import type { Guard } from '../aws/guards.ts';
import type { UserKeys } from '../aws/vaultPointer.ts';
import type { AgentAccess, AgentRefusal } from './agentAccess.ts';

/** What a fetch of long-term keys gets. */
export type KeysSupply =
  | { readonly kind: 'keys'; readonly keys: UserKeys }
  /** This window has none of that id; another may. */
  | { readonly kind: 'noKeys' };

/**
 * Why a coding agent gets no long-term keys of a profile; undefined: it may have them. They cannot be made read-only, so
 * that only who gives agents the same as oneself gives them these; and whoever wants to be asked before a session of the
 * profile starts does not mean to hand out what needs no session.
 */
export function keysRefusal(
  access: AgentAccess | undefined,
  guard: Pick<Guard, 'readOnly' | 'asksFirst'> | undefined,
): AgentRefusal | undefined {
  switch (access) {
    case undefined:
      return { kind: 'notChosen' };
    case 'nothing':
      return { kind: 'nothing' };
    case 'readOnly':
      return { kind: 'longTermKeys' };
    case 'same':
      return guard?.readOnly === true || guard?.asksFirst === true ? { kind: 'longTermKeys' } : undefined;
  }
}
