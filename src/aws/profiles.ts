import { includeProfiles } from './include.ts';
import { isName, parseIni } from './ini.ts';
import type { IniFile, IniSection, Property } from './ini.ts';
import type { FileRole, Place, Problem, ProblemKind } from './problems.ts';

export type { Property } from './ini.ts';

/** A named section: a profile merged from both files, an sso-session, or a services section. */
export interface Section {
  readonly name: string;
  /** Every header line of it, in reading order, the config file first. */
  readonly places: readonly Place[];
  /** Keys are lower-case. A Map, so that `[constructor]` and `__proto__` are names like any other. */
  readonly properties: ReadonlyMap<string, Property>;
  /** Set when its long-term keys are not in the file but in our vault (`vaultPointer.ts`). */
  readonly vaultId?: string;
}

/** Both shared files as one value. */
export interface ProfileSet {
  /** In the order in which the files name them, the config file first. */
  readonly profiles: ReadonlyMap<string, Section>;
  readonly ssoSessions: ReadonlyMap<string, Section>;
  readonly services: ReadonlyMap<string, Section>;
  /** What was wrong while reading; what is wrong with a plan is said by `plan`. */
  readonly problems: readonly Problem[];
}

/** The texts of both shared files; undefined for one that is not there. */
export interface SharedTexts {
  readonly config: string | undefined;
  readonly credentials: string | undefined;
}

/** How a profile gets its credentials. */
export type ProfileKind =
  | 'staticKeys'
  | 'role'
  | 'webIdentity'
  | 'identityCenter'
  | 'login'
  | 'process'
  | 'credentialSource'
  | 'saml'
  | 'none';

/** The key that marks a profile as written by this extension; its value is the host that wrote it. */
export const managedKey = 'sts_sessions_host';

/** The keys of ours that make a profile a SAML profile; the AWS CLI and the SDKs take no notice of them. */
export const samlKeys = ['saml_login_url', 'saml_process', 'saml_method', 'saml_provider_arn'] as const;

/** Sections of the AWS CLI's own that are no profiles and no mistakes. */
const cliSections: ReadonlySet<string> = new Set(['plugins', 'preview']);

/** What a header means in its file. */
type Meaning =
  | {
      readonly kind: 'profile' | 'ssoSession' | 'services';
      readonly name: string;
      readonly problem?: ProblemKind;
    }
  | { readonly kind: 'ignored'; readonly problem?: ProblemKind };

/**
 * Reads both shared files and merges them as the SDKs and the AWS CLI do: property by property, where the credentials
 * file wins. `[profile default]` of the config file beats its `[default]`. Never throws; see `problems`.
 * Rules: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function readProfiles(files: SharedTexts): ProfileSet {
  const merger = new Merger();
  for (const [role, text] of [
    ['config', files.config],
    ['credentials', files.credentials],
  ] as const) {
    if (text !== undefined) {
      merger.addFile(parseIni(text, role), role);
    }
  }
  return merger.finish();
}

/**
 * Where a profile's credentials come from when it says several things, in the AWS CLI's order: role chain, web
 * identity, Identity Center, static keys of the credentials file, login, process, static keys of the config file
 * (botocore/credentials.py, create_credential_resolver); SAML, which it does not know, comes after what it knows. An empty
 * value counts as absent.
 */
