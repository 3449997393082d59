import type { Control, Scope } from './control.ts';
import type { Sandbox } from './sandbox.ts';

/** An answer of the control API. */
export interface ControlAnswer {
  readonly status: number;
  readonly json: unknown;
}

/**
 * The control API for other processes, under `/_sandbox/`; `server.ts` lets in whoever shows the control token.
 *   GET  journal | secrets | code?user=NAME | unused-code?user=NAME
 *   POST control   {"do": "delay", "ms": 500, "operation": "AssumeRole", "times": 1} and so on, one per method of Control
 */
export function answerControl(
  sandbox: Pick<Sandbox, 'journal' | 'secrets' | 'currentCode' | 'unusedCode' | 'control'>,
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
): ControlAnswer {
  try {
    switch (`${method} ${path}`) {
      case 'GET journal':
        return { status: 200, json: sandbox.journal };
      case 'GET secrets':
        return { status: 200, json: sandbox.secrets() };
      case 'GET code':
        return { status: 200, json: { code: sandbox.currentCode(query.get('user') ?? '') } };
      case 'GET unused-code':
        return { status: 200, json: { code: sandbox.unusedCode(query.get('user') ?? '') } };
      case 'POST control':
        perform(sandbox.control, JSON.parse(body));
        return { status: 200, json: {} };
      default:
        return { status: 404, json: { error: `no ${method} ${path} here` } };
    }
  } catch (error) {
    return { status: 400, json: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function perform(control: Control, command: unknown): void {
  if (typeof command !== 'object' || command === null) {
    throw new Error('an object with "do" is expected');
  }
  const fields = new Map<string, unknown>(Object.entries(command));
  const scope: Scope = {
    ...(fields.has('operation') ? { operation: text(fields, 'operation') } : {}),
    ...(fields.has('times') ? { times: number(fields, 'times') } : {}),
  };
  const what = text(fields, 'do');
  switch (what) {
    case 'delay':
      return control.delay(number(fields, 'ms'), scope);
    case 'hold':
      return void control.hold(scope);
    case 'release':
      return control.release();
    case 'drop':
      return control.drop(scope);
    case 'throttle':
      return control.throttle(scope);
    case 'fail':
      return control.fail(number(fields, 'status') === 503 ? 503 : 500, scope);
    case 'raw':
      return control.raw(
        {
          status: number(fields, 'status'),
          headers: headers(fields.get('headers')),
          body: text(fields, 'body'),
        },
        scope,
      );
    case 'skewClock':
      return control.skewClock(number(fields, 'ms'));
    case 'grantSeconds':
      return control.grantSeconds(fields.has('seconds') ? number(fields, 'seconds') : undefined);
    case 'revokeSessions':
      return control.revokeSessions(fields.has('arn') ? text(fields, 'arn') : undefined);
    case 'deleteKey':
      return control.deleteKey(text(fields, 'accessKeyId'));
    case 'clear':
      return control.clear();
    default:
      throw new Error(`the sandbox cannot ${what}`);
  }
}

function text(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  if (typeof value !== 'string') {
    throw new Error(`"${name}" must be text`);
  }
  return value;
}

function number(fields: ReadonlyMap<string, unknown>, name: string): number {
  const value = fields.get(name);
  if (typeof value !== 'number') {
    throw new Error(`"${name}" must be a number`);
  }
  return value;
}

function headers(value: unknown): Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {};
}
