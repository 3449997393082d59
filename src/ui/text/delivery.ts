import type { DeliveryReport, DeliveryWarning, ManagedState } from '../../session/delivery.ts';
import type { DeliveryState } from '../parts.ts';
import { commands } from '../ids.ts';
import { t } from './l10n.ts';

/** What the status bar says about delivery; undefined while there is nothing to deliver. */
export function deliveryState(report: DeliveryReport | undefined): DeliveryState | undefined {
  switch (report?.kind) {
    case undefined:
      return undefined;
    case 'untrusted':
      return {
        reaches: false,
        sentence: t('Terminals do not get this session, because the folder is not trusted'),
        warnings: [],
      };
    case 'failed':
      return {
        reaches: false,
        sentence: t('Terminals do not get this session, the log says why'),
        warnings: [],
      };
    case 'delivered': {
      const warnings = report.warnings.map(warningSentence);
      return {
        reaches: !report.warnings.some(isInTheWay),
        sentence: deliveredSentence(report),
        warnings: report.instead ? [insteadSentence(report.instead), ...warnings] : warnings,
      };
    }
  }
}

/** A profile that wins means that the terminal is somebody else: that must not look like success. */
function isInTheWay({ kind }: DeliveryWarning): boolean {
  return kind !== 'inheritedRegion';
}

/** What a person is told once, with a button, when terminals do not get what they are thought to get. */
export interface DeliveryNotice {
  readonly text: string;
  /** The next step; undefined where no button helps. */
  readonly action: { readonly label: string; readonly command: string } | undefined;
}

/** The message about a delivery that does not reach terminals as was wished; undefined when there is nothing to say. */
export function deliveryNotice(report: DeliveryReport, session: string): DeliveryNotice | undefined {
  switch (report.kind) {
    case 'untrusted':
      return {
        text: t('Terminals do not get this session, because the folder is not trusted: {0}', session),
        action: { label: t('Manage Trust'), command: 'workbench.trust.manage' },
      };
    case 'failed':
      return {
        text: t('Terminals do not get this session, the log says why: {0}', session),
        action: { label: t('Show Log'), command: commands.showLog },
      };
    case 'delivered': {
      const refused = report.instead?.kind === 'noConsent' ? undefined : report.instead;
      const winner = report.warnings.find(isInTheWay);
      if (refused !== undefined) {
        const text = insteadSentence(refused);
        return {
          text: winner ? notAs(session, text) : text,
          action: { label: t('Open Config File'), command: commands.openConfigFile },
        };
      }
      return (
        winner && {
          text: notAs(session, warningSentence(winner)),
          action:
            report.mode === 'profile'
              ? undefined
              : { label: t('Set Up Delivery'), command: commands.setUpDelivery },
        }
      );
    }
  }
}

function notAs(session: string, why: string): string {
  return t('Terminals may not run as {0} ({1})', session, why);
}

function deliveredSentence(report: Extract<DeliveryReport, { kind: 'delivered' }>): string {
  switch (report.mode) {
    case 'profile':
      return t('New terminals get it as profile {0}', report.profile ?? 'vscode');
    case 'endpoint':
      return t('New terminals get it from a local endpoint');
    case 'environment':
      return t('New terminals get its keys, which do not renew and which VS Code writes to disk');
  }
}

/** Why the managed profiles are not used, and what would change that. */
export function insteadSentence(state: Exclude<ManagedState, { kind: 'ok' }>): string {
  switch (state.kind) {
    case 'noConsent':
      return t('Managed profiles are not set up, “Set Up Delivery to Terminals” adds them');
    case 'readOnly':
      return t('Managed profiles cannot be added, because the config file is read-only');
    case 'shared':
      return t('Managed profiles cannot be added, because the config file belongs to another machine too');
    case 'nameTaken':
      return t(
        'Managed profiles cannot be added until you rename your own profile of that name: {0}',
        state.name,
      );
    case 'noFolder':
      return t(
        'Managed profiles cannot be added, because others could write into this folder: {0}',
        state.path,
      );
    case 'failed':
      return t(
        'Managed profiles cannot be added, because the config file cannot be written: {0}',
        state.code,
      );
  }
}

/** What could win over the session in a terminal, and the way out. */
export function warningSentence(warning: DeliveryWarning): string {
  switch (warning.kind) {
    case 'inheritedRegion':
      return t(
        'Tools use the region that VS Code was started with and not the session’s: {1}={0}',
        warning.value,
        warning.variable,
      );
    case 'inheritedProfile':
      return t(
        'Tools use the profile that VS Code was started with, set up managed profiles or start VS Code without it: {1}={0}',
        warning.value,
        warning.variable,
      );
    case 'defaultProfileWins':
      return t('The AWS CLI uses the keys of [default] instead, set up managed profiles or rename [default]');
    case 'relativeUriWins':
      return t('Tools use this container’s own role instead, set up managed profiles to change that');
    case 'relativeConfigFile':
      return t(
        'AWS_CONFIG_FILE is not an absolute path, so terminals may look elsewhere: {0}',
        warning.value,
      );
  }
}

/** The question that is asked once, before anything of ours goes into the config file. */
export function consentText(configPath: string) {
  return {
    message: t('May STS Sessions add its own profiles to your AWS config file?'),
    detail: t(
      'Terminals then follow your session through a profile that holds no secret and stays valid when the session renews. The rest of the file stays as it is, and “Remove Managed Profiles” takes them out again.\n\n{0}',
      configPath,
    ),
    yes: t('Add Profiles'),
    no: t('Do Not Add'),
  };
}

/** How removing the managed profiles went. */
export function removedText(state: ManagedState): { readonly ok: boolean; readonly sentence: string } {
  return state.kind === 'ok'
    ? { ok: true, sentence: t('The managed profiles are out of the config file') }
    : { ok: false, sentence: t('The managed profiles could not be removed: {0}', whyNot(state)) };
}

function whyNot(state: Exclude<ManagedState, { kind: 'ok' }>): string {
  switch (state.kind) {
    case 'readOnly':
      return t('the config file is read-only');
    case 'shared':
      return t('they belong to another machine');
    case 'noFolder':
    case 'noConsent':
      return t('there are none');
    case 'nameTaken':
      return t('a profile of yours has this name ({0})', state.name);
    case 'failed':
      return t('the config file cannot be written ({0})', state.code);
  }
}

/** Why a terminal cannot run under this session beside others. */
export function sideBySideSentence(): string {
  return t(
    'Only managed profiles let terminals run under different sessions, set up delivery or make this session the active one',
  );
}

/** A terminal could not be prepared. */
export function terminalFailed(): string {
  return t('The terminal could not be prepared, the log says why');
}
