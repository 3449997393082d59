import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import type { EvaluationResult } from '@aws-sdk/client-iam';
import type { Simulated } from '../aws/roles/iamApi.ts';
import type { IamSend } from './iamCall.ts';

/** What SimulatePrincipalPolicy is asked for sts:AssumeRole; `mfa`: as if a code had been given. */
interface Asked {
  readonly principalArn: string;
  readonly roleArns: readonly string[];
  readonly mfa: boolean;
}

/** Asks for every page. One answer for each of the roles, also for one about which AWS says nothing. */
export function simulation({ principalArn, roleArns, mfa }: Asked): IamSend<readonly Simulated[]> {
  return async (client, abort) => {
    const results: EvaluationResult[] = [];
    let marker: string | undefined;
    do {
      const more: { Marker?: string } = marker === undefined ? {} : { Marker: marker };
      const reply = await client.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: principalArn,
          ActionNames: ['sts:AssumeRole'],
          ResourceArns: [...roleArns],
          ...(mfa && { ContextEntries: [codeGiven] }),
          ...more,
        }),
        abort,
      );
      results.push(...(reply.EvaluationResults ?? []));
      marker = reply.IsTruncated === true ? reply.Marker : undefined;
    } while (marker !== undefined);
    return readResults(results, roleArns);
  };
}

const codeGiven = {
  ContextKeyName: 'aws:MultiFactorAuthPresent',
  ContextKeyType: 'boolean' as const,
  ContextKeyValues: ['true'],
};

/** The strictest last. What is not known may be a denial, and counts more than what a trust policy can make up for. */
const byStrictness: readonly Simulated['decision'][] = ['allowed', 'implicitDeny', 'unknown', 'explicitDeny'];

/**
 * AWS gives one result for the action, which holds the strictest decision about all roles and names none, and what it
 * says of each role inside it. It used to give one for each role, and may leave the inside out where it was asked about
 * one only. https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
function readResults(
  results: readonly EvaluationResult[],
  roleArns: readonly string[],
): readonly Simulated[] {
  const told = new Map<string, Simulated>();
  const tell = (
    roleArn: string | undefined,
    word: string | undefined,
    missing: readonly string[] = [],
  ): void => {
    const decision = decisionOf(word);
    const before = roleArn === undefined ? undefined : told.get(roleArn);
    if (roleArn !== undefined && (before === undefined || isStricter(decision, before.decision))) {
      told.set(roleArn, { roleArn, decision, missing });
    }
  };
  const [only, ...others] = roleArns;
  for (const { EvalResourceName, EvalDecision, MissingContextValues, ResourceSpecificResults } of results) {
    for (const each of ResourceSpecificResults ?? []) {
      tell(each.EvalResourceName, each.EvalResourceDecision, each.MissingContextValues);
    }
    if ((ResourceSpecificResults ?? []).length === 0) {
      tell(others.length === 0 ? only : EvalResourceName, EvalDecision, MissingContextValues);
    }
  }
  const answers = roleArns.map(
    (roleArn) => told.get(roleArn) ?? { roleArn, decision: 'unknown' as const, missing: [] },
  );
  // Something denies that is not said of any role, as a policy of the organization may: it can be about each of them.
  const isUnexplained = results.some(({ EvalDecision }) =>
    answers.every(({ decision }) => isStricter(decisionOf(EvalDecision), decision)),
  );
  return isUnexplained ? answers.map((answer) => ({ ...answer, decision: 'unknown' })) : answers;
}

function decisionOf(word: string | undefined): Simulated['decision'] {
  return byStrictness.find((decision) => decision === word) ?? 'unknown';
}

function isStricter(one: Simulated['decision'], other: Simulated['decision']): boolean {
  return byStrictness.indexOf(one) > byStrictness.indexOf(other);
}
