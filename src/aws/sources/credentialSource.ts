import type { Credentials } from '../credentials.ts';
import type { Effects } from '../effects.ts';
import type { Fault } from '../faults.ts';
import type { Findings } from '../findings.ts';
import type { Base } from '../planModel.ts';
import type { Property, Section } from '../profiles.ts';
import { containerKeys } from './container.ts';
import { environmentKeys } from './environmentKeys.ts';
import { instanceKeys } from './instance.ts';
import type { MachineSource } from './machineFault.ts';

const known = ['Environment', 'Ec2InstanceMetadata', 'EcsContainer'] as const;

/**
 * `credential_source`: what this machine is. What is meant is plain in any case, but the AWS CLI (is_supported in botocore's
 * CanonicalNameCredentialSourcer) and the SDKs for JavaScript, Go and Rust take only this one, which a warning says.
 */
export function credentialSourceBase(
  section: Section,
  property: Property,
  findings: Findings,
): Base | undefined {
  const { name } = section;
  const { value, place } = property;
  const source = known.find((each) => each.toLowerCase() === value.toLowerCase());
  if (source === undefined) {
    findings.error(name, place, { kind: 'unknownCredentialSource', name, value });
    return undefined;
  }
  if (source !== value) {
    findings.warning(name, place, { kind: 'credentialSourceCase', name, value, source });
  }
  return { kind: 'credentialSource', profile: name, source, place };
}

/** The keys of the machine that a `credential_source` names. */
export async function machineKeys(
  source: MachineSource,
  effects: Pick<Effects, 'env' | 'readFile' | 'fetchLocal'>,
  signal: AbortSignal,
): Promise<Credentials | Fault> {
  switch (source) {
    case 'Environment':
      return environmentKeys(effects);
    case 'EcsContainer':
      return containerKeys(effects, signal);
    case 'Ec2InstanceMetadata':
      return instanceKeys(effects, signal);
  }
}
