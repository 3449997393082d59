import type { Effects } from './aws/effects.ts';

/** OpenID Connect issuers for the interface and for the runs of plans. */
export interface WiredIssuers {
  /** What a run asks of it; an unattended one never opens anything. */
  effects(unattended: boolean): Pick<Effects, 'idToken'>;
  /** True while a person is being asked. */
  isAsking(): boolean;
}

/** Builds it. Nothing is read or loaded before somebody needs it. */
export function wireIssuers(): WiredIssuers {
  return {
    effects: () => ({
      idToken: ({ name }) => Promise.resolve({ kind: 'issuerUnknown', issuer: name }),
    }),
    isAsking: () => false,
  };
}
