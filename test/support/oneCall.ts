/** Run as a process: asks the endpoint given as the only argument who the caller is, and prints the outcome's kind. */
import { Secret } from '../../src/aws/secret.ts';
import { createStsSender } from '../../src/clients/sts.ts';

const keys = {
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: new Secret('EXAMPLEKEY'),
  sessionToken: undefined,
};
const target = { region: 'eu-west-1', endpoint: process.argv[2] ?? '' };
const send = createStsSender({ now: Date.now });
const outcome = await send({ kind: 'callerIdentity' }, keys, target, new AbortController().signal);
console.log(outcome.kind);
