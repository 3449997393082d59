import * as vscode from 'vscode';
import type { Effects, IdTokenWanted } from './aws/effects.ts';
import type { CaBundle, Fault } from './aws/faults.ts';
import { claimsOf } from './aws/jwt.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { Base, Issuer } from './aws/planModel.ts';
import type { Secret } from './aws/secret.ts';
import type { IssuerApi, IssuerToken } from './aws/sources/issuerApi.ts';
import { sessionNameFrom, tokenOf } from './aws/sources/webIdentity.ts';
import type { WindowHost } from './outlets/windowHost.ts';
import type { Disposable } from './session/emitter.ts';
import { IssuerSignIns } from './session/issuerSignIns.ts';
import type { IssuerWish } from './session/issuerSignIns.ts';
import type { Peers } from './session/types.ts';
import { authorizeAtIssuer } from './signIn/issuer.ts';
import type { Context } from './ui/context.ts';
import { createIssuerStore } from './ui/issuerStore.ts';
import type { Log } from './ui/log.ts';
import { microsoftToken } from './ui/microsoftToken.ts';
import type { IssuersPort } from './ui/parts.ts';
import { confirmIdentity } from './ui/prompts/claimsBox.ts';
import { createSignInScreen } from './ui/prompts/signInScreen.ts';
import { issuers, issuerWay, saveIssuer } from './ui/settings.ts';
import { ShownClaims } from './ui/shownClaims.ts';
import { issuerText } from './ui/text/issuers.ts';

type WebIdentityBase = Extract<Base, { kind: 'webIdentity' }>;

/** What it is made from. */
export interface IssuerParts {
  readonly context: Context;
  readonly host: Promise<Pick<WindowHost, 'hostId'>>;
  readonly peers: Pick<Peers, 'exclusive'>;
  /** Files and programs of this machine, where tokens come from as well. */
  readonly machine: Pick<Effects, 'readFile' | 'runProcess' | 'platform'>;
  /** Proxies and certificates of the calls. */
  readonly network: NetworkSettings;
  /** What the environment has them trust. */
  readonly caBundle: CaBundle | undefined;
  readonly log: Log;
  /** Milliseconds UTC. */
  now(): number;
}

/** OpenID Connect issuers for the interface and for the runs of plans. */
export interface WiredIssuers extends IssuersPort, Disposable {
  /** What a run asks of it; an unattended one never opens anything. */
  effects(unattended: boolean): Pick<Effects, 'idToken'>;
  /** True while a person is being asked. */
  isAsking(): boolean;
}

