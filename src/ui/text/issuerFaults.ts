import type { IssuerFault } from '../../aws/faults.ts';
import type { FaultAction } from './faultActions.ts';
import type { FaultText } from './faults.ts';
import { t } from './l10n.ts';
import { proxyTrouble } from './networkFaults.ts';

type Of<Kind extends IssuerFault['kind']> = Extract<IssuerFault, { kind: Kind }>;

/** The faults that have to do with signing in at an OpenID Connect issuer. */
export function issuerFaultText(fault: IssuerFault): FaultText {
  switch (fault.kind) {
    case 'issuerUnknown':
      return say(
        t('No issuer of this name is in the settings, add it there: {0}', fault.issuer),
        'openIssuers',
      );
    case 'issuerUnreachable':
      return { text: unreachableSentence(fault), actions: unreachableActions(fault) };
    case 'issuerAnswer':
      return fault.what === 'noDeviceCode'
        ? say(answerSentence(fault), 'openSignInSetting', 'retry')
        : say(answerSentence(fault), 'retry', 'openIssuers');
    case 'issuerRefused':
      return refusedText(fault);
    case 'issuerToken':
      return say(tokenSentence(fault), 'signIn', 'openIssuers');
    case 'microsoftAccount':
      return fault.what === 'tooOld'
        ? say(
            t(
              'This VS Code does not pass on the identity of a Microsoft account, set "by" to signIn in the settings of the issuer: {0}',
              fault.issuer,
            ),
            'openIssuers',
          )
        : say(
            t('VS Code could not sign in with the Microsoft account, try again: {0}', fault.issuer),
            'signIn',
            'openIssuers',
          );
    case 'tokenProcess':
      return say(tokenProcessSentence(fault), 'openProfile', 'retry');
  }
}

function say(text: string, ...actions: FaultAction[]): FaultText {
  return { text, actions };
}

function unreachableSentence(fault: Of<'issuerUnreachable'>): string {
  const { issuer, host, reason, code, proxy } = fault;
  switch (reason) {
    case 'timedOut':
      return t('The issuer {0} did not answer within {1} seconds: {2}', issuer, code, host);
    case 'refused':
      return t('The connection to the issuer {0} was refused, check its address: {1}', issuer, host);
    case 'reset':
      return t('The connection to the issuer {0} broke off, try again: {1}', issuer, host);
    case 'dns':
      return t('The server of the issuer {0} was not found, check its address: {1}', issuer, host);
    case 'tls':
      return t(
        'The certificate of the issuer {0} is not trusted, check your proxy and its certificate: {1} ({2})',
        issuer,
        host,
        code,
      );
    case 'proxy':
      return (
        proxyTrouble(fault) ??
        t(
          'The proxy did not let the call to the issuer {0} through, check its settings: {1} ({2})',
          issuer,
          proxy ?? host,
          code,
        )
      );
    case 'unreachable':
      return t('The network has no way to the issuer {0}, check the network or VPN: {1}', issuer, host);
    case 'other':
      return t('The issuer {0} could not be reached, check the network: {1} ({2})', issuer, host, code);
  }
}

function unreachableActions({ reason }: Of<'issuerUnreachable'>): readonly FaultAction[] {
  return reason === 'tls' || reason === 'proxy' ? ['openProxySettings', 'retry'] : ['retry', 'openIssuers'];
}

function answerSentence({ issuer, host, what, detail }: Of<'issuerAnswer'>): string {
  switch (what) {
    case 'status':
      return t('No OpenID Connect issuer answers at the address of {0}: {1} ({2})', issuer, host, detail);
    case 'challenge':
      return t(
        'What answers for the issuer {0} wants a sign-in of its own, check the VPN and the client ID: {1} ({2})',
        issuer,
        host,
        detail,
      );
    case 'redirect':
      return t(
        'The issuer {0} sends its callers somewhere else, put its own address into the settings: {1}',
        issuer,
        host,
      );
    case 'notJson':
      return t('What answered is no OpenID Connect issuer, check the address of {0}: {1}', issuer, host);
    case 'tooLarge':
      return t('The answer was far too large to come from the issuer {0}: {1}', issuer, host);
    case 'otherIssuer':
      return t(
        'Another issuer answers at the address of {0}, put this one into the settings: {1}',
        issuer,
        detail,
      );
    case 'insecure':
      return t('The issuer {0} wants to be asked without encryption, which is refused: {1}', issuer, host);
    case 'incomplete':
      return t(
        'The answer of the issuer {0} lacks something or cannot be read: {1}',
        issuer,
        detail === '' ? host : t('{0} ({1})', host, detail),
      );
    case 'noDeviceCode':
      return t('The issuer {0} does not sign in with a code, choose the browser: {1}', issuer, host);
    case 'noKeys':
      return t(
        'The keys of the issuer {0} could not be had, so nothing of it can be checked: {1}',
        issuer,
        host,
      );
  }
}

