import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { credentialFormats, formatCredentials, type CredentialFormat } from '../../src/aws/formats.ts';
import { Secret } from '../../src/aws/secret.ts';

const expiresAt = Date.UTC(2026, 10, 23, 14, 5, 0);
const credentials = {
  accessKeyId: 'ASIAEXAMPLE00000001',
  // Every character that one of the shells could take for its own.
  secretAccessKey: new Secret(`EXAMPLE/+='"$HOME\`x\`\\n%PATH%!&|<>^ end`),
  sessionToken: new Secret('EXAMPLETOKEN=='),
  expiresAt,
  accountId: '111122223333',
  arn: undefined,
};

function byShell(format: CredentialFormat, shell: string): string {
  const script = `${formatCredentials(format, credentials, 'eu-west-1')}\nprintenv AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION`;
  return execFileSync(shell, ['-c', script], { encoding: 'utf8' });
}

describe('formatCredentials', () => {
  it('gives bash exactly the secret back, whatever characters it holds', () => {
    assert.equal(byShell('bash', 'sh'), `${credentials.secretAccessKey.reveal()}\neu-west-1\n`);
  });

  it('gives docker flags that a shell splits into name and value', () => {
    const flags = formatCredentials('docker', credentials, 'eu-west-1').trim();
    const out = execFileSync('sh', ['-c', `printf '%s\\n' ${flags}`], { encoding: 'utf8' }).split('\n');
    assert.deepEqual(out.slice(0, 4), [
      '-e',
      'AWS_ACCESS_KEY_ID=ASIAEXAMPLE00000001',
      '-e',
      `AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey.reveal()}`,
    ]);
  });

  it('gives docker flags without quotes where every value is plain: cmd would take them for a part of it', () => {
    const plain = {
      ...credentials,
      secretAccessKey: new Secret('EXAMPLE/KEY+1'),
      sessionToken: new Secret('EXAMPLE//TOKEN+a=='),
    };
    assert.equal(
      formatCredentials('docker', plain, 'eu-west-1'),
      [
        '-e AWS_ACCESS_KEY_ID=ASIAEXAMPLE00000001',
        '-e AWS_SECRET_ACCESS_KEY=EXAMPLE/KEY+1',
        '-e AWS_SESSION_TOKEN=EXAMPLE//TOKEN+a==',
        '-e AWS_CREDENTIAL_EXPIRATION=2026-11-23T14:05:00Z',
        '-e AWS_REGION=eu-west-1',
        '-e AWS_DEFAULT_REGION=eu-west-1\n',
      ].join(' '),
    );
  });

  it('writes the JSON of credential_process', () => {
    assert.deepEqual(JSON.parse(formatCredentials('json', credentials, undefined)), {
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE00000001',
      SecretAccessKey: credentials.secretAccessKey.reveal(),
      SessionToken: 'EXAMPLETOKEN==',
      Expiration: '2026-11-23T14:05:00Z',
      AccountId: '111122223333',
    });
  });

  it('quotes for PowerShell, fish and cmd by their own rules', () => {
    const plain = { ...credentials, secretAccessKey: new Secret(`a'b\\c%d`) };
    assert.match(
      formatCredentials('powershell', plain, undefined),
      /\$Env:AWS_SECRET_ACCESS_KEY='a''b\\c%d'\n/,
    );
    assert.match(
      formatCredentials('fish', plain, undefined),
      /set -gx AWS_SECRET_ACCESS_KEY 'a\\'b\\\\c%d'\n/,
    );
    assert.match(formatCredentials('cmd', plain, undefined), /set "AWS_SECRET_ACCESS_KEY=a'b\\c%d"\n/);
  });

  it('clears a left-over session token when there is none', () => {
    const longTerm = { ...credentials, sessionToken: undefined, expiresAt: undefined };
    for (const format of credentialFormats.filter((each) => each !== 'json')) {
      assert.match(formatCredentials(format, longTerm, undefined), /AWS_SESSION_TOKEN/, format);
    }
    assert.ok(!('SessionToken' in JSON.parse(formatCredentials('json', longTerm, undefined))));
  });
});
