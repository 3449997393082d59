import type { Findings } from './findings.ts';
import { read } from './findings.ts';
import type { InputProblem } from './limits.ts';
import { sourceIdentityProblem } from './limits.ts';
import type { SessionTag, Step } from './planModel.ts';
import type { Section } from './profiles.ts';

/** Of the API model of STS: Tags, TransitiveTagKeys. */
const maxTags = 50;
const tagKey = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** What a role profile adds to its session. */
export interface Tagging {
  readonly sourceIdentity?: string;
  readonly tags?: readonly SessionTag[];
  readonly transitiveTagKeys?: readonly string[];
}

/** What keeps session tags from being taken; `tag` is its key, what stands in its place, or how many there are. */
export interface TagProblem {
  readonly why: 'form' | 'key' | 'value' | 'twice' | 'tooMany';
  readonly tag: string;
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

/** The same of a request. The prompts checked it, but a stored one may be older than they. */
export function checkedTagging(name: string, tagging: Tagging, findings: Findings): Tagging {
  const { sourceIdentity, tags = [], transitiveTagKeys = [] } = tagging;
  for (const problem of tagProblems(tags)) {
    findings.error(name, undefined, { kind: 'invalidSessionTags', name, ...problem });
  }
  const stranger = transitiveStranger(transitiveTagKeys, tags);
  if (stranger !== undefined) {
    findings.error(name, undefined, { kind: 'transitiveTagMissing', name, tag: stranger });
  }
  if (sourceIdentity !== undefined && sourceIdentityProblem(sourceIdentity) !== undefined) {
    findings.error(name, undefined, { kind: 'invalidSourceIdentity', name, value: sourceIdentity });
  }
  return {
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(transitiveTagKeys.length === 0 ? {} : { transitiveTagKeys }),
  };
}

/**
 * An error for a tag that a hop before has passed on already: AWS refuses the call, after codes were typed for the hops
 * before it. Keys are the same in either case. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function checkInherited(steps: readonly Step[], name: string, findings: Findings): void {
  const inherited = new Set<string>();
  for (const step of steps) {
    if (step.kind === 'assumeRole') {
      const again = step.tags?.find(({ key }) => inherited.has(key.toLowerCase()));
      if (again !== undefined) {
        const profile = step.profile ?? name;
        findings.error(profile, step.place, { kind: 'inheritedTag', name: profile, tag: again.key });
      }
      for (const key of step.transitiveTagKeys ?? []) {
        inherited.add(key.toLowerCase());
      }
    }
  }
}

/** Tags written `key=value, key=value`, and what is wrong with them. Nothing but white space is no tag. */
export function parseTags(text: string): {
  readonly tags: readonly SessionTag[];
  readonly problems: readonly TagProblem[];
} {
  const problems: TagProblem[] = [];
  const tags: SessionTag[] = [];
  for (const part of text.trim() === '' ? [] : text.split(',')) {
    const equals = part.indexOf('=');
    if (equals === -1) {
      problems.push({ why: 'form', tag: part.trim() });
    } else {
      tags.push({ key: part.slice(0, equals).trim(), value: part.slice(equals + 1).trim() });
    }
  }
  return { tags, problems: [...problems, ...tagProblems(tags)] };
}

/** Tags as `parseTags` reads them. */
export function writeTags(tags: readonly SessionTag[]): string {
  return tags.map(({ key, value }) => `${key}=${value}`).join(', ');
}

/** Keys with commas between them. */
export function parseTagKeys(text: string): readonly string[] {
  return text.trim() === '' ? [] : text.split(',').map((key) => key.trim());
}

/** The first of the keys that is no tag's: only what is set can be passed on. */
export function transitiveStranger(keys: readonly string[], tags: readonly SessionTag[]): string | undefined {
  return keys.find((key) => !tags.some((tag) => tag.key === key));
}

/** What AWS would refuse about the tags, each tag's first fault. */
export function tagProblems(tags: readonly SessionTag[]): readonly TagProblem[] {
  const problems: TagProblem[] = [];
  // Tag keys are one and the same in either case.
  const seen = new Set<string>();
  for (const { key, value } of tags) {
    if (!tagKey.test(key)) {
      problems.push({ why: 'key', tag: key });
    } else if (!tagValue.test(value)) {
      problems.push({ why: 'value', tag: key });
    } else if (seen.has(key.toLowerCase())) {
      problems.push({ why: 'twice', tag: key });
    }
    seen.add(key.toLowerCase());
  }
  return tags.length > maxTags ? [...problems, { why: 'tooMany', tag: String(tags.length) }] : problems;
}

/** What keeps `text` from being the transitive keys of these tags. */
export function tagKeysProblem(text: string, tags: readonly SessionTag[]): InputProblem | undefined {
  const tag = transitiveStranger(parseTagKeys(text), tags);
  return tag === undefined ? undefined : { kind: 'notATag', tag };
}

function tagsOf(section: Section, findings: Findings): readonly SessionTag[] {
  const { name } = section;
  const property = read(section, 'session_tags');
  const { tags, problems } = parseTags(property?.value ?? '');
  for (const problem of problems) {
    findings.error(name, property?.place, { kind: 'invalidSessionTags', name, ...problem });
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
  const keys = parseTagKeys(property?.value ?? '');
  const stranger = transitiveStranger(keys, tags);
  if (stranger !== undefined) {
    findings.error(name, property?.place, { kind: 'transitiveTagMissing', name, tag: stranger });
  }
  return keys;
}

function sourceIdentityOf(section: Section, findings: Findings): string | undefined {
  const { name } = section;
  const property = read(section, 'source_identity');
  if (property !== undefined && sourceIdentityProblem(property.value) !== undefined) {
    findings.error(name, property.place, { kind: 'invalidSourceIdentity', name, value: property.value });
  }
  return property?.value;
}
