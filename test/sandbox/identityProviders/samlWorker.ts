// samlp in a thread of its own, so that its clock can be wrong: it asks the machine for the time itself, as any identity
// provider does.
import { X509Certificate } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import samlp from 'samlp';

/** What the worker is started with. */
export interface SamlWorkerData {
  readonly entityId: string;
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
}

/** What goes into one response. */
export interface SamlOrder {
  readonly subject: string;
  readonly subjectFormat: string;
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  readonly audience: string;
  readonly recipient: string;
  readonly destination: string;
  readonly lifetimeSeconds: number;
  readonly signs: 'assertion' | 'response' | 'both' | 'nothing';
  /** The last part of a status; `Success` signs somebody in. */
  readonly status: string;
  /** PEM of the certificate that the assertion is encrypted for. */
  readonly encryptFor: string | undefined;
  /** Milliseconds that this provider's clock is ahead of the machine's. */
  readonly ahead: number;
}

/** A numbered order and its answer. */
export interface SamlTask {
  readonly id: number;
  readonly order: SamlOrder;
}
export type SamlDone =
  { readonly id: number; readonly xml: string } | { readonly id: number; readonly error: string };

let ahead = 0;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + ahead] : args, newTarget) as object,
  get: (target, name) =>
    name === 'now' ? () => target.now() + ahead : (Reflect.get(target, name) as unknown),
});

const { entityId, key, certificate } = workerData as SamlWorkerData;

parentPort?.on('message', ({ id, order }: SamlTask) => {
  ahead = order.ahead;
  const { encryptFor } = order;
  samlp.getSamlResponse(
    {
      issuer: entityId,
      cert: certificate,
      key,
      signatureAlgorithm: 'rsa-sha256',
      digestAlgorithm: 'sha256',
      audience: order.audience,
      recipient: order.recipient,
      destination: order.destination,
      lifetimeInSeconds: order.lifetimeSeconds,
      signAssertion: order.signs === 'assertion' || order.signs === 'both',
      signResponse: order.signs === 'response' || order.signs === 'both',
      samlStatusCode: `urn:oasis:names:tc:SAML:2.0:status:${order.status}`,
      ...(encryptFor === undefined
        ? {}
        : { encryptionCert: encryptFor, encryptionPublicKey: publicKeyOf(encryptFor) }),
      profileMapper: () => ({
        getClaims: () => order.attributes,
        getNameIdentifier: () => ({
          nameIdentifier: order.subject,
          nameIdentifierFormat: order.subjectFormat,
        }),
      }),
    },
    {},
    (error, xml) => {
      const done: SamlDone = error === null ? { id, xml } : { id, error: error.message };
      parentPort?.postMessage(done);
    },
  );
});

function publicKeyOf(certificate: string): string {
  return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
