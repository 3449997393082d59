import type { AgentAccess } from './agentAccess.ts';
import type { ApiQuestions, Consent } from './apiQuestions.ts';
import type { Sessions } from './sessions.ts';
import type { Session } from './types.ts';

/** What a language model is told of a session. No credential is in it, and no tag, policy or external ID. */
export interface ToldSession {
  readonly id: string;
  readonly name: string;
  /** New terminals of this window run as it. */
  readonly active: boolean;
  readonly state: Session['state']['kind'];
  readonly account: string | undefined;
  readonly roleArn: string | undefined;
  readonly region: string | undefined;
  /** ISO 8601; undefined where nobody knows, or nothing is live. */
  readonly ends: string | undefined;
}

/** What a language model's tool answers, as JSON. */
export type ToolAnswer =
  | { readonly sessions: readonly ToldSession[]; readonly credentials: string }
  | {
      readonly outcome: 'started' | 'refused' | 'notStarted' | 'noSuchProfile';
      readonly session?: ToldSession;
      readonly note: string;
    };

/** All that the tools ask of the world. */
export interface ToolPorts {
  readonly sessions: Pick<Sessions, 'known' | 'list' | 'get' | 'activeId'>;
  readonly questions: ApiQuestions;
  access(): AgentAccess | undefined;
  hasProfile(profile: string): Promise<boolean>;
  /** Our own question, whatever VS Code has asked before. */
  askToStart(profile: string): Promise<Consent>;
  /** Starts the session of a profile; undefined when it did not start, and the person knows why. */
  start(profile: string, aside: boolean): Promise<Session | undefined>;
}

/** What language models can do here: look who and where we are, and ask for a session. */
export class AgentTools {
  readonly #ports: ToolPorts;

  constructor(ports: ToolPorts) {
    this.#ports = ports;
  }

  /** Who and where we are. */
  async whoAmI(signal: AbortSignal): Promise<ToolAnswer> {
    const { sessions } = this.#ports;
    await sessions.known(signal);
    return {
      sessions: sessions.list().map((session) => this.#told(session)),
      credentials: aboutCredentials(this.#ports.access()),
    };
  }

  /** Asks the person for the session of a profile, and starts it when they say yes. */
  async start(profile: string, signal: AbortSignal): Promise<ToolAnswer> {
    const { sessions, questions } = this.#ports;
    await sessions.known(signal);
    if (!(await this.#ports.hasProfile(profile))) {
      return { outcome: 'noSuchProfile', note: 'The AWS config file has no profile of this name.' };
    }
    const answer = await questions.ask(profile, signal, () => this.#ports.askToStart(profile));
    if (answer !== 'once' && answer !== 'always') {
      return {
        outcome: 'refused',
        note: 'The person did not allow it. Do not ask again unless they tell you to.',
      };
    }
    // Their terminals stay what they are, unless they are nothing yet.
    const aside = sessions.activeId !== undefined;
    const session = await this.#ports.start(profile, aside);
    if (session === undefined) {
      return { outcome: 'notStarted', note: 'It did not start; VS Code has told the person why.' };
    }
    const where = aside
      ? `A tool uses it with STS_SESSIONS_ID=${session.id} in its environment; without that, terminals keep their session.`
      : 'New terminals use it.';
    return {
      outcome: 'started',
      session: this.#told(session),
      note: `${where} ${aboutCredentials(this.#ports.access())}`,
    };
  }

  #told({ id, name, state, accountId, roleArn, region }: Session): ToldSession {
    const ends = state.kind === 'live' ? state.credentials.expiresAt : undefined;
    return {
      id,
      name,
      active: id === this.#ports.sessions.activeId,
      state: state.kind,
      account: accountId,
      roleArn,
      region,
      ends: ends === undefined ? undefined : new Date(ends).toISOString(),
    };
  }
}

/** For the model, in its language. */
function aboutCredentials(access: AgentAccess | undefined): string {
  switch (access) {
    case 'same':
      return 'AWS tools that you run in a terminal get these credentials by themselves.';
    case 'readOnly':
      return 'AWS tools that you run in a terminal get a read-only version of a session by themselves.';
    case 'nothing':
      return 'AWS tools that you run in a terminal get no credentials: the person has chosen so.';
    case undefined:
      return 'AWS tools that you run in a terminal get no credentials until the person has chosen what agents get.';
  }
}
