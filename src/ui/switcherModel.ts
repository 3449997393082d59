import { parseArnOwner } from '../aws/arn.ts';
import type { SessionRequest } from '../aws/planModel.ts';
import { isManaged, kindOf } from '../aws/profiles.ts';
import type { ProfileSet, Section } from '../aws/profiles.ts';
import { isReadOnlyRequest, readOnlyRequest } from '../aws/readOnly.ts';
import type { Session } from '../session/types.ts';
import { guardedSession } from '../session/guardTarget.ts';
import { nameOfRequest, profileOf } from '../session/view.ts';
import { guardedFacts, targetOfRequest } from './guardLooks.ts';
import type { GuardOf } from './guardLooks.ts';
import { phaseIcons, phaseOf } from './sessionPhase.ts';
import { federationWord, kindLook } from './text/kinds.ts';
import { escapeIcons } from './text/markdown.ts';
import { switcherText } from './text/switcher.ts';
import { joinFacts, lookOfSection, roleNameOf, sessionFacts } from './text/tree.ts';
import { accountForReading } from './text/time.ts';

/** What a person chose, ready to be acted on. */
export type SwitcherChoice =
  | { readonly kind: 'useSession'; readonly sessionId: string }
  | { readonly kind: 'startSession'; readonly request: SessionRequest }
  | { readonly kind: 'terminalOfSession'; readonly sessionId: string }
  | { readonly kind: 'terminalOfRequest'; readonly request: SessionRequest }
  | { readonly kind: 'endSession'; readonly sessionId: string }
  | { readonly kind: 'assumeRole' }
  | { readonly kind: 'signIn' }
  | { readonly kind: 'endAll' };

/** A button at the right end of a row. */
export type SwitcherButton = 'readOnly' | 'terminal' | 'end';

/** A row of the switcher: a separator, or something to choose. */
export type SwitcherRow =
  | { readonly kind: 'separator'; readonly label: string }
  | {
      readonly kind: 'item';
      /** Stays the same when the rows are made anew, so that the marked row stays marked. */
      readonly key: string;
      readonly label: string;
      readonly description: string;
      readonly detail: string | undefined;
      /** Undefined: there is nothing to do about it any more. */
      readonly choice: SwitcherChoice | undefined;
      /** What it says once what it is about is gone; undefined: that cannot go while the list is open. */
      readonly gone?: string;
      readonly buttons: Readonly<Partial<Record<SwitcherButton, SwitcherChoice>>>;
    };

/** A row to choose. */
export type ItemRow = Extract<SwitcherRow, { readonly kind: 'item' }>;

/** What the rows are made from. `set` is undefined until the files have been read. */
export interface SwitcherInput {
  readonly set: ProfileSet | undefined;
  readonly sessions: readonly Session[];
  readonly activeId: string | undefined;
  /** What was started last, the newest first. */
  readonly recent: readonly SessionRequest[];
  /** Roles that are saved in the settings. */
  readonly saved?: readonly SessionRequest[];
  /** Milliseconds UTC. */
  readonly now: number;
  readonly warnMs: number;
  /** The name of an account, when it is known. */
  readonly aliasOf: (accountId: string) => string | undefined;
  readonly guardOf?: GuardOf;
}

/** Kinds of profile whose sessions take a session policy. */
const assumesRole: ReadonlySet<ReturnType<typeof kindOf>> = new Set([
  'role',
  'credentialSource',
  'webIdentity',
  'saml',
]);

/** Rows under “Recent”. */
const mostRecent = 5;

/** Names of a source chain that a row shows; the rest is “…”. It also bounds the work for a chain of thousands. */
const shownSources = 4;

/**
 * Live sessions, recent requests, every profile, then the rows that are always there. Looks at sections only, never
 * at plans: 5,000 profiles are listed within a keystroke.
 */
