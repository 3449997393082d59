/** A role's ARN in its parts. */
export interface RoleArn {
  readonly partition: string;
  /** Digits; 12 of them in every account that exists, which `roleArnProblem` in limits.ts checks. */
  readonly accountId: string;
  /** `/` or `/team/ops/`. */
  readonly path: string;
  readonly name: string;
}

// Name and path as IAM's model has them: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
const roleArn = /^arn:(aws[a-z-]*):iam::(\d+):role(\/(?:[!-~]+\/)?)([\w+=,.@-]{1,64})$/;

/** Takes a role's ARN apart; undefined when it is none. `arn:aws:sts::…:assumed-role/…` is none either. */
export function parseRoleArn(text: string): RoleArn | undefined {
  // 2048: RoleArn in the API model of STS. It also bounds the work on a hostile line.
  const match = text.length > 2048 ? null : roleArn.exec(text);
  const [, partition, accountId, path, name] = match ?? [];
  if (partition === undefined || accountId === undefined || path === undefined || name === undefined) {
    return undefined;
  }
  return { partition, accountId, path, name };
}

/** The partition and account of any ARN (a user, an MFA device, an assumed role); undefined when it is no ARN. */
export function parseArnOwner(text: string): { partition: string; accountId: string } | undefined {
  const [, partition, accountId] = /^arn:(aws[a-z-]*):[a-z0-9-]+:[a-z0-9-]*:(\d*):./.exec(text) ?? [];
  return partition === undefined || accountId === undefined ? undefined : { partition, accountId };
}
