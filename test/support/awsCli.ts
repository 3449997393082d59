import { spawnSync } from 'node:child_process';

/** What the AWS CLI's own parser makes of a config file: profiles, or undefined when it refuses the whole file. */
export type CliProfiles = Record<string, Record<string, unknown>> | undefined;

const program = `
import json, os, sys, tempfile
from botocore.configloader import load_config
from botocore.exceptions import ConfigParseError
answers = []
for text in json.load(sys.stdin):
    handle, path = tempfile.mkstemp()
    with os.fdopen(handle, 'wb') as file:
        file.write(text.encode('utf-8'))
    try:
        answers.append(load_config(path)['profiles'])
    except ConfigParseError:
        answers.append(None)
    finally:
        os.unlink(path)
json.dump(answers, sys.stdout)
`;

/**
 * Asks botocore, the parser of the AWS CLI, for the profiles of each of these config files. Undefined when it is not
 * installed for `python3`.
 */
export function askAwsCli(texts: readonly string[]): CliProfiles[] | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  if (status !== 0) {
    return undefined;
  }
  const answers: (Record<string, Record<string, unknown>> | null)[] = JSON.parse(stdout);
  return answers.map((answer) => answer ?? undefined);
}
