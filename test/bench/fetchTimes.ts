import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Fetches sessions in turn at a steady rate, as many tools at once do; how long each fetch took, ms. */
export async function fetchTimes(
  { port, token }: { readonly port: number; readonly token: string },
  ids: readonly string[],
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<readonly number[]> {
  const fetches: Promise<number>[] = [];
  const begun = performance.now();
  // The first ones pay for compiling, here and there.
  const warm = perSecond;
  for (let sent = 0; sent < perSecond * seconds + warm; sent += 1) {
    const ahead = (sent / perSecond) * 1000 - (performance.now() - begun);
    if (ahead > 0) {
      await sleep(ahead);
    }
    fetches.push(fetchOne(port, token, ids[sent % ids.length] ?? ''));
  }
  return (await Promise.all(fetches)).slice(warm);
}

function fetchOne(port: number, token: string, id: string): Promise<number> {
  const begun = performance.now();
  const where = { host: '127.0.0.1', port, path: `/container/${id}`, agent: false } as const;
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, headers: { Authorization: token } }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) {
          resolve(performance.now() - begun);
        } else {
          reject(new Error(`${id} was answered ${String(response.statusCode)}`));
        }
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
