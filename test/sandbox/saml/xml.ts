import { parseXml, XmlCdata, XmlElement, XmlText } from '@rgrove/parse-xml';

/** An element with its namespace resolved. */
export interface Element {
  readonly namespace: string;
  /** Without prefix. */
  readonly name: string;
  /** Attributes without a prefix, by name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** Its own text and that of what is in it, untrimmed. */
  readonly text: string;
  /** The element as it was written, with the namespaces that it has from outside, so that it can stand alone. */
  readonly source: string;
}

export const namespaces = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;

type Namespace = keyof typeof namespaces;

/** Reads a document. Throws an Error for what is not XML, and for one with a document type, which SAML forbids. */
export function readXml(text: string): Element {
  if (/<!DOCTYPE/i.test(text)) {
    throw new Error('a SAML message has no document type');
  }
  const bytes = Buffer.from(text);
  const { root } = parseXml(text, { includeOffsets: true });
  if (root === null) {
    throw new Error('the document is empty');
  }
  return toElement(root, new Map(), bytes);
}

/** The elements with this name directly in `parent`. */
export function childrenOf(parent: Element, namespace: Namespace, name: string): readonly Element[] {
  return parent.children.filter((child) => is(child, namespace, name));
}

/** The first element at the end of this path, or undefined. */
export function find(from: Element, namespace: Namespace, ...path: readonly string[]): Element | undefined {
  let [found]: readonly (Element | undefined)[] = [from];
  for (const name of path) {
    found = found && childrenOf(found, namespace, name)[0];
  }
  return found;
}

/** True for an element with this name. */
export function is(element: Element, namespace: Namespace, name: string): boolean {
  return element.namespace === namespaces[namespace] && element.name === name;
}

function toElement(node: XmlElement, outer: ReadonlyMap<string, string>, bytes: Buffer): Element {
  const attributes = Object.entries(node.attributes);
  const inScope = new Map(outer);
  for (const [name, value] of attributes) {
    const declaration = /^xmlns(?:$|:(.+))/.exec(name);
    if (declaration !== null) {
      inScope.set(declaration[1] ?? '', value);
    }
  }
  const [prefix, local] = node.name.includes(':') ? node.name.split(':', 2) : ['', node.name];
  return {
    namespace: inScope.get(prefix ?? '') ?? '',
    name: local ?? '',
    attributes: new Map(attributes.filter(([name]) => !name.includes(':') && name !== 'xmlns')),
    children: node.children.flatMap((child) =>
      child instanceof XmlElement ? [toElement(child, inScope, bytes)] : [],
    ),
    text: textOf(node),
    source: standingAlone(bytes.toString('utf8', node.start, node.end), node, outer),
  };
}

function textOf(node: XmlElement): string {
  return node.children
    .map((child) =>
      child instanceof XmlElement
        ? textOf(child)
        : child instanceof XmlText || child instanceof XmlCdata
          ? child.text
          : '',
    )
    .join('');
}

/** Writes the namespaces of the elements around it into the start tag, where it does not declare them itself. */
function standingAlone(source: string, node: XmlElement, outer: ReadonlyMap<string, string>): string {
  const missing = [...outer]
    .map(([prefix, uri]) => ({ attribute: prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri }))
    .filter(({ attribute }) => !(attribute in node.attributes))
    .map(({ attribute, uri }) => ` ${attribute}="${uri.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`);
  const nameEnd = 1 + node.name.length;
  return source.slice(0, nameEnd) + missing.join('') + source.slice(nameEnd);
}
