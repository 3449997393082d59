/** An element's content: text, child elements by name, or a list (each item becomes a `member`, as AWS's query protocol does). */
export type XmlContent = string | XmlTree | readonly XmlContent[];

/** Child elements by name, in order. An undefined child is left out. */
export interface XmlTree {
  readonly [name: string]: XmlContent | undefined;
}

/** A successful answer of the query protocol. `namespace` is the service's, with its API version. */
export function resultXml(operation: string, namespace: string, result: XmlTree, requestId: string): string {
  return element(`${operation}Response`, ` xmlns="${namespace}"`, {
    [`${operation}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  });
}

/** A refusal of the query protocol. AWS calls a refusal the sender's fault below 500 and the receiver's from 500 on. */
export function errorXml(
  namespace: string,
  error: { readonly status: number; readonly code: string; readonly message: string },
  requestId: string,
): string {
  return element('ErrorResponse', ` xmlns="${namespace}"`, {
    Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message },
    RequestId: requestId,
  });
}

/** A refusal of EC2, whose XML is its own: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export function ec2ErrorXml(
  error: { readonly code: string; readonly message: string },
  requestId: string,
): string {
  const { code: Code, message: Message } = error;
  return element('Response', '', { Errors: { Error: { Code, Message } }, RequestID: requestId });
}

function element(name: string, attributes: string, content: XmlContent, indent = ''): string {
  if (typeof content === 'string') {
    return `${indent}<${name}${attributes}>${escapeXml(content)}</${name}>\n`;
  }
  const children: [string, XmlContent | undefined][] = isList(content)
    ? content.map((item) => ['member', item])
    : Object.entries(content);
  const inner = children
    .map(([child, value]) => (value === undefined ? '' : element(child, '', value, `${indent}  `)))
    .join('');
  return inner === ''
    ? `${indent}<${name}${attributes}/>\n`
    : `${indent}<${name}${attributes}>\n${inner}${indent}</${name}>\n`;
}

function isList(content: XmlTree | readonly XmlContent[]): content is readonly XmlContent[] {
  return Array.isArray(content);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
