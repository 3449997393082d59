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
