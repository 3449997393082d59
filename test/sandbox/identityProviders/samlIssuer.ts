import { generateKeyPairSync } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { selfSignedCertificate } from './certificate.ts';
import type { SamlDone, SamlOrder, SamlTask, SamlWorkerData } from './samlWorker.ts';

/** What a response says where an order does not say otherwise: what AWS wants of a provider. */
const ordinary: SamlOrder = {
  subject: 'alice@acme.example',
  subjectFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  attributes: {},
  audience: 'urn:amazon:webservices',
  recipient: 'https://signin.aws.amazon.com/saml',
  destination: 'https://signin.aws.amazon.com/saml',
  lifetimeSeconds: 300,
  signs: 'assertion',
  status: 'Success',
  encryptFor: undefined,
  ahead: 0,
};

/** An identity provider's signing machine: samlp with a key that was made just now. */
export interface SamlIssuer {
  readonly entityId: string;
  /** PEM; what its metadata would say. */
  readonly certificate: string;
  /** A response, signed, as XML. */
  xml(order: Partial<SamlOrder>): Promise<string>;
  /** The same in base64, as it is posted. */
  response(order: Partial<SamlOrder>): Promise<string>;
  close(): Promise<void>;
}

/** Makes its key and starts it. */
export function startSamlIssuer(entityId = 'https://idp.example/saml/metadata'): SamlIssuer {
  const { key, certificate } = keyWithCertificate(entityId);
  const data: SamlWorkerData = { entityId, key, certificate };
  const worker = new Worker(new URL('./samlWorker.ts', import.meta.url), { workerData: data });
  worker.unref();
  const waiting = new Map<number, { resolve(xml: string): void; reject(error: Error): void }>();
  worker.on('message', (done: SamlDone) => {
    const task = waiting.get(done.id);
    waiting.delete(done.id);
    if (waiting.size === 0) {
      worker.unref();
    }
    if ('xml' in done) {
      task?.resolve(done.xml);
    } else {
      task?.reject(new Error(done.error));
    }
  });
  worker.on('error', (error: Error) => waiting.forEach((task) => task.reject(error)));
  let last = 0;
  const xml = (order: Partial<SamlOrder>): Promise<string> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      worker.ref();
      const task: SamlTask = { id: last, order: { ...ordinary, ...order } };
      worker.postMessage(task);
    });
  return {
    entityId,
    certificate,
    xml,
    response: async (order) => Buffer.from(await xml(order)).toString('base64'),
    close: async () => void (await worker.terminate()),
  };
}

/** An RSA key and a certificate for it, as PEM. */
export function keyWithCertificate(commonName: string): {
  readonly key: string;
  readonly certificate: string;
} {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: selfSignedCertificate(privateKey, commonName, Date.now()),
  };
}
