import type { Session } from '../../session/types.ts';
import { tellableSkewMs } from '../../session/awsClock.ts';
import { endOf, leftOf, phaseIcons, phaseOf } from '../sessionPhase.ts';
import type { SessionPhase } from '../sessionPhase.ts';
import { guardedSession } from '../../session/guardTarget.ts';
import type { GuardOf } from '../guardLooks.ts';
import { commands } from '../ids.ts';
import type { CommandId } from '../ids.ts';
import type { DeliveryState } from '../parts.ts';
import { faultSentence } from './faults.ts';
import { t } from './l10n.ts';
import { escapeIcons, escapeMarkdown } from './markdown.ts';
import { renewalText } from './renewal.ts';
import { accountForReading, clockTime, remaining, shorten } from './time.ts';
import { narrowingLines } from './tooltip.ts';
import { phaseWords } from './tree.ts';

/** Names are cut in the middle at this length: the status bar is shared with others. */
const longestName = 24;

/** Everything the status bar item depends on. */
export interface StatusInput {
  readonly active: Session | undefined;
  readonly sessions: readonly Session[];
  /** Milliseconds UTC. */
  readonly now: number;
  /** How far this computer's clock is ahead of AWS's, ms; undefined while nobody knows. */
  readonly skewMs?: number | undefined;
  /** Milliseconds before its end at which a session is shown as ending. */
  readonly warnMs: number;
  /** Undefined while nothing is known about the delivery. */
  readonly delivery: DeliveryState | undefined;
  /** The name of an account, when it is known. */
  readonly aliasOf: (accountId: string) => string | undefined;
  readonly guardOf?: GuardOf;
  /** A sentence for each folder that has a session of its own. */
  readonly folders?: readonly string[];
}

/** The status bar item as it should be. */
export interface StatusText {
  readonly text: string;
  readonly background: 'warning' | 'error' | undefined;
  /** Markdown in which everything of the user's is escaped; its links run `statusCommands` only. */
  readonly tooltip: string;
  readonly accessibilityLabel: string;
}

/** The only commands that links of the tooltip may run. */
export const statusCommands: readonly CommandId[] = [
  commands.openTerminal,
  commands.renewSession,
  commands.endSession,
  commands.switchSession,
  commands.startSession,
  commands.showLog,
];

/** Text, background, tooltip and words for every state. */
export function statusBarText(input: StatusInput): StatusText {
  // What was just asked for comes before what is active until then: a start has to be seen to begin.
  const session = input.sessions.find((one) => one.state.kind === 'starting') ?? input.active;
  const phase = session && phaseOf(session, input.now, input.warnMs);
  if (!session || !phase || phase === 'failed') {
    return nothingLive(input, session);
  }
  const blocked = input.delivery?.reaches === false && (phase === 'live' || phase === 'ending');
  const name = escapeIcons(shorten(session.name, longestName));
  const guard = input.guardOf?.(guardedSession(session));
  const icon = blocked ? 'warning' : guard && phase === 'live' ? 'shield' : iconOf(phase);
  const word = guard === undefined ? '' : escapeIcons(guard.name);
  return {
    text: [`$(${icon})`, word, name, timeText(session, phase, input.now)]
      .filter((part) => part !== '')
      .join(' '),
    background:
      phase === 'expired' || (guard && phase !== 'starting')
        ? 'error'
        : phase === 'ending' || blocked
          ? 'warning'
          : undefined,
    tooltip: tooltipOf(session, phase, input),
    accessibilityLabel: [
      t('AWS session {0}', session.name),
      ...(guard === undefined ? [] : [guard.name]),
      phaseWords(session, phase, input.now),
      ...(blocked ? [t('not delivered to terminals')] : []),
    ].join(', '),
  };
}

/** In the status bar a healthy session keeps the key: the green mark belongs to lists. */
function iconOf(phase: SessionPhase): string {
  return phase === 'live' ? 'key' : phaseIcons[phase].id;
}

