import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LoginCache } from '../../src/files/loginCache.ts';
import type { SandboxData } from '../sandbox/data.ts';
import { withDemoIdp } from '../sandbox/demoSaml.ts';
import { startSamlIssuer } from '../sandbox/identityProviders/samlIssuer.ts';
import type { SamlIssuer } from '../sandbox/identityProviders/samlIssuer.ts';
import { createIdp } from './idp.ts';
import { issuerRole } from './issuerWorld.ts';
import { consoleToken, people } from './loginRig.ts';

const main = '111122223333';
const region = 'eu-central-1';
const attribute = 'https://aws.amazon.com/SAML/Attributes';
const idp = createIdp();
const provider = `arn:aws:iam::${main}:saml-provider/acme-idp`;
const samlRole = `arn:aws:iam::${main}:role/corp-developer`;
const webRole = `arn:aws:iam::${main}:role/from-the-web`;

/** The kinds of sign-in that leave a secret of their own: a SAML response, a web identity, tokens of `aws login`. */
export class LeakKinds {
  readonly #issuer: SamlIssuer = startSamlIssuer();

  /** The demo's world with the identity providers of these. */
  data(demo: SandboxData): SandboxData {
    const { accounts, ...rest } = withDemoIdp(demo, this.#issuer);
    const name = idp.issuer.replace('https://', '');
    return {
      ...rest,
      accounts: accounts.map((account) =>
        account.id !== main
          ? account
          : {
              ...account,
              oidcProviders: [{ issuer: idp.issuer, clientIds: ['sts.example'], keys: idp.keys }],
              roles: [
                ...(account.roles ?? []),
                {
                  name: 'from-the-web',
                  trust: {
                    Statement: {
                      Effect: 'Allow',
                      Principal: { Federated: `arn:aws:iam::${main}:oidc-provider/${name}` },
                      Action: 'sts:AssumeRoleWithWebIdentity',
                    },
                  },
                },
              ],
            },
      ),
    };
  }

  /** Fills the home folder; returns what was written, by path, and the profiles to add. */
  async fill(home: string, url: string): Promise<{ inputs: ReadonlyMap<string, string>; config: string }> {
    const response = await this.#issuer.response({
      attributes: {
        [`${attribute}/Role`]: `${samlRole},${provider}`,
        [`${attribute}/RoleSessionName`]: 'alice',
      },
    });
    const inputs = new Map([
      [join(home, 'response.txt'), response],
      [join(home, 'jwt'), idp.token('repo:acme/site', 'sts.example')],
    ]);
    for (const [path, text] of inputs) {
      await writeFile(path, text, { mode: 0o600 });
    }
    const common = `region = ${region}\nendpoint_url = ${url}\n`;
    await this.#login(home, url);
    return {
      inputs,
      config: `
[profile corp-command]
saml_process = /bin/cat ${join(home, 'response.txt')}
role_arn = ${samlRole}
saml_provider_arn = ${provider}
${common}
[profile from-the-web]
role_arn = ${webRole}
web_identity_token_file = ${join(home, 'jwt')}
${common}
[profile from-an-issuer]
role_arn = ${issuerRole}
web_identity_issuer = corp
${common}
[profile console]
login_session = ${people.alice}
${common}`,
    };
  }

  /** Files that the product keeps tokens in on purpose, where the AWS CLI looks for them, as they are now. */
  async tokenFiles(home: string): Promise<ReadonlyMap<string, string>> {
    const folders = ['sso', 'login'].map((name) => join(home, '.aws', name, 'cache'));
    const found = new Map<string, string>();
    for (const folder of folders) {
      for (const name of await readdir(folder)) {
        found.set(join(folder, name), await readFile(join(folder, name), 'utf8'));
      }
    }
    return found;
  }

  close(): Promise<void> {
    return this.#issuer.close();
  }

  /** A sign-in that the AWS CLI has made before. */
  async #login(home: string, url: string): Promise<void> {
    const folder = join(home, '.aws', 'login', 'cache');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const login = { arn: people.alice, region, endpoint: url };
    await new LoginCache(folder).write(login, await consoleToken(login));
  }
}
