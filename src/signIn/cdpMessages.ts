/** An object of whose fields nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** A request that waits for us: `Fetch.requestPaused`. */
export interface PausedRequest {
  readonly id: string;
  readonly url: URL;
  readonly method: string;
  readonly contentType: string;
  /** Undefined where the browser does not tell it, as with a file or a stream. */
  readonly body: Buffer | undefined;
}

/** True for an object that is no array. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The request in a `Fetch.requestPaused`; undefined when it is not told as documented. */
export function pausedRequest(params: Fields): PausedRequest | undefined {
  const { requestId: id, request } = params;
  if (typeof id !== 'string' || !isRecord(request)) {
    return undefined;
  }
  const { url, method } = request;
  if (typeof url !== 'string' || typeof method !== 'string' || !URL.canParse(url)) {
    return undefined;
  }
  return { id, url: new URL(url), method, contentType: contentType(request['headers']), body: body(request) };
}

/**
 * The id of a page that a person sees, from `Target.targetCreated`: a tab, a window, a popup. Undefined for what else a
 * browser has inside, its own address bar included.
 */
export function pageTarget({ targetInfo }: Fields): string | undefined {
  return isRecord(targetInfo) &&
    targetInfo['type'] === 'page' &&
    (targetInfo['subtype'] ?? '') === '' &&
    typeof targetInfo['targetId'] === 'string'
    ? targetInfo['targetId']
    : undefined;
}

function contentType(headers: unknown): string {
  const found = isRecord(headers)
    ? Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
    : undefined;
  return typeof found === 'string' ? found : '';
}

/** The bytes where they are told, else the text that they make. Older browsers tell only the text. */
function body({ postDataEntries: entries, postData }: Fields): Buffer | undefined {
  if (Array.isArray(entries)) {
    const parts = entries.map((entry: unknown) => (isRecord(entry) ? entry['bytes'] : undefined));
    return parts.every((part) => typeof part === 'string')
      ? Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')))
      : undefined;
  }
  return typeof postData === 'string' ? Buffer.from(postData, 'utf8') : undefined;
}
