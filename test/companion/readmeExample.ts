import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as vscode from 'vscode';
import type { StsSessionsExports } from '../../src/api.ts';

/** Who the session of new terminals is; undefined without one. Rejects with a `StsSessionsError` when the person says no. */
export async function whoAmI(context: vscode.ExtensionContext): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<StsSessionsExports>('sts-sessions.sts-sessions');
  const api = (await extension?.activate())?.getApi(1, context.extension.id);
  const session = (await api?.list())?.find(({ active }) => active);
  if (api === undefined || session === undefined) {
    return undefined;
  }
  const region = session.region ?? 'us-east-1';
  const sts = new STSClient({ credentials: api.provider(session.id), region });
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
}
