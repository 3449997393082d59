import type { Constraint, Parameters } from '../parameters.ts';
import { accessDenied } from '../refusal.ts';
import type { Caller, IssuedKeys, World } from '../world.ts';
import type { XmlTree } from '../xml.ts';

/** SerialNumber and TokenCode, limits from the STS model. */
export const mfaParameters: readonly Constraint[] = [
  { kind: 'text', name: 'SerialNumber', min: 9, max: 256, pattern: String.raw`[\w+=/:,.@-]*` },
  { kind: 'text', name: 'TokenCode', min: 6, max: 6, pattern: String.raw`[\d]*` },
];

const tagText = String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]`;

/** Tags, limits from the STS model. */
export const tagParameters: readonly Constraint[] = [
  { kind: 'list', name: 'Tags', max: 50 },
  { kind: 'text', name: 'Tags.member.*.Key', min: 1, max: 128, pattern: `${tagText}+` },
  { kind: 'text', name: 'Tags.member.*.Value', min: 0, max: 256, pattern: `${tagText}*` },
  { kind: 'list', name: 'TransitiveTagKeys', max: 50 },
  { kind: 'text', name: 'TransitiveTagKeys.member.*', min: 1, max: 128, pattern: `${tagText}+` },
];

/**
 * Checks the MFA parameters. Returns true when a right code was given, false when none was, and throws AWS's
 * AccessDenied for the rest (wordings: https://github.com/aws/aws-cli/issues/2279,
 * https://github.com/aws/aws-cli/issues/6325, https://github.com/y13i/sgviz/issues/9).
 */
export function checkMfa(parameters: Parameters, caller: Caller, world: World): boolean {
  const serial = parameters.get('SerialNumber');
  const code = parameters.get('TokenCode');
  if (serial === undefined && code === undefined) {
    return false;
  }
  if (serial === undefined || code === undefined) {
    throw accessDenied(
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    );
  }
  // Security keys show no codes: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_fido.html
  const device = caller.mfa.find((candidate) => candidate.serial === serial && !serial.includes(':u2f/'));
  if (device === undefined) {
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
  }
  if (!world.mfa.accept(device, code, world.now())) {
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
  }
  world.noteSecret(code);
  return true;
}

/** The Credentials element. STS gives the expiry in whole seconds. */
export function credentialsXml(keys: IssuedKeys): XmlTree {
  return {
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    SessionToken: keys.sessionToken,
    Expiration: `${new Date(keys.expiresAt).toISOString().slice(0, 19)}Z`,
  };
}