export function switcherRows(input: SwitcherInput): readonly SwitcherRow[] {
  const words = switcherText();
  const listed = new Set(input.sessions.map((session) => requestKey(session.request)));
  const recent = input.recent
    .filter((request) => !listed.has(requestKey(request)) && isKnown(input.set, request))
    .slice(0, mostRecent);
  for (const request of recent) {
    listed.add(requestKey(request));
  }
  const saved = (input.saved ?? []).filter(
    (request) => !listed.has(requestKey(request)) && isKnown(input.set, request),
  );
  const profiles: SwitcherRow[] = [];
  for (const section of input.set?.profiles.values() ?? []) {
    const request: SessionRequest = { kind: 'profile', profile: section.name };
    if (!isManaged(section) && !listed.has(requestKey(request))) {
      profiles.push(guarded(profileRow(section, request, input), request, section, input));
    }
  }
  return [
    ...group(
      words.live,
      input.sessions.map((session) => sessionRow(session, input)),
    ),
    ...group(
      words.recent,
      recent.map((request) => requestRow(request, input)),
    ),
    ...group(
      words.savedRoles,
      saved.map((request) => requestRow(request, input)),
    ),
    ...group(words.allProfiles, profiles),
    ...group(words.more, [
      actionRow('assumeRole', `$(add) ${words.assumeRole}`),
      actionRow('signIn', `$(sign-in) ${words.signIn}`),
      ...(input.sessions.length > 0
        ? [{ ...actionRow('endAll', `$(stop-circle) ${words.endAll}`), gone: words.noneLeft }]
        : []),
    ]),
  ];
}

/** Two requests with the same key start the same session. */
export function requestKey(request: SessionRequest): string {
  switch (request.kind) {
    case 'profile':
      return `profile${request.readOnly ? ' read-only' : ''}${request.forAgents ? ' for-agents' : ''} ${request.profile}`;
    case 'mfaSession':
      return JSON.stringify([
        'mfa',
        request.profile,
        request.mfaSerial ?? null,
        request.durationSeconds ?? null,
      ]);
    case 'role':
      return JSON.stringify([
        'role',
        request.sourceProfile,
        request.roleArn,
        request.externalId ?? null,
        request.sessionName ?? null,
        request.durationSeconds ?? null,
        request.mfaSerial ?? null,
        request.region ?? null,
        // What a role had before there was more keeps its key.
        ...narrowedKey(request),
      ]);
    case 'identityCenterRole':
      return JSON.stringify([request.kind, request.ssoSession, request.accountId, request.roleName]);
    case 'samlRole':
      return JSON.stringify([
        request.kind,
        request.profile,
        request.roleArn,
        request.providerArn,
        ...(request.readOnly === true ? ['readOnly'] : []),
        ...(request.forAgents === true ? ['forAgents'] : []),
      ]);
    case 'webIdentityRole':
    case 'federation':
      // Of values in a fixed order: the code that makes them is the only one.
      return JSON.stringify(request);
  }
}

function narrowedKey(request: Extract<SessionRequest, { kind: 'role' }>): readonly string[] {
  const { sourceIdentity, tags, transitiveTagKeys, policies, readOnly, forAgents } = request;
  const more = [sourceIdentity, tags, transitiveTagKeys, policies?.inline, policies?.arns, readOnly];
  const key = more.every((each) => each === undefined)
    ? []
    : [JSON.stringify(more.map((each) => each ?? null))];
  return forAgents ? [...key, 'forAgents'] : key;
}

function group(label: string, rows: readonly SwitcherRow[]): readonly SwitcherRow[] {
  return rows.length === 0 ? [] : [{ kind: 'separator', label }, ...rows];
}

function actionRow(kind: 'assumeRole' | 'signIn' | 'endAll', label: string): ItemRow {
  return {
    kind: 'item',
    key: kind,
    label,
    description: '',
    detail: undefined,
    choice: { kind },
    buttons: {},
  };
}

function sessionRow(session: Session, input: SwitcherInput): SwitcherRow {
  const phase = phaseOf(session, input.now, input.warnMs);
  const sessionId = session.id;
  const again: SwitcherChoice = { kind: 'startSession', request: session.request };
  const usable = phase === 'live' || phase === 'ending' || phase === 'renewing';
  const facts = sessionFacts(session, phase, input.now, {
    active: sessionId === input.activeId,
    several: input.sessions.length > 1,
  });
  const alias = session.accountId === undefined ? undefined : input.aliasOf(session.accountId);
  const guard = input.guardOf?.(guardedSession(session));
  return {
    kind: 'item',
    key: `session ${sessionId}`,
    label: `$(${phaseIcons[phase].id}) ${escapeIcons(session.name)}`,
    description: escapeIcons(
      [guardedFacts(facts, guard), alias].filter((fact) => fact !== undefined).join(' · '),
    ),
    detail: session.roleArn === undefined ? undefined : escapeIcons(session.roleArn),
    choice: usable || phase === 'starting' ? { kind: 'useSession', sessionId } : again,
    gone: switcherText().gone,
    buttons: usable
      ? { terminal: { kind: 'terminalOfSession', sessionId }, end: { kind: 'endSession', sessionId } }
      : phase === 'expired'
        ? { end: { kind: 'endSession', sessionId } }
        : {},
  };
}

