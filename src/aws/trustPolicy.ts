import { parseRoleArn } from './arn.ts';

/** The one issuer that IAM knows by itself, as a principal without an account. */
const builtIn = 'accounts.google.com';

/** Whom a trust policy is to let in. */
export interface WebIdentity {
  readonly roleArn: string;
  /** `https://idp.example/realms/corp`. */
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/**
 * The trust policy of a role that lets one web identity in and nobody else, as JSON that IAM takes. The condition keys are
 * the issuer without its scheme: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function trustPolicyFor({ roleArn, issuer, subject, audience }: WebIdentity): string {
  const { partition = 'aws', accountId = '' } = parseRoleArn(roleArn) ?? {};
  const provider = issuer.replace(/^https?:\/\//, '');
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {
          Federated:
            provider === builtIn ? provider : `arn:${partition}:iam::${accountId}:oidc-provider/${provider}`,
        },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${provider}:aud`]: literal(audience), [`${provider}:sub`]: literal(subject) },
        },
      },
    ],
  };
  return `${JSON.stringify(policy, undefined, 2)}\n`;
}

/** A subject must not be read as a policy variable: `${$}` stands for a dollar sign. */
function literal(text: string): string {
  return text.replaceAll('${', '${$}{');
}