/** OAuth's words are few; those that a person can do something about get their own sentence. */
function refusedText({ issuer, error }: Of<'issuerRefused'>): FaultText {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client':
      return say(
        t(
          'The issuer does not take this client ID for a sign-in of this kind, correct it: {0} ({1})',
          issuer,
          error,
        ),
        'openIssuers',
        'retry',
      );
    case 'invalid_scope':
      return say(
        t('The issuer does not know one of the scopes, correct them in its settings: {0}', issuer),
        'openIssuers',
        'retry',
      );
    case 'server_error':
    case 'temporarily_unavailable':
      return say(
        t('The issuer failed on its side, try again in a moment: {0} ({1})', issuer, error),
        'retry',
      );
    default:
      return say(t('The issuer refused: {0} ({1})', issuer, error), 'signIn', 'openIssuers');
  }
}

function tokenSentence({ issuer, what }: Of<'issuerToken'>): string {
  switch (what) {
    case 'missing':
      return t(
        'The issuer {0} signed you in without saying who you are, check its scopes and its client',
        issuer,
      );
    case 'signature':
      return t('The signature of what the issuer {0} sent is wrong, nothing of it was kept', issuer);
    case 'algorithm':
      return t('The issuer {0} signs in a way that AWS does not take, have it use RS256 or ES256', issuer);
    case 'issuer':
      return t('What came was issued by somebody else than {0}, nothing of it was kept', issuer);
    case 'audience':
      return t('What the issuer {0} sent is for another client, nothing of it was kept', issuer);
    case 'subject':
      return t('Somebody else than before is signed in at {0}, sign in again', issuer);
    case 'nonce':
      return t('What the issuer {0} sent belongs to another sign-in, nothing of it was kept', issuer);
    case 'time':
      return t('What the issuer {0} sent is over or not yet valid, check the clock of this computer', issuer);
    case 'malformed':
      return t('What the issuer {0} sent cannot be read, nothing of it was kept', issuer);
  }
}

/** Neither the arguments of the program nor what it printed are in it. */
function tokenProcessSentence({ profile, what, detail }: Of<'tokenProcess'>): string {
  const key = 'web_identity_token_process';
  switch (what) {
    case 'empty':
      return t('{1} names no program: {0}', profile, key);
    case 'quotes':
      return t('A quotation mark or a backslash in {1} is left over: {0}', profile, key);
    case 'notFound':
      return t('The program of {1} was not found, give its whole path: {0}', profile, key);
    case 'notStarted':
      return t(
        'The program of {1} could not be started, check its permissions: {0} ({2})',
        profile,
        key,
        detail,
      );
    case 'failed':
      return t('{1} failed with exit code {2}, run it in a terminal to see why: {0}', profile, key, detail);
    case 'killed':
      return t('{1} was ended by signal {2}, run it in a terminal to see why: {0}', profile, key, detail);
    case 'timedOut':
      return t(
        '{1} did not finish within {2} seconds, run it in a terminal to see why: {0}',
        profile,
        key,
        detail,
      );
    case 'tooMuch':
      return t('{1} printed far too much, it should print one web identity: {0}', profile, key);
    case 'nothing':
      return t('{1} printed nothing, run it in a terminal to see why: {0}', profile, key);
    case 'notJwt':
      return t(
        '{1} did not print a web identity (a JWT), run it in a terminal to see what it prints: {0}',
        profile,
        key,
      );
  }
}
