/**
 * Stands in for `@smithy/node-http-handler` in the bundle (esbuild alias): `exchange.ts` is the request handler, and it
 * hands over whole answers, never streams.
 */
export const NodeHttpHandler = {
  create<Handler>(handler: Handler): Handler {
    return handler;
  },
};

/** The SDK's default for reading a streamed answer; nothing streams here. */
export const streamCollector = (): Promise<never> =>
  Promise.reject(new Error('STS answers are not streamed'));
