/** Profiles that we write for terminals: `vscode`, `vscode-eu-west-1`. */
const managedProfile = /^vscode(?:-[a-z0-9-]+)?$/;

/**
 * The environment for a program: ours, without what this extension or VS Code put there. A VS Code that was started from one
 * of our terminals has the pointer to a session in its environment, and a program that follows it would ask us for the very
 * credentials that we are asking it for.
 */
export function programEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value = '']) =>
        !/^STS_SESSIONS_/i.test(name) &&
        name !== 'ELECTRON_RUN_AS_NODE' &&
        !(/^AWS_(?:DEFAULT_)?PROFILE$/i.test(name) && managedProfile.test(value)),
    ),
  );
}