export function kindOf(section: Section): ProfileKind {
  const has = (key: string): boolean => (section.properties.get(key)?.value ?? '') !== '';
  const keyFile = has('aws_access_key_id')
    ? section.properties.get('aws_access_key_id')?.place.file
    : undefined;
  const saml = samlKeys.some(has);
  const otherToken = has('web_identity_token_process') || has('web_identity_issuer');
  const hasSource = has('source_profile') || has('credential_source');
  // A role that SAML or a web identity opens needs no source; to the AWS CLI it is a role without one.
  if (has('role_arn') && !has('web_identity_token_file') && (hasSource || !(otherToken || saml))) {
    // Both sources at once is a mistake that the plan explains; it is still a role that somebody meant.
    return has('credential_source') && !has('source_profile') ? 'credentialSource' : 'role';
  }
  if (has('web_identity_token_file') || (otherToken && has('role_arn'))) {
    return 'webIdentity';
  }
  if (has('sso_account_id') || has('sso_role_name')) {
    return 'identityCenter';
  }
  if (keyFile === 'credentials') {
    return 'staticKeys';
  }
  if (has('login_session')) {
    return 'login';
  }
  if (has('credential_process')) {
    return 'process';
  }
  if (keyFile === 'config' || has('aws_secret_access_key')) {
    return 'staticKeys';
  }
  if (saml) {
    return 'saml';
  }
  // The AWS CLI gets no credentials from these alone, but what was meant is plain.
  return has('sso_session') || has('sso_start_url') ? 'identityCenter' : otherToken ? 'webIdentity' : 'none';
}

/** True for a profile that this extension wrote for terminals: it is never shown, and never a source. */
export function isManaged(section: Pick<Section, 'properties'>): boolean {
  return section.properties.has(managedKey);
}

interface OpenSection extends Section {
  readonly places: Place[];
  properties: ReadonlyMap<string, Property>;
}

class Merger {
  readonly #profiles = new Map<string, OpenSection>();
  readonly #ssoSessions = new Map<string, OpenSection>();
  readonly #services = new Map<string, OpenSection>();
  readonly #problems: Problem[] = [];

  addFile(ini: IniFile, file: FileRole): void {
    const meaningOf = file === 'config' ? meaningInConfig : meaningInCredentials;
    const read = ini.sections.map((section) => ({ section, meaning: meaningOf(section.header) }));
    // Known before the first is merged: a prefixed default drops the plain one wherever it stands.
    const defaultIsPrefixed =
      file === 'config' &&
      read.some(({ section, meaning }) => section.header !== 'default' && profileOf(meaning) === 'default');
    for (const { section, meaning } of read) {
      const place: Place = { file, line: section.line };
      if (meaning.problem !== undefined) {
        const profile = profileOf(meaning);
        this.#problems.push({ what: meaning.problem, severity: 'warning', place, profile });
      }
      if (defaultIsPrefixed && section.header === 'default') {
        this.#problems.push({
          what: { kind: 'defaultShadowed' },
          severity: 'warning',
          place,
          profile: 'default',
        });
      } else if (meaning.kind !== 'ignored') {
        merge(this.#groupOf(meaning.kind), meaning.name, section, place);
      }
    }
    for (const { what, severity, line, section } of ini.problems) {
      const profile = section === undefined ? undefined : profileOf(meaningOf(section.header));
      this.#problems.push({ what, severity, place: { file, line }, profile });
    }
  }

  finish(): ProfileSet {
    this.#problems.push(...includeProfiles(this.#profiles, (profile) => !isManaged(profile)));
    for (const section of this.#profiles.values()) {
      const split = splitKeys(section);
      if (split !== undefined) {
        this.#problems.push(split);
      }
    }
    this.#problems.sort(byPlace);
    return {
      profiles: this.#profiles,
      ssoSessions: this.#ssoSessions,
      services: this.#services,
      problems: this.#problems,
    };
  }

  #groupOf(kind: 'profile' | 'ssoSession' | 'services'): Map<string, OpenSection> {
    switch (kind) {
      case 'profile':
        return this.#profiles;
      case 'ssoSession':
        return this.#ssoSessions;
      case 'services':
        return this.#services;
    }
  }
}

function profileOf(meaning: Meaning): string | undefined {
  return meaning.kind === 'profile' ? meaning.name : undefined;
}

function merge(group: Map<string, OpenSection>, name: string, section: IniSection, place: Place): void {
  const open = group.get(name);
  if (open === undefined) {
    group.set(name, { name, places: [place], properties: section.properties });
    return;
  }
  open.places.push(place);
  // A copy, because most sections come once and are passed on as they were read.
  open.properties = new Map([...open.properties, ...section.properties]);
}