function timeText(session: Session, phase: SessionPhase, now: number): string {
  switch (phase) {
    case 'live':
    case 'ending': {
      const left = leftOf(session, now);
      return left === undefined || left === Infinity ? '' : remaining(left);
    }
    case 'expired':
      return t('expired');
    case 'starting':
    case 'renewing':
    case 'failed':
      return '';
  }
}

function nothingLive(input: StatusInput, failed: Session | undefined): StatusText {
  const others = input.sessions.filter((one) => one.state.kind === 'live').length;
  const lines = [t('No AWS session is active in this window')].map(escapeMarkdown);
  if (failed?.state.kind === 'failed') {
    lines.push(`⚠ ${escapeMarkdown(faultSentence(failed.state.fault, { session: failed.name }).text)}`);
  }
  if (others > 0) {
    lines.push(escapeMarkdown(others === 1 ? t('1 session is live') : t('{0} sessions are live', others)));
  }
  lines.push(...(input.folders ?? []).map(escapeMarkdown));
  lines.push(
    links(
      others > 0
        ? [
            [t('Switch'), commands.switchSession],
            [t('Start'), commands.startSession],
          ]
        : [[t('Start'), commands.startSession]],
    ),
  );
  return {
    text: '$(key) AWS',
    background: undefined,
    tooltip: lines.join('\n\n'),
    accessibilityLabel: t('AWS: no session is active'),
  };
}

function tooltipOf(session: Session, phase: SessionPhase, input: StatusInput): string {
  const { now, delivery } = input;
  const lines = [`**${escapeMarkdown(session.name)}**`];
  const guard = input.guardOf?.(guardedSession(session));
  if (guard !== undefined) {
    lines.push(escapeMarkdown(t('Guarded as {0}', guard.name)));
  }
  if (session.accountId !== undefined) {
    const account = accountForReading(session.accountId);
    const alias = input.aliasOf(session.accountId);
    lines.push(
      escapeMarkdown(
        alias === undefined ? t('Account: {0}', account) : t('Account: {0} ({1})', alias, account),
      ),
    );
  }
  const arn =
    session.state.kind === 'live' ? (session.state.credentials.arn ?? session.roleArn) : session.roleArn;
  if (arn !== undefined) {
    lines.push(escapeMarkdown(arn));
  }
  if (session.region !== undefined) {
    lines.push(escapeMarkdown(t('Region: {0}', session.region)));
  }
  lines.push(...narrowingLines(session));
  lines.push(...endLines(session, phase, now));
  if (Math.abs(input.skewMs ?? 0) >= tellableSkewMs) {
    lines.push(`⚠ ${escapeMarkdown(renewalText.clockIsOff(input.skewMs ?? 0))}`);
  }
  if (delivery) {
    lines.push(`${delivery.reaches ? '' : '⚠ '}${escapeMarkdown(delivery.sentence)}`);
    lines.push(...delivery.warnings.map((warning) => `⚠ ${escapeMarkdown(warning)}`));
  }
  lines.push(...(input.folders ?? []).map(escapeMarkdown));
  lines.push(actions(phase));
  return lines.join('\n\n');
}

function endLines(session: Session, phase: SessionPhase, now: number): string[] {
  const end = endOf(session);
  if (end === undefined) {
    return session.state.kind === 'live' ? [escapeMarkdown(t('Nobody has said when it ends'))] : [];
  }
  const over = phase === 'expired' || end <= now;
  return [escapeMarkdown(over ? t('Expired {0}', clockTime(end, now)) : t('Ends {0}', clockTime(end, now)))];
}

function actions(phase: SessionPhase): string {
  switch (phase) {
    case 'starting':
    case 'failed':
      return links([[t('Show Log'), commands.showLog]]);
    case 'expired':
      return links([
        [t('Renew'), commands.renewSession],
        [t('Switch'), commands.switchSession],
      ]);
    case 'live':
    case 'ending':
    case 'renewing':
      return links([
        [t('Open Terminal'), commands.openTerminal],
        [t('Renew'), commands.renewSession],
        [t('End'), commands.endSession],
        [t('Switch'), commands.switchSession],
      ]);
  }
}

function links(entries: readonly (readonly [string, CommandId])[]): string {
  return entries.map(([title, command]) => `[${title}](command:${command})`).join(' · ');
}
