import { randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from './control.ts';
import { answerControl } from './controlApi.ts';
import type { IdentityCenter } from './identityCenter/identityCenter.ts';
import { receiveIdentityCenter } from './identityCenter/receive.ts';
import type { Journal } from './journal.ts';
import { isMetadata, type MetadataServices } from './metadata.ts';
import type { Parameters } from './parameters.ts';
import { Refusal } from './refusal.ts';
import type { Sandbox } from './sandbox.ts';
import { answerCall, readCall, refuse, type Answer, type Received } from './service.ts';
import { receiveFederation, type ConsoleFederation } from './signin/federation.ts';
import { receiveSignIn } from './signin/receive.ts';
import type { ConsoleSignIn } from './signin/signin.ts';
import { readClaim, type SignatureClaim, type WireRequest } from './signature.ts';
import type { World } from './world.ts';

/** What the server works on. */
export interface ServerParts {
  readonly world: World;
  readonly journal: Journal;
  readonly control: Control;
  readonly metadata: MetadataServices;
  readonly identityCenter: IdentityCenter | undefined;
  readonly signIn: ConsoleSignIn | undefined;
  readonly federation: ConsoleFederation;
  readonly sandbox: Omit<Sandbox, 'url' | 'close'>;
}

/** AWS's query services take far less; a bigger body is not a call. */
const largestBody = 1024 * 1024;

/** Never in the journal. */
const secretParameters = new Set([
  'TokenCode',
  'AuthenticationCode1',
  'AuthenticationCode2',
  'SAMLAssertion',
  'WebIdentityToken',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'X-Amz-Credential',
]);

/** The HTTP side: reads calls, lets `control` spoil them, answers, and writes the journal. */
export function makeServer(parts: ServerParts): Server {
  return createServer((incoming, outgoing) => {
    serve(parts, incoming, outgoing).catch((error: unknown) => {
      // A mistake of the sandbox's own must not look like an answer of AWS's.
      process.emitWarning(error instanceof Error ? error : String(error));
      incoming.socket.destroy();
    });
  });
}

async function serve(parts: ServerParts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = await readRequest(incoming);
  if (request === undefined) {
    outgoing.writeHead(413).end();
    return;
  }
  if (request.path.startsWith('/_sandbox/')) {
    serveControl(parts.sandbox, request, outgoing);
    return;
  }
  if (isMetadata(request.path)) {
    serveMetadata(parts, request, outgoing);
    return;
  }
  const requestId = randomUUID();
  const call = receive(parts, request, requestId);
  const index = parts.journal.open({
    at: parts.world.now(),
    operation: call.operation,
    params: call.params,
    accessKeyId: call.accessKeyId,
    region: call.region,
    requestId,
    userAgent: request.headers.get('user-agent')?.[0] ?? '',
  });
  const gone = new AbortController();
  outgoing.once('close', () => {
    gone.abort();
    parts.journal.end(index, {
      state: 'dropped',
      caller: undefined,
      status: undefined,
      errorCode: undefined,
    });
  });
  const spoilt = await spoil(parts, call, gone.signal);
  if (spoilt === 'drop' || gone.signal.aborted) {
    incoming.socket.destroy();
    return;
  }
  const answer = spoilt ?? (await call.answer());
  // Before the answer leaves, so that whoever has the answer finds the call in the journal.
  const { status, errorCode, caller } = answer;
  parts.journal.end(index, { state: 'answered', status, errorCode, caller });
  outgoing.sendDate = false;
  outgoing.writeHead(status, {
    Date: new Date(parts.world.now()).toUTCString(),
    'Content-Length': Buffer.byteLength(answer.body),
    ...answer.headers,
  });
  outgoing.end(answer.body);
}

/** Without signature, XML or misbehaviour: what goes wrong with these is that they are not there. */
function serveMetadata(parts: ServerParts, request: WireRequest, outgoing: ServerResponse): void {
  const { operation, status, body } = parts.metadata.answer(request);
  const index = parts.journal.open({
    at: parts.world.now(),
    operation,
    params: {},
    accessKeyId: undefined,
    region: undefined,
    requestId: '',
    userAgent: request.headers.get('user-agent')?.[0] ?? '',
  });
  parts.journal.end(index, { state: 'answered', status, errorCode: undefined, caller: undefined });
  outgoing.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body);
}

