import * as vscode from 'vscode';
import type { AgentAccess, AgentQuestion, AgentRefusal } from '../session/agentAccess.ts';
import type { Session } from '../session/types.ts';
import { settings, settingsSection } from './ids.ts';
import { agentAccess, saveAgentAccess } from './settings.ts';
import { accessDetail, accessLabel, agentQuestion, agentText } from './text/agents.ts';

const choices: readonly AgentAccess[] = ['nothing', 'readOnly', 'same'];

/** Says that an agent asks, and keeps what the person chooses for it and all others. */
export async function askToChoose(session: Session): Promise<void> {
  const labels = new Map(choices.map((access) => [accessLabel(access), access]));
  const answer = await vscode.window.showWarningMessage(agentText.choose(session.name), ...labels.keys());
  const access = answer === undefined ? undefined : labels.get(answer);
  if (access !== undefined) {
    await saveAgentAccess(access);
  }
}

/** Asks for a yes before an agent gets something; false for everything else. */
export async function askForAgent(what: AgentQuestion, session: Session): Promise<boolean> {
  const { text, yes } = agentQuestion(what, session.name);
  return (await vscode.window.showWarningMessage(text, yes, agentText.notNow())) === yes;
}

/** Says that agents get nothing of a session, because it can never be read-only. */
export async function tellRefused(session: Session, why: AgentRefusal): Promise<void> {
  if (why.kind !== 'cannotBeReadOnly') {
    return;
  }
  const button = agentText.openSetting();
  const text = agentText.cannot(session.name, why.why);
  if ((await vscode.window.showInformationMessage(text, button)) === button) {
    await vscode.commands.executeCommand(
      'workbench.action.openSettings',
      `${settingsSection}.${settings.agentAccess}`,
    );
  }
}

/** The choice as a list, for whoever wants to change it. */
export async function chooseAgentAccess(): Promise<void> {
  const current = agentAccess();
  const rows = choices.map((access) => ({
    label: accessLabel(access),
    description: access === current ? agentText.now() : '',
    detail: accessDetail(access),
    access,
  }));
  const picked = await vscode.window.showQuickPick(rows, { title: agentText.title() });
  if (picked !== undefined) {
    await saveAgentAccess(picked.access);
  }
}
