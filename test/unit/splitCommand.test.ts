import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { splitCommand } from '../../src/aws/splitCommand.ts';
import { Seeded } from '../support/seeded.ts';
import { describeIf } from '../support/skip.ts';

type Table = readonly (readonly [command: string, words: readonly string[] | undefined])[];

/** As Python's shlex divides, which the AWS CLI uses but for Windows. */
const posix: Table = [
  ['', []],
  ['  ', []],
  ['/opt/bin/keys --vault team', ['/opt/bin/keys', '--vault', 'team']],
  [`sh -c 'a ; b | c'`, ['sh', '-c', 'a ; b | c']],
  [`a "b c" d\\ e`, ['a', 'b c', 'd e']],
  [`a''b "" ''`, ['ab', '', '']],
  [`"\\$HOME \\" \\\\"`, ['\\$HOME " \\']],
  [`'\\'`, ['\\']],
  ['a\n b\tc', ['a', 'b', 'c']],
  ['~/bin/keys $HOME # no comment', ['~/bin/keys', '$HOME', '#', 'no', 'comment']],
  [`a 'b`, undefined],
  ['a "b', undefined],
  ['a\\', undefined],
];

/** As the C runtime of Windows divides. */
const windows: Table = [
  ['', []],
  ['C:\\keys.exe --vault team', ['C:\\keys.exe', '--vault', 'team']],
  ['"C:\\Program Files\\keys.exe" a', ['C:\\Program Files\\keys.exe', 'a']],
  [`'a b'`, [`'a`, `b'`]],
  ['a\\\\b \\\\server\\share\\', ['a\\\\b', '\\\\server\\share\\']],
  ['a\\"b', ['a"b']],
  ['"a\\\\" b', ['a\\', 'b']],
  ['"a\\\\\\" b"', ['a\\" b']],
  ['"" a', ['', 'a']],
  ['a\nb', ['a\nb']],
  ['"a', undefined],
];

const program = `
import json, sys
from botocore.compat import compat_shell_split
def split(case):
    try:
        return compat_shell_split(case[0], case[1])
    except ValueError:
        return None
json.dump([split(case) for case in json.load(sys.stdin)], sys.stdout)
`;

/** What botocore makes of commands; undefined when it is not installed. */
function askBotocore(cases: readonly (readonly [string, string])[]): (string[] | null)[] | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

describe('splitCommand', () => {
  for (const [title, table, isWindows] of [
    ['on POSIX', posix, false],
    ['on Windows', windows, true],
  ] as const) {
    for (const [command, words] of table) {
      it(`${title}: ${JSON.stringify(command)}`, () => {
        assert.deepEqual(splitCommand(command, isWindows), words);
      });
    }
  }

  describeIf(askBotocore([]) !== undefined, 'no botocore for python3', 'beside the AWS CLI', () => {
    it('divides whatever somebody writes as the AWS CLI does (seeded)', () => {
      const random = new Seeded(20_261_123);
      const pieces = ['a', 'é', ' ', '  ', '\t', '"', "'", '\\', '\\\\', '\\"', '$', '#', '\n'] as const;
      const cases = Array.from({ length: 4000 }, (_, index): readonly [string, string] => [
        Array.from({ length: random.below(12) }, () => random.pick(pieces)).join(''),
        index % 2 === 0 ? 'linux' : 'win32',
      ]);
      const expected = askBotocore(cases);
      assert.ok(expected);
      for (const [index, [command, platform]] of cases.entries()) {
        assert.deepEqual(
          splitCommand(command, platform === 'win32'),
          expected[index] ?? undefined,
          `${platform}: ${JSON.stringify(command)}`,
        );
      }
    });
  });
});
