import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxData } from '../sandbox/data.ts';
import { demoData, writeDemoHome } from '../sandbox/demo.ts';
import { startOidcIdp, type OidcIdp } from '../sandbox/identityProviders/oidcIdp.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { issuerWorld } from './issuerWorld.ts';
import { LeakKinds } from './leakKinds.ts';
import { packagedExtension } from './packaged.ts';
import { findProgram } from './rig.ts';
import { Stage } from './stage.ts';
import { launchWorkbench } from './workbench.ts';

/** A stage on which everything that is written and started can be searched afterwards. */
export interface LeakStage {
  readonly stage: Stage;
  /** Holds all of it: home, temporary files, user data, extensions, the browser's profile. */
  readonly folder: string;
  /** Where `curl` leaves its arguments and environment each time. */
  readonly curlCalls: string;
  /** What the fixture has written, by path: secrets may stand there. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Where alice may sign in for the profile `from-an-issuer`. */
  readonly issuer: OidcIdp;
  /** Files of tokens that are there on purpose, shared with the AWS CLI, as they are now. */
  tokenFiles(): Promise<ReadonlyMap<string, string>>;
  /** Ends everything and removes the files. */
  remove(): Promise<void>;
}

/** A secret like a key, which nobody has seen before. */
export function freshSecret(kind = 'KEY'): string {
  return `EXAMPLE${kind}/${randomBytes(24).toString('base64').slice(0, 29)}`;
}

/** Sets the stage and opens its first window. All secrets are new, so that nothing is found by chance or from before. */
export async function setLeakStage(): Promise<LeakStage> {
  const folder = await mkdtemp(join(tmpdir(), 'sts-leak-'));
  const at = (name: string): string => join(folder, name);
  const [home, files, temporary, bin, curlCalls] = ['h', 'w', 't', 'bin', 'curl'].map(at) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const workspace = join(home, 'project');
  for (const path of [home, workspace, files, temporary, bin, curlCalls]) {
    await mkdir(path);
  }
  const kinds = new LeakKinds();
  // A workbench in the browser opens what is on 127.0.0.1 through itself, which the provider's cookies do not survive.
  const issuer = await startOidcIdp({ host: '127.0.0.2', idTokenSeconds: 1800 });
  const fresh = freshen(issuerWorld(issuer, kinds.data(demoData())));
  const sandbox = await startSandbox({ data: fresh.data });
  const { configFile, credentialsFile } = await writeDemoHome(home, sandbox.url);
  const { config, inputs: ofKinds } = await kinds.fill(home, sandbox.url);
  await appendFile(configFile, elsewhere(sandbox.url) + config);
  const inputs = new Map([
    [credentialsFile, fresh.text(await readFile(credentialsFile, 'utf8'))],
    ...ofKinds,
  ]);
  await writeFile(credentialsFile, inputs.get(credentialsFile) ?? '');
  await writeRecorder(join(bin, 'curl'), curlCalls);

  // Not by the workbench's own environment: VS Code asks a login shell for the PATH.
  await writeFile(join(home, '.bashrc'), `export PATH="${bin}:$PATH"\n`);

  const env = {
    TMPDIR: temporary,
    // VS Code and its extension host then write down as much as they can.
    LOG_LEVEL: 'trace',
    AWS_ENDPOINT_URL_SSO: sandbox.url,
    AWS_ENDPOINT_URL_SSO_OIDC: sandbox.url,
    AWS_ENDPOINT_URL_SIGNIN: sandbox.url,
  };
  const options = { home, workspace, vsix: await packagedExtension(), companion: true, folder: files, env };
  const workbench = await launchWorkbench(options);
  const stop = async (): Promise<void> => {
    await workbench.stop({ keepFiles: true });
    await sandbox.close();
    await kinds.close();
    await issuer.close();
  };
  try {
    const stage = new Stage({ home, workspace, sandbox, workbench, page: await workbench.openPage() });
    return {
      stage,
      folder,
      curlCalls,
      inputs,
      issuer,
      tokenFiles: () => kinds.tokenFiles(home),
      async remove() {
        await stop();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The data with another secret in the place of each; `text` does the same to the files that hold them. */
function freshen(data: SandboxData): { data: SandboxData; text: (old: string) => string } {
  const replacements = new Map<string, string>();
  const collect = (_name: string, value: unknown): unknown => {
    const { secretAccessKey, seed } = (value ?? {}) as { secretAccessKey?: string; seed?: string };
    if (secretAccessKey !== undefined) {
      replacements.set(secretAccessKey, freshSecret());
    }
    if (seed !== undefined) {
      replacements.set(
        seed,
        Array.from(randomBytes(32), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join(''),
      );
    }
    return value;
  };
  const written = JSON.stringify(data, collect);
  const text = (old: string): string =>
    [...replacements].reduce((result, [from, to]) => result.replaceAll(from, to), old);
  return { data: JSON.parse(text(written)) as SandboxData, text };
}

/** A role in another partition: neither its source nor its endpoint fits. */
function elsewhere(url: string): string {
  return `
[profile elsewhere]
role_arn = arn:aws-cn:iam::444455556666:role/readonly
source_profile = alice
region = cn-north-1
endpoint_url = ${url}
`;
}

/** A curl that leaves what it was started with and goes on as the real one: no process is too short to be seen then. */
async function writeRecorder(path: string, folder: string): Promise<void> {
  const curl = findProgram('curl');
  if (curl !== undefined) {
    const script = `#!/bin/sh
{ cat "/proc/$$/environ"; printf '%s\\n' "$@"; } >"${folder}/$$"
exec ${curl} "$@"
`;
    await writeFile(path, script);
    await chmod(path, 0o755);
  }
}
