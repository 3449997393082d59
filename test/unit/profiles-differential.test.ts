import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSharedConfigFiles } from '@aws-sdk/shared-ini-file-loader';
import { parseKnownFiles } from '@smithy/shared-ini-file-loader';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { Section } from '../../src/aws/profiles.ts';
import { useFolder } from '../support/folder.ts';
import { Seeded } from '../support/seeded.ts';

type Sections = Record<string, Record<string, string>>;

/**
 * Where `@smithy/shared-ini-file-loader` 4.7.2 is wrong, by the rule that it breaks. Each is a whole config file; both
 * readings are asserted, so that a loader that mends its ways is noticed.
 */
const defects: readonly { rule: string; text: string; ours: Sections; theirs: Sections }[] = [
  { rule: 'a section without properties is a section', text: '[profile a]', ours: { a: {} }, theirs: {} },
  {
    rule: 'white space in a header does not count',
    text: '[ profile  a ]\nx = y',
    ours: { a: { x: 'y' } },
    theirs: {},
  },
  {
    rule: 'a comment may touch the bracket',
    text: '[profile a]; note\nx = y',
    ours: { a: { x: 'y' } },
    theirs: {},
  },
  {
    rule: 'a value may be empty',
    text: '[profile a]\nx =\ny = z',
    ours: { a: { x: '', y: 'z' } },
    theirs: { a: { y: 'z' } },
  },
  {
    rule: 'an indented line continues a value',
    text: '[profile a]\nx = y\n z',
    ours: { a: { x: 'y\nz' } },
    theirs: { a: { x: 'y' } },
  },
  {
    rule: 'keys are not case-sensitive',
    text: '[profile a]\nX = y\nx = z',
    ours: { a: { x: 'z' } },
    theirs: { a: { X: 'y', x: 'z' } },
  },
  {
    rule: 'keys with other characters are ignored',
    text: '[profile a]\nx y = z\nb = c',
    ours: { a: { b: 'c' } },
    theirs: { a: { 'x y': 'z', b: 'c' } },
  },
  {
    rule: 'a sub-property may be empty',
    text: '[profile a]\ns =\n x =\n y = z',
    ours: { a: { 's.x': '', 's.y': 'z' } },
    theirs: { a: { 'x.y': 'z' } },
  },
  {
    rule: 'of a key that is there twice the last counts, also of a block',
    text: '[profile a]\ns =\n x = y\ns =\n z = y',
    ours: { a: { 's.z': 'y' } },
    theirs: { a: { 's.x': 'y', 's.z': 'y' } },
  },
  {
    rule: 'a dot is no white space',
    text: '[profile.a]\nx = y',
    ours: {},
    theirs: { a: { x: 'y' } },
  },
  {
    rule: 'quotes allow spaces (the AWS CLI’s)',
    text: '[profile "a b"]\nx = y',
    ours: { 'a b': { x: 'y' } },
    theirs: {},
  },
  {
    rule: 'one odd name does not empty the file',
    text: '[profile a]\nx = y\n[profile __proto__]\nx = y',
    ours: Object.fromEntries([
      ['a', { x: 'y' }],
      ['__proto__', { x: 'y' }],
    ]),
    theirs: {},
  },
];

