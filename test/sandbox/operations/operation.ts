import type { Constraint, Parameters } from '../parameters.ts';
import type { Caller, World } from '../world.ts';
import type { XmlTree } from '../xml.ts';

/** One operation of the sandbox: what it accepts and what it answers. */
export interface Operation {
  readonly name: string;
  readonly service: Service;
  readonly parameters: readonly Constraint[];
  /** Answers a call whose signature and parameters are right. Throws a Refusal. */
  run(call: Call, world: World): XmlTree;
}

/** An operation that takes calls without a signature, and says itself who calls. */
export interface OpenOperation {
  readonly name: string;
  readonly service: Service;
  readonly parameters: readonly Constraint[];
  readonly unsigned: true;
  /** Answers a call whose parameters are right. Throws a Refusal. */
  run(parameters: Parameters, world: World): XmlTree | Promise<XmlTree>;
}

/** A service of the query protocol. */
export interface Service {
  /** The name in the credential scope. */
  readonly signingName: 'sts' | 'iam' | 'ec2';
  readonly version: string;
  readonly namespace: string;
}

/** A call as an operation sees it. */
export interface Call {
  readonly caller: Caller;
  readonly parameters: Parameters;
  readonly region: string;
}

export const sts: Service = {
  signingName: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

export const iam: Service = {
  signingName: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
};

export const ec2: Service = {
  signingName: 'ec2',
  version: '2016-11-15',
  namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
};
