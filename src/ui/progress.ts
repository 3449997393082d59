import * as vscode from 'vscode';

/** How long a wait stays quiet (milliseconds): most starts are over by then, and the status bar spins meanwhile. */
const quietMs = 1500;

/**
 * Runs work that may take long. When it is not done after a moment a notification with a Cancel button appears, unless
 * a box of ours is open (`busyAsking`), which can be cancelled itself. The signal fires on Cancel; what the work then
 * returns is returned. `detail` is looked at every second and shown behind the title.
 */
export async function withCancel<T>(
  title: string,
  busyAsking: () => boolean,
  work: (signal: AbortSignal) => Promise<T>,
  detail: () => string | undefined = () => undefined,
): Promise<T> {
  const controller = new AbortController();
  const done = work(controller.signal);
  let timer: NodeJS.Timeout;
  const show = (): void => {
    if (busyAsking()) {
      timer = setTimeout(show, quietMs);
      return;
    }
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      const report = (): void => progress.report({ message: detail() ?? '' });
      report();
      const looking = setInterval(report, 1000);
      await done.catch(() => undefined);
      clearInterval(looking);
    });
  };
  timer = setTimeout(show, quietMs);
  try {
    return await done;
  } finally {
    clearTimeout(timer);
  }
}
