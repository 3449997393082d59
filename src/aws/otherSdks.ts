import { read } from './findings.ts';
import type { SourceKind } from './planKinds.ts';
import type { OtherUse } from './problems.ts';
import type { Section } from './profiles.ts';
import { hasStaticKeys } from './sources/staticKeys.ts';

/**
 * The order in which each SDK looks for credentials in a profile that has several kinds, as measured with profiles of two
 * and three kinds; Java is the second version's, JavaScript the third's. An SDK that is not known to have a kind lacks it.
 */
const orders: Readonly<Record<string, readonly SourceKind[]>> = {
  JavaScript: ['role', 'credentialSource', 'staticKeys', 'webIdentity', 'process', 'identityCenter', 'login'],
  Go: ['role', 'staticKeys', 'credentialSource', 'webIdentity', 'identityCenter', 'process'],
  Java: ['webIdentity', 'identityCenter', 'role', 'credentialSource', 'process', 'staticKeys'],
  Rust: ['credentialSource', 'webIdentity', 'role', 'identityCenter', 'login', 'process', 'staticKeys'],
  Kotlin: ['staticKeys', 'role', 'credentialSource', 'webIdentity', 'identityCenter', 'process'],
};

/**
 * Which SDKs would use another of the profile's kinds than `used`. Nothing is said of an SDK that may not know one of
 * them. `asSource`: the profile is somebody's source, where keys come before the role with everybody.
 */
export function otherUses(
  section: Section,
  kinds: readonly SourceKind[],
  used: SourceKind,
  asSource: boolean,
): readonly OtherUse[] {
  const keysAlone = asSource && hasStaticKeys(section);
  // SAML and tokens that are in no file are not theirs: to them these are not there.
  const theirs = kinds.filter((kind) =>
    kind === 'webIdentity'
      ? read(section, 'web_identity_token_file') !== undefined
      : kind !== 'saml' && !(keysAlone && (kind === 'role' || kind === 'credentialSource')),
  );
  return Object.entries(orders).flatMap(([sdk, order]) => {
    const kind = order.find((each) => theirs.includes(each));
    const known = theirs.every((each) => order.includes(each));
    return kind === undefined || kind === used || !known ? [] : [{ sdk, kind }];
  });
}
