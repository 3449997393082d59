import type { Effects } from './aws/effects.ts';

/** `aws login` for the interface and for the runs of plans. */
export interface WiredLogin {
  /** What a run asks of it; an unattended one never opens anything. */
  effects(unattended: boolean): Pick<Effects, 'loginCredentials'>;
  /** True while a person is being asked. */
  isAsking(): boolean;
}

/** Builds it. Nothing is read or loaded before somebody needs it. */
export function wireLogin(): WiredLogin {
  return {
    effects: () => ({
      loginCredentials: ({ arn }) => Promise.resolve({ kind: 'loginNeeded', profile: arn }),
    }),
    isAsking: () => false,
  };
}
