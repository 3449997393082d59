import type { Fault } from '../../aws/faults.ts';
import { credentialSourceLook } from './kinds.ts';
import { t } from './l10n.ts';

type Of<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** Why the file of a web identity cannot be used. “Token” alone is no word of this product's. */
export function tokenFileSentence({ path, what, code }: Of<'tokenFile'>): string {
  switch (what) {
    case 'missing':
      return t('The file of web_identity_token_file is not there, correct its path: {0}', path);
    case 'notAFile':
      return t('web_identity_token_file does not name a file, correct its path: {0}', path);
    case 'tooLarge':
      return t('The file of web_identity_token_file is too large to be one, correct its path: {0}', path);
    case 'empty':
      return t('The file of web_identity_token_file is empty, have it written again: {0}', path);
    case 'notToken':
      return t(
        'What is in the file of web_identity_token_file is no web identity, have it written again: {0}',
        path,
      );
    case 'unreadable':
      return t(
        'The file of web_identity_token_file cannot be read, check its permissions: {0} ({1})',
        path,
        code,
      );
  }
}

/** Why a `credential_process` gave nothing. Neither its arguments nor what it printed are in it. */
export function processSentence({ profile, what, detail }: Of<'process'>): string {
  switch (what) {
    case 'empty':
      return t('credential_process names no program: {0}', profile);
    case 'quotes':
      return t('A quotation mark or a backslash in credential_process is left over: {0}', profile);
    case 'notFound':
      return t('The program of credential_process was not found, give its whole path: {0}', profile);
    case 'notStarted':
      return t(
        'The program of credential_process could not be started, check its permissions: {0} ({1})',
        profile,
        detail,
      );
    case 'failed':
      return t(
        'credential_process failed with exit code {1}, run it in a terminal to see why: {0}',
        profile,
        detail,
      );
    case 'killed':
      return t(
        'credential_process was ended by signal {1}, run it in a terminal to see why: {0}',
        profile,
        detail,
      );
    case 'timedOut':
      return t(
        'credential_process did not finish within {1} seconds, run it in a terminal to see why: {0}',
        profile,
        detail,
      );
    case 'tooMuch':
      return t('credential_process printed far too much, it should print credentials: {0}', profile);
    case 'notJson':
      return t(
        'credential_process did not print JSON, run it in a terminal to see what it prints: {0}',
        profile,
      );
    case 'version':
      return t('credential_process printed another Version than 1, the only one there is: {0}', profile);
    case 'field':
      return t('credential_process printed no usable {1}: {0}', profile, detail);
    case 'expired':
      return t('credential_process printed credentials that are already over: {0}', profile);
  }
}

/** Why this machine gave nothing to `credential_source`. */
export function machineSentence({ source, what, detail }: Of<'machine'>): string {
  const from = credentialSourceLook(source).word;
  switch (what) {
    case 'noVariable':
      return source === 'Environment'
        ? t('This variable was not set when VS Code started, set it and start VS Code again: {0}', detail)
        : t('VS Code does not run in a container with a role, this variable is not set: {0}', detail);
    case 'disabled':
      return t('Asking the instance for its role is switched off by this variable: {0}', detail);
    case 'badAddress':
      return t('The address in this variable is not a URL, correct it: {0}', detail);
    case 'hostNotAllowed':
      return t('Credentials may come over plain HTTP only from this machine, not from: {0}', detail);
    case 'badToken':
      return t(
        'This cannot be sent to the credential endpoint, there is a line break or a strange letter in it: {0}',
        detail,
      );
    case 'unreachable':
    case 'timedOut':
      return source === 'EcsContainer'
        ? t("The container's credential endpoint does not answer, check its address: {0}", detail)
        : t('No instance metadata service answers, this may be no EC2 instance: {0}', detail);
    case 'refused':
      return source === 'EcsContainer'
        ? t("The container's credential endpoint refused, check the role of the task or pod: {0}", detail)
        : t('The instance metadata service refused, check the role of the instance: {0}', detail);
    case 'noRole':
      return t('The instance has no role, attach an instance profile to it: {0}', detail);
    case 'notJson':
      return t('The {0} did not answer with credentials: {1}', from, detail);
    case 'field':
      return t('The {0} answered with credentials that lack this: {1}', from, detail);
    case 'expired':
      return source === 'Environment'
        ? t("The credentials in VS Code's environment are over, start VS Code again with fresh ones")
        : t('The {0} gave credentials that are already over, check the clock of this machine', from);
  }
}
