import assert from 'node:assert/strict';
import type { Problem, ProblemKind } from '../../src/aws/problems.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { askAwsCli } from '../support/awsCli.ts';
import type { CliProfiles } from '../support/awsCli.ts';
import { describeIf } from '../support/skip.ts';

interface Disagreement {
  readonly title: string;
  /** A config file. */
  readonly text: string;
  readonly problems: readonly (readonly [line: number, severity: Problem['severity'], what: ProblemKind])[];
  readonly ours: Record<string, Record<string, string>>;
  /** What the AWS CLI reads, where that is something else; undefined: it refuses the whole file. */
  readonly cli: CliProfiles | 'the same';
}

const table: readonly Disagreement[] = [
  {
    title: 'an inline comment is part of the value',
    text: '[profile a]\nregion = x # y\n',
    problems: [[2, 'warning', { kind: 'inlineComment', name: 'region' }]],
    ours: { a: { region: 'x' } },
    cli: { a: { region: 'x # y' } },
  },
  {
    title: 'so is one in a nested block',
    text: '[profile a]\ns3 =\n  X = y ; z\n',
    problems: [[3, 'warning', { kind: 'inlineComment', name: 'X' }]],
    ours: { a: { s3: '\nX = y ; z' } },
    cli: { a: { s3: { X: 'y ; z' } } },
  },
  {
    title: 'a section twice',
    text: '[profile a]\nregion = x\n[profile b]\n[profile a]\noutput = json\n',
    problems: [[4, 'warning', { kind: 'duplicateSection', name: 'profile a', firstLine: 1 }]],
    ours: { a: { region: 'x', output: 'json' }, b: {} },
    cli: undefined,
  },
  {
    title: 'a key twice',
    text: '[profile a]\nregion = x\nREGION = y\n',
    problems: [[3, 'warning', { kind: 'duplicateProperty', name: 'REGION', firstLine: 2 }]],
    ours: { a: { region: 'y' } },
    cli: undefined,
  },
  {
    title: 'a byte order mark',
    text: '\ufeff[profile a]\nregion = x\n',
    problems: [[1, 'warning', { kind: 'byteOrderMark', file: 'config' }]],
    ours: { a: { region: 'x' } },
    cli: undefined,
  },
  {
    title: 'a colon for an equals sign',
    text: '[profile a]\nregion: x\noutput = json\n',
    problems: [[2, 'error', { kind: 'colonInsteadOfEquals', name: 'region' }]],
    ours: { a: { output: 'json' } },
    cli: { a: { region: 'x', output: 'json' } },
  },
  {
    title: 'a colon before an equals sign',
    text: '[profile a]\nrole: x=y\nb:c = d\n',
    problems: [
      [2, 'warning', { kind: 'colonInsteadOfEquals', name: 'role' }],
      [3, 'warning', { kind: 'colonInsteadOfEquals', name: 'b' }],
    ],
    ours: { a: { 'b:c': 'd' } },
    cli: { a: { role: 'x=y', b: 'c = d' } },
  },
  {
    title: '[DEFAULT] leaks into every profile',
    text: '[DEFAULT]\nregion = x\n[profile a]\n',
    problems: [[1, 'warning', { kind: 'pythonDefaultSection' }]],
    ours: { a: {} },
    cli: { a: { region: 'x' } },
  },
  {
    title: 'names that the SDKs do not allow',
    text: '[profile a b]\nregion = x\n[profile c!]\n[profile d]\nbad key = x\n',
    problems: [
      [1, 'warning', { kind: 'invalidProfileName', name: 'a b' }],
      [3, 'warning', { kind: 'invalidProfileName', name: 'c!' }],
      [5, 'warning', { kind: 'invalidPropertyName', name: 'bad key' }],
    ],
    ours: { d: {} },
    cli: { 'c!': {}, d: { 'bad key': 'x' } },
  },
  {
    title: 'quoted names',
    text: '[profile "a b"]\nregion = x\n[profile \'c\']\n[profile "d"e]\n',
    problems: [
      [1, 'warning', { kind: 'quotedProfileName', name: 'a b' }],
      [3, 'warning', { kind: 'quotedProfileName', name: 'c' }],
      [4, 'warning', { kind: 'invalidProfileName', name: '"d"e' }],
    ],
    ours: { 'a b': { region: 'x' }, c: {} },
    cli: { 'a b': { region: 'x' }, c: {}, de: {} },
  },
  {
    title: 'text behind a header',
    text: '[profile a] text\nregion = x\n',
    problems: [[1, 'warning', { kind: 'textAfterHeader' }]],
    ours: { a: { region: 'x' } },
    cli: 'the same',
  },
  {
    title: 'a bracket in the comment behind a header',
    text: '[profile a] # see [b]\nregion = x\n',
    problems: [[1, 'warning', { kind: 'bracketAfterHeader' }]],
    ours: { a: { region: 'x' } },
    cli: {},
  },
  {
    title: 'properties that are all indented',
    text: '[profile a]\n  region = x\n  output = json\n',
    problems: [
      [2, 'warning', { kind: 'indentedProperty', name: 'region' }],
      [3, 'warning', { kind: 'indentedProperty', name: 'output' }],
    ],
    ours: { a: { region: 'x', output: 'json' } },
    cli: 'the same',
  },
  {
    title: 'a header that is indented',
    text: '  [profile a]\nregion = x\n    more\n',
    problems: [[1, 'warning', { kind: 'indentedProperty', name: '[profile a]' }]],
    ours: { a: { region: 'x\nmore' } },
    cli: 'the same',
  },
  {
    title: 'an indented comment',
    text: '[profile a]\n  # first\nregion = x\n  # second\n  more\n',
    problems: [[4, 'warning', { kind: 'indentedComment', name: 'region' }]],
    ours: { a: { region: 'x\nmore' } },
    cli: 'the same',
  },
  {
    title: '[profile default] and [default]',
    text: '[profile default]\nregion = x\n[default]\noutput = json\n',
    problems: [[3, 'warning', { kind: 'defaultShadowed' }]],
    ours: { default: { region: 'x' } },
    cli: { default: { output: 'json' } },
  },
  {
    title: 'one broken line of each kind',
    text: 'before = x\nstill before\n[profile a]\nregion\n= x\noutput = json\n[profile b\nlost = x\n[profile c]\n  lost\ns3 =\n  lost\n  = x\n  kept = x\n',
    problems: [
      [1, 'error', { kind: 'textBeforeSection' }],
      [4, 'error', { kind: 'missingEquals' }],
      [5, 'error', { kind: 'emptyKey' }],
      [7, 'error', { kind: 'headerNotClosed' }],
      [10, 'error', { kind: 'continuationWithoutProperty' }],
      [12, 'error', { kind: 'subPropertyWithoutEquals' }],
      [13, 'error', { kind: 'subPropertyWithoutName' }],
    ],
    ours: { a: { output: 'json' }, c: { s3: '\nlost\n= x\nkept = x' } },
    cli: undefined,
  },
  {
    title: 'sections that are no profiles',
    text: '[a]\n[sso-sesion b]\n[profilec]\n[]\n[profile ]\n[plugins]\n[preview]\n[profile d]\n',
    problems: [
      [1, 'warning', { kind: 'missingProfilePrefix', name: 'a' }],
      [2, 'warning', { kind: 'unknownSection', name: 'sso-sesion b' }],
      [3, 'warning', { kind: 'unknownSection', name: 'profilec' }],
      [4, 'warning', { kind: 'unknownSection', name: '' }],
      [5, 'warning', { kind: 'unknownSection', name: 'profile' }],
    ],
    ours: { d: {} },
    // `[]` alone is what it refuses the file for.
    cli: undefined,
  },
  {
    title: 'nothing out of the ordinary',
    text: '[default]\r\nregion = x\r\n# note\r\n\r\n; note\r\n[profile a]# note\r\nurl = a=b;c#d\r\nlong =  one\r\n\t two # not a note \r\n',
    problems: [],
    ours: { default: { region: 'x' }, a: { url: 'a=b;c#d', long: 'one\ntwo # not a note' } },
    cli: 'the same',
  },
];

describe('lines that tools read differently', () => {
  for (const { title, text, problems, ours } of table) {
    it(title, () => {
      const set = readProfiles({ config: text, credentials: undefined });
      assert.deepEqual(
        set.problems.map(({ place, severity, what }) => [place?.line, severity, what]),
        problems,
      );
      const read = [...set.profiles].map(([name, { properties }]) => [
        name,
        Object.fromEntries([...properties].map(([key, { value }]) => [key, value])),
      ]);
      assert.deepEqual(Object.fromEntries(read), ours);
    });
  }
});

const answers = askAwsCli(table.map(({ text }) => text));

describeIf(answers !== undefined, 'botocore is not installed', 'what the AWS CLI makes of them', () => {
  for (const [index, { title, cli, ours }] of table.entries()) {
    it(title, () => assert.deepEqual(answers?.[index], cli === 'the same' ? ours : cli));
  }
});
