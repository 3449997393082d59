import { createHash } from 'node:crypto';
import type { LoginSession } from '../aws/planModel.ts';
import type { LoginToken } from '../aws/sources/loginApi.ts';
import { readLoginToken, writeLoginToken } from '../aws/sources/loginToken.ts';
import { TokenFolder } from './tokenFolder.ts';

type Named = Pick<LoginSession, 'arn'>;

/** The tokens of `aws login`, where the AWS CLI and the SDKs have them too (`locateLoginCache`). */
export class LoginCache extends TokenFolder<Named, LoginToken> {
  constructor(folder: string, onError?: (error: unknown) => void) {
    const name = ({ arn }: Named): string => `${createHash('sha256').update(arn, 'utf8').digest('hex')}.json`;
    super(folder, { name, read: readLoginToken, write: (_login, token) => writeLoginToken(token) }, onError);
  }
}
