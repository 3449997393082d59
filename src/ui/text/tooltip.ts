import type { Base, Hop, PlanResult, Step } from '../../aws/planModel.ts';
import type { Place, Problem } from '../../aws/problems.ts';
import type { Section } from '../../aws/profiles.ts';
import { isReadOnlyRequest } from '../../aws/readOnly.ts';
import { signInName } from '../../aws/sources/identityCenterApi.ts';
import type { Session } from '../../session/types.ts';
import { endOf } from '../sessionPhase.ts';
import { faultSentence } from './faults.ts';
import { credentialSourceLook } from './kinds.ts';
import { t } from './l10n.ts';
import { escapeMarkdown } from './markdown.ts';
import { policyText } from './policies.ts';
import { problemSentence } from './problems.ts';
import { samlBaseWords } from './saml.ts';
import { accountForReading, clockTime, remaining } from './time.ts';
import { lookOfSection } from './tree.ts';

/** Between two facts. */
const between = ' · ';

/** A tooltip has room for about this many problems of a file; the rows below the file's show them all. */
const mostProblems = 10;

/** `config file, line 12`. */
export function placeText(place: Place): string {
  return place.file === 'config'
    ? t('config file, line {0}', place.line)
    : t('credentials file, line {0}', place.line);
}

/**
 * A profile's tooltip in Markdown: its plan, one line a hop, the broken hop marked, then its problems and its place.
 * `problems` are those of its lines; the plan adds its own. `more`: sentences about its keys.
 */
export function profileTooltip(
  section: Section,
  result: PlanResult,
  problems: readonly Problem[],
  more: readonly string[] = [],
): string {
  const lines = [
    `**${escapeMarkdown(section.name)}** ${between.trim()} ${escapeMarkdown(lookOfSection(section).word)}`,
  ];
  const hops = result.ok
    ? [baseLine(result.plan.base), ...result.plan.steps.map(stepLine)]
    : // The first call first, as in a plan that holds.
      result.hops.toReversed().map(hopLine);
  if (hops.length > 0) {
    lines.push(hops.map((hop, index) => `${index + 1}. ${hop}`).join('\n'));
  }
  if (result.ok && result.plan.region !== undefined) {
    lines.push(escapeMarkdown(t('Region: {0}', result.plan.region)));
  }
  lines.push(...more.map(escapeMarkdown));
  lines.push(...[...problems, ...(result.ok ? result.plan.problems : result.problems)].map(problemLine));
  if (section.places.length > 0) {
    lines.push(escapeMarkdown(section.places.map(placeText).join(between)));
  }
  return lines.join('\n\n');
}

/** The tooltip of a row that stands for problems of a file, in Markdown. */
export function problemsTooltip(problems: readonly Problem[]): string {
  const lines = problems.slice(0, mostProblems).map(problemLine);
  return [...lines, ...(problems.length > mostProblems ? ['…'] : [])].join('\n\n');
}

function problemLine(problem: Problem): string {
  const place = problem.place === undefined ? '' : ` (${placeText(problem.place)})`;
  return `⚠ ${escapeMarkdown(problemSentence(problem) + place)}`;
}

function baseLine(base: Base): string {
  return withPlace(`${escapeMarkdown(base.profile)}: ${escapeMarkdown(baseWords(base))}`, base.place);
}

/** Where the first credentials come from. The command of a process may hold a secret and is not shown. */
export function baseWords(base: Base): string {
  switch (base.kind) {
    case 'staticKeys':
      if (base.inVault) {
        return t('access key in the vault');
      }
      return base.sessionToken === undefined
        ? t('access key in the file')
        : t('temporary credentials in the file');
    case 'credentialSource':
      return credentialSourceLook(base.source).word;
    case 'webIdentity':
      return [
        t('web identity, role {0}', base.roleArn),
        ...(base.policies === undefined ? [] : [t('narrowed by session policies')]),
      ].join(', ');
    case 'saml':
      return samlBaseWords(base);
    case 'identityCenter':
      return t('Identity Center: {0}', signInName(base.signIn));
    case 'process':
      return t('credential process');
    case 'login':
      return t('console sign-in');
  }
}