function meaningInConfig(header: string): Meaning {
  if (header === 'default') {
    return { kind: 'profile', name: 'default' };
  }
  if (header === 'DEFAULT') {
    return { kind: 'ignored', problem: { kind: 'pythonDefaultSection' } };
  }
  if (cliSections.has(header)) {
    return { kind: 'ignored' };
  }
  const blank = firstBlank(header);
  if (blank === -1) {
    // `[profilefoo]` is not even a forgotten prefix.
    return isName(header) && !header.startsWith('profile')
      ? { kind: 'ignored', problem: { kind: 'missingProfilePrefix', name: header } }
      : { kind: 'ignored', problem: { kind: 'unknownSection', name: header } };
  }
  const kind = kindOfPrefix(header.slice(0, blank));
  const name = header.slice(blank).trim();
  if (kind === undefined) {
    return { kind: 'ignored', problem: { kind: 'unknownSection', name: header } };
  }
  if (isName(name)) {
    return { kind, name };
  }
  const unquoted = withoutQuotes(name);
  return unquoted === undefined
    ? { kind: 'ignored', problem: { kind: 'invalidProfileName', name } }
    : { kind, name: unquoted, problem: { kind: 'quotedProfileName', name: unquoted } };
}

function meaningInCredentials(header: string): Meaning {
  if (isName(header)) {
    return header === 'DEFAULT'
      ? { kind: 'profile', name: header, problem: { kind: 'pythonDefaultSection' } }
      : { kind: 'profile', name: header };
  }
  const blank = firstBlank(header);
  switch (blank === -1 ? undefined : kindOfPrefix(header.slice(0, blank))) {
    case 'profile':
      return { kind: 'ignored', problem: { kind: 'prefixInCredentials', name: header.slice(blank).trim() } };
    case 'ssoSession':
    case 'services':
      return { kind: 'ignored', problem: { kind: 'unknownSection', name: header } };
    case undefined:
      return { kind: 'ignored', problem: { kind: 'invalidProfileName', name: header } };
  }
}

function kindOfPrefix(word: string): 'profile' | 'ssoSession' | 'services' | undefined {
  switch (word) {
    case 'profile':
      return 'profile';
    case 'sso-session':
      return 'ssoSession';
    case 'services':
      return 'services';
    default:
      return undefined;
  }
}

function firstBlank(header: string): number {
  const space = header.indexOf(' ');
  const tab = header.indexOf('\t');
  return space === -1 || (tab !== -1 && tab < space) ? tab : space;
}

/** The name inside one pair of quotes, as Python's shlex reads it for the AWS CLI; undefined for anything else. */
function withoutQuotes(name: string): string | undefined {
  const quote = name[0];
  if (name.length < 3 || (quote !== '"' && quote !== "'") || !name.endsWith(quote)) {
    return undefined;
  }
  const inner = name.slice(1, -1);
  return inner.includes(quote) || inner.includes('\\') ? undefined : inner;
}

/** The AWS CLI reads a key pair from one file only; SDKs mix the two files, and may mix two pairs. */
function splitKeys(section: Section): Problem | undefined {
  if (section.places.length < 2) {
    return undefined;
  }
  const parts = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].flatMap((key) => {
    const property = section.properties.get(key);
    return property === undefined ? [] : [property.place];
  });
  const [first] = parts;
  if (first === undefined || parts.every((place) => place.file === first.file)) {
    return undefined;
  }
  const what: ProblemKind = { kind: 'keysSplitOverFiles', name: section.name };
  return { what, severity: 'warning', place: first, profile: section.name };
}

function byPlace(a: Problem, b: Problem): number {
  const fileOrder = (problem: Problem): number => (problem.place?.file === 'credentials' ? 1 : 0);
  return fileOrder(a) - fileOrder(b) || (a.place?.line ?? 0) - (b.place?.line ?? 0);
}
