import { Secret } from './secret.ts';
import type { UserKeys } from './vaultPointer.ts';

/** A row of the CSV file that the console gives for a new access key. */
export interface CsvKeys extends UserKeys {
  /** Undefined in files without that column. */
  readonly userName: string | undefined;
}

/** No file of the console comes near it; bytes. */
export const longestCsv = 100_000;

/**
 * The keys in a CSV of the console: “Access key ID,Secret access key” with a byte order mark, the older “User name,…” with
 * more columns, in any order, in quotes or not; or the two values alone, as people copy them. Empty: there are none.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
 */
export function keysInCsv(text: string): readonly CsvKeys[] {
  if (text.length > longestCsv) {
    return [];
  }
  const rows = rowsOf(text.replace(/^\uFEFF/, ''));
  const names = rows[0]?.map((cell) => cell.toLowerCase()) ?? [];
  const columns = {
    id: names.indexOf('access key id'),
    secret: names.indexOf('secret access key'),
    user: names.indexOf('user name'),
  };
  const hasHeader = columns.id !== -1 && columns.secret !== -1;
  const { id, secret, user } = hasHeader ? columns : { id: 0, secret: 1, user: -1 };
  return rows.slice(hasHeader ? 1 : 0).flatMap((row) => {
    const accessKeyId = row[id] ?? '';
    const secretAccessKey = row[secret] ?? '';
    // Without a header anything could be meant: a pair has an ID that looks like one, and a secret as long as AWS's are.
    const isPair = hasHeader
      ? isAccessKeyId(accessKeyId) && isSecretKey(secretAccessKey)
      : /^AKIA\w{12,}$/.test(accessKeyId) && row.length === 2 && /^[!-~]{40}$/.test(secretAccessKey);
    return isPair
      ? [{ accessKeyId, secretAccessKey: new Secret(secretAccessKey), userName: row[user] || undefined }]
      : [];
  });
}

/** AccessKeyIdType in the model of STS. */
export function isAccessKeyId(text: string): boolean {
  return /^\w{16,128}$/.test(text);
}

/** One word, which may stand in a header; AWS's have 40 characters. */
export function isSecretKey(text: string): boolean {
  return /^[!-~]{16,256}$/.test(text) && !/[,"]/.test(text);
}

/** RFC 4180, with tabs as well: a spreadsheet that is copied has them. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /("(?:[^"]|"")*"|[^,\t\r\n]*)(,|\t|\r\n|\r|\n|$)/y;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) {
      return [];
    }
    const [, raw = '', end] = match;
    row.push((raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw).trim());
    if (end !== ',' && end !== '\t') {
      rows.push(row);
      row = [];
    }
  }
  return [...rows, ...(row.length > 0 ? [row] : [])].filter((cells) => cells.some((one) => one !== ''));
}