function requestRow(request: SessionRequest, input: SwitcherInput): SwitcherRow {
  const section = input.set?.profiles.get(profileOf(request));
  return guarded(plainRequestRow(request, input), request, section, input);
}

/** A row with the word of the guard of what it starts. */
function guarded(
  row: SwitcherRow,
  request: SessionRequest,
  section: Section | undefined,
  { guardOf }: SwitcherInput,
): SwitcherRow {
  const guard = row.kind === 'item' ? guardOf?.(targetOfRequest(request, section)) : undefined;
  return guard === undefined || row.kind !== 'item'
    ? row
    : { ...row, description: guardedFacts(row.description, { ...guard, name: escapeIcons(guard.name) }) };
}

function plainRequestRow(request: SessionRequest, input: SwitcherInput): SwitcherRow {
  if (request.kind === 'identityCenterRole') {
    return identityCenterRow(request, input);
  }
  if (request.kind === 'samlRole') {
    return samlRow(request, input);
  }
  if (request.kind === 'webIdentityRole') {
    return webIdentityRow(request, input);
  }
  const profile = profileOf(request);
  const section = input.set?.profiles.get(profile);
  if (request.kind === 'federation') {
    return federationRow(request, section, input);
  }
  if (request.kind !== 'role' && section) {
    const row = profileRow(section, request, input);
    return request.kind === 'mfaSession' && row.kind === 'item'
      ? { ...row, description: joinFacts([...row.description.split(' · '), 'MFA']) }
      : row;
  }
  const roleArn = request.kind === 'role' ? request.roleArn : undefined;
  return {
    kind: 'item',
    key: requestKey(request),
    label: `$(shield) ${escapeIcons(nameOfRequest(request))}`,
    description: escapeIcons(roleFacts(roleArn, request.kind === 'role' ? request.name : undefined, input)),
    detail: escapeIcons(roleArn === undefined ? profile : `${profile} → ${roleArn}`),
    choice: { kind: 'startSession', request },
    buttons: buttonsOf(request, request.kind === 'role'),
  };
}

/** What a request can be started with by a button of its row. */
function buttonsOf(
  request: SessionRequest,
  isRole: boolean,
): Readonly<Partial<Record<SwitcherButton, SwitcherChoice>>> {
  const terminal = { kind: 'terminalOfRequest', request } as const;
  const narrowed = isRole && !isReadOnlyRequest(request) ? readOnlyRequest(request) : undefined;
  return narrowed === undefined
    ? { terminal }
    : { readOnly: { kind: 'startSession', request: narrowed }, terminal };
}

function federationRow(
  request: Extract<SessionRequest, { kind: 'federation' }>,
  section: Section | undefined,
  { aliasOf }: SwitcherInput,
): SwitcherRow {
  const account = section && valueOf(section, 'aws_account_id');
  const facts = [federationWord(), account && accountForReading(account), account && aliasOf(account)];
  return {
    kind: 'item',
    key: requestKey(request),
    label: `$(key) ${escapeIcons(request.userName)}`,
    description: escapeIcons(joinFacts(facts)),
    detail: escapeIcons(request.profile),
    choice: { kind: 'startSession', request },
    buttons: buttonsOf(request, false),
  };
}

function identityCenterRow(
  request: Extract<SessionRequest, { kind: 'identityCenterRole' }>,
  input: SwitcherInput,
): SwitcherRow {
  const { accountId, roleName, ssoSession } = request;
  const facts = joinFacts([accountForReading(accountId), input.aliasOf(accountId), roleName]);
  return {
    kind: 'item',
    key: requestKey(request),
    label: `$(${kindLook('identityCenter').icon}) ${escapeIcons(request.name)}`,
    description: escapeIcons(facts),
    detail: escapeIcons(ssoSession),
    choice: { kind: 'startSession', request },
    buttons: { terminal: { kind: 'terminalOfRequest', request } },
  };
}