function stepLine(step: Step): string {
  return withPlace(escapeMarkdown(stepWords(step)), step.place);
}

/** What a step asks AWS for, without a secret in it. `wordsOf`: how its role is written. */
export function stepWords(step: Step, wordsOf: (roleArn: string) => string = (roleArn) => roleArn): string {
  const words: string[] = [];
  if (step.kind === 'assumeRole') {
    words.push(
      step.profile === undefined
        ? t('assume role {0}', wordsOf(step.roleArn))
        : t('{0}: assume role {1}', step.profile, wordsOf(step.roleArn)),
    );
  } else if (step.kind === 'federationToken') {
    words.push(t('{0}: GetFederationToken for {1}', step.profile, step.userName));
  } else {
    words.push(t('{0}: GetSessionToken', step.profile));
  }
  if (step.mfaSerial !== undefined) {
    words.push(t('MFA code from {0}', step.mfaSerial));
  }
  if (step.kind === 'assumeRole' && step.externalId !== undefined) {
    words.push(t('with external ID'));
  }
  if (step.kind === 'assumeRole' && step.sourceIdentity !== undefined) {
    words.push(t('source identity {0}', step.sourceIdentity));
  }
  if (step.kind === 'assumeRole' && step.tags !== undefined) {
    words.push(t('session tags {0}', step.tags.map(({ key }) => key).join(' ')));
  }
  if ('policies' in step && step.policies !== undefined) {
    words.push(t('narrowed by session policies'));
  }
  const most = step.kind === 'assumeRole' ? step.maxDurationSeconds : Infinity;
  if (step.durationSeconds !== undefined) {
    words.push(t('for {0}', remaining(Math.min(step.durationSeconds, most) * 1000)));
  } else if (step.kind === 'assumeRole' && step.maxDurationSeconds <= 3600) {
    words.push(t('at most 1h'));
  }
  return words.join(', ');
}

function hopLine(hop: Hop): string {
  const words = hop.roleArn === undefined ? hop.profile : t('{0}: assume role {1}', hop.profile, hop.roleArn);
  const line = withPlace(escapeMarkdown(words), hop.place);
  return hop.broken ? `⚠ **${line}**` : line;
}

function withPlace(line: string, place: Place | undefined): string {
  return place === undefined ? line : `${line} (${escapeMarkdown(placeText(place))})`;
}

/** What keeps a session from all that its role may do, in Markdown. */
export function narrowingLines({ request, packedPolicyPercent }: Session): readonly string[] {
  return [
    ...(isReadOnlyRequest(request) ? [policyText.readsStill()] : []),
    ...(packedPolicyPercent === undefined ? [] : [policyText.packed(packedPolicyPercent)]),
  ].map(escapeMarkdown);
}

/** A session's tooltip in Markdown: who it is at AWS, where, and until when. */
export function sessionTooltip(session: Session, now: number): string {
  const lines = [`**${escapeMarkdown(session.name)}**`];
  if (session.accountId !== undefined) {
    lines.push(escapeMarkdown(t('Account: {0}', accountForReading(session.accountId))));
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
  if (session.mfaSource !== undefined) {
    lines.push(escapeMarkdown(t('From the MFA session of: {0}', session.mfaSource)));
  }
  const end = endOf(session);
  if (session.state.kind === 'failed') {
    lines.push(`⚠ ${escapeMarkdown(faultSentence(session.state.fault, { session: session.name }).text)}`);
  } else if (end !== undefined) {
    const over = session.state.kind === 'expired' || end <= now;
    lines.push(
      escapeMarkdown(over ? t('Expired {0}', clockTime(end, now)) : t('Ends {0}', clockTime(end, now))),
    );
  }
  return lines.join('\n\n');
}