/** The call in a request: Identity Center has paths of its own, everything else is the query protocol's. */
function receive(parts: ServerParts, request: WireRequest, requestId: string): Received {
  const { world, identityCenter, signIn, federation } = parts;
  const ofFederation = receiveFederation(request, federation, requestId);
  if (ofFederation !== undefined) {
    return ofFederation;
  }
  const ofSignIn = signIn && receiveSignIn(request, signIn, requestId);
  if (ofSignIn !== undefined) {
    return ofSignIn;
  }
  const ofIdentityCenter = identityCenter && receiveIdentityCenter(request, identityCenter, world, requestId);
  if (ofIdentityCenter !== undefined) {
    return ofIdentityCenter;
  }
  const call = readCall(request, requestId);
  const claim = claimOrNothing(request);
  return {
    operation: call.operation,
    params: visible(call.parameters),
    accessKeyId: claim?.accessKeyId,
    region: claim?.scope.region,
    answer: () => answerCall(call, world),
    refuse: (refusal) => refuse(call, refusal, undefined),
  };
}

/** What `control` asked for: an answer in place of AWS's, `drop`, or undefined for a call to be answered normally. */
async function spoil(
  { control }: ServerParts,
  call: Received,
  gone: AbortSignal,
): Promise<Answer | 'drop' | undefined> {
  for (const behaviour of control.take(call.operation)) {
    switch (behaviour.kind) {
      case 'delay':
        await sleep(behaviour.ms, undefined, { signal: gone }).catch(() => undefined);
        break;
      case 'hold':
        await Promise.race([behaviour.released, aborted(gone)]);
        break;
      case 'drop':
        return 'drop';
      case 'throttle':
        return call.refuse(new Refusal(400, 'Throttling', 'Rate exceeded'));
      case 'fail':
        return call.refuse(failure(behaviour.status));
      case 'raw':
        return { headers: {}, ...behaviour.answer, caller: undefined, errorCode: undefined };
    }
  }
  return undefined;
}

function failure(status: 500 | 503): Refusal {
  return status === 500
    ? new Refusal(500, 'InternalFailure', 'The request processing has failed because of an unknown error.')
    : new Refusal(
        503,
        'ServiceUnavailable',
        'The request has failed due to a temporary failure of the server.',
      );
}

function serveControl(sandbox: ServerParts['sandbox'], request: WireRequest, outgoing: ServerResponse): void {
  const shown = Buffer.from(request.headers.get('authorization')?.[0] ?? '');
  const wanted = Buffer.from(`Bearer ${sandbox.controlToken}`);
  const { status, json } =
    shown.length === wanted.length && timingSafeEqual(shown, wanted)
      ? answerControl(
          sandbox,
          request.method,
          request.path.slice('/_sandbox/'.length),
          new URLSearchParams(request.query),
          Buffer.from(request.body).toString('utf8'),
        )
      : { status: 401, json: { error: 'the control token is needed' } };
  outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) {
      return undefined;
    }
    chunks.push(chunk);
  }
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  const headers = Object.entries(incoming.headersDistinct).map(
    ([name, values]): [string, readonly string[]] => [name, values ?? []],
  );
  return {
    method: incoming.method ?? 'GET',
    path,
    query,
    headers: new Map(headers),
    body: Buffer.concat(chunks),
  };
}

function claimOrNothing(request: WireRequest): SignatureClaim | undefined {
  try {
    return readClaim(request);
  } catch {
    return undefined;
  }
}

function visible(parameters: Parameters): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...parameters].filter(
      ([name]) => !secretParameters.has(name) && name !== 'Action' && name !== 'Version',
    ),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
