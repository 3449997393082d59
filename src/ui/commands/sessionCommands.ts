import * as vscode from 'vscode';
import { isFault } from '../../aws/faults.ts';
import { durationProblem, durations, mfaSerialProblem, parseDuration } from '../../aws/limits.ts';
import { kindOf } from '../../aws/profiles.ts';
import { commands } from '../ids.ts';
import { asNode, profileIn, sessionIn } from '../meaning.ts';
import type { CommandArgument } from '../meaning.ts';
import type { CommandParts } from '../parts.ts';
import { withCancel } from '../progress.ts';
import { askText } from '../prompts/input.ts';
import { askSteps } from '../prompts/steps.ts';
import { mfaSessionDurationSeconds } from '../settings.ts';
import { requestOfSamlRole } from '../samlRows.ts';
import { requestOfRole } from '../signInRows.ts';
import { durationWords, inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { accountForReading } from '../text/time.ts';
import { pickDevice } from './mfaCommands.ts';
import { startRole } from './savedRoleCommands.ts';
import { chooseProfile, chooseSession, isRenewable, liveCredentials } from './target.ts';

/** Starting, ending and looking at sessions. */
export function sessionCommands(parts: CommandParts) {
  return {
    [commands.startSession]: (argument: CommandArgument) => startSession(parts, argument),
    [commands.startMfaSession]: (argument: CommandArgument) => startMfaSession(parts, argument),
    [commands.makeActive]: (argument: CommandArgument) => makeActive(parts, argument),
    [commands.endSession]: (argument: CommandArgument) => endSession(parts, argument),
    [commands.endAllSessions]: () => parts.flow.end(parts.sessions.list()),
    [commands.renewSession]: (argument: CommandArgument) => renewSession(parts, argument),
    [commands.dismissSession]: (argument: CommandArgument) => dismissSession(parts, argument),
    [commands.showIdentity]: (argument: CommandArgument) => showIdentity(parts, argument),
  };
}

/** Starts a profile's session; one that is live already is only made the active one. */
async function startSession(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = sessionIn(parts.sessions, argument);
  // A session's own row: a role that was typed in by hand has no profile to start from.
  if (session && (session.request.kind !== 'profile' || session.state.kind === 'failed')) {
    await parts.flow.start(session.request);
    return;
  }
  const node = asNode(argument);
  if (node?.kind === 'ssoRole') {
    await parts.flow.start(requestOfRole(node));
    return;
  }
  if (node?.kind === 'samlRole') {
    await parts.flow.start(requestOfSamlRole(node));
    return;
  }
  if (node?.kind === 'role') {
    await startRole(parts, node);
    return;
  }
  const profile =
    profileIn(parts.sessions, argument) ??
    (await chooseProfile(await parts.files.read(), t('Start Session'), (kind) => kind !== 'none'));
  if (profile !== undefined) {
    await parts.flow.start({ kind: 'profile', profile });
  }
}

interface MfaForm {
  readonly mfaSerial: string;
  readonly durationSeconds: number;
}

/** GetSessionToken for an IAM user: which device, and for how long. */
async function startMfaSession(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const set = await parts.files.read();
  const title = t('Start MFA Session');
  const given = profileIn(parts.sessions, argument);
  const givenSection = given === undefined ? undefined : set.profiles.get(given);
  const usable = givenSection !== undefined && kindOf(givenSection) === 'staticKeys';
  const profile = usable ? given : await chooseProfile(set, title, (kind) => kind === 'staticKeys');
  if (profile === undefined) {
    return;
  }
  const serial =
    parts.mfa.device(profile) ??
    set.profiles.get(profile)?.properties.get('mfa_serial')?.value ??
    lastDevice(parts, profile);
  const form = await askSteps<MfaForm>({ ...(serial !== undefined && { mfaSerial: serial }) }, [
    async (known, position) => {
      if (known.mfaSerial === undefined) {
        // Nobody knows an ARN by heart: AWS knows the devices.
        const listed = (await pickDevice(parts, profile, { ...position, title })) ?? { kind: 'cancel' };
        return listed.kind === 'value' ? { kind: 'value', value: { mfaSerial: listed.value } } : listed;
      }
      const answer = await askText({
        ...position,
        title,
        prompt: t('The MFA device of {0}: its ARN, or the serial number of a hardware device', profile),
        placeholder: 'arn:aws:iam::111122223333:mfa/name',
        value: known.mfaSerial,
        validate: (text) => sentence(mfaSerialProblem(text.trim())),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { mfaSerial: answer.value } } : answer;
    },
    async (known, position) => {
      const answer = await askText({
        ...position,
        title,
        prompt: t('How long? From 15m to 36h'),
        value: durationWords(known.durationSeconds ?? mfaSessionDurationSeconds()),
        validate: (text) => sentence(durationProblem(text.trim(), durations.min, durations.maxSessionToken)),
      });
      const seconds = answer.kind === 'value' ? parseDuration(answer.value) : undefined;
      return answer.kind === 'value'
        ? { kind: 'value', value: seconds === undefined ? {} : { durationSeconds: seconds } }
        : answer;
    },
  ]);
  if (form) {
    const { mfaSerial, durationSeconds } = form;
    await parts.flow.start({ kind: 'mfaSession', profile, mfaSerial, durationSeconds });
  }
}

/** A user may have several devices: the one that was chosen for the profile last. */
function lastDevice({ recent }: CommandParts, profile: string): string | undefined {
  const last = recent.requests().find((each) => each.kind === 'mfaSession' && each.profile === profile);
  return last?.kind === 'mfaSession' ? last.mfaSerial : undefined;
}

async function makeActive(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument, { title: t('Use for New Terminals'), start: true });
  if (session) {
    parts.sessions.setActive(session.id);
    await parts.delivery.consent(false);
  }
}

async function endSession(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument, {
    title: t('End Session'),
    among: () => true,
    start: false,
  });
  if (session) {
    await parts.flow.end([session]);
  }
}

async function renewSession(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const active = parts.sessions.activeId;
  const session = await chooseSession(parts, argument ?? active, {
    title: t('Renew Session'),
    among: isRenewable,
    start: false,
  });
  if (session) {
    await parts.flow.renew(session);
  }
}

function dismissSession(parts: CommandParts, argument: CommandArgument): void {
  const session = sessionIn(parts.sessions, argument);
  if (session) {
    parts.sessions.dismiss(session.id);
  }
}

async function showIdentity(parts: CommandParts, argument: CommandArgument): Promise<void> {
  const session = await chooseSession(parts, argument ?? parts.sessions.activeId, {
    title: t('Show Who I Am'),
    among: isRenewable,
    start: true,
  });
  const credentials = session && (await liveCredentials(parts, session));
  if (!credentials) {
    return;
  }
  const answer = await withCancel(
    t('Asking AWS who {0} is', session.name),
    () => parts.isAsking(),
    (signal) => parts.identity(session, credentials, signal),
  );
  if ('kind' in answer && isFault(answer)) {
    await parts.flow.showFault(answer, session.name, session.request, () => showIdentity(parts, session.id));
    return;
  }
  const copy = t('Copy ARN');
  const account = accountForReading(answer.accountId);
  const choice = await vscode.window.showInformationMessage(
    t('{0} is in account {2} and is {1}', session.name, answer.arn, account),
    copy,
  );
  if (choice === copy) {
    await vscode.env.clipboard.writeText(answer.arn);
  }
}

function sentence(problem: Parameters<typeof inputSentence>[0] | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
