/** The result, or undefined when it is not there within `ms` or nobody waits any more; what goes on then goes on. */
export async function within<T>(ms: number, work: Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
  let stop: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((done) => {
    stop = () => done(undefined);
    timer = setTimeout(stop, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) {
      signal?.removeEventListener('abort', stop);
    }
  }
}
