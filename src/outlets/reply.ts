import type { Credentials } from '../aws/credentials.ts';
import type { Fault } from '../aws/faults.ts';
import { isoSeconds, processJson } from '../aws/formats.ts';
import type { UserKeys } from '../aws/vaultPointer.ts';
import type { AgentRefusal, ToolSupply } from '../session/agentAccess.ts';
import type { KeysSupply } from '../session/keySupply.ts';
import type { Several } from '../session/named.ts';

/** Which tool asks: the helper of a managed profile, or an SDK that follows AWS_CONTAINER_CREDENTIALS_FULL_URI. */
export type Schema = 'process' | 'container';

/** What a fetch that gets no credentials says; the tool shows it, so each is one sentence. */
export interface SupplySentences {
  /** `validUntil`: until when (ms UTC) what was fetched before works at AWS. */
  ended(name: string, validUntil: number | undefined): string;
  unknown(): string;
  several(name: string): string;
  /** A profile leads to long-term keys that are not there. */
  noKeys(): string;
  needsPerson(name: string): string;
  failed(name: string, fault: Fault): string;
  /** To a coding agent. */
  refused(name: string, why: AgentRefusal): string;
  /** The window is still working on it; the next try may succeed. */
  busy(): string;
}

/** An HTTP answer. */
export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** The sentence alone, for a reader that cannot parse JSON; undefined in a success. */
  readonly message: string | undefined;
}

/** What is left of life when nobody knows the end, milliseconds: SDKs ask again in good time, none asks every call. */
const UNKNOWN_END_MS = 15 * 60_000;

/** An error in the form that the SDKs read: `{Code, Message}`. */
export function errorReply(status: number, code: string, message: string): Reply {
  return { status, body: { Code: code, Message: message }, message };
}

/**
 * The answer to a fetch. Errors are 4xx throughout: the JavaScript SDK shows the Message of a 4xx only.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function supplyReply(
  schema: Schema,
  supply: ToolSupply | Several | KeysSupply,
  sentences: SupplySentences,
  now: number,
): Reply {
  switch (supply.kind) {
    case 'credentials': {
      const { credentials } = supply;
      const body = schema === 'process' ? processJson(credentials) : containerJson(credentials, now);
      return { status: 200, body, message: undefined };
    }
    case 'ended':
      return errorReply(410, 'SessionEnded', sentences.ended(supply.name, supply.validUntil));
    case 'unknown':
      return errorReply(404, 'UnknownSession', sentences.unknown());
    case 'keys':
      // What asks the endpoint has been led to a session: long-term keys go to the profile's own command only.
      return schema === 'process'
        ? { status: 200, body: keysJson(supply.keys), message: undefined }
        : errorReply(404, 'UnknownSession', sentences.unknown());
    case 'noKeys':
      return errorReply(404, 'UnknownKeys', sentences.noKeys());
    case 'several':
      return errorReply(409, 'SeveralSessions', sentences.several(supply.name));
    case 'needsPerson':
      return errorReply(409, 'NeedsPerson', sentences.needsPerson(supply.name));
    case 'failed':
      return errorReply(424, 'SessionFailed', sentences.failed(supply.name, supply.fault));
    case 'refused':
      return errorReply(403, 'NotForAgents', sentences.refused(supply.name, supply.why));
  }
}

/** Long-term keys as a `credential_process` prints them: without an end. */
function keysJson({ accessKeyId, secretAccessKey }: UserKeys): Record<string, unknown> {
  const never = { sessionToken: undefined, expiresAt: undefined, accountId: undefined };
  return processJson({ accessKeyId, secretAccessKey, ...never });
}

/** The container schema: the JavaScript SDK demands all four, and an Expiration even where there is none. */
function containerJson(credentials: Credentials, now: number): Record<string, unknown> {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey.reveal(),
    Token: credentials.sessionToken?.reveal() ?? '',
    Expiration: isoSeconds(credentials.expiresAt ?? now + UNKNOWN_END_MS),
    ...(credentials.accountId !== undefined && { AccountId: credentials.accountId }),
  };
}
