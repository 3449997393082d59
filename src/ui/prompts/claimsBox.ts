import * as vscode from 'vscode';
import { awsAudience } from '../../aws/jwt.ts';
import { trustPolicyFor } from '../../aws/trustPolicy.ts';
import { identityLines, isLocalIssuer, issuerText } from '../text/issuers.ts';
import type { ShownIdentity } from '../text/issuers.ts';

/**
 * Shows what is in a web identity before AWS gets it, with the trust policy that fits. True when the person wants to go on.
 * A dialog, because it is a consent: it says who one is to an account of somebody's.
 */
export async function confirmIdentity(
  issuer: string,
  shown: ShownIdentity,
  now: number,
  signal: AbortSignal,
): Promise<boolean> {
  return show(issuerText.beforeFirstUse(issuer), shown, now, signal, [issuerText.goOn()]);
}

/** Shows it again, whenever somebody wants to look. */
export async function lookAtIdentity(name: string, shown: ShownIdentity, now: number): Promise<void> {
  await show(issuerText.identityOf(name), shown, now, new AbortController().signal, []);
}

/** The dialog closes with each button: after copying it is there again, and says so. */
async function show(
  title: string,
  shown: ShownIdentity,
  now: number,
  signal: AbortSignal,
  buttons: readonly string[],
): Promise<boolean> {
  const copy = issuerText.copyPolicy();
  const policy = policyOf(shown);
  const lines = identityLines(shown, now).join('\n');
  const notes = [
    issuerText.policyNeeded(),
    ...(isLocalIssuer(shown.claims.issuer) ? [issuerText.plainHttp()] : []),
  ];
  for (let copied = false; ; copied = true) {
    const detail = `${lines}\n\n${(copied ? [issuerText.policyCopied()] : notes).join(' ')}`;
    const offered = [...buttons, ...(policy === undefined ? [] : [copy])];
    const choice = await Promise.race([
      vscode.window.showInformationMessage(title, { modal: true, detail }, ...offered),
      aborted(signal),
    ]);
    if (choice !== copy || policy === undefined) {
      return choice !== undefined && buttons.includes(choice);
    }
    await vscode.env.clipboard.writeText(policy);
  }
}

function policyOf({ claims, roleArn }: ShownIdentity): string | undefined {
  const { issuer, subject } = claims;
  const audience = awsAudience(claims);
  return roleArn === undefined || audience === undefined
    ? undefined
    : trustPolicyFor({ roleArn, issuer, subject, audience });
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(undefined);
    }
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
