import type { Guard } from '../aws/guards.ts';
import type { Plan, SessionRequest } from '../aws/planModel.ts';
import { isReadOnlyRequest, readOnlyHindrance, readOnlyRequest } from '../aws/readOnly.ts';
import type { ReadOnlyHindrance } from '../aws/readOnly.ts';

/** What a guard makes of a start. */
export type GuardedStart =
  /** It goes on as it was asked for. */
  | { readonly kind: 'go' }
  /** It starts read-only instead, and the person is told how to get all rights. */
  | { readonly kind: 'readOnly'; readonly request: SessionRequest }
  | {
      readonly kind: 'ask';
      /** What can be chosen, the safer first where the guard says so: as asked for, or read-only. */
      readonly offers: readonly ('asked' | 'readOnly')[];
      /** The read-only request among them. */
      readonly narrowed: SessionRequest | undefined;
      /** Why a guard that wants sessions read-only cannot have this one so. */
      readonly hindrance: ReadOnlyHindrance | undefined;
    };

/** What `guard` makes of a start whose plan is `plan`. */
export function guardStart(guard: Guard, request: SessionRequest, plan: Plan): GuardedStart {
  const ask = (
    offers: readonly ('asked' | 'readOnly')[],
    narrowed?: SessionRequest,
    hindrance?: ReadOnlyHindrance,
  ): GuardedStart => ({ kind: 'ask', offers, narrowed, hindrance });
  if (isReadOnlyRequest(request)) {
    return guard.asksFirst ? ask(['asked']) : { kind: 'go' };
  }
  const hindrance = readOnlyHindrance(plan);
  const narrowed = hindrance === undefined ? readOnlyRequest(request) : undefined;
  if (guard.readOnly) {
    if (narrowed === undefined) {
      return ask(['asked'], undefined, hindrance);
    }
    return guard.asksFirst ? ask(['readOnly', 'asked'], narrowed) : { kind: 'readOnly', request: narrowed };
  }
  if (guard.asksFirst) {
    return narrowed === undefined ? ask(['asked']) : ask(['asked', 'readOnly'], narrowed);
  }
  return { kind: 'go' };
}

/**
 * True when a started session turned out to be guarded so that a person has to be asked, and was not by what was `known`
 * before: two guards may fit where one was seen.
 */
export function asksAfterwards(guard: Guard, known: Guard | undefined, request: SessionRequest): boolean {
  const asks = guard.asksFirst && known?.asksFirst !== true;
  const isWide = guard.readOnly && known?.readOnly !== true && !isReadOnlyRequest(request);
  return asks || isWide;
}
