import { integer } from '../parameters.ts';
import { accessDenied } from '../refusal.ts';
import { checkMfa, credentialsXml, mfaParameters } from './common.ts';
import { sts, type Operation } from './operation.ts';

const hour = 3600;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export const getSessionToken: Operation = {
  name: 'GetSessionToken',
  service: sts,
  parameters: [{ kind: 'integer', name: 'DurationSeconds', min: 900, max: 129_600 }, ...mfaParameters],
  run({ caller, parameters }, world) {
    if (caller.session !== undefined) {
      throw accessDenied('Cannot call GetSessionToken with session credentials');
    }
    const mfa = checkMfa(parameters, caller, world);
    const asked = integer(parameters, 'DurationSeconds');
    // Root sessions last an hour at most, and AWS shortens them without a word.
    const seconds = caller.kind === 'root' ? Math.min(asked ?? hour, hour) : (asked ?? 12 * hour);
    const keys = world.issue(caller, seconds, {
      mfaAt: mfa ? world.now() : undefined,
      sourceIdentity: undefined,
      transitiveTags: new Map(),
    });
    return { Credentials: credentialsXml(keys) };
  },
};
