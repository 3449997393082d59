import type { Fault } from '../../../src/aws/faults.ts';
import type { FaultAction } from '../../../src/ui/text/faultActions.ts';

export const roleArn = 'arn:aws:iam::111122223333:role/team/admin';
export const providerArn = 'arn:aws:iam::111122223333:saml-provider/corp';
export const host = 'sts.eu-west-1.amazonaws.com';
export const inProfile = { path: '/etc/corp.pem', from: 'ca_bundle' } as const;

/** A fault and what a person reads of it. */
export type FaultRow<Kind extends Fault['kind']> = readonly [
  details: Omit<Extract<Fault, { kind: Kind }>, 'kind'>,
  sentence: string,
  actions: readonly FaultAction[],
];

/** Typed by kind, so that a new kind of fault does not compile without its sentence. */
export type FaultTable = { [Kind in Fault['kind']]: readonly FaultRow<Kind>[] };
