import type { Effects } from './aws/effects.ts';

/** SAML for the interface and for the runs of plans. */
export interface WiredSaml {
  /** What a run asks of it; an unattended one never opens anything. */
  effects(unattended: boolean): Pick<Effects, 'samlAssertion'>;
  /** True while a person is being asked. */
  isAsking(): boolean;
}

/** Builds it. Nothing is read or loaded before somebody needs it. */
export function wireSaml(): WiredSaml {
  return {
    effects: () => ({
      samlAssertion: ({ profile }) => Promise.resolve({ kind: 'samlNoWay', profile }),
    }),
    isAsking: () => false,
  };
}
