import type { Credentials } from './credentials.ts';

/** How credentials can be written down for another tool. */
export type CredentialFormat = 'bash' | 'powershell' | 'fish' | 'cmd' | 'json' | 'env' | 'docker';

/** Every format, in the order in which it is offered. */
export const credentialFormats: readonly CredentialFormat[] = [
  'bash',
  'powershell',
  'fish',
  'cmd',
  'json',
  'env',
  'docker',
];

/** One variable and its value. */
export type Variable = readonly [name: string, value: string];

/**
 * The environment variables that carry credentials, in clear text. AWS_SESSION_TOKEN is always there, blank for keys
 * without one: a token left over from before would break the pair. Both region variables are set because the SDKs read
 * AWS_REGION and boto3 reads only AWS_DEFAULT_REGION.
 */
export function credentialVariables(
  credentials: Pick<Credentials, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiresAt'>,
  region: string | undefined,
): readonly Variable[] {
  const variables: Variable[] = [
    ['AWS_ACCESS_KEY_ID', credentials.accessKeyId],
    ['AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey.reveal()],
    ['AWS_SESSION_TOKEN', credentials.sessionToken?.reveal() ?? ''],
  ];
  if (credentials.expiresAt !== undefined) {
    variables.push(['AWS_CREDENTIAL_EXPIRATION', isoSeconds(credentials.expiresAt)]);
  }
  if (region !== undefined) {
    variables.push(['AWS_REGION', region], ['AWS_DEFAULT_REGION', region]);
  }
  return variables;
}

/** The credentials as text in a format, secrets in clear text, ending in a line break. */
export function formatCredentials(
  format: CredentialFormat,
  credentials: Credentials,
  region: string | undefined,
): string {
  const variables = credentialVariables(credentials, region);
  switch (format) {
    case 'bash':
      return lines(variables, (name, value) => `export ${name}=${singleQuoted(value)}`);
    case 'fish':
      return lines(variables, (name, value) => `set -gx ${name} ${fishQuoted(value)}`);
    case 'powershell':
      return lines(variables, (name, value) => `$Env:${name}='${value.replaceAll("'", "''")}'`);
    case 'cmd':
      // Quotes around the whole assignment keep & | < > ^ literal and are not part of the value. At
      // the prompt a lone % is literal; doubling it is for batch files only.
      return lines(variables, (name, value) => `set "${name}=${value}"`);
    case 'env':
      return lines(variables, (name, value) => `${name}=${value}`);
    case 'docker':
      return `${variables.map(([name, value]) => `-e ${name}=${plainOrQuoted(value)}`).join(' ')}\n`;
    case 'json':
      return `${JSON.stringify(processJson(credentials), undefined, 2)}\n`;
  }
}

/**
 * What `credential_process` prints: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 * Without a known end the Expiration is left out, which tools read as “does not expire”.
 */
export function processJson(
  credentials: Pick<
    Credentials,
    'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiresAt' | 'accountId'
  >,
): Record<string, unknown> {
  return {
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey.reveal(),
    ...(credentials.sessionToken && { SessionToken: credentials.sessionToken.reveal() }),
    ...(credentials.expiresAt !== undefined && { Expiration: isoSeconds(credentials.expiresAt) }),
    ...(credentials.accountId !== undefined && { AccountId: credentials.accountId }),
  };
}

/** RFC 3339 in UTC without fractions, as AWS writes it; `ms` is milliseconds UTC. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function lines(variables: readonly Variable[], line: (name: string, value: string) => string): string {
  return variables.map(([name, value]) => `${line(name, value)}\n`).join('');
}

function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** Without quotes where no shell needs them: cmd knows no single quotes, and would make them part of the value. */
function plainOrQuoted(value: string): string {
  return /^[\w+/=.:-]*$/.test(value) ? value : singleQuoted(value);
}

function fishQuoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
