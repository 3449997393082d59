import assert from 'node:assert/strict';
import type { StsCall } from '../../src/aws/effects.ts';
import { isFault, type Fault } from '../../src/aws/faults.ts';
import { Secret } from '../../src/aws/secret.ts';
import { createStsSender } from '../../src/clients/sts.ts';
import { faultSentence } from '../../src/ui/text/faults.ts';
import rows from '../fixtures/faults.json' with { type: 'json' };
import { closedPort, startFakeSts, startGarbage, type Play } from '../support/fakeSts.ts';
import { selfSigned } from '../support/selfSigned.ts';
import { assertGoodSentence } from '../support/sentence.ts';

/** One failure, played over a real socket: what goes wrong, the fault it must become, the sentence a person reads. */
interface Row {
  readonly name: string;
  /** AssumeRole for four hours unless it says otherwise. */
  readonly call?: 'sessionToken' | 'webIdentity' | 'decodeMessage' | 'saml';
  readonly roleArn?: string;
  /** The serial sent with a code. */
  readonly mfa?: string;
  readonly play?: Play;
  /** A failure below HTTP, in place of a play. */
  readonly socket?: keyof typeof sockets;
  readonly timeoutMs?: number;
  /** How often it must have been sent; 1 when absent. */
  readonly requests?: number;
  readonly fault: Fault;
  readonly sentence: string;
}

interface Stage {
  readonly url: string;
  readonly host: string;
  close(): void;
}

const certificate = selfSigned();
const longestLabel = 63;

const sockets = {
  refused: async (): Promise<Stage> => {
    const host = await closedPort();
    return { url: `http://${host}`, host, close: () => undefined };
  },
  // A label that is too long is refused by the resolver itself: no question leaves the machine.
  noSuchName: (): Promise<Stage> => {
    const host = `${'a'.repeat(longestLabel + 1)}.test`;
    return Promise.resolve({ url: `http://${host}`, host, close: () => undefined });
  },
  selfSigned: (): Promise<Stage> =>
    startFakeSts({ plays: [{ kind: 'grant' }], ...(certificate && { tls: certificate }) }),
  plainOnTls: async (): Promise<Stage> => {
    const plain = await startGarbage();
    return { ...plain, url: `https://${plain.host}` };
  },
  garbage: startGarbage,
  badUrl: (): Promise<Stage> =>
    Promise.resolve({ url: 'sts.local', host: 'sts.local', close: () => undefined }),
};

/** Typed by kind: a new one must be played above, or be named as one that STS cannot cause. */
const causedOnTheWire: Record<Fault['kind'], boolean> = {
  cancelled: false,
  timedOut: true,
  network: true,
  caBundle: false,
  notAws: true,
  throttled: true,
  unavailable: true,
  sourceExpired: true,
  unknownKey: true,
  wrongSecret: true,
  clockSkew: true,
  mfaNeedsPerson: false,
  mfaWrongCode: true,
  mfaUnknownDevice: true,
  rootCannotAssume: true,
  needsLongTermKeys: true,
  accessDenied: true,
  durationOverMaximum: true,
  durationOverChaining: true,
  regionDisabled: true,
  wrongPartition: true,
  refused: true,
  tokenFile: false,
  webIdentity: true,
  process: false,
  machine: false,
  deadOnArrival: false,
  planChanged: false,
  stillRenewing: false,
  signInNeeded: false,
  signInFailed: false,
  roleNotAssigned: false,
  noRoleChosen: false,
  samlRoleNotChosen: false,
  samlNoWay: false,
  samlProcess: false,
  samlUnreadable: false,
  samlNoRoles: false,
  samlRoleNotOffered: false,
  samlExpired: true,
  samlRefused: true,
  issuerUnknown: false,
  issuerUnreachable: false,
  issuerAnswer: false,
  issuerRefused: false,
  issuerToken: false,
  microsoftAccount: false,
  tokenProcess: false,
  policyTooLarge: true,
  policyMalformed: true,
  messageUnreadable: true,
  iamNeedsMfa: false,
  loginNeeded: false,
  loginNotPermitted: false,
  loginOther: false,
  loginCodeRefused: false,
  internal: false,
};

const keys = {
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: new Secret('EXAMPLEKEY'),
  sessionToken: new Secret('EXAMPLETOKEN'),
};

describe('every failure becomes one fault and one sentence', () => {
  for (const row of rows as readonly Row[]) {
    if (row.socket === 'selfSigned' && certificate === undefined) {
      it(`${row.name} (skipped: there is no openssl)`);
      continue;
    }
    it(row.name, async () => {
      const fake = row.play === undefined ? undefined : await startFakeSts({ plays: [row.play] });
      const stage: Stage = fake ?? (await sockets[row.socket ?? 'refused']());
      try {
        const send = createStsSender({ now: Date.now, timeoutMs: row.timeoutMs ?? 20_000 });
        const target = { region: 'eu-west-1', endpoint: stage.url };
        const fault = await send(callOf(row), keys, target, new AbortController().signal);
        assert.deepEqual(fault, fillIn(row.fault, stage.host));
        assert.ok(isFault(fault));
        const { text } = faultSentence(fault, { session: 'prod-admin' });
        assert.equal(text, row.sentence.replaceAll('{host}', stage.host));
        assertGoodSentence(text);
        if (fake !== undefined) {
          assert.equal(fake.requests.length, row.requests ?? 1);
        }
      } finally {
        stage.close();
      }
    });
  }

  it('plays every kind of fault that an answer or a socket can cause', () => {
    const played = new Set((rows as readonly Row[]).map(({ fault }) => fault.kind));
    const expected = Object.entries(causedOnTheWire).filter(([, caused]) => caused);
    assert.deepEqual([...played].sort(), expected.map(([kind]) => kind).sort());
  });
});

function callOf(row: Row): StsCall {
  const mfa = row.mfa === undefined ? undefined : { serial: row.mfa, code: new Secret('123456') };
  const roleArn = row.roleArn ?? 'arn:aws:iam::111122223333:role/admin';
  if (row.call === 'saml') {
    const providerArn = 'arn:aws:iam::111122223333:saml-provider/corp';
    const assertion = new Secret('EXAMPLEASSERTION');
    return { kind: 'saml', roleArn, providerArn, assertion, durationSeconds: undefined };
  }
  if (row.call === 'webIdentity') {
    const token = new Secret('EXAMPLEJWT');
    return { kind: 'webIdentity', roleArn, sessionName: 'alice', durationSeconds: undefined, token };
  }
  if (row.call === 'decodeMessage') {
    return { kind: 'decodeMessage', encoded: 'EXAMPLEMESSAGE' };
  }
  return row.call === 'sessionToken'
    ? { kind: 'sessionToken', durationSeconds: undefined, mfa }
    : {
        kind: 'assumeRole',
        roleArn,
        sessionName: 'alice',
        externalId: undefined,
        durationSeconds: 14_400,
        mfa,
      };
}

function fillIn(fault: Fault, host: string): Fault {
  return JSON.parse(JSON.stringify(fault).replaceAll('{host}', host)) as Fault;
}
