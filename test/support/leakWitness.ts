import { isOrComesFrom, ProcessWatch, searchProcess } from './leakPlaces.ts';
import type { Leak, LeakSearch } from './leakSearch.ts';
import type { WorkbenchPage } from './workbenchPage.ts';

/** Keeps what is gone when a run is over: what stood on screen, what the browser was told, which processes there were. */
export class LeakWitness {
  readonly processes = new ProcessWatch();
  readonly #seen: { readonly place: string; readonly text: string }[] = [];

  /** Keeps what the page logs from now on. */
  listenTo(page: WorkbenchPage): void {
    page.page.on('console', (message) => {
      this.#seen.push({ place: 'browser console', text: message.text() });
    });
  }

  /** Keeps the whole window as it is now, what its page stores, and the processes of this moment. */
  async lookAt(page: WorkbenchPage, moment: string): Promise<void> {
    this.processes.look();
    this.#seen.push({ place: `window ${moment}`, text: await page.page.content() });
    const stored = await page.page.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
    );
    this.#seen.push({ place: `page storage ${moment}`, text: stored });
  }

  /** Keeps all lines of every terminal, once there are as many as `atLeast`: two or more, or there is no list of them. */
  async lookAtTerminals(page: WorkbenchPage, moment: string, atLeast: number): Promise<void> {
    await page.runCommand('Terminal: Focus Terminal');
    // Those of before come back one after the other.
    await page
      .terminalTabs()
      .nth(atLeast - 1)
      .waitFor();
    const tabs = await page.terminalTabs().all();
    for (const [index, tab] of tabs.entries()) {
      await page.focusTerminal(tab);
      // One that comes back is empty until its lines are there, which come all at once.
      const text = await page.waitForTerminalText(/\S/);
      this.#seen.push({ place: `terminal ${String(index)} ${moment}`, text });
    }
  }

  /** What is written in all that was kept. `except`: a process that was given keys on purpose, and hands them to its own. */
  search(search: LeakSearch, except: number | undefined): readonly Leak[] {
    return [
      ...this.processes.views
        .filter((view) => except === undefined || !isOrComesFrom(view, except))
        .flatMap((view) => searchProcess(search, view)),
      ...this.#seen.flatMap(({ place, text }) => search.inText(text, place)),
    ];
  }
}
