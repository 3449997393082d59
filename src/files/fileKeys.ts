import { withOtherKey } from '../aws/accessKeys.ts';
import type { Keys } from '../aws/credentials.ts';
import { parseIni } from '../aws/ini.ts';
import { readProfiles } from '../aws/profiles.ts';
import { Secret } from '../aws/secret.ts';
import type { LongTermKeys, ReplaceResult } from '../session/longTermKeys.ts';
import { readShared } from './readShared.ts';
import { editFile } from './safeWrite.ts';
import type { SharedPaths } from './sharedFiles.ts';

/** The long-term keys in the user's shared files, read anew each time. */
export function fileKeys(paths: SharedPaths): LongTermKeys {
  return {
    async read(profile) {
      const [config, credentials] = await Promise.all([
        readShared(paths.config, 'config'),
        readShared(paths.credentials, 'credentials'),
      ]);
      const set = readProfiles({ config: config.text, credentials: credentials.text });
      const value = (key: string): string => set.profiles.get(profile)?.properties.get(key)?.value ?? '';
      const accessKeyId = value('aws_access_key_id');
      const secret = value('aws_secret_access_key');
      const isTemporary = value('aws_session_token') !== '' || value('aws_security_token') !== '';
      return accessKeyId === '' || secret === '' || isTemporary
        ? undefined
        : { accessKeyId, secretAccessKey: new Secret(secret), sessionToken: undefined };
    },
    async holds(accessKeyId) {
      for (const file of ['credentials', 'config'] as const) {
        const { text, problems } = await readShared(paths[file], file);
        if (text === undefined && problems.length > 0) {
          throw new Error('unreadable');
        }
        // As it is written: what one file says may hide what the other does.
        const { sections } = parseIni(text ?? '', file);
        if (sections.some(({ properties }) => properties.get('aws_access_key_id')?.value === accessKeyId)) {
          return true;
        }
      }
      return false;
    },
    replace: (_profile, accessKeyId, next) => replaceInBoth(paths, accessKeyId, next),
  };
}

/** Few people keep keys in the config file as well; where one of the files cannot be written, neither is changed. */
async function replaceInBoth(paths: SharedPaths, accessKeyId: string, next: Keys): Promise<ReplaceResult> {
  let before: Keys | undefined;
  const edit = async (path: string, from: string, to: Keys): Promise<ReplaceResult> => {
    const result = await editFile(path, (text) => {
      before ??= keysOf(text, from);
      return withOtherKey(text, from, to);
    });
    switch (result.kind) {
      case 'written':
        return { kind: 'replaced' };
      case 'unchanged':
        return { kind: 'changed' };
      default:
        return { kind: 'failed', code: 'code' in result ? result.code : 'EBUSY' };
    }
  };
  const first = await edit(paths.credentials, accessKeyId, next);
  if (first.kind === 'failed') {
    return first;
  }
  const second = await edit(paths.config, accessKeyId, next);
  if (second.kind === 'failed') {
    if (first.kind === 'replaced' && before !== undefined) {
      await edit(paths.credentials, next.accessKeyId, before);
    }
    return second;
  }
  return first.kind === 'replaced' ? first : second;
}

/** The keys of this ID in a text. */
function keysOf(text: string, accessKeyId: string): Keys | undefined {
  const set = readProfiles({ config: undefined, credentials: text });
  const section = [...set.profiles.values()].find(
    ({ properties }) => properties.get('aws_access_key_id')?.value === accessKeyId,
  );
  const secret = section?.properties.get('aws_secret_access_key')?.value;
  return secret === undefined
    ? undefined
    : { accessKeyId, secretAccessKey: new Secret(secret), sessionToken: undefined };
}