/** Builds it. Nothing is read or loaded before somebody needs it. */
export function wireIssuers(parts: IssuerParts): WiredIssuers {
  const { context, host, peers, log } = parts;
  const now = (): number => parts.now();
  const info = (line: string): void => log.info(line);
  const api = lazyApi(async () => {
    const { createIssuers } = await import('./clients/oidc.ts');
    return createIssuers({ network: parts.network, caBundle: parts.caBundle, now, log: info });
  });
  const screen = createSignInScreen();
  const shown = new ShownClaims(context.globalState);
  let asking = 0;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    asking += 1;
    try {
      return await work();
    } finally {
      asking -= 1;
    }
  };
  const authorize = (issuer: Issuer, signal: AbortSignal): Promise<IssuerToken | Fault> =>
    authorizeAtIssuer({ api, screen, way: issuerWay, now }, issuer, signal);
  const signIns = new IssuerSignIns({
    api,
    store: createIssuerStore(
      context,
      host.then(({ hostId }) => hostId),
      (key, signal, work) => peers.exclusive(key, signal, work),
      info,
    ),
    authorize,
    account: (issuer, wish, signal) => counted(() => byAccount(issuer, wish, now, signal)),
    peers,
    now,
    log: info,
  });

  /** A token that the person has seen the claims of, or agrees to now. */
  const idToken = async (
    { issuer, roleArn, refused }: IdTokenWanted,
    unattended: boolean,
    signal: AbortSignal,
  ): Promise<Secret | Fault> => {
    const token = await signIns.token(issuer, { refused, interactive: !unattended }, signal);
    if ('kind' in token) {
      return 'kind' in token && token.kind === 'microsoftAccount' && token.what === 'tooOld' && !unattended
        ? insteadOfAccount(issuer, token, signal)
        : token;
    }
    const claims = claimsOf(token.idToken.reveal());
    if (claims !== undefined && shown.has(issuer, roleArn, claims.subject)) {
      return token.idToken;
    }
    if (unattended) {
      return { kind: 'signInNeeded', signIn: issuer.name };
    }
    const base = { token: { from: 'issuer', issuer }, sessionName: undefined } as const;
    const sessionName = sessionNameFrom(base, token.idToken);
    const agreed =
      claims !== undefined &&
      (await counted(() => confirmIdentity(issuer.name, { claims, roleArn, sessionName }, now(), signal)));
    if (!agreed) {
      return { kind: 'cancelled' };
    }
    await shown.add(issuer, roleArn, claims.subject);
    return token.idToken;
  };

  /** The tenant itself signs people in as well: offered where VS Code cannot pass on what it knows. */
  const insteadOfAccount = async (issuer: Issuer, fault: Fault, signal: AbortSignal): Promise<Fault> => {
    const use = issuerText.signInAtTenant();
    const options = { modal: true, detail: issuerText.useTenantDetail() };
    const choice = await counted(async () =>
      vscode.window.showWarningMessage(issuerText.useTenant(issuer.name), options, use),
    );
    if (choice !== use || signal.aborted) {
      return choice === undefined ? { kind: 'cancelled' } : fault;
    }
    const scopes = [...new Set([...issuer.scopes, 'offline_access'])];
    await saveIssuer({ ...issuer, by: 'signIn', scopes });
    // The plan that is being run names the account still: the next start is made from the new setting.
    return { kind: 'signInNeeded', signIn: issuer.name };
  };

  const effects = (unattended: boolean): Pick<Effects, 'idToken'> => ({
    idToken: (wanted, signal) => idToken(wanted, unattended, signal),
  });
  return {
    settings: issuers,
    save: saveIssuer,
    check: (issuer, signal) => api.look(issuer, signal),
    state: (issuer) => signIns.state(issuer),
    signOut: (issuer, signal) => signIns.signOut(issuer, signal),
    endPage: (issuer, signal) => api.endPage(issuer, signal),
    async identity(base: WebIdentityBase, signal) {
      const given = await tokenOf(
        base,
        undefined,
        {
          ...parts.machine,
          // Somebody wants to look: that is no use yet, so nothing is asked but the sign-in.
          idToken: async ({ issuer }, stop) => {
            const token = await signIns.token(issuer, { interactive: true }, stop);
            return 'kind' in token ? token : token.idToken;
          },
        },
        signal,
      );
      if ('kind' in given) {
        return given;
      }
      const claims = claimsOf(given.reveal());
      return claims === undefined
        ? { kind: 'webIdentity', what: 'invalid', roleArn: base.roleArn, detail: '', from: base.token.from }
        : { claims, sessionName: sessionNameFrom(base, given) };
    },
    effects,
    isAsking: () => asking > 0 || screen.isAsking(),
    dispose: () => signIns.dispose(),
  };
}

function byAccount(
  issuer: Issuer,
  wish: IssuerWish,
  now: () => number,
  signal: AbortSignal,
): Promise<IssuerToken | Fault> {
  const getSession = (
    scopes: readonly string[],
    options: vscode.AuthenticationGetSessionOptions,
  ): Thenable<vscode.AuthenticationSession | undefined> =>
    vscode.authentication.getSession('microsoft', scopes, options);
  const detail = issuerText.microsoftDetail(issuer.name);
  return microsoftToken({ getSession, detail, now }, issuer, wish, signal);
}

/** The client's bundle is loaded with the first call, as those of AWS are. */
function lazyApi(load: () => Promise<IssuerApi>): IssuerApi {
  let loading: Promise<IssuerApi> | undefined;
  const api = (): Promise<IssuerApi> => (loading ??= load());
  return {
    look: async (...call) => (await api()).look(...call),
    page: async (...call) => (await api()).page(...call),
    startDevice: async (...call) => (await api()).startDevice(...call),
    redeem: async (...call) => (await api()).redeem(...call),
    revoke: async (...call) => (await api()).revoke(...call),
    endPage: async (...call) => (await api()).endPage(...call),
  };
}
