import { t } from './l10n.ts';
import { accountForReading } from './time.ts';

/** A role as people read it: `arn:aws:iam::111122223333:role/path/admin` → `admin in 1111-2222-3333`. */
export function roleForReading(roleArn: string): string {
  const match = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn);
  return match?.[1] === undefined || match[2] === undefined
    ? roleArn
    : t('{0} in {1}', match[2], accountForReading(match[1]));
}