describe('beside @smithy/shared-ini-file-loader', () => {
  const folder = useFolder();

  const theirs = async (config: string, credentials: string): Promise<Sections> => {
    const [configFilepath, filepath] = [join(folder(), 'config'), join(folder(), 'credentials')];
    writeFileSync(configFilepath, config);
    writeFileSync(filepath, credentials);
    const merged = await parseKnownFiles({ configFilepath, filepath, ignoreCache: true });
    return JSON.parse(JSON.stringify(merged));
  };

  it('reads the same from generated files, but for the rules that the loader breaks', async () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = new Seeded(seed);
      const names = random.many(1 + random.below(6), () => someName(random));
      const config = someFile(random, names, 'config');
      const credentials = someFile(random, names, 'credentials');
      const message = `seed ${seed}:\n${config}\n--- credentials\n${credentials}`;
      assert.deepEqual(ours(config, credentials), await theirs(config, credentials), message);
    }
  });

  for (const defect of defects) {
    it(`differs by rule: ${defect.rule}`, async () => {
      assert.deepEqual(ours(defect.text, ''), defect.ours);
      assert.deepEqual(await theirs(defect.text, ''), defect.theirs);
    });
  }

  it('differs by rule: a name is not a path into Object', async () => {
    // What the loader does with `[constructor]` would change every object of this process, so it is not run here.
    const set = readProfiles({ config: '[profile constructor]\nx = y', credentials: '[constructor]\nz = y' });
    assert.deepEqual([...(set.profiles.get('constructor')?.properties.keys() ?? [])], ['x', 'z']);
    assert.equal('x' in Object, false);
  });

  it('differs by rule: a prefix does not belong into the credentials file', async () => {
    assert.deepEqual(ours('', '[profile a]\nx = y'), {});
    assert.deepEqual(await theirs('', '[profile a]\nx = y'), { 'profile.a': { x: 'y' } });
  });

  it('reads the same as @aws-sdk/shared-ini-file-loader from a plain pair of files', async () => {
    const config = `# my profiles
[default]
region = eu-west-1

[profile prod-admin]
role_arn = arn:aws:iam::111122223333:role/Admin
source_profile = default
mfa_serial = arn:aws:iam::111122223333:mfa/me ; phone
`;
    const credentials = `[default]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = EXAMPLEKEY
`;
    const [configFilepath, filepath] = [join(folder(), 'config'), join(folder(), 'credentials')];
    writeFileSync(configFilepath, config);
    writeFileSync(filepath, credentials);
    const loaded = await loadSharedConfigFiles({ configFilepath, filepath });
    assert.deepEqual(ours(config, ''), plain(loaded.configFile));
    assert.deepEqual(ours('', credentials), plain(loaded.credentialsFile));
  });
});

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Our reading in the loader's shape: sections under one prefix, nested keys as `block.key`. */
function ours(config: string, credentials: string): Sections {
  const set = readProfiles({ config, credentials });
  const of = (prefix: string, sections: ReadonlyMap<string, Section>): [string, Record<string, string>][] =>
    [...sections].map(([name, section]) => [prefix + name, flat(section)]);
  return Object.fromEntries([
    ...of('', set.profiles),
    ...of('sso-session.', set.ssoSessions),
    ...of('services.', set.services),
  ]);
}

function flat(section: Section): Record<string, string> {
  return Object.fromEntries(
    [...section.properties].flatMap(([key, { value, nested }]) =>
      nested === undefined
        ? [[key, value]]
        : [...nested].map(([inner, property]) => [`${key}.${inner}`, property.value]),
    ),
  );
}

function someName(random: Seeded): string {
  return random.pick(['default', 'a', 'B', 'b-1', 'some_thing/with%all.the@chars+1', 'x:y', 'UPPER', '42']);
}

function someFile(random: Seeded, names: readonly string[], file: 'config' | 'credentials'): string {
  const ending = random.pick(['\n', '\n', '\r\n']);
  const lines: string[] = random.chance(30) ? ['# first', ''] : [];
  for (const name of names) {
    lines.push(file === 'config' ? someHeader(random, name) : `[${name}]`);
    lines.push(...someProperties(random));
  }
  return lines.join(ending) + (random.chance(70) ? ending : '');
}

function someHeader(random: Seeded, name: string): string {
  if (name === 'default' && random.chance(70)) {
    return '[default]';
  }
  const kind = random.chance(80) ? 'profile' : random.pick(['sso-session', 'services', 'other']);
  const quoted = random.chance(10) ? `"${name}"` : name;
  return (
    (random.chance(8) ? `[${name}-unprefixed]` : `[${kind} ${quoted}]`) +
    random.pick(['', '', ' # note', ' ; note', '\t'])
  );
}

function someProperties(random: Seeded): string[] {
  // At least one property: a section without any is one of the defects.
  const lines = [`region${random.pick([' = ', '=', '\t=  '])}${someValue(random)}`];
  for (let count = random.below(5); count > 0; count--) {
    const kind = random.below(10);
    if (kind < 5) {
      const key = random.pick(['region', 'output', 'role_arn', 'key-with.all/of@it']);
      lines.push(
        `${key}${random.pick([' = ', '='])}${someValue(random)}${random.pick(['', '', '  ', ' # note', '\t; note = x'])}`,
      );
    } else if (kind < 7) {
      lines.push(random.pick(['', ' ', '# note', '; note = x', '#[profile no]']));
    } else {
      lines.push(
        // A block's name comes once in all files: twice is one of the defects.
        `block-${random.below(1e9)} =`,
        ...random.many(
          1 + random.below(3),
          () => `  ${random.pick(['max', 'url', 'x'])} = ${someValue(random)}`,
        ),
      );
    }
  }
  return lines;
}

function someValue(random: Seeded): string {
  return random.pick([
    'eu-west-1',
    'a=b',
    'a = b',
    'x#y;z',
    'two words',
    '"quoted"',
    'é😂',
    '[x]',
    '%(x)s',
    '0',
    '\\',
    'a]',
  ]);
}
