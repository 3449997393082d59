/** Counts the boxes and notifications that wait for a person. */
export class OpenBoxes {
  #open = 0;

  /** True while one of them is there. */
  get any(): boolean {
    return this.#open > 0;
  }

  /** Shows one: it counts until `box` is over, however it ends. */
  async counted<T>(box: () => Promise<T>): Promise<T> {
    this.#open += 1;
    try {
      return await box();
    } finally {
      this.#open -= 1;
    }
  }
}
