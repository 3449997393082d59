import assert from 'node:assert/strict';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { Section } from '../../src/aws/profiles.ts';
import { hasConformance, noConformance, readConformance } from '../support/conformance.ts';
import { describeIf } from '../support/skip.ts';

interface ParserCase {
  name: string;
  input: { configFile?: string; credentialsFile?: string };
  output: {
    config?: { profiles: Sections; sso_sessions?: Sections };
    errorContaining?: string;
  };
}

type Sections = Record<string, Record<string, string>>;

describeIf(hasConformance, noConformance, 'the parser cases of the SDKs (smithy-rs)', () => {
  const { tests }: { tests: ParserCase[] } = JSON.parse(
    readConformance('smithy-rs/profile-parser-tests.json'),
  );

  it('are all there', () => {
    assert.equal(tests.length, 65);
  });

  for (const [index, { name, input, output }] of tests.entries()) {
    it(`${index}: ${name}`, () => {
      const set = readProfiles({ config: input.configFile, credentials: input.credentialsFile });
      const errors = set.problems.filter((problem) => problem.severity === 'error');
      if (output.config === undefined) {
        assert.notEqual(errors.length, 0, `expected: ${output.errorContaining}`);
        return;
      }
      assert.deepEqual(errors, []);
      assert.deepEqual(plain(set.profiles), output.config.profiles);
      assert.deepEqual(plain(set.ssoSessions), output.config.sso_sessions ?? {});
    });
  }
});

function plain(sections: ReadonlyMap<string, Section>): Sections {
  return Object.fromEntries(
    [...sections].map(([name, { properties }]) => [
      name,
      Object.fromEntries([...properties].map(([key, { value }]) => [key, value])),
    ]),
  );
}
