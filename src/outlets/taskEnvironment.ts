import { noSession } from '../session/named.ts';
import { saysWho } from './debugEnvironment.ts';

/**
 * The variable by which a task says whom it runs as, and which has no effect: what VS Code's terminals get wins over the
 * variables of a task (https://github.com/microsoft/vscode/issues/96295). Undefined when there is none.
 * `delivered`: what terminals get.
 */
export function overruledVariable(
  own: Readonly<Record<string, string | null | undefined>>,
  delivered: ReadonlyMap<string, string>,
  platform: NodeJS.Platform,
): string | undefined {
  const found = Object.entries(own).find(([written, value]) => {
    const name = platform === 'win32' ? written.toUpperCase() : written;
    return saysWho(name) && delivered.has(name) && delivered.get(name) !== value;
  });
  return found?.[0];
}

/**
 * Why the session that a task names by STS_SESSIONS_ID is not the one it runs as; undefined when it is, or when it names
 * none. Only the helper of a managed profile looks at the name, and that profile is there while a session is active.
 * `pointed`: the session that terminals get; `named`: that of the name.
 */
export function lostChoice(
  own: Readonly<Record<string, string | null | undefined>>,
  delivered: ReadonlyMap<string, string>,
  pointed: string | undefined,
  named: string | undefined,
): 'nothingActive' | 'otherWay' | undefined {
  const chosen = own['STS_SESSIONS_ID'];
  if (!chosen || delivered.has('AWS_PROFILE') || Object.keys(own).some(saysWho)) {
    return undefined;
  }
  if (pointed === undefined) {
    return chosen === noSession ? undefined : 'nothingActive';
  }
  return pointed === named ? undefined : 'otherWay';
}
