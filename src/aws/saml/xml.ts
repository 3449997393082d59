import type { XmlElement } from '@rgrove/parse-xml';

/** Namespace URIs by prefix, '' for the default. */
type Scope = ReadonlyMap<string, string>;

const noScope: Scope = new Map();

/** An element by its namespace and local name, whatever prefix its author chose: https://www.w3.org/TR/xml-names/ */
export class NamedElement {
  readonly #node: XmlElement;
  readonly #scope: Scope;
  /** Empty where there is none, or where the prefix was never declared. */
  readonly uri: string;
  readonly localName: string;

  constructor(node: XmlElement, outer: Scope = noScope) {
    this.#node = node;
    this.#scope = scopeOf(node, outer);
    const colon = node.name.indexOf(':');
    this.uri = this.#scope.get(colon === -1 ? '' : node.name.slice(0, colon)) ?? '';
    this.localName = node.name.slice(colon + 1);
  }

  is(uri: string, localName: string): boolean {
    return this.uri === uri && this.localName === localName;
  }

  /** The elements right below with this name; what is wrapped in anything else is not among them. */
  children(uri: string, localName: string): readonly NamedElement[] {
    return this.#node.children.flatMap((child) => {
      if (!isElement(child)) {
        return [];
      }
      const element = new NamedElement(child, this.#scope);
      return element.is(uri, localName) ? [element] : [];
    });
  }

  /** An attribute without a prefix, trimmed; undefined when it is absent or blank. */
  attribute(name: string): string | undefined {
    return this.#node.attributes[name]?.trim() || undefined;
  }

  /** Its text without markup and comments, trimmed; undefined when there is none. */
  get text(): string | undefined {
    return this.#node.text.trim() || undefined;
  }
}

function isElement(node: { readonly type: string }): node is XmlElement {
  return node.type === 'element';
}

/** A new map only where an element declares something: most do not. */
function scopeOf({ attributes }: XmlElement, outer: Scope): Scope {
  let scope: Map<string, string> | undefined;
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      scope ??= new Map(outer);
      scope.set(name.slice('xmlns:'.length), value);
    }
  }
  return scope ?? outer;
}
