import type { Findings } from '../findings.ts';
import { read } from '../findings.ts';
import type { Base } from '../plan.ts';
import { checkedRoleArn, checkedSessionName } from '../planRole.ts';
import type { Property, Section } from '../profiles.ts';

/** `web_identity_token_file` with `role_arn`: a token of an identity provider, exchanged for a role. */
export function webIdentityBase(section: Section, tokenFile: Property, findings: Findings): Base | undefined {
  const { name } = section;
  const roleArn = read(section, 'role_arn');
  if (roleArn === undefined) {
    findings.error(name, tokenFile.place, { kind: 'tokenFileWithoutRole', name });
    return undefined;
  }
  const arn = checkedRoleArn(name, roleArn.value, roleArn.place, findings);
  const sessionName = checkedSessionName(section, findings);
  return arn === undefined
    ? undefined
    : {
        kind: 'webIdentity',
        profile: name,
        roleArn: roleArn.value,
        tokenFile: tokenFile.value,
        sessionName,
        place: tokenFile.place,
      };
}
