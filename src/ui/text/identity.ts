import { t } from './l10n.ts';
import { accountForReading } from './time.ts';

/**
 * Who somebody is at AWS, as people read it: `arn:aws:sts::111122223333:assumed-role/Admin/ann` → `Admin/ann in
 * 1111-2222-3333`. What is no ARN stays as it is.
 */
export function identityForReading(arn: string): string {
  const match =
    /^arn:[^:]+:(?:iam|sts)::(\d{12}):(?:user\/(?:.*\/)?|assumed-role\/|federated-user\/)?(.+)$/.exec(arn);
  return match?.[1] === undefined || match[2] === undefined
    ? arn
    : t('{0} in {1}', match[2], accountForReading(match[1]));
}
