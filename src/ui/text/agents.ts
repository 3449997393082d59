import type { AgentAccess, AgentQuestion, AgentRefusal } from '../../session/agentAccess.ts';
import { t } from './l10n.ts';
import { readOnlyHindranceSentence } from './policies.ts';

/** What a tool in an agent's terminal prints when it gets no credentials: one line that any shell can print. */
export function agentRefusal(name: string, why: AgentRefusal): string {
  switch (why.kind) {
    case 'notChosen':
      return t(
        'Agents get no AWS credentials until a person chooses in VS Code what they get (STS: Choose What Agents Get): {0}',
        name,
      );
    case 'nothing':
      return t(
        'Agents get no AWS credentials here, a person can change that in VS Code with stsSessions.agentAccess: {0}',
        name,
      );
    case 'cannotBeReadOnly':
      return t(
        'Agents get read-only sessions only, and this one cannot be that, a person can start another in VS Code: {0}',
        name,
      );
    case 'asked':
      return askedSentence(name, why.what);
    case 'starting':
      return t('What agents get of this session is still starting, try again in a moment: {0}', name);
    case 'longTermKeys':
      return t(
        'Agents get no long-term keys here, a person can start a session of this profile in VS Code: {0}',
        name,
      );
    case 'saidNo':
      return t(
        'A person has just refused this session to agents in VS Code, ask them before trying again: {0}',
        name,
      );
  }
}

function askedSentence(name: string, what: AgentQuestion): string {
  switch (what) {
    case 'code':
      return t(
        'VS Code asks a person for an MFA code for a read-only session, try again after that: {0}',
        name,
      );
    case 'signIn':
      return t('VS Code asks a person to sign in for a read-only session, try again after that: {0}', name);
    case 'guarded':
      return t(
        'VS Code asks a person whether agents may have this guarded session, try again after that: {0}',
        name,
      );
    case 'again':
      return t(
        'VS Code asks a person whether agents may have this session again, try again after that: {0}',
        name,
      );
  }
}

/** What the person is asked, with the button that says yes. */
export function agentQuestion(
  what: AgentQuestion,
  name: string,
): { readonly text: string; readonly yes: string } {
  switch (what) {
    case 'code':
      return {
        text: t(
          'An agent asks for AWS credentials, its read-only session takes one more MFA code: {0}',
          name,
        ),
        yes: t('Enter Code'),
      };
    case 'signIn':
      return {
        text: t('An agent asks for AWS credentials, its read-only session takes another sign-in: {0}', name),
        yes: t('Sign In'),
      };
    case 'guarded':
      return {
        text: t('An agent asks for AWS credentials of a guarded session: {0}', name),
        yes: t('Allow'),
      };
    case 'again':
      return {
        text: t('An agent asks again for AWS credentials of its session, which was ended: {0}', name),
        yes: t('Start Again'),
      };
  }
}

/** The words around the choice of what agents get. */
export const agentText = {
  choose: (name: string) =>
    t('An agent asks for AWS credentials, choose what agents get of your sessions: {0}', name),
  notNow: () => t('Not Now'),
  cannot: (name: string, why: Extract<AgentRefusal, { kind: 'cannotBeReadOnly' }>['why']) =>
    t(
      'An agent gets nothing of {0}, because it cannot be read-only ({1})',
      name,
      readOnlyHindranceSentence(why),
    ),
  openSetting: () => t('Open Setting'),
  title: () => t('What coding agents get of your AWS sessions'),
  now: () => t('as it is now'),
};

/** A choice in a word, for a button and a row. */
export function accessLabel(access: AgentAccess): string {
  switch (access) {
    case 'nothing':
      return t('Nothing');
    case 'readOnly':
      return t('Read-Only');
    case 'same':
      return t('The Same');
  }
}

/** What a choice means. */
export function accessDetail(access: AgentAccess): string {
  switch (access) {
    case 'nothing':
      return t('Tools that an agent runs are told that a person can change this');
    case 'readOnly':
      return t('A read-only session of their own, which takes one more code with MFA');
    case 'same':
      return t('Whatever you may do, they may do');
  }
}
