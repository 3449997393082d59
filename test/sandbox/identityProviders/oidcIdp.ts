import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { OidcNews, OidcWorkerData } from './oidcWorker.ts';

/** A running OpenID Connect provider: oidc-provider with its own pages for signing in and agreeing. */
export interface OidcIdp {
  /** `http://127.0.0.1:PORT`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Every token that it has handed out: what nobody may find anywhere. */
  readonly tokens: readonly string[];
  /** How often it has given tokens. */
  readonly grants: number;
  /** Moves its clock forward. */
  moveClock(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts one on this machine. Whoever types a name at it is that person; their mail is `name@acme.example`. */
export async function startOidcIdp(options: Partial<OidcWorkerData> = {}): Promise<OidcIdp> {
  const data: OidcWorkerData = {
    host: '127.0.0.1',
    port: 0,
    clientId: 'sts-sessions',
    idTokenSeconds: 3600,
    ...options,
  };
  const worker = new Worker(new URL('./oidcWorker.ts', import.meta.url), { workerData: data });
  const tokens: string[] = [];
  let grants = 0;
  worker.on('message', (news: OidcNews) => {
    if (news.kind === 'tokens') {
      grants += 1;
      tokens.push(...news.tokens);
    }
  });
  const [first] = (await once(worker, 'message')) as [OidcNews];
  if (first.kind !== 'listening') {
    throw new Error('the provider says first where it listens');
  }
  return {
    issuer: `http://${data.host}:${first.port}`,
    clientId: data.clientId,
    tokens,
    get grants() {
      return grants;
    },
    async moveClock(ms) {
      worker.postMessage({ moveMs: ms });
      for (;;) {
        const [news] = (await once(worker, 'message')) as [OidcNews];
        if (news.kind === 'moved') {
          return;
        }
      }
    },
    async close() {
      await worker.terminate();
    },
  };
}
