import type { Credentials, Keys } from '../../src/aws/credentials.ts';
import type { Effects, MfaQuestion, StsCall, StsReply } from '../../src/aws/effects.ts';
import type { Fault } from '../../src/aws/faults.ts';
import type { StsTarget } from '../../src/aws/planModel.ts';
import { Secret } from '../../src/aws/secret.ts';

/** One call as the fake STS got it. */
export interface SentCall {
  readonly call: StsCall;
  readonly keys: Keys | undefined;
  readonly target: StsTarget;
}

/** Effects for a test. Every one that is not given throws. */
export function fakeEffects(given: Partial<Effects>): Effects {
  const unexpected = (name: string) => (): never => {
    throw new Error(`the test did not expect ${name}`);
  };
  return {
    now: given.now ?? unexpected('now'),
    send: given.send ?? unexpected('send'),
    askMfa: given.askMfa ?? unexpected('askMfa'),
    mfaSession: given.mfaSession ?? unexpected('mfaSession'),
    platform: given.platform ?? 'linux',
    env: given.env ?? unexpected('env'),
    readFile: given.readFile ?? unexpected('readFile'),
    runProcess: given.runProcess ?? unexpected('runProcess'),
    fetchLocal: given.fetchLocal ?? unexpected('fetchLocal'),
    signInToken: given.signInToken ?? unexpected('signInToken'),
    roleCredentials: given.roleCredentials ?? unexpected('roleCredentials'),
    samlAssertion: given.samlAssertion ?? unexpected('samlAssertion'),
    idToken: given.idToken ?? unexpected('idToken'),
    loginCredentials: given.loginCredentials ?? unexpected('loginCredentials'),
  };
}

/** `send` that answers from a list, in order, and remembers what it got. More calls than answers: it throws. */
export function scriptedSts(answers: readonly (StsReply | Fault)[]): {
  send: Effects['send'];
  sent: SentCall[];
} {
  const sent: SentCall[] = [];
  return {
    sent,
    send: (call, keys, target) => {
      const answer = answers[sent.length];
      sent.push({ call, keys, target });
      return answer === undefined
        ? Promise.reject(new Error('the test did not expect another call'))
        : Promise.resolve(answer);
    },
  };
}

/** `askMfa` that types these codes one after the other and then cancels; it remembers the questions. */
export function scriptedMfa(codes: readonly string[]): {
  askMfa: Effects['askMfa'];
  questions: MfaQuestion[];
} {
  const questions: MfaQuestion[] = [];
  return {
    questions,
    askMfa: (question) => {
      const code = codes[questions.length];
      questions.push(question);
      return Promise.resolve(code === undefined ? undefined : new Secret(code));
    },
  };
}

/** Credentials as STS gives them; `name` tells them apart. */
export function madeCredentials(name: string, over: Partial<Credentials> = {}): Credentials {
  return {
    accessKeyId: `ASIAEXAMPLE${name}`,
    secretAccessKey: new Secret(`EXAMPLEKEY-${name}`),
    sessionToken: new Secret(`EXAMPLETOKEN-${name}`),
    expiresAt: 10_000_000,
    accountId: undefined,
    arn: undefined,
    ...over,
  };
}