function samlRow(request: Extract<SessionRequest, { kind: 'samlRole' }>, input: SwitcherInput): SwitcherRow {
  const { profile, roleArn } = request;
  return {
    kind: 'item',
    key: requestKey(request),
    label: `$(${kindLook('saml').icon}) ${escapeIcons(request.name)}`,
    description: escapeIcons(roleFacts(roleArn, undefined, input)),
    detail: escapeIcons(`${profile} → ${roleArn}`),
    choice: { kind: 'startSession', request },
    buttons: { terminal: { kind: 'terminalOfRequest', request } },
  };
}

function webIdentityRow(
  request: Extract<SessionRequest, { kind: 'webIdentityRole' }>,
  input: SwitcherInput,
): SwitcherRow {
  return {
    kind: 'item',
    key: requestKey(request),
    label: `$(${kindLook('webIdentity').icon}) ${escapeIcons(request.name)}`,
    description: escapeIcons(roleFacts(request.roleArn, request.name, input)),
    detail: escapeIcons(`${request.issuer} → ${request.roleArn}`),
    choice: { kind: 'startSession', request },
    buttons: { terminal: { kind: 'terminalOfRequest', request } },
  };
}

function profileRow(section: Section, request: SessionRequest, input: SwitcherInput): SwitcherRow {
  const look = lookOfSection(section);
  const roleArn = valueOf(section, 'role_arn');
  const account = roleArn === undefined ? accountOf(section) : undefined;
  const facts =
    roleArn === undefined
      ? joinFacts([look.word, account && accountForReading(account), valueOf(section, 'sso_role_name')])
      : roleFacts(roleArn, section.name, input);
  const alias = account === undefined ? undefined : input.aliasOf(account);
  return {
    kind: 'item',
    key: requestKey(request),
    label: `$(${look.icon}) ${escapeIcons(isReadOnlyRequest(request) ? nameOfRequest(request) : section.name)}`,
    description: escapeIcons(alias === undefined ? facts : `${facts} · ${alias}`),
    detail: roleArn === undefined ? undefined : escapeIcons(sourceChain(section, roleArn, input.set)),
    choice: { kind: 'startSession', request },
    buttons: buttonsOf(request, assumesRole.has(kindOf(section))),
  };
}

/** The account of a profile that is no role. */
function accountOf(section: Section): string | undefined {
  const login = valueOf(section, 'login_session');
  return (
    valueOf(section, 'sso_account_id') ??
    valueOf(section, 'aws_account_id') ??
    (login === undefined ? undefined : parseArnOwner(login)?.accountId)
  );
}

/** Account (with its alias) and role of an ARN; the role is left out where the row is called like it. */
function roleFacts(roleArn: string | undefined, name: string | undefined, input: SwitcherInput): string {
  const account = /^arn:[^:]*:iam::(\d{12}):/.exec(roleArn ?? '')?.[1];
  const role = roleNameOf(roleArn);
  return joinFacts([
    account && accountForReading(account),
    account && input.aliasOf(account),
    role === name ? undefined : role,
  ]);
}

/** `alice → hub → arn:…`: the profiles a role comes from, the first one first. */
function sourceChain(section: Section, roleArn: string, set: ProfileSet | undefined): string {
  const seen = [section.name];
  let chain = roleArn;
  let source = valueOf(section, 'source_profile');
  while (source !== undefined && !seen.includes(source)) {
    if (seen.length > shownSources) {
      return `… → ${chain}`;
    }
    seen.push(source);
    chain = `${source} → ${chain}`;
    const above = set?.profiles.get(source);
    source = above && valueOf(above, 'source_profile');
  }
  return chain;
}

function valueOf(section: Section, key: string): string | undefined {
  const value = section.properties.get(key)?.value;
  return value === '' ? undefined : value;
}

/** A remembered profile that is gone from the files is not offered; while they are unread nothing is known. */
function isKnown(set: ProfileSet | undefined, request: SessionRequest): boolean {
  if (request.kind === 'identityCenterRole') {
    return set?.ssoSessions.has(request.ssoSession) ?? false;
  }
  if (request.kind === 'webIdentityRole') {
    // It is in no file; when its issuer is gone from the settings the start says so.
    return true;
  }
  return set?.profiles.has(profileOf(request)) ?? false;
}
