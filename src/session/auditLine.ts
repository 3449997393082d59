import type { Plan, Step } from '../aws/planModel.ts';
import { isReadOnlyRequest } from '../aws/readOnly.ts';
import type { Asker, HandedTo, Happening } from './happenings.ts';

/** A line holds at most so many bytes, its end included: one write of it is never torn by another window's. */
const longestLine = 4096;

/** Characters of a text at first, and when the line is too long for that. */
const textLengths = [300, 60] as const;

/** One way-point of a plan: where credentials come from, or a call to STS with what came before. */
type AuditHop = Readonly<Record<string, string | boolean>>;

/**
 * A happening as one line of JSON, with its end. It is put together from what may be known, member by member: nothing of
 * a plan or a request that is not named here can get into it. Moments are ISO 8601 in UTC.
 */
export function auditLine(happening: Happening): string {
  for (const length of textLengths) {
    const line = lineOf(happening, length, undefined);
    if (Buffer.byteLength(line) <= longestLine) {
      return line;
    }
  }
  return lineOf(happening, textLengths[1], 2);
}

function lineOf(happening: Happening, length: number, mostHops: number | undefined): string {
  const { at, kind, by, session } = happening;
  const { id, name, accountId, roleArn, request } = session;
  const hops = 'plan' in happening ? hopsOf(happening.plan) : undefined;
  const entry = {
    at: moment(at),
    what: kind,
    session: name,
    id,
    account: accountId,
    role: roleArn,
    ...(isReadOnlyRequest(request) && { readOnly: true }),
    by: askerWord(by),
    ...(by.kind === 'guard' && { why: by.why }),
    ...('to' in happening && happening.to && handedTo(happening.to)),
    ...('until' in happening && { until: moment(happening.until) }),
    ...('fault' in happening && { fault: happening.fault, step: happening.step }),
    ...(hops && { plan: mostHops === undefined ? hops : hops.slice(-mostHops) }),
    ...(hops && mostHops !== undefined && hops.length > mostHops && { moreHops: hops.length - mostHops }),
  };
  const text = JSON.stringify(entry, (_key, value: unknown) =>
    typeof value === 'string' && value.length > length ? `${value.slice(0, length - 1)}…` : value,
  );
  // JSON leaves these two as they are, and some readers end a line at them.
  return `${text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
}

/** ISO 8601; undefined stays so, and JSON leaves it out. */
function moment(ms: number | undefined): string | undefined {
  // What is no date (a clock gone mad, an end in the year 300000) must not lose the line.
  return ms === undefined || !(Math.abs(ms) <= 8.64e15) ? undefined : new Date(ms).toISOString();
}

function askerWord(by: Asker): string {
  switch (by.kind) {
    case 'extension':
      return `extension ${by.id}`;
    case 'accountsMenu':
      return 'accounts menu';
    case 'person':
    case 'tool':
    case 'schedule':
    case 'agent':
    case 'guard':
      return by.kind;
  }
}

function handedTo(to: HandedTo): Readonly<Record<string, string>> {
  switch (to.kind) {
    case 'clipboard':
      return { to: 'clipboard', form: to.form };
    case 'file':
      return { to: 'file', form: to.form, file: to.path };
    case 'command':
    case 'console':
      return { to: to.kind };
    case 'consoleLink':
      return { to: 'console link' };
  }
}

function hopsOf({ base, steps }: Plan): readonly AuditHop[] {
  return [baseHop(base), ...steps.map(stepHop)];
}

function baseHop(base: Plan['base']): AuditHop {
  const { kind, profile } = base;
  switch (base.kind) {
    case 'webIdentity':
      return { from: kind, profile, role: base.roleArn };
    case 'saml':
      return { from: kind, profile, ...(base.role && { role: base.role.roleArn }) };
    case 'identityCenter':
      return { from: kind, profile, ...(base.roleName !== undefined && { role: base.roleName }) };
    case 'credentialSource':
      return { from: kind, profile, source: base.source };
    case 'staticKeys':
    case 'process':
    case 'login':
      return { from: kind, profile };
  }
}

function stepHop(step: Step): AuditHop {
  const { kind, profile, mfaSerial } = step;
  return {
    call: kind,
    ...(profile !== undefined && { profile }),
    ...(step.kind === 'assumeRole' && { role: step.roleArn }),
    ...(mfaSerial !== undefined && { mfa: true }),
  };
}
