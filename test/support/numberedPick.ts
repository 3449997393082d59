type Listener = (value: never) => void;

/** A row as these tests read it. */
interface Row {
  readonly label: string;
  readonly buttons?: readonly { readonly tooltip?: string }[];
}

/**
 * A quick pick with two ends, as VS Code has it: the person's end shows the list that has arrived there, and says by
 * number which row and which button they mean; the extension's end looks the number up in the list that it has by then.
 */
export class NumberedPick {
  items: readonly Row[] = [];
  activeItems: readonly Row[] = [];
  selectedItems: readonly Row[] = [];
  value = '';
  readonly #listeners = new Map<string, Listener>();
  #seen: readonly Row[] = [];

  readonly onDidAccept = this.#event('accept');
  readonly onDidHide = this.#event('hide');
  readonly onDidChangeValue = this.#event('value');
  readonly onDidTriggerItemButton = this.#event('itemButton');
  readonly onDidTriggerButton = this.#event('button');

  show(): void {
    this.arrive();
  }

  dispose(): void {
    this.#listeners.clear();
  }

  /** The list of now arrives where the person sees it; gives its labels. */
  arrive(): readonly string[] {
    this.#seen = this.items.slice();
    return this.#seen.map(({ label }) => label);
  }

  /** The person marks a row and presses Enter; what is given brings that to the extension's end. */
  enter(label: string): () => void {
    const number = this.#numberOf(label);
    return () => {
      const rows = this.items.slice(number, number + 1);
      this.activeItems = rows;
      this.selectedItems = rows;
      this.#fire('accept', undefined);
    };
  }

  /** The same for a button of a row. */
  press(label: string, tooltip: string): () => void {
    const number = this.#numberOf(label);
    const place = this.#seen[number]?.buttons?.findIndex((button) => button.tooltip === tooltip) ?? -1;
    if (place < 0) {
      throw new Error(`no button ${tooltip}`);
    }
    return () => {
      const item = this.items[number];
      const button = item?.buttons?.[place];
      if (button !== undefined) {
        this.#fire('itemButton', { item, button });
      }
    };
  }

  /** What was typed so far is at the extension's end. */
  typed(value: string): void {
    this.value = value;
    this.#fire('value', value);
  }

  /** The person leaves. */
  leave(): void {
    this.#fire('hide', undefined);
  }

  #numberOf(label: string): number {
    const number = this.#seen.findIndex((row) => row.label.endsWith(label));
    if (number < 0) {
      throw new Error(`no row ${label}`);
    }
    return number;
  }

  #event(name: string): (listener: Listener) => { dispose(): void } {
    return (listener) => {
      this.#listeners.set(name, listener);
      return { dispose: () => void this.#listeners.delete(name) };
    };
  }

  #fire(name: string, value: unknown): void {
    this.#listeners.get(name)?.(value as never);
  }
}
