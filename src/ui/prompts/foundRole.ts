import {
  externalIdProblem,
  mfaSerialProblem,
  sessionNameProblem,
  sourceIdentityProblem,
} from '../../aws/limits.ts';
import type { InputProblem } from '../../aws/limits.ts';
import type { SessionRequest } from '../../aws/planModel.ts';
import type { ProfileSet } from '../../aws/profiles.ts';
import type { FoundRole } from '../../aws/roles/assumable.ts';
import { like } from '../../aws/roles/conditions.ts';
import { requestOf } from '../../aws/roles/savedRole.ts';
import type { SavedRole } from '../../aws/roles/savedRole.ts';
import { isPattern } from '../../aws/roles/trust.ts';
import type { CommandParts } from '../parts.ts';
import { defaultRoleSessionName } from '../roleSessionName.ts';
import { inputSentence } from '../text/input.ts';
import { t } from '../text/l10n.ts';
import { askText } from './input.ts';

/**
 * A found role with all that its trust policy asks for: what the policy names as it stands, and the rest as the person
 * says, who alone knows what of theirs fits a pattern. Undefined when they left.
 */
export async function requestOfFound(
  parts: Pick<CommandParts, 'now' | 'recent' | 'mfa'>,
  set: ProfileSet,
  role: SavedRole,
  { needs }: FoundRole,
): Promise<Extract<SessionRequest, { kind: 'role' }> | undefined> {
  const { sourceProfile = '' } = role;
  let request = requestOf(role, sourceProfile);
  const ownName = defaultRoleSessionName(role.name, parts.now());
  const asked = [
    {
      key: 'externalId',
      pattern: needs.externalId,
      prompt: (pattern: string) => t('The external ID, it must look like this: {0}', pattern),
      problem: externalIdProblem,
    },
    {
      key: 'sourceIdentity',
      pattern: needs.sourceIdentity,
      prompt: (pattern: string) => t('The source identity, it must look like this: {0}', pattern),
      problem: sourceIdentityProblem,
    },
    {
      key: 'sessionName',
      // What the setting says anyway may be right already.
      pattern:
        needs.sessionName !== undefined && like(needs.sessionName, ownName) ? undefined : needs.sessionName,
      prompt: (pattern: string) => t('The session name, it must look like this: {0}', pattern),
      problem: sessionNameProblem,
    },
  ] as const;
  for (const { key, pattern, prompt, problem } of asked) {
    const value =
      pattern === undefined || !isPattern(pattern)
        ? pattern
        : await askFitting(role, pattern, prompt(pattern), problem);
    if (value === null) {
      return undefined;
    }
    request = value === undefined ? request : { ...request, [key]: value };
  }
  if (needs.mfa) {
    const mfaSerial = await deviceFor(parts, set, role, sourceProfile);
    return mfaSerial === undefined ? undefined : { ...request, mfaSerial };
  }
  return request;
}

/** Null when the person left. */
async function askFitting(
  role: SavedRole,
  pattern: string,
  prompt: string,
  problem: (text: string) => InputProblem | undefined,
): Promise<string | null> {
  const answer = await askText({
    title: t('Start {0}', role.name),
    prompt,
    validate: (text) =>
      sentence(problem(text.trim())) ??
      (like(pattern, text.trim()) ? undefined : t('The role takes only what looks like this: {0}', pattern)),
  });
  return answer.kind === 'value' ? answer.value : null;
}

async function deviceFor(
  parts: Pick<CommandParts, 'recent' | 'mfa'>,
  set: ProfileSet,
  role: SavedRole,
  sourceProfile: string,
): Promise<string | undefined> {
  const own =
    parts.mfa.device(sourceProfile) ?? set.profiles.get(sourceProfile)?.properties.get('mfa_serial')?.value;
  if (own !== undefined && own !== '') {
    return own;
  }
  const answer = await askText({
    title: t('Start {0}', role.name),
    prompt: t('The MFA device of {0}: its ARN, or the serial number of a hardware device', sourceProfile),
    placeholder: 'arn:aws:iam::111122223333:mfa/name',
    value: lastDevice(parts, sourceProfile) ?? '',
    validate: (text) => sentence(mfaSerialProblem(text.trim())),
  });
  return answer.kind === 'value' ? answer.value : undefined;
}

/** A user may have several devices: the one that was used for the profile last. */
function lastDevice({ recent }: Pick<CommandParts, 'recent' | 'mfa'>, profile: string): string | undefined {
  const last = recent
    .requests()
    .find(
      (each) =>
        (each.kind === 'mfaSession' && each.profile === profile) ||
        (each.kind === 'role' && each.sourceProfile === profile && each.mfaSerial !== undefined),
    );
  return last !== undefined && 'mfaSerial' in last ? last.mfaSerial : undefined;
}

function sentence(problem: InputProblem | undefined): string | undefined {
  return problem === undefined ? undefined : inputSentence(problem);
}
