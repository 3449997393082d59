import { checkParameters, type Parameters } from './parameters.ts';
import { Refusal } from './refusal.ts';
import { iamRegion, partitionOf } from './regions.ts';
import { checkSignature, readClaim, type SignatureClaim, type WireRequest } from './signature.ts';
import { operationOf, serviceOf } from './operations/table.ts';
import type { Service } from './operations/operation.ts';
import type { Caller, World } from './world.ts';
import { ec2ErrorXml, errorXml, resultXml, type XmlTree } from './xml.ts';

/** A call that was read from the wire but not yet judged. */
export interface IncomingCall {
  readonly request: WireRequest;
  readonly service: Service;
  readonly operation: string;
  readonly parameters: Parameters;
  readonly requestId: string;
}

/** What goes back, and what the journal says about it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly caller: string | undefined;
  readonly errorCode: string | undefined;
}

/** A call of any protocol, as the server handles it. */
export interface Received {
  readonly operation: string;
  /** What the journal may hold: no secret. */
  readonly params: Readonly<Record<string, string>>;
  readonly accessKeyId: string | undefined;
  readonly region: string | undefined;
  /** Judges the call. */
  answer(): Answer | Promise<Answer>;
  /** An error in the words of its protocol. */
  refuse(refusal: Refusal): Answer;
}

/** Reads the query protocol: parameters in the query and in a form body. */
export function readCall(request: WireRequest, requestId: string): IncomingCall {
  const isForm =
    request.headers.get('content-type')?.[0]?.startsWith('application/x-www-form-urlencoded') ?? false;
  const body = isForm
    ? new URLSearchParams(Buffer.from(request.body).toString('utf8'))
    : new URLSearchParams();
  const parameters = new Map([...new URLSearchParams(request.query), ...body]);
  return {
    request,
    service: serviceOf(parameters.get('Version')),
    operation: parameters.get('Action') ?? '',
    parameters,
    requestId,
  };
}

/** Judges a call as AWS does: who it is, whether the parameters can be right, and only then what it wants. */
export async function answerCall(call: IncomingCall, world: World): Promise<Answer> {
  let caller: Caller | undefined;
  try {
    const operation = operationOf(call.service, call.operation);
    if (operation !== undefined && 'unsigned' in operation) {
      checkParameters(call.parameters, operation.parameters);
      return succeed(call, await operation.run(call.parameters, world), undefined);
    }
    const claim = readClaim(call.request);
    caller = authenticate(claim, call, world);
    if (operation === undefined) {
      const version = call.parameters.get('Version') ?? call.service.version;
      throw new Refusal(
        400,
        'InvalidAction',
        `Could not find operation ${call.operation} for version ${version}`,
      );
    }
    checkParameters(call.parameters, operation.parameters);
    const result = operation.run({ caller, parameters: call.parameters, region: claim.scope.region }, world);
    return succeed(call, result, caller.arn);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    return refuse(call, error, caller?.arn);
  }
}

function succeed(call: IncomingCall, result: XmlTree, caller: string | undefined): Answer {
  const body = resultXml(call.operation, call.service.namespace, result, call.requestId);
  return { status: 200, headers: headersOf(call), body, caller, errorCode: undefined };
}

/** AWS's XML for a refusal. */
export function refuse(call: IncomingCall, refusal: Refusal, caller: string | undefined): Answer {
  const body =
    call.service.signingName === 'ec2'
      ? ec2ErrorXml(refusal, call.requestId)
      : errorXml(call.service.namespace, refusal, call.requestId);
  return { status: refusal.status, headers: headersOf(call), body, caller, errorCode: refusal.code };
}

function headersOf(call: IncomingCall): Readonly<Record<string, string>> {
  return { 'x-amzn-RequestId': call.requestId, 'Content-Type': 'text/xml' };
}

function authenticate(claim: SignatureClaim, call: IncomingCall, world: World): Caller {
  const key = world.key(claim.accessKeyId);
  const partition = partitionOf(claim.scope.region);
  const { signingName } = call.service;
  if (partition === undefined) {
    throw new Refusal(
      403,
      'SignatureDoesNotMatch',
      `Credential should be scoped to a valid region, not '${claim.scope.region}'. `,
    );
  }
  // A key of another partition, and a token that does not belong to the key, are as unknown as a made-up key.
  if (
    key === undefined ||
    key.caller.partition !== partition ||
    key.caller.session?.sessionToken !== claim.sessionToken
  ) {
    throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  if (signingName === 'iam' && iamRegion(partition) !== claim.scope.region) {
    throw new Refusal(
      403,
      'SignatureDoesNotMatch',
      `Credential should be scoped to a valid region, not '${claim.scope.region}'. `,
    );
  }
  const now = world.now();
  if (
    !world.accessKeys.take(claim.accessKeyId, { at: now, service: signingName, region: claim.scope.region })
  ) {
    throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  checkSignature(claim, call.request, key.secretAccessKey, signingName, now);
  if (key.caller.session !== undefined && key.caller.session.expiresAt <= now) {
    throw new Refusal(403, 'ExpiredToken', 'The security token included in the request is expired');
  }
  return key.caller;
}
