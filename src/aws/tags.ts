import type { Findings } from './findings.ts';
import { read } from './findings.ts';
import type { SessionTag } from './planModel.ts';
import type { Section } from './profiles.ts';

/** Of the API model of STS: Tags, TransitiveTagKeys, SourceIdentity. */
const maxTags = 50;
const tagKey = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const identity = /^(?!aws:)[\w+=,.@-]{2,64}$/i;

/** What a role profile adds to its session. */
export interface Tagging {
  readonly sourceIdentity?: string;
  readonly tags?: readonly SessionTag[];
  readonly transitiveTagKeys?: readonly string[];
}

/**
 * `session_tags` (`key=value, key=value`), `transitive_session_tags` (`key, key`) and `source_identity`, written as
 * aws-vault reads them; the AWS CLI has no keys for them. AWS's limits are errors, because it would refuse the call.
 * https://github.com/99designs/aws-vault/blob/master/USAGE.md,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
export function taggingOf(section: Section, findings: Findings): Tagging {
  const tags = tagsOf(section, findings);
  const transitiveTagKeys = transitiveKeysOf(section, tags, findings);
  const sourceIdentity = sourceIdentityOf(section, findings);
  return {
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(transitiveTagKeys.length === 0 ? {} : { transitiveTagKeys }),
  };
}

function tagsOf(section: Section, findings: Findings): readonly SessionTag[] {
  const { name } = section;
  const property = read(section, 'session_tags');
  if (property === undefined) {
    return [];
  }
  const bad = (why: 'form' | 'key' | 'value' | 'twice' | 'tooMany', tag: string): void =>
    findings.error(name, property.place, { kind: 'invalidSessionTags', name, why, tag });
  const tags: SessionTag[] = [];
  // Tag keys are one and the same in either case.
  const seen = new Set<string>();
  for (const part of property.value.split(',')) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(0, equals)).trim();
    const value = part.slice(equals + 1).trim();
    if (equals === -1) {
      bad('form', part.trim());
    } else if (!tagKey.test(key)) {
      bad('key', key);
    } else if (!tagValue.test(value)) {
      bad('value', key);
    } else if (seen.has(key.toLowerCase())) {
      bad('twice', key);
    }
    seen.add(key.toLowerCase());
    tags.push({ key, value });
  }
  if (tags.length > maxTags) {
    bad('tooMany', String(tags.length));
  }
  return tags;
}

function transitiveKeysOf(
  section: Section,
  tags: readonly SessionTag[],
  findings: Findings,
): readonly string[] {
  const { name } = section;
  const property = read(section, 'transitive_session_tags');
  const keys = property?.value.split(',').map((key) => key.trim()) ?? [];
  const stranger = keys.find((key) => !tags.some((tag) => tag.key === key));
  if (stranger !== undefined) {
    findings.error(name, property?.place, { kind: 'transitiveTagMissing', name, tag: stranger });
  }
  return keys;
}

function sourceIdentityOf(section: Section, findings: Findings): string | undefined {
  const { name } = section;
  const property = read(section, 'source_identity');
  if (property !== undefined && !identity.test(property.value)) {
    findings.error(name, property.place, { kind: 'invalidSourceIdentity', name, value: property.value });
  }
  return property?.value;
}
