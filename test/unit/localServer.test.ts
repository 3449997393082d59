import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { listenAsLocalhost } from '../../src/signIn/localServer.ts';

describe('a page that is reached as localhost', () => {
  /** The first server listens, the second fails on `[::1]`. */
  const failing = (code: string): { make: () => Server; first: Server } => {
    const first = createServer();
    const second = createServer();
    second.listen = () => {
      const error = Object.assign(new Error(code), { code });
      queueMicrotask(() => second.emit('error', error));
      return second;
    };
    const servers = [first, second];
    return { first, make: () => servers.shift() ?? assert.fail('two are enough') };
  };

  it('is on 127.0.0.1 alone where the machine has no IPv6', async () => {
    for (const code of ['EADDRNOTAVAIL', 'EAFNOSUPPORT']) {
      const { make, first } = failing(code);
      const listening = await listenAsLocalhost(make, 0);
      assert.ok(first.listening);
      await listening.close();
      assert.equal(first.listening, false);
    }
  });

  it('is nowhere where somebody else has the port on ::1, or may have it', async () => {
    for (const code of ['EADDRINUSE', 'EACCES']) {
      const { make, first } = failing(code);
      await assert.rejects(listenAsLocalhost(make, 0), { code });
      assert.equal(first.listening, false);
    }
  });
});
