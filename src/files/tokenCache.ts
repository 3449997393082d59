import { createHash } from 'node:crypto';
import type { SignIn, SignInToken } from '../aws/sources/identityCenterApi.ts';
import { cacheKey, readToken, writeToken } from '../aws/sources/identityCenterToken.ts';
import { TokenFolder } from './tokenFolder.ts';

type Named = Pick<SignIn, 'session' | 'startUrl'>;

/** The tokens of Identity Center, where the AWS CLI and the SDKs have them too (`locateTokenCache`). */
export class TokenCache extends TokenFolder<SignIn, SignInToken, Named> {
  constructor(folder: string, onError?: (error: unknown) => void) {
    const name = (signIn: Named): string =>
      `${createHash('sha1').update(cacheKey(signIn)).digest('hex')}.json`;
    super(folder, { name, read: readToken, write: writeToken }, onError);
  }
}
